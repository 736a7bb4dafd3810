//! What prices must be: what was paid, credited and taken off is what the frozen quote says and
//! what the ledger was given. Pure predicates for the audit; amounts in micro-units.

use ledger::Money;
use ledger::invariant::Breach;

use crate::bundle_cut::gift_price;

/// Every licence that was sold costs what its payment captured, and its lines sum to that.
pub const LICENCES_COST_WHAT_WAS_PAID: &str = "licences_cost_what_was_paid";
/// Every bundle's price is what was captured for it; a gift's is its part of the giver's.
pub const BUNDLES_COST_WHAT_WAS_PAID: &str = "bundles_cost_what_was_paid";
/// Every upgrade was credited with what its quote says, and paid with the difference.
pub const UPGRADES_CREDIT_WHAT_WAS_QUOTED: &str = "upgrades_credit_what_was_quoted";
/// Every use of a promotion code took off what its quote says.
pub const PROMOS_TOOK_OFF_WHAT_WAS_QUOTED: &str = "promos_took_off_what_was_quoted";

/// A licence that was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedRow {
    /// Its code.
    pub licence: String,
    /// Its price.
    pub price: i64,
    /// What was captured for it; nothing where it was free.
    pub paid: i64,
    /// What its lines sum to.
    pub lines: i64,
}

/// Where a bundle's price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PricedBy {
    /// A payment of so much.
    Payment(Money),
    /// A gift out of another bundle.
    Gift {
        /// The giver's price.
        of: Money,
        /// What the giver's bundle held when it was sold, in ms.
        sold_ms: i64,
        /// What was given of that, in ms.
        ms: i64,
    },
}

/// A bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundlePriceRow {
    /// The bundle.
    pub bundle: String,
    /// Its price.
    pub price: Money,
    /// Where that comes from.
    pub by: PricedBy,
}

/// An upgrade, or a use of a promotion code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReducedRow {
    /// The licence that was bought.
    pub licence: String,
    /// What its price was lessened by.
    pub off: i64,
    /// What its quote says of that; none where it says nothing.
    pub quoted: Option<i64>,
    /// What the licence is worth before tax.
    pub value: i64,
    /// What was paid for it before tax that is added.
    pub before_tax: i64,
    /// The lines of its price.
    pub lines: Vec<i64>,
}

/// See [`LICENCES_COST_WHAT_WAS_PAID`].
#[must_use]
pub fn licences_cost_what_was_paid(rows: &[PricedRow]) -> Vec<Breach> {
    let apart = |row: &&PricedRow| row.price != row.paid || row.lines != row.price;
    let told = |row: &PricedRow| {
        let (price, paid, lines) = (row.price, row.paid, row.lines);
        let detail = format!("it costs {price}, {paid} were paid, its lines sum to {lines}");
        breach(LICENCES_COST_WHAT_WAS_PAID, &row.licence, detail)
    };
    rows.iter().filter(apart).map(told).collect()
}

/// See [`BUNDLES_COST_WHAT_WAS_PAID`].
#[must_use]
pub fn bundles_cost_what_was_paid(rows: &[BundlePriceRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in rows {
        let wanted = match row.by {
            PricedBy::Payment(money) => Ok(money),
            PricedBy::Gift { of, sold_ms, ms } => gift_price(of, ms, sold_ms),
        };
        if wanted.as_ref() != Ok(&row.price) {
            let wanted = wanted.map_or_else(|error| error.to_string(), |money| money.to_string());
            let detail = format!("its price is {}, and should be {wanted}", row.price);
            breaches.push(breach(BUNDLES_COST_WHAT_WAS_PAID, &row.bundle, detail));
        }
    }
    breaches
}

/// See [`UPGRADES_CREDIT_WHAT_WAS_QUOTED`].
#[must_use]
pub fn upgrades_credit_what_was_quoted(rows: &[ReducedRow]) -> Vec<Breach> {
    let difference = |row: &ReducedRow| row.value.checked_sub(row.off) == Some(row.before_tax);
    let told = |row: &ReducedRow| told(row, UPGRADES_CREDIT_WHAT_WAS_QUOTED);
    let apart = |row: &&ReducedRow| !stands(row) || !difference(row);
    rows.iter().filter(apart).map(told).collect()
}

/// See [`PROMOS_TOOK_OFF_WHAT_WAS_QUOTED`].
#[must_use]
pub fn promos_took_off_what_was_quoted(rows: &[ReducedRow]) -> Vec<Breach> {
    let told = |row: &ReducedRow| told(row, PROMOS_TOOK_OFF_WHAT_WAS_QUOTED);
    let apart = |row: &&ReducedRow| !stands(row) || row.value != row.before_tax;
    rows.iter().filter(apart).map(told).collect()
}

/// Do the quote and a line of the price say the same?
fn stands(row: &ReducedRow) -> bool {
    row.quoted == Some(row.off)
        && row
            .lines
            .iter()
            .any(|line| line.checked_neg() == Some(row.off))
}

fn told(row: &ReducedRow, invariant: &'static str) -> Breach {
    let quoted = row.quoted.map_or("nothing".to_owned(), |q| q.to_string());
    let detail = format!(
        "{} were taken off, its quote says {quoted}: it is worth {} and {} were paid before tax",
        row.off, row.value, row.before_tax
    );
    breach(invariant, &row.licence, detail)
}

fn breach(invariant: &'static str, subject: &str, detail: String) -> Breach {
    Breach {
        invariant,
        subject: subject.to_owned(),
        detail,
    }
}
