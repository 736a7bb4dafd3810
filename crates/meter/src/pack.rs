//! The blob of one commit: everything that was accepted together, packed, so that it can be read
//! in ten years: with the licences of its store, whose numbers it names, and the numbers of their bundles
//! and cycles.
//!
//! # The form, version 2
//!
//! Integers of fixed width are little-endian; *number*, *signed* and *text* are as follows. A
//! number is seven bits a byte, lowest first, the top bit set on all bytes but the last, as short
//! as can be. A signed number *n* is the number 2*n*, or −2*n* − 1 where *n* < 0. A text is its
//! length in bytes as a number, then UTF-8.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `CCUB` |
//! | 1 | the version: 2 |
//! | 8 | the number of the commit, from 1 |
//! | 8 | when it was accepted, ms since 1970 (signed, two's complement) |
//! | 8, 8 | the first and the last time of publication in it, likewise; 0 in an empty one |
//! | 4 | how many events |
//! | number, then texts | the dictionary of texts |
//! | number, then as said | the dictionary of licences: for each a number, one more than the store's number for it (`licences.status_index`), or 0 and 9 bytes with the 70-bit value of its code |
//! | number, then 16 each | the dictionary of tracks, by their ids |
//! | number, then 3 each | the dictionary of shapes, see below |
//! | 4 each | where each group of 64 events begins in the body |
//! | number, then as many | the body: the events, one after the other |
//! | 4 | CRC-32 (ISO-HDLC) of all that stands before |
//!
//! An event refers to the one before it in its group of 64; the first of a group refers to
//! zeros, an empty address, and no reporter or source. It is:
//!
//! | bytes | what |
//! |---|---|
//! | number | the shape's place in its dictionary: of its three bytes, the first's bits 0–3 are the placement, 4–6 the purpose, by their places in the lists of the envelope; the other two are flags, see [`flags`] |
//! | number | the reporter's text, unless it is the one before's |
//! | number | the source's text, unless it is the one before's |
//! | the id | a UUID: signed difference of its 48-bit time to that of the UUID before, and its last 10 bytes; a sequence: number of the stream's text, signed difference (modulo 2⁶⁴) to the number before; else a text |
//! | signed | the licence's place in its dictionary, after the one behind that of the last event which named one so (the first place, in a group's first); where its code is spelled unusually, the place of that text, as a number |
//! | number | where a channel was named in place of a code: that text's place; the licence before it is then the one which the use fell under |
//! | number | the track's place, where one was reported |
//! | number | the clip's ms |
//! | signed | ms of publication after that of the event before |
//! | number | the place of the territory's letters among the texts, where one was reported |
//! | text | the video, where one was reported |
//! | number, text | the address, where one was reported: how many bytes it shares with the last one, and the rest |
//! | number | the views, where they were reported |
//! | number | the followers, where they were reported |
//! | the outcome | drawn: unless it is one part of the bundle with place 0 that bills just the clip's whole seconds, the number of parts and for each the bundle's place in the licence's purse, the ms and the micro-units; where it is, only the micro-units. Pooled: the cycle's place among the subscription's and the micro-units, both numbers |
//!
//! The reader refuses what goes beyond a dictionary or the body, numbers and ids of a second spelling,
//! and flags without a meaning.
//!
//! # Version 1
//!
//! Is read, and not written any more. The dictionary of licences has just the 9 bytes of their codes,
//! there is none of shapes, an event begins with the three bytes of its shape, and its territory is
//! two letters; a licence's place is a number by itself. (Channels came later than the rest: a program from before them refuses a blob of
//! version 1 with one, and reads all others.)

mod dictionary;
mod events;
mod read;
mod write;

use std::borrow::Cow;

use domain::envelope::{Placement, Purpose};
use domain::{Country, Timestamp, TrackId};
use licence_key::Code;
use thiserror::Error;

use crate::code::{self, Spelling};
use crate::event::Event;
use crate::id::EventId;

pub use events::{Events, Places};
pub use read::{Blob, Named};
pub use write::Packer;

/// The version of the form that is written.
pub const VERSION: u8 = 2;
/// The first one that is read.
const FIRST: u8 = 1;
/// Events from one point of entry to the next.
pub const GROUP: usize = 64;
/// The most events of a blob: what a place in the window can name.
pub const EVENTS_MAX: u32 = crate::window::INDEX_MAX + 1;
/// The most parts that a use is drawn in.
pub const PARTS_MAX: usize = 1_000;

