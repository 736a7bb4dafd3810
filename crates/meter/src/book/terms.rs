//! What the book is told: licences, tracks and cycles as the store keeps them.

use std::sync::Arc;

use domain::cycle::Cycle;
use domain::usage::{Barred, LicenceState};
use domain::{Envelope, LicenceId, Timestamp, TrackId};
use ledger::Currency;
use licence_key::Code;
use thiserror::Error;

use crate::pack::Under;

/// Who holds a licence: a person's id, or the licence's own where nobody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder(pub [u8; 16]);

/// A purse: the bundles that several licences may draw on together. The family of a bundle; for a
/// subscription, its buyer's. Bundles of another currency are in a purse of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurseId(pub [u8; 16]);

/// What the book needs to know of a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceTerms {
    /// Its id.
    pub id: LicenceId,
    /// Its code.
    pub code: Code,
    /// The store's number for it, by which blobs name it; without one they hold its code.
    pub number: Option<u32>,
    /// Its state now. While it isn't active, nobody draws on the bundles bought under it.
    pub state: LicenceState,
    /// Its frozen envelope; licences of one offer may share it.
    pub envelope: Arc<Envelope>,
    /// The currency it was paid in. It never changes.
    pub currency: Currency,
    /// How it is paid. It never changes.
    pub paid_by: Paid,
    /// Who holds it: counted, so that groups of few can be hidden.
    pub holder: Holder,
    /// Where its uses draw clip time, and where bundles bought under it lie. It never changes.
    pub purse: PurseId,
}

impl LicenceTerms {
    /// How a blob calls it.
    pub(super) fn under(&self) -> Under {
        Under {
            code: self.code,
            number: self.number,
        }
    }
}

/// How the uses of a licence are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// At the sale, for this track.
    Tier(TrackId),
    /// By clip time.
    Bundle,
    /// By a subscription's pool, and beyond its allowance by clip time.
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
    pub(super) fn holds(&self, at: Timestamp) -> bool {
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

    /// Could subscriptions use it at an instant?
    #[must_use]
    pub fn rotates(&self, at: Timestamp) -> bool {
        self.rotation.iter().any(|span| span.holds(at))
    }
}

/// A paid cycle of a subscription. A closed one matters for as long as reports of its time may
/// come, 35 days: what comes for it is posted in the cycle that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleTerms {
    /// Its place among the subscription's cycles, which never changes.
    pub nth: u32,
    /// Its first instant and the first after it.
    pub cycle: Cycle,
    /// What is left of the composers' share of what was paid for it, in micro-units, refunds
    /// taken off. Where they took more than the uses accepted are guaranteed, it counts as just
    /// that, and no further use is allowed.
    pub contribution: i64,
    /// What each use is guaranteed, in micro-units.
    pub guarantee: i64,
    /// The most uses of one track.
    pub per_track_cap: Option<u32>,
    /// Was it closed, or is it being closed?
    pub closed: bool,
    /// Uses accepted up to the last settlement, by track.
    pub uses: Vec<(TrackId, u32)>,
}

/// What the book is told doesn't fit what it knows. Nothing is changed then.
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
    /// The currency, the way of payment or the purse of a licence was another before.
    #[error("a licence's currency, way of payment and purse never change")]
    Fixed,
    /// The figures can't be computed with.
    #[error("the figures can't be computed with")]
    Figures,
    /// Uses that aren't settled yet were counted by the figures that would be replaced.
    #[error("uses that aren't settled were counted by the old figures: settle first")]
    Unsettled,
}
