//! The pools of a subscription's cycles, as `domain::pool::Pool` keeps them, with their sums at
//! hand; and which of them a use is posted in.

use std::collections::{BTreeMap, HashMap};

use domain::cycle::{Cycle, Entry};
use domain::pool::{Beyond, Pool, PoolError};
use domain::subscription::{Run, entry_in_runs};
use domain::{Timestamp, TrackId};
use foldhash::fast::RandomState;

use super::CycleTerms;

/// A subscription: when it ran, and its paid cycles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subscription {
    runs: Vec<Run>,
    pools: Vec<CyclePool>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CyclePool {
    pub(super) nth: u32,
    pub(super) cycle: Cycle,
    contribution: i64,
    guarantee: i64,
    cap: Option<u32>,
    closed: bool,
    allowance: i64,
    used: i64,
    /// By the book's place of the track.
    uses: HashMap<u32, u32, RandomState>,
    /// The run whose calendar it follows, where it does: the usual case, decided without one.
    run: Option<usize>,
    unsettled: Unsettled,
}

/// Tracks used since the settlement with a number. As a purse's own, not compared.
#[derive(Clone, Debug, Default)]
struct Unsettled {
    epoch: u32,
    tracks: Vec<u32>,
}

impl PartialEq for Unsettled {
    fn eq(&self, _: &Unsettled) -> bool {
        true
    }
}

impl Eq for Unsettled {}

impl Subscription {
    pub(super) fn put_runs(&mut self, runs: Vec<Run>) {
        self.runs = runs;
        for pool in &mut self.pools {
            pool.run = run_of(&self.runs, pool.cycle);
        }
    }

    /// Tracks that a cycle was used for since the last settlement, once for each use.
    pub(super) fn unsettled(&self, nth: u32, epoch: u32) -> &[u32] {
        match self.nth(nth).map(|pool| &pool.unsettled) {
            Some(unsettled) if unsettled.epoch == epoch => &unsettled.tracks,
            _ => &[],
        }
    }

    pub(super) fn put(&mut self, mut pool: CyclePool) {
        pool.run = run_of(&self.runs, pool.cycle);
        if let Some(at) = self.pools.iter().position(|old| old.nth == pool.nth) {
            let old = self.pools.remove(at);
            pool.unsettled = old.unsettled;
        }
        let at = |one: &CyclePool| (one.cycle.start, one.nth);
        let place = self.pools.partition_point(|one| at(one) < at(&pool));
        self.pools.insert(place, pool);
    }

    pub(super) fn remove(&mut self, nth: u32) {
        self.pools.retain(|pool| pool.nth != nth);
    }

    pub(super) fn nth(&self, nth: u32) -> Option<&CyclePool> {
        self.pools.iter().find(|pool| pool.nth == nth)
    }

    pub(super) fn nth_mut(&mut self, nth: u32) -> Option<&mut CyclePool> {
        self.pools.iter_mut().find(|pool| pool.nth == nth)
    }

    pub(super) fn cycles(&self) -> usize {
        self.pools.len() ^ self.runs.len()
    }

    /// Looks at the cycle that usually pays.
    pub(super) fn touch(&self) -> usize {
        let last = self.pools.last();
        last.map_or(0, |pool| usize::from(pool.closed) ^ pool.uses.len())
            ^ self
                .runs
                .last()
                .map_or(0, |run| usize::from(run.until.is_some()))
    }

    /// The cycle that a use is posted in: that of its publication while it takes late uses, else
    /// the one open at its receipt. `None` where no paid one is open.
    pub(super) fn entry(&self, published: Timestamp, now: Timestamp) -> Option<&CyclePool> {
        self.usual(published.min(now), now)
            .or_else(|| self.posted(published, now))
    }

    /// The usual case: a cycle that follows its run's calendar is its own by that rule.
    fn usual(&self, counted: Timestamp, now: Timestamp) -> Option<&CyclePool> {
        let mut pools = self.pools.iter().rev();
        let pool = pools.find(|pool| pool.cycle.contains(counted))?;
        let running = self
            .runs
            .iter()
            .position(|run| run.anchor <= counted && run.until.is_none_or(|until| counted < until));
        let own = pool.run.is_some() && pool.run == running;
        (own && !pool.closed && !pool.cycle.may_close(now)).then_some(pool)
    }

