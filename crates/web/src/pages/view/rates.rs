//! How a sale is divided.

use super::shell::Shell;

/// A line of a table: what, and how much.
#[derive(Debug, Clone)]
pub struct RateRow {
    /// For instance `The store's commission`.
    pub label: String,
    /// What it is of, one clause; may be empty.
    pub note: String,
    /// For instance `15.00 %` or `$1.41`.
    pub value: String,
}

/// `GET /rates`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "rates.html", whitespace = "minimize")]
pub struct RatesPage {
    /// The frame.
    pub shell: Shell,
    /// The price of the example, in words.
    pub example_price: String,
    /// The example's legs; empty where tax and fee would take it all.
    pub example: Vec<RateRow>,
    /// The rates.
    pub rates: Vec<RateRow>,
    /// Taxes by country.
    pub taxes: Vec<RateRow>,
    /// Currencies on sale beside the store's own.
    pub currencies: Vec<RateRow>,
}
