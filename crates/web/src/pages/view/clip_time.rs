//! Clip time after it was bought: its uses, its rest, its gifts; and a gift's own page.

use super::form::{Alert, Choice, Field, Hidden, Submit};
use super::shell::Shell;

/// A use, by what it drew.
#[derive(Debug, Clone)]
pub struct DrawRow {
    /// When, in words.
    pub at: String,
    /// The track.
    pub title: String,
    /// Where it was seen.
    pub placement: String,
    /// How much, for instance `0:15`.
    pub time: String,
}

/// A gift made of the bundle.
#[derive(Debug, Clone)]
pub struct GiftRow {
    /// How much, for instance `2 min`.
    pub time: String,
    /// What became of it, in words.
    pub state: String,
    /// The address that gives it away, while it waits.
    pub url: Option<String>,
    /// The button that takes it back, while it waits.
    pub back: Option<Submit>,
}

/// The part of a licence's page about its bundle.
#[derive(Debug, Clone)]
pub struct ClipSection {
    /// What was drawn, the newest first.
    pub draws: Vec<DrawRow>,
    /// The rules, a sentence each.
    pub rules: Vec<String>,
    /// What left it, a sentence each.
    pub gone: Vec<String>,
    /// The gifts made of it.
    pub gifts: Vec<GiftRow>,
    /// Why the last step was refused.
    pub problem: Option<Alert>,
    /// Where a gift is made, and its seconds; none where nothing can be given.
    pub give: Option<(Submit, Field)>,
    /// The exact amount that a refund pays, and its button; none where nothing is.
    pub refund: Option<(String, Submit)>,
    /// What a top-up carries along.
    pub top_up: Vec<Hidden>,
    /// The plans that top it up.
    pub plans: Vec<Choice>,
}

/// `GET /gifts/{token}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "gift.html", whitespace = "minimize")]
pub struct GiftPage {
    /// The frame.
    pub shell: Shell,
    /// How much, for instance `10 min`.
    pub time: String,
    /// Until when it can be used.
    pub until: String,
    /// Who takes it.
    pub licensee: Field,
    /// The button that takes it.
    pub submit: Submit,
}
