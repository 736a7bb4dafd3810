//! The safelist: on which channels videos under a licence are published, and since when.
//!
//! What counts is whether a channel was listed **when the video was published**: taking it off
//! the list later never un-covers what stands there. So the list is a history, and the present
//! is only its end. Nothing here knows a licence or a person.

use crate::channel::Channel;
use crate::envelope::Audience;
use crate::time::{DAY_MS, Timestamp};

/// The most channels that one licence lists at a time.
pub const CHANNELS_MAX: usize = 50;
/// The most additions and changes in [`CHANGES_WINDOW_MS`]: twice a whole list, so that nobody
/// is stopped by mistakes, and a key can't be passed from one channel to the next for money.
pub const CHANGES_MAX: usize = 100;
/// The time in which changes are counted: thirty days, in ms.
pub const CHANGES_WINDOW_MS: i64 = 30 * DAY_MS;

/// What a list says of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The channel.
    pub channel: Channel,
    /// How large it is, where that was said.
    pub audience: Option<Audience>,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What was listed before; none for a channel that was added.
    pub before: Option<Listed>,
    /// What is listed since; none for a channel that was removed.
    pub after: Option<Listed>,
}

/// A channel with the time it was listed for: from `from`, included, to `until`, excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What was listed.
    pub listed: Listed,
    /// Since when.
    pub from: Timestamp,
    /// Until when; none while it still is.
    pub until: Option<Timestamp>,
}

impl Listing {
    /// Was it listed at this instant?
    #[must_use]
    pub fn runs_at(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// What the list says of a channel and an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnList {
    /// It was listed then; the audience that was said of it.
    Yes(Option<Audience>),
    /// It was listed only later.
    Later {
        /// Since when.
        from: Timestamp,
    },
    /// It had been taken off.
    Before {
        /// When.
        until: Timestamp,
    },
    /// It never was.
    Never,
}

/// The times that a history tells of, in the order in which they began. Lines must be in the
/// order in which they were written; one that removes what isn't listed changes nothing.
#[must_use]
pub fn listings(history: &[Change]) -> Vec<Listing> {
    let mut out: Vec<Listing> = Vec::new();
    for change in history {
        if let Some(before) = &change.before {
            let open = out
                .iter_mut()
                .find(|one| one.until.is_none() && one.listed == *before);
            if let Some(open) = open {
                open.until = Some(change.at);
            }
        }
        out.extend(change.after.clone().map(|listed| Listing {
            listed,
            from: change.at,
            until: None,
        }));
    }
    out
}

/// Was `channel`, or a site it belongs to, on the list at `at`? What is said of the channel
/// itself goes before what is said of a site around it; of those, the largest audience counts.
#[must_use]
pub fn covered_at(listings: &[Listing], channel: &Channel, at: Timestamp) -> OnList {
    let mine = || {
        listings
            .iter()
            .filter(|one| one.listed.channel.holds(channel))
    };
    let nearest = |one: &&Listing| (one.listed.channel == *channel, one.listed.audience);
    if let Some(now) = mine().filter(|one| one.runs_at(at)).max_by_key(nearest) {
        return OnList::Yes(now.listed.audience);
    }
    let ended = mine().filter_map(|one| one.until).filter(|end| *end <= at);
    if let Some(until) = ended.max() {
        return OnList::Before { until };
    }
    match mine().map(|one| one.from).filter(|from| *from > at).min() {
        Some(from) => OnList::Later { from },
        None => OnList::Never,
    }
}
