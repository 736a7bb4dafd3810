//! What a quote promises, as it is frozen in the database until it is bought or expires.

use domain::quote::{Covering, QuoteLine};
use domain::{AssetKind, Envelope};
use ledger::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::Fault;

/// One line of an explained price, in micro-units of the option's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is for.
    pub label: String,
    /// How much.
    pub micros: i64,
}

impl From<&QuoteLine> for Line {
    fn from(line: &QuoteLine) -> Self {
        Self {
            label: line.label.clone(),
            micros: line.micros,
        }
    }
}

/// One thing that can be bought at a stated price until the quote expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedOption {
    /// What to name when buying: an offer's id, or a bundle's plan.
    pub offer: String,
    /// What is delivered.
    pub asset: AssetKind,
    /// The tier's word; `bundle` for clip time.
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
}

impl QuotedOption {
    /// An option for an offer that covers what was asked.
    #[must_use]
    pub fn of(covering: &Covering) -> Self {
        let price = &covering.price;
        Self {
            offer: covering.offer.to_string(),
            asset: covering.asset,
            tier: covering.tier.code().to_owned(),
            label: format!("{}, {} tier", covering.asset.label(), covering.tier.label()),
            total_micros: price.total.micros(),
            before_tax_micros: price.before_tax.micros(),
            currency: price.total.currency().code().to_owned(),
            lines: price.lines.iter().map(Line::from).collect(),
            tax_included: price.tax_included.as_ref().map(Line::from),
            envelope: covering.envelope.clone(),
            bundle_ms: None,
        }
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

    fn currency(&self) -> Result<Currency, Fault> {
        Currency::from_code(&self.currency).map_err(Fault::while_("reading a quote's currency"))
    }
}
