//! One reason why a use isn't covered: light data that becomes a sentence only when it is read.
//!
//! A quote asks thousands of envelopes and shows a handful of reasons, so a reason holds what was
//! compared and no text. It knows nothing of how the comparison went.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::asset::AssetKind;
use crate::axes::{
    Alteration, Audience, ChannelOwner, ForbiddenUse, Placement, Purpose, Territory, Videos,
};
use crate::axis::Axis;
use crate::country::Countries;
use crate::line::Line;
use crate::texts::{Key, Texts};
use crate::time::Timestamp;

/// The stable code of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortfallCode {
    /// Another asset is licensed.
    AssetNotIncluded,
    /// A placement isn't in the list.
    PlacementNotIncluded,
    /// The question names no placement.
    NoPlacementGiven,
    /// The purpose isn't in the list.
    PurposeNotIncluded,
    /// More videos than allowed.
    TooManyVideos,
    /// A longer clip than allowed.
    ClipTooLong,
    /// Somebody else's channel.
    WrongChannel,
    /// A larger audience than allowed.
    AudienceTooLarge,
    /// The licence limits the audience and the question doesn't say.
    AudienceNotGiven,
    /// Shown where it isn't licensed.
    TerritoryNotIncluded,
    /// Published before the window.
    TooEarly,
    /// Published after the window.
    TooLate,
    /// An alteration isn't in the list.
    AlterationNotIncluded,
    /// The composer must be named.
    CreditMissing,
    /// No licence of this store allows it.
    Forbidden,
    /// Exclusivity wasn't sold.
    NotExclusive,
}

/// One reason why a use isn't covered. As JSON: `code`, `axis`, `sentence` and `needed`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Told", into = "Told")]
pub struct Shortfall {
    /// Stable, for programs.
    pub code: ShortfallCode,
    /// The axis that would have to be wider.
    pub axis: Axis,
    why: Why,
}

/// What was compared: the licensed side first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Asset(AssetKind, AssetKind),
    Placement(Placement),
    NoPlacement,
    Purpose(Purpose),
    Videos(u32, Videos),
    Clip(u32, u32),
    Owner(ChannelOwner, ChannelOwner),
    AudienceNotGiven(Audience),
    Audience(Audience, Audience),
    Territory(Territory, Territory),
    TooEarly(Timestamp, Timestamp),
    TooLate(Timestamp, Timestamp),
    Alteration(Alteration),
    Credit(Line),
    Forbidden(ForbiddenUse),
    Exclusivity(Timestamp),
    /// Read back from where it was stored: only the texts are left.
    Told(Arc<Told>),
}

/// The stored and published form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    code: ShortfallCode,
    axis: Axis,
    sentence: String,
    needed: String,
}

impl Shortfall {
    pub(crate) fn of(why: Why) -> Shortfall {
        let (code, axis) = match &why {
            Why::Asset(..) => (ShortfallCode::AssetNotIncluded, Axis::Asset),
            Why::Placement(_) => (ShortfallCode::PlacementNotIncluded, Axis::Placements),
            Why::NoPlacement => (ShortfallCode::NoPlacementGiven, Axis::Placements),
            Why::Purpose(_) => (ShortfallCode::PurposeNotIncluded, Axis::Purposes),
            Why::Videos(..) => (ShortfallCode::TooManyVideos, Axis::Videos),
            Why::Clip(..) => (ShortfallCode::ClipTooLong, Axis::Clip),
            Why::Owner(..) => (ShortfallCode::WrongChannel, Axis::Channels),
            Why::AudienceNotGiven(_) => (ShortfallCode::AudienceNotGiven, Axis::Channels),
            Why::Audience(..) => (ShortfallCode::AudienceTooLarge, Axis::Channels),
            Why::Territory(..) => (ShortfallCode::TerritoryNotIncluded, Axis::Territory),
            Why::TooEarly(..) => (ShortfallCode::TooEarly, Axis::PublishWindow),
            Why::TooLate(..) => (ShortfallCode::TooLate, Axis::PublishWindow),
            Why::Alteration(_) => (ShortfallCode::AlterationNotIncluded, Axis::Alterations),
            Why::Credit(_) => (ShortfallCode::CreditMissing, Axis::Credit),
            Why::Forbidden(_) => (ShortfallCode::Forbidden, Axis::Forbidden),
            Why::Exclusivity(_) => (ShortfallCode::NotExclusive, Axis::Exclusivity),
            Why::Told(told) => (told.code, told.axis),
        };
        Shortfall { code, axis, why }
    }

