//! Named invariants of the rules, beside those of [`ledger::invariant`].
//!
//! Pure predicates over plain rows: an empty answer means that the invariant holds. They serve
//! property tests, the end of every scenario, `audit` and metrics alike.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Breach, ShareError, share};

/// Name of [`split_sheets_are_conserved`].
pub const SPLIT_SHEETS_ARE_CONSERVED: &str = "split_sheets_are_conserved";
/// Name of [`bundles_hold_what_they_sold`].
pub const BUNDLES_HOLD_WHAT_THEY_SOLD: &str = "bundles_hold_what_they_sold";
/// Name of [`bundles_are_consumed_by_uses`].
pub const BUNDLES_ARE_CONSUMED_BY_USES: &str = "bundles_are_consumed_by_uses";
/// Name of [`each_use_is_paid_once`].
pub const EACH_USE_IS_PAID_ONCE: &str = "each_use_is_paid_once";

/// Name of [`exclusives_stand_alone`].
pub const EXCLUSIVES_STAND_ALONE: &str = "exclusives_stand_alone";

/// An exclusive licence that wasn't withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExclusiveRow {
    /// The licence, as text.
    pub licence: String,
    /// Its track, as text.
    pub track: String,
    /// When it was sold, in ms.
    pub from_ms: i64,
    /// When it ends, in ms.
    pub until_ms: i64,
}

/// A licence of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackSaleRow {
    /// The licence, as text.
    pub licence: String,
    /// Its track, as text.
    pub track: String,
    /// When it was sold, in ms.
    pub at_ms: i64,
}

/// A split sheet as stored, with what its journals posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The sheet's id, as text.
    pub sheet: String,
    /// Parts per million, in the sheet's order.
    pub weights: Vec<u64>,
    /// The cumulative amount stored with the sheet, in micro-units.
    pub shared_micros: i64,
    /// What was posted to each payee under this sheet, in the same order.
    pub posted: Vec<i64>,
    /// The balance of the sheet's carry account.
    pub carry: i64,
}

/// A bundle as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleRow {
    /// The bundle's id, as text.
    pub bundle: String,
    /// Clip time bought, in ms.
    pub total_ms: i64,
    /// Clip time billed so far, in ms.
    pub consumed_ms: i64,
    /// The composers' side of the sale, in micro-units.
    pub unearned_micros: i64,
    /// The balance of the bundle's unearned account.
    pub balance: i64,
}

/// What one accepted use drew from one bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawRow {
    /// The use's id.
    pub use_id: String,
    /// The bundle's id, as text.
    pub bundle: String,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
}

