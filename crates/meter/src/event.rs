//! Reported uses, borrowed from the body that they came in.
//!
//! What is read here is what `domain::UseReport` reads, with the same faults in the same words:
//! the quick way only ever says "good" or "look closer", and whatever it doesn't call good is read
//! again by the domain's own type. So bad events cost more than good ones, by a bounded factor.

mod batch;
mod fault;
mod shape;
mod time;

use std::borrow::Cow;

use domain::channel::CHANNEL_TEXT_MAX;
use domain::envelope::{Placement, Purpose};
use domain::report::{
    self, CLIP_MAX_MS, EARLIEST_MS, FieldError, LATEST_MS, URL_MAX, field_errors,
};
use domain::{Channel, Country, Timestamp, TrackId, UseReport};

use crate::id::{EventId, ID_MAX};

pub use batch::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, Bad, BatchError, CLOUD_EVENT_TYPE, Form, NESTING_MAX, Read,
    read_batch, read_one,
};

/// The fields of a `domain::UseReport`, borrowed where the JSON spells them plainly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The reporter's id of the event.
    pub id: Cow<'a, str>,
    /// The licence's code, as it was sent; none where a channel stands in its place.
    pub licence_code: Option<Cow<'a, str>>,
    /// In place of a code: the channel, as it was sent.
    pub channel: Option<Cow<'a, str>>,
    /// The track used.
    pub track: Option<TrackId>,
    /// Where the video was published.
    pub placement: Placement,
    /// What it is for.
    pub purpose: Purpose,
    /// Milliseconds of music in it.
    pub clip_ms: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// The country it was published for.
    pub territory: Option<Country>,
    /// The reporter's name for the video.
    pub video: Option<Cow<'a, str>>,
    /// Where it can be seen.
    pub url: Option<Cow<'a, str>>,
    /// How often it was seen.
    pub views: Option<u64>,
    /// The followers of the channel.
    pub followers: Option<u64>,
    /// Who reports.
    pub source: Cow<'a, str>,
}

impl<'a> Event<'a> {
    /// The form of its id.
    #[must_use]
    pub fn event_id(&self) -> EventId<'_> {
        EventId::read(&self.id)
    }

    /// What names its video: uses of one video on several placements count once.
    #[must_use]
    pub fn video_name(&self) -> &str {
        let named = self.video.as_ref().or(self.url.as_ref());
        named.unwrap_or(&self.id)
    }

    /// The channel that stands in place of a licence's code, in its one form; none where a code
    /// stands, too, or what stands there is no channel for its placement.
    #[must_use]
    pub fn named_channel(&self) -> Option<Channel> {
        let said = self
            .channel
            .as_ref()
            .filter(|_| self.licence_code.is_none())?;
        report::channel(said, self.placement).ok()
    }

    /// Every fault of the event itself, as `domain::report::field_errors` finds them. Allocates
    /// nothing where there is none.
    #[must_use]
    pub fn field_errors(&self, now: Timestamp) -> Vec<FieldError> {
        if self.is_sound(now) {
            return Vec::new();
        }
        field_errors(&self.to_report(), now)
    }

    /// The event as the domain's own type.
    #[must_use]
    pub fn to_report(&self) -> UseReport {
        let owned = |text: &Option<Cow<'a, str>>| text.as_deref().map(str::to_owned);
        UseReport {
            id: self.id.as_ref().to_owned(),
            licence_code: owned(&self.licence_code),
            channel: owned(&self.channel),
            track: self.track,
            placement: self.placement,
            purpose: self.purpose,
            clip_ms: self.clip_ms,
            published_at: self.published_at,
            territory: self.territory,
            video: owned(&self.video),
            url: owned(&self.url),
            views: self.views,
            followers: self.followers,
            source: self.source.as_ref().to_owned(),
        }
    }

    /// Surely without a fault? Says no rather than look closely.
    fn is_sound(&self, now: Timestamp) -> bool {
        let at = self.published_at;
        plain(&self.id, ID_MAX)
            && self.says_licence()
            && (1..=CLIP_MAX_MS).contains(&self.clip_ms)
            && at <= now.plus_ms(EARLIEST_MS)
            && at >= now.plus_ms(-LATEST_MS)
            && self.video.as_ref().is_none_or(|video| plain(video, 128))
            && self.url.as_ref().is_none_or(|url| plain_address(url))
            && plain(&self.source, 64)
    }
}

impl Event<'_> {
    fn says_licence(&self) -> bool {
        match (&self.licence_code, &self.channel) {
            (Some(code), None) => plain(code, 32),
            (None, Some(said)) => {
                plain(said, CHANNEL_TEXT_MAX)
                    && self.track.is_some()
                    && self.named_channel().is_some()
            }
            _ => false,
        }
    }
}

impl From<UseReport> for Event<'static> {
    fn from(report: UseReport) -> Event<'static> {
        Event {
            id: report.id.into(),
            licence_code: report.licence_code.map(Cow::Owned),
            channel: report.channel.map(Cow::Owned),
            track: report.track,
            placement: report.placement,
            purpose: report.purpose,
            clip_ms: report.clip_ms,
            published_at: report.published_at,
            territory: report.territory,
            video: report.video.map(Cow::Owned),
            url: report.url.map(Cow::Owned),
            views: report.views,
            followers: report.followers,
            source: report.source.into(),
        }
    }
}

fn plain(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && between(text, 0x20)
}

fn plain_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && url.len() <= URL_MAX
        && between(url, 0x21)
}

/// Is every byte printable ASCII from `least` on? Looks at all of them, eight or more at once.
fn between(text: &str, least: u8) -> bool {
    let span = 0x7f - least;
    let odd = |byte: u8| byte.wrapping_sub(least) >= span;
    !text.bytes().fold(false, |seen, byte| seen | odd(byte))
}
