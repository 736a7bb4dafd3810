//! Quotes: which offers cover a use, at what price, and why the others don't.
//!
//! Nothing of an offer is copied while it is judged: the answer borrows the offers, and a
//! licence's envelope is made only for the options that are shown ([`Covering::envelope`]).

use std::cmp::Ordering;

use ledger::round::{floor_to, mul_div_floor};
use ledger::{ArithmeticError, Money};

use crate::axis::Axis;
use crate::compare::narrower;
use crate::covers::{Shortfall, covers};
use crate::envelope::{Audience, Envelope, Exclusivity, PublishWindow};
use crate::intended::IntendedUse;
use crate::offer::Offer;
use crate::pricing::{Price, PricedUse, Pricing, price};
use crate::sale::SaleRefusal;
use crate::set::Set;
use crate::time::{MINUTE_MS, Timestamp};

pub use crate::pricing::{AudiencePercent, ClipPercent, LineKind, QuoteLine};

/// How long a quote stands, in ms.
pub const QUOTE_VALID_MS: i64 = 30 * MINUTE_MS;

/// An offer that covers the use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering<'a> {
    /// The offer.
    pub offer: &'a Offer,
    /// Its price for this use.
    pub price: Price,
    asked: PricedUse,
    sold_at: Timestamp,
    from: Option<Timestamp>,
}

/// An offer that doesn't cover the use, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCovering<'a> {
    /// The offer; its price before tax is for whoever wonders what more would cost.
    pub offer: &'a Offer,
    /// Every reason.
    pub shortfalls: Vec<Shortfall>,
}

/// The answer to "what would cover this, and for how much?"
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteAnswer<'a> {
    /// Offers that cover the use, the cheapest first; ties by tier, asset and id.
    pub covering: Vec<Covering<'a>>,
    /// Offers that don't, fewest reasons first; ties by tier, asset and id.
    pub not_covering: Vec<NotCovering<'a>>,
    /// Until when these prices stand.
    pub expires_at: Timestamp,
}

/// A licence that is to be upgraded.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// What it allows.
    pub envelope: &'a Envelope,
    /// What it is worth: its price before tax, with what its own forerunners were paid.
    pub value: Money,
}

/// What a licence can be upgraded to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrades<'a> {
    /// Offers that are wider and dearer, the smallest difference first.
    pub covering: Vec<Covering<'a>>,
    /// Offers that are narrower than the licence, and on which axes.
    pub narrow: Vec<(&'a Offer, Set<Axis>)>,
    /// Until when these prices stand.
    pub expires_at: Timestamp,
}

impl Covering<'_> {
    /// What the licence would allow: the offer's envelope with the dates that begin now (an
    /// upgrade's where the window of the licence held began), narrowed to the clip and the
    /// audience that were priced.
    #[must_use]
    pub fn envelope(&self) -> Envelope {
        let rule = &self.offer.rule;
        let mut envelope = self.offer.envelope_at(self.sold_at).into_owned();
        let (percent, up_to) = rule.clip_percent.of(self.asked.clip_ms);
        if self.offer.asset.cut_ms().is_none() && percent < rule.clip_percent.whole {
            envelope.clip_ms = smaller(envelope.clip_ms, up_to);
        }
        let audience = self.asked.audience;
        if rule.audience_percent.of(audience) < rule.audience_percent.any {
            envelope.channels.audience = envelope.channels.audience.min(audience);
        }
        if let Some(earlier) = self.from {
            self.begin_at(earlier.min(self.sold_at), &mut envelope);
        }
        envelope
    }

    /// Counts the terms from when the licence that is upgraded began: the difference pays for
    /// more, not for the same time again.
    fn begin_at(&self, start: Timestamp, envelope: &mut Envelope) {
        if let Some(months) = self.offer.rule.window_months {
            envelope.publish_window = PublishWindow {
                from: Some(start),
                until: Some(start.plus_months(months)),
            };
        }
        if let Some(months) = self.offer.rule.exclusive_months {
            envelope.exclusivity = Exclusivity::Until(start.plus_months(months));
        }
    }
}

/// What was paid for one licence of a line of upgrades, in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidFor {
    /// What the licence is worth before tax, what was credited for the one before included.
    pub value: i64,
    /// What was credited for the one before it.
    pub credit: i64,
    /// What was charged.
    pub charged: i64,
    /// What of that is back with the buyer, at most all of it.
    pub returned: i64,
}

