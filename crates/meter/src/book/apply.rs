//! Changing the book by an event that counts, and taking that back.

use super::{Accepted, Book, index};
use crate::pack::Outcome;

impl Book {
    /// Counts an event that was just judged: nothing else may have been counted in between.
    pub fn apply(&mut self, accepted: &Accepted) {
        let epoch = self.epoch;
        let Some(licence) = self.licences.get_mut(index(accepted.licence)) else {
            return;
        };
        if let Some(video) = &accepted.video {
            licence.videos.insert(video.clone());
        }
        match &accepted.outcome {
            Outcome::Drawn(parts) => {
                let purse = licence.purse.and_then(|at| self.purses.get_mut(index(at)));
                if let Some(purse) = purse {
                    parts.iter().for_each(|part| purse.take(part, epoch));
                }
            }
            Outcome::Pooled { cycle, .. } => {
                let subscription = licence.subscription.as_mut();
                if let Some(pool) = subscription.and_then(|one| one.nth_mut(*cycle)) {
                    pool.take(accepted.track, epoch);
                }
            }
            Outcome::Free | Outcome::Uncovered => {}
        }
        if !self.unsummed {
            self.pending.add(accepted, licence.holder);
        }
    }

    /// Takes back an event whose commit failed. Several are taken back in reverse order, and
    /// before anything that has changed is put.
    pub fn undo(&mut self, accepted: &Accepted) {
        let epoch = self.epoch;
        let Some(licence) = self.licences.get_mut(index(accepted.licence)) else {
            return;
        };
        if let Some(video) = &accepted.video {
            licence.videos.remove(video);
        }
        match &accepted.outcome {
            Outcome::Drawn(parts) => {
                let purse = licence.purse.and_then(|at| self.purses.get_mut(index(at)));
                if let Some(purse) = purse {
                    parts.iter().for_each(|part| purse.give_back(part, epoch));
                }
            }
            Outcome::Pooled { cycle, .. } => {
                let subscription = licence.subscription.as_mut();
                if let Some(pool) = subscription.and_then(|one| one.nth_mut(*cycle)) {
                    pool.give_back(accepted.track);
                }
            }
            Outcome::Free | Outcome::Uncovered => {}
        }
        if !self.unsummed {
            self.pending.take_back(accepted);
        }
    }
}
