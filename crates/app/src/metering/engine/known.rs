//! What was asked for so far: the book, and what the store needs beside it to write what the book
//! decides.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::{BundleId, Cycle, CycleId, Envelope, LicenceId, SubscriptionId, TrackId};
use foldhash::fast::RandomState;
use meter::book::{Book, LicenceNo, LicenceTerms};
use meter::pack::CodeText;

use super::blobs::Codes;
use super::channels::Channels;
use crate::Fault;

/// Sixteen bytes of any id.
pub(super) type Id = [u8; 16];

/// The book and what stands beside it.
pub(super) struct Known {
    pub(super) book: Book,
    /// By the book's numbers of licences.
    held: Vec<Held>,
    /// Envelopes by their texts, for licences to share.
    pub(super) envelopes: HashMap<String, Arc<Envelope>>,
    /// What blobs call licences.
    pub(super) codes: Codes,
    /// By the purse or the subscription's licence, and the number that blobs say.
    pub(super) numbers: HashMap<(Id, u32), Numbered, RandomState>,
    /// What to read again when something with this id has changed.
    pub(super) things: HashMap<Id, Vec<Thing>>,
    pub(super) purses: HashSet<Id>,
    /// Which licences list the channels that stand in place of codes.
    pub(super) channels: Channels,
}

/// A licence, as far as the book has no need of it.
pub(super) struct Held {
    /// What its uses are called in a journal.
    pub(super) label: String,
    pub(super) purse: Id,
    /// Does it count videos?
    pub(super) counts_videos: bool,
}

/// What a number of a blob stands for.
#[derive(Clone, Copy)]
pub(super) enum Numbered {
    Bundle(BundleId),
    Cycle {
        id: CycleId,
        cycle: Cycle,
        subscription: SubscriptionId,
    },
}

/// Something that is in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Licence(LicenceId),
    Purse(Id),
    Track(TrackId),
}

impl Default for Known {
    fn default() -> Known {
        Known {
            // A settlement sums the blobs.
            book: Book::without_sums(),
            held: Vec::new(),
            envelopes: HashMap::new(),
            codes: Codes::default(),
            numbers: HashMap::default(),
            things: HashMap::default(),
            purses: HashSet::default(),
            channels: Channels::default(),
        }
    }
}

impl Known {
    /// The licence of a code as a blob holds it.
    pub(super) fn of_code(&self, code: &CodeText<'_>) -> Option<(LicenceNo, &LicenceTerms)> {
        let no = self.book.find(code.code()?)?;
        Some((no, self.book.terms(no)?))
    }

    /// What stands beside a licence of the book.
    pub(super) fn held(&self, licence: LicenceNo) -> Option<&Held> {
        self.held.get(licence.place())
    }

    /// Notes what stands beside a licence that was just put into the book.
    pub(super) fn hold(&mut self, id: LicenceId, held: Held) -> Result<(), Fault> {
        let no = self.book.find_id(id).map(LicenceNo::place);
        let no = no.ok_or_else(|| Fault::because("reading a licence", "it isn't in the book"))?;
        match self.held.get_mut(no) {
            Some(before) => *before = held,
            None => self.held.push(held),
        }
        Ok(())
    }

    /// The bundle that a licence's purse has under a number.
    pub(super) fn bundle(&self, licence: LicenceNo, nth: u32) -> Option<BundleId> {
        if let Some(bundle) = self.book.bundle(licence, nth) {
            return Some(bundle.id);
        }
        // Uses aren't settled yet of one that can't be drawn on any more.
        match self.numbered(&self.held(licence)?.purse, nth)? {
            Numbered::Bundle(id) => Some(id),
            Numbered::Cycle { .. } => None,
        }
    }

    /// What a number of a blob stands for.
    pub(super) fn numbered(&self, of: &Id, n: u32) -> Option<Numbered> {
        self.numbers.get(&(*of, n)).copied()
    }

    /// Says that a thing is to be read again when something with this id has changed.
    pub(super) fn depends(&mut self, on: Id, thing: Thing) {
        let things = self.things.entry(on).or_default();
        if !things.contains(&thing) {
            // Nearly always the only one, and there is one for each licence.
            things.reserve_exact(1);
            things.push(thing);
        }
    }
}
