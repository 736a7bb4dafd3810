//! The rights envelope: what a licence allows, as data, closed and small.
//!
//! One value has four views: the plain page ([`crate::plain`](mod@crate::plain)), its JSON, the
//! document and the signed claim. At sale it is frozen: the canonical form of its JSON is hashed
//! and the hash stands in the key, so the JSON of version 1 never changes; a new axis or a new
//! word is a new version. Nothing nonsensical can be read: what is read has been checked, axis by
//! axis, and what a later version wrote is refused by name. [`Envelope::from_json`] tells which.

use licence_key::canonical;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use thiserror::Error;

use crate::asset::AssetKind;
use crate::set::Set;

pub use crate::axes::{
    AiTraining, Alteration, AlwaysForbidden, Audience, ChannelOwner, Channels, Credit, Exclusivity,
    Forbidden, ForbiddenUse, Placement, PublishWindow, Purpose, Rights, Territory, Videos,
};
pub use crate::axis::Axis;

/// What a licence allows, axis by axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Envelope {
    /// The version of this form: 1.
    pub version: Version,
    /// What of the track is licensed.
    pub asset: AssetKind,
    /// Which rights are granted together.
    pub rights: Rights,
    /// Where a video may be published.
    pub placements: Set<Placement>,
    /// What a video may be for.
    pub purposes: Set<Purpose>,
    /// How many videos.
    pub videos: Videos,
    /// The most milliseconds of music in one video; `None` is the whole asset.
    #[serde(deserialize_with = "crate::axes::stated")]
    pub clip_ms: Option<u32>,
    /// On whose channels, and how large.
    pub channels: Channels,
    /// Where in the world.
    pub territory: Territory,
    /// When a video may be published. What is published in the window stays covered for ever.
    pub publish_window: PublishWindow,
    /// Alterations beyond trimming, fading, looping and ducking, which are always allowed.
    pub alterations: Set<Alteration>,
    /// Whether the composer must be named.
    pub credit: Credit,
    /// What is forbidden in every licence, and whether AI training is too.
    pub forbidden: Forbidden,
    /// Whether nobody else may buy the track.
    pub exclusivity: Exclusivity,
}

/// The JSON members of an envelope of version 1, every one of them required.
pub const MEMBERS: [&str; 14] = [
    "version",
    "asset",
    "rights",
    "placements",
    "purposes",
    "videos",
    "clip_ms",
    "channels",
    "territory",
    "publish_window",
    "alterations",
    "credit",
    "forbidden",
    "exclusivity",
];

/// The JSON Schema (2020-12) of version 1.
pub const SCHEMA: &str = include_str!("../schemas/envelope.json");

/// The version of the envelope's form; only 1 exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Version;

/// A text or a value is no envelope that this program can judge by.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Not JSON, or not an object.
    #[error("an envelope is a JSON object: {0}")]
    Form(String),
    /// Written by a later program: the version itself.
    #[error(
        "this envelope is of version {0} and this program reads version 1: update Clearcue to judge by it"
    )]
    Version(String),
    /// Written by a later program: an axis or a word that version 1 doesn't have.
    #[error(
        "this program doesn't know `{value}` of the envelope's {axis}: a later version wrote it; update Clearcue to judge by it"
    )]
    Newer {
        /// The JSON member, such as `placements`.
        axis: String,
        /// The word that isn't known.
        value: String,
    },
    /// A member is missing.
    #[error("the envelope doesn't state its {0}")]
    Missing(&'static str),
    /// A value makes no sense.
    #[error("the envelope's {axis} can't be {value}: {why}")]
    Nonsense {
        /// The JSON member, such as `videos`.
        axis: &'static str,
        /// The value, as JSON.
        value: String,
        /// What is wrong with it.
        why: String,
    },
}

impl EnvelopeError {
    /// Did a later version of the program write it, so that an update would help?
    #[must_use]
    pub const fn is_newer(&self) -> bool {
        matches!(
            self,
            EnvelopeError::Version(_) | EnvelopeError::Newer { .. }
        )
    }
}

/// The canonical form of an envelope and its hash: what a key carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The JSON after RFC 8785.
    pub json: String,
    /// Its SHA-256, 64 lower-case hex digits.
    pub sha256: String,
}

