//! Reading a blob's frame strictly: bounds first, no second spelling.

use domain::Timestamp;
use licence_key::Code;

use super::events::Events;
use super::{BlobError, EVENTS_MAX, FIRST, GROUP, MAGIC, Stored, VERSION};
use crate::id::EventId;
use crate::wire::Input;

/// The least bytes of an event: its shape's place, id, code, clip and time; in the first version,
/// the three bytes of its shape.
const EVENT_LEAST: [usize; 2] = [7, 5];

/// [`GROUP`], as events are numbered.
const GROUP_EVENTS: u32 = 64;
const _: () = assert!(GROUP == 64, "both say it");

/// What a blob calls a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its code.
    Code(Code),
    /// By the store's number for it.
    Number(u32),
}

/// A blob whose dictionaries were read and whose checksum fits.
#[derive(Clone, Debug)]
pub struct Blob<'a> {
    pub(super) version: u8,
    commit: u64,
    accepted_at: Timestamp,
    span: (Timestamp, Timestamp),
    pub(super) count: u32,
    texts: Vec<&'a str>,
    pub(super) licences: Vec<Named>,
    pub(super) tracks: &'a [[u8; 16]],
    /// What events' first three bytes are; none in the first version, where each has its own.
    pub(super) shapes: &'a [[u8; 3]],
    pub(super) groups: &'a [[u8; 4]],
    pub(super) body: &'a [u8],
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
        let version = match input.take() {
            Some([version @ FIRST..=VERSION]) => version,
            Some([other]) => return Err(BlobError::Version(other)),
            None => return Err(BlobError::NoBlob),
        };
        let (said, sum) = bytes.split_last_chunk::<4>().ok_or(BlobError::NoBlob)?;
        if crc32fast::hash(said) != u32::from_le_bytes(*sum) {
            return Err(BlobError::Checksum);
        }
        // Without the checksum, the five bytes before may be gone too.
        let rest = said.get(5..).ok_or(BlobError::NoBlob)?;
        Blob::frame(version, Input(rest)).ok_or(BlobError::Form)
    }

    fn frame(version: u8, mut input: Input<'a>) -> Option<Blob<'a>> {
        let commit = input.take().map(u64::from_le_bytes)?;
        let mut time = || input.take().map(i64::from_le_bytes).map(Timestamp);
        let (accepted_at, first, last) = (time()?, time()?, time()?);
        let count = input.take().map(u32::from_le_bytes)?;
        if commit == 0 || count > EVENTS_MAX {
            return None;
        }
        let texts = input.count(1)?;
        let texts: Option<Vec<&str>> = (0..texts).map(|_| input.text()).collect();
        let is_first = version == FIRST;
        let licences = input.count(if is_first { 9 } else { 1 })?;
        let licence = |_| {
            if is_first {
                code(&mut input)
            } else {
                licence(&mut input)
            }
        };
        let licences: Option<Vec<Named>> = (0..licences).map(licence).collect();
        let tracks = input.count(16)?;
        let (tracks, _) = input.slice(tracks * 16)?.as_chunks();
        let shapes = if is_first { 0 } else { input.count(3)? };
        let (shapes, _) = input.slice(shapes * 3)?.as_chunks();
        let groups = usize::try_from(count).ok()?.div_ceil(GROUP);
        let (groups, _) = input.slice(groups.checked_mul(4)?)?.as_chunks();
        let body = input.count(1)?;
        let body = input.slice(body)?;
        let least = EVENT_LEAST[usize::from(version - FIRST)];
        let enough = body.len() / least >= usize::try_from(count).ok()?;
        let blob = Blob {
            version,
            commit,
            accepted_at,
            span: (first, last),
            count,
            texts: texts?,
            licences: licences?,
            tracks,
            shapes,
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

    /// The numbers by which it names licences. Before their codes are told ([`Blob::name`]), events
    /// that fall under one of them can't be read, only their ids.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.licences.iter().filter_map(|licence| match licence {
            Named::Number(number) => Some(*number),
            Named::Code(_) => None,
        })
    }

    /// Its dictionary of licences: [`Places::licence`] is a place in it.
    ///
    /// [`Places::licence`]: super::Places::licence
    #[must_use]
    pub fn licences(&self) -> &[Named] {
        &self.licences
    }

    /// Its dictionary of tracks, by their ids: [`Places::track`] is a place in it.
    ///
    /// [`Places::track`]: super::Places::track
    #[must_use]
    pub fn tracks(&self) -> &'a [[u8; 16]] {
        self.tracks
    }

    /// Its dictionary of texts, whatever they say.
    #[must_use]
    pub fn texts(&self) -> &[&'a str] {
        &self.texts
    }

    /// Tells the codes of the licences that it names by numbers; of some or all.
    #[must_use]
    pub fn name(mut self, code_of: impl Fn(u32) -> Option<Code>) -> Blob<'a> {
        for licence in &mut self.licences {
            if let Named::Number(number) = *licence
                && let Some(code) = code_of(number)
            {
                *licence = Named::Code(code);
            }
        }
        self
    }

    /// Its events in order. After an error there are no more.
    #[must_use]
    pub fn events(&self) -> Events<'_, 'a> {
        Events::of(self, false)
    }

    /// The reporter and the id of each of its events: of a blob whose licences weren't named, too.
    pub fn ids(&self) -> impl Iterator<Item = Result<(&'a str, EventId<'a>), BlobError>> {
        let events = Events::of(self, true);
        events.map(|event| event.map(|stored| (stored.reporter, stored.id)))
    }

    /// One of its events; `None` where it has no such. Reads at most [`GROUP`] events.
    ///
    /// # Errors
    /// When one of those isn't as it was written, or its licence wasn't named.
    pub fn event(&self, index: u32) -> Result<Option<Stored<'a>>, BlobError> {
        if index >= self.count {
            return Ok(None);
        }
        self.alone(index)?.next().transpose()
    }

    /// The number by which an event names its licence, until its code is told; `None` where it
    /// doesn't, or there is no such event.
    ///
    /// # Errors
    /// When the event or one of those before it in its group isn't as it was written.
    pub fn number(&self, index: u32) -> Result<Option<u32>, BlobError> {
        if index >= self.count {
            return Ok(None);
        }
        let mut events = self.alone(index)?;
        match events.next() {
            Some(Err(BlobError::Licence(number))) => Ok(Some(number)),
            Some(Err(error)) => Err(error),
            _ => Ok(None),
        }
    }

    /// Just before an event: of those before it in its group, no licence is asked for.
    fn alone(&self, index: u32) -> Result<Events<'_, 'a>, BlobError> {
        let within = index % GROUP_EVENTS;
        let mut events = Events::from_group(self, index - within).ok_or(BlobError::Form)?;
        for _ in 0..within {
            events.next().transpose()?;
        }
        events.ids_only = false;
        Ok(events)
    }

    pub(super) fn text(&self, place: u64) -> Option<&'a str> {
        self.texts.get(usize::try_from(place).ok()?).copied()
    }
}

fn code(input: &mut Input<'_>) -> Option<Named> {
    let mut wide = [0; 16];
    wide[..9].copy_from_slice(&input.take::<9>()?);
    Code::from_value(u128::from_le_bytes(wide)).map(Named::Code)
}

fn licence(input: &mut Input<'_>) -> Option<Named> {
    match input.number()?.checked_sub(1) {
        Some(number) => u32::try_from(number).ok().map(Named::Number),
        None => code(input),
    }
}
