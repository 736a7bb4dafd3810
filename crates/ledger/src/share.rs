//! Sharing an amount so that nothing is created or lost.
//!
//! Two ways. [`largest_remainder`] divides one amount at once. [`telescope`] divides a stream of
//! amounts: it posts the difference between cumulative entitlements, so the result depends on
//! the cumulative amount alone, whatever the order or batching of events, and never drifts by
//! more than a micro-unit from the exact share.

use thiserror::Error;

use crate::round::ArithmeticError;

/// An amount can't be shared.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ShareError {
    /// There is nobody to share with: no weight, or all weights are zero.
    #[error("an amount can't be shared: every weight is zero")]
    NoWeight,
    /// A sum doesn't fit.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

/// What one event of a telescoping split posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telescoped {
    /// The part of each weight, in the weights' order, in micro-units.
    pub parts: Vec<i64>,
    /// The change of the carry, in micro-units; parts and carry sum to the amount shared.
    pub carry_delta: i64,
    /// The cumulative amount after this event: `before` of the next one.
    pub shared_after: i64,
}

/// Divides `total` in proportion to `weights`: floored shares first, then one micro-unit more to
/// each of the largest remainders, ties to the first. The parts always sum to the total; a
/// negative total gives the mirror image of the positive one.
///
/// # Errors
/// [`ShareError::NoWeight`] when the weights sum to zero.
pub fn largest_remainder(total: i64, weights: &[u64]) -> Result<Vec<i64>, ShareError> {
    let whole = weight_sum(weights)?;
    let size = i128::from(total).abs();
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (at, &weight) in weights.iter().enumerate() {
        let product = size * i128::from(weight);
        parts.push(product / whole);
        remainders.push((product % whole, at));
    }
    let odd = size - parts.iter().sum::<i128>();
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    // There are fewer odd units than weights, since each floor loses less than one.
    for ((_, at), _) in remainders.iter().zip(0..odd) {
        parts[*at] += 1;
    }
    let sign = if total < 0 { -1 } else { 1 };
    parts.into_iter().map(|part| narrow(part * sign)).collect()
}

/// Shares `amount` on top of the `before` already shared: each part is the growth of that
/// weight's cumulative entitlement `C·wᵢ/Σw`, rounded towards zero (which is the floor wherever
/// more was earned than reversed, and mirrors it otherwise). What isn't yet anybody's whole
/// micro-unit changes the carry.
///
/// # Errors
/// When the weights sum to zero or the cumulative amount overflows.
pub fn telescope(before: i64, amount: i64, weights: &[u64]) -> Result<Telescoped, ShareError> {
    let shared_after = before
        .checked_add(amount)
        .ok_or(ArithmeticError::Overflow)?;
    let was = entitlements(before, weights)?;
    let is = entitlements(shared_after, weights)?;
    let parts = is
        .iter()
        .zip(&was)
        .map(|(after, earlier)| narrow(i128::from(*after) - i128::from(*earlier)))
        .collect::<Result<Vec<i64>, ShareError>>()?;
    let given: i128 = parts.iter().map(|part| i128::from(*part)).sum();
    let carry_delta = narrow(i128::from(amount) - given)?;
    Ok(Telescoped {
        parts,
        carry_delta,
        shared_after,
    })
}

/// What each weight is entitled to once `shared` micro-units have been shared in all.
///
/// # Errors
/// [`ShareError::NoWeight`] when the weights sum to zero.
pub fn entitlements(shared: i64, weights: &[u64]) -> Result<Vec<i64>, ShareError> {
    let whole = weight_sum(weights)?;
    weights
        .iter()
        .map(|&weight| narrow(i128::from(shared) * i128::from(weight) / whole))
        .collect()
}

/// The carry that stands open once `shared` micro-units have been shared in all.
///
/// # Errors
/// [`ShareError::NoWeight`] when the weights sum to zero.
pub fn carry(shared: i64, weights: &[u64]) -> Result<i64, ShareError> {
    let given: i128 = entitlements(shared, weights)?
        .into_iter()
        .map(i128::from)
        .sum();
    narrow(i128::from(shared) - given)
}

/// The parts that settle the carry when a telescoping split is closed: with them, each weight
/// has received exactly its largest-remainder part of everything shared.
///
/// # Errors
/// [`ShareError::NoWeight`] when the weights sum to zero.
pub fn close(shared: i64, weights: &[u64]) -> Result<Vec<i64>, ShareError> {
    let given = entitlements(shared, weights)?;
    let fair = largest_remainder(shared, weights)?;
    fair.iter()
        .zip(&given)
        .map(|(due, had)| narrow(i128::from(*due) - i128::from(*had)))
        .collect()
}

fn weight_sum(weights: &[u64]) -> Result<i128, ShareError> {
    let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if whole == 0 {
        Err(ShareError::NoWeight)
    } else {
        Ok(whole)
    }
}

fn narrow(wide: i128) -> Result<i64, ShareError> {
    i64::try_from(wide).map_err(|_| ShareError::Arithmetic(ArithmeticError::Overflow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_units_go_to_the_largest_remainders_then_to_the_first() {
        let table: [(i64, &[u64], &[i64]); 8] = [
            (10, &[1, 1, 1], &[4, 3, 3]),
            (11, &[1, 1, 1], &[4, 4, 3]),
            (-10, &[1, 1, 1], &[-4, -3, -3]),
            (10, &[5, 3, 2], &[5, 3, 2]),
            (1, &[1, 3], &[0, 1]),
            (0, &[2, 3], &[0, 0]),
            (7, &[0, 4, 0], &[0, 7, 0]),
            (i64::MIN, &[1], &[i64::MIN]),
        ];
        for (total, weights, parts) in table {
            assert_eq!(
                largest_remainder(total, weights),
                Ok(parts.to_vec()),
                "{total}"
            );
        }
    }

    #[test]
    fn nobody_to_share_with_is_refused() {
        for weights in [&[][..], &[0], &[0, 0]] {
            assert_eq!(largest_remainder(1, weights), Err(ShareError::NoWeight));
            assert_eq!(telescope(0, 1, weights), Err(ShareError::NoWeight));
        }
    }

    #[test]
    fn a_cumulative_amount_that_overflows_is_refused() {
        let overflow = Err(ShareError::Arithmetic(ArithmeticError::Overflow));
        assert_eq!(telescope(i64::MAX, 1, &[1, 2]), overflow);
    }
}
