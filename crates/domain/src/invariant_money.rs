//! Named invariants of pools, payouts, reserves and statements, beside those of
//! [`crate::invariant`] (money.md §7; reliability.md §3, numbers in brackets).
//!
//! Pure predicates over plain rows, for property tests, scenarios, `audit` and metrics alike: an
//! empty answer means that the invariant holds. Amounts are micro-units.

use std::collections::BTreeMap;

use ledger::Breach;

/// Name of [`nothing_is_below_zero`].
pub const NOTHING_IS_BELOW_ZERO: &str = "nothing_is_below_zero";
/// Name of [`guarantees_are_funded`].
pub const GUARANTEES_ARE_FUNDED: &str = "guarantees_are_funded";
/// Name of [`closed_cycles_are_paid_out`].
pub const CLOSED_CYCLES_ARE_PAID_OUT: &str = "closed_cycles_are_paid_out";
/// Name of [`closed_cycles_are_unchanged`].
pub const CLOSED_CYCLES_ARE_UNCHANGED: &str = "closed_cycles_are_unchanged";
/// Name of [`in_transit_is_open_payouts`].
pub const IN_TRANSIT_IS_OPEN_PAYOUTS: &str = "in_transit_is_open_payouts";
/// Name of [`each_payout_is_sent_once`].
pub const EACH_PAYOUT_IS_SENT_ONCE: &str = "each_payout_is_sent_once";
/// Name of [`shares_sum_to_the_whole`].
pub const SHARES_SUM_TO_THE_WHOLE: &str = "shares_sum_to_the_whole";
/// Name of [`carries_are_smaller_than_their_payees`].
pub const CARRIES_ARE_SMALLER_THAN_THEIR_PAYEES: &str = "carries_are_smaller_than_their_payees";
/// Name of [`statements_explain_the_balance`].
pub const STATEMENTS_EXPLAIN_THE_BALANCE: &str = "statements_explain_the_balance";

/// A wallet, bundle, pool, escrow or reserve account, none of which may be overdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRow {
    /// The account's name.
    pub account: String,
    /// Its balance.
    pub balance: i64,
}

/// A subscriber's cycle as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleRow {
    /// The cycle, as text.
    pub cycle: String,
    /// A: what was contributed, less what was taken back.
    pub contribution: i64,
    /// What its uses were guaranteed.
    pub guaranteed: i64,
    /// What the pool's account still holds.
    pub held: i64,
    /// What was posted when it was closed; `None` while it is open.
    pub closed: Option<ClosedRow>,
}

/// What closing a cycle posted, beside the guarantees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedRow {
    /// To tracks.
    pub top_ups: i64,
    /// To the idle account, or into the next cycle.
    pub unused: i64,
    /// The digest of its figures, stored at the close.
    pub digest_then: String,
    /// The digest of the figures as they are now.
    pub digest_now: String,
}

/// A payee's payouts of one currency, beside the ledger's view of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitRow {
    /// The payee.
    pub payee: String,
    /// The in-transit account.
    pub in_transit: i64,
    /// The paid account.
    pub paid: i64,
    /// The payouts that neither ended nor came back.
    pub open: Vec<i64>,
    /// The payouts that were paid.
    pub settled: Vec<i64>,
}

/// A provider's transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRow {
    /// The key under which it was sent: a payout's id.
    pub payout: String,
    /// Did it settle?
    pub settled: bool,
}

/// A statement of one payee, period and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// The statement, as text.
    pub statement: String,
    /// The payee's balance before.
    pub before: i64,
    /// The amounts of its lines.
    pub lines: Vec<i64>,
    /// The payee's balance after.
    pub after: i64,
}

/// No wallet, bundle, pool, escrow or reserve is below zero.
#[must_use]
pub fn nothing_is_below_zero(stores: &[StoreRow]) -> Vec<Breach> {
    let below = stores.iter().filter(|row| row.balance < 0);
    below
        .map(|row| {
            let detail = format!("it holds {} micro-units", row.balance);
            breach(NOTHING_IS_BELOW_ZERO, &row.account, detail)
        })
        .collect()
}

