//! Checking a finished video: are the keys in it good, and do they cover this use on this
//! channel?
//!
//! [`check`] decides about one key, [`overall`] about the video. What can't be known is said to
//! be unknown, never taken as good: a safelist that isn't at hand, a code that nobody could look
//! up, a channel of unknown size under a licence that limits it. A video without a key is
//! answered as such; whether there is music in it nobody asks here. What nobody needs to say,
//! the channel and the length, [`notes`] tells to have been left out.

mod pooled;
mod reasons;

pub use pooled::PoolFact;
pub use reasons::Reason;
use reasons::{of_shortfall, reason, state_reason};
use serde::{Deserialize, Serialize};

use crate::axes::{Audience, Placement, Purpose, Territory, Videos};
use crate::channel::Channel;
use crate::covers::{ShortfallCode, covers};
use crate::envelope::Envelope;
use crate::intended::IntendedUse;
use crate::plain_en as words;
use crate::safelist::OnList;
use crate::set::Set;
use crate::texts::Texts;
use crate::time::Timestamp;

/// What was made of the video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedUse {
    /// Where it is published, as far as that was said.
    pub placements: Set<Placement>,
    /// On which channel; none where nobody asks about one.
    pub channel: Option<Channel>,
    /// What it is for.
    pub purpose: Purpose,
    /// When it is or was published.
    pub published_at: Timestamp,
    /// Where it is shown.
    pub territory: Territory,
    /// How large the channel is, where that was said.
    pub audience: Option<Audience>,
    /// Milliseconds of music in it, where that was said.
    pub clip_ms: Option<u32>,
}

/// A placement was said that the channel can't have.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("a {} channel is no place for {}: name the placement that fits, or leave it out", .channel.platform().label(), words::placement(*.placement))]
pub struct WrongPlacement {
    /// The channel.
    pub channel: Channel,
    /// The placement.
    pub placement: Placement,
}

impl FinishedUse {
    /// # Errors
    /// [`WrongPlacement`] for the first placement that the channel can't have.
    pub fn fits(&self) -> Result<(), WrongPlacement> {
        let Some(channel) = &self.channel else {
            return Ok(());
        };
        let wrong = self
            .placements
            .iter()
            .find(|one| !channel.platform().may_carry(*one));
        match wrong {
            None => Ok(()),
            Some(placement) => Err(WrongPlacement {
                channel: channel.clone(),
                placement,
            }),
        }
    }
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Its licence is in force.
    Valid,
    /// It is on hold.
    Suspended,
    /// It was withdrawn.
    Revoked,
    /// Its time is over.
    Expired,
    /// Nobody trusted here has signed it.
    UnknownIssuer,
    /// It isn't what was signed, or isn't understood.
    Altered,
    /// No licence of the store has this code.
    UnknownCode,
    /// A code alone, and no store at hand to look it up in.
    CodeAlone,
}

impl KeyState {
    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            KeyState::Valid => "valid",
            KeyState::Suspended => "suspended",
            KeyState::Revoked => "revoked",
            KeyState::Expired => "expired",
            KeyState::UnknownIssuer => "unknown_issuer",
            KeyState::Altered => "altered",
            KeyState::UnknownCode => "unknown_code",
            KeyState::CodeAlone => "code_alone",
        }
    }
}

/// What the safelist says of the channel that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SafelistFact {
    /// The licence's safelist was read.
    Read(OnList),
    /// Only the store that sold the licence has its safelist, and it isn't at hand.
    NotAtHand,
}

/// Everything a key is judged by.
#[derive(Clone, Copy, Debug)]
pub struct KeyFacts<'a> {
    /// Whether it is good.
    pub state: KeyState,
    /// What it allows; none where that can't be believed or isn't understood.
    pub envelope: Option<&'a Envelope>,
    /// What its safelist says.
    pub safelist: &'a SafelistFact,
    /// What is counted under it, where it is a subscription's.
    pub pool: PoolFact,
}

/// The answer for a key, or for a video. In order: the first that any key has is the video's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// There is no key.
    NoKey,
    /// The key isn't good.
    NotValid,
    /// It is, and doesn't cover this.
    NotCovered,
    /// It can't be said from what is at hand.
    Unknown,
    /// It covers this.
    Cleared,
}

impl Answer {
    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Answer::NoKey => "no_key",
            Answer::NotValid => "not_valid",
            Answer::NotCovered => "not_covered",
            Answer::Unknown => "unknown",
            Answer::Cleared => "cleared",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Answer::NoKey => "no key",
            Answer::NotValid => "not valid",
            Answer::NotCovered => "not covered",
            Answer::Unknown => "unknown",
            Answer::Cleared => "cleared",
        }
    }
}

/// What was decided about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub answer: Answer,
    /// Everything that stands in the way; empty when cleared.
    pub reasons: Vec<Reason>,
}

/// Decides about one key. Pure and total.
#[must_use]
pub fn check(key: &KeyFacts<'_>, wanted: &FinishedUse) -> Verdict {
    match key.state {
        KeyState::Valid => {}
        KeyState::CodeAlone => {
            return Verdict {
                answer: Answer::Unknown,
                reasons: vec![state_reason(key.state)],
            };
        }
        state => {
            return Verdict {
                answer: Answer::NotValid,
                reasons: vec![state_reason(state)],
            };
        }
    }
    let Some(envelope) = key.envelope else {
        let sentence = "this program doesn't understand what the licence allows";
        return unknown(
            "unknown_envelope",
            sentence,
            "a newer version of this program",
        );
    };
    let (mut lacking, mut open) = (Vec::new(), Vec::new());
    uses(envelope, key.safelist, wanted, &mut lacking, &mut open);
    channel(key.safelist, wanted, &mut lacking, &mut open);
    pooled::counted(key.pool, &mut lacking, &mut open);
    // What isn't covered for sure decides; what is unknown beside it is no news then.
    if !lacking.is_empty() {
        return Verdict {
            answer: Answer::NotCovered,
            reasons: lacking,
        };
    }
    let answer = if open.is_empty() {
        Answer::Cleared
    } else {
        Answer::Unknown
    };
    Verdict {
        answer,
        reasons: open,
    }
}

