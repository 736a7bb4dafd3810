//! The JSON object of an event as serde reads it, borrowing what it can.
//!
//! It has the members of `domain::UseReport` in the same order and with the same types, but for
//! three that may be left out here: those a CloudEvent says outside. Who needs them asks.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use domain::envelope::{Placement, Purpose};
use domain::{Country, Timestamp, TrackId};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::{Event, time};

/// A text, borrowed unless it was escaped. (`Cow` by itself is read as owned within an `Option`.)
#[derive(Clone, Debug)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// A value that is read from a text without keeping it.
struct ReadBy<T>(fn(&str) -> Option<T>, PhantomData<T>);

impl<T> Visitor<'_> for ReadBy<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::custom("look closer"))
    }
}

fn read_by<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(ReadBy(read, PhantomData))
}

struct Track(TrackId);

impl<'de> Deserialize<'de> for Track {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Track, D::Error> {
        read_by(deserializer, track).map(Track)
    }
}

struct Territory(Country);

impl<'de> Deserialize<'de> for Territory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Territory, D::Error> {
        read_by(deserializer, |text| text.parse().ok()).map(Territory)
    }
}

struct At(Timestamp);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<At, D::Error> {
        read_by(deserializer, instant).map(At)
    }
}

/// An instant in any spelling that the domain reads.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    time::read(text).or_else(|| text.parse().ok())
}

/// `trk_` and 26 symbols of lower-case Crockford base32, as `domain::id` reads them.
fn track(text: &str) -> Option<TrackId> {
    const NONE: u8 = 0x80;
    const VALUES: [u8; 256] = {
        let symbols = b"0123456789abcdefghjkmnpqrstvwxyz";
        let mut table = [NONE; 256];
        let mut value = 0_u8;
        while value < 32 {
            table[symbols[value as usize] as usize] = value;
            value += 1;
        }
        table
    };
    let digits: &[u8; 26] = text.strip_prefix("trk_")?.as_bytes().try_into().ok()?;
    let (mut value, mut seen) = (0_u128, 0_u8);
    for digit in digits {
        let five = VALUES[usize::from(*digit)];
        seen |= five;
        value = (value << 5) | u128::from(five & 31);
    }
    // 26 symbols are 130 bits: a first symbol above 7 would not fit into 128.
    let good = seen < 32 && digits[0] <= b'7';
    good.then(|| TrackId::from_bytes(value.to_be_bytes()))
}

/// Given, and so not null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text<'de>>, D::Error> {
    Text::deserialize(deserializer).map(Some)
}

fn given_at<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<At>, D::Error> {
    At::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape<'a> {
    #[serde(default, borrow, deserialize_with = "given")]
    id: Option<Text<'a>>,
    #[serde(default, borrow)]
    licence_code: Option<Text<'a>>,
    #[serde(default, borrow)]
    channel: Option<Text<'a>>,
    #[serde(default)]
    track: Option<Track>,
    placement: Placement,
    purpose: Purpose,
    clip_ms: i64,
    #[serde(default, deserialize_with = "given_at")]
    published_at: Option<At>,
    #[serde(default)]
    territory: Option<Territory>,
    #[serde(default, borrow)]
    video: Option<Text<'a>>,
    #[serde(default, borrow)]
    url: Option<Text<'a>>,
    #[serde(default)]
    views: Option<u64>,
    #[serde(default)]
    followers: Option<u64>,
    #[serde(default, borrow, deserialize_with = "given")]
    source: Option<Text<'a>>,
}

/// What a CloudEvent says about a use outside of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Outside<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) published_at: Option<Timestamp>,
    pub(super) source: Option<Cow<'a, str>>,
}

impl<'a> Shape<'a> {
    /// The event, with what it doesn't say taken from outside; `None` where it is said nowhere.
    pub(super) fn event(self, outside: Outside<'a>) -> Option<Event<'a>> {
        let text = |text: Text<'a>| text.0;
        if self.licence_code.is_none() && self.channel.is_none() {
            return None;
        }
        Some(Event {
            id: self.id.map(text).or(outside.id)?,
            licence_code: self.licence_code.map(text),
            channel: self.channel.map(text),
            track: self.track.map(|track| track.0),
            placement: self.placement,
            purpose: self.purpose,
            clip_ms: self.clip_ms,
            published_at: self.published_at.map(|at| at.0).or(outside.published_at)?,
            territory: self.territory.map(|territory| territory.0),
            video: self.video.map(text),
            url: self.url.map(text),
            views: self.views,
            followers: self.followers,
            source: self
                .source
                .map(text)
                .or(outside.source)
                .unwrap_or(Cow::Borrowed("api")),
        })
    }
}
