//! Reading the events of a blob strictly: no second spelling, nothing beyond a dictionary.

use std::borrow::Cow;

use domain::bundle::billed_ms;
use domain::envelope::{Placement, Purpose};
use domain::{Country, Timestamp, TrackId};

use super::read::{Blob, Named};
use super::{BlobError, CodeText, FIRST, GROUP, Outcome, PARTS_MAX, Part, Stored, flags};
use crate::code::{Spelling, read_printed};
use crate::id::EventId;
use crate::wire::{Input, wide};

#[derive(Clone, Debug, Default)]
struct Last<'a> {
    reporter: Option<&'a str>,
    source: Option<&'a str>,
    uuid_time: u64,
    number: u64,
    published: i64,
    url: Cow<'a, str>,
    licence: i64,
}

/// Where what an event names stands in its blob's dictionaries: what was looked up for a dictionary
/// needn't be for each event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Its licence's; none where its code is a text of its own.
    pub licence: Option<usize>,
    /// That of the track reported.
    pub track: Option<usize>,
}

/// The events of a blob.
#[derive(Clone, Debug)]
pub struct Events<'b, 'a> {
    blob: &'b Blob<'a>,
    input: Input<'a>,
    next: u32,
    last: Last<'a>,
    /// Does nobody ask which licences they are of?
    pub(super) ids_only: bool,
    /// The number of a licence that wasn't named.
    unnamed: Option<u32>,
    places: Places,
}

impl<'b, 'a> Events<'b, 'a> {
    pub(super) fn of(blob: &'b Blob<'a>, ids_only: bool) -> Events<'b, 'a> {
        Events {
            blob,
            input: Input(blob.body),
            next: 0,
            last: Last::default(),
            ids_only,
            unnamed: None,
            places: Places::default(),
        }
    }

    /// Where the dictionaries have what the last event names that was read.
    #[must_use]
    pub fn places(&self) -> Places {
        self.places
    }

    /// The same from an event on with which a group begins, at first for ids only.
    pub(super) fn from_group(blob: &'b Blob<'a>, index: u32) -> Option<Events<'b, 'a>> {
        let start = *blob.groups.get(usize::try_from(index).ok()? / GROUP)?;
        let start = usize::try_from(u32::from_le_bytes(start)).ok()?;
        Some(Events {
            input: Input(blob.body.get(start..)?),
            next: index,
            ..Events::of(blob, true)
        })
    }
}

impl<'a> Iterator for Events<'_, 'a> {
    type Item = Result<Stored<'a>, BlobError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        if index >= self.blob.count {
            return None;
        }
        let read = self.group(index).and_then(|()| self.stored());
        // The last event ends where the body does.
        let whole = index + 1 < self.blob.count || self.input.0.is_empty();
        match read.filter(|_| whole) {
            Some(stored) => {
                self.next = index + 1;
                Some(Ok(stored))
            }
            None => {
                self.next = self.blob.count;
                let unnamed = self.unnamed.map(BlobError::Licence);
                Some(Err(unnamed.unwrap_or(BlobError::Event(index))))
            }
        }
    }
}

