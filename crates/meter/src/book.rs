//! The book: what is known in memory of licences, clip time and pools, and what uses have made of
//! it since it was last settled.
//!
//! [`Book::judge`] decides as `domain::usage::judge` does and changes nothing; [`Book::apply`]
//! changes the book by what was decided, [`Book::undo`] takes that back when the commit failed.
//! [`Book::settlement`] is what a settling transaction writes, [`Book::replay`] does what a blob
//! says. Amounts are cumulative, so the same uses give the same balances however they were cut
//! into batches and commits.

mod apply;
mod judge;
mod pool;
mod purse;
mod replay;
mod settle;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::cycle::Cycle;
use domain::envelope::Placement;
use domain::pool::pay::Unpaid;
use domain::usage::{Barred, LicenceState, UseRefusal};
use domain::{Bundle, Country, Envelope, LicenceId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use ledger::Currency;
use licence_key::Code;
use thiserror::Error;

use crate::pack::Outcome;
use pool::CyclePool;
use purse::Purse;
use settle::Pending;

pub use replay::{Fault, ReplayError};
pub use settle::{Earned, PoolUse, Roll, Settlement, Taken};

/// A map whose keys come from us or are ids that were checked.
type Map<K, V> = HashMap<K, V, RandomState>;

/// What the book needs to know of a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceTerms {
    /// Its id.
    pub id: LicenceId,
    /// Its code.
    pub code: Code,
    /// Its state now.
    pub state: LicenceState,
    /// Its frozen envelope; licences of one offer may share it.
    pub envelope: Arc<Envelope>,
    /// The currency it was paid in.
    pub currency: Currency,
    /// How it is paid.
    pub paid_by: Paid,
}

/// How the uses of a licence are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// At the sale, for this track.
    Tier(TrackId),
    /// By clip time.
    Bundle,
    /// By a subscription's pool, and beyond it by clip time.
    Pool,
}

/// Time during which something holds for a track: `from` included, `until` excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Span {
    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// What the book needs to know of a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackTerms {
    /// Are its master and composition attested?
    pub attested: bool,
    /// When somebody holds it exclusively.
    pub exclusive: Vec<Span>,
    /// When subscriptions may use it.
    pub rotation: Vec<Span>,
}

impl TrackTerms {
    /// Why nothing of it could be licensed at an instant.
    #[must_use]
    pub fn barred(&self, at: Timestamp) -> Option<Barred> {
        if !self.attested {
            return Some(Barred::NotAttested);
        }
        let holders = self.exclusive.iter().filter(|span| span.holds(at));
        let until = holders.map(|span| span.until).max()?;
        Some(Barred::Exclusive { until })
    }
}

/// A paid cycle of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleTerms {
    /// Its place among the subscription's cycles.
    pub nth: u32,
    /// Its first instant and the first after it.
    pub cycle: Cycle,
    /// The composers' share of what was paid for it, in micro-units.
    pub contribution: i64,
    /// What each use is guaranteed, in micro-units.
    pub guarantee: i64,
    /// The most uses of one track.
    pub per_track_cap: Option<u32>,
    /// Uses accepted so far, by track.
    pub uses: Vec<(TrackId, u32)>,
}

/// What the book is told doesn't fit what it knows.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TermsError {
    /// No licence has this id.
    #[error("the book doesn't know the licence")]
    UnknownLicence,
    /// No track has this id.
    #[error("the book doesn't know the track")]
    UnknownTrack,
    /// The licence had another code before.
    #[error("another licence has this code, or the licence another code")]
    Code,
    /// The figures can't be computed with.
    #[error("the figures can't be computed with")]
    Figures,
}

/// What [`Book::judge`] decides about an event that wasn't accepted before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Accept(Box<Accepted>),
    /// It doesn't, for all these reasons.
    Refuse(Vec<UseRefusal>),
    /// It is covered by a subscription whose pool can't pay, and there is too little clip time.
    Unpaid(Unpaid),
}

/// An event that counts, with all that changes in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    licence: u32,
    track: u32,
    placement: Placement,
    territory: Option<Country>,
    clip_ms: i64,
    published_at: Timestamp,
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
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Licence {
    terms: LicenceTerms,
    /// Videos accepted, where the envelope counts them.
    videos: HashSet<String, RandomState>,
    purse: Purse,
    pools: Vec<CyclePool>,
}

/// Licences, clip time, pools, tracks, and what uses have changed since the last settlement.
#[derive(Clone, Debug, Default)]
pub struct Book {
    codes: Map<u128, u32>,
    ids: Map<LicenceId, u32>,
    licences: Vec<Licence>,
    track_places: Map<TrackId, u32>,
    tracks: Vec<(TrackId, TrackTerms)>,
    pending: Pending,
    through: u64,
}

/// Two books are the same when they know and have counted the same.
impl PartialEq for Book {
    fn eq(&self, other: &Book) -> bool {
        (&self.licences, &self.tracks) == (&other.licences, &other.tracks)
            && (&self.pending, self.through) == (&other.pending, other.through)
    }
}

