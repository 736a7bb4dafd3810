//! Importing a table of uses.

use super::form::{Alert, Field};
use super::operator::Tally;
use super::shell::Shell;
use super::uncovered::OfferLink;

/// `GET /uses/import`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "uses_import.html", whitespace = "minimize")]
pub struct ImportPage {
    /// The frame.
    pub shell: Shell,
    /// Why the form was refused.
    pub problem: Option<Alert>,
    /// What is wrong with the file.
    pub file: Field,
    /// Who reports.
    pub reporter: Field,
    /// Whether times without a zone are in UTC.
    pub utc: bool,
    /// Columns that are called otherwise.
    pub map: Field,
    /// What holds for every row.
    pub set: Field,
}

/// A row that doesn't count.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The line it begins on.
    pub line: String,
    /// The column at fault; empty where it is the use as a whole.
    pub column: String,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
    /// What would cover it.
    pub offer: Option<OfferLink>,
    /// What the offer means, or why there is none; empty where it isn't cover that lacks.
    pub note: String,
}

/// What would be bought, so that every row that lacks cover counts.
#[derive(Debug, Clone)]
pub struct ImportCover {
    /// What it costs, and for how many rows.
    pub sentence: String,
    /// Each with how often it is bought and for how many rows.
    pub purchases: Vec<(OfferLink, String)>,
}

/// `GET /uses/import/{token}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "uses_import_step.html", whitespace = "minimize")]
pub struct ImportStepPage {
    /// The frame.
    pub shell: Shell,
    /// Where its button posts to.
    pub action: String,
    /// What the file was called.
    pub name: String,
    /// Who reports.
    pub reporter: String,
    /// Whether times without a zone are in UTC.
    pub utc: bool,
    /// How far it is, in words.
    pub heading: String,
    /// How much of the file was worked on; nothing where it isn't being worked on.
    pub percent: Option<u64>,
    /// Why it was broken off.
    pub problem: Option<String>,
    /// Its rows in sums.
    pub tallies: Vec<Tally>,
    /// The first that don't count.
    pub rows: Vec<ImportRow>,
    /// How many more there are; empty for none.
    pub more: String,
    /// What would cover those that lack cover, where any do.
    pub cover: Option<ImportCover>,
    /// Columns that say nothing about a use; empty for none.
    pub passed_over: String,
    /// What its button says, where there is something to do.
    pub button: Option<String>,
    /// Whether it was counted.
    pub counted: bool,
}
