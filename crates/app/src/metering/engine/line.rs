//! A line of a settlement: uses under one licence of one track that are settled together.
//!
//! A store that counts much has many of them in memory at once, and every use looks for its own: what
//! few lines need lies beside them.

use std::collections::BTreeMap;

use domain::envelope::{Placement, Purpose};
use domain::{BundleId, Country, CycleId, LicenceId, SubscriptionId, Timestamp, TrackId};
use ledger::{Currency, Money};
use meter::book::{LicenceNo, TrackNo};
use sha2::{Digest, Sha256};
use tlog::merkle::Frontier;

use super::known::Id;
use crate::Fault;
use crate::proofs::{Logged, event, letters};

/// Lines with the same key are one.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) licence: LicenceNo,
    pub(super) track: TrackNo,
    /// The cycle that paid, by its number, and whether it was another than their own.
    pub(super) cycle: Option<(u32, bool)>,
    /// The day of publication.
    pub(super) day: i64,
    pub(super) placement: Placement,
    pub(super) territory: Option<Country>,
}

/// Uses under one licence of one track.
pub(super) struct Line {
    /// What its uses have in common.
    pub(super) key: Key,
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

/// What a line keeps of its reports beside its key.
pub(super) struct Said {
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

/// Which bundles its uses drew on.
#[derive(Default)]
pub(super) enum Draws {
    /// None.
    #[default]
    None,
    /// One, as nearly always: all that the line was billed and has earned.
    One(BundleId),
    /// Several: what was billed, in ms, and earned, in micro-units, by each.
    More(BTreeMap<BundleId, (i64, i64)>),
}

/// What a use took from a bundle, in ms and micro-units.
pub(super) type Drawn = (BundleId, (i64, i64));

impl Line {
    /// Adds what a use was billed and has earned, and from which bundles.
    pub(super) fn bill(
        &mut self,
        (billed_ms, earned): (i64, i64),
        drawn: impl Iterator<Item = Result<Drawn, Fault>>,
    ) -> Result<(), Fault> {
        for one in drawn {
            let (bundle, amounts) = one?;
            if amounts == (0, 0) {
                continue;
            }
            match &mut self.draws {
                Draws::One(same) if *same == bundle && amounts == (billed_ms, earned) => {}
                draws => {
                    let so_far = (self.billed_ms, self.earned);
                    draws.split(so_far, (bundle, amounts), (billed_ms, earned))?;
                }
            }
        }
        self.billed_ms = sum(self.billed_ms, billed_ms)?;
        self.earned = sum(self.earned, earned)?;
        Ok(())
    }

    /// What was drawn from each bundle.
    pub(super) fn draws(&self) -> impl Iterator<Item = Drawn> {
        let (one, more) = match &self.draws {
            Draws::None => (None, None),
            Draws::One(bundle) => (Some((*bundle, (self.billed_ms, self.earned))), None),
            Draws::More(more) => (None, Some(more)),
        };
        let more = more.into_iter().flat_map(|more| more.iter());
        one.into_iter()
            .chain(more.map(|(bundle, drawn)| (*bundle, *drawn)))
    }

    /// Looks at it, see [`super::fold`].
    pub(super) fn touch(&self) -> i64 {
        let said = i64::from(self.said.video.is_some());
        self.uses ^ self.received.0 ^ self.published.0 ^ self.earned ^ said
    }

    /// Looks at the tree over its uses, which lies elsewhere.
    pub(super) fn touch_tree(&self) -> u8 {
        self.tree.heads().last().map_or(0, |head| head.0[0])
    }

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

impl Draws {
    /// Adds what isn't the whole of a use that drew on the same bundle as all before.
    fn split(
        &mut self,
        (billed_ms, earned): (i64, i64),
        (bundle, amounts): Drawn,
        whole: (i64, i64),
    ) -> Result<(), Fault> {
        let mut more = match std::mem::take(self) {
            Draws::None if amounts == whole => {
                *self = Draws::One(bundle);
                return Ok(());
            }
            Draws::None => BTreeMap::new(),
            Draws::One(one) => BTreeMap::from([(one, (billed_ms, earned))]),
            Draws::More(more) => more,
        };
        let drawn = more.entry(bundle).or_default();
        *drawn = (sum(drawn.0, amounts.0)?, sum(drawn.1, amounts.1)?);
        *self = Draws::More(more);
        Ok(())
    }
}

/// A sum of a settlement.
pub(super) fn sum(one: i64, other: i64) -> Result<i64, Fault> {
    let sum = one.checked_add(other);
    sum.ok_or_else(|| Fault::because("adding up uses", "they are too many"))
}
