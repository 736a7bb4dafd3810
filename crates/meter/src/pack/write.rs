//! Writing a blob, event by event as they are accepted.

use domain::bundle::billed_ms;
use domain::set::Member;
use domain::{Timestamp, TrackId};
use licence_key::Code;

use super::dictionary::Dictionary;
use super::{
    CodeText, EVENTS_MAX, GROUP, MAGIC, Outcome, PARTS_MAX, PackError, Stored, Under, VERSION,
    flags,
};
use crate::code::Spelling;
use crate::event::Event;
use crate::id::EventId;
use crate::wire::{put_number, put_signed, put_text, wide};

/// A blob being written. It keeps its room from one commit to the next.
#[derive(Clone, Debug, Default)]
pub struct Packer {
    texts: Dictionary<Box<str>>,
    licences: Dictionary<Licence>,
    tracks: Dictionary<TrackId>,
    shapes: Dictionary<[u8; 3]>,
    groups: Vec<u32>,
    body: Vec<u8>,
    /// The event being written, but for its shape.
    event: Vec<u8>,
    count: u32,
    span: Option<(i64, i64)>,
    last: Last,
}

/// What a licence is called: its number, or with this bit the value of its code.
type Licence = u128;
const BY_CODE: Licence = 1 << 127;

/// What the next event of the group refers to.
#[derive(Clone, Debug, Default)]
struct Last {
    reporter: Option<u32>,
    source: Option<u32>,
    uuid_time: u64,
    number: u64,
    published: i64,
    url: String,
    /// The place of the licence that comes next where each is named for the first time.
    licence: i64,
}

impl Packer {
    /// An empty blob.
    #[must_use]
    pub fn new() -> Packer {
        Packer::default()
    }

