//! A payee's balance by state: `pending → available → in transit → paid` (money.md §6 and §7).
//!
//! Earnings are pending until the hold is over. What is taken back counts at once, so the
//! available part may go negative; later earnings fill it first, and nothing negative is paid.

use ledger::ArithmeticError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::Timestamp;

/// A payee's money in one currency, in micro-units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// Earned, but younger than the hold.
    pub pending: i64,
    /// May be paid out; negative when more was taken back than was there.
    pub available: i64,
    /// In payouts that the provider hasn't answered for.
    pub in_transit: i64,
    /// Paid.
    pub paid: i64,
}

/// A change of a balance, by a positive amount of micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something was earned.
    Earn(i64),
    /// The hold of earnings is over.
    Mature(i64),
    /// A refund or a dispute takes earnings back.
    TakeBack(i64),
    /// A payout is made of what is available.
    Pay(i64),
    /// A payout reached the payee.
    Settle(i64),
    /// A payout came back.
    Return(i64),
}

/// A change that can't be; the balance is as it was.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// The amount isn't positive.
    #[error("a change of a balance must be more than nothing")]
    NotPositive,
    /// More than is pending, available or in transit.
    #[error("{wanted} micro-units were to be moved, {there} are there")]
    NotThere {
        /// How much was to be moved.
        wanted: i64,
        /// How much there is.
        there: i64,
    },
    /// A figure doesn't fit.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

impl Balance {
    /// The balance after a change.
    ///
    /// # Errors
    /// When the money isn't there, or a figure doesn't fit.
    pub fn after(mut self, change: Change) -> Result<Balance, ChangeRefusal> {
        let (Change::Earn(micros)
        | Change::Mature(micros)
        | Change::TakeBack(micros)
        | Change::Pay(micros)
        | Change::Settle(micros)
        | Change::Return(micros)) = change;
        if micros <= 0 {
            return Err(ChangeRefusal::NotPositive);
        }
        match change {
            Change::Earn(_) => grow(&mut self.pending, micros)?,
            Change::Mature(_) => {
                take(&mut self.pending, micros)?;
                grow(&mut self.available, micros)?;
            }
            Change::TakeBack(_) => {
                let left = self.available.checked_sub(micros);
                self.available = left.ok_or(ArithmeticError::Overflow)?;
            }
            Change::Pay(_) => {
                take(&mut self.available, micros)?;
                grow(&mut self.in_transit, micros)?;
            }
            Change::Settle(_) => {
                take(&mut self.in_transit, micros)?;
                grow(&mut self.paid, micros)?;
            }
            Change::Return(_) => {
                take(&mut self.in_transit, micros)?;
                grow(&mut self.available, micros)?;
            }
        }
        Ok(self)
    }

    /// All four parts together: what was earned less what was taken back.
    #[must_use]
    pub fn earned(&self) -> i128 {
        let parts = [self.pending, self.available, self.in_transit, self.paid];
        parts.iter().map(|part| i128::from(*part)).sum()
    }

    /// What the payee owes after more was taken back than was there; nothing for most.
    #[must_use]
    pub fn owed(&self) -> i64 {
        self.available.min(0).saturating_neg()
    }
}

/// Divides earnings into pending and available by their age: those earned less than `hold_ms`
/// before `now` are pending. Negative lines, which take something back, count at once.
///
/// # Errors
/// When a sum overflows.
pub fn by_age(
    earnings: &[(Timestamp, i64)],
    now: Timestamp,
    hold_ms: i64,
) -> Result<(i64, i64), ArithmeticError> {
    let (mut pending, mut available) = (0_i64, 0_i64);
    for (earned_at, micros) in earnings {
        let young = now.since(*earned_at) < hold_ms;
        let part = if young && *micros > 0 {
            &mut pending
        } else {
            &mut available
        };
        *part = part.checked_add(*micros).ok_or(ArithmeticError::Overflow)?;
    }
    Ok((pending, available))
}

/// When the next earnings will be available, and how much: what a payee is shown as the expected
/// date. `None` when nothing is pending.
///
/// # Errors
/// When a sum overflows.
pub fn next_available(
    earnings: &[(Timestamp, i64)],
    now: Timestamp,
    hold_ms: i64,
) -> Result<Option<(Timestamp, i64)>, ArithmeticError> {
    let pending = earnings
        .iter()
        .filter(|(earned_at, micros)| *micros > 0 && now.since(*earned_at) < hold_ms)
        .map(|(earned_at, micros)| (earned_at.plus_ms(hold_ms), *micros));
    let mut next: Option<(Timestamp, i64)> = None;
    for (at, micros) in pending {
        next = match next {
            Some((first, _)) if first < at => next,
            Some((first, sum)) if first == at => {
                let sum = sum.checked_add(micros).ok_or(ArithmeticError::Overflow)?;
                Some((first, sum))
            }
            _ => Some((at, micros)),
        };
    }
    Ok(next)
}

fn grow(part: &mut i64, by: i64) -> Result<(), ChangeRefusal> {
    *part = part.checked_add(by).ok_or(ArithmeticError::Overflow)?;
    Ok(())
}

fn take(part: &mut i64, wanted: i64) -> Result<(), ChangeRefusal> {
    let there = *part;
    if there < wanted {
        return Err(ChangeRefusal::NotThere { wanted, there });
    }
    *part = there - wanted;
    Ok(())
}
