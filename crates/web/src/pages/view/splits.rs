//! How a composer's tracks are shared, and the page of an invitation.

use super::form::{Alert, Choice, Field, Submit};
use super::shell::Shell;

/// Somebody's part, worded.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// Their name.
    pub name: String,
    /// Their part in per cent, such as `33.3333`, which is also how long the bar is.
    pub percent: String,
    /// What is to be said of them, such as that they earn into escrow; may be empty.
    pub note: String,
}

/// A split, in force or before.
#[derive(Debug, Clone)]
pub struct SplitShown {
    /// What it is for, for instance `The track` or `Single stem`.
    pub heading: String,
    /// From when on it counts, or who proposed it and when.
    pub about: String,
    /// Its parts, the largest first.
    pub parts: Vec<PartRow>,
}

/// A proposal, open or closed.
#[derive(Debug, Clone)]
pub struct ProposalShown {
    /// What is proposed.
    pub split: SplitShown,
    /// Whom it waits for, or how it ended.
    pub standing: String,
    /// The button that accepts it, where it waits for whoever looks.
    pub accept: Option<Submit>,
    /// The button that declines it or takes it back, while it is open.
    pub decline: Option<Submit>,
}

/// One track.
#[derive(Debug, Clone)]
pub struct TrackSplits {
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Where another split of it is proposed.
    pub propose_href: String,
    /// How it is shared now.
    pub now: Vec<SplitShown>,
    /// What is proposed.
    pub open: Vec<ProposalShown>,
    /// Versions before.
    pub before: Vec<SplitShown>,
    /// Proposals that are closed.
    pub closed: Vec<ProposalShown>,
}

/// `GET /splits`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "splits.html", whitespace = "minimize")]
pub struct SplitsPage {
    /// The frame.
    pub shell: Shell,
    /// Whose tracks they are.
    pub name: String,
    /// What was done just now.
    pub done: Option<String>,
    /// Why nothing was.
    pub problem: Option<String>,
    /// The tracks.
    pub tracks: Vec<TrackSplits>,
}

/// `GET /invitations/{token}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "invitation.html", whitespace = "minimize")]
pub struct InvitationPage {
    /// The frame.
    pub shell: Shell,
    /// Who is invited.
    pub name: String,
    /// The track's title.
    pub track: String,
    /// The track's page.
    pub href: String,
    /// What is proposed.
    pub split: SplitShown,
    /// The invited one's part in per cent; `0` where they would get nothing.
    pub percent: String,
    /// Whether it shares already.
    pub in_force: bool,
    /// The button that accepts.
    pub accept: Submit,
    /// The button that declines; not where it is in force.
    pub decline: Option<Submit>,
}

/// A row of the form that proposes a split.
#[derive(Debug, Clone)]
pub struct SplitFormRow {
    /// Its number, from 0: the end of its fields' names.
    pub number: usize,
    /// Who.
    pub payee: Field,
    /// Their part.
    pub percent: Field,
    /// Their e-mail, where they are new.
    pub email: Field,
}

/// What the parts come to.
#[derive(Debug, Clone)]
pub struct SplitSum {
    /// For instance `Together 90 %: 10 % is missing.`
    pub words: String,
    /// Whether it is the whole.
    pub adds_up: bool,
}

/// `GET /splits/new`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "split_form.html", whitespace = "minimize")]
pub struct SplitFormPage {
    /// The frame.
    pub shell: Shell,
    /// The track's title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Its word in addresses.
    pub track: String,
    /// Why nothing was proposed.
    pub problem: Option<Alert>,
    /// What it may be for.
    pub kinds: Vec<Choice>,
    /// The parts.
    pub rows: Vec<SplitFormRow>,
    /// What they come to.
    pub sum: SplitSum,
    /// Whether there is room for no other.
    pub full: bool,
    /// How many rows there can be.
    pub most: usize,
}

/// Somebody who was invited.
#[derive(Debug, Clone)]
pub struct InvitedRow {
    /// Their name.
    pub name: String,
    /// Their e-mail, where it was said.
    pub email: Option<String>,
    /// Their link, whole; none where somebody else invited them.
    pub url: Option<String>,
}

/// The answer to a proposal that invites somebody.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "split_invited.html", whitespace = "minimize")]
pub struct SplitInvitedPage {
    /// The frame.
    pub shell: Shell,
    /// The track's title.
    pub title: String,
    /// Who was invited.
    pub invited: Vec<InvitedRow>,
}
