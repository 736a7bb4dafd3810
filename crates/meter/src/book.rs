//! The book: what is known in memory of licences, clip time and pools, and what uses have made of
//! it since it was last settled.
//!
//! [`Book::judge`] decides as `domain::usage::judge` does and changes nothing; [`Book::apply`]
//! changes the book by what was decided, [`Book::undo`] takes that back when the commit failed.
//! [`Book::settlement`] is what a settling transaction writes, [`Book::replay`] does what a blob
//! says. Amounts are cumulative, so the same uses give the same balances however they were cut
//! into batches and commits.
//!
//! Several licences may share a purse of clip time; see [`LicenceTerms::purse`].

mod apply;
mod codes;
mod judge;
mod log;
mod pool;
mod purse;
mod put;
mod replay;
mod settle;
mod sums;
mod terms;
mod touch;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::envelope::{Placement, Purpose};
use domain::usage::UseRefusal;
use domain::{Bundle, Country, Envelope, LicenceId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use ledger::Currency;
use licence_key::Code;

use crate::pack::{Outcome, Under};
use codes::Codes;
use pool::Subscription;
use purse::Purse;
use sums::Pending;

pub use replay::{Fault, ReplayError};
pub use settle::{Earned, LICENSEES_MAX, Line, PoolUse, Roll, Settlement, Source, Taken, unite};
pub use terms::{CycleTerms, Holder, LicenceTerms, Paid, PurseId, Span, TermsError, TrackTerms};

/// A map whose keys come from us or are ids that were checked.
type Map<K, V> = HashMap<K, V, RandomState>;

/// The book's own number of a licence, for as long as the book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceNo(u32);

/// The book's own number of a track, for as long as the book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackNo(u32);

impl LicenceNo {
    /// Its place among the book's licences, from 0, in the order in which they were put.
    #[must_use]
    pub fn place(self) -> usize {
        index(self.0)
    }
}

/// What [`Book::judge`] decides about an event that wasn't accepted before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Accept(Box<Accepted>),
    /// It doesn't, for all these reasons.
    Refuse(Vec<UseRefusal>),
}

/// An event that counts, with all that changes in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The book's own numbers.
    licence: u32,
    track: u32,
    licence_id: LicenceId,
    under: Under,
    track_id: TrackId,
    currency: Currency,
    placement: Placement,
    purpose: Purpose,
    territory: Option<Country>,
    clip_ms: i64,
    published_at: Timestamp,
    received_at: Timestamp,
    /// Did a later cycle pay than the one it was published in?
    late: bool,
    /// The video, where it is a new one that the licence counts.
    video: Option<String>,
    outcome: Outcome,
}

impl Accepted {
    /// What it billed and earned, and from what.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What it billed and earned, to be kept elsewhere: it is free then.
    pub fn take_outcome(&mut self) -> Outcome {
        std::mem::replace(&mut self.outcome, Outcome::Free)
    }

    /// The book's own number of its licence.
    #[must_use]
    pub fn licence_no(&self) -> LicenceNo {
        LicenceNo(self.licence)
    }

    /// The book's own number of its track.
    #[must_use]
    pub fn track_no(&self) -> TrackNo {
        TrackNo(self.track)
    }

    /// The licence that it falls under.
    #[must_use]
    pub fn licence(&self) -> LicenceId {
        self.licence_id
    }

