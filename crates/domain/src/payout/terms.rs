//! When and how much a payee is paid: threshold, schedule, fee, holds (money.md §1 and §7).
//!
//! Whole minor units are paid; what isn't payable stays on the balance. The fee of the rail is
//! shown before anything is sent.

use ledger::round::{bps_plus_fixed_half_up, mul_div_floor};
use ledger::{ArithmeticError, Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::{DAY_MS, Timestamp};

/// How long a change of destination holds a payee's payouts, in ms: 72 hours.
pub const DESTINATION_HOLD_MS: i64 = 3 * DAY_MS;

/// How often a payee is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Every seven days.
    Weekly,
    /// Every calendar month, on the day of the anchor or the month's last.
    Monthly,
    /// Only when the payee asks.
    OnRequest,
}

/// What a rail charges for a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RailFee {
    /// The proportional part in basis points of the amount.
    pub bp: u32,
    /// The fixed part in micro-units of the currency.
    pub fixed_micros: i64,
    /// What it is rounded to, half up, in micro-units: 1 for a preview to the micro-unit.
    pub unit_micros: i64,
}

/// What a payee sees before a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What leaves the balance.
    pub amount: Money,
    /// What the rail keeps.
    pub fee: Money,
    /// The fee in basis points of the amount, floored.
    pub fee_bp: i64,
    /// What arrives.
    pub arrives: Money,
}

/// Why nothing is paid now.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotYet {
    /// The payee owes the store.
    #[error("{} were taken back: later earnings fill that first", .0)]
    Owing(Money),
    /// Less than a minor unit is available.
    #[error("less than the smallest amount that can be paid is available")]
    Nothing,
    /// Less than the payee's threshold or the rail's minimum.
    #[error("{missing} are missing to the least amount that is paid")]
    BelowLeast {
        /// How much more is needed.
        missing: Money,
    },
    /// The rail would keep all of it.
    #[error("the fee of {fee} would take all of it")]
    FeeTakesAll {
        /// The fee.
        fee: Money,
    },
    /// The day's cap on what leaves is reached.
    #[error("no more than {left} can leave today")]
    DailyCap {
        /// What may still leave.
        left: Money,
    },
    /// Two currencies, or a figure that doesn't fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<ArithmeticError> for NotYet {
    fn from(error: ArithmeticError) -> NotYet {
        NotYet::Money(MoneyError::Arithmetic(error))
    }
}

/// What can be paid out of `available`: all of it, floored to the minor unit, when that reaches
/// both the payee's `threshold` and the rail's `minimum`.
///
/// # Errors
/// Why nothing can, in order of precedence: owing, nothing, below the least.
pub fn payable(available: Money, threshold: Money, minimum: Money) -> Result<Money, NotYet> {
    if available.micros() < 0 {
        return Err(NotYet::Owing(available.checked_neg()?));
    }
    let amount = available.floor_to_minor()?;
    if amount.is_zero() {
        return Err(NotYet::Nothing);
    }
    for least in [threshold, minimum] {
        let missing = least.checked_sub(amount)?;
        if missing.micros() > 0 {
            return Err(NotYet::BelowLeast { missing });
        }
    }
    Ok(amount)
}

/// What a payout of `amount` costs, and what arrives of it.
///
/// # Errors
/// When the fee would take all of it, or a figure doesn't fit.
pub fn preview(amount: Money, rail: &RailFee) -> Result<Preview, NotYet> {
    if amount.micros() <= 0 {
        return Err(NotYet::Nothing);
    }
    let fee = bps_plus_fixed_half_up(
        amount.micros(),
        rail.bp,
        rail.fixed_micros,
        rail.unit_micros,
    )?;
    let fee = Money::new(fee, amount.currency());
    let arrives = amount.checked_sub(fee)?;
    if arrives.micros() <= 0 {
        return Err(NotYet::FeeTakesAll { fee });
    }
    let fee_bp = mul_div_floor(fee.micros(), 10_000, amount.micros())?;
    Ok(Preview {
        amount,
        fee,
        fee_bp,
        arrives,
    })
}

/// May `amount` leave today, with `sent` gone already under a cap for the day?
///
/// # Errors
/// [`NotYet::DailyCap`] with what is left of the cap.
pub fn within_daily_cap(amount: Money, sent: Money, cap: Money) -> Result<(), NotYet> {
    let left = cap.checked_sub(sent)?;
    if amount.checked_sub(left)?.micros() > 0 {
        let left = Money::new(left.micros().max(0), left.currency());
        return Err(NotYet::DailyCap { left });
    }
    Ok(())
}

/// Until when a payee's payouts are held after their destination changed at `changed_at`.
#[must_use]
pub fn held_until(changed_at: Timestamp) -> Timestamp {
    changed_at.plus_ms(DESTINATION_HOLD_MS)
}

/// The first pay day after `now`, counted from the payee's `anchor`; `None` when they ask each
/// time.
#[must_use]
pub fn next_pay_day(schedule: Schedule, anchor: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if now < anchor {
        return (schedule != Schedule::OnRequest).then_some(anchor);
    }
    match schedule {
        Schedule::OnRequest => None,
        Schedule::Weekly => {
            let week = 7 * DAY_MS;
            let gone = now.since(anchor) / week;
            Some(anchor.plus_ms(gone.saturating_add(1).saturating_mul(week)))
        }
        Schedule::Monthly => crate::time::monthly_cycle(anchor, now).map(|(_, end)| end),
    }
}
