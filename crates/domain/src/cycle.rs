//! Cycles of a subscription, and which of them a use belongs to (money.md §5).
//!
//! A cycle is half-open, `[start, end)`, in UTC, and anchored to the instant of sign-up: one
//! that starts on a 31st falls on the last day of shorter months and returns. A use belongs to
//! the cycle of its publication time for as long as that cycle takes late uses, 48 hours beyond
//! its end; after that it is posted in the cycle open at its receipt, with its origin date. A
//! closed cycle is never reopened.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::{DAY_MS, MINUTE_MS, Timestamp, monthly_cycle};

/// How long after its end a cycle still takes late uses, in ms: 48 hours.
pub const GRACE_MS: i64 = 2 * DAY_MS;
/// How far a reporter's clock may be ahead of ours, in ms: 10 minutes.
pub const EARLY_MS: i64 = 10 * MINUTE_MS;
/// How old a use may be when it arrives, in ms: 35 days.
pub const LATE_MS: i64 = 35 * DAY_MS;

/// A cycle: `start` belongs to it, `end` to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// Where a use is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// In the cycle of its publication.
    InTime(Cycle),
    /// Its own cycle is closed: in the cycle open at its receipt.
    Late {
        /// The cycle it is posted in.
        cycle: Cycle,
        /// When it was published, to be noted beside the posting.
        origin: Timestamp,
    },
}

/// A use's times can't be right.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum EntryRefusal {
    /// Published more than ten minutes after it was received.
    #[error("the use was published {ahead_ms} ms after its report arrived: set the clock")]
    TooEarly {
        /// By how much the reporter's clock is ahead, in ms.
        ahead_ms: i64,
    },
    /// Published more than 35 days before it was received.
    #[error("the use was published {age_ms} ms ago, more than the 35 days that are accepted")]
    TooLate {
        /// How old it is, in ms.
        age_ms: i64,
    },
    /// Published before the subscription began.
    #[error("the use was published before the subscription began")]
    BeforeStart,
}

impl Cycle {
    /// The cycle that holds `at`, for a subscription anchored at `anchor`; `None` before it.
    #[must_use]
    pub fn at(anchor: Timestamp, at: Timestamp) -> Option<Cycle> {
        monthly_cycle(anchor, at).map(|(start, end)| Cycle { start, end })
    }

    /// The cycle that comes `n` cycles after the first.
    #[must_use]
    pub fn nth(anchor: Timestamp, n: u32) -> Cycle {
        Cycle {
            start: anchor.plus_months(n),
            end: anchor.plus_months(n.saturating_add(1)),
        }
    }

    /// Does the instant belong to it?
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// From this instant on it takes no more uses and may be closed.
    #[must_use]
    pub fn closes_at(&self) -> Timestamp {
        self.end.plus_ms(GRACE_MS)
    }

    /// May it be closed?
    #[must_use]
    pub fn may_close(&self, now: Timestamp) -> bool {
        self.closes_at() <= now
    }

    /// Its length in ms.
    #[must_use]
    pub fn length_ms(&self) -> i64 {
        self.end.since(self.start)
    }

    /// How much of it is still to come at `at`, in ms: all before its start, nothing after its end.
    #[must_use]
    pub fn left_ms(&self, at: Timestamp) -> i64 {
        self.end.since(at).clamp(0, self.length_ms().max(0))
    }
}

impl Entry {
    /// The cycle it is posted in.
    #[must_use]
    pub fn cycle(&self) -> Cycle {
        match self {
            Entry::InTime(cycle) | Entry::Late { cycle, .. } => *cycle,
        }
    }
}

/// Checks a use's times: at most ten minutes ahead of us and at most 35 days old, both
/// inclusive. The answer is the instant that counts: a clock that is ahead can't publish
/// after the report arrived, so that no use falls into a cycle that hasn't begun.
///
/// # Errors
/// [`EntryRefusal::TooEarly`] or [`EntryRefusal::TooLate`].
pub fn counted_at(published: Timestamp, received: Timestamp) -> Result<Timestamp, EntryRefusal> {
    let age_ms = received.since(published);
    if age_ms < -EARLY_MS {
        let ahead_ms = age_ms.saturating_neg();
        return Err(EntryRefusal::TooEarly { ahead_ms });
    }
    if age_ms > LATE_MS {
        return Err(EntryRefusal::TooLate { age_ms });
    }
    Ok(published.min(received))
}

/// The cycle in which a use is posted, for a subscription anchored at `anchor` that runs on.
///
/// # Errors
/// The refusals of [`counted_at`]; then [`EntryRefusal::BeforeStart`].
pub fn entry(
    anchor: Timestamp,
    published: Timestamp,
    received: Timestamp,
) -> Result<Entry, EntryRefusal> {
    let counted = counted_at(published, received)?;
    let own = Cycle::at(anchor, counted).ok_or(EntryRefusal::BeforeStart)?;
    if !own.may_close(received) {
        return Ok(Entry::InTime(own));
    }
    let cycle = Cycle::at(anchor, received).ok_or(EntryRefusal::BeforeStart)?;
    let origin = published;
    Ok(Entry::Late { cycle, origin })
}
