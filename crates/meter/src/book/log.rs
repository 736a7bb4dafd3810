//! The lines of what uses add to, under the book's numbers: a log of parts that is summed when it
//! is settled.

use domain::Timestamp;

use super::Accepted;
use crate::pack::Outcome;

const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) uses: u64,
    pub(super) clip_ms: i64,
    pub(super) billed_ms: i64,
    pub(super) micros: i64,
}

impl Sum {
    pub(super) fn add(&mut self, other: Sum) {
        self.uses = self.uses.saturating_add(other.uses);
        self.clip_ms = self.clip_ms.saturating_add(other.clip_ms);
        self.billed_ms = self.billed_ms.saturating_add(other.billed_ms);
        self.micros = self.micros.saturating_add(other.micros);
    }

    /// Is nothing left?
    pub(super) fn take_back(&mut self, other: Sum) -> bool {
        self.uses = self.uses.saturating_sub(other.uses);
        self.clip_ms = self.clip_ms.saturating_sub(other.clip_ms);
        self.billed_ms = self.billed_ms.saturating_sub(other.billed_ms);
        self.micros = self.micros.saturating_sub(other.micros);
        *self == Sum::default()
    }
}

pub(super) fn whole(accepted: &Accepted) -> Sum {
    Sum {
        uses: 1,
        clip_ms: accepted.clip_ms,
        billed_ms: accepted.outcome.billed_ms(),
        micros: accepted.outcome.earned(),
    }
}

/// What a line is told apart by, under the book's numbers: the licence and the payer's place, what
/// kind of payer it is and the track, the days of receipt and of origin. Three words, so that
/// hundreds of thousands are sorted quickly.
pub(super) type LineKey = [u64; 3];

/// What paid: the bundle by its place in the purse, the cycle by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payer {
    Sale,
    Bundle(u32),
    Cycle(u32),
}

fn line_key(accepted: &Accepted, payer: Payer) -> LineKey {
    let (kind, place) = match payer {
        Payer::Sale => (0, 0),
        Payer::Bundle(nth) => (1, nth),
        Payer::Cycle(nth) => (2, nth),
    };
    // Of a day before 1970 nothing is ever late: 0 is none.
    let origin = if accepted.late {
        day(accepted.published_at)
    } else {
        0
    };
    [
        two(accepted.licence, place),
        two(kind, accepted.track),
        two(day(accepted.received_at), origin),
    ]
}

fn two(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

pub(super) fn halves(word: u64) -> (u32, u32) {
    let bytes = word.to_be_bytes();
    let [a, b, c, d, e, f, g, h] = bytes;
    (
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([e, f, g, h]),
    )
}

/// Parts of lines in the order they came, and from time to time the sums of equal keys: quicker
/// for a use than finding its line among very many.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    parts: Vec<(LineKey, Sum)>,
    /// How many were left when they were last summed.
    summed: usize,
}

/// Two logs are the same when their sums are.
impl PartialEq for Log {
    fn eq(&self, other: &Log) -> bool {
        self.sums() == other.sums()
    }
}

impl Eq for Log {}

/// Parts that are kept before they are summed for the first time.
const UNSUMMED: usize = 1 << 17;

impl Log {
    pub(super) fn add(&mut self, accepted: &Accepted) {
        for_lines(accepted, |key, sum| self.parts.push((key, sum)));
    }

    /// What is taken back came last.
    pub(super) fn take_back(&mut self, accepted: &Accepted) {
        for_lines(accepted, |_, _| {
            self.parts.pop();
        });
    }

    /// Forgets the sums and keeps the room.
    pub(super) fn clear(&mut self) {
        self.parts.clear();
        self.summed = 0;
    }

    /// In the order of their keys, each once.
    pub(super) fn sums(&self) -> Vec<(LineKey, Sum)> {
        let mut parts = self.parts.clone();
        merge(&mut parts);
        parts
    }

    /// Sums up where that is worth it: so that memory is bounded by the number of lines.
    pub(super) fn tidy(&mut self) {
        if self.parts.len() > self.summed * 2 + UNSUMMED {
            merge(&mut self.parts);
            self.summed = self.parts.len();
        }
    }
}

fn merge(parts: &mut Vec<(LineKey, Sum)>) {
    parts.sort_unstable_by_key(|(key, _)| *key);
    parts.dedup_by(|next, sum| {
        let same = next.0 == sum.0;
        if same {
            sum.1.add(next.1);
        }
        same
    });
}

fn for_lines(accepted: &Accepted, mut each: impl FnMut(LineKey, Sum)) {
    let key = |payer| line_key(accepted, payer);
    let mut sum = whole(accepted);
    match &accepted.outcome {
        Outcome::Free => each(key(Payer::Sale), sum),
        Outcome::Pooled { cycle, .. } => each(key(Payer::Cycle(*cycle)), sum),
        Outcome::Drawn(parts) => {
            for part in parts {
                (sum.billed_ms, sum.micros) = (part.billed_ms, part.earns);
                each(key(Payer::Bundle(part.nth)), sum);
                (sum.uses, sum.clip_ms) = (0, 0);
            }
        }
        Outcome::Uncovered => {}
    }
}

/// The day of an instant since 1970; before that the first, beyond the eleven million years that
/// fit the last.
fn day(at: Timestamp) -> u32 {
    let days = at.millis().div_euclid(DAY_MS).max(0);
    u32::try_from(days).unwrap_or(u32::MAX)
}

pub(super) fn start(day: u32) -> Timestamp {
    Timestamp(i64::from(day) * DAY_MS)
}