/// What a cycle guaranteed is never more than was contributed, and the open pool holds exactly
/// the rest \[I8\].
#[must_use]
pub fn guarantees_are_funded(cycles: &[CycleRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in cycles {
        let rest = i128::from(row.contribution) - i128::from(row.guaranteed);
        if rest < 0 || row.guaranteed < 0 {
            let detail = format!(
                "of {}, {} were guaranteed",
                row.contribution, row.guaranteed
            );
            breaches.push(breach(GUARANTEES_ARE_FUNDED, &row.cycle, detail));
        } else if row.closed.is_none() && rest != i128::from(row.held) {
            let detail = format!("the pool holds {}, due are {rest}", row.held);
            breaches.push(breach(GUARANTEES_ARE_FUNDED, &row.cycle, detail));
        }
    }
    breaches
}

/// A closed cycle has paid all of its contribution to tracks, or to the idle account or the next
/// cycle when nothing was used, and its pool is empty \[I7\].
#[must_use]
pub fn closed_cycles_are_paid_out(cycles: &[CycleRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in cycles {
        let Some(closed) = &row.closed else {
            continue;
        };
        let parts = [row.guaranteed, closed.top_ups, closed.unused];
        let paid: i128 = parts.iter().map(|part| i128::from(*part)).sum();
        let both = closed.unused != 0 && (row.guaranteed != 0 || closed.top_ups != 0);
        let negative = closed.top_ups < 0 || closed.unused < 0;
        if paid != i128::from(row.contribution) || row.held != 0 || both || negative {
            let detail = format!(
                "of {}, {} were guaranteed, {} added, {} unused; the pool holds {}",
                row.contribution, row.guaranteed, closed.top_ups, closed.unused, row.held
            );
            breaches.push(breach(CLOSED_CYCLES_ARE_PAID_OUT, &row.cycle, detail));
        }
    }
    breaches
}

/// The figures of a closed cycle are those it was closed with \[I12\].
#[must_use]
pub fn closed_cycles_are_unchanged(cycles: &[CycleRow]) -> Vec<Breach> {
    let closed = cycles
        .iter()
        .filter_map(|row| Some((&row.cycle, row.closed.as_ref()?)));
    closed
        .filter(|(_, closed)| closed.digest_then != closed.digest_now)
        .map(|(cycle, closed)| {
            let detail = format!(
                "closed as {}, now {}",
                closed.digest_then, closed.digest_now
            );
            breach(CLOSED_CYCLES_ARE_UNCHANGED, cycle, detail)
        })
        .collect()
}

/// In transit is the sum of the open payouts, paid that of the settled ones; so all payouts that
/// didn't come back are in transit or paid \[I10\].
#[must_use]
pub fn in_transit_is_open_payouts(rows: &[TransitRow]) -> Vec<Breach> {
    let sum = |micros: &[i64]| micros.iter().map(|one| i128::from(*one)).sum::<i128>();
    let mut breaches = Vec::new();
    for row in rows {
        let (open, settled) = (sum(&row.open), sum(&row.settled));
        if i128::from(row.in_transit) != open || i128::from(row.paid) != settled {
            let detail = format!(
                "in transit are {} of {open}, paid {} of {settled}",
                row.in_transit, row.paid
            );
            breaches.push(breach(IN_TRANSIT_IS_OPEN_PAYOUTS, &row.payee, detail));
        }
    }
    breaches
}

/// No payout has more than one transfer that settled, and each that is paid has one \[I11\].
#[must_use]
pub fn each_payout_is_sent_once(paid: &[&str], transfers: &[TransferRow]) -> Vec<Breach> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for transfer in transfers.iter().filter(|transfer| transfer.settled) {
        *times.entry(&transfer.payout).or_default() += 1;
    }
    let mut breaches = Vec::new();
    for payout in paid {
        let count = times.remove(payout).unwrap_or(0);
        if count != 1 {
            let detail = format!("it is paid, and {count} transfers settled");
            breaches.push(breach(EACH_PAYOUT_IS_SENT_ONCE, payout, detail));
        }
    }
    for (payout, count) in times {
        let detail = format!("{count} transfers settled, yet it isn't paid");
        breaches.push(breach(EACH_PAYOUT_IS_SENT_ONCE, payout, detail));
    }
    breaches
}

/// The parts per million of every version of a split sheet sum to the whole \[I6\].
#[must_use]
pub fn shares_sum_to_the_whole(sheets: &[(&str, Vec<u64>)]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (sheet, parts) in sheets {
        let sum: u128 = parts.iter().map(|part| u128::from(*part)).sum();
        if sum != u128::from(crate::split::WHOLE_PPM) || parts.contains(&0) {
            let detail = format!("its parts {parts:?} sum to {sum} parts per million");
            breaches.push(breach(SHARES_SUM_TO_THE_WHOLE, sheet, detail));
        }
    }
    breaches
}

/// A sheet's carry is smaller than the number of its payees, to either side of zero: below zero
/// only when more was taken back than shared \[I5\]. Rows are (sheet, payees, carry).
#[must_use]
pub fn carries_are_smaller_than_their_payees(sheets: &[(&str, usize, i64)]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (sheet, payees, carry) in sheets {
        let bound = u64::try_from(*payees).unwrap_or(u64::MAX);
        if carry.unsigned_abs() >= bound {
            let detail = format!("it carries {carry} micro-units for {payees} payees");
            let name = CARRIES_ARE_SMALLER_THAN_THEIR_PAYEES;
            breaches.push(breach(name, sheet, detail));
        }
    }
    breaches
}

/// A statement's lines sum to the change of the balance.
#[must_use]
pub fn statements_explain_the_balance(statements: &[StatementRow]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in statements {
        let lines: i128 = row.lines.iter().map(|line| i128::from(*line)).sum();
        let change = i128::from(row.after) - i128::from(row.before);
        if lines != change {
            let detail = format!("its lines sum to {lines}, the balance changed by {change}");
            breaches.push(breach(
                STATEMENTS_EXPLAIN_THE_BALANCE,
                &row.statement,
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
