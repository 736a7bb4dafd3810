//! A buyer's wallet and bundles.

use super::form::{Field, Submit};
use super::shell::Shell;

/// A movement of a wallet.
#[derive(Debug, Clone)]
pub struct MoveRow {
    /// When, in words.
    pub at: String,
    /// What for.
    pub about: String,
    /// How much, signed.
    pub amount: String,
}

/// A bundle of the buyer.
#[derive(Debug, Clone)]
pub struct BundleRow {
    /// The licence's code.
    pub code: String,
    /// The licence's page.
    pub href: String,
    /// What is left, in words.
    pub left: String,
    /// Until when.
    pub until: String,
}

/// A program that may spend.
#[derive(Debug, Clone)]
pub struct PermissionRow {
    /// What the store calls it.
    pub name: String,
    /// How much of how much is spent.
    pub spent: String,
    /// Until when, or that it was ended.
    pub until: String,
}

/// `GET /wallet`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "wallet.html", whitespace = "minimize")]
pub struct WalletPage {
    /// The frame.
    pub shell: Shell,
    /// What it holds.
    pub balance: String,
    /// What has just happened.
    pub done: Option<String>,
    /// What stopped it.
    pub problem: Option<String>,
    /// How much to load.
    pub amount: Field,
    /// The card.
    pub card_number: Field,
    /// Whether payments are the sandbox's.
    pub sandbox: bool,
    /// The button that loads.
    pub load: Submit,
    /// The button that pays the rest back, with the exact amount; none where nothing is.
    pub refund: Option<Submit>,
    /// The bundles, in the order they are drawn on.
    pub bundles: Vec<BundleRow>,
    /// The movements, the newest first.
    pub moves: Vec<MoveRow>,
    /// The programs that may spend.
    pub permissions: Vec<PermissionRow>,
}
