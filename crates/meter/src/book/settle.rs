//! What uses have changed since the last settlement, in the sums that a transaction writes.

use domain::envelope::{Placement, Purpose};
use domain::{BundleId, Country, LicenceId, Timestamp, TrackId};
use ledger::Currency;

use super::Holder;

/// The most licensees that a [`Roll`] names: a group this large isn't hidden.
pub const LICENSEES_MAX: usize = 10;

/// What a track earned, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Earned {
    /// The track whose split sheet it is shared by.
    pub track: TrackId,
    /// The currency.
    pub currency: Currency,
    /// Uses that bundles and pools paid for.
    pub uses: u64,
    /// The amount, in micro-units: of bundles and pools together. Never nothing.
    pub micros: i64,
}

/// What was taken from a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    /// The bundle.
    pub bundle: BundleId,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What that earned, in micro-units.
    pub micros: i64,
}

/// What a subscription's cycle paid for a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolUse {
    /// The subscription's licence.
    pub licence: LicenceId,
    /// The cycle, by its place among the subscription's.
    pub cycle: u32,
    /// The track.
    pub track: TrackId,
    /// Uses accepted.
    pub uses: u64,
    /// What was guaranteed for them, in micro-units.
    pub micros: i64,
}

/// What paid for uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The sale of the licence.
    Sale,
    /// A bundle's clip time.
    Bundle(BundleId),
    /// The pool of the licence's cycle with this place.
    Cycle(u32),
}

/// Uses under one licence of one track that one source paid for, received on one day: what every
/// amount is traced by.
///
/// A use that spans several bundles adds to the line of each what that one billed and earned; the
/// use itself and its clip stand in the line of the first only, so that sums over lines are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The licence that the uses fall under.
    pub licence: LicenceId,
    /// What paid.
    pub source: Source,
    /// The track.
    pub track: TrackId,
    /// The first instant of the day of receipt, UTC.
    pub day: Timestamp,
    /// For uses that came after their own cycle had closed, the first instant of the day of
    /// publication, UTC.
    pub origin: Option<Timestamp>,
    /// Uses.
    pub uses: u64,
    /// Clip time published, in ms.
    pub clip_ms: i64,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What was earned, in micro-units.
    pub micros: i64,
}

/// Uses of a track in one hour, at one placement, for one purpose and territory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Roll {
    /// The track.
    pub track: TrackId,
    /// The first instant of the hour of publication.
    pub hour: Timestamp,
    /// The placement.
    pub placement: Placement,
    /// The purpose.
    pub purpose: Purpose,
    /// The territory; none is worldwide.
    pub territory: Option<Country>,
    /// The currency of the licences.
    pub currency: Currency,
    /// Uses.
    pub uses: u64,
    /// Clip time published, in ms.
    pub clip_ms: i64,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What was earned, in micro-units.
    pub micros: i64,
    /// The first [`LICENSEES_MAX`] holders whose uses these are, sorted. Readers that add rolls
    /// up unite these by [`unite`], and so know of a group of few that it is one.
    pub licensees: Vec<Holder>,
}

/// What a settling transaction adds to what is stored. Every list is sorted and holds each of its
/// keys once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// The last commit in it: the new watermark.
    pub through: u64,
    /// Everything that counts, by licence, source, track and day. The next three lists are sums
    /// of it.
    pub lines: Vec<Line>,
    /// To split among payees, by track.
    pub earned: Vec<Earned>,
    /// From bundles, by bundle.
    pub taken: Vec<Taken>,
    /// From pools, by cycle and track.
    pub pools: Vec<PoolUse>,
    /// For reports.
    pub rolls: Vec<Roll>,
    /// New videos under licences that count them.
    pub videos: Vec<(LicenceId, String)>,
}

/// Adds holders to a sorted set of them, which is never made larger than [`LICENSEES_MAX`].
pub fn unite(set: &mut Vec<Holder>, more: &[Holder]) {
    for holder in more {
        if set.len() >= LICENSEES_MAX {
            return;
        }
        if let Err(at) = set.binary_search(holder) {
            set.insert(at, *holder);
        }
    }
}
