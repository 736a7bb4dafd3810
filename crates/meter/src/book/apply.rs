//! Changing the book by an event that counts, and taking that back.

use super::{Accepted, Book, Licence, index};
use crate::pack::Outcome;

impl Book {
    /// Counts an event that was just judged: nothing else may have been counted in between.
    pub fn apply(&mut self, accepted: &Accepted) {
        if let Some(licence) = self.licences.get_mut(index(accepted.licence)) {
            licence.take(accepted);
            self.pending.add(accepted, licence.terms.currency);
        }
    }

    /// Takes back an event whose commit failed. Several are taken back in reverse order.
    pub fn undo(&mut self, accepted: &Accepted) {
        if let Some(licence) = self.licences.get_mut(index(accepted.licence)) {
            licence.give_back(accepted);
            self.pending.take_back(accepted, licence.terms.currency);
        }
    }
}

impl Licence {
    fn take(&mut self, accepted: &Accepted) {
        if let Some(video) = &accepted.video {
            self.videos.insert(video.clone());
        }
        match &accepted.outcome {
            Outcome::Drawn(parts) => parts.iter().for_each(|part| self.purse.take(part)),
            Outcome::Pooled { cycle, .. } => {
                let pool = self.pools.iter_mut().find(|pool| pool.nth == *cycle);
                pool.into_iter().for_each(|pool| pool.take(accepted.track));
            }
            Outcome::Free | Outcome::Uncovered => {}
        }
    }

    fn give_back(&mut self, accepted: &Accepted) {
        if let Some(video) = &accepted.video {
            self.videos.remove(video);
        }
        match &accepted.outcome {
            Outcome::Drawn(parts) => parts.iter().for_each(|part| self.purse.give_back(part)),
            Outcome::Pooled { cycle, .. } => {
                let pool = self.pools.iter_mut().find(|pool| pool.nth == *cycle);
                pool.into_iter()
                    .for_each(|pool| pool.give_back(accepted.track));
            }
            Outcome::Free | Outcome::Uncovered => {}
        }
    }
}
