//! Closing a cycle: the subscriber's share goes to the tracks that this subscriber used
//! (money.md §5).
//!
//! Each track gets its largest-remainder part of A by uses, less what accrued at its uses. Since
//! A/n ≥ g that is never negative. Closing is a pure function of one pool: cycles are
//! independent of each other, may be closed in any order, and closing one twice gives the same
//! figures, so that an interrupted run is resumed by doing what is missing. The report states
//! formula, inputs and outputs, and [`CloseReport::holds`] recomputes it.

use std::collections::BTreeMap;

use ledger::{ArithmeticError, ShareError, largest_remainder};
use serde::{Deserialize, Serialize};

use super::{IdleRule, Pool, PoolError};
use crate::cycle::Cycle;
use crate::id::TrackId;

/// The rule, as reports print it.
pub const FORMULA: &str = "share(track) = largest_remainder(contribution, uses)[track]; \
    top_up = share - uses * guarantee; a cycle without uses is idle or rolls over";

/// What a track gets of one subscriber's cycle. Amounts in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackShare {
    /// The track.
    pub track: TrackId,
    /// Its uses by this subscriber in this cycle.
    pub uses: u32,
    /// Its part of the contribution.
    pub share_micros: i64,
    /// What of it accrued at the uses.
    pub accrued_micros: i64,
    /// What the close adds: the part less what accrued.
    pub top_up_micros: i64,
}

/// What becomes of a contribution that nobody earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "micros", rename_all = "snake_case")]
pub enum Unused {
    /// There is none: the cycle had uses, or no money.
    Nothing,
    /// It goes to the idle account.
    Idle(i64),
    /// It joins the subscriber's next cycle.
    NextCycle(i64),
}

/// The figures of a closed cycle. Shares, and what is unused, sum to the contribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The tracks used, in the order of their ids.
    pub tracks: Vec<TrackShare>,
    /// What is left when there were no uses.
    pub unused: Unused,
}

/// Closes a cycle.
///
/// # Errors
/// Never for a validated pool.
pub fn close(pool: &Pool, rule: IdleRule) -> Result<Close, ShareError> {
    if pool.uses.is_empty() {
        let unused = match (pool.contribution, rule) {
            (0, _) => Unused::Nothing,
            (micros, IdleRule::Share) => Unused::Idle(micros),
            (micros, IdleRule::RollOver) => Unused::NextCycle(micros),
        };
        let tracks = Vec::new();
        return Ok(Close { tracks, unused });
    }
    let weights: Vec<u64> = pool.uses.values().map(|count| u64::from(*count)).collect();
    let shares = largest_remainder(pool.contribution, &weights)?;
    let tracks = pool.uses.iter().zip(shares);
    let tracks = tracks.map(|((track, uses), share_micros)| {
        let accrued_micros = i64::from(*uses) * pool.guarantee;
        TrackShare {
            track: *track,
            uses: *uses,
            share_micros,
            accrued_micros,
            top_up_micros: share_micros - accrued_micros,
        }
    });
    Ok(Close {
        tracks: tracks.collect(),
        unused: Unused::Nothing,
    })
}

/// What went into a close. Amounts in micro-units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// A.
    pub contribution_micros: i64,
    /// g.
    pub guarantee_micros: i64,
    /// The rule for a cycle without uses.
    pub idle_rule: IdleRule,
    /// Accepted uses by track.
    pub uses: BTreeMap<TrackId, u32>,
}

/// The report of one closed cycle: formula, inputs, outputs. It names no subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseReport {
    /// The rule in words; see [`FORMULA`].
    pub formula: String,
    /// The cycle.
    pub cycle: Cycle,
    /// What went in.
    pub inputs: Inputs,
    /// What came out.
    pub outputs: Close,
}

impl CloseReport {
    /// Closes a cycle and reports on it.
    ///
    /// # Errors
    /// Never for a validated pool.
    pub fn of(cycle: Cycle, pool: &Pool, rule: IdleRule) -> Result<CloseReport, ShareError> {
        Ok(CloseReport {
            formula: FORMULA.to_owned(),
            cycle,
            inputs: Inputs {
                contribution_micros: pool.contribution,
                guarantee_micros: pool.guarantee,
                idle_rule: rule,
                uses: pool.uses.clone(),
            },
            outputs: close(pool, rule)?,
        })
    }

    /// Recomputes the outputs from the inputs: is the report right?
    ///
    /// # Errors
    /// When the inputs don't even make a pool.
    pub fn holds(&self) -> Result<bool, PoolError> {
        let Inputs {
            contribution_micros,
            guarantee_micros,
            idle_rule,
            uses,
        } = &self.inputs;
        let pool = Pool::new(*contribution_micros, *guarantee_micros, None, uses.clone())?;
        Ok(self.formula == FORMULA && close(&pool, *idle_rule).as_ref() == Ok(&self.outputs))
    }
}

/// A track's sums over many closed cycles. Amounts in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackTotal {
    /// Uses.
    pub uses: u64,
    /// Accrued at the uses.
    pub accrued_micros: i64,
    /// Added by the closes.
    pub top_up_micros: i64,
}

/// The sums over many closed cycles: what the public report of a month shows. Adding is
/// commutative, so the order and the interruptions of a run can't be seen in it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Cycles closed.
    pub cycles: u64,
    /// Contributed in all.
    pub contribution_micros: i64,
    /// Went to the idle account.
    pub idle_micros: i64,
    /// Rolled over.
    pub rolled_over_micros: i64,
    /// By track.
    pub tracks: BTreeMap<TrackId, TrackTotal>,
}

impl Totals {
    /// The sums with one more cycle.
    ///
    /// # Errors
    /// When a sum overflows.
    pub fn plus(mut self, pool: &Pool, closed: &Close) -> Result<Totals, ArithmeticError> {
        self.cycles = self.cycles.saturating_add(1);
        self.contribution_micros = add(self.contribution_micros, pool.contribution)?;
        match closed.unused {
            Unused::Nothing => {}
            Unused::Idle(micros) => self.idle_micros = add(self.idle_micros, micros)?,
            Unused::NextCycle(micros) => {
                self.rolled_over_micros = add(self.rolled_over_micros, micros)?;
            }
        }
        for share in &closed.tracks {
            let total = self.tracks.entry(share.track).or_default();
            total.uses = total.uses.saturating_add(u64::from(share.uses));
            total.accrued_micros = add(total.accrued_micros, share.accrued_micros)?;
            total.top_up_micros = add(total.top_up_micros, share.top_up_micros)?;
        }
        Ok(self)
    }
}

/// Shares a month's idle money over the tracks in rotation by their uses in that month. The
/// parts sum to the money; a month without any use shares nothing, and the money waits.
///
/// # Errors
/// [`ShareError::Arithmetic`] never, since no part is larger than the whole.
pub fn share_idle(
    idle_micros: i64,
    uses: &BTreeMap<TrackId, u64>,
) -> Result<Vec<(TrackId, i64)>, ShareError> {
    let used: Vec<(TrackId, u64)> = uses
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(track, count)| (*track, *count))
        .collect();
    if used.is_empty() {
        return Ok(Vec::new());
    }
    let weights: Vec<u64> = used.iter().map(|(_, count)| *count).collect();
    let parts = largest_remainder(idle_micros, &weights)?;
    Ok(used
        .into_iter()
        .map(|(track, _)| track)
        .zip(parts)
        .collect())
}

fn add(left: i64, right: i64) -> Result<i64, ArithmeticError> {
    left.checked_add(right).ok_or(ArithmeticError::Overflow)
}
