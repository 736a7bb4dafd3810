//! A subscription's pool for one cycle: what it holds, what each use is guaranteed, how many
//! uses it allows (money.md §5).
//!
//! The pool holds A, the composers' share of what this subscriber paid for this cycle. The plan
//! guarantees *g* a use, so the allowance is K = ⌊A/g⌋ uses: every guarantee is funded by the
//! same subscriber's money, it can't run short, and buying uses for oneself always costs more
//! than it returns. Contribution and guarantee are frozen with the cycle.

pub mod close;
pub mod pay;
pub mod taken_back;

use std::collections::BTreeMap;

use ledger::round::whole_times;
use ledger::{ArithmeticError, Currency, Money};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::TrackId;

/// The guarantee of the shipped plan, in micro-units of the dollar: five cents a use.
pub const SHIPPED_GUARANTEE: i64 = 50_000;
/// The price of the shipped plan, in micro-units of the dollar.
pub const SHIPPED_PRICE: i64 = 5_000_000;

/// What becomes of a cycle in which nothing was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleRule {
    /// It goes to the idle account, shared at month's end over all tracks in rotation by their
    /// uses in that month.
    #[default]
    Share,
    /// It joins the subscriber's next cycle.
    RollOver,
}

/// A plan that buyers subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    price: Money,
    guarantee_micros: i64,
    per_track_cap: Option<u32>,
    idle: IdleRule,
}

/// Figures don't make a plan or a pool.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PoolError {
    /// A price or a guarantee of nothing or less.
    #[error("a plan's price and its guaranteed amount per use must be more than nothing")]
    NotPositive,
    /// A guarantee above the price.
    #[error("the guaranteed amount per use is more than the plan's price")]
    GuaranteeAbovePrice,
    /// A cap that allows no use.
    #[error("a cap per track must allow at least one use; leave it out for none")]
    CapOfZero,
    /// The money is of another currency than the plan.
    #[error("the plan is in {plan}, the money in {money}")]
    WrongCurrency {
        /// The plan's currency.
        plan: Currency,
        /// The money's.
        money: Currency,
    },
    /// A contribution below zero.
    #[error("a pool can't hold less than nothing")]
    Negative,
    /// More uses than the contribution guarantees: the stored figures are damaged.
    #[error("{used} uses were accepted, the pool guarantees {allowance}")]
    Overdrawn {
        /// Uses accepted.
        used: i64,
        /// The allowance.
        allowance: i64,
    },
    /// A figure doesn't fit.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

impl Plan {
    /// A plan at a price for each cycle, guaranteeing `guarantee` for each use.
    ///
    /// # Errors
    /// One [`PoolError`] per rule, the first that is broken.
    pub fn new(
        price: Money,
        guarantee: Money,
        per_track_cap: Option<u32>,
        idle: IdleRule,
    ) -> Result<Plan, PoolError> {
        if price.currency() != guarantee.currency() {
            let (plan, money) = (price.currency(), guarantee.currency());
            return Err(PoolError::WrongCurrency { plan, money });
        }
        if price.micros() <= 0 || guarantee.micros() <= 0 {
            return Err(PoolError::NotPositive);
        }
        if guarantee.micros() > price.micros() {
            return Err(PoolError::GuaranteeAbovePrice);
        }
        if per_track_cap == Some(0) {
            return Err(PoolError::CapOfZero);
        }
        Ok(Plan {
            price,
            guarantee_micros: guarantee.micros(),
            per_track_cap,
            idle,
        })
    }

    /// The plan as shipped: 5.00 USD a month, five cents guaranteed for each use.
    #[must_use]
    pub fn shipped() -> Plan {
        Plan {
            price: Money::new(SHIPPED_PRICE, Currency::USD),
            guarantee_micros: SHIPPED_GUARANTEE,
            per_track_cap: None,
            idle: IdleRule::Share,
        }
    }

    /// The price of a cycle, before exclusive tax.
    #[must_use]
    pub fn price(&self) -> Money {
        self.price
    }

    /// What each use is guaranteed.
    #[must_use]
    pub fn guarantee(&self) -> Money {
        Money::new(self.guarantee_micros, self.price.currency())
    }

    /// The most uses of one track in a cycle, where there is such a limit.
    #[must_use]
    pub fn per_track_cap(&self) -> Option<u32> {
        self.per_track_cap
    }

    /// What becomes of a cycle without uses.
    #[must_use]
    pub fn idle(&self) -> IdleRule {
        self.idle
    }

    /// The pool of a cycle for which `contribution` reached the composers' side.
    ///
    /// # Errors
    /// When the contribution is of another currency or negative.
    pub fn fund(&self, contribution: Money) -> Result<Pool, PoolError> {
        let (plan, money) = (self.price.currency(), contribution.currency());
        if plan != money {
            return Err(PoolError::WrongCurrency { plan, money });
        }
        Pool::new(
            contribution.micros(),
            self.guarantee_micros,
            self.per_track_cap,
            BTreeMap::new(),
        )
    }
}

