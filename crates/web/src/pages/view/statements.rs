//! A payee's statements.

use super::shell::Shell;

/// A file or page and what it is called.
#[derive(Debug, Clone)]
pub struct StatementLink {
    /// For instance `PDF`.
    pub label: String,
    /// Its address.
    pub href: String,
}

/// A month.
#[derive(Debug, Clone)]
pub struct StatementRow {
    /// For instance `2026-10`.
    pub period: String,
    /// Whether it is over.
    pub over: bool,
    /// For instance `12 lines`.
    pub lines: String,
    /// What stood there before, to the micro-unit.
    pub opening: String,
    /// What was earned.
    pub earned: String,
    /// What moved otherwise.
    pub moved: String,
    /// What stands there after.
    pub closing: String,
    /// Its statement in every form.
    pub files: Vec<StatementLink>,
}

/// `GET /statements` of a payee.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "statements.html", whitespace = "minimize")]
pub struct StatementsPage {
    /// The frame.
    pub shell: Shell,
    /// Whose they are.
    pub payee: String,
    /// Of which money.
    pub currency: String,
    /// The same in other currencies.
    pub others: Vec<StatementLink>,
    /// The months, the latest first.
    pub months: Vec<StatementRow>,
    /// The years, each with its files.
    pub years: Vec<(String, Vec<StatementLink>)>,
}

/// `GET /statements` of the operator.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "statements_all.html", whitespace = "minimize")]
pub struct PayeesPage {
    /// The frame.
    pub shell: Shell,
    /// Everybody who is paid here.
    pub payees: Vec<StatementLink>,
    /// The years for tax.
    pub taxes: Vec<StatementLink>,
}
