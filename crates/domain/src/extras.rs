//! What else a sale divides: a curator's share, the reserve's release, and sales for nothing
//! (money.md §3).
//!
//! `gross = tax + provider fee + net` stays exact throughout; a curator is paid out of the
//! store's commission, so that what composers were shown doesn't change with where a buyer came
//! from.

use ledger::round::{bps_floor, mul_div_floor};
use ledger::{ArithmeticError, Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::sale::SaleSplit;
use crate::time::Timestamp;

/// A sale with a curator's share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curated {
    /// The sale; its commission is what the store keeps beside the curator.
    pub split: SaleSplit,
    /// The curator's share.
    pub curator: Money,
}

/// A curator's share can't be paid.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CuratorRefusal {
    /// More than the store takes.
    #[error("a curator's {micros} micro-units are more than the commission of {commission}")]
    AboveCommission {
        /// What the curator would get, in micro-units.
        micros: i64,
        /// What the store takes.
        commission: Money,
    },
    /// A figure doesn't fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Gives a curator their share of a sale: basis points of the net, floored, out of the commission.
///
/// # Errors
/// When the commission is smaller than that.
pub fn curate(split: SaleSplit, curator_bp: u32) -> Result<Curated, CuratorRefusal> {
    let micros = bps_floor(split.net.micros(), curator_bp).map_err(MoneyError::Arithmetic)?;
    let commission = split.commission;
    if micros > commission.micros() {
        return Err(CuratorRefusal::AboveCommission { micros, commission });
    }
    let curator = Money::new(micros, commission.currency());
    let commission = commission.checked_sub(curator)?;
    let split = SaleSplit {
        commission,
        ..split
    };
    Ok(Curated { split, curator })
}

/// The same for a sale that was promised before the commission fell: a curator whose share is
/// more than the commission gets all of that, and no more.
///
/// # Errors
/// When a figure doesn't fit.
pub fn curate_within(split: SaleSplit, curator_bp: u32) -> Result<Curated, MoneyError> {
    match curate(split, curator_bp) {
        Ok(curated) => Ok(curated),
        Err(CuratorRefusal::Money(error)) => Err(error),
        Err(CuratorRefusal::AboveCommission { commission, .. }) => Ok(Curated {
            curator: commission,
            split: SaleSplit {
                commission: Money::zero(commission.currency()),
                ..split
            },
        }),
    }
}

/// A sale for nothing, as under a tier that is free with a credit, or with a promotion that takes
/// all off: nothing is charged, so there is no tax, no fee, and no journal.
#[must_use]
pub fn free_sale(currency: Currency) -> SaleSplit {
    let nothing = Money::zero(currency);
    SaleSplit {
        gross: nothing,
        tax: nothing,
        fee: nothing,
        net: nothing,
        commission: nothing,
        reserve: nothing,
        composers: nothing,
    }
}

/// What a sale holds in reserve against chargebacks. Amounts in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// When the sale was made.
    pub since: Timestamp,
    /// What was held back.
    pub micros: i64,
    /// Has it gone to the payees?
    pub released: bool,
}

/// Where a reversal of a reserve's leg comes from; both sum to the part reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromReserve {
    /// Out of the reserve.
    pub reserve: i64,
    /// Back from the payees, by the sheet that the reserve was released to.
    pub payees: i64,
}

impl Hold {
    /// What is due to the payees at `now`: all that refunds have left of it, once it is `age_ms`
    /// old and hasn't gone yet. Share it by the sheet of the sale.
    ///
    /// # Errors
    /// When more was returned than charged, or the figures don't fit.
    pub fn due(
        &self,
        now: Timestamp,
        age_ms: i64,
        returned: i64,
        gross: i64,
    ) -> Result<i64, ArithmeticError> {
        if self.released || now.since(self.since) < age_ms {
            return Ok(0);
        }
        Ok(self.micros - mul_div_floor(self.micros, returned.clamp(0, gross.max(0)), gross)?)
    }

    /// Where `reversed` micro-units of this hold come from: the reserve for as long as it is
    /// there, afterwards the payees who got it.
    #[must_use]
    pub fn reverse(&self, reversed: i64) -> FromReserve {
        if self.released {
            FromReserve {
                reserve: 0,
                payees: reversed,
            }
        } else {
            FromReserve {
                reserve: reversed,
                payees: 0,
            }
        }
    }
}
