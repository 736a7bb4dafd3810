//! The report of a use, and the faults a report can have of its own.
//!
//! [`field_errors`] finds all of them at once, so that a reporter mends a batch in one go. What a
//! report means for a licence is decided in [`crate::usage`].

use serde::{Deserialize, Serialize};

use crate::channel::{CHANNEL_TEXT_MAX, Channel, Platform};
use crate::check::WrongPlacement;
use crate::country::Country;
use crate::envelope::{Placement, Purpose};
use crate::id::TrackId;
use crate::time::{DAY_MS, MINUTE_MS, Timestamp};

/// The longest clip that can be reported, in ms: five minutes.
pub const CLIP_MAX_MS: i64 = 300_000;
/// How late a publication may be reported, in ms.
pub const LATEST_MS: i64 = 35 * DAY_MS;
/// How far a reporter's clock may run ahead, in ms.
pub const EARLIEST_MS: i64 = 10 * MINUTE_MS;
/// The longest address of a video, in bytes.
pub const URL_MAX: usize = 2_048;

/// A report of one use. Its `id` is the reporter's; sending it again is safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseReport {
    /// The event's id: a `UUIDv7` or `reporter:sequence`, 1 to 64 printable ASCII characters.
    pub id: String,
    /// The licence's code, as printed or spoken; none where a channel stands in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_code: Option<String>,
    /// In place of a code: the channel, as [`channel`] reads it, whose safelists say which licence
    /// it falls under. Left out of the JSON otherwise, so that older reports are written as ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The track used; needed beside a channel, and under a bundle, which holds for any.
    #[serde(default)]
    pub track: Option<TrackId>,
    /// Where the video was published.
    pub placement: Placement,
    /// What it is for.
    pub purpose: Purpose,
    /// Milliseconds of music in it.
    pub clip_ms: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// The country it was published for; worldwide when left out.
    #[serde(default)]
    pub territory: Option<Country>,
    /// The reporter's name for the video; the same video on several placements counts once.
    #[serde(default)]
    pub video: Option<String>,
    /// Where it can be seen.
    #[serde(default)]
    pub url: Option<String>,
    /// How often it was seen, if known.
    #[serde(default)]
    pub views: Option<u64>,
    /// The followers of the channel, if known.
    #[serde(default)]
    pub followers: Option<u64>,
    /// Who reports: the tool's name, or `api` where none is given.
    #[serde(default = "default_source")]
    pub source: String,
}

fn default_source() -> String {
    "api".to_owned()
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// Empty where something is needed.
    Empty,
    /// Longer than allowed.
    TooLong,
    /// Holds characters that aren't allowed.
    BadCharacter,
    /// Below the least value.
    TooSmall,
    /// Above the greatest value.
    TooLarge,
    /// Later than now, beyond what a clock may run ahead.
    InTheFuture,
    /// Reported too late.
    TooLate,
    /// Not an http or https address.
    NotAnAddress,
    /// Missing, unknown, or not of the kind the field wants.
    Malformed,
}

/// A fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name, as in JSON.
    pub field: String,
    /// Stable, for programs.
    pub code: FieldCode,
    /// What is wrong, for people.
    pub sentence: String,
}

/// Every fault of the report itself, in the order of its fields.
#[must_use]
pub fn field_errors(report: &UseReport, now: Timestamp) -> Vec<FieldError> {
    let mut errors = Vec::new();
    text("id", &report.id, 64, &mut errors);
    licence(report, &mut errors);
    clip(report.clip_ms, &mut errors);
    published(report.published_at, now, &mut errors);
    if let Some(video) = &report.video {
        text("video", video, 128, &mut errors);
    }
    if let Some(url) = &report.url {
        address(url, &mut errors);
    }
    text("source", &report.source, 64, &mut errors);
    errors
}

/// How many levels the address of a channel may have: each is looked up.
const LEVELS_MAX: usize = 20;

