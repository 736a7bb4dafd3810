//! Subscribing, the subscriber's page, the rotation, and the closes.

use super::form::{Alert, Field, Hidden, Submit};
use super::licence::Takeable;
use super::shell::Shell;

/// A plan to subscribe to.
#[derive(Debug, Clone)]
pub struct PoolPlanCard {
    /// Its name.
    pub name: String,
    /// The price of a month, for instance `$5.00`.
    pub price: String,
    /// What it allows, for instance `60 uses a month`.
    pub allowance: String,
    /// What each use is guaranteed.
    pub guarantee: String,
    /// The button that goes on to the checkout.
    pub submit: Submit,
}

/// `GET /subscribe`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "subscribe.html", whitespace = "minimize")]
pub struct SubscribePage {
    /// The frame.
    pub shell: Shell,
    /// The plans, the cheapest first.
    pub plans: Vec<PoolPlanCard>,
    /// How many tracks are in rotation now.
    pub tracks_now: String,
    /// Some of them.
    pub tracks: Vec<StayRow>,
    /// The rules that hold for all, a sentence each.
    pub rules: Vec<String>,
    /// The private pages of whoever is signed in and subscribes: address and label.
    pub own: Vec<(String, String)>,
}

/// A stay in the rotation.
#[derive(Debug, Clone)]
pub struct StayRow {
    /// The track's page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its artist.
    pub artist: String,
    /// From when, or until when: one clause.
    pub when: String,
}

/// `GET /rotation`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "rotation.html", whitespace = "minimize")]
pub struct RotationPage {
    /// The frame.
    pub shell: Shell,
    /// What leaves soon.
    pub leaving: Vec<StayRow>,
    /// What is in and stays.
    pub now: Vec<StayRow>,
    /// What comes next.
    pub next: Vec<StayRow>,
}

impl RotationPage {
    /// Whether the calendar is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaving.is_empty() && self.now.is_empty() && self.next.is_empty()
    }
}

/// A step that the subscriber may take.
#[derive(Debug, Clone)]
pub struct SubscriptionAction {
    /// What goes with it.
    pub hidden: Vec<Hidden>,
    /// The button.
    pub label: String,
    /// What it does, one sentence.
    pub about: String,
}

/// A use under a subscription.
#[derive(Debug, Clone)]
pub struct UsedRow {
    /// The day.
    pub at: String,
    /// The track.
    pub title: String,
    /// Its page.
    pub href: String,
    /// What names the video.
    pub video: String,
    /// What its composers got at once.
    pub earned: String,
}

/// An invoice or a credit note of a subscription.
#[derive(Debug, Clone)]
pub struct PaperRow {
    /// For instance `Invoice 2026-0002`.
    pub label: String,
    /// What it is over, one clause.
    pub about: String,
    /// Where its PDF is.
    pub href: String,
}

/// `GET /licences/{id}/subscription?grant=`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "subscription.html", whitespace = "minimize")]
pub struct SubscriptionPage {
    /// The frame.
    pub shell: Shell,
    /// The plan's name.
    pub plan: String,
    /// How it stands, a sentence.
    pub state: String,
    /// Why the last step was refused.
    pub problem: Option<Alert>,
    /// Uses left and allowed, with their words, where a paid cycle runs.
    pub left: Option<(i64, i64, String)>,
    /// The cycle's dates and the like: term and value.
    pub facts: Vec<(String, String)>,
    /// Where its forms go.
    pub action: String,
    /// The steps that may be taken.
    pub actions: Vec<SubscriptionAction>,
    /// The form for another card, and what goes with it; none where it is over.
    pub card: Option<(Vec<Hidden>, Field)>,
    /// What the next month costs, a sentence; none where none follows.
    pub next: Option<String>,
    /// The form for another country to be taxed in, and what goes with it; none where it is over.
    pub country: Option<(Vec<Hidden>, Field)>,
    /// Tracks in rotation, to be taken while a paid cycle runs.
    pub take: Vec<Takeable>,
    /// Its invoices, the latest first, each with its credit notes behind it.
    pub papers: Vec<PaperRow>,
    /// The latest uses.
    pub uses: Vec<UsedRow>,
    /// The licence's own page.
    pub licence_href: String,
}

/// A close.
#[derive(Debug, Clone)]
pub struct CloseRow {
    /// Its page.
    pub href: String,
    /// When it was.
    pub at: String,
    /// How many cycles.
    pub cycles: String,
    /// What was shared.
    pub contribution: String,
    /// What is idle or rolled over.
    pub unused: String,
}

/// `GET /closes`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "closes.html", whitespace = "minimize")]
pub struct ClosesPage {
    /// The frame.
    pub shell: Shell,
    /// The latest first.
    pub closes: Vec<CloseRow>,
}

/// A track of a close.
#[derive(Debug, Clone)]
pub struct SharedTrack {
    /// Its title; its id where it isn't here any more.
    pub title: String,
    /// Its artist.
    pub artist: String,
    /// Its page, while it is here.
    pub href: Option<String>,
    /// How often it was used.
    pub uses: String,
    /// What accrued at the uses.
    pub accrued: String,
    /// What the close added.
    pub top_up: String,
}

/// `GET /closes/{batch}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "close.html", whitespace = "minimize")]
pub struct ClosePage {
    /// The frame.
    pub shell: Shell,
    /// When it was.
    pub at: String,
    /// The rule in words.
    pub formula: String,
    /// Its sums: term and value.
    pub facts: Vec<(String, String)>,
    /// By track.
    pub tracks: Vec<SharedTrack>,
    /// Where its whole report is, as JSON.
    pub json_href: String,
}
