//! The refund of what is left of a bundle (money.md §4).
//!
//! The buyer gets P·remaining/T of the price, floored to the minor unit. It comes out of the
//! legs of the bundle's sale by the cumulative floors of [`crate::refund`]; what the floor to the
//! minor unit leaves on the bundle's unearned account is the composers', as at expiry. Afterwards
//! the bundle holds nothing.
//!
//! A dispute may take back more than the bundle still holds. Then the tracks it was used on give
//! back the rest, in proportion to what they earned from it: see [`entitled`].

use ledger::round::{floor_to, mul_div_floor};
use ledger::{ArithmeticError, Money, MoneyError, ShareError, largest_remainder};
use thiserror::Error;

use crate::bundle::{Bundle, refund_of_rest};
use crate::id::TrackId;

/// The legs of a bundle's sale that a refund touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundleSale {
    /// What the buyer was charged.
    pub gross: Money,
    /// The tax in it, in micro-units.
    pub tax_micros: i64,
}

/// Where the refund comes from. Amounts in micro-units; `tax + unearned + platform` is the
/// refund, and `unearned + to_composers` is all that the bundle still held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestRefund {
    /// What the buyer gets.
    pub refund: Money,
    /// Tax given back, whole minor units.
    pub tax: i64,
    /// Out of the bundle's unearned account.
    pub unearned: i64,
    /// Out of the platform: its commission on the rest, and the provider's fee that stays gone.
    pub platform: i64,
    /// What is left of the unearned account: shared over the tracks as at expiry.
    pub to_composers: i64,
}

/// The rest of a bundle can't be refunded.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RestRefusal {
    /// What is left is worth less than a minor unit.
    #[error("nothing is left of the bundle that could be paid back")]
    Nothing,
    /// The bundle's figures are damaged, or don't fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<ArithmeticError> for RestRefusal {
    fn from(error: ArithmeticError) -> RestRefusal {
        RestRefusal::Money(MoneyError::Arithmetic(error))
    }
}

/// The refund of all that is left of a bundle.
///
/// # Errors
/// When nothing payable is left, or the bundle's figures can't be computed with.
pub fn refund_rest(sale: &BundleSale, bundle: &Bundle) -> Result<RestRefund, RestRefusal> {
    let refund = refund_of_rest(sale.gross, bundle.left_ms(), bundle.total_ms)?;
    if refund.micros() <= 0 {
        return Err(RestRefusal::Nothing);
    }
    let (part, whole) = (refund.micros(), sale.gross.micros());
    let unit = sale.gross.currency().minor_unit_micros();
    let tax = floor_to(mul_div_floor(sale.tax_micros, part, whole)?, unit)?;
    let held = bundle.left_micros()?;
    // ⌊N·R/P⌋ is never more than N − ⌊N·s/T⌋, since R/P is at most (T−s)/T.
    let unearned = mul_div_floor(bundle.unearned_micros, part, whole)?;
    Ok(RestRefund {
        refund,
        tax,
        unearned,
        platform: part - tax - unearned,
        to_composers: held - unearned,
    })
}

/// What the tracks a bundle was used on, and the bundle itself, are entitled to once `left`
/// micro-units of its composers' side N remain. `earned` is what each track earned from it. The
/// tracks keep what they earned for as long as that is covered; the second figure is what stays
/// unearned. What a reversal posts is the difference between two such answers, so any number of
/// them in any order ends alike.
///
/// # Errors
/// When the sum of the earnings doesn't fit, or one of them is negative: an audit will say why.
pub fn entitled(
    earned: &[(TrackId, i64)],
    left: i64,
) -> Result<(Vec<(TrackId, i64)>, i64), ShareError> {
    let left = left.max(0);
    let mut sum = 0_i64;
    let mut weights = Vec::with_capacity(earned.len());
    for (_, micros) in earned {
        weights.push(u64::try_from(*micros).map_err(|_| ArithmeticError::Overflow)?);
        sum = sum.checked_add(*micros).ok_or(ArithmeticError::Overflow)?;
    }
    if sum <= left {
        return Ok((earned.to_vec(), left - sum));
    }
    let tracks = earned.iter().map(|(track, _)| *track);
    let parts = largest_remainder(left, &weights)?;
    Ok((tracks.zip(parts).collect(), 0))
}