const MAGIC: [u8; 4] = *b"CCUB";

/// The bits of an event's flags.
pub mod flags {
    /// The id's form, two bits: 0 a UUID, 1 a sequence, 2 a text.
    pub const ID: u16 = 0b11;
    /// The code's spelling, two bits: 0 grouped, 1 plain, 2 a text, 3 not said, but a channel.
    pub const CODE: u16 = 0b11 << 2;
    /// A track was reported.
    pub const TRACK: u16 = 1 << 4;
    /// A territory was reported.
    pub const TERRITORY: u16 = 1 << 5;
    /// A video was named.
    pub const VIDEO: u16 = 1 << 6;
    /// An address was reported.
    pub const URL: u16 = 1 << 7;
    /// Views were reported.
    pub const VIEWS: u16 = 1 << 8;
    /// Followers were reported.
    pub const FOLLOWERS: u16 = 1 << 9;
    /// The reporter is that of the event before.
    pub const SAME_REPORTER: u16 = 1 << 10;
    /// The source is that of the event before.
    pub const SAME_SOURCE: u16 = 1 << 11;
    /// The outcome, two bits: 0 free, 1 drawn, 2 pooled, 3 uncovered.
    pub const OUTCOME: u16 = 0b11 << 12;
    /// Drawn in one part from the purse's bundle with place 0, of just the clip's whole seconds.
    pub const USUAL_DRAW: u16 = 1 << 14;
}

/// What a use took from one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bundle, by its place in the licence's purse in the order they were bought.
    pub nth: u32,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What it earned, in micro-units.
    pub earns: i64,
}

/// What became of an event that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts and was paid at the sale.
    Free,
    /// It counts and drew clip time.
    Drawn(Vec<Part>),
    /// It counts and a subscription's pool paid.
    Pooled {
        /// The cycle, by its place among the subscription's.
        cycle: u32,
        /// The guaranteed amount, in micro-units.
        micros: i64,
    },
    /// No licence covered it: kept, so that one can be offered, and worth nothing.
    Uncovered,
}

impl Outcome {
    /// The clip time billed, in ms.
    #[must_use]
    pub fn billed_ms(&self) -> i64 {
        match self {
            Outcome::Drawn(parts) => total(parts, |part| part.billed_ms),
            _ => 0,
        }
    }

    /// What was earned, in micro-units.
    #[must_use]
    pub fn earned(&self) -> i64 {
        match self {
            Outcome::Drawn(parts) => total(parts, |part| part.earns),
            Outcome::Pooled { micros, .. } => *micros,
            Outcome::Free | Outcome::Uncovered => 0,
        }
    }
}

fn total(parts: &[Part], of: impl Fn(&Part) -> i64) -> i64 {
    parts
        .iter()
        .fold(0, |sum, part| sum.saturating_add(of(part)))
}

/// The licence that an event falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Under {
    /// Its code.
    pub code: Code,
    /// The store's number for it, if it has one: two or three bytes of a blob in place of nine.
    pub number: Option<u32>,
}

/// A licence code as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeText<'a> {
    /// In one of the spellings that we print.
    Printed(Code, Spelling),
    /// In any other.
    Text(&'a str),
    /// Not at all: a channel was named, and this is the code of the licence that the use fell
    /// under.
    Channel(Code, &'a str),
}

impl<'a> CodeText<'a> {
    /// The form of a code's text.
    #[must_use]
    pub fn read(text: &'a str) -> CodeText<'a> {
        code::read_printed(text).map_or(CodeText::Text(text), |(code, spelling)| {
            CodeText::Printed(code, spelling)
        })
    }

    /// The code itself, where the text is one.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            CodeText::Printed(code, _) | CodeText::Channel(code, _) => Some(*code),
            CodeText::Text(text) => code::read(text),
        }
    }

    /// What was said of the licence: its code's text and the channel's.
    fn said(&self) -> (Option<Cow<'a, str>>, Option<Cow<'a, str>>) {
        match self {
            CodeText::Printed(code, spelling) => {
                (Some(Cow::Owned(code::write(*code, *spelling))), None)
            }
            CodeText::Text(text) => (Some(Cow::Borrowed(text)), None),
            CodeText::Channel(_, channel) => (None, Some(Cow::Borrowed(channel))),
        }
    }
}

