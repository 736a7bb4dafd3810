//! Divisions, each with the name of its rounding.
//!
//! *Floor* is towards minus infinity, *half up* sends an exact half towards plus infinity, and
//! *towards zero* mirrors negative amounts on positive ones. Products are taken in `i128`, where
//! two `i64` factors can't overflow.

use thiserror::Error;

/// Basis points in a whole.
pub const BASIS_POINTS: i64 = 10_000;

/// An exact computation has no `i64` result.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ArithmeticError {
    /// The result lies outside what an `i64` of micro-units can hold.
    #[error("the amount is too large to compute with")]
    Overflow,
    /// A divisor was zero or negative.
    #[error("the divisor of an amount must be positive")]
    DivisorNotPositive,
}

fn narrow(wide: i128) -> Result<i64, ArithmeticError> {
    i64::try_from(wide).map_err(|_| ArithmeticError::Overflow)
}

fn positive(divisor: i64) -> Result<i128, ArithmeticError> {
    if divisor > 0 {
        Ok(i128::from(divisor))
    } else {
        Err(ArithmeticError::DivisorNotPositive)
    }
}

/// ⌊amount · numerator / denominator⌋.
///
/// # Errors
/// When the denominator isn't positive or the result overflows.
pub fn mul_div_floor(
    amount: i64,
    numerator: i64,
    denominator: i64,
) -> Result<i64, ArithmeticError> {
    let divisor = positive(denominator)?;
    narrow((i128::from(amount) * i128::from(numerator)).div_euclid(divisor))
}

/// The same ratio rounded towards zero, so that negative amounts mirror positive ones.
///
/// # Errors
/// When the denominator isn't positive or the result overflows.
pub fn mul_div_toward_zero(
    amount: i64,
    numerator: i64,
    denominator: i64,
) -> Result<i64, ArithmeticError> {
    let divisor = positive(denominator)?;
    narrow(i128::from(amount) * i128::from(numerator) / divisor)
}

/// ⌊amount · basis points / 10,000⌋: commissions and reserves.
///
/// # Errors
/// When the result overflows.
pub fn bps_floor(amount: i64, basis_points: u32) -> Result<i64, ArithmeticError> {
    mul_div_floor(amount, i64::from(basis_points), BASIS_POINTS)
}

/// The largest multiple of `unit` not above `amount`.
///
/// # Errors
/// When the unit isn't positive or the result overflows.
pub fn floor_to(amount: i64, unit: i64) -> Result<i64, ArithmeticError> {
    let step = positive(unit)?;
    narrow(i128::from(amount).div_euclid(step) * step)
}

/// The multiple of `unit` nearest to `amount · numerator / denominator`, an exact half upwards.
///
/// # Errors
/// When a divisor isn't positive or the result overflows.
pub fn mul_div_half_up(
    amount: i64,
    numerator: i64,
    denominator: i64,
    unit: i64,
) -> Result<i64, ArithmeticError> {
    half_up(
        i128::from(amount) * i128::from(numerator),
        positive(denominator)?,
        positive(unit)?,
    )
}

/// A payment provider's fee: `amount · basis points / 10,000 + fixed`, rounded once, half up to
/// a multiple of `unit`.
///
/// # Errors
/// When the unit isn't positive or the result overflows.
pub fn bps_plus_fixed_half_up(
    amount: i64,
    basis_points: u32,
    fixed: i64,
    unit: i64,
) -> Result<i64, ArithmeticError> {
    let scale = i128::from(BASIS_POINTS);
    let scaled = i128::from(amount) * i128::from(basis_points) + i128::from(fixed) * scale;
    half_up(scaled, scale, positive(unit)?)
}

/// `numerator / denominator` to the nearest multiple of `unit`. Both divisors are positive, and
/// come from an `i64`, so their product fits.
fn half_up(numerator: i128, denominator: i128, unit: i128) -> Result<i64, ArithmeticError> {
    let step = denominator * unit;
    let (steps, rest) = (numerator.div_euclid(step), numerator.rem_euclid(step));
    let steps = if rest >= step - rest {
        steps + 1
    } else {
        steps
    };
    narrow(steps.checked_mul(unit).ok_or(ArithmeticError::Overflow)?)
}

/// An amount changed into another currency at the rate `numerator / denominator`: the whole
/// micro-units bought (floored), and the residue still owed, counted in 1/denominator of a
/// micro-unit.
///
/// # Errors
/// When the denominator isn't positive or a result overflows.
pub fn exchange_floor(
    amount: i64,
    numerator: i64,
    denominator: i64,
) -> Result<(i64, i64), ArithmeticError> {
    let divisor = positive(denominator)?;
    let product = i128::from(amount) * i128::from(numerator);
    Ok((
        narrow(product.div_euclid(divisor))?,
        narrow(product.rem_euclid(divisor))?,
    ))
}

/// How many whole times `unit` goes into `amount`: the uses that a pool funds at a guarantee.
/// A negative amount funds none.
///
/// # Errors
/// When the unit isn't positive.
pub fn whole_times(amount: i64, unit: i64) -> Result<i64, ArithmeticError> {
    positive(unit)?;
    Ok(amount.max(0) / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rounding_does_what_its_name_says() {
        //            amount  num  den  floor  to zero  half up to 1
        let table = [
            (7, 1, 2, 3, 3, 4),
            (-7, 1, 2, -4, -3, -3),
            (6, 1, 3, 2, 2, 2),
            (-5, 1, 3, -2, -1, -2),
            (0, 9, 7, 0, 0, 0),
            (1, 999, 1000, 0, 0, 1),
        ];
        for (amount, num, den, floor, zero, half) in table {
            assert_eq!(mul_div_floor(amount, num, den), Ok(floor));
            assert_eq!(mul_div_toward_zero(amount, num, den), Ok(zero));
            assert_eq!(mul_div_half_up(amount, num, den, 1), Ok(half));
        }
    }

    #[test]
    fn a_divisor_must_be_positive() {
        let refused = Err(ArithmeticError::DivisorNotPositive);
        for bad in [0, -1] {
            assert_eq!(mul_div_floor(1, 1, bad), refused);
            assert_eq!(mul_div_toward_zero(1, 1, bad), refused);
            assert_eq!(mul_div_half_up(1, 1, bad, 1), refused);
            assert_eq!(mul_div_half_up(1, 1, 1, bad), refused);
            assert_eq!(floor_to(1, bad), refused);
            assert_eq!(whole_times(1, bad), refused);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_not_wrapped() {
        let refused = Err(ArithmeticError::Overflow);
        assert_eq!(mul_div_floor(i64::MAX, 2, 1), refused);
        assert_eq!(mul_div_floor(i64::MIN, -1, 1), refused);
        assert_eq!(floor_to(i64::MIN, 10_000), refused);
        assert_eq!(mul_div_half_up(i64::MAX, 1, 1, 1_000_000), refused);
        assert_eq!(
            mul_div_half_up(i64::MAX, i64::MAX, i64::MAX, i64::MAX),
            Ok(i64::MAX)
        );
    }

    #[test]
    fn an_exact_half_goes_up_once_and_only_once() {
        // 0.145 + 0.30 = 0.445 dollars: rounding the parts would give 0.15 + 0.30.
        assert_eq!(
            bps_plus_fixed_half_up(5_000_000, 290, 300_000, 10_000),
            Ok(450_000)
        );
        assert_eq!(
            bps_plus_fixed_half_up(5_000_000, 290, 299_999, 10_000),
            Ok(440_000)
        );
    }
}
