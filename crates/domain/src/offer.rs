//! Offers: one asset of one track, in one tier, at one price, under one envelope; plans of clip
//! time; and the plan of the pool.
//!
//! A track's offers are made from templates (see [`crate::template`]); the plans are the
//! store's.

use std::borrow::Cow;
use std::sync::Arc;

use ledger::round::mul_div_floor;
use ledger::{Currency, Money, MoneyError};

use crate::asset::AssetKind;
use crate::envelope::{
    AiTraining, Audience, ChannelOwner, Channels, Credit, Envelope, Exclusivity, Forbidden,
    Placement, PublishWindow, Purpose, Rights, Territory, Version, Videos,
};
use crate::id::{OfferId, TrackId};
use crate::rule::OfferRule;
use crate::set::Set;
use crate::tier::Tier;
use crate::time::Timestamp;

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
    /// What the licence will allow, but for the dates that the sale sets. Shared, since the
    /// offers of many tracks differ in their credit alone.
    pub envelope: Arc<Envelope>,
    /// How price and envelope depend on who asks, and when.
    pub rule: OfferRule,
}

impl Offer {
    /// The envelope of a licence sold at `now`: with the window and the exclusivity that begin
    /// then. Borrowed where neither is sold.
    #[must_use]
    pub fn envelope_at(&self, now: Timestamp) -> Cow<'_, Envelope> {
        let OfferRule {
            window_months,
            exclusive_months,
            ..
        } = self.rule;
        if window_months.is_none() && exclusive_months.is_none() {
            return Cow::Borrowed(&self.envelope);
        }
        let mut envelope = Envelope::clone(&self.envelope);
        if let Some(months) = window_months {
            envelope.publish_window = PublishWindow {
                from: Some(now),
                until: Some(now.plus_months(months)),
            };
        }
        if let Some(months) = exclusive_months {
            envelope.exclusivity = Exclusivity::Until(now.plus_months(months));
        }
        Cow::Owned(envelope)
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

    /// What a second of clip time costs, in micro-units, floored: the pay-per-use rate.
    ///
    /// # Errors
    /// When an operator's price overflows.
    pub fn micros_per_second(&self) -> Result<i64, MoneyError> {
        let micros = self.price()?.micros();
        Ok(mul_div_floor(micros, 1_000, self.total_ms)?)
    }

    /// The clip time that this many videos with clips of `clip_ms` would draw, each rounded up to
    /// a whole second; `None` where no number of videos is named or the plan holds less.
    #[must_use]
    pub fn would_draw(&self, clip_ms: u32, videos: Videos) -> Option<i64> {
        let Videos::Count(count) = videos else {
            return None;
        };
        let each = (i64::from(clip_ms) + 999) / 1_000 * 1_000;
        Some(each * i64::from(count)).filter(|draw| *draw <= self.total_ms)
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

/// A subscription to the pool, as shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolPlan {
    /// The stable code.
    pub code: &'static str,
    /// The price of a month in US cents.
    pub price_cents: i64,
    /// What each use pays its track at once, in micro-units.
    pub guarantee_micros: i64,
}

/// The shipped pool: five dollars a month, five cents guaranteed for each use.
pub const POOL_PLAN: PoolPlan = PoolPlan {
    code: "pool_5",
    price_cents: 500,
    guarantee_micros: 50_000,
};

/// What a subscription signed up at `now` allows: cuts and edits of the tracks in rotation, as
/// many videos as its pool pays for. It has no end of its own: each use is cleared by the cycle
/// and the rotation of its day, and stays cleared.
#[must_use]
pub fn pool_envelope(now: Timestamp) -> Envelope {
    Envelope {
        videos: Videos::Unlimited,
        clip_ms: Some(BUNDLE_CLIP_MS),
        publish_window: PublishWindow {
            from: Some(now),
            until: None,
        },
        ..base(AssetKind::Edit, creator_placements(), creator_purposes())
    }
}

/// An envelope that allows one video there and for that, everywhere and for ever.
pub(crate) fn base(
    asset: AssetKind,
    placements: Set<Placement>,
    purposes: Set<Purpose>,
) -> Envelope {
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

/// Everywhere that a person publishes on channels of their own.
pub(crate) fn creator_placements() -> Set<Placement> {
    use Placement::{App, Broadcast, OnlineAds, PaidSocialAds};
    let paid = [App, PaidSocialAds, OnlineAds, Broadcast];
    Placement::ALL
        .into_iter()
        .filter(|place| !paid.contains(place))
        .collect()
}

/// What a person publishes for.
pub(crate) fn creator_purposes() -> Set<Purpose> {
    Set::from([Purpose::Personal, Purpose::MonetisedCreator])
}
