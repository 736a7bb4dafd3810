//! The axes of an envelope: one closed type each, validated when it is read.
//!
//! A list grows only with a new version of the form. These types know nothing of each other, of
//! prices or of words for people; how they are compared stands in [`crate::covers`](mod@crate::covers)
//! and [`crate::compare`].

use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::country::Countries;
use crate::line::Line;
use crate::set::{Member, Set};
use crate::time::Timestamp;

/// The rights granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rights {
    /// Master and composition from one hand: synchronisation, reproduction, making available.
    OneStop,
}

/// A place where videos are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// YouTube, long form.
    Youtube,
    /// YouTube Shorts.
    YoutubeShorts,
    /// TikTok.
    Tiktok,
    /// Instagram, reels and stories included.
    Instagram,
    /// Facebook.
    Facebook,
    /// Snapchat.
    Snapchat,
    /// X.
    X,
    /// Twitch.
    Twitch,
    /// Podcasts, heard or seen.
    Podcast,
    /// A web site of one's own.
    Website,
    /// Inside an application.
    App,
    /// Paid advertisements on social platforms.
    PaidSocialAds,
    /// Paid advertisements elsewhere online.
    OnlineAds,
    /// Television and radio.
    Broadcast,
}

impl Placement {
    /// Every placement, in the order in which lists show them.
    pub const ALL: [Placement; 14] = [
        Placement::Youtube,
        Placement::YoutubeShorts,
        Placement::Tiktok,
        Placement::Instagram,
        Placement::Facebook,
        Placement::Snapchat,
        Placement::X,
        Placement::Twitch,
        Placement::Podcast,
        Placement::Website,
        Placement::App,
        Placement::PaidSocialAds,
        Placement::OnlineAds,
        Placement::Broadcast,
    ];
}

/// What a video is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Private videos that earn nothing.
    Personal,
    /// A creator's own videos that earn money from the platform or sponsors.
    MonetisedCreator,
    /// Videos made for a paying client.
    ClientWork,
    /// A brand's own channels, without paying for reach.
    BrandOrganic,
    /// Advertisements that someone pays to have shown.
    PaidAd,
}

impl Purpose {
    /// Every purpose, in the order in which lists show them.
    pub const ALL: [Purpose; 5] = [
        Purpose::Personal,
        Purpose::MonetisedCreator,
        Purpose::ClientWork,
        Purpose::BrandOrganic,
        Purpose::PaidAd,
    ];
}

/// How many videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Videos {
    /// At most this many; the same video on several placements counts once.
    Count(u32),
    /// As many as are published in the window.
    Unlimited,
}

/// On whose channels videos are published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Whose channels they are.
    pub owner: ChannelOwner,
    /// The largest audience that a channel may have.
    pub audience: Audience,
}

/// Whose channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelOwner {
    /// The licensee's own safelist.
    Licensee,
    /// The channels of one named client.
    Client(Line),
}

/// The size of a channel: followers or subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Audience {
    /// At most 10,000.
    #[serde(rename = "up_to_10k")]
    UpTo10k,
    /// At most 100,000.
    #[serde(rename = "up_to_100k")]
    UpTo100k,
    /// At most 1,000,000.
    #[serde(rename = "up_to_1m")]
    UpTo1m,
    /// Any size.
    #[serde(rename = "any")]
    Any,
}

impl Audience {
    /// The bucket of a channel with this many followers.
    #[must_use]
    pub const fn of(followers: u64) -> Audience {
        match followers {
            0..=10_000 => Audience::UpTo10k,
            10_001..=100_000 => Audience::UpTo100k,
            100_001..=1_000_000 => Audience::UpTo1m,
            _ => Audience::Any,
        }
    }
}

/// Where in the world a video may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Territory {
    /// Everywhere.
    Worldwide,
    /// Only in these countries.
    Only(Countries),
    /// Everywhere but in these countries.
    Except(Countries),
}

/// When a video may be published: `from` included, `until` excluded; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishWindow {
    /// The first instant.
    #[serde(deserialize_with = "stated")]
    pub from: Option<Timestamp>,
    /// The first instant no longer in it.
    #[serde(deserialize_with = "stated")]
    pub until: Option<Timestamp>,
}

