//! Which numbers of a reporter's sequence have come, so that a gap can be seen.
//!
//! Numbers come late, twice and out of order. A sequence is kept as the runs that came; what lies
//! between two runs is a gap. Memory is bounded, whatever a reporter sends: where there would be
//! too many runs, the two oldest are joined, and how much was given up between them is counted.

use std::collections::BTreeMap;
use std::collections::HashMap;

use foldhash::fast::RandomState;

/// The most runs kept of one sequence.
pub const RUNS_MAX: usize = 64;
/// The most sequences kept of all reporters.
pub const STREAMS_MAX: usize = 10_000;

/// Numbers of a sequence that are missing, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first that is missing.
    pub from: u64,
    /// The last that is missing.
    pub to: u64,
}

/// What has come of one sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// First to last number of each run; runs neither touch nor overlap.
    runs: BTreeMap<u64, u64>,
    given_up: u64,
}

impl Sequence {
    /// Notes that a number has come. Noting it again changes nothing.
    pub fn note(&mut self, number: u64) {
        let before = self.runs.range(..=number).next_back();
        let before = before.map(|(from, to)| (*from, *to));
        if before.is_some_and(|(_, to)| number <= to) {
            return;
        }
        let after = number.checked_add(1);
        let joined = after.and_then(|next| self.runs.remove(&next));
        let to = joined.unwrap_or(number);
        match before {
            Some((from, last)) if last.checked_add(1) == Some(number) => {
                self.runs.insert(from, to);
            }
            _ => {
                self.runs.insert(number, to);
            }
        }
        if self.runs.len() > RUNS_MAX {
            self.give_up_oldest();
        }
    }

    /// The gaps between the first and the last number that came, the lowest first.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> + '_ {
        let later = self.runs.keys().skip(1);
        self.runs.values().zip(later).map(|(to, from)| Gap {
            from: to + 1,
            to: from - 1,
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
        let (_, last) = self.runs.last_key_value()?;
        Some((*first, *last))
    }

    fn give_up_oldest(&mut self) {
        let Some((from, to)) = self.runs.pop_first() else {
            return;
        };
        if let Some((next, last)) = self.runs.pop_first() {
            self.given_up = self.given_up.saturating_add(next - to - 1);
            self.runs.insert(from, last);
        }
    }
}

/// The sequences of all reporters.
#[derive(Clone, Debug, Default)]
pub struct Sequences {
    of: HashMap<String, HashMap<String, Sequence, RandomState>, RandomState>,
    streams: usize,
    untracked: u64,
}

impl Sequences {
    /// Notes an event of a reporter's stream. Beyond [`STREAMS_MAX`] streams new ones are only
    /// counted.
    pub fn note(&mut self, reporter: &str, stream: &str, number: u64) {
        let known = self.of.get_mut(reporter);
        if let Some(sequence) = known.and_then(|streams| streams.get_mut(stream)) {
            sequence.note(number);
        } else if self.streams < STREAMS_MAX {
            self.streams += 1;
            let streams = self.of.entry(reporter.to_owned()).or_default();
            streams.entry(stream.to_owned()).or_default().note(number);
        } else {
            self.untracked = self.untracked.saturating_add(1);
        }
    }

    /// What has come of a stream.
    #[must_use]
    pub fn get(&self, reporter: &str, stream: &str) -> Option<&Sequence> {
        self.of.get(reporter)?.get(stream)
    }

    /// Every stream with its reporter, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Sequence)> {
        self.of.iter().flat_map(|(reporter, streams)| {
            let streams = streams.iter();
            streams.map(move |(stream, seen)| (reporter.as_str(), stream.as_str(), seen))
        })
    }

    /// Events of streams that couldn't be kept any more.
    #[must_use]
    pub fn untracked(&self) -> u64 {
        self.untracked
    }
}
