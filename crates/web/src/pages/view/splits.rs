//! How a composer's tracks are shared, and the page of an invitation.

use super::form::Submit;
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
