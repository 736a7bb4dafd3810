//! Cutting a bundle: a part of its unused clip time leaves (as a gift, by a refund, at expiry),
//! or comes back from a gift that nobody took.
//!
//! What was sold never changes. A cut ends one run of the telescoping rule and begins the next:
//! what was earned until then is fixed, and what is still held is earned by the clip time still
//! left. So a part of *g* of the *l* milliseconds left takes ⌊L·g/l⌋ of the L micro-units held, the
//! rest stays, and over any number of uses and cuts exactly what was sold is earned, held or gone.

use ledger::round::mul_div_floor;
use ledger::{ArithmeticError, Money, MoneyError};
use thiserror::Error;

use crate::bundle::{BILLING_STEP_MS, Bundle};
use crate::bundle_refund::{BundleSale, RestRefund, RestRefusal, refund_rest};
use crate::id::BundleId;
use crate::time::Timestamp;

/// A bundle with all that became of it. Times in ms, money in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutBundle {
    /// The bundle.
    pub id: BundleId,
    /// Clip time as sold.
    pub sold_ms: i64,
    /// The composers' side as sold.
    pub sold_micros: i64,
    /// Clip time billed so far, in all.
    pub consumed_ms: i64,
    /// Clip time that left, less what came back.
    pub gone_ms: i64,
    /// What left with it.
    pub gone_micros: i64,
    /// Clip time that had been billed at the last cut.
    pub base_ms: i64,
    /// What had been earned at the last cut.
    pub base_micros: i64,
    /// From this instant on nothing can be drawn.
    pub expires_at: Timestamp,
}

/// A cut of a bundle: what moves, and the bundle afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Clip time that leaves; negative where it comes back.
    pub ms: i64,
    /// What leaves with it.
    pub micros: i64,
    /// The bundle afterwards.
    pub after: CutBundle,
}

/// A bundle can't be cut like this.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CutRefusal {
    /// Not whole seconds, or none.
    #[error("give whole seconds of clip time, at least one")]
    NotWholeSeconds,
    /// More than is left.
    #[error("only {left_ms} ms of clip time are left: give no more than that")]
    TooMuch {
        /// What is left, in ms.
        left_ms: i64,
    },
    /// The bundle's figures are damaged, or don't fit.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

impl CutBundle {
    /// The run since the last cut, as the rules of a bundle see it.
    #[must_use]
    pub fn run(&self) -> Bundle {
        Bundle {
            id: self.id,
            total_ms: self.sold_ms - self.gone_ms - self.base_ms,
            consumed_ms: self.consumed_ms - self.base_ms,
            unearned_micros: self.sold_micros - self.gone_micros - self.base_micros,
            expires_at: self.expires_at,
        }
    }

    /// Clip time left, in ms, whether expired or not.
    #[must_use]
    pub fn left_ms(&self) -> i64 {
        self.run().left_ms()
    }

    /// The micro-units still held.
    ///
    /// # Errors
    /// When the bundle's figures can't be computed with.
    pub fn left_micros(&self) -> Result<i64, ArithmeticError> {
        let run = self.run();
        match run.total_ms {
            0 => Ok(run.unearned_micros),
            _ => run.left_micros(),
        }
    }

    /// Cuts a part of what is left off, in whole seconds: a gift.
    ///
    /// # Errors
    /// [`CutRefusal`].
    pub fn give(&self, ms: i64) -> Result<Cut, CutRefusal> {
        if ms <= 0 || ms % BILLING_STEP_MS != 0 {
            return Err(CutRefusal::NotWholeSeconds);
        }
        let left_ms = self.left_ms();
        if ms > left_ms {
            return Err(CutRefusal::TooMuch { left_ms });
        }
        let micros = mul_div_floor(self.left_micros()?, ms, left_ms)?;
        Ok(self.cut(ms, micros)?)
    }

    /// Takes back what was cut off and never used.
    ///
    /// # Errors
    /// When the bundle's figures can't be computed with.
    pub fn take_back(&self, ms: i64, micros: i64) -> Result<Cut, ArithmeticError> {
        self.cut(-ms, -micros)
    }

    /// Cuts off all that is left.
    ///
    /// # Errors
    /// When the bundle's figures can't be computed with.
    pub fn empty(&self) -> Result<Cut, ArithmeticError> {
        self.cut(self.left_ms(), self.left_micros()?)
    }

    /// Cuts off what is left at expiry. Of its micro-units `taken` aren't there, since refunds or
    /// disputes took them: those stay behind, without clip time, and leave once they are given
    /// again. Nothing of its own moves where all is taken.
    ///
    /// # Errors
    /// When the bundle's figures can't be computed with.
    pub fn expire(&self, taken: i64) -> Result<Cut, ArithmeticError> {
        let there = self.left_micros()?.checked_sub(taken.max(0));
        let there = there.ok_or(ArithmeticError::Overflow)?;
        self.cut(self.left_ms(), there.max(0))
    }

    /// The refund of all that is left: P·left/T of the price, floored to the minor unit. Where
    /// clip time was given away the bundle may hold a micro-unit less than the sale's own floor;
    /// the platform bears that.
    ///
    /// # Errors
    /// When nothing payable is left, or the figures can't be computed with.
    pub fn refund(&self, gross: Money, tax_micros: i64) -> Result<RestRefund, RestRefusal> {
        let as_sold = Bundle {
            id: self.id,
            total_ms: self.sold_ms,
            consumed_ms: self.sold_ms - self.left_ms(),
            unearned_micros: self.sold_micros,
            expires_at: self.expires_at,
        };
        let plain = refund_rest(&BundleSale { gross, tax_micros }, &as_sold)?;
        let held = self.left_micros()?;
        let unearned = plain.unearned.min(held);
        Ok(RestRefund {
            unearned,
            platform: plain.refund.micros() - plain.tax - unearned,
            to_composers: held - unearned,
            ..plain
        })
    }

    fn cut(&self, ms: i64, micros: i64) -> Result<Cut, ArithmeticError> {
        let earned = self.sold_micros - self.gone_micros - self.left_micros()?;
        let sum = |a: i64, b: i64| a.checked_add(b).ok_or(ArithmeticError::Overflow);
        let after = CutBundle {
            gone_ms: sum(self.gone_ms, ms)?,
            gone_micros: sum(self.gone_micros, micros)?,
            base_ms: self.consumed_ms,
            base_micros: earned,
            ..*self
        };
        Ok(Cut { ms, micros, after })
    }
}

/// What a gift is worth on its licence: its part of what the giver paid, floored to the minor
/// unit, and at least one of those.
///
/// # Errors
/// When the giver's clip time isn't positive or the result overflows.
pub fn gift_price(price: Money, ms: i64, sold_ms: i64) -> Result<Money, MoneyError> {
    let part = mul_div_floor(price.micros(), ms, sold_ms)?;
    let part = Money::new(part, price.currency()).floor_to_minor()?;
    let unit = price.currency().minor_unit_micros();
    Ok(Money::new(part.micros().max(unit), price.currency()))
}