impl Envelope {
    /// Reads an envelope from JSON, whoever wrote it.
    ///
    /// # Errors
    /// [`EnvelopeError`], naming the first axis that is missing, unknown or nonsensical and its
    /// value.
    pub fn from_json(text: &str) -> Result<Envelope, EnvelopeError> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| EnvelopeError::Form(error.to_string()))?;
        Envelope::from_value(&value)
    }

    /// As [`Envelope::from_json`], from JSON that was read already.
    ///
    /// # Errors
    /// As there.
    pub fn from_value(value: &Value) -> Result<Envelope, EnvelopeError> {
        match Envelope::deserialize(value) {
            Ok(envelope) => envelope.check().map(|()| envelope),
            Err(error) => Err(diagnose(value, &error)),
        }
    }

    /// The canonical JSON (RFC 8785) and its SHA-256.
    #[must_use]
    pub fn canonical(&self) -> Canonical {
        let value = serde_json::to_value(self).expect("an envelope's keys are strings");
        let json =
            canonical::to_string(&value).expect("an envelope has small integers, nested 3 deep");
        let sha256 = canonical::sha256_hex(json.as_bytes());
        Canonical { json, sha256 }
    }

    /// Does every axis say something sensible? What was read has passed; what a program put
    /// together should, before it is sold.
    ///
    /// # Errors
    /// [`EnvelopeError::Nonsense`] for the first axis that doesn't.
    pub fn check(&self) -> Result<(), EnvelopeError> {
        let countries = match &self.territory {
            Territory::Worldwide => None,
            Territory::Only(list) | Territory::Except(list) => Some(list),
        };
        let faults = [
            (
                self.placements.is_empty(),
                Axis::Placements,
                "name at least one",
            ),
            (
                self.purposes.is_empty(),
                Axis::Purposes,
                "name at least one",
            ),
            (
                self.videos == Videos::Count(0),
                Axis::Videos,
                "a licence is for one video at least",
            ),
            (
                self.clip_ms == Some(0),
                Axis::Clip,
                "a clip has one millisecond at least",
            ),
            (
                countries.is_some_and(|list| list.is_empty()),
                Axis::Territory,
                "name at least one country, or say worldwide",
            ),
            (
                self.publish_window.is_reversed(),
                Axis::PublishWindow,
                "it must open before it closes",
            ),
        ];
        match faults.iter().find(|(wrong, ..)| *wrong) {
            None => Ok(()),
            Some((_, axis, why)) => Err(self.nonsense(*axis, why)),
        }
    }

    fn nonsense(&self, axis: Axis, why: &str) -> EnvelopeError {
        let json = serde_json::to_value(self).expect("an envelope's keys are strings");
        EnvelopeError::Nonsense {
            axis: axis.member(),
            value: shown(&json[axis.member()]),
            why: why.to_owned(),
        }
    }
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Envelope::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Envelope, D::Error> {
        let envelope = Envelope::deserialize(deserializer)?;
        envelope.check().map_err(D::Error::custom)?;
        Ok(envelope)
    }
}

impl TryFrom<u32> for Version {
    type Error = EnvelopeError;

    fn try_from(version: u32) -> Result<Version, EnvelopeError> {
        if version == 1 {
            Ok(Version)
        } else {
            Err(EnvelopeError::Version(version.to_string()))
        }
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> u32 {
        1
    }
}

/// Finds the axis that made `value` unreadable.
fn diagnose(value: &Value, error: &serde_json::Error) -> EnvelopeError {
    let Some(object) = value.as_object() else {
        return EnvelopeError::Form(error.to_string());
    };
    match object.get("version") {
        None => return EnvelopeError::Missing("version"),
        Some(version) if *version != 1 => return EnvelopeError::Version(shown(version)),
        Some(_) => {}
    }
    if let Some(name) = object.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return EnvelopeError::Newer {
            axis: "axes".to_owned(),
            value: shortened(name),
        };
    }
    for member in MEMBERS {
        let Some(axis) = object.get(member) else {
            return EnvelopeError::Missing(member);
        };
        if let Err(error) = read_axis(member, axis) {
            return unreadable(member, axis, &error.to_string());
        }
    }
    EnvelopeError::Form(error.to_string())
}

fn read_axis(member: &str, axis: &Value) -> Result<(), serde_json::Error> {
    fn read<'a, T: Deserialize<'a>>(axis: &'a Value) -> Result<(), serde_json::Error> {
        T::deserialize(axis).map(|_| ())
    }
    match member {
        "asset" => read::<AssetKind>(axis),
        "rights" => read::<Rights>(axis),
        "placements" => read::<Set<Placement>>(axis),
        "purposes" => read::<Set<Purpose>>(axis),
        "videos" => read::<Videos>(axis),
        "clip_ms" => read::<Option<u32>>(axis),
        "channels" => read::<Channels>(axis),
        "territory" => read::<Territory>(axis),
        "publish_window" => read::<PublishWindow>(axis),
        "alterations" => read::<Set<Alteration>>(axis),
        "credit" => read::<Credit>(axis),
        "forbidden" => read::<Forbidden>(axis),
        "exclusivity" => read::<Exclusivity>(axis),
        _ => Ok(()),
    }
}

/// An unknown word of a closed list is a later version's; everything else is nonsense. serde
/// names the word in its message, which is the only place where it stands.
fn unreadable(member: &'static str, axis: &Value, message: &str) -> EnvelopeError {
    let unknown = ["unknown variant `", "unknown field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next());
    match unknown {
        Some(word) => EnvelopeError::Newer {
            axis: member.to_owned(),
            value: shortened(word),
        },
        None => EnvelopeError::Nonsense {
            axis: member,
            value: shown(axis),
            why: message.to_owned(),
        },
    }
}

/// A value as it may stand in an error: its JSON, without what hides text, not too long.
fn shown(value: &Value) -> String {
    shortened(&value.to_string())
}

fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let visible = text.chars().filter(|c| !crate::line::is_control(*c));
    let mut short: String = visible.take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}
