//! A sale, divided: `charged = tax + provider fee + net`, `net = commission + reserve + composers`.
//!
//! Tax and fee are half up to the minor unit, commission and reserve floored in basis points,
//! and the remainder is the composers'. The rates are the operator's settings, shown to
//! composers.

use ledger::round::{bps_floor, bps_plus_fixed_half_up, mul_div_half_up};
use ledger::{ArithmeticError, Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How tax stands to the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Tax {
    /// No tax is collected.
    #[default]
    None,
    /// The price contains the tax (as in the EU).
    Inclusive {
        /// The rate in basis points: 2000 is 20 %.
        bp: u32,
    },
    /// The tax is added to the price (as in the US).
    Exclusive {
        /// The rate in basis points.
        bp: u32,
    },
}

/// The operator's rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// The store's commission on the net, in basis points.
    pub commission_bp: u32,
    /// Held back of the composers' side against chargebacks, in basis points.
    pub reserve_bp: u32,
    /// The payment provider's proportional fee on what is charged, in basis points.
    pub provider_fee_bp: u32,
    /// The payment provider's fixed fee in micro-units of the currency charged.
    pub provider_fee_fixed_micros: i64,
    /// Tax on the sale.
    pub tax: Tax,
}

impl Default for Rates {
    /// The shipped defaults: commission 15 %, reserve 5 %, card 2.9 % + 0.30, no tax.
    fn default() -> Rates {
        Rates {
            commission_bp: 1_500,
            reserve_bp: 500,
            provider_fee_bp: 290,
            provider_fee_fixed_micros: 300_000,
            tax: Tax::None,
        }
    }
}

/// The legs of a sale, all of one currency; they sum to `gross`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaleSplit {
    /// What the buyer is charged: the price, plus tax where tax is exclusive.
    pub gross: Money,
    /// Tax owed.
    pub tax: Money,
    /// The payment provider's fee.
    pub fee: Money,
    /// What is left after tax and fee.
    pub net: Money,
    /// The store's commission.
    pub commission: Money,
    /// Held back of the composers' side.
    pub reserve: Money,
    /// The composers' share, to be divided by split sheet.
    pub composers: Money,
}

/// A sale can't be made at this price.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SaleRefusal {
    /// The price is zero or negative.
    #[error("a price must be more than nothing")]
    NotPositive,
    /// A rate is above 100 %.
    #[error("a rate of {0} basis points is more than the whole")]
    RateTooHigh(u32),
    /// Tax and fee leave nothing to share.
    #[error("{} is too little to charge: tax and the payment fee take {}",
        gross.price_display(), costs.price_display())]
    TooSmall {
        /// What would have been charged.
        gross: Money,
        /// Tax and provider fee together.
        costs: Money,
    },
    /// The price is beyond what can be computed with.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<ArithmeticError> for SaleRefusal {
    fn from(error: ArithmeticError) -> SaleRefusal {
        SaleRefusal::Money(MoneyError::Arithmetic(error))
    }
}

/// The tax on a price and what is charged with it: `(tax, charged)`, both whole minor units
/// where the price is.
///
/// # Errors
/// When a sum overflows.
pub fn tax_on(price: Money, tax: Tax) -> Result<(Money, Money), SaleRefusal> {
    let unit = price.currency().minor_unit_micros();
    let part = |bp: u32, of: i64| -> Result<Money, SaleRefusal> {
        let micros = mul_div_half_up(price.micros(), i64::from(bp), of, unit)?;
        Ok(Money::new(micros, price.currency()))
    };
    match tax {
        Tax::None => Ok((Money::zero(price.currency()), price)),
        Tax::Inclusive { bp } => Ok((part(bp, 10_000 + i64::from(bp))?, price)),
        Tax::Exclusive { bp } => {
            let tax = part(bp, 10_000)?;
            Ok((tax, price.checked_add(tax)?))
        }
    }
}

/// Divides a sale at `price` (before exclusive tax) by the operator's rates.
///
/// # Errors
/// A [`SaleRefusal`] when the price isn't positive, can't bear tax and fee, or overflows.
pub fn split_sale(price: Money, rates: &Rates) -> Result<SaleSplit, SaleRefusal> {
    if price.micros() <= 0 {
        return Err(SaleRefusal::NotPositive);
    }
    for bp in [rates.commission_bp, rates.reserve_bp, rates.provider_fee_bp] {
        if bp > 10_000 {
            return Err(SaleRefusal::RateTooHigh(bp));
        }
    }
    let currency = price.currency();
    let (tax, gross) = tax_on(price, rates.tax)?;
    let fee = bps_plus_fixed_half_up(
        gross.micros(),
        rates.provider_fee_bp,
        rates.provider_fee_fixed_micros,
        currency.minor_unit_micros(),
    )?;
    let fee = Money::new(fee, currency);
    let costs = tax.checked_add(fee)?;
    let net = gross.checked_sub(costs)?;
    if net.micros() <= 0 {
        return Err(SaleRefusal::TooSmall { gross, costs });
    }
    let commission = Money::new(bps_floor(net.micros(), rates.commission_bp)?, currency);
    let side = net.checked_sub(commission)?;
    let reserve = Money::new(bps_floor(side.micros(), rates.reserve_bp)?, currency);
    let composers = side.checked_sub(reserve)?;
    Ok(SaleSplit {
        gross,
        tax,
        fee,
        net,
        commission,
        reserve,
        composers,
    })
}

impl SaleSplit {
    /// Reserve and composers' share together: what a bundle holds as unearned, since a bundle's
    /// sale keeps no reserve of its own.
    ///
    /// # Errors
    /// Never for the result of [`split_sale`], whose net held both.
    pub fn composers_side(&self) -> Result<Money, MoneyError> {
        self.reserve.checked_add(self.composers)
    }
}