/// The answer for a video with these keys: cleared only where each of them covers it, since each
/// may stand for other music in it.
#[must_use]
pub fn overall(verdicts: impl IntoIterator<Item = Answer>) -> Answer {
    verdicts.into_iter().min().unwrap_or(Answer::NoKey)
}

/// What the answers for these keys rest on without its having been said. An answer stands with
/// its notes: they are told wherever it is.
#[must_use]
pub fn notes<'a>(
    envelopes: impl IntoIterator<Item = Option<&'a Envelope>>,
    wanted: &FinishedUse,
) -> Vec<&'static str> {
    let envelopes: Vec<_> = envelopes.into_iter().collect();
    let mut notes = Vec::new();
    if envelopes.is_empty() {
        notes.push("music without a key can't be noticed: this says nothing of it");
    } else if wanted.channel.is_none() {
        notes.push("no channel was named, so no safelist was looked at");
    }
    let limits = |one: &&Envelope| one.clip_ms.is_some();
    if wanted.clip_ms.is_none() && envelopes.iter().flatten().any(limits) {
        notes.push("how long the music is was not said, so the licence's limit was not looked at");
    }
    notes
}

fn unknown(code: &str, sentence: &str, needed: &str) -> Verdict {
    Verdict {
        answer: Answer::Unknown,
        reasons: vec![reason(code, sentence, Some(needed))],
    }
}

/// Holds the use against the envelope.
fn uses(
    envelope: &Envelope,
    safelist: &SafelistFact,
    wanted: &FinishedUse,
    lacking: &mut Vec<Reason>,
    open: &mut Vec<Reason>,
) {
    let stated = !wanted.placements.is_empty();
    let possible: Set<Placement> = match &wanted.channel {
        Some(channel) if !stated => channel.platform().placements().iter().copied().collect(),
        _ => wanted.placements,
    };
    let allowed = possible & envelope.placements;
    // A channel with two placements, of which the licence has one: which it is wasn't said.
    let ambiguous = !stated && !allowed.is_empty() && allowed != possible;
    if ambiguous {
        let texts = Texts::english();
        let names =
            |set: Set<Placement>| set.iter().map(|p| texts.placement(p)).collect::<Vec<_>>();
        let sentence = format!(
            "the licence covers {} there and not the rest: say whether it is {}",
            texts.and(&names(allowed)),
            texts.or(&names(possible)),
        );
        open.push(reason(
            "placement_not_given",
            sentence,
            Some("say the placement"),
        ));
    }
    let placements = if ambiguous { allowed } else { possible };
    let asked = as_intended(envelope, safelist, wanted, placements);
    let Err(shortfalls) = covers(envelope, &asked) else {
        return;
    };
    for shortfall in &shortfalls {
        let one = of_shortfall(shortfall);
        match shortfall.code {
            ShortfallCode::NoPlacementGiven | ShortfallCode::AudienceNotGiven => open.push(one),
            _ => lacking.push(one),
        }
    }
}

/// The video as a question to the envelope. Whose channel it is the safelist answers, and how
/// many videos there are the reports of uses; alterations and credit can't be known. What wasn't
/// said of the length is taken as kept.
fn as_intended(
    envelope: &Envelope,
    safelist: &SafelistFact,
    wanted: &FinishedUse,
    placements: Set<Placement>,
) -> IntendedUse {
    let listed = match safelist {
        SafelistFact::Read(OnList::Yes(audience)) => *audience,
        _ => None,
    };
    IntendedUse {
        placements,
        purpose: wanted.purpose,
        clip_ms: wanted.clip_ms.or(envelope.clip_ms).unwrap_or(0),
        videos: Videos::Count(1),
        owner: envelope.channels.owner.clone(),
        channel_audience: wanted.audience.or(listed),
        territory: wanted.territory.clone(),
        published_at: Some(wanted.published_at),
        ..IntendedUse::default()
    }
}

/// Holds the channel against the safelist.
fn channel(
    safelist: &SafelistFact,
    wanted: &FinishedUse,
    lacking: &mut Vec<Reason>,
    open: &mut Vec<Reason>,
) {
    let Some(channel) = &wanted.channel else {
        return;
    };
    match safelist {
        SafelistFact::NotAtHand => open.push(reason(
            "safelist_not_at_hand",
            format!("whether {channel} is on the licence's safelist only its store knows"),
            Some("ask the store that sold the licence"),
        )),
        SafelistFact::Read(OnList::Yes(_)) => {}
        SafelistFact::Read(OnList::Never) => lacking.push(reason(
            "channel_not_listed",
            format!("the channel {channel} isn't on the licence's safelist"),
            Some("the licensee adds the channel on the licence's page"),
        )),
        // On which day only the holder may know, and anybody may ask with a code.
        SafelistFact::Read(OnList::Later { .. }) => lacking.push(reason(
            "channel_listed_later",
            format!(
                "the channel {channel} was put on the licence's safelist only after the video \
                 was published"
            ),
            Some("a video that was published after that"),
        )),
        SafelistFact::Read(OnList::Before { .. }) => lacking.push(reason(
            "channel_removed",
            format!(
                "the channel {channel} had been taken off the licence's safelist when the \
                 video was published"
            ),
            Some("the licensee adds the channel again"),
        )),
    }
}
