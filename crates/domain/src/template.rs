//! Templates: a tier's whole terms and price table, from which every track's offers are made.
//!
//! The shipped ones are defaults. The store may replace them for everybody, a composer for
//! everything they have made or for one track: the nearest one counts, track before artist before
//! store before shipped. A template is data with a version; nothing here knows who keeps it.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::asset::AssetKind;
use crate::envelope::{
    Alteration, Audience, Credit, Envelope, Placement, Purpose, Territory, Videos,
};
use crate::offer::{base, creator_placements, creator_purposes};
use crate::rule::{AudiencePercent, ClipPercent, OfferRule};
use crate::sale::{Rates, SaleRefusal, split_sale};
use crate::set::Set;
use crate::tier::Tier;

/// The dearest that an asset may be, in minor units: ten millions of a dollar.
pub const PRICE_MAX: i64 = 1_000_000_000;
/// The highest percentage.
pub const PERCENT_MAX: u32 = 10_000;
/// The longest window and exclusivity, in months: a hundred years.
pub const MONTHS_MAX: u32 = 1_200;

/// One tier: what its licences allow, what of a track is sold in it, and for how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The tier.
    pub tier: Tier,
    /// Whether anything of it is sold.
    #[serde(default = "yes")]
    pub on_sale: bool,
    /// Where videos may be published.
    pub placements: Set<Placement>,
    /// What they may be for.
    pub purposes: Set<Purpose>,
    /// Where in the world.
    #[serde(default = "worldwide")]
    pub territory: Territory,
    /// The largest audience that is licensed at all.
    #[serde(default = "any_audience")]
    pub audience_limit: Audience,
    /// For how many months from the sale videos may be published; open where none.
    #[serde(default)]
    pub window_months: Option<u32>,
    /// For how many months from the sale nobody else can buy the track; not exclusive where none.
    #[serde(default)]
    pub exclusive_months: Option<u32>,
    /// Whether the composer must be named.
    #[serde(default = "yes")]
    pub credit: bool,
    /// Prices by the clip's length.
    #[serde(default)]
    pub clip_percent: ClipPercent,
    /// Prices by the audience.
    #[serde(default)]
    pub audience_percent: AudiencePercent,
    /// What is sold in it. What a track doesn't have isn't offered of it.
    pub assets: BTreeMap<AssetKind, AssetTerms>,
}

/// One asset in a tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetTerms {
    /// The price in whole minor units (cents), before tax that is added; 0 for a licence that is
    /// free with a credit.
    pub price: i64,
    /// How many videos; the same video on several placements counts once.
    pub videos: Videos,
    /// Alterations beyond trimming, fading, looping and ducking.
    #[serde(default)]
    pub alterations: Set<Alteration>,
    /// Whether it is sold.
    #[serde(default = "yes")]
    pub on_sale: bool,
}

fn yes() -> bool {
    true
}

fn worldwide() -> Territory {
    Territory::Worldwide
}

fn any_audience() -> Audience {
    Audience::Any
}

/// Why a template can't be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// A list that must name something is empty.
    #[error("`{0}` is empty: name at least one")]
    Empty(&'static str),
    /// A price that can't be one.
    #[error(
        "the price of {asset} must be 1 to {PRICE_MAX} in minor units (cents), or 0 in a tier that asks for credit"
    )]
    Price {
        /// The asset.
        asset: AssetKind,
    },
    /// Tax and fee would take it all.
    #[error("the price of {asset} at its lowest percentages can't be charged: {why}")]
    TooSmall {
        /// The asset.
        asset: AssetKind,
        /// Why.
        why: SaleRefusal,
    },
    /// No video at all.
    #[error("the videos of {0} must be at least 1, or unlimited")]
    NoVideos(AssetKind),
    /// Remixing without stems.
    #[error("{0} can't allow remix: only stem, stem_pack and mix_and_stems come with stems")]
    Remix(AssetKind),
    /// Percentages out of range or falling.
    #[error("`{0}` must be 1 to {PERCENT_MAX} each and never fall as the use grows")]
    Percent(&'static str),
    /// Months out of range.
    #[error("`{0}` must be 1 to {MONTHS_MAX}, or null")]
    Months(&'static str),
}

impl TemplateError {
    /// The field at fault, as the template's JSON spells it.
    #[must_use]
    pub fn field(&self) -> String {
        match self {
            Self::Empty(field) | Self::Percent(field) | Self::Months(field) => (*field).to_owned(),
            Self::Price { asset } | Self::TooSmall { asset, .. } => format!("assets.{asset}.price"),
            Self::NoVideos(asset) => format!("assets.{asset}.videos"),
            Self::Remix(asset) => format!("assets.{asset}.alterations"),
        }
    }
}

/// An offer that a template makes of an asset, before it belongs to a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The asset.
    pub asset: AssetKind,
    /// Its price.
    pub price: Money,
    /// What its licence allows, without the dates that the sale sets.
    pub envelope: Envelope,
    /// Whether it is sold.
    pub on_sale: bool,
}