impl<'a> Events<'_, 'a> {
    /// At the start of a group: it begins where the blob says, and refers to nothing before.
    fn group(&mut self, index: u32) -> Option<()> {
        let index = usize::try_from(index).ok()?;
        if index % GROUP != 0 {
            return Some(());
        }
        let start = u32::from_le_bytes(*self.blob.groups.get(index / GROUP)?);
        let at = self.blob.body.len() - self.input.0.len();
        self.last = Last::default();
        (wide(at) == u64::from(start)).then_some(())
    }

    fn stored(&mut self) -> Option<Stored<'a>> {
        self.places = Places::default();
        let [place, low, high] = self.shape()?;
        let bits = u16::from_le_bytes([low, high]);
        let placement = *Placement::ALL.get(usize::from(place & 15))?;
        let purpose = *Purpose::ALL.get(usize::from(place >> 4))?;
        let has = |flag: u16| bits & flag != 0;
        let reporter = self.word(has(flags::SAME_REPORTER), |last| &mut last.reporter)?;
        let source = self.word(has(flags::SAME_SOURCE), |last| &mut last.source)?;
        let id = self.id(bits & flags::ID)?;
        let code = self.code((bits & flags::CODE) >> 2)?;
        let track = if has(flags::TRACK) {
            Some(self.track()?)
        } else {
            None
        };
        let clip_ms = self.amount()?;
        let published = self.last.published.wrapping_add(self.input.signed()?);
        self.last.published = published;
        Some(Stored {
            reporter,
            id,
            code,
            track,
            placement,
            purpose,
            clip_ms,
            published_at: Timestamp(published),
            territory: if has(flags::TERRITORY) {
                Some(self.territory()?)
            } else {
                None
            },
            video: if has(flags::VIDEO) {
                Some(self.input.text()?)
            } else {
                None
            },
            url: if has(flags::URL) {
                Some(self.url()?)
            } else {
                None
            },
            views: if has(flags::VIEWS) {
                Some(self.input.number()?)
            } else {
                None
            },
            followers: if has(flags::FOLLOWERS) {
                Some(self.input.number()?)
            } else {
                None
            },
            source,
            outcome: self.outcome(bits, clip_ms)?,
        })
    }

    fn shape(&mut self) -> Option<[u8; 3]> {
        if self.blob.version == FIRST {
            return self.input.take();
        }
        let place = usize::try_from(self.input.number()?).ok()?;
        self.blob.shapes.get(place).copied()
    }

    fn word(
        &mut self,
        same: bool,
        last: for<'l> fn(&'l mut Last<'a>) -> &'l mut Option<&'a str>,
    ) -> Option<&'a str> {
        let before = *last(&mut self.last);
        if same {
            return before;
        }
        let place = self.input.number()?;
        let word = self.blob.text(place)?;
        *last(&mut self.last) = Some(word);
        (before != Some(word)).then_some(word)
    }

    fn id(&mut self, form: u16) -> Option<EventId<'a>> {
        let id = match form {
            0 => {
                let since = self.input.signed()?.cast_unsigned();
                let time = self.last.uuid_time.wrapping_add(since);
                let mut bytes = [0; 16];
                bytes[..6].copy_from_slice(&time.to_be_bytes()[2..]);
                bytes[6..].copy_from_slice(&self.input.take::<10>()?);
                self.last.uuid_time = time;
                let seventh = bytes[6] >> 4 == 7 && bytes[8] >> 6 == 2;
                return (time >> 48 == 0 && seventh).then_some(EventId::Uuid7(bytes));
            }
            1 => {
                let place = self.input.number()?;
                let stream = self.blob.text(place)?;
                let since = self.input.signed()?.cast_unsigned();
                let number = self.last.number.wrapping_add(since);
                self.last.number = number;
                return (!stream.is_empty()).then_some(EventId::Sequence { stream, number });
            }
            2 => EventId::Text(self.input.text()?),
            _ => return None,
        };
        // What has another form isn't written as a text.
        let EventId::Text(text) = id else { return None };
        (EventId::read(text) == id).then_some(id)
    }

    fn code(&mut self, spelling: u16) -> Option<CodeText<'a>> {
        if spelling == 2 {
            let place = self.input.number()?;
            let text = self.blob.text(place)?;
            return read_printed(text).is_none().then_some(CodeText::Text(text));
        }
        let place = if self.blob.version == FIRST {
            self.amount()?
        } else {
            self.last.licence.checked_add(self.input.signed()?)?
        };
        let at = usize::try_from(place).ok()?;
        let licence = *self.blob.licences.get(at)?;
        self.places.licence = Some(at);
        // A place in a dictionary is far from the largest number.
        self.last.licence = place + 1;
        let channel = match spelling {
            0 | 1 => None,
            _ => {
                let place = self.input.number()?;
                Some(self.blob.text(place)?)
            }
        };
        let code = match licence {
            Named::Code(code) => code,
            Named::Number(_) if self.ids_only => return Some(CodeText::Text("")),
            Named::Number(number) => {
                self.unnamed = Some(number);
                return None;
            }
        };
        Some(match (channel, spelling) {
            (Some(channel), _) => CodeText::Channel(code, channel),
            (None, 0) => CodeText::Printed(code, Spelling::Grouped),
            (None, _) => CodeText::Printed(code, Spelling::Plain),
        })
    }

    fn track(&mut self) -> Option<TrackId> {
        let place = usize::try_from(self.input.number()?).ok()?;
        let id = *self.blob.tracks.get(place)?;
        self.places.track = Some(place);
        Some(TrackId::from_bytes(id))
    }

    fn territory(&mut self) -> Option<Country> {
        if self.blob.version == FIRST {
            let letters = self.input.take::<2>()?;
            return std::str::from_utf8(&letters).ok()?.parse().ok();
        }
        let place = self.input.number()?;
        self.blob.text(place)?.parse().ok()
    }

    fn url(&mut self) -> Option<Cow<'a, str>> {
        let shared = usize::try_from(self.input.number()?).ok()?;
        let rest = self.input.text()?;
        let url = match self.last.url.get(..shared)? {
            "" => Cow::Borrowed(rest),
            start => Cow::Owned([start, rest].concat()),
        };
        self.last.url = url.clone();
        Some(url)
    }

    fn amount(&mut self) -> Option<i64> {
        i64::try_from(self.input.number()?).ok()
    }

    fn outcome(&mut self, bits: u16, clip_ms: i64) -> Option<Outcome> {
        let usual = bits & flags::USUAL_DRAW != 0;
        // The top bit has no meaning yet.
        if bits >> 15 != 0 || (usual && (bits & flags::OUTCOME) >> 12 != 1) {
            return None;
        }
        match (bits & flags::OUTCOME) >> 12 {
            0 => Some(Outcome::Free),
            1 if usual => Some(Outcome::Drawn(vec![Part {
                nth: 0,
                billed_ms: billed_ms(clip_ms),
                earns: self.amount()?,
            }])),
            1 => self.parts(clip_ms).map(Outcome::Drawn),
            2 => Some(Outcome::Pooled {
                cycle: u32::try_from(self.input.number()?).ok()?,
                micros: self.amount()?,
            }),
            _ => Some(Outcome::Uncovered),
        }
    }

    fn parts(&mut self, clip_ms: i64) -> Option<Vec<Part>> {
        let count = self.input.count(3).filter(|count| *count <= PARTS_MAX)?;
        let mut parts = Vec::with_capacity(count);
        for _ in 0..count {
            parts.push(Part {
                nth: u32::try_from(self.input.number()?).ok()?,
                billed_ms: self.amount()?,
                earns: self.amount()?,
            });
        }
        let usual =
            matches!(parts[..], [one] if one.nth == 0 && one.billed_ms == billed_ms(clip_ms));
        (!usual).then_some(parts)
    }
}
