//! What a price is in another currency: by a stated rational rate, to a step that looks like a
//! price. It is frozen with a quote, so a rate that changes later never touches it.

use ledger::exchange::Rate;
use ledger::round::mul_div_half_up;
use ledger::{ArithmeticError, Money, MoneyError};

/// How prices are said in another currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceTable {
    /// From the currency that offers are priced in to the one they are sold in.
    pub rate: Rate,
    /// Prices are whole steps of so many minor units: 50 for .00 and .50.
    pub step_minor: i64,
    /// Less so many minor units: with a step of 100, 10 for prices that end in .90.
    pub less_minor: i64,
}

impl PriceTable {
    /// Whether its step makes prices: a positive step, and less of it than all.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.step_minor > 0 && (0..self.step_minor).contains(&self.less_minor)
    }

    /// A price in the other currency, half up to the step and at least one step. Nothing stays
    /// nothing, and what is already in the other currency stays as it is.
    ///
    /// # Errors
    /// When the price is of a third currency, or the result overflows.
    pub fn price(&self, price: Money) -> Result<Money, MoneyError> {
        let (from, to) = (self.rate.from(), self.rate.to());
        if price.currency() == to {
            return Ok(price);
        }
        if price.is_zero() {
            return Ok(Money::zero(to));
        }
        // Mixing a third currency in is the refusal that adding it would be.
        price.checked_add(Money::zero(from))?;
        let minor = to.minor_unit_micros();
        let overflow = MoneyError::Arithmetic(ArithmeticError::Overflow);
        let step = self.step_minor.checked_mul(minor).ok_or(overflow)?;
        let (numerator, denominator) = self.rate.fraction();
        let micros = mul_div_half_up(price.micros(), numerator, denominator, step)
            .map_err(MoneyError::Arithmetic)?;
        Ok(Money::new(micros.max(step) - self.less_minor * minor, to))
    }
}