    /// That licence's code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.under.code
    }

    /// How a blob calls that licence.
    #[must_use]
    pub fn under(&self) -> Under {
        self.under
    }

    /// The track used: the one reported, or the licence's own.
    #[must_use]
    pub fn track(&self) -> TrackId {
        self.track_id
    }

    /// The video, where it is a new one that its licence counts, to be kept elsewhere: there is none then.
    pub fn take_video(&mut self) -> Option<String> {
        self.video.take()
    }

    /// The currency that it earned in.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// What it earned, in micro-units.
    #[must_use]
    pub fn earned(&self) -> i64 {
        self.outcome.earned()
    }

    /// The clip time billed, in ms.
    #[must_use]
    pub fn billed_ms(&self) -> i64 {
        self.outcome.billed_ms()
    }

    /// Where the video was published.
    #[must_use]
    pub fn placement(&self) -> Placement {
        self.placement
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The country it was published for; none is worldwide.
    #[must_use]
    pub fn territory(&self) -> Option<Country> {
        self.territory
    }

    /// Milliseconds of music in it.
    #[must_use]
    pub fn clip_ms(&self) -> i64 {
        self.clip_ms
    }

    /// When it was published.
    #[must_use]
    pub fn published_at(&self) -> Timestamp {
        self.published_at
    }

    /// When it was received.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// When it was published, where a later cycle pays for it than its own.
    #[must_use]
    pub fn origin(&self) -> Option<Timestamp> {
        self.late.then_some(self.published_at)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Licence {
    terms: LicenceTerms,
    /// The book's number of its holder.
    holder: u32,
    /// The book's number of its purse; none where it was paid at the sale.
    purse: Option<u32>,
    /// Videos accepted, where the envelope counts them.
    videos: HashSet<String, RandomState>,
    subscription: Option<Box<Subscription>>,
}

/// Licences, clip time, pools, tracks, and what uses have changed since the last settlement.
#[derive(Clone, Debug, Default)]
pub struct Book {
    codes: Codes,
    ids: Map<LicenceId, u32>,
    licences: Vec<Licence>,
    holder_places: Map<Holder, u32>,
    holders: Vec<Holder>,
    purse_places: Map<(PurseId, Currency), u32>,
    purses: Vec<Purse>,
    track_places: Map<TrackId, u32>,
    tracks: Vec<(TrackId, TrackTerms)>,
    pending: Pending,
    /// Does whoever settles sum for themselves?
    unsummed: bool,
    /// How often it was settled, round and round: what marks unsettled draws.
    epoch: u32,
    /// Purses with a removed bundle that the next settlement still names.
    leaving: Vec<u32>,
    through: u64,
}

/// Two books are the same when they know and have counted the same.
impl PartialEq for Book {
    fn eq(&self, other: &Book) -> bool {
        (&self.pending, self.through) == (&other.pending, other.through)
            && self.licences == other.licences
            && self.tracks == other.tracks
            && self.purses == other.purses
            && self.holders == other.holders
    }
}

impl Eq for Book {}

impl Book {
    /// A book in which nothing stands.
    #[must_use]
    pub fn new() -> Book {
        Book::default()
    }

    /// The same for who makes settlements from the blobs: it judges and counts alike, and its
    /// [`Book::settlement`] is always empty. Summing is a fifth of what counting a use costs.
    #[must_use]
    pub fn without_sums() -> Book {
        Book {
            unsummed: true,
            ..Book::default()
        }
    }

    /// The bundles in a licence's purse as uses have left them, the earliest expiry first, those
    /// included that can't be drawn on now.
    #[must_use]
    pub fn bundles(&self, licence: LicenceId) -> Vec<Bundle> {
        let purse = self.by_id(licence).and_then(|one| self.purse_of(one));
        purse.map(Purse::bundles).unwrap_or_default()
    }

    /// What it knows of a licence.
    #[must_use]
    pub fn licence(&self, id: LicenceId) -> Option<&LicenceTerms> {
        self.by_id(id).map(|licence| &licence.terms)
    }

    /// The book's own number of the licence with a code.
    #[must_use]
    pub fn find(&self, code: Code) -> Option<LicenceNo> {
        self.codes.find(code, &self.licences).map(LicenceNo)
    }

    /// The book's own number of a licence.
    #[must_use]
    pub fn find_id(&self, id: LicenceId) -> Option<LicenceNo> {
        self.ids.get(&id).copied().map(LicenceNo)
    }

    /// What it knows of the licence with a number of its own.
    #[must_use]
    pub fn terms(&self, licence: LicenceNo) -> Option<&LicenceTerms> {
        let licence = self.licences.get(licence.place());
        licence.map(|licence| &licence.terms)
    }

    /// The bundle with a place in a licence's purse, while uses may draw on it.
    #[must_use]
    pub fn bundle(&self, licence: LicenceNo, nth: u32) -> Option<&Bundle> {
        let licence = self.licences.get(licence.place())?;
        self.purse_of(licence)?.nth(nth)
    }

    /// What it knows of the licence with a code: whose answer is repeated, and in which currency.
    #[must_use]
    pub fn licence_of_code(&self, code: Code) -> Option<&LicenceTerms> {
        self.by_code(code).map(|(_, licence)| &licence.terms)
    }

    /// A licence's frozen envelope.
    #[must_use]
    pub fn envelope(&self, licence: LicenceId) -> Option<Arc<Envelope>> {
        let terms = self.licence(licence)?;
        Some(Arc::clone(&terms.envelope))
    }

    /// What it knows of a track.
    #[must_use]
    pub fn track(&self, id: TrackId) -> Option<&TrackTerms> {
        let place = self.track_places.get(&id).copied()?;
        self.tracks.get(index(place)).map(|(_, terms)| terms)
    }

    /// The book's own number of a track.
    #[must_use]
    pub fn find_track(&self, id: TrackId) -> Option<TrackNo> {
        self.track_places.get(&id).copied().map(TrackNo)
    }

    /// The id of the track with a number of its own.
    #[must_use]
    pub fn track_id(&self, track: TrackNo) -> Option<TrackId> {
        self.tracks.get(index(track.0)).map(|(id, _)| *id)
    }

    /// How many licences it knows.
    #[must_use]
    pub fn licences(&self) -> usize {
        self.licences.len()
    }

    /// The last commit that is in it: the watermark that a settlement moves up to.
    #[must_use]
    pub fn through(&self) -> u64 {
        self.through
    }

    /// Says that everything up to this commit is in the book and durable: nothing of it is undone.
    pub fn reached(&mut self, commit: u64) {
        self.through = self.through.max(commit);
        self.pending.tidy();
    }

    fn by_id(&self, id: LicenceId) -> Option<&Licence> {
        let place = *self.ids.get(&id)?;
        self.licences.get(index(place))
    }

    fn by_code(&self, code: Code) -> Option<(u32, &Licence)> {
        let place = self.codes.find(code, &self.licences)?;
        Some((place, self.licences.get(index(place))?))
    }

    fn purse_of(&self, licence: &Licence) -> Option<&Purse> {
        self.purses.get(index(licence.purse?))
    }
}

fn index(place: u32) -> usize {
    // Every target that we build for has 32 bits at least.
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn place_of_next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