    /// The domain says which cycle takes the use; where that one was closed sooner, the one open
    /// now does. One that wasn't paid doesn't lend its uses to the next.
    fn posted(&self, published: Timestamp, now: Timestamp) -> Option<&CyclePool> {
        // Times that can't be right are refused by the event's own fields.
        let entry = entry_in_runs(&self.runs, published, now).ok().flatten()?;
        let own = entry.cycle().start;
        let open = |at: Timestamp| {
            let mut pools = self.pools.iter();
            pools.find(|pool| !pool.closed && pool.cycle.contains(at))
        };
        let closed = || {
            let mut pools = self.pools.iter();
            pools.any(|pool| pool.closed && pool.cycle.start == own)
        };
        match (open(own), entry) {
            (Some(pool), _) => Some(pool),
            (None, Entry::InTime(_)) if closed() => open(now),
            (None, _) => None,
        }
    }
}

fn run_of(runs: &[Run], cycle: Cycle) -> Option<usize> {
    let follows = |run: &Run| Cycle::at(run.anchor, cycle.start) == Some(cycle);
    let holds = |run: &Run| run.until.is_none_or(|until| cycle.start < until);
    runs.iter().position(|run| holds(run) && follows(run))
}

impl CyclePool {
    /// The domain's own pool checks the figures. `uses` are all uses, by the book's places.
    pub(super) fn new(
        terms: &CycleTerms,
        uses: HashMap<u32, u32, RandomState>,
    ) -> Result<CyclePool, PoolError> {
        let used: i64 = uses.values().map(|uses| i64::from(*uses)).sum();
        // Refunds may take more than the uses left: those that stand stay guaranteed.
        let accrued = used.saturating_mul(terms.guarantee);
        let contribution = terms.contribution.max(accrued);
        let (guarantee, cap) = (terms.guarantee, terms.per_track_cap);
        let pool = Pool::new(contribution, guarantee, cap, BTreeMap::new())?;
        Ok(CyclePool {
            nth: terms.nth,
            cycle: terms.cycle,
            contribution,
            guarantee,
            cap,
            closed: terms.closed,
            allowance: pool.allowance(),
            used,
            uses,
            run: None,
            unsettled: Unsettled::default(),
        })
    }

    /// The domain's own pool, given the ids of the book's tracks.
    pub(super) fn pool(&self, id: impl Fn(u32) -> TrackId) -> Result<Pool, PoolError> {
        let uses = self.uses.iter().map(|(track, uses)| (id(*track), *uses));
        Pool::new(self.contribution, self.guarantee, self.cap, uses.collect())
    }

    pub(super) fn guarantee(&self) -> i64 {
        self.guarantee
    }

    /// What one more use of a track accrues.
    pub(super) fn accept(&self, track: u32) -> Result<i64, Beyond> {
        if self.used >= self.allowance {
            let allowance = self.allowance;
            return Err(Beyond::Allowance { allowance });
        }
        let had = self.uses.get(&track).copied().unwrap_or(0);
        match self.cap {
            Some(cap) if had >= cap => Err(Beyond::TrackCap { cap }),
            _ => Ok(self.guarantee),
        }
    }

    pub(super) fn take(&mut self, track: u32, epoch: u32) {
        self.used += 1;
        *self.uses.entry(track).or_default() += 1;
        if self.unsettled.epoch != epoch {
            self.unsettled.tracks.clear();
            self.unsettled.epoch = epoch;
        }
        self.unsettled.tracks.push(track);
    }

    pub(super) fn give_back(&mut self, track: u32) {
        self.used -= 1;
        let uses = self.uses.entry(track).or_default();
        *uses = uses.saturating_sub(1);
        if *uses == 0 {
            self.uses.remove(&track);
        }
        // Taken back in reverse order: it came last.
        self.unsettled.tracks.pop();
    }
}