/// What the last licence of a line of upgrades, the earliest first, is worth as a credit: what
/// was given back for any of them is none any more. In whole `unit`s where something was.
///
/// # Errors
/// When a figure doesn't fit.
pub fn credit_left(line: &[PaidFor], unit: i64) -> Result<i64, ArithmeticError> {
    let mut left = 0_i64;
    for paid in line {
        let own = paid.value.checked_sub(paid.credit);
        let mut own = own.ok_or(ArithmeticError::Overflow)?;
        if paid.returned > 0 && paid.charged > 0 {
            let kept = paid.charged - paid.returned.min(paid.charged);
            own = floor_to(mul_div_floor(own, kept, paid.charged)?, unit)?;
        }
        let sum = own.checked_add(left.min(paid.credit));
        left = sum.ok_or(ArithmeticError::Overflow)?;
    }
    Ok(left)
}

/// The smaller of two limits; `None` is no limit.
fn smaller(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// Quotes `offers` for a use. A use without a time of publication asks about `now`.
///
/// # Errors
/// When a price can't be computed with (overflow, or a rate of the operator's out of range).
pub fn quote<'a>(
    offers: &'a [Offer],
    wanted: &IntendedUse,
    pricing: &Pricing,
    now: Timestamp,
) -> Result<QuoteAnswer<'a>, SaleRefusal> {
    let mut wanted = wanted.clone();
    wanted.published_at.get_or_insert(now);
    let asked = PricedUse {
        clip_ms: wanted.clip_ms,
        audience: wanted.channel_audience.unwrap_or(Audience::Any),
        credit: None,
    };
    let mut covering = Vec::with_capacity(offers.len());
    let mut not_covering = Vec::new();
    for offer in offers {
        match covers(&offer.envelope_at(now), &wanted) {
            Err(shortfalls) => not_covering.push(NotCovering { offer, shortfalls }),
            Ok(()) => covering.push(Covering {
                offer,
                price: price(offer, &asked, pricing)?,
                asked,
                sold_at: now,
                from: None,
            }),
        }
    }
    covering.sort_unstable_by(cheapest_first);
    not_covering.sort_unstable_by(|a: &NotCovering<'_>, b| {
        let reasons = a.shortfalls.len().cmp(&b.shortfalls.len());
        reasons.then_with(|| by_name(a.offer, b.offer))
    });
    Ok(QuoteAnswer {
        covering,
        not_covering,
        expires_at: now.plus_ms(QUOTE_VALID_MS),
    })
}

/// Quotes the offers that are at least as wide as a licence which is held, each for the
/// difference to what that licence is worth. `wanted` narrows them to those that also cover a
/// use. The clip and the audience are priced no smaller than the licence has them.
///
/// An offer that isn't dearer isn't in the answer: there is nothing to pay for it. Of one that is
/// narrower, the answer says on which axes.
///
/// # Errors
/// When a price can't be computed with.
pub fn upgrades<'a>(
    offers: &'a [Offer],
    held: &Held<'_>,
    wanted: Option<&IntendedUse>,
    pricing: &Pricing,
    now: Timestamp,
) -> Result<Upgrades<'a>, SaleRefusal> {
    let clip = held.envelope.clip_ms.unwrap_or(u32::MAX);
    let audience = held.envelope.channels.audience;
    let said = |one: &IntendedUse| (one.clip_ms, one.channel_audience.unwrap_or(Audience::Any));
    let (more, larger) = wanted.map_or((clip, audience), said);
    let asked = PricedUse {
        clip_ms: clip.max(more),
        audience: audience.max(larger),
        credit: Some(held.value),
    };
    let wanted = wanted.cloned().map(|mut wanted| {
        wanted.published_at.get_or_insert(now);
        wanted
    });
    let mut covering = Vec::new();
    let mut narrow = Vec::new();
    for offer in offers {
        let one = Covering {
            offer,
            price: price(offer, &asked, pricing)?,
            asked,
            sold_at: now,
            from: held.envelope.publish_window.from,
        };
        let envelope = one.envelope();
        let lacking = narrower(&envelope, held.envelope);
        let serves = (wanted.as_ref()).is_none_or(|wanted| covers(&envelope, wanted).is_ok())
            && !matches!(envelope.exclusivity, Exclusivity::Until(end) if end <= now);
        if !lacking.is_empty() {
            narrow.push((offer, lacking));
        } else if serves && one.price.before_tax.micros() > 0 {
            covering.push(one);
        }
    }
    covering.sort_unstable_by(cheapest_first);
    Ok(Upgrades {
        covering,
        narrow,
        expires_at: now.plus_ms(QUOTE_VALID_MS),
    })
}

fn cheapest_first(a: &Covering<'_>, b: &Covering<'_>) -> Ordering {
    let key = |one: &Covering<'_>| (one.price.total.currency(), one.price.total.micros());
    key(a).cmp(&key(b)).then_with(|| by_name(a.offer, b.offer))
}

fn by_name(a: &Offer, b: &Offer) -> Ordering {
    (a.tier, a.asset, a.id).cmp(&(b.tier, b.asset, b.id))
}
