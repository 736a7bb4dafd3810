//! Doing what a blob says: how a book is made again from what was kept.

use thiserror::Error;

use super::{Accepted, Book, Licence, Paid};
use crate::pack::{Blob, BlobError, Outcome, Stored};

/// A blob can't be replayed. What stood before the event named is in the book.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ReplayError {
    /// The blob can't be read.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// An event says what the rules wouldn't have.
    #[error("event {index} of commit {commit}: {fault}")]
    Event {
        /// The commit.
        commit: u64,
        /// The event's place in it.
        index: u32,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with an event of a blob.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// Its licence isn't known.
    #[error("no licence has its code")]
    UnknownLicence,
    /// Its track isn't.
    #[error("its track isn't known")]
    UnknownTrack,
    /// It was paid in another way than its licence is.
    #[error("its licence isn't paid in this way")]
    PaidOtherwise,
    /// It draws what the bundle doesn't hold, or earns what that isn't worth.
    #[error("its clip time isn't what the bundle holds and is worth")]
    Bundle,
    /// It draws what the pool doesn't hold or guarantee.
    #[error("its amount isn't what the pool guarantees")]
    Pool,
}

impl Book {
    /// Counts all events of a blob, as they were counted when it was written. The amounts are
    /// checked against the rules, not only taken over. A commit that is in the book already is
    /// passed over; the answer is how many events were counted.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn replay(&mut self, blob: &Blob<'_>) -> Result<u32, ReplayError> {
        let found = blob.commit();
        if found <= self.through {
            return Ok(0);
        }
        let mut counted = 0;
        for (index, stored) in (0..).zip(blob.events()) {
            let stored = stored?;
            if stored.outcome == Outcome::Uncovered {
                continue;
            }
            let accepted = self.recall(stored).map_err(|fault| ReplayError::Event {
                commit: found,
                index,
                fault,
            })?;
            self.apply(&accepted);
            counted += 1;
        }
        self.through = found;
        Ok(counted)
    }

    fn recall(&self, stored: Stored<'_>) -> Result<Accepted, Fault> {
        let known = stored.code.code().and_then(|code| self.by_code(code));
        let (place, licence) = known.ok_or(Fault::UnknownLicence)?;
        let own = match licence.terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let track = stored.track.or(own);
        let track = track.and_then(|track| self.track_places.get(&track).copied());
        let track = track.ok_or(Fault::UnknownTrack)?;
        licence.could_pay(&stored.outcome, track)?;
        let name = stored.video_name();
        let video = licence.new_video(&name).then(|| name.into_owned());
        Ok(Accepted {
            licence: place,
            track,
            placement: stored.placement,
            territory: stored.territory,
            clip_ms: stored.clip_ms,
            published_at: stored.published_at,
            video,
            outcome: stored.outcome,
        })
    }
}

impl Licence {
    fn could_pay(&self, outcome: &Outcome, track: u32) -> Result<(), Fault> {
        match (self.terms.paid_by, outcome) {
            (Paid::Tier(_), Outcome::Free) => Ok(()),
            (Paid::Bundle | Paid::Pool, Outcome::Drawn(parts)) => {
                // Each bundle once: so the parts can be judged one by one.
                let twice = parts.iter().enumerate().any(|(at, part)| {
                    let before = &parts[..at];
                    before.iter().any(|other| other.nth == part.nth)
                });
                let allowed = parts.iter().all(|part| self.purse.allows(part));
                if parts.is_empty() || twice || !allowed {
                    Err(Fault::Bundle)
                } else {
                    Ok(())
                }
            }
            (Paid::Pool, Outcome::Pooled { cycle, micros }) => {
                let pool = self.pools.iter().find(|pool| pool.nth == *cycle);
                let guaranteed = pool.and_then(|pool| pool.accept(track).ok());
                if guaranteed == Some(*micros) {
                    Ok(())
                } else {
                    Err(Fault::Pool)
                }
            }
            _ => Err(Fault::PaidOtherwise),
        }
    }
}
