//! Money taken back out of a cycle by a refund or a dispute (money.md §5 and §6).
//!
//! What the tracks are entitled to is a pure function of what is left of the contribution, so
//! any number of reversals, in any order, ends where one of the same sum would. While the cycle
//! is open the pool gives first what it still holds, and only beyond that the guarantees go
//! back; a closed cycle isn't reopened, its tracks' shares shrink by a journal of their own.

use std::collections::BTreeMap;

use ledger::{ShareError, largest_remainder};

use super::Pool;
use crate::id::TrackId;

/// Was the cycle closed when its money was taken back?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Uses have accrued their guarantees only.
    Open,
    /// The tracks hold their shares of all that was contributed.
    Closed,
}

/// What a cycle's tracks and its pool (or, once closed and without uses, the idle account or the
/// next cycle) are entitled to. The sum is what is left of the contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitled {
    /// By track, in micro-units.
    pub tracks: BTreeMap<TrackId, i64>,
    /// What no track is entitled to, in micro-units.
    pub unused: i64,
}

/// The entitlements once `left` micro-units of the contribution remain; negative amounts count
/// as nothing left, and no more is left than was contributed. What a reversal posts is the
/// difference between the entitlements after it and those before.
///
/// # Errors
/// Never for a validated pool.
pub fn entitled(pool: &Pool, stage: Stage, left: i64) -> Result<Entitled, ShareError> {
    let left = left.clamp(0, pool.contribution);
    if pool.uses.is_empty() {
        return Ok(Entitled {
            tracks: BTreeMap::new(),
            unused: left,
        });
    }
    let spread = match stage {
        Stage::Open => left.min(pool.accrued()),
        Stage::Closed => left,
    };
    // At exactly n·g the largest remainder gives every track its uses times g.
    let weights: Vec<u64> = pool.uses.values().map(|count| u64::from(*count)).collect();
    let shares = largest_remainder(spread, &weights)?;
    Ok(Entitled {
        tracks: pool.uses.keys().copied().zip(shares).collect(),
        unused: left - spread,
    })
}
