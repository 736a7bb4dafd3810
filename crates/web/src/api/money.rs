//! Amounts in JSON: exact in micro-units, and as people read them.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Money {
    /// Millionths of the currency's unit: 5000000 is 5.00 USD.
    #[schema(example = 5_000_000)]
    micros: i64,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'static str,
    /// For people.
    #[schema(value_type = String, example = "5.00 USD")]
    display: Display,
}

impl From<ledger::Money> for Money {
    fn from(money: ledger::Money) -> Self {
        Self {
            micros: money.micros(),
            currency: money.currency().code(),
            display: Display(money),
        }
    }
}

/// An amount that is worded where it is written: an answer may hold a thousand.
#[derive(Debug, Clone)]
struct Display(ledger::Money);

impl Serialize for Display {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.as_price())
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