    /// What is wrong, for people, in English.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.sentence_in(Texts::english())
    }

    /// What is wrong, for people, in a language. A reason that was stored is told as it was then.
    #[must_use]
    pub fn sentence_in(&self, texts: &Texts) -> String {
        let say = |key: Key, hole: &str, filling: &str| texts.say(key, &[(hole, filling)]);
        match &self.why {
            Why::Asset(licensed, asked) => {
                let (licensed, asked) = (texts.asset(*licensed), texts.asset(*asked));
                texts.say(Key::ShortAsset, &[("licensed", licensed), ("asked", asked)])
            }
            Why::Placement(place) => say(Key::ShortPlacement, "place", texts.placement(*place)),
            Why::NoPlacement => texts.say(Key::NoPlacement, &[]),
            Why::Purpose(wanted) => say(Key::ShortPurpose, "purpose", texts.purpose(*wanted)),
            Why::Videos(most, asked) => texts.too_many_videos(*most, *asked),
            Why::Clip(most, asked) => {
                let (most, asked) = (texts.length(*most), texts.length(*asked));
                texts.say(Key::ShortClip, &[("most", &most), ("asked", &asked)])
            }
            Why::Owner(licensed, _) => say(Key::ShortOwner, "channels", &texts.owner(licensed)),
            Why::AudienceNotGiven(limit) => {
                say(Key::AudienceUnsaid, "audience", texts.audience(*limit))
            }
            Why::Audience(limit, _) => say(Key::ShortAudience, "audience", texts.audience(*limit)),
            Why::Territory(licensed, asked) => {
                let needed = match outside(licensed, asked) {
                    Some(list) => texts.countries(&list),
                    None => texts.say(Key::AllTheWorld, &[]),
                };
                let licensed = texts.territory(licensed);
                texts.say(
                    Key::ShortTerritory,
                    &[("where", &licensed), ("needed", &needed)],
                )
            }
            Why::TooEarly(from, _) => say(Key::ShortEarly, "from", &from.to_string()),
            Why::TooLate(until, _) => say(Key::ShortLate, "until", &until.to_string()),
            Why::Alteration(change) => {
                say(Key::ShortAlteration, "change", texts.alteration(*change))
            }
            Why::Credit(text) => say(Key::ShortCredit, "credit", text.as_str()),
            Why::Forbidden(wanted) => say(Key::ShortForbidden, "use", texts.forbidden(*wanted)),
            Why::Exclusivity(wish) => say(Key::ShortExclusive, "until", &wish.day()),
            Why::Told(told) => told.sentence.clone(),
        }
    }

    /// What the axis would have to allow: its JSON code or value.
    #[must_use]
    pub fn needed(&self) -> String {
        match &self.why {
            Why::Asset(_, asked) => asked.code().to_owned(),
            Why::Placement(place) => place.code().to_owned(),
            Why::NoPlacement => "at least one placement".to_owned(),
            Why::Purpose(wanted) => wanted.code().to_owned(),
            Why::Videos(_, Videos::Count(count)) => count.to_string(),
            Why::Videos(_, Videos::Unlimited) => "unlimited".to_owned(),
            Why::Clip(_, asked) => asked.to_string(),
            Why::Owner(_, asked) => Texts::english().owner(asked),
            Why::AudienceNotGiven(_) => "say how large the channel is".to_owned(),
            Why::Audience(_, asked) => asked.code().to_owned(),
            Why::Territory(licensed, asked) => match outside(licensed, asked) {
                Some(list) => {
                    let codes: Vec<String> = list.iter().map(|one| one.to_string()).collect();
                    codes.join(" ")
                }
                None => "worldwide".to_owned(),
            },
            Why::TooEarly(_, at) | Why::TooLate(_, at) => at.to_string(),
            Why::Alteration(change) => change.code().to_owned(),
            Why::Credit(text) => text.to_string(),
            Why::Forbidden(wanted) => wanted.code().to_owned(),
            Why::Exclusivity(wish) => wish.to_string(),
            Why::Told(told) => told.needed.clone(),
        }
    }
}

/// The countries of `asked` that lie outside `licensed`; `None` is all the world.
fn outside(licensed: &Territory, asked: &Territory) -> Option<Countries> {
    match (licensed, asked) {
        (Territory::Only(mine), Territory::Only(asked)) => Some(asked.without(mine)),
        (Territory::Except(barred), Territory::Only(asked)) => Some(asked.both(barred)),
        (Territory::Except(barred), Territory::Except(spared)) => Some(barred.without(spared)),
        (Territory::Except(barred), Territory::Worldwide) => Some(barred.clone()),
        (Territory::Only(_) | Territory::Worldwide, _) => None,
    }
}

/// Two reasons are the same when they read the same, wherever they come from.
impl PartialEq for Shortfall {
    fn eq(&self, other: &Shortfall) -> bool {
        (self.code, self.axis) == (other.code, other.axis)
            && (self.why == other.why
                || (self.sentence(), self.needed()) == (other.sentence(), other.needed()))
    }
}

impl Eq for Shortfall {}

impl From<Told> for Shortfall {
    fn from(told: Told) -> Shortfall {
        Shortfall::of(Why::Told(Arc::new(told)))
    }
}

impl From<Shortfall> for Told {
    fn from(shortfall: Shortfall) -> Told {
        Told {
            code: shortfall.code,
            axis: shortfall.axis,
            sentence: shortfall.sentence(),
            needed: shortfall.needed(),
        }
    }
}
