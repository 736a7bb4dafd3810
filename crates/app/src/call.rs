//! Time and chance, as values.
//!
//! The edge draws one [`Call`] per request or command and passes it down: below it nothing
//! reads a clock or rolls dice, so that a test can say what time it is and get the same ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::{Timestamp, uuid7};
use sha2::{Digest, Sha256};

/// Where time and chance come from.
#[derive(Debug, Clone)]
pub enum Edge {
    /// The machine's clock and the operating system's generator.
    System,
    /// A clock that is set and a generator that is seeded: tests, simulations, and the demo's
    /// own history.
    Set(SetEdge),
}

/// A clock that stands still until it is moved, and chance from a seed.
#[derive(Debug, Clone)]
pub struct SetEdge {
    now_ms: Arc<AtomicI64>,
    calls: Arc<AtomicU64>,
    seed: u64,
}

/// What one call knows of the world outside: the moment, and a source of random bytes.
#[derive(Debug)]
pub struct Call {
    /// The moment of the call. It does not pass while the call runs.
    pub now: Timestamp,
    /// The moment that ids are made at: the present one, also where `now` is an earlier one.
    ids: Timestamp,
    chance: Chance,
}

#[derive(Debug)]
enum Chance {
    System,
    Seeded { seed: u64, call: u64, drawn: u64 },
}

impl Edge {
    /// An edge that is set to a time and a seed.
    #[must_use]
    pub fn set(now: Timestamp, seed: u64) -> Self {
        let now_ms = Arc::new(AtomicI64::new(now.0));
        Self::Set(SetEdge {
            now_ms,
            calls: Arc::new(AtomicU64::new(0)),
            seed,
        })
    }

    /// The present call's moment and dice.
    ///
    /// The one place below `main` that reads the clock.
    #[must_use]
    pub fn call(&self) -> Call {
        let now = self.now();
        match self {
            Self::System => Call {
                now,
                ids: now,
                chance: Chance::System,
            },
            Self::Set(edge) => Call {
                now,
                ids: now,
                chance: Chance::Seeded {
                    seed: edge.seed,
                    call: edge.calls.fetch_add(1, Ordering::SeqCst),
                    drawn: 0,
                },
            },
        }
    }

    /// The present moment alone, for what draws no ids: nothing is rolled for it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Set(edge) => Timestamp(edge.now_ms.load(Ordering::SeqCst)),
        }
    }

    /// Sixteen bytes that nobody can guess, for what is kept in memory alone. No call is drawn for
    /// them: those of a set edge follow from its seed.
    #[must_use]
    pub(crate) fn secret(&self) -> [u8; 16] {
        let chance = match self {
            Self::System => Chance::System,
            Self::Set(edge) => Chance::Seeded {
                seed: edge.seed,
                call: u64::MAX,
                drawn: 0,
            },
        };
        let now = self.now();
        let mut call = Call {
            now,
            ids: now,
            chance,
        };
        call.random()
    }

    /// Moves a set clock forward; the machine's own clock moves by itself.
    pub fn pass(&self, ms: i64) {
        if let Self::Set(edge) = self {
            edge.now_ms.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge: the one place that reads the clock"
)]
fn system_now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Call {
    /// Random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: no key or id made then would be
    /// safe to use.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        match &mut self.chance {
            Chance::System => {
                getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
            }
            Chance::Seeded { seed, call, drawn } => {
                for chunk in bytes.chunks_mut(32) {
                    *drawn += 1;
                    let mut digest = Sha256::new();
                    for part in [*seed, *call, *drawn] {
                        digest.update(part.to_le_bytes());
                    }
                    let block = digest.finalize();
                    for (to, from) in chunk.iter_mut().zip(block) {
                        *to = from;
                    }
                }
            }
        }
        bytes
    }

    /// A new time-ordered id (UUID version 7).
    pub fn id(&mut self) -> [u8; 16] {
        let random = self.random();
        uuid7(self.ids, random)
    }

    /// The same call for something that happened before and is only written now: its rows say when it
    /// happened, and its ids, by which rows are found in the order they were written, are of now.
    pub(crate) fn dated(self, at: Timestamp) -> Self {
        Self { now: at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_edge_repeats_itself_and_never_gives_the_same_id_twice() {
        let draw = || {
            let edge = Edge::set(Timestamp(1_000), 7);
            let mut first = edge.call();
            [first.id(), first.id(), edge.call().id()]
        };
        let ids = draw();
        assert_eq!(ids, draw());
        assert_ne!(ids[0], ids[1]);
        assert_ne!(ids[1], ids[2]);
    }

    #[test]
    fn a_set_clock_moves_only_when_it_is_moved() {
        let edge = Edge::set(Timestamp(5), 1);
        assert_eq!(edge.call().now, Timestamp(5));
        edge.pass(10);
        assert_eq!(edge.call().now, Timestamp(15));
    }
}