/// Each split sheet's payees hold exactly their entitlement of what was shared, and its carry
/// the rest: parts plus carry equal what was shared.
#[must_use]
pub fn split_sheets_are_conserved(sheets: &[SheetRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in sheets {
        let (due, carry) = match entitled(row) {
            Ok(figures) => figures,
            Err(error) => {
                breaches.push(breach(
                    SPLIT_SHEETS_ARE_CONSERVED,
                    &row.sheet,
                    error.to_string(),
                ));
                continue;
            }
        };
        if due != row.posted || carry != row.carry {
            let detail = format!(
                "of {} shared, payees hold {:?} and the carry {}; due are {due:?} and {carry}",
                row.shared_micros, row.posted, row.carry
            );
            breaches.push(breach(SPLIT_SHEETS_ARE_CONSERVED, &row.sheet, detail));
        }
    }
    breaches
}

fn entitled(row: &SheetRow) -> Result<(Vec<i64>, i64), ShareError> {
    Ok((
        share::entitlements(row.shared_micros, &row.weights)?,
        share::carry(row.shared_micros, &row.weights)?,
    ))
}

/// No bundle is consumed below zero or beyond its total, and its unearned account holds N less
/// what the consumption has earned.
#[must_use]
pub fn bundles_hold_what_they_sold(bundles: &[BundleRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in bundles {
        // A bundle whose rest left altogether holds nothing, to the micro-unit; or what refunds and
        // disputes had taken when it expired, which no clip time earns any more.
        if (row.total_ms, row.consumed_ms) == (0, 0) && row.unearned_micros == row.balance {
            continue;
        }
        if row.consumed_ms < 0 || row.consumed_ms > row.total_ms || row.total_ms <= 0 {
            let detail = format!("{} of {} ms are consumed", row.consumed_ms, row.total_ms);
            breaches.push(breach(BUNDLES_HOLD_WHAT_THEY_SOLD, &row.bundle, detail));
            continue;
        }
        let product = i128::from(row.unearned_micros) * i128::from(row.consumed_ms);
        let earned = product.div_euclid(i128::from(row.total_ms));
        let due = i128::from(row.unearned_micros) - earned;
        if due != i128::from(row.balance) {
            let detail = format!("unearned is {} micro-units, due are {due}", row.balance);
            breaches.push(breach(BUNDLES_HOLD_WHAT_THEY_SOLD, &row.bundle, detail));
        }
    }
    breaches
}

/// The clip time consumed of each bundle is the sum of what its uses were billed.
#[must_use]
pub fn bundles_are_consumed_by_uses(bundles: &[BundleRow], draws: &[DrawRow]) -> Vec<Breach> {
    let mut drawn: BTreeMap<&str, i128> = BTreeMap::new();
    for row in draws {
        *drawn.entry(&row.bundle).or_default() += i128::from(row.billed_ms);
    }
    let mut breaches = Vec::new();
    for row in bundles {
        let billed = drawn.remove(row.bundle.as_str()).unwrap_or(0);
        if billed != i128::from(row.consumed_ms) {
            let detail = format!("{} ms are consumed, uses drew {billed}", row.consumed_ms);
            breaches.push(breach(BUNDLES_ARE_CONSUMED_BY_USES, &row.bundle, detail));
        }
    }
    for (bundle, billed) in drawn {
        let detail = format!("uses drew {billed} ms from a bundle that isn't there");
        breaches.push(breach(BUNDLES_ARE_CONSUMED_BY_USES, bundle, detail));
    }
    breaches
}

/// Each accepted use stands in exactly one settlement, and nothing else does. A use that earned
/// nothing stands there all the same.
#[must_use]
pub fn each_use_is_paid_once(accepted: &[&str], settled: &[&str]) -> Vec<Breach> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for use_id in settled {
        *times.entry(use_id).or_default() += 1;
    }
    let mut breaches = Vec::new();
    let mut known = BTreeSet::new();
    for use_id in accepted {
        if !known.insert(*use_id) {
            let detail = "it was accepted more than once".to_owned();
            breaches.push(breach(EACH_USE_IS_PAID_ONCE, use_id, detail));
            continue;
        }
        let count = times.remove(use_id).unwrap_or(0);
        if count != 1 {
            let detail = format!("it was settled {count} times");
            breaches.push(breach(EACH_USE_IS_PAID_ONCE, use_id, detail));
        }
    }
    for (use_id, count) in times {
        let detail = format!("it was settled {count} times without being accepted");
        breaches.push(breach(EACH_USE_IS_PAID_ONCE, use_id, detail));
    }
    breaches
}

/// While an exclusive licence holds, nothing else of its track is sold. A sale in the very
/// millisecond counts as before it; a second exclusive one never does.
#[must_use]
pub fn exclusives_stand_alone(exclusives: &[ExclusiveRow], sales: &[TrackSaleRow]) -> Vec<Breach> {
    let mut by_track: BTreeMap<&str, Vec<&ExclusiveRow>> = BTreeMap::new();
    for one in exclusives {
        by_track.entry(&one.track).or_default().push(one);
    }
    let mut breaches = Vec::new();
    for sale in sales {
        for one in by_track.get(sale.track.as_str()).into_iter().flatten() {
            let within = one.from_ms < sale.at_ms && sale.at_ms < one.until_ms;
            if within && one.licence != sale.licence {
                let detail = format!("sold while {} held its track exclusively", one.licence);
                breaches.push(breach(EXCLUSIVES_STAND_ALONE, &sale.licence, detail));
            }
        }
    }
    for held in by_track.values() {
        for (at, one) in held.iter().enumerate() {
            for other in &held[at + 1..] {
                if one.from_ms < other.until_ms && other.from_ms < one.until_ms {
                    let detail = format!("overlaps {}", other.licence);
                    breaches.push(breach(EXCLUSIVES_STAND_ALONE, &one.licence, detail));
                }
            }
        }
    }
    breaches
}

fn breach(invariant: &'static str, subject: &str, detail: String) -> Breach {
    Breach {
        invariant,
        subject: subject.to_owned(),
        detail,
    }
}
