//! What a quote promises, as it is frozen in the database until it is bought or expires.

use domain::quote::{Covering, LineKind, NotCovering, QuoteLine};
use domain::shortfall::Shortfall;
use domain::{AssetKind, BundlePlan, Envelope, LicenceId, OfferId, Pricing, Rates, Tax, Tier};
use ledger::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::Fault;
use crate::billing::Line;
use crate::deals::{Frozen, Terms};

/// The tier's word of a subscription to the pool.
pub(crate) const POOL_TIER: &str = "pool";

/// One thing that can be bought at a stated price until the quote expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedOption {
    /// What to name when buying: an offer's id, or a plan's code.
    pub offer: String,
    /// What is delivered.
    pub asset: AssetKind,
    /// The tier's word; `bundle` for clip time, `pool` for a subscription.
    pub tier: String,
    /// For people: `15-second cut, Creator tier`.
    pub label: String,
    /// What the buyer pays, in micro-units.
    pub total_micros: i64,
    /// The price before tax that is added to it, in micro-units.
    pub before_tax_micros: i64,
    /// ISO 4217.
    pub currency: String,
    /// How the total comes about; they sum to it.
    pub lines: Vec<Line>,
    /// Tax within the total, where it isn't a line of its own.
    pub tax_included: Option<Line>,
    /// What the licence will allow.
    pub envelope: Envelope,
    /// The clip time a bundle holds, in ms.
    #[serde(default)]
    pub bundle_ms: Option<i64>,
    /// Of that, what the use that was asked about would draw, in ms.
    #[serde(default)]
    pub draws_ms: Option<i64>,
    /// Which stem, where the asset is a single one.
    #[serde(default)]
    pub stem: Option<String>,
    /// What the licence is worth before tax, in micro-units: the price without what was paid
    /// before. Quotes given before this was kept say none, and were of no upgrade.
    #[serde(default)]
    pub value_micros: Option<i64>,
    /// The licence that this upgrades, and what was paid for it, in micro-units.
    #[serde(default)]
    pub upgrade_of: Option<(LicenceId, i64)>,
    /// What decides how its money is divided. Quotes given before this was kept say none: they are
    /// sold by the settings, for as long as those haven't changed.
    #[serde(default)]
    pub deal: Option<Frozen>,
}

/// An offer that doesn't cover what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
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

impl Lacking {
    /// What is kept of an answer that borrows its offers.
    pub(super) fn of(one: &NotCovering<'_>) -> Self {
        Self {
            offer: one.offer.id,
            asset: one.offer.asset,
            tier: one.offer.tier,
            list_price: one.offer.price,
            shortfalls: one.shortfalls.clone(),
        }
    }
}

impl QuotedOption {
    /// An option for an offer that covers what was asked, of one stem where the offer is.
    pub(super) fn of(covering: &Covering<'_>, stem: Option<&str>, terms: &Terms) -> Self {
        let (offer, price) = (covering.offer, &covering.price);
        let stem = stem.filter(|_| offer.asset == AssetKind::Stem);
        let what = match stem {
            Some(stem) => format!("{} ({stem})", offer.asset.label()),
            None => offer.asset.label().to_owned(),
        };
        Self {
            offer: offer.id.to_string(),
            asset: offer.asset,
            tier: offer.tier.code().to_owned(),
            label: format!("{what}, {} tier", offer.tier.label()),
            total_micros: price.total.micros(),
            before_tax_micros: price.before_tax.micros(),
            currency: price.total.currency().code().to_owned(),
            lines: price.lines.iter().map(Line::from).collect(),
            tax_included: price.tax_included.as_ref().map(Line::from),
            envelope: covering.envelope(),
            bundle_ms: None,
            draws_ms: None,
            stem: stem.map(str::to_owned),
            value_micros: Some(price.value.micros()),
            upgrade_of: None,
            deal: Some(terms.frozen(price.off)),
        }
    }

    /// The same, paid as the difference to a licence that is held.
    pub(super) fn upgrade(
        covering: &Covering<'_>,
        stem: Option<&str>,
        old: LicenceId,
        paid: Money,
        terms: &Terms,
    ) -> Self {
        Self {
            upgrade_of: Some((old, paid.micros())),
            ..Self::of(covering, stem, terms)
        }
    }