/// The pool of one subscriber's cycle, in micro-units of the plan's currency. A validated value:
/// it never holds more uses than it guarantees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    contribution: i64,
    guarantee: i64,
    per_track_cap: Option<u32>,
    uses: BTreeMap<TrackId, u32>,
}

/// What an accepted use moves at once from the pool to the track's split sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accrual {
    /// The track used.
    pub track: TrackId,
    /// The guaranteed amount, in micro-units.
    pub micros: i64,
}

/// A use that the pool can't take: a bundle may pay for it, or it is refused with that offer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Beyond {
    /// The allowance is used up.
    #[error("all {allowance} uses of this cycle are taken: buy a bundle, or wait for the next one")]
    Allowance {
        /// The cycle's allowance K.
        allowance: i64,
    },
    /// The cap for one track is reached.
    #[error("this track's {cap} uses of this cycle are taken: buy a bundle, or use another track")]
    TrackCap {
        /// The plan's cap for each track.
        cap: u32,
    },
}

impl Pool {
    /// A pool as stored.
    ///
    /// # Errors
    /// When a figure is out of range, or there are more uses than the contribution guarantees.
    pub fn new(
        contribution: i64,
        guarantee: i64,
        per_track_cap: Option<u32>,
        uses: BTreeMap<TrackId, u32>,
    ) -> Result<Pool, PoolError> {
        if contribution < 0 {
            return Err(PoolError::Negative);
        }
        if guarantee <= 0 {
            return Err(PoolError::NotPositive);
        }
        let mut pool = Pool {
            contribution,
            guarantee,
            per_track_cap,
            uses,
        };
        pool.uses.retain(|_, count| *count > 0);
        let (used, allowance) = (pool.used(), pool.allowance());
        if used > allowance {
            return Err(PoolError::Overdrawn { used, allowance });
        }
        Ok(pool)
    }

    /// A: the composers' share of this cycle's payments, in micro-units.
    #[must_use]
    pub fn contribution(&self) -> i64 {
        self.contribution
    }

    /// g: what each use is guaranteed, in micro-units.
    #[must_use]
    pub fn guarantee(&self) -> i64 {
        self.guarantee
    }

    /// Accepted uses by track, zeros left out.
    #[must_use]
    pub fn uses(&self) -> &BTreeMap<TrackId, u32> {
        &self.uses
    }

    /// K = ⌊A/g⌋: how many uses the cycle allows.
    #[must_use]
    pub fn allowance(&self) -> i64 {
        whole_times(self.contribution, self.guarantee).unwrap_or(0)
    }

    /// n: uses accepted so far.
    #[must_use]
    pub fn used(&self) -> i64 {
        let counts = self.uses.values();
        counts.fold(0_i64, |sum, count| sum.saturating_add(i64::from(*count)))
    }

    /// What was guaranteed to the tracks so far: n·g, never more than A.
    #[must_use]
    pub fn accrued(&self) -> i64 {
        // n ≤ ⌊A/g⌋, so n·g ≤ A fits.
        self.used() * self.guarantee
    }

    /// What the pool still holds: A − n·g.
    #[must_use]
    pub fn held(&self) -> i64 {
        self.contribution - self.accrued()
    }

    /// What one more use of this track accrues. Nothing is changed: apply it with [`Pool::after`].
    ///
    /// # Errors
    /// [`Beyond::Allowance`] before [`Beyond::TrackCap`].
    pub fn accept(&self, track: TrackId) -> Result<Accrual, Beyond> {
        let allowance = self.allowance();
        if self.used() >= allowance {
            return Err(Beyond::Allowance { allowance });
        }
        let had = self.uses.get(&track).copied().unwrap_or(0);
        let cap = self.per_track_cap.unwrap_or(u32::MAX);
        if had >= cap {
            return Err(Beyond::TrackCap { cap });
        }
        let micros = self.guarantee;
        Ok(Accrual { track, micros })
    }

    /// The pool after an accepted use.
    #[must_use]
    pub fn after(mut self, accrual: &Accrual) -> Pool {
        let count = self.uses.entry(accrual.track).or_default();
        *count = count.saturating_add(1);
        self
    }

    /// The pool with more money in it: an upgrade's share, or what rolled over.
    ///
    /// # Errors
    /// When the sum overflows, or `more` is negative: money leaves by [`taken_back`].
    pub fn topped_up(mut self, more: i64) -> Result<Pool, PoolError> {
        if more < 0 {
            return Err(PoolError::Negative);
        }
        self.contribution = self
            .contribution
            .checked_add(more)
            .ok_or(ArithmeticError::Overflow)?;
        Ok(self)
    }
}
