//! What an offer costs for a use: the asset's price, changed by two percentages, explained line
//! by line.
//!
//! The order is fixed: base, clip length, audience, promotion, what was paid before,
//! tax. Each percentage
//! is applied to what stands before it and rounded half up to the minor unit, so every line is a
//! whole minor unit and the lines sum to the total. Percentages never fall as a use grows, so a
//! wider use is never cheaper.

use ledger::round::mul_div_half_up;
use ledger::{Money, MoneyError};

use crate::asset::AssetKind;
use crate::country::Country;
use crate::envelope::Audience;
use crate::offer::Offer;
use crate::promo::PromoTerms;
use crate::sale::{SaleRefusal, Tax, tax_on};
use crate::tier::Tier;

pub use crate::rule::{AudiencePercent, ClipPercent, OfferRule};

/// The store's part in a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Pricing {
    /// Tax on the sale.
    pub tax: Tax,
    /// The country whose tax that is, where it is one's.
    pub country: Option<Country>,
    /// A promotion that applies.
    pub promo: Option<PromoTerms>,
}

/// What a line of a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// The asset's price in its tier.
    Base {
        /// The asset.
        asset: AssetKind,
        /// The tier.
        tier: Tier,
    },
    /// The change for the clip's length; `None` for all of it.
    Clip {
        /// The longest clip the price pays for, in ms.
        up_to_ms: Option<u32>,
    },
    /// The change for the audience.
    Audience(Audience),
    /// What a promotion takes off.
    Promo,
    /// What was paid for the licence that is upgraded.
    Credit,
    /// Tax added to the price.
    Tax {
        /// Its rate in basis points.
        bp: u32,
        /// Whose tax it is, where it is a country's of the table.
        country: Option<Country>,
    },
    /// Tax within the price.
    TaxIncluded {
        /// Its rate in basis points.
        bp: u32,
        /// Whose tax it is, where it is a country's of the table.
        country: Option<Country>,
    },
}

impl LineKind {
    /// The line for a tax, whose a country's of the table may be; none where none is collected.
    #[must_use]
    pub const fn tax(tax: Tax, country: Option<Country>) -> Option<Self> {
        match tax {
            Tax::None => None,
            Tax::Inclusive { bp } => Some(Self::TaxIncluded { bp, country }),
            Tax::Exclusive { bp } => Some(Self::Tax { bp, country }),
        }
    }
}

/// One line of an explained price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteLine {
    /// What it is for.
    pub kind: LineKind,
    /// Micro-units of the quote's currency; negative for a reduction.
    pub micros: i64,
}

impl QuoteLine {
    /// What it is for, in words.
    #[must_use]
    pub fn label(&self) -> String {
        let rate = |bp: u32| format!("{}.{:02} %", bp / 100, bp % 100);
        let of = |country: Option<Country>| country.map_or(String::new(), |c| format!(" ({c})"));
        match self.kind {
            LineKind::Base { asset, tier } => {
                format!("{}, {} tier", asset.label(), tier.label())
            }
            LineKind::Clip { up_to_ms: Some(ms) } => format!("Clip of up to {} s", ms / 1000),
            LineKind::Clip { up_to_ms: None } => "Clip of any length".to_owned(),
            LineKind::Audience(size) => match size {
                Audience::UpTo10k => "Audience of up to 10,000",
                Audience::UpTo100k => "Audience of up to 100,000",
                Audience::UpTo1m => "Audience of up to 1,000,000",
                Audience::Any => "Audience of any size",
            }
            .to_owned(),
            LineKind::Promo => "Promotion".to_owned(),
            LineKind::Credit => "Already paid for the licence upgraded".to_owned(),
            LineKind::Tax { bp, country } => format!("Tax{}, {}", of(country), rate(bp)),
            LineKind::TaxIncluded { bp, country } => {
                format!("Tax included{}, {}", of(country), rate(bp))
            }
        }
    }
}

/// The price of an offer for a use, explained: `lines` sum to `total`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// What the licence is worth before tax: without what was paid before.
    pub value: Money,
    /// The price before exclusive tax: what [`crate::sale::split_sale`] takes.
    pub before_tax: Money,
    /// What the buyer pays.
    pub total: Money,
    /// What a promotion took off; nothing where none applied.
    pub off: Money,
    /// How the total comes about.
    pub lines: Vec<QuoteLine>,
    /// The tax within the total, where it is part of the price and so no line of its own.
    pub tax_included: Option<QuoteLine>,
}

/// What a price depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedUse {
    /// Milliseconds of music in one video.
    pub clip_ms: u32,
    /// The audience; any where it wasn't said.
    pub audience: Audience,
    /// What was paid before tax for the licence that is upgraded, where one is.
    pub credit: Option<Money>,
}

/// The explained price of one offer.
///
/// # Errors
/// When a sum overflows.
pub fn price(offer: &Offer, asked: &PricedUse, pricing: &Pricing) -> Result<Price, SaleRefusal> {
    let (asset, tier) = (offer.asset, offer.tier);
    let mut lines = Vec::with_capacity(5);
    let mut line = |kind, micros| lines.push(QuoteLine { kind, micros });
    line(LineKind::Base { asset, tier }, offer.price.micros());
    let mut sum = offer.price;
    if asset.cut_ms().is_none() {
        let (percent, up_to_ms) = offer.rule.clip_percent.of(asked.clip_ms);
        let next = scaled(sum, percent)?;
        if next != sum {
            let change = next.checked_sub(sum)?;
            line(LineKind::Clip { up_to_ms }, change.micros());
        }
        sum = next;
    }
    let next = scaled(sum, offer.rule.audience_percent.of(asked.audience))?;
    if next != sum {
        let change = next.checked_sub(sum)?;
        line(LineKind::Audience(asked.audience), change.micros());
    }
    let mut value = next;
    let off = match pricing.promo {
        Some(promo) if asked.credit.is_none() => promo.off(tier, value)?,
        _ => Money::zero(value.currency()),
    };
    if !off.is_zero() {
        line(LineKind::Promo, off.checked_neg()?.micros());
        value = value.checked_sub(off)?;
    }
    let mut before_tax = value;
    if let Some(credit) = asked.credit {
        before_tax = value.checked_sub(credit)?;
        line(LineKind::Credit, credit.checked_neg()?.micros());
    }
    let (tax, total) = tax_on(before_tax, pricing.tax)?;
    let (mut tax_included, country) = (None, pricing.country);
    match pricing.tax {
        Tax::None => {}
        Tax::Inclusive { bp } => {
            let (kind, micros) = (LineKind::TaxIncluded { bp, country }, tax.micros());
            tax_included = Some(QuoteLine { kind, micros });
        }
        Tax::Exclusive { bp } => line(LineKind::Tax { bp, country }, tax.micros()),
    }
    Ok(Price {
        value,
        before_tax,
        total,
        off,
        lines,
        tax_included,
    })
}

fn scaled(price: Money, percent: u32) -> Result<Money, MoneyError> {
    if percent == 100 {
        return Ok(price);
    }
    let unit = price.currency().minor_unit_micros();
    let micros = mul_div_half_up(price.micros(), i64::from(percent), 100, unit)?;
    Ok(Money::new(micros, price.currency()))
}