/// The channel that a report names, in its one form: an address, or `@name` where the placement
/// says which platform is meant.
///
/// # Errors
/// The field at fault: the channel, or the placement where nothing is published so on such a one.
pub fn channel(text: &str, placement: Placement) -> Result<Channel, FieldError> {
    let fault = |field: &str, sentence: String| FieldError {
        field: field.to_owned(),
        code: FieldCode::Malformed,
        sentence,
    };
    let carries = |platform: &Platform| platform.placements().contains(&placement);
    let bare = text.trim_start().starts_with('@');
    // Addresses of feeds and of sites look alike, so the placement tells which is meant; others speak
    // for themselves.
    let told = |one: &Platform| bare || matches!(one, Platform::Podcast | Platform::Website);
    let platform = Platform::ALL.into_iter().find(carries).filter(told);
    let channel = Channel::parse(text, platform)
        .map_err(|error| fault("channel", format!("channel: {error}")))?;
    if channel.holders().len() > LEVELS_MAX {
        let sentence = format!("channel: an address has at most {LEVELS_MAX} levels");
        return Err(fault("channel", sentence));
    }
    if channel.platform().may_carry(placement) {
        return Ok(channel);
    }
    let wrong = WrongPlacement { channel, placement };
    Err(fault("placement", format!("placement: {wrong}")))
}

/// The fault of a report that names neither a licence nor a channel.
#[must_use]
pub fn no_licence() -> FieldError {
    FieldError {
        field: "licence_code".to_owned(),
        code: FieldCode::Malformed,
        sentence: "licence_code is missing: name it, or a track and a channel in its place".into(),
    }
}

/// What says which licence it falls under: a code, or a track and a channel.
fn licence(report: &UseReport, errors: &mut Vec<FieldError>) {
    let wrong = |field: &str, sentence: &str| FieldError {
        field: field.to_owned(),
        code: FieldCode::Malformed,
        sentence: sentence.to_owned(),
    };
    match (&report.licence_code, &report.channel) {
        (None, None) => errors.push(no_licence()),
        (None, Some(said)) => {
            if report.track.is_none() {
                errors.push(wrong(
                    "track",
                    "track is missing: a channel alone names no licence",
                ));
            }
            let before = errors.len();
            text("channel", said, CHANNEL_TEXT_MAX, errors);
            if errors.len() == before {
                errors.extend(channel(said, report.placement).err());
            }
        }
        (Some(code), said) => {
            if said.is_some() {
                let sentence = "channel stands in the place of licence_code: leave one of them out";
                errors.push(wrong("channel", sentence));
            }
            text("licence_code", code, 32, errors);
        }
    }
}

fn push(errors: &mut Vec<FieldError>, field: &str, code: FieldCode, sentence: String) {
    errors.push(FieldError {
        field: field.to_owned(),
        code,
        sentence,
    });
}

fn text(field: &str, value: &str, most: usize, errors: &mut Vec<FieldError>) {
    if value.is_empty() {
        push(
            errors,
            field,
            FieldCode::Empty,
            format!("{field} must not be empty"),
        );
    } else if value.len() > most {
        let sentence = format!("{field} has at most {most} characters");
        push(errors, field, FieldCode::TooLong, sentence);
    }
    if !value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        let sentence = format!("{field} holds printable ASCII characters only");
        push(errors, field, FieldCode::BadCharacter, sentence);
    }
}

fn clip(clip_ms: i64, errors: &mut Vec<FieldError>) {
    if clip_ms < 1 {
        let sentence = "clip_ms must be at least 1 millisecond".to_owned();
        push(errors, "clip_ms", FieldCode::TooSmall, sentence);
    } else if clip_ms > CLIP_MAX_MS {
        let sentence = format!("clip_ms must be at most {CLIP_MAX_MS} milliseconds");
        push(errors, "clip_ms", FieldCode::TooLarge, sentence);
    }
}

fn published(at: Timestamp, now: Timestamp, errors: &mut Vec<FieldError>) {
    if at > now.plus_ms(EARLIEST_MS) {
        let sentence = "published_at lies in the future: check the reporter's clock".to_owned();
        push(errors, "published_at", FieldCode::InTheFuture, sentence);
    } else if at < now.plus_ms(-LATEST_MS) {
        let sentence = "published_at lies more than 35 days back: too late to count".to_owned();
        push(errors, "published_at", FieldCode::TooLate, sentence);
    }
}

/// Only the form is checked: nothing ever fetches an address that somebody else gave.
fn address(url: &str, errors: &mut Vec<FieldError>) {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
        let sentence = "url must be a full http or https address".to_owned();
        push(errors, "url", FieldCode::NotAnAddress, sentence);
    }
    if url.len() > URL_MAX {
        let sentence = format!("url has at most {URL_MAX} characters");
        push(errors, "url", FieldCode::TooLong, sentence);
    }
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        let sentence = "url holds no blanks or control characters".to_owned();
        push(errors, "url", FieldCode::BadCharacter, sentence);
    }
}
