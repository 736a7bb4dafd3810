//! A buyer's wallet and bundles.

use super::form::{Alert, Field, Submit};
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
    /// Its key's id.
    pub key: String,
    /// How much of how much is spent.
    pub spent: String,
    /// Until when, or that it was ended.
    pub until: String,
    /// The button that ends it, while it stands.
    pub end: Option<Submit>,
}

/// The form that lets a program spend.
#[derive(Debug, Clone)]
pub struct PermitForm {
    /// Its button.
    pub submit: Submit,
    /// The program's key, by its id.
    pub key: Field,
    /// How much in all.
    pub cap: Field,
    /// The last day.
    pub until: Field,
}

impl PermitForm {
    /// Whether something was typed into it, so that it has to be seen.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let empty = |field: &Field| field.value.is_empty() && field.error.is_none();
        ![&self.key, &self.cap, &self.until].into_iter().all(empty)
    }
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
    pub problem: Option<Alert>,
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
    /// What was just ended, and the button that undoes that.
    pub undo: Option<(String, Submit)>,
    /// The form that lets one spend; none before there is a wallet.
    pub permit: Option<PermitForm>,
}
