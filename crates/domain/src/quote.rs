//! Quotes: which offers cover a use, at what price, and why the others don't.

use ledger::round::mul_div_half_up;
use ledger::{Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::asset::AssetKind;
use crate::covers::{Shortfall, covers};
use crate::envelope::{Audience, Envelope};
use crate::id::OfferId;
use crate::intended::IntendedUse;
use crate::offer::{Offer, Tier};
use crate::sale::{SaleRefusal, Tax, tax_on};
use crate::time::{MINUTE_MS, Timestamp};

/// How long a quote stands, in ms.
pub const QUOTE_VALID_MS: i64 = 30 * MINUTE_MS;

/// How an offer's price becomes what the buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pricing {
    /// Tax on the sale.
    pub tax: Tax,
    /// Percent of the price by the audience of the buyer's channel; the shipped default takes
    /// 100 for all, and the audience isn't priced.
    pub audience: Option<AudiencePercent>,
}

/// Prices by audience, in percent of the offer's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudiencePercent {
    /// Up to 10,000 followers.
    pub up_to_10k: u32,
    /// Up to 100,000.
    pub up_to_100k: u32,
    /// Up to 1,000,000.
    pub up_to_1m: u32,
    /// Any number.
    pub any: u32,
}

impl AudiencePercent {
    /// The percent for this audience.
    #[must_use]
    pub const fn of(&self, audience: Audience) -> u32 {
        match audience {
            Audience::UpTo10k => self.up_to_10k,
            Audience::UpTo100k => self.up_to_100k,
            Audience::UpTo1m => self.up_to_1m,
            Audience::Any => self.any,
        }
    }
}

/// One line of an explained price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    /// What it is for.
    pub label: String,
    /// Micro-units of the quote's currency; negative for a reduction.
    pub micros: i64,
}

/// The price of an offer for a use, explained: `lines` sum to `total`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The price before exclusive tax: what [`crate::sale::split_sale`] takes.
    pub before_tax: Money,
    /// What the buyer pays.
    pub total: Money,
    /// How the total comes about.
    pub lines: Vec<QuoteLine>,
    /// The tax within the total, where it is part of the price and so no line of its own.
    pub tax_included: Option<QuoteLine>,
}

/// An offer that covers the use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    /// The offer.
    pub offer: OfferId,
    /// Its asset.
    pub asset: AssetKind,
    /// Its tier.
    pub tier: Tier,
    /// Its price for this use.
    pub price: Price,
    /// What the licence would allow: the offer's envelope, narrowed to the audience that was
    /// priced.
    pub envelope: Envelope,
}

/// An offer that doesn't cover the use, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCovering {
    /// The offer.
    pub offer: OfferId,
    /// Its asset.
    pub asset: AssetKind,
    /// Its tier.
    pub tier: Tier,
    /// Its price before tax, for whoever wonders what more would cost.
    pub list_price: Money,
    /// Every reason.
    pub shortfalls: Vec<Shortfall>,
}

/// The answer to "what would cover this, and for how much?"
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteAnswer {
    /// Offers that cover the use, the cheapest first; ties by tier, asset and id.
    pub covering: Vec<Covering>,
    /// Offers that don't, fewest reasons first; ties by tier, asset and id.
    pub not_covering: Vec<NotCovering>,
    /// Until when these prices stand.
    pub expires_at: Timestamp,
}

/// Quotes `offers` for a use. A use without a time of publication asks about `now`.
///
/// # Errors
/// When a price can't be computed with (overflow, or a rate of the operator's out of range).
pub fn quote(
    offers: &[Offer],
    wanted: &IntendedUse,
    pricing: &Pricing,
    now: Timestamp,
) -> Result<QuoteAnswer, SaleRefusal> {
    let mut wanted = wanted.clone();
    wanted.published_at.get_or_insert(now);
    let mut covering = Vec::new();
    let mut not_covering = Vec::new();
    for offer in offers {
        let (id, asset, tier) = (offer.id, offer.asset, offer.tier);
        match covers(&offer.envelope, &wanted) {
            Err(shortfalls) => {
                not_covering.push(NotCovering {
                    offer: id,
                    asset,
                    tier,
                    list_price: offer.price,
                    shortfalls,
                });
            }
            Ok(()) => {
                let price = price(offer, wanted.channel_audience, pricing)?;
                let envelope = priced_envelope(offer, wanted.channel_audience, pricing);
                covering.push(Covering {
                    offer: id,
                    asset,
                    tier,
                    price,
                    envelope,
                });
            }
        }
    }
    covering.sort_by_key(|c| {
        (
            c.price.total.currency(),
            c.price.total.micros(),
            c.tier,
            c.asset,
            c.offer,
        )
    });
    not_covering.sort_by_key(|n| (n.shortfalls.len(), n.tier, n.asset, n.offer));
    Ok(QuoteAnswer {
        covering,
        not_covering,
        expires_at: now.plus_ms(QUOTE_VALID_MS),
    })
}

/// The explained price of one offer. An audience that wasn't said is priced as any.
///
/// # Errors
/// When a sum overflows.
pub fn price(
    offer: &Offer,
    audience: Option<Audience>,
    pricing: &Pricing,
) -> Result<Price, SaleRefusal> {
    let label = format!("{}, {} tier", offer.asset.label(), offer.tier.label());
    let mut lines = vec![QuoteLine {
        label,
        micros: offer.price.micros(),
    }];
    let mut before_tax = offer.price;
    if let Some(table) = pricing.audience {
        before_tax = scaled(offer.price, table.of(audience.unwrap_or(Audience::Any)))?;
        let change = before_tax.checked_sub(offer.price)?;
        if !change.is_zero() {
            let label = "Audience of the channel".to_owned();
            lines.push(QuoteLine {
                label,
                micros: change.micros(),
            });
        }
    }
    let (tax, total) = tax_on(before_tax, pricing.tax)?;
    let line = |words: &str, bp: u32| QuoteLine {
        label: format!("{words} {}.{:02} %", bp / 100, bp % 100),
        micros: tax.micros(),
    };
    let tax_included = match pricing.tax {
        Tax::None => None,
        Tax::Inclusive { bp } => Some(line("Tax included,", bp)),
        Tax::Exclusive { bp } => {
            lines.push(line("Tax,", bp));
            None
        }
    };
    Ok(Price {
        before_tax,
        total,
        lines,
        tax_included,
    })
}

fn scaled(price: Money, percent: u32) -> Result<Money, MoneyError> {
    let unit = price.currency().minor_unit_micros();
    let micros = mul_div_half_up(price.micros(), i64::from(percent), 100, unit)?;
    Ok(Money::new(micros, price.currency()))
}

/// Who paid for a small audience gets a licence for a small audience.
fn priced_envelope(offer: &Offer, audience: Option<Audience>, pricing: &Pricing) -> Envelope {
    let mut envelope = offer.envelope.clone();
    if let (Some(_), Some(said)) = (pricing.audience, audience) {
        envelope.channels.audience = envelope.channels.audience.min(said);
    }
    envelope
}
