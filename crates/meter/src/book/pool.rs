//! The pool of one cycle, as `domain::pool::Pool` keeps it, with its sums at hand.

use std::collections::{BTreeMap, HashMap};

use domain::Timestamp;
use domain::cycle::Cycle;
use domain::pool::{Beyond, Pool, PoolError};
use foldhash::fast::RandomState;

use super::CycleTerms;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CyclePool {
    pub(super) nth: u32,
    pub(super) cycle: Cycle,
    pub(super) guarantee: i64,
    allowance: i64,
    cap: u32,
    used: i64,
    /// By the book's place of the track.
    uses: HashMap<u32, u32, RandomState>,
}

impl CyclePool {
    /// The domain's own pool checks the figures.
    pub(super) fn new(terms: &CycleTerms, uses: Vec<(u32, u32)>) -> Result<CyclePool, PoolError> {
        let by_track: BTreeMap<_, _> = terms.uses.iter().copied().collect();
        let (contribution, guarantee) = (terms.contribution, terms.guarantee);
        let pool = Pool::new(contribution, guarantee, terms.per_track_cap, by_track)?;
        Ok(CyclePool {
            nth: terms.nth,
            cycle: terms.cycle,
            guarantee,
            allowance: pool.allowance(),
            cap: terms.per_track_cap.unwrap_or(u32::MAX),
            used: pool.used(),
            uses: uses.into_iter().filter(|(_, uses)| *uses > 0).collect(),
        })
    }

    /// What one more use of a track accrues.
    pub(super) fn accept(&self, track: u32) -> Result<i64, Beyond> {
        if self.used >= self.allowance {
            let allowance = self.allowance;
            return Err(Beyond::Allowance { allowance });
        }
        if self.uses.get(&track).copied().unwrap_or(0) >= self.cap {
            return Err(Beyond::TrackCap { cap: self.cap });
        }
        Ok(self.guarantee)
    }

    pub(super) fn take(&mut self, track: u32) {
        self.used += 1;
        *self.uses.entry(track).or_default() += 1;
    }

    pub(super) fn give_back(&mut self, track: u32) {
        self.used -= 1;
        let uses = self.uses.entry(track).or_default();
        *uses = uses.saturating_sub(1);
        if *uses == 0 {
            self.uses.remove(&track);
        }
    }
}

/// The cycle that a use is posted in: that of its publication while that one takes late uses,
/// else the one open now. As `domain::cycle::entry`, for the cycles that are paid.
pub(super) fn entry(
    pools: &[CyclePool],
    published: Timestamp,
    now: Timestamp,
) -> Option<&CyclePool> {
    let holding = |at: Timestamp| pools.iter().find(|pool| pool.cycle.contains(at));
    match holding(published.min(now)) {
        Some(own) if !own.cycle.may_close(now) => Some(own),
        Some(_) => holding(now),
        // A cycle that wasn't paid doesn't lend its uses to the next one.
        None => None,
    }
}
