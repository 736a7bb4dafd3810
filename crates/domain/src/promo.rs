//! Promotion codes: what they take off a price (money.md §3).
//!
//! A discount is whole minor units, floored, and never more than the price; the reduced price is
//! then sold like any other, so tax, fee, commission and the composers' share all follow from
//! what was really charged. A price reduced to nothing is a free sale: see [`crate::extras`].

use ledger::round::bps_floor;
use ledger::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::tier::Tier;
use crate::time::Timestamp;

/// What a code takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discount {
    /// A part of the price.
    Percent {
        /// In basis points, 1 to 10,000.
        bp: u32,
    },
    /// An amount of one currency.
    Fixed(Money),
}

/// A promotion: a discount with its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promo {
    /// What it takes off.
    pub discount: Discount,
    /// The first instant at which it counts.
    pub from: Timestamp,
    /// The first instant at which it doesn't any more, if there is one.
    pub until: Option<Timestamp>,
    /// How often it may be used in all, if that is limited.
    pub limit: Option<u32>,
}

/// What of a promotion a price depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromoTerms {
    /// What it takes off.
    pub discount: Discount,
    /// The one tier it is for, if it is for one.
    pub tier: Option<Tier>,
}

/// A price after a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduced {
    /// What is taken off, in micro-units.
    pub off_micros: i64,
    /// What is left to pay, in micro-units; zero or more.
    pub price_micros: i64,
}

/// A promotion doesn't apply.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PromoRefusal {
    /// A discount of nothing, or of more than the whole.
    #[error("a promotion takes off 1 to 10000 basis points, or a positive amount")]
    Discount,
    /// Not yet.
    #[error("the promotion starts at {0}")]
    NotYet(Timestamp),
    /// No more.
    #[error("the promotion ended at {0}")]
    Ended(Timestamp),
    /// Used as often as it may be.
    #[error("the promotion was used {0} times, which is all there were")]
    UsedUp(u32),
    /// A fixed amount of another currency.
    #[error("the promotion takes off {promo}, the price is in {price}")]
    WrongCurrency {
        /// The promotion's currency.
        promo: Currency,
        /// The price's.
        price: Currency,
    },
    /// A figure doesn't fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Promo {
    /// What a price becomes when the code is used at `now`, having been used `used` times before.
    ///
    /// # Errors
    /// The first rule that is broken: discount, time, limit, currency.
    pub fn apply(&self, price: Money, used: u32, now: Timestamp) -> Result<Reduced, PromoRefusal> {
        let sound = match self.discount {
            Discount::Percent { bp } => (1..=10_000).contains(&bp),
            Discount::Fixed(off) => off.micros() > 0,
        };
        if !sound {
            return Err(PromoRefusal::Discount);
        }
        if now < self.from {
            return Err(PromoRefusal::NotYet(self.from));
        }
        if let Some(until) = self.until.filter(|until| *until <= now) {
            return Err(PromoRefusal::Ended(until));
        }
        if let Some(limit) = self.limit.filter(|limit| *limit <= used) {
            return Err(PromoRefusal::UsedUp(limit));
        }
        let off = self.off(price)?.micros().clamp(0, price.micros().max(0));
        Ok(Reduced {
            off_micros: off,
            price_micros: price.micros() - off,
        })
    }

    fn off(&self, price: Money) -> Result<Money, PromoRefusal> {
        self.discount.off(price)
    }
}

impl PromoTerms {
    /// What it takes off a price in a tier: never more than the price, and nothing off another
    /// tier's or another currency's.
    ///
    /// # Errors
    /// When a figure doesn't fit.
    pub fn off(&self, tier: Tier, price: Money) -> Result<Money, MoneyError> {
        let nothing = Money::zero(price.currency());
        if self.tier.is_some_and(|only| only != tier) {
            return Ok(nothing);
        }
        match self.discount.off(price) {
            Ok(off) if off.micros() > price.micros() => Ok(price),
            Ok(off) => Ok(off),
            Err(PromoRefusal::Money(error)) => Err(error),
            Err(_) => Ok(nothing),
        }
    }
}

impl Discount {
    fn off(&self, price: Money) -> Result<Money, PromoRefusal> {
        let currency = price.currency();
        let off = match *self {
            Discount::Percent { bp } => {
                let micros = bps_floor(price.micros(), bp).map_err(MoneyError::Arithmetic)?;
                Money::new(micros, currency)
            }
            Discount::Fixed(off) if off.currency() == currency => off,
            Discount::Fixed(off) => {
                let (promo, price) = (off.currency(), currency);
                return Err(PromoRefusal::WrongCurrency { promo, price });
            }
        };
        Ok(off.floor_to_minor()?)
    }
}
