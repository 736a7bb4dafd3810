//! Offers: one asset of one track, in one tier, at one price, under one envelope.
//!
//! The shipped templates are defaults that an operator may replace; the prices are in US cents
//! and stay the composer's to change.

use ledger::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::asset::AssetKind;
use crate::envelope::{
    AiTraining, Alteration, Audience, ChannelOwner, Channels, Credit, Envelope, Exclusivity,
    Forbidden, Placement, PublishWindow, Purpose, Rights, Territory, Version, Videos,
};
use crate::id::{OfferId, TrackId};
use crate::set::Set;
use crate::time::Timestamp;

/// The two tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// For people who publish on channels of their own.
    Creator,
    /// For brands, agencies and advertisements.
    Business,
}

impl Tier {
    /// Both tiers, the narrower first.
    pub const ALL: [Tier; 2] = [Tier::Creator, Tier::Business];

    /// The label shown to people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Tier::Creator => "Creator",
            Tier::Business => "Business",
        }
    }
}

/// Something on sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The offer.
    pub id: OfferId,
    /// The track it is of.
    pub track: TrackId,
    /// What is delivered.
    pub asset: AssetKind,
    /// The tier.
    pub tier: Tier,
    /// The price, before exclusive tax.
    pub price: Money,
    /// What the licence will allow.
    pub envelope: Envelope,
}

/// A shipped offer, before it belongs to a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferTemplate {
    /// What is delivered.
    pub asset: AssetKind,
    /// The tier.
    pub tier: Tier,
    /// The price in US cents.
    pub price_cents: i64,
    /// How many videos; the same video on several placements counts once.
    pub videos: Videos,
}

const fn template(asset: AssetKind, tier: Tier, price_cents: i64, videos: Videos) -> OfferTemplate {
    OfferTemplate {
        asset,
        tier,
        price_cents,
        videos,
    }
}

/// The shipped offers: three cuts, the full mix and the stem pack in two tiers.
pub const TEMPLATES: [OfferTemplate; 10] = [
    template(AssetKind::Cut15, Tier::Creator, 500, Videos::Count(1)),
    template(AssetKind::Cut30, Tier::Creator, 700, Videos::Count(1)),
    template(AssetKind::Cut60, Tier::Creator, 900, Videos::Count(1)),
    template(AssetKind::FullMix, Tier::Creator, 1_500, Videos::Count(5)),
    template(AssetKind::StemPack, Tier::Creator, 2_500, Videos::Count(5)),
    template(AssetKind::Cut15, Tier::Business, 2_000, Videos::Unlimited),
    template(AssetKind::Cut30, Tier::Business, 2_800, Videos::Unlimited),
    template(AssetKind::Cut60, Tier::Business, 3_600, Videos::Unlimited),
    template(AssetKind::FullMix, Tier::Business, 6_000, Videos::Unlimited),
    template(
        AssetKind::StemPack,
        Tier::Business,
        10_000,
        Videos::Unlimited,
    ),
];

impl OfferTemplate {
    /// The price.
    ///
    /// # Errors
    /// When an operator's price overflows.
    pub fn price(&self) -> Result<Money, MoneyError> {
        Money::from_minor(self.price_cents, Currency::USD)
    }

    /// What a licence sold from this template allows, with the credit that the composer asks for.
    #[must_use]
    pub fn envelope(&self, credit: Credit) -> Envelope {
        let (placements, purposes) = match self.tier {
            Tier::Creator => (creator_placements(), creator_purposes()),
            Tier::Business => (business_placements(), Purpose::ALL.into()),
        };
        let alterations = match self.asset {
            AssetKind::StemPack | AssetKind::MixAndStems | AssetKind::Stem => {
                Set::from([Alteration::PitchTempo, Alteration::Remix])
            }
            _ => Set::new(),
        };
        Envelope {
            videos: self.videos,
            clip_ms: self.asset.cut_ms(),
            alterations,
            credit,
            ..base(self.asset, placements, purposes)
        }
    }

