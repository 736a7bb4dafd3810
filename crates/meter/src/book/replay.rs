//! Doing what a blob says: how a book is made again from what was kept.

use domain::Timestamp;
use thiserror::Error;

use super::pool::CyclePool;
use super::{Accepted, Book, Licence, Paid, index};
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
        self.each(blob, |book, accepted| {
            book.could_pay(accepted)?;
            book.apply(accepted);
            Ok(())
        })
    }

    /// Adds all events of a blob to what is pending, at the amounts that stand in it, and changes
    /// no balance: so blobs of any age are summed again, whatever has become of bundles and cycles
    /// since, and the sums held against those that were settled. A commit that is in the book
    /// already is passed over; the answer is how many events were counted.
    ///
    /// # Errors
    /// [`ReplayError`]; the only faults are a licence, track, bundle, cycle or way of payment that
    /// the book doesn't know.
    pub fn recount(&mut self, blob: &Blob<'_>) -> Result<u32, ReplayError> {
        self.each(blob, |book, accepted| {
            let licence = &book.licences[index(accepted.licence)];
            licence.pays_so(&accepted.outcome)?;
            if let Outcome::Drawn(parts) = &accepted.outcome {
                let purse = book.purse_of(licence).ok_or(Fault::Bundle)?;
                let all = parts.iter().all(|part| purse.nth(part.nth).is_some());
                all.then_some(()).ok_or(Fault::Bundle)?;
            }
            if let Outcome::Pooled { cycle, .. } = &accepted.outcome {
                licence.cycle(*cycle).ok_or(Fault::Pool)?;
            }
            let holder = licence.holder;
            if let Some(video) = &accepted.video {
                // So that each is new only once.
                let videos = &mut book.licences[index(accepted.licence)].videos;
                videos.insert(video.clone());
            }
            book.pending.add(accepted, holder);
            Ok(())
        })
    }

    fn each(
        &mut self,
        blob: &Blob<'_>,
        mut count: impl FnMut(&mut Book, &Accepted) -> Result<(), Fault>,
    ) -> Result<u32, ReplayError> {
        let commit = blob.commit();
        if commit <= self.through {
            return Ok(0);
        }
        let mut counted = 0;
        for (index, stored) in (0..).zip(blob.events()) {
            let stored = stored?;
            if stored.outcome == Outcome::Uncovered {
                continue;
            }
            let accepted = self.recall(stored, blob.accepted_at());
            let done = accepted.and_then(|accepted| count(self, &accepted));
            done.map_err(|fault| ReplayError::Event {
                commit,
                index,
                fault,
            })?;
            counted += 1;
        }
        self.reached(commit);
        Ok(counted)
    }

    fn recall(&self, stored: Stored<'_>, received_at: Timestamp) -> Result<Accepted, Fault> {
        let known = stored.code.code().and_then(|code| self.by_code(code));
        let (place, licence) = known.ok_or(Fault::UnknownLicence)?;
        let own = match licence.terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let track = stored.track.or(own);
        let track = track.and_then(|track| self.track_places.get(&track).copied());
        let track = track.ok_or(Fault::UnknownTrack)?;
        let name = stored.video_name();
        let video = licence.new_video(&name).then(|| name.into_owned());
        Ok(Accepted {
            licence: place,
            track,
            licence_id: licence.terms.id,
            under: licence.terms.under(),
            track_id: self.tracks[index(track)].0,
            currency: licence.terms.currency,
            placement: stored.placement,
            purpose: stored.purpose,
            territory: stored.territory,
            clip_ms: stored.clip_ms,
            published_at: stored.published_at,
            received_at,
            late: licence.pays_late(&stored),
            video,
            outcome: stored.outcome,
        })
    }

    fn could_pay(&self, accepted: &Accepted) -> Result<(), Fault> {
        let licence = &self.licences[index(accepted.licence)];
        licence.pays_so(&accepted.outcome)?;
        match &accepted.outcome {
            Outcome::Drawn(parts) => {
                let purse = self.purse_of(licence).ok_or(Fault::Bundle)?;
                // Each bundle once: so the parts can be judged one by one.
                let twice = parts.iter().enumerate().any(|(at, part)| {
                    let before = &parts[..at];
                    before.iter().any(|other| other.nth == part.nth)
                });
                let allowed = !parts.is_empty() && parts.iter().all(|part| purse.allows(part));
                (allowed && !twice).then_some(()).ok_or(Fault::Bundle)
            }
            Outcome::Pooled { cycle, micros } => {
                let pool = licence.cycle(*cycle).ok_or(Fault::Pool)?;
                let guaranteed = pool.accept(accepted.track) == Ok(*micros);
                guaranteed.then_some(()).ok_or(Fault::Pool)
            }
            Outcome::Free | Outcome::Uncovered => Ok(()),
        }
    }
}

impl Licence {
    /// Is it paid in this way at all?
    fn pays_so(&self, outcome: &Outcome) -> Result<(), Fault> {
        match (self.terms.paid_by, outcome) {
            (Paid::Tier(_), Outcome::Free)
            | (Paid::Bundle | Paid::Pool, Outcome::Drawn(_))
            | (Paid::Pool, Outcome::Pooled { .. }) => Ok(()),
            _ => Err(Fault::PaidOtherwise),
        }
    }

    fn pays_late(&self, stored: &Stored<'_>) -> bool {
        let Outcome::Pooled { cycle, .. } = stored.outcome else {
            return false;
        };
        let paid = self.cycle(cycle);
        paid.is_some_and(|pool| stored.published_at < pool.cycle.start)
    }

    fn cycle(&self, nth: u32) -> Option<&CyclePool> {
        self.subscription.as_ref()?.nth(nth)
    }
}