impl Template {
    /// Checks it against its own rules and the store's fees.
    ///
    /// # Errors
    /// The first [`TemplateError`].
    pub fn check(&self, currency: Currency, rates: &Rates) -> Result<(), TemplateError> {
        let lists = [
            ("placements", self.placements.is_empty()),
            ("purposes", self.purposes.is_empty()),
            ("assets", self.assets.is_empty()),
            ("territory", lists_nothing(&self.territory)),
        ];
        if let Some((field, _)) = lists.into_iter().find(|(_, empty)| *empty) {
            return Err(TemplateError::Empty(field));
        }
        for (field, steps) in [
            ("clip_percent", self.clip_percent.steps()),
            ("audience_percent", self.audience_percent.steps()),
        ] {
            let in_range = steps.iter().all(|step| (1..=PERCENT_MAX).contains(step));
            if !in_range || !steps.is_sorted() {
                return Err(TemplateError::Percent(field));
            }
        }
        for (field, months) in [
            ("window_months", self.window_months),
            ("exclusive_months", self.exclusive_months),
        ] {
            if months.is_some_and(|months| !(1..=MONTHS_MAX).contains(&months)) {
                return Err(TemplateError::Months(field));
            }
        }
        self.assets
            .iter()
            .try_for_each(|(asset, terms)| self.check_asset(*asset, terms, currency, rates))
    }

    fn check_asset(
        &self,
        asset: AssetKind,
        terms: &AssetTerms,
        currency: Currency,
        rates: &Rates,
    ) -> Result<(), TemplateError> {
        // Nothing is given away for nothing: a free licence asks that the composer is named.
        let free = terms.price == 0 && self.credit;
        if !free && !(1..=PRICE_MAX).contains(&terms.price) {
            return Err(TemplateError::Price { asset });
        }
        if terms.videos == Videos::Count(0) {
            return Err(TemplateError::NoVideos(asset));
        }
        if terms.alterations.contains(Alteration::Remix) && !has_stems(asset) {
            return Err(TemplateError::Remix(asset));
        }
        if free {
            return Ok(());
        }
        let least = self.least(asset, terms.price, currency);
        let least = least.map_err(SaleRefusal::from);
        match least.and_then(|least| split_sale(least, rates)) {
            Ok(_) => Ok(()),
            Err(why) => Err(TemplateError::TooSmall { asset, why }),
        }
    }

    /// The lowest that anybody may be asked for an asset.
    fn least(&self, asset: AssetKind, price: i64, currency: Currency) -> Result<Money, MoneyError> {
        let unit = currency.minor_unit_micros();
        let mut micros = Money::from_minor(price, currency)?.micros();
        let clip = self.clip_percent.up_to_15s;
        let clip = if asset.cut_ms().is_some() { 100 } else { clip };
        for percent in [clip, self.audience_percent.up_to_10k] {
            micros = ledger::round::mul_div_half_up(micros, i64::from(percent), 100, unit)?;
        }
        Ok(Money::new(micros, currency))
    }

    /// What its offers' prices depend on.
    #[must_use]
    pub fn rule(&self) -> OfferRule {
        OfferRule {
            clip_percent: self.clip_percent,
            audience_percent: self.audience_percent,
            window_months: self.window_months,
            exclusive_months: self.exclusive_months,
        }
    }