    /// The offer of this template for a track.
    ///
    /// # Errors
    /// When an operator's price overflows.
    pub fn offer(&self, id: OfferId, track: TrackId, credit: Credit) -> Result<Offer, MoneyError> {
        let (asset, tier, price) = (self.asset, self.tier, self.price()?);
        Ok(Offer {
            id,
            track,
            asset,
            tier,
            price,
            envelope: self.envelope(credit),
        })
    }
}

/// A plan of clip time, sold once and drawn down by uses of any track of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundlePlan {
    /// The stable code: `bundle_10`.
    pub code: &'static str,
    /// The price in US cents.
    pub price_cents: i64,
    /// The clip time, in ms.
    pub total_ms: i64,
}

/// The shipped bundles.
pub const BUNDLE_PLANS: [BundlePlan; 3] = [
    BundlePlan {
        code: "bundle_10",
        price_cents: 1_000,
        total_ms: 600_000,
    },
    BundlePlan {
        code: "bundle_25",
        price_cents: 2_500,
        total_ms: 1_600_000,
    },
    BundlePlan {
        code: "bundle_100",
        price_cents: 10_000,
        total_ms: 7_000_000,
    },
];

/// Months after which a bundle's clip time expires.
pub const BUNDLE_MONTHS: u32 = 12;
/// The longest clip that a bundle is drawn down for, in ms.
pub const BUNDLE_CLIP_MS: u32 = 300_000;

impl BundlePlan {
    /// The shipped plan of this code.
    #[must_use]
    pub fn by_code(code: &str) -> Option<&'static BundlePlan> {
        BUNDLE_PLANS.iter().find(|plan| plan.code == code)
    }

    /// The price.
    ///
    /// # Errors
    /// When an operator's price overflows.
    pub fn price(&self) -> Result<Money, MoneyError> {
        Money::from_minor(self.price_cents, Currency::USD)
    }

    /// When a bundle bought at `now` expires.
    #[must_use]
    pub fn expires_at(now: Timestamp) -> Timestamp {
        now.plus_months(BUNDLE_MONTHS)
    }

    /// What a bundle bought at `now` allows: cuts and edits of any track, as many videos as the
    /// clip time holds, published until it expires.
    #[must_use]
    pub fn envelope(&self, credit: Credit, now: Timestamp) -> Envelope {
        Envelope {
            videos: Videos::Unlimited,
            clip_ms: Some(BUNDLE_CLIP_MS),
            publish_window: PublishWindow {
                from: Some(now),
                until: Some(BundlePlan::expires_at(now)),
            },
            credit,
            ..base(AssetKind::Edit, creator_placements(), creator_purposes())
        }
    }
}

fn base(asset: AssetKind, placements: Set<Placement>, purposes: Set<Purpose>) -> Envelope {
    Envelope {
        version: Version,
        asset,
        rights: Rights::OneStop,
        placements,
        purposes,
        videos: Videos::Count(1),
        clip_ms: None,
        channels: Channels {
            owner: ChannelOwner::Licensee,
            audience: Audience::Any,
        },
        territory: Territory::Worldwide,
        publish_window: PublishWindow::default(),
        alterations: Set::new(),
        credit: Credit::NotRequired,
        forbidden: Forbidden {
            ai_training: AiTraining::Forbidden,
        },
        exclusivity: Exclusivity::None,
    }
}

fn creator_placements() -> Set<Placement> {
    use Placement::{App, Broadcast, OnlineAds, PaidSocialAds};
    let paid = [App, PaidSocialAds, OnlineAds, Broadcast];
    Placement::ALL
        .into_iter()
        .filter(|place| !paid.contains(place))
        .collect()
}

fn business_placements() -> Set<Placement> {
    Placement::ALL
        .into_iter()
        .filter(|place| *place != Placement::Broadcast)
        .collect()
}

fn creator_purposes() -> Set<Purpose> {
    Set::from([Purpose::Personal, Purpose::MonetisedCreator])
}
