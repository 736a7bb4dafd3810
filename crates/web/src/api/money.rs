//! Amounts in JSON: exact in micro-units, and as people read them.

use serde::Serialize;
use utoipa::ToSchema;

/// An amount of money.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Money {
    /// Millionths of the currency's unit: 5000000 is 5.00 USD.
    #[schema(example = 5_000_000)]
    micros: i64,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: String,
    /// For people.
    #[schema(example = "5.00 USD")]
    display: String,
}

impl From<ledger::Money> for Money {
    fn from(money: ledger::Money) -> Self {
        Self {
            micros: money.micros(),
            currency: money.currency().code().to_owned(),
            display: money.price_display(),
        }
    }
}

/// One line of an explained price.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Line {
    /// What it is for.
    label: String,
    /// How much; negative for a reduction.
    amount: Money,
}

impl Line {
    /// A line in its price's currency.
    pub(crate) fn of(line: &app::licensing::Line, currency: ledger::Currency) -> Self {
        let amount = ledger::Money::new(line.micros, currency).into();
        Self {
            label: line.label.clone(),
            amount,
        }
    }
}
