//! What a stated use would cost, and why.

use super::form::{PriceLine, Submit};
use super::shell::Shell;
use super::terms::Terms;
use super::track::UseForm;
use super::wave::Wave;

/// An option that covers the stated use.
#[derive(Debug, Clone)]
pub struct Covering {
    /// For instance `15-second cut`.
    pub asset: String,
    /// For instance `Creator`.
    pub tier: String,
    /// What else there is to say of it, one sentence.
    pub note: Option<String>,
    /// The whole price, for instance `$5.00`.
    pub price: String,
    /// How the price came about, the sum last.
    pub lines: Vec<PriceLine>,
    /// What it allows.
    pub terms: Terms,
    /// The button that goes on to the checkout.
    pub submit: Submit,
}

/// An option that doesn't cover it.
#[derive(Debug, Clone)]
pub struct NotCovering {
    /// For instance `Full mix`.
    pub asset: String,
    /// For instance `Creator`.
    pub tier: String,
    /// The whole price.
    pub price: String,
    /// What is missing, a sentence each.
    pub missing: Vec<String>,
}

/// `GET /tracks/{slug}/license?placement=&purpose=&length=&stems=`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "quote.html", whitespace = "minimize")]
pub struct QuotePage {
    /// The frame.
    pub shell: Shell,
    /// The track's page.
    pub track_href: String,
    /// The track's slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The artist's name.
    pub artist: String,
    /// Where the preview is heard.
    pub preview_url: String,
    /// The waveform, of size [`super::wave::CARD`].
    pub wave: Wave,
    /// The use in words, for instance `A monetised video on YouTube Shorts, up to 15 seconds`.
    pub stated_use: String,
    /// The question again, with the answers given.
    pub use_form: UseForm,
    /// What covers it, the cheapest first.
    pub covering: Vec<Covering>,
    /// What doesn't.
    pub not_covering: Vec<NotCovering>,
    /// Until when the prices hold, for instance `Prices hold until 22 Nov, 16:30 UTC.`
    pub valid_until: Option<String>,
}

/// `GET /licences/{id}/upgrade?grant=…`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "upgrade.html", whitespace = "minimize")]
pub struct UpgradePage {
    /// The frame.
    pub shell: Shell,
    /// What is licensed, for instance `Slow Lantern — Ada Moreau`.
    pub subject: String,
    /// For instance `15-second cut · Creator`.
    pub item: String,
    /// The holder's page.
    pub back_href: String,
    /// What is wider, the smallest difference first.
    pub options: Vec<Covering>,
}
