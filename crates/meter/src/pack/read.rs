//! Reading a blob strictly: bounds first, every word once, no second spelling.

use std::borrow::Cow;

use domain::bundle::billed_ms;
use domain::envelope::{Placement, Purpose};
use domain::{Country, Timestamp, TrackId};
use licence_key::Code;

use super::{
    BlobError, CodeText, EVENTS_MAX, GROUP, MAGIC, Outcome, PARTS_MAX, Part, Stored, VERSION, flags,
};
use crate::code::{Spelling, read_printed};
use crate::id::EventId;
use crate::wire::{Input, wide};

/// The least bytes of an event: its place, flags, id, code, clip and time.
const EVENT_LEAST: usize = 7;

/// A blob whose dictionaries were read and whose checksum fits.
#[derive(Clone, Debug)]
pub struct Blob<'a> {
    commit: u64,
    accepted_at: Timestamp,
    span: (Timestamp, Timestamp),
    count: u32,
    texts: Vec<&'a str>,
    codes: Vec<Code>,
    tracks: &'a [[u8; 16]],
    groups: &'a [[u8; 4]],
    body: &'a [u8],
}

/// The 48 bits of a UUID's time.
pub(super) fn uuid_time(bytes: &[u8; 16]) -> u64 {
    let [a, b, c, d, e, f, ..] = *bytes;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

impl<'a> Blob<'a> {
    /// Reads a blob's frame. Its events are read when they are asked for.
    ///
    /// # Errors
    /// [`BlobError`]; what is made room for is bounded by the bytes' number.
    pub fn read(bytes: &'a [u8]) -> Result<Blob<'a>, BlobError> {
        let mut input = Input(bytes);
        if input.take() != Some(MAGIC) {
            return Err(BlobError::NoBlob);
        }
        match input.take() {
            Some([VERSION]) => {}
            Some([other]) => return Err(BlobError::Version(other)),
            None => return Err(BlobError::NoBlob),
        }
        let (said, sum) = bytes.split_last_chunk::<4>().ok_or(BlobError::NoBlob)?;
        if crc32fast::hash(said) != u32::from_le_bytes(*sum) {
            return Err(BlobError::Checksum);
        }
        // Without the checksum, the five bytes before may be gone too.
        let rest = said.get(5..).ok_or(BlobError::NoBlob)?;
        Blob::frame(Input(rest)).ok_or(BlobError::Form)
    }

    fn frame(mut input: Input<'a>) -> Option<Blob<'a>> {
        let commit = input.take().map(u64::from_le_bytes)?;
        let mut time = || input.take().map(i64::from_le_bytes).map(Timestamp);
        let (accepted_at, first, last) = (time()?, time()?, time()?);
        let count = input.take().map(u32::from_le_bytes)?;
        if commit == 0 || count > EVENTS_MAX {
            return None;
        }
        let texts = input.count(1)?;
        let texts: Option<Vec<&str>> = (0..texts).map(|_| input.text()).collect();
        let codes = input.count(9)?;
        let codes: Option<Vec<Code>> = (0..codes).map(|_| code(&mut input)).collect();
        let tracks = input.count(16)?;
        let (tracks, _) = input.slice(tracks * 16)?.as_chunks();
        let groups = usize::try_from(count).ok()?.div_ceil(GROUP);
        let (groups, _) = input.slice(groups.checked_mul(4)?)?.as_chunks();
        let body = input.count(1)?;
        let body = input.slice(body)?;
        let enough = body.len() / EVENT_LEAST >= usize::try_from(count).ok()?;
        let blob = Blob {
            commit,
            accepted_at,
            span: (first, last),
            count,
            texts: texts?,
            codes: codes?,
            tracks,
            groups,
            body,
        };
        (input.0.is_empty() && enough && blob.starts_rise()).then_some(blob)
    }

    fn starts_rise(&self) -> bool {
        let starts = self.groups.iter().map(|start| u32::from_le_bytes(*start));
        let first = starts.clone().next().unwrap_or(0) == 0;
        first && starts.is_sorted_by(|one, next| one < next)
    }

    /// The number of its commit.
    #[must_use]
    pub fn commit(&self) -> u64 {
        self.commit
    }

    /// When it was accepted.
    #[must_use]
    pub fn accepted_at(&self) -> Timestamp {
        self.accepted_at
    }

    /// The first and the last time of publication in it.
    #[must_use]
    pub fn span(&self) -> (Timestamp, Timestamp) {
        self.span
    }

    /// How many events it holds.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Its events in order. After an error there are no more.
    #[must_use]
    pub fn events(&self) -> Events<'_, 'a> {
        Events {
            blob: self,
            input: Input(self.body),
            next: 0,
            last: Last::default(),
        }
    }

    /// One of its events; `None` where it has no such. Reads at most [`GROUP`] events.
    ///
    /// # Errors
    /// When one of those isn't as it was written.
    pub fn event(&self, index: u32) -> Result<Option<Stored<'a>>, BlobError> {
        if index >= self.count {
            return Ok(None);
        }
        let within = index % 64;
        let group = usize::try_from(index).unwrap_or(usize::MAX) / GROUP;
        let start = self.groups.get(group).map(|at| u32::from_le_bytes(*at));
        let start = start.and_then(|start| usize::try_from(start).ok());
        let rest = start.and_then(|start| self.body.get(start..));
        let mut events = Events {
            blob: self,
            input: Input(rest.ok_or(BlobError::Form)?),
            next: index - within,
            last: Last::default(),
        };
        for _ in 0..within {
            events.next().transpose()?;
        }
        events.next().transpose()
    }

    fn text(&self, place: u64) -> Option<&'a str> {
        self.texts.get(usize::try_from(place).ok()?).copied()
    }
}

fn code(input: &mut Input<'_>) -> Option<Code> {
    let mut wide = [0; 16];
    wide[..9].copy_from_slice(&input.take::<9>()?);
    Code::from_value(u128::from_le_bytes(wide))
}

#[derive(Clone, Debug, Default)]
struct Last<'a> {
    reporter: Option<&'a str>,
    source: Option<&'a str>,
    uuid_time: u64,
    number: u64,
    published: i64,
    url: Cow<'a, str>,
}

/// The events of a blob.
#[derive(Clone, Debug)]
pub struct Events<'b, 'a> {
    blob: &'b Blob<'a>,
    input: Input<'a>,
    next: u32,
    last: Last<'a>,
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
                Some(Err(BlobError::Event(index)))
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
        let [place] = self.input.take()?;
        let bits = self.input.take().map(u16::from_le_bytes)?;
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
        let place = self.input.number()?;
        let listed = || self.blob.codes.get(usize::try_from(place).ok()?).copied();
        let printed = |spelling| Some(CodeText::Printed(listed()?, spelling));
        match spelling {
            0 => printed(Spelling::Grouped),
            1 => printed(Spelling::Plain),
            2 => {
                let text = self.blob.text(place)?;
                read_printed(text).is_none().then_some(CodeText::Text(text))
            }
            _ => {
                let code = listed()?;
                let place = self.input.number()?;
                Some(CodeText::Channel(code, self.blob.text(place)?))
            }
        }
    }

    fn track(&mut self) -> Option<TrackId> {
        let place = usize::try_from(self.input.number()?).ok()?;
        self.blob
            .tracks
            .get(place)
            .copied()
            .map(TrackId::from_bytes)
    }

    fn territory(&mut self) -> Option<Country> {
        let letters = self.input.take::<2>()?;
        std::str::from_utf8(&letters).ok()?.parse().ok()
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
