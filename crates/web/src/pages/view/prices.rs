//! What is sold and for how much, to be changed by whoever may.

use super::form::{Alert, Field, Hidden};
use super::shell::Shell;

/// One asset of a tier.
#[derive(Debug, Clone)]
pub struct PriceRow {
    /// Its code: part of the fields' names.
    pub asset: String,
    /// For instance `15-second cut`.
    pub label: String,
    /// What the price's field is called on the page, where several tiers stand.
    pub id: String,
    /// The price as it is typed, for instance `5.00`.
    pub price: Field,
    /// Whether it is sold.
    pub on_sale: bool,
}

/// One tier, a form of its own.
#[derive(Debug, Clone)]
pub struct TierForm {
    /// Its code, for the fields' ids.
    pub tier: String,
    /// For instance `Creator`.
    pub label: String,
    /// What it is for, one sentence.
    pub about: String,
    /// Where its prices come from, for instance `As shipped`.
    pub from: String,
    /// Whether anything of it is sold.
    pub on_sale: bool,
    /// Whether the box that sells it is ticked.
    pub sold: bool,
    /// Its assets.
    pub rows: Vec<PriceRow>,
    /// What the form carries.
    pub hidden: Vec<Hidden>,
    /// Whether there is a change to go back from.
    pub can_undo: bool,
}

/// A plan that isn't changed here.
#[derive(Debug, Clone)]
pub struct PlanRow {
    /// Its code.
    pub code: String,
    /// What it is.
    pub about: String,
    /// Its price.
    pub price: String,
}

/// `GET /prices?for=`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "prices.html", whitespace = "minimize")]
pub struct PricesPage {
    /// The frame.
    pub shell: Shell,
    /// Whose prices, for instance `Ada Byron`.
    pub whose: String,
    /// What they reach, one sentence.
    pub reaches: String,
    /// The currency's sign.
    pub symbol: String,
    /// What has just been done.
    pub done: Option<String>,
    /// Why it wasn't.
    pub problem: Option<Alert>,
    /// Whether anybody's prices may be asked for here: the operator's.
    pub asks: bool,
    /// The tiers.
    pub tiers: Vec<TierForm>,
    /// The store's plans.
    pub plans: Vec<PlanRow>,
}
