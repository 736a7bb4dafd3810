//! Uses that aren't covered, each with what would cover it.

use super::form::Submit;

/// The section of a page.
#[derive(Debug, Clone)]
pub struct UncoveredSection {
    /// Those that wait, the latest first.
    pub open: Vec<UncoveredRow>,
    /// How many are shown, where there are more.
    pub more: Option<usize>,
    /// Those that were dismissed, the latest first.
    pub dismissed: Vec<UncoveredRow>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct UncoveredRow {
    /// The track's title.
    pub title: String,
    /// The track's page.
    pub track_href: String,
    /// The event's id.
    pub event: String,
    /// When the video was published.
    pub published: String,
    /// The licence's code.
    pub code: String,
    /// Why it isn't covered, a sentence each.
    pub reasons: Vec<String>,
    /// What the offer means, or why there is none.
    pub note: String,
    /// What would cover it.
    pub offer: Option<OfferLink>,
    /// Dismisses it, or opens it again.
    pub change: Submit,
}

/// Where something is bought, and for how much.
#[derive(Debug, Clone)]
pub struct OfferLink {
    /// The address.
    pub href: String,
    /// What it is, with its price.
    pub label: String,
}
