//! Which numbers of a reporter's sequence have come, so that a gap can be seen.
//!
//! Numbers come late, twice and out of order. A sequence is kept as the runs that came; what lies
//! between two runs is a gap, and is known since a number beyond it came. Memory is bounded, whatever
//! a reporter sends: where there would be too many runs, the two oldest are joined, and how much was
//! given up between them is counted.

use std::collections::BTreeMap;

use domain::Timestamp;

/// The most runs kept of one sequence.
pub const RUNS_MAX: usize = 64;

/// Numbers of a sequence that are missing, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first that is missing.
    pub from: u64,
    /// The last that is missing.
    pub to: u64,
    /// Since when that is known.
    pub since: Timestamp,
}

/// Numbers that came, without one missing between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
    /// When it was first seen that what lies before it is missing.
    pub since: Timestamp,
}

/// What has come of one sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// The last number of each run and since when it stands apart, by its first; runs neither touch
    /// nor overlap.
    runs: BTreeMap<u64, (u64, Timestamp)>,
    given_up: u64,
}

impl Sequence {
    /// A sequence as it was kept.
    #[must_use]
    pub fn of(runs: impl IntoIterator<Item = Run>, given_up: u64) -> Sequence {
        let runs = runs.into_iter();
        Sequence {
            runs: runs.map(|run| (run.from, (run.to, run.since))).collect(),
            given_up,
        }
    }

    /// Its runs, the lowest first.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let runs = self.runs.iter();
        runs.map(|(from, (to, since))| Run {
            from: *from,
            to: *to,
            since: *since,
        })
    }

    /// Notes that a number has come. Noting it again changes nothing.
    pub fn note(&mut self, number: u64, at: Timestamp) {
        let before = self.runs.range(..=number).next_back();
        let before = before.map(|(from, (to, since))| (*from, *to, *since));
        if before.is_some_and(|(_, to, _)| number <= to) {
            return;
        }
        let next = number.checked_add(1);
        let joined = next.and_then(|next| self.runs.remove(&next));
        // A gap that a number falls into was known before.
        let later = self.runs.range(number..).next().map(|(_, run)| run.1);
        let (to, since) = joined.unwrap_or((number, later.unwrap_or(at)));
        match before {
            Some((from, last, since)) if last.checked_add(1) == Some(number) => {
                self.runs.insert(from, (to, since));
            }
            _ => {
                self.runs.insert(number, (to, since));
            }
        }
        if self.runs.len() > RUNS_MAX {
            self.give_up_oldest();
        }
    }

    /// The gaps between the first and the last number that came, the lowest first.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> + '_ {
        let later = self.runs.iter().skip(1);
        let pairs = self.runs.values().zip(later);
        pairs.map(|((to, _), (from, (_, since)))| Gap {
            from: to + 1,
            to: from - 1,
            since: *since,
        })
    }

    /// How many missing numbers are no longer looked for, since there were too many gaps.
    #[must_use]
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// The first and the last number that came.
    #[must_use]
    pub fn span(&self) -> Option<(u64, u64)> {
        let (first, _) = self.runs.first_key_value()?;
        let (_, (last, _)) = self.runs.last_key_value()?;
        Some((*first, *last))
    }

    fn give_up_oldest(&mut self) {
        let Some((from, (to, since))) = self.runs.pop_first() else {
            return;
        };
        if let Some((next, (last, _))) = self.runs.pop_first() {
            self.given_up = self.given_up.saturating_add(next - to - 1);
            self.runs.insert(from, (last, since));
        }
    }
}