    /// The offers it makes of a track that has these assets; `credit` is what must stand with a
    /// video where the template asks for it.
    ///
    /// # Errors
    /// When a price overflows.
    pub fn drafts(
        &self,
        has: &BTreeSet<AssetKind>,
        credit: &Credit,
        currency: Currency,
    ) -> Result<Vec<Drafted>, MoneyError> {
        let there = self.assets.iter().filter(|(asset, _)| has.contains(asset));
        there
            .map(|(asset, terms)| {
                Ok(Drafted {
                    asset: *asset,
                    price: Money::from_minor(terms.price, currency)?,
                    envelope: self.envelope(*asset, terms, credit),
                    on_sale: self.on_sale && terms.on_sale,
                })
            })
            .collect()
    }

    fn envelope(&self, asset: AssetKind, terms: &AssetTerms, credit: &Credit) -> Envelope {
        let mut envelope = base(asset, self.placements, self.purposes);
        envelope.videos = terms.videos;
        envelope.clip_ms = asset.cut_ms();
        envelope.channels.audience = self.audience_limit;
        envelope.territory = self.territory.clone();
        envelope.alterations = terms.alterations;
        if self.credit {
            envelope.credit = credit.clone();
        }
        envelope
    }
}

fn lists_nothing(territory: &Territory) -> bool {
    match territory {
        Territory::Worldwide => false,
        Territory::Only(countries) | Territory::Except(countries) => countries.is_empty(),
    }
}

fn has_stems(asset: AssetKind) -> bool {
    matches!(
        asset,
        AssetKind::Stem | AssetKind::StemPack | AssetKind::MixAndStems
    )
}

/// The shipped templates: Creator, Business and Ad, in US cents.
#[must_use]
pub fn shipped() -> [Template; 3] {
    use AssetKind::{Cut15, Cut30, Cut60, FullMix, MixAndStems, Stem, StemPack};
    let creator = [
        (Cut15, 500, Videos::Count(1)),
        (Cut30, 700, Videos::Count(1)),
        (Cut60, 900, Videos::Count(1)),
        (FullMix, 1_500, Videos::Count(5)),
        (Stem, 1_000, Videos::Count(5)),
        (StemPack, 2_500, Videos::Count(5)),
        (MixAndStems, 3_500, Videos::Count(5)),
    ];
    let four_times = creator.map(|(asset, price, _)| (asset, price * 4, Videos::Unlimited));
    let three_times = creator.map(|(asset, price, _)| (asset, price * 3, Videos::Count(3)));
    let ads = Placement::ALL
        .into_iter()
        .filter(|place| ![Placement::Podcast, Placement::Broadcast].contains(place));
    [
        template(Tier::Creator, &creator),
        Template {
            placements: Placement::ALL
                .into_iter()
                .filter(|place| *place != Placement::Broadcast)
                .collect(),
            purposes: Purpose::ALL.into_iter().collect(),
            ..template(Tier::Business, &four_times)
        },
        Template {
            placements: ads.collect(),
            purposes: [Purpose::BrandOrganic, Purpose::PaidAd]
                .into_iter()
                .collect(),
            window_months: Some(3),
            ..template(Tier::Ad, &three_times)
        },
    ]
}

fn template(tier: Tier, prices: &[(AssetKind, i64, Videos)]) -> Template {
    let terms = |(asset, price, videos): &(AssetKind, i64, Videos)| {
        let alterations = if has_stems(*asset) {
            [Alteration::PitchTempo, Alteration::Remix]
                .into_iter()
                .collect()
        } else {
            Set::new()
        };
        let terms = AssetTerms {
            price: *price,
            videos: *videos,
            alterations,
            on_sale: true,
        };
        (*asset, terms)
    };
    Template {
        tier,
        on_sale: true,
        placements: creator_placements(),
        purposes: creator_purposes(),
        territory: Territory::Worldwide,
        audience_limit: Audience::Any,
        window_months: None,
        exclusive_months: None,
        credit: true,
        clip_percent: ClipPercent::default(),
        audience_percent: AudiencePercent::default(),
        assets: prices.iter().map(terms).collect(),
    }
}