impl Eq for Book {}

impl Book {
    /// A book in which nothing stands.
    #[must_use]
    pub fn new() -> Book {
        Book::default()
    }

    /// Takes in a licence, or what has changed of one: its videos, clip time and pools stay.
    ///
    /// # Errors
    /// [`TermsError::Code`].
    pub fn put_licence(&mut self, terms: LicenceTerms) -> Result<(), TermsError> {
        let code = terms.code.value();
        match (self.ids.get(&terms.id), self.codes.get(&code)) {
            (None, None) => {
                let place = place_of_next(self.licences.len());
                self.codes.insert(code, place);
                self.ids.insert(terms.id, place);
                self.licences.push(Licence {
                    terms,
                    videos: HashSet::default(),
                    purse: Purse::default(),
                    pools: Vec::new(),
                });
                Ok(())
            }
            (Some(place), Some(same)) if place == same => {
                let place = *place;
                if let Some(licence) = self.licences.get_mut(index(place)) {
                    licence.terms = terms;
                }
                Ok(())
            }
            _ => Err(TermsError::Code),
        }
    }

    /// Takes in a track, or what has changed of one.
    pub fn put_track(&mut self, id: TrackId, terms: TrackTerms) {
        let next = place_of_next(self.tracks.len());
        let place = index(*self.track_places.entry(id).or_insert(next));
        match self.tracks.get_mut(place) {
            Some(track) => track.1 = terms,
            None => self.tracks.push((id, terms)),
        }
    }

    /// Takes in a bundle with what was consumed of it up to the last settlement. `nth` is its
    /// place among the licence's bundles in the order they were bought, which never changes.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`], [`TermsError::Figures`].
    pub fn put_bundle(
        &mut self,
        licence: LicenceId,
        nth: u32,
        bundle: Bundle,
    ) -> Result<(), TermsError> {
        let purse = &mut self.licence_mut(licence)?.purse;
        purse.put(nth, bundle).map_err(|_| TermsError::Figures)
    }

    /// Takes in a paid cycle with its uses up to the last settlement, or one that was topped up.
    ///
    /// # Errors
    /// [`TermsError`].
    pub fn put_cycle(&mut self, licence: LicenceId, cycle: &CycleTerms) -> Result<(), TermsError> {
        let uses = cycle.uses.iter().map(|(track, uses)| {
            let place = self.track_places.get(track).copied();
            place.map(|place| (place, *uses))
        });
        let uses: Option<Vec<(u32, u32)>> = uses.collect();
        let uses = uses.ok_or(TermsError::UnknownTrack)?;
        let pool = CyclePool::new(cycle, uses).map_err(|_| TermsError::Figures)?;
        let pools = &mut self.licence_mut(licence)?.pools;
        pools.retain(|old| old.nth != pool.nth);
        pools.push(pool);
        pools.sort_by_key(|pool| pool.cycle.start);
        Ok(())
    }

    /// Takes in a video that was accepted under a licence that counts them.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`].
    pub fn put_video(&mut self, licence: LicenceId, video: String) -> Result<(), TermsError> {
        self.licence_mut(licence)?.videos.insert(video);
        Ok(())
    }

    /// A licence's bundles as uses have left them, the earliest expiry first.
    #[must_use]
    pub fn bundles(&self, licence: LicenceId) -> &[Bundle] {
        let place = self.ids.get(&licence).copied();
        let licence = place.and_then(|place| self.licences.get(index(place)));
        licence.map_or(&[], |licence| licence.purse.bundles())
    }

    /// A licence's frozen envelope.
    #[must_use]
    pub fn envelope(&self, licence: LicenceId) -> Option<Arc<Envelope>> {
        let place = self.ids.get(&licence).copied();
        let licence = place.and_then(|place| self.licences.get(index(place)))?;
        Some(Arc::clone(&licence.terms.envelope))
    }

    /// What it knows of a track.
    #[must_use]
    pub fn track(&self, id: TrackId) -> Option<&TrackTerms> {
        let place = self.track_places.get(&id).copied()?;
        self.tracks.get(index(place)).map(|(_, terms)| terms)
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

    /// Says that everything up to this commit is in the book.
    pub fn reached(&mut self, commit: u64) {
        self.through = self.through.max(commit);
    }

    fn licence_mut(&mut self, id: LicenceId) -> Result<&mut Licence, TermsError> {
        let place = self.ids.get(&id).copied();
        let licence = place.and_then(|place| self.licences.get_mut(index(place)));
        licence.ok_or(TermsError::UnknownLicence)
    }

    fn by_code(&self, code: Code) -> Option<(u32, &Licence)> {
        let place = *self.codes.get(&code.value())?;
        Some((place, self.licences.get(index(place))?))
    }
}

fn index(place: u32) -> usize {
    // Every target that we build for has 32 bits at least.
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn place_of_next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
