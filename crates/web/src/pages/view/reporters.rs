//! Who reports uses, and what is missing.

use super::shell::Shell;

/// Somebody who reports.
#[derive(Debug, Clone)]
pub struct ReporterRow {
    /// What the key is called, or the reporter's own name.
    pub name: String,
    /// By what its uses are told apart; empty where that is its name.
    pub id: String,
    /// When the last use came.
    pub last: String,
    /// Uses that count.
    pub uses: String,
    /// Missing numbers, in words.
    pub gaps: String,
    /// Whether nothing is missing.
    pub whole: bool,
}

/// Numbers that are missing.
#[derive(Debug, Clone)]
pub struct GapRow {
    /// The sequence.
    pub stream: String,
    /// The first and the last of them.
    pub numbers: String,
    /// How many, in words.
    pub count: String,
    /// Since when that is known.
    pub since: String,
    /// What to do.
    pub advice: String,
}

/// What is missing of one reporter's sequences.
#[derive(Debug, Clone)]
pub struct MissingShown {
    /// The reporter's name.
    pub name: String,
    /// The first gaps.
    pub gaps: Vec<GapRow>,
    /// What else there is to say; empty for nothing.
    pub more: Vec<String>,
}

/// `GET /operator/reporters`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "reporters.html", whitespace = "minimize")]
pub struct ReportersPage {
    /// The frame.
    pub shell: Shell,
    /// As of when.
    pub as_of: String,
    /// Everybody who reports.
    pub reporters: Vec<ReporterRow>,
    /// What is missing, by reporter.
    pub missing: Vec<MissingShown>,
}
