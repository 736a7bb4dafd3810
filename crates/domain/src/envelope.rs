//! The rights envelope: what a licence allows, as data, closed and small.
//!
//! One value has four views: the plain page ([`crate::plain`](mod@crate::plain)), its JSON, the
//! document and the signed claim. At sale it is frozen: the canonical form of its JSON is hashed
//! and the hash stands in the key, so the JSON of version 1 never changes; a new axis is a new
//! version. Canonicalising and hashing are the caller's: this module only promises an object
//! with integers, strings, booleans, lists and nulls.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::asset::AssetKind;
use crate::country::Country;
use crate::time::Timestamp;

/// What a licence allows, axis by axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The version of this form: 1.
    pub version: Version,
    /// What of the track is licensed.
    pub asset: AssetKind,
    /// Which rights are granted together.
    pub rights: Rights,
    /// Where a video may be published.
    pub placements: BTreeSet<Placement>,
    /// What a video may be for.
    pub purposes: BTreeSet<Purpose>,
    /// How many videos.
    pub videos: Videos,
    /// The most milliseconds of music in one video; `None` is the whole asset.
    pub clip_ms: Option<u32>,
    /// On whose channels, and how large.
    pub channels: Channels,
    /// Where in the world.
    pub territory: Territory,
    /// When a video may be published. What is published in the window stays covered for ever.
    pub publish_window: PublishWindow,
    /// Alterations beyond trimming, fading, looping and ducking, which are always allowed.
    pub alterations: BTreeSet<Alteration>,
    /// Whether the composer must be named.
    pub credit: Credit,
    /// What is forbidden in every licence, and whether AI training is too.
    pub forbidden: Forbidden,
    /// Whether nobody else may buy the track.
    pub exclusivity: Exclusivity,
}

/// The version of the envelope's form; only 1 exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Version;

/// An envelope's parts contradict its form.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Written by a later program.
    #[error("this envelope is of version {0}; this program reads version 1")]
    Version(u32),
    /// The list of forbidden uses lacks what is always forbidden.
    #[error("standalone_redistribution and content_id_registration are always forbidden")]
    AlwaysForbidden,
}

impl TryFrom<u32> for Version {
    type Error = EnvelopeError;

    fn try_from(version: u32) -> Result<Version, EnvelopeError> {
        if version == 1 {
            Ok(Version)
        } else {
            Err(EnvelopeError::Version(version))
        }
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> u32 {
        1
    }
}

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
    Client(String),
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
    Only(BTreeSet<Country>),
    /// Everywhere but in these countries.
    Except(BTreeSet<Country>),
}

/// When a video may be published: `from` included, `until` excluded; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishWindow {
    /// The first instant.
    pub from: Option<Timestamp>,
    /// The first instant no longer in it.
    pub until: Option<Timestamp>,
}

impl PublishWindow {
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
    Required(String),
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
#[serde(try_from = "BTreeSet<ForbiddenUse>", into = "BTreeSet<ForbiddenUse>")]
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

impl TryFrom<BTreeSet<ForbiddenUse>> for Forbidden {
    type Error = EnvelopeError;

    fn try_from(list: BTreeSet<ForbiddenUse>) -> Result<Forbidden, EnvelopeError> {
        let always = [
            ForbiddenUse::StandaloneRedistribution,
            ForbiddenUse::ContentIdRegistration,
        ];
        if !always.iter().all(|one| list.contains(one)) {
            return Err(EnvelopeError::AlwaysForbidden);
        }
        let forbidden = list.contains(&ForbiddenUse::AiTraining);
        let ai_training = if forbidden {
            AiTraining::Forbidden
        } else {
            AiTraining::Allowed
        };
        Ok(Forbidden { ai_training })
    }
}

impl From<Forbidden> for BTreeSet<ForbiddenUse> {
    fn from(forbidden: Forbidden) -> BTreeSet<ForbiddenUse> {
        let all = [
            ForbiddenUse::StandaloneRedistribution,
            ForbiddenUse::ContentIdRegistration,
            ForbiddenUse::AiTraining,
        ];
        all.into_iter()
            .filter(|one| forbidden.forbids(*one))
            .collect()
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