impl PublishWindow {
    /// Does it close before, or when, it opens, so that nothing lies in it?
    #[must_use]
    pub fn is_reversed(&self) -> bool {
        let both = self.from.zip(self.until);
        both.is_some_and(|(from, until)| from >= until)
    }

    /// Does this instant lie in the window?
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// An alteration that isn't always allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alteration {
    /// Changing pitch or tempo.
    PitchTempo,
    /// Remixing; needs stems.
    Remix,
}

/// Naming the composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credit {
    /// This text must stand with the video.
    Required(Line),
    /// Welcome, but not required.
    NotRequired,
}

/// A use that a licence can forbid by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForbiddenUse {
    /// Making the music available without the picture, or as the main value.
    StandaloneRedistribution,
    /// Registering the music, or the video's sound, with Content ID or the like.
    ContentIdRegistration,
    /// Training a model on the music.
    AiTraining,
}

/// The forbidden uses. As JSON it is their list; a list without the two that are always
/// forbidden is refused, so no licence can be written that allows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Set<ForbiddenUse>", into = "Set<ForbiddenUse>")]
pub struct Forbidden {
    /// Is AI training expressly allowed?
    pub ai_training: AiTraining,
}

/// Training models on the music.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AiTraining {
    /// The rule.
    Forbidden,
    /// Expressly allowed.
    Allowed,
}

impl Forbidden {
    /// Is this use forbidden?
    #[must_use]
    pub fn forbids(self, wanted: ForbiddenUse) -> bool {
        wanted != ForbiddenUse::AiTraining || self.ai_training == AiTraining::Forbidden
    }
}

/// A list of forbidden uses lacks what is always forbidden.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("standalone_redistribution and content_id_registration are always forbidden")]
pub struct AlwaysForbidden;

impl TryFrom<Set<ForbiddenUse>> for Forbidden {
    type Error = AlwaysForbidden;

    fn try_from(list: Set<ForbiddenUse>) -> Result<Forbidden, AlwaysForbidden> {
        let always = [
            ForbiddenUse::StandaloneRedistribution,
            ForbiddenUse::ContentIdRegistration,
        ];
        if !list.includes(always.into()) {
            return Err(AlwaysForbidden);
        }
        let ai_training = if list.contains(ForbiddenUse::AiTraining) {
            AiTraining::Forbidden
        } else {
            AiTraining::Allowed
        };
        Ok(Forbidden { ai_training })
    }
}

impl From<Forbidden> for Set<ForbiddenUse> {
    fn from(forbidden: Forbidden) -> Set<ForbiddenUse> {
        let all = Set::<ForbiddenUse>::all();
        all.iter().filter(|one| forbidden.forbids(*one)).collect()
    }
}

/// Exclusivity of the licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusivity {
    /// Others may buy the same.
    None,
    /// Nobody else can buy the track until this instant.
    Until(Timestamp),
}

impl Audience {
    /// Every bucket, the smallest first.
    pub const ALL: [Audience; 4] = [
        Audience::UpTo10k,
        Audience::UpTo100k,
        Audience::UpTo1m,
        Audience::Any,
    ];
}

impl Alteration {
    /// Every alteration, in the order in which lists show them.
    pub const ALL: [Alteration; 2] = [Alteration::PitchTempo, Alteration::Remix];
}

impl ForbiddenUse {
    /// Every use that can be forbidden, in the order in which lists show them.
    pub const ALL: [ForbiddenUse; 3] = [
        ForbiddenUse::StandaloneRedistribution,
        ForbiddenUse::ContentIdRegistration,
        ForbiddenUse::AiTraining,
    ];
}

macro_rules! members {
    ($($name:ident)+) => {$(
        impl Member for $name {
            const ALL: &'static [$name] = &$name::ALL;

            fn place(self) -> u32 {
                self as u32
            }
        }
    )+};
}

members! { Placement Purpose Alteration ForbiddenUse }

/// A member that may be `null` but not left out: left out it would read as the widest value.
pub(crate) fn stated<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
