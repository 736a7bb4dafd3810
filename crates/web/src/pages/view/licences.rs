//! A buyer's licences in a list.

use super::licence::{Paper, Standing};
use super::shell::Shell;

/// A licence in the list.
#[derive(Debug, Clone)]
pub struct LicenceRow {
    /// Its code.
    pub code: String,
    /// Its holder's page.
    pub href: String,
    /// The track's title and page; none where it holds for any track.
    pub track: Option<(String, String)>,
    /// What it holds for, where that is no track: `Any track of this store`.
    pub scope: &'static str,
    /// The artist.
    pub artist: String,
    /// What was licensed, for instance `15-second cut · Creator`.
    pub item: String,
    /// How it stands.
    pub standing: Standing,
    /// The day it was bought.
    pub at: String,
    /// What was paid.
    pub price: String,
    /// What can be downloaded about it.
    pub papers: Vec<Paper>,
}

/// `GET /licences`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "licences.html", whitespace = "minimize")]
pub struct LicencesPage {
    /// The frame.
    pub shell: Shell,
    /// The licences, the latest first.
    pub rows: Vec<LicenceRow>,
    /// Where earlier ones are.
    pub next_href: Option<String>,
    /// Back to the latest, from a later page.
    pub first_href: Option<String>,
}
