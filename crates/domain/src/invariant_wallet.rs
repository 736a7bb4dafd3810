//! Named invariants of wallets, cuts of bundles and exchange, beside those of
//! [`crate::invariant`]. Amounts are micro-units.

use ledger::exchange::Exchange;
use ledger::{Breach, Currency};

use crate::bundle_cut::CutBundle;

/// Name of [`wallets_hold_what_was_loaded`].
pub const WALLETS_HOLD_WHAT_WAS_LOADED: &str = "wallets_hold_what_was_loaded";
/// Name of [`bundles_keep_their_cuts`].
pub const BUNDLES_KEEP_THEIR_CUTS: &str = "bundles_keep_their_cuts";
/// Name of [`exchanges_follow_their_rates`].
pub const EXCHANGES_FOLLOW_THEIR_RATES: &str = "exchanges_follow_their_rates";

/// A wallet as stored, and what its account says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRow {
    /// The wallet, as text.
    pub wallet: String,
    /// Its balance.
    pub balance: i64,
    /// What was loaded, spent and paid back by its rows, each with what was posted for it.
    pub loaded: (i64, i64),
    /// Spent, as a positive figure in both.
    pub spent: (i64, i64),
    /// Paid back, as a positive figure in both.
    pub refunded: (i64, i64),
    /// Taken back of its loads, and what anything else posted: sales refunded into it, less that.
    pub taken: i64,
    /// What anything else posted: sales refunded into it, less what was taken back.
    pub others: i64,
}

/// What a program may spend, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// The permission, as text.
    pub grant: String,
    /// The most it may spend.
    pub cap: i64,
    /// What its row says it has.
    pub spent: i64,
    /// What its purchases sum to.
    pub bought: i64,
}

/// A bundle with what left it, beside the ledger's view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutRow {
    /// Its figures as stored.
    pub bundle: CutBundle,
    /// What its cuts sum to: ms and micro-units.
    pub cuts: (i64, i64),
    /// What its uses drew: ms and micro-units.
    pub draws: (i64, i64),
    /// What waits behind links of gifts.
    pub promised: i64,
    /// The balance of its unearned account.
    pub balance: i64,
}

/// The exchanges into and out of a currency, beside the ledger's view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRow {
    /// The currency.
    pub currency: Currency,
    /// What was sold of it.
    pub sold: i64,
    /// What was bought of it.
    pub bought: i64,
    /// Whole micro-units of residue gathered.
    pub whole: i64,
    /// The balance of the exchange account.
    pub desk: i64,
    /// The balance of the residue account.
    pub residue: i64,
}

/// A wallet is never below zero, and holds what was loaded less what was spent and paid back; no
/// program has spent more than it may.
#[must_use]
pub fn wallets_hold_what_was_loaded(wallets: &[WalletRow], grants: &[GrantRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in wallets {
        let wide = |micros: i64| i128::from(micros);
        let due = wide(row.loaded.0) - wide(row.spent.0) - wide(row.refunded.0) + wide(row.others);
        let booked = [row.loaded, row.spent, row.refunded];
        let differs = booked.iter().any(|(said, posted)| said != posted);
        let back = wide(row.others) + wide(row.taken);
        if row.balance < 0 || differs || due != wide(row.balance) || back < 0 {
            let detail = format!(
                "it holds {}, due are {due}: loaded {:?}, spent {:?}, paid back {:?}, taken {}",
                row.balance, row.loaded, row.spent, row.refunded, row.taken
            );
            breaches.push(breach(WALLETS_HOLD_WHAT_WAS_LOADED, &row.wallet, detail));
        }
    }
    for row in grants {
        if row.spent != row.bought || row.spent > row.cap {
            let detail = format!("{} of {} spent, bought {}", row.spent, row.cap, row.bought);
            breaches.push(breach(WALLETS_HOLD_WHAT_WAS_LOADED, &row.grant, detail));
        }
    }
    breaches
}

/// What was sold of a bundle is drawn, gone or left, in milliseconds and in micro-units, and what
/// is gone is the sum of its cuts.
#[must_use]
pub fn bundles_keep_their_cuts(rows: &[CutRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in rows {
        let (bundle, wide) = (&row.bundle, |figure: i64| i128::from(figure));
        let left = wide(row.balance) - wide(row.promised);
        let micros = wide(row.draws.1) + wide(bundle.gone_micros) + left;
        let overdrawn = bundle.gone_ms < 0 || bundle.sold_ms < bundle.consumed_ms + bundle.gone_ms;
        if row.cuts != (bundle.gone_ms, bundle.gone_micros)
            || overdrawn
            || left < 0
            || micros != wide(bundle.sold_micros)
        {
            let detail = format!(
                "of {} ms and {}, {:?} were drawn, {:?} are gone by cuts of {:?}; it holds {left}",
                bundle.sold_ms,
                bundle.sold_micros,
                row.draws,
                (bundle.gone_ms, bundle.gone_micros),
                row.cuts
            );
            breaches.push(breach(
                BUNDLES_KEEP_THEIR_CUTS,
                &bundle.id.to_string(),
                detail,
            ));
        }
    }
    breaches
}

/// Each exchange is what its recorded rate makes of what was sold, and the desk's accounts are
/// their sums. Exchanges come with a name.
#[must_use]
pub fn exchanges_follow_their_rates(
    exchanges: &[(String, Exchange)],
    desks: &[DeskRow],
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, made) in exchanges {
        if made.rate.exchange(made.sold) != Ok(*made) {
            let (bought, residue) = (made.bought, made.residue);
            let detail = format!("{} bought {bought} and left {residue}", made.sold);
            breaches.push(breach(EXCHANGES_FOLLOW_THEIR_RATES, name, detail));
        }
    }
    for row in desks {
        let wide = |micros: i64| i128::from(micros);
        let due = wide(row.sold) - wide(row.bought) - wide(row.whole);
        if due != wide(row.desk) || row.whole != row.residue {
            let detail = format!(
                "the desk holds {} of {due}, its residues {} of {}",
                row.desk, row.residue, row.whole
            );
            breaches.push(breach(
                EXCHANGES_FOLLOW_THEIR_RATES,
                row.currency.code(),
                detail,
            ));
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