    /// An option for a plan of clip time.
    pub(super) fn clip_time(
        plan: &BundlePlan,
        envelope: Envelope,
        price: Money,
        tax: Money,
        total: Money,
        terms: &Terms,
    ) -> Self {
        let label = format!("Clip time, {} minutes", plan.total_ms / 60_000);
        let (lines, tax_included) = taxed_lines(
            Line {
                label: label.clone(),
                micros: price.micros(),
            },
            tax,
            &terms.pricing(),
        );
        Self {
            offer: plan.code.to_owned(),
            asset: AssetKind::Edit,
            tier: "bundle".into(),
            label,
            total_micros: total.micros(),
            before_tax_micros: price.micros(),
            currency: price.currency().code().to_owned(),
            lines,
            tax_included,
            envelope,
            bundle_ms: Some(plan.total_ms),
            draws_ms: None,
            stem: None,
            value_micros: Some(price.micros()),
            upgrade_of: None,
            deal: Some(terms.frozen(Money::zero(price.currency()))),
        }
    }

    /// An option for a plan of the pool: the first cycle's price.
    pub(super) fn pool(
        (code, label): (&str, &str),
        envelope: Envelope,
        (price, tax, total): (Money, Money, Money),
        terms: &Terms,
    ) -> Self {
        let (lines, tax_included) = taxed_lines(
            Line {
                label: format!("{label}, a month"),
                micros: price.micros(),
            },
            tax,
            &terms.pricing(),
        );
        // A curator has no part of what is charged again and again.
        let deal = Frozen {
            via: None,
            ..terms.frozen(Money::zero(price.currency()))
        };
        Self {
            offer: code.to_owned(),
            asset: AssetKind::Edit,
            tier: POOL_TIER.into(),
            label: format!("{label}, a month"),
            total_micros: total.micros(),
            before_tax_micros: price.micros(),
            currency: price.currency().code().to_owned(),
            lines,
            tax_included,
            envelope,
            bundle_ms: None,
            draws_ms: None,
            stem: None,
            value_micros: Some(price.micros()),
            upgrade_of: None,
            // The first cycle's; each later one is charged by the rates of its day.
            deal: Some(deal),
        }
    }

    /// Whether it is a subscription to the pool.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        self.tier == POOL_TIER
    }

    /// Whether what is bought isn't tied to the track it was quoted beside.
    pub(super) fn is_for_any_track(&self) -> bool {
        self.bundle_ms.is_some() || self.is_pool()
    }

    /// What the buyer pays.
    ///
    /// # Errors
    /// [`Fault`] when the stored currency is none.
    pub fn total(&self) -> Result<Money, Fault> {
        Ok(Money::new(self.total_micros, self.currency()?))
    }

    /// What is shared out: the price before tax that is added to it.
    ///
    /// # Errors
    /// [`Fault`] when the stored currency is none.
    pub fn before_tax(&self) -> Result<Money, Fault> {
        Ok(Money::new(self.before_tax_micros, self.currency()?))
    }

    /// The rates that it is sold by; `now` are those set now.
    pub(super) fn rates(&self, now: &Rates) -> Rates {
        self.deal.as_ref().map_or(*now, |deal| deal.rates)
    }

    fn currency(&self) -> Result<Currency, Fault> {
        Currency::from_code(&self.currency).map_err(Fault::while_("reading a quote's currency"))
    }
}

/// The lines of a plan's price, and the tax within it where that is no line of its own.
fn taxed_lines(price: Line, tax: Money, pricing: &Pricing) -> (Vec<Line>, Option<Line>) {
    let added = matches!(pricing.tax, Tax::Exclusive { .. });
    let taxed = LineKind::tax(pricing.tax, pricing.country).map(|kind| {
        let micros = tax.micros();
        Line::from(&QuoteLine { kind, micros })
    });
    let mut lines = vec![price];
    lines.extend(taxed.clone().filter(|_| added));
    (lines, taxed.filter(|_| !added))
}
