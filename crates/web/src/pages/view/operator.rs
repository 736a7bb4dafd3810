//! The operator's overview.

use super::shell::Shell;

/// A number with its name.
#[derive(Debug, Clone)]
pub struct Tally {
    /// For instance `Tracks on sale`.
    pub label: String,
    /// For instance `24`.
    pub value: String,
}

/// An account of the ledger.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// Its name, for instance `commission`.
    pub account: String,
    /// What it stands for, one clause.
    pub note: String,
    /// Its balance to the micro-unit, with currency.
    pub balance: String,
}

/// One invariant that the audit checks.
#[derive(Debug, Clone)]
pub struct AuditCheck {
    /// What must hold, for instance `Every journal balances`.
    pub label: String,
    /// Whether it does.
    pub holds: bool,
    /// What was found, for instance `412 journals` or the first that doesn't.
    pub detail: String,
}

/// `GET /operator`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "operator.html", whitespace = "minimize")]
pub struct OperatorPage {
    /// The frame.
    pub shell: Shell,
    /// As of when, for people.
    pub as_of: String,
    /// Tracks, licences, uses.
    pub tallies: Vec<Tally>,
    /// Money by account.
    pub accounts: Vec<AccountRow>,
    /// The audit, check by check.
    pub audit: Vec<AuditCheck>,
}

impl OperatorPage {
    /// Whether every check holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.audit.iter().all(|check| check.holds)
    }
}
