//! Who pays for a use: the subscription's pool first, then a bundle (money.md §5).
//!
//! Uses beyond the allowance draw on the buyer's bundles. When those hold too little either, the
//! use is refused whole, and the refusal says both what the pool and what the bundles lacked, so
//! that a bundle can be offered.

use crate::bundle::{Bundle, Draw, NotEnough, draw};
use crate::id::TrackId;
use crate::time::Timestamp;

use super::{Accrual, Beyond, Pool};

/// What pays for a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaidFrom {
    /// The pool: the guaranteed amount.
    Pool(Accrual),
    /// Bundles: clip time.
    Bundles(Vec<Draw>),
}

/// Nothing pays for a use; nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// Why the pool can't; `None` when no subscription covers the use at all.
    pub pool: Option<Beyond>,
    /// Why the bundles can't.
    pub bundles: NotEnough,
}

/// Decides what pays for a use of `clip_ms` of a track at `at`, given the pool of the cycle it
/// belongs to (if any) and the buyer's bundles. Nothing is changed.
///
/// # Errors
/// [`Unpaid`] when neither can.
pub fn pay(
    pool: Option<&Pool>,
    bundles: &[Bundle],
    track: TrackId,
    clip_ms: i64,
    at: Timestamp,
) -> Result<PaidFrom, Unpaid> {
    let beyond = match pool.map(|pool| pool.accept(track)) {
        Some(Ok(accrual)) => return Ok(PaidFrom::Pool(accrual)),
        Some(Err(beyond)) => Some(beyond),
        None => None,
    };
    match draw(bundles, clip_ms, at) {
        Ok(draws) => Ok(PaidFrom::Bundles(draws)),
        Err(bundles) => Err(Unpaid {
            pool: beyond,
            bundles,
        }),
    }
}