/// An event as it lies in a blob, with its reporter and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<'a> {
    /// The name of the key that it was reported with.
    pub reporter: &'a str,
    /// Its id.
    pub id: EventId<'a>,
    /// The licence's code, and how it was said.
    pub code: CodeText<'a>,
    /// The track reported.
    pub track: Option<TrackId>,
    /// Where it was published.
    pub placement: Placement,
    /// What for.
    pub purpose: Purpose,
    /// Milliseconds of music in it.
    pub clip_ms: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// The country it was published for.
    pub territory: Option<Country>,
    /// The video's name.
    pub video: Option<&'a str>,
    /// Where it can be seen.
    pub url: Option<Cow<'a, str>>,
    /// How often it was seen.
    pub views: Option<u64>,
    /// The channel's followers.
    pub followers: Option<u64>,
    /// The tool that reported.
    pub source: &'a str,
    /// What became of it.
    pub outcome: Outcome,
}

impl<'a> Stored<'a> {
    /// The event, with its id, as a blob will give it back that it is put into, under the licence with
    /// this code.
    #[must_use]
    pub fn of(
        reporter: &'a str,
        (event, id): (&'a Event<'_>, EventId<'a>),
        code: Code,
        outcome: Outcome,
    ) -> Stored<'a> {
        let said = event.licence_code.as_deref().map(CodeText::read);
        let channel = event.channel.as_deref().unwrap_or_default();
        let code = said.unwrap_or(CodeText::Channel(code, channel));
        Stored::of_read(reporter, (event, id, code), outcome)
    }

    /// The same where what its code says was read before.
    #[must_use]
    pub fn of_read(
        reporter: &'a str,
        (event, id, code): (&'a Event<'_>, EventId<'a>, CodeText<'a>),
        outcome: Outcome,
    ) -> Stored<'a> {
        Stored {
            reporter,
            id,
            code,
            track: event.track,
            placement: event.placement,
            purpose: event.purpose,
            clip_ms: event.clip_ms,
            published_at: event.published_at,
            territory: event.territory,
            video: event.video.as_deref(),
            url: event.url.as_deref().map(Cow::Borrowed),
            views: event.views,
            followers: event.followers,
            source: &event.source,
            outcome,
        }
    }

    /// The event as it was sent. It is equal to one sent again exactly where the reports are: then
    /// the answer is again [`Stored::outcome`], in the currency of the licence with
    /// [`Stored::code`] (`Book::licence_of_code`).
    #[must_use]
    pub fn event(&self) -> Event<'a> {
        let (licence_code, channel) = self.code.said();
        Event {
            id: self.id.write().into(),
            licence_code,
            channel,
            track: self.track,
            placement: self.placement,
            purpose: self.purpose,
            clip_ms: self.clip_ms,
            published_at: self.published_at,
            territory: self.territory,
            video: self.video.map(Cow::Borrowed),
            url: self.url.clone(),
            views: self.views,
            followers: self.followers,
            source: Cow::Borrowed(self.source),
        }
    }

    /// What names its video, as `Event::video_name`.
    #[must_use]
    pub fn video_name(&self) -> Cow<'_, str> {
        match (self.video, &self.url) {
            (Some(video), _) => Cow::Borrowed(video),
            (None, Some(url)) => Cow::Borrowed(url),
            (None, None) => Cow::Owned(self.id.write()),
        }
    }
}

/// An event or a commit can't be packed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PackError {
    /// A figure that is never negative is.
    #[error("the event's {0} is negative")]
    Negative(&'static str),
    /// It names a licence and a channel, or neither, or a channel whose licence isn't said.
    #[error("the event doesn't name one licence or channel")]
    Licence,
    /// More than a blob or an event may hold.
    #[error("too many {0} for one blob")]
    TooMany(&'static str),
}

/// Bytes are no blob, or no longer the one that was written.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BlobError {
    /// They don't begin as a blob does.
    #[error("these bytes are no blob of uses")]
    NoBlob,
    /// Written by a later program.
    #[error("the blob is of version {0} and this program reads version {VERSION}")]
    Version(u8),
    /// An event names its licence by a number, and its code wasn't told.
    #[error("the blob names licence number {0}, and it isn't known which that is")]
    Licence(u32),
    /// The checksum doesn't fit: bytes were changed or lost.
    #[error("the blob is damaged: its checksum doesn't fit")]
    Checksum,
    /// The dictionaries or the body aren't as the writer writes them.
    #[error("the blob isn't written as the form says")]
    Form,
    /// An event isn't.
    #[error("event {0} of the blob isn't written as the form says")]
    Event(u32),
}
