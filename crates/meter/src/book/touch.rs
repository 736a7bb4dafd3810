//! Fetching into the processor's caches what many events will be judged by.
//!
//! A licence lies in four places: itself, its envelope, its purse and the bundles in that. Asked
//! for one event after the other, each is a wait for memory; asked for many events together, the
//! processor fetches them side by side.

use std::hint::black_box;

use super::{Book, Licence, LicenceNo, index};

impl Book {
    /// Looks at what events under these licences will be judged by. Call it with some hundred before
    /// judging them: more wouldn't stay in the caches.
    pub fn touch(&self, licences: &[LicenceNo]) {
        let known = || {
            licences
                .iter()
                .filter_map(|no| self.licences.get(no.place()))
        };
        // One pass for each step from a place to the next.
        black_box(known().fold(0, |seen, one| seen ^ own(one)));
        black_box(known().fold(0, |seen, one| seen ^ self.beside(one)));
        black_box(known().fold(0, |seen, one| seen ^ self.bundles_of(one)));
    }

    fn beside(&self, licence: &Licence) -> usize {
        let purse = licence.purse.and_then(|at| self.purses.get(index(at)));
        let pools = licence.subscription.as_ref().map_or(0, |one| one.cycles());
        let envelope = &licence.terms.envelope;
        purse.map_or(0, |purse| purse.len())
            ^ pools
            ^ usize::from(envelope.clip_ms.is_some())
            ^ usize::from(envelope.publish_window.until.is_some())
    }

    fn bundles_of(&self, licence: &Licence) -> usize {
        let purse = licence.purse.and_then(|at| self.purses.get(index(at)));
        let pools = licence.subscription.as_ref().map_or(0, |one| one.touch());
        purse.map_or(0, |purse| purse.touch()) ^ pools
    }
}

/// The first and the last of a licence's own bytes, as near as fields tell.
fn own(licence: &Licence) -> usize {
    let code = licence.terms.code.value() & 1 == 1;
    usize::from(code) ^ licence.videos.len() ^ licence.purse.map_or(0, index)
}
