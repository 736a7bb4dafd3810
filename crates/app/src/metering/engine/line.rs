//! A line of a settlement: uses under one licence of one track that are settled together.
//!
//! A store that counts much has many of them in memory at once, and every use looks for its own: what
//! few lines need lies beside them.

use std::collections::BTreeMap;

use domain::envelope::{Placement, Purpose};
use domain::{BundleId, Country, CycleId, LicenceId, SubscriptionId, Timestamp, TrackId};
use ledger::{Currency, Money};
use sha2::{Digest, Sha256};
use tlog::merkle::Frontier;

use super::known::Id;
use crate::Fault;
use crate::proofs::{Logged, event, letters};

/// Uses under one licence of one track.
pub(super) struct Line {
    pub(super) id: Id,
    /// The first and the last commit with such a use.
    pub(super) commits: (u64, u64),
    pub(super) uses: i64,
    pub(super) licence: LicenceId,
    pub(super) track: TrackId,
    pub(super) currency: Currency,
    /// What is kept of a single use alone.
    pub(super) alone: Option<Box<Alone>>,
    pub(super) said: Said,
    pub(super) clip_ms: i64,
    pub(super) billed_ms: i64,
    pub(super) earned: i64,
    /// When the last of them was published and received.
    pub(super) published: Timestamp,
    pub(super) received: Timestamp,
    pub(super) draws: Draws,
    pub(super) pool: Option<Box<Pooled>>,
    /// The tree over its uses; empty where it is of a single one.
    pub(super) tree: Frontier,
}

/// What a line keeps of a use that has it for itself.
pub(super) struct Alone {
    /// What its licence is called.
    pub(super) label: String,
    pub(super) reporter: String,
    pub(super) id: String,
    pub(super) report: String,
}

/// What a line keeps of its reports.
pub(super) struct Said {
    pub(super) placement: Placement,
    pub(super) territory: Option<Country>,
    /// Of several: where they agree.
    pub(super) purpose: Option<Purpose>,
    pub(super) video: Option<Box<str>>,
}

/// The cycle that paid.
#[derive(Clone, Copy)]
pub(super) struct Pooled {
    pub(super) cycle: CycleId,
    pub(super) subscription: SubscriptionId,
    /// When the last was published, where their own cycle was closed.
    pub(super) origin: Option<Timestamp>,
}

/// What was billed, in ms, and earned, in micro-units, by bundle: nearly always of one.
#[derive(Default)]
pub(super) enum Draws {
    #[default]
    None,
    One(BundleId, (i64, i64)),
    More(BTreeMap<BundleId, (i64, i64)>),
}

impl Draws {
    pub(super) fn add(&mut self, bundle: BundleId, (ms, micros): (i64, i64)) -> Result<(), Fault> {
        match self {
            Draws::None => *self = Draws::One(bundle, (ms, micros)),
            Draws::One(one, drawn) if *one == bundle => add(drawn, (ms, micros))?,
            Draws::One(one, drawn) => {
                let more = BTreeMap::from([(*one, *drawn), (bundle, (ms, micros))]);
                *self = Draws::More(more);
            }
            Draws::More(more) => add(more.entry(bundle).or_default(), (ms, micros))?,
        }
        Ok(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (BundleId, (i64, i64))> {
        let (one, more) = match self {
            Draws::None => (None, None),
            Draws::One(bundle, drawn) => (Some((*bundle, *drawn)), None),
            Draws::More(more) => (None, Some(more)),
        };
        let more = more.into_iter().flat_map(|more| more.iter());
        one.into_iter()
            .chain(more.map(|(bundle, drawn)| (*bundle, *drawn)))
    }
}

fn add(drawn: &mut (i64, i64), (ms, micros): (i64, i64)) -> Result<(), Fault> {
    *drawn = (sum(drawn.0, ms)?, sum(drawn.1, micros)?);
    Ok(())
}

impl Line {
    /// What the transparency log says of it.
    pub(super) fn logged(&self, settlement: Id) -> Result<Logged, Fault> {
        let report = self.alone.as_ref().map(|alone| alone.report.as_str());
        Ok(Logged {
            earned: Money::new(self.earned, self.currency),
            used: event::Use {
                id: self.id,
                settlement,
                uses: self.uses,
                licence: *self.licence.bytes(),
                track: *self.track.bytes(),
                clip_ms: self.clip_ms,
                billed_ms: self.billed_ms,
                earned_micros: self.earned,
                currency: letters(self.currency.code())?,
                published_ms: self.published.0,
                received_ms: self.received.0,
                report: report.map_or([0; 32], |text| Sha256::digest(text).into()),
                root: self.root(),
            },
        })
    }

    /// The root of the tree over its uses.
    pub(super) fn root(&self) -> Option<[u8; 32]> {
        (self.tree.size() > 0).then(|| self.tree.head().0)
    }
}

/// A sum of a settlement.
pub(super) fn sum(one: i64, other: i64) -> Result<i64, Fault> {
    let sum = one.checked_add(other);
    sum.ok_or_else(|| Fault::because("adding up uses", "they are too many"))
}