    /// How many events are in it: the index of the next one.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// About how many bytes it takes so far.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let words = self.licences.words().len() * 9 + self.tracks.words().len() * 16;
        self.body.len() + words + self.shapes.words().len() * 3
    }

    /// Adds an event that names its licence's code; the answer is its index.
    ///
    /// # Errors
    /// [`PackError`]; the blob is then as it was.
    pub fn add(
        &mut self,
        reporter: &str,
        event: &Event<'_>,
        outcome: &Outcome,
    ) -> Result<u32, PackError> {
        match (&event.licence_code, &event.channel) {
            (Some(code), None) => {
                let said = (event, event.event_id(), CodeText::read(code));
                self.add_stored(&Stored::of_read(reporter, said, outcome.clone()), None)
            }
            _ => Err(PackError::Licence),
        }
    }

    /// The same of an event that falls under this licence: it needn't name it, if it names a channel.
    ///
    /// # Errors
    /// [`PackError`]; the blob is then as it was.
    pub fn add_under(
        &mut self,
        reporter: &str,
        event: &Event<'_>,
        under: Under,
        outcome: &Outcome,
    ) -> Result<u32, PackError> {
        if event.licence_code.is_some() == event.channel.is_some() {
            return Err(PackError::Licence);
        }
        let said = (event, event.event_id());
        let stored = Stored::of(reporter, said, under.code, outcome.clone());
        self.add_stored(&stored, Some(under))
    }

    /// The same of an event whose id and code were read before, with what became of it.
    ///
    /// # Errors
    /// [`PackError`]; the blob is then as it was.
    pub fn add_stored(
        &mut self,
        event: &Stored<'_>,
        under: Option<Under>,
    ) -> Result<u32, PackError> {
        check(event)?;
        let start = u32::try_from(self.body.len()).map_err(|_| PackError::TooMany("bytes"))?;
        if self.count >= EVENTS_MAX {
            return Err(PackError::TooMany("events"));
        }
        if u64::from(self.count) % wide(GROUP) == 0 {
            self.groups.push(start);
            self.last = Last::default();
        }
        self.write(event, under);
        let at = event.published_at.millis();
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        let index = self.count;
        self.count += 1;
        Ok(index)
    }

    /// The blob of what was added, which is then empty again.
    pub fn seal(&mut self, commit: u64, accepted_at: Timestamp) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes() + 1_024);
        out.extend_from_slice(&MAGIC);
        out.push(VERSION);
        out.extend_from_slice(&commit.to_le_bytes());
        let (first, last) = self.span.unwrap_or_default();
        for time in [accepted_at.millis(), first, last] {
            out.extend_from_slice(&time.to_le_bytes());
        }
        out.extend_from_slice(&self.count.to_le_bytes());
        put_number(&mut out, wide(self.texts.words().len()));
        for text in self.texts.words() {
            put_text(&mut out, text);
        }
        put_number(&mut out, wide(self.licences.words().len()));
        for licence in self.licences.words() {
            let bytes = licence.to_le_bytes();
            match bytes.first_chunk().filter(|_| licence & BY_CODE == 0) {
                Some(number) => put_number(&mut out, u64::from(u32::from_le_bytes(*number)) + 1),
                None => {
                    put_number(&mut out, 0);
                    out.extend_from_slice(&bytes[..9]);
                }
            }
        }
        put_number(&mut out, wide(self.tracks.words().len()));
        for track in self.tracks.words() {
            out.extend_from_slice(track.bytes());
        }
        put_number(&mut out, wide(self.shapes.words().len()));
        for shape in self.shapes.words() {
            out.extend_from_slice(shape);
        }
        for start in &self.groups {
            out.extend_from_slice(&start.to_le_bytes());
        }
        put_number(&mut out, wide(self.body.len()));
        out.extend_from_slice(&self.body);
        let sum = crc32fast::hash(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        self.clear();
        out
    }

    /// Drops what was added.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.licences.clear();
        self.tracks.clear();
        self.shapes.clear();
        self.groups.clear();
        self.body.clear();
        self.count = 0;
        self.span = None;
        self.last = Last::default();
    }

    fn write(&mut self, event: &Stored<'_>, under: Option<Under>) {
        self.event.clear();
        let mut bits = 0;
        if self.is_said(self.last.reporter, event.reporter) {
            bits |= flags::SAME_REPORTER;
        } else {
            self.last.reporter = Some(self.say(event.reporter));
        }
        if self.is_said(self.last.source, event.source) {
            bits |= flags::SAME_SOURCE;
        } else {
            self.last.source = Some(self.say(event.source));
        }
        bits |= self.id(&event.id);
        bits |= self.code(&event.code, under);
        if let Some(track) = event.track {
            put_number(&mut self.event, self.tracks.place(track).into());
            bits |= flags::TRACK;
        }
        put_number(&mut self.event, event.clip_ms.unsigned_abs());
        let published = event.published_at.millis();
        put_signed(&mut self.event, published.wrapping_sub(self.last.published));
        self.last.published = published;
        bits |= self.optional(event);
        bits |= self.outcome(event.clip_ms, &event.outcome);
        let place = event.placement.place() | (event.purpose.place() << 4);
        let ([place, ..], [low, high]) = (place.to_le_bytes(), bits.to_le_bytes());
        // Few shapes come again and again: a byte each.
        let shape = self.shapes.place([place, low, high]);
        put_number(&mut self.body, shape.into());
        self.body.extend_from_slice(&self.event);
    }

    /// Is this the text that stands at a place? Asked before the text is looked up: it nearly always is.
    fn is_said(&self, last: Option<u32>, text: &str) -> bool {
        last.and_then(|place| self.texts.word(place))
            .is_some_and(|last| **last == *text)
    }

    /// Writes a text's place.
    fn say(&mut self, text: &str) -> u32 {
        let place = self.texts.place_of(text);
        put_number(&mut self.event, place.into());
        place
    }

    fn id(&mut self, id: &EventId<'_>) -> u16 {
        match id {
            EventId::Uuid7(bytes) => {
                let time = super::read::uuid_time(bytes);
                let since = time.wrapping_sub(self.last.uuid_time).cast_signed();
                put_signed(&mut self.event, since);
                self.event.extend_from_slice(&bytes[6..]);
                self.last.uuid_time = time;
                0
            }
            EventId::Sequence { stream, number } => {
                self.say(stream);
                let since = number.wrapping_sub(self.last.number).cast_signed();
                put_signed(&mut self.event, since);
                self.last.number = *number;
                1
            }
            EventId::Text(text) => {
                put_text(&mut self.event, text);
                2
            }
        }
    }

    fn code(&mut self, code: &CodeText<'_>, under: Option<Under>) -> u16 {
        let licence = |code: &Code| match under {
            Some(Under {
                code: of,
                number: Some(number),
            }) if of == *code => Licence::from(number),
            _ => BY_CODE | code.value(),
        };
        let (of, spelling) = match code {
            CodeText::Printed(code, Spelling::Grouped) => (code, 0),
            CodeText::Printed(code, Spelling::Plain) => (code, 1),
            CodeText::Channel(code, _) => (code, 3),
            CodeText::Text(text) => {
                self.say(text);
                return 2 << 2;
            }
        };
        let place = i64::from(self.licences.place(licence(of)));
        put_signed(&mut self.event, place - self.last.licence);
        self.last.licence = place + 1;
        if let CodeText::Channel(_, channel) = code {
            self.say(channel);
        }
        spelling << 2
    }

    fn optional(&mut self, event: &Stored<'_>) -> u16 {
        let mut bits = 0;
        if let Some(territory) = event.territory {
            self.say(territory.as_str());
            bits |= flags::TERRITORY;
        }
        if let Some(video) = event.video {
            put_text(&mut self.event, video);
            bits |= flags::VIDEO;
        }
        if let Some(url) = &event.url {
            let shared = shared_start(&self.last.url, url);
            put_number(&mut self.event, wide(shared));
            put_text(&mut self.event, &url[shared..]);
            self.last.url.truncate(shared);
            self.last.url.push_str(&url[shared..]);
            bits |= flags::URL;
        }
        let counts = [
            (event.views, flags::VIEWS),
            (event.followers, flags::FOLLOWERS),
        ];
        for (count, flag) in counts {
            if let Some(count) = count {
                put_number(&mut self.event, count);
                bits |= flag;
            }
        }
        bits
    }

    fn outcome(&mut self, clip_ms: i64, outcome: &Outcome) -> u16 {
        let kind: u16 = match outcome {
            Outcome::Free => 0,
            Outcome::Drawn(parts) => match parts[..] {
                [one] if one.nth == 0 && one.billed_ms == billed_ms(clip_ms) => {
                    put_number(&mut self.event, one.earns.unsigned_abs());
                    return (1 << 12) | flags::USUAL_DRAW;
                }
                _ => {
                    put_number(&mut self.event, wide(parts.len()));
                    for part in parts {
                        put_number(&mut self.event, part.nth.into());
                        put_number(&mut self.event, part.billed_ms.unsigned_abs());
                        put_number(&mut self.event, part.earns.unsigned_abs());
                    }
                    1
                }
            },
            Outcome::Pooled { cycle, micros } => {
                put_number(&mut self.event, (*cycle).into());
                put_number(&mut self.event, micros.unsigned_abs());
                2
            }
            Outcome::Uncovered => 3,
        };
        kind << 12
    }
}

/// The bytes that two texts have in common at their start, in whole characters.
fn shared_start(one: &str, other: &str) -> usize {
    let pairs = one.bytes().zip(other.bytes());
    let mut shared = pairs.take_while(|(a, b)| a == b).count();
    while !other.is_char_boundary(shared) || !one.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}

fn check(event: &Stored<'_>) -> Result<(), PackError> {
    if event.clip_ms < 0 {
        return Err(PackError::Negative("clip"));
    }
    match &event.outcome {
        Outcome::Drawn(parts) if parts.len() > PARTS_MAX => Err(PackError::TooMany("parts")),
        Outcome::Drawn(parts) if parts.iter().any(|part| part.billed_ms < 0) => {
            Err(PackError::Negative("billed time"))
        }
        Outcome::Drawn(parts) if parts.iter().any(|part| part.earns < 0) => {
            Err(PackError::Negative("earnings"))
        }
        Outcome::Pooled { micros, .. } if *micros < 0 => Err(PackError::Negative("earnings")),
        _ => Ok(()),
    }
}
