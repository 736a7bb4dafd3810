//! One use among several that were settled together, as bytes: what the tree under a line of the
//! log is made of. `docs/transparency.md` has the table.
//!
//! A store that counts a million uses a second makes a record of each, so the bytes are few, and
//! are put together without room of their own. What may name the video is in them as a hash alone,
//! as it is in the event of a use that was settled by itself.

use domain::envelope::{Placement, Purpose};
use domain::set::Member;
use domain::{Country, Timestamp};
use meter::code::Spelling;
use meter::id::EventId;
use meter::pack::{CodeText, Stored};
use sha2::{Digest, Sha256};
use tlog::{Hash, PLACE_BYTES, PartSalts};

const ONE: [u8; 4] = *b"CCO\x01";
const DETAILS: [u8; 4] = *b"CCD\x01";
/// Bytes of one use: with its salt two blocks of SHA-256.
const ONE_BYTES: usize = 92;

/// A use among several. Its licence, track and currency are those of the line that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    /// The commit that accepted it.
    pub commit: u64,
    /// Its place in that, from 0.
    pub index: u32,
    /// Where it was published.
    pub placement: Placement,
    /// What for.
    pub purpose: Purpose,
    /// The country it was published for.
    pub territory: Option<Country>,
    /// Music in it, in ms.
    pub clip_ms: i64,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What it earned for the track's payees, in micro-units.
    pub earned_micros: i64,
    /// When the video was published, in ms since 1970.
    pub published_ms: i64,
    /// When the report was received, in ms since 1970.
    pub received_ms: i64,
    /// SHA-256 of the rest of its report: its id, who reported it, the video.
    pub details: [u8; 32],
}

impl One {
    /// The use's bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; ONE_BYTES] {
        let mut bytes = [0; ONE_BYTES];
        bytes[..4].copy_from_slice(&ONE);
        bytes[4..16].copy_from_slice(&place((self.commit, self.index)));
        bytes[16] = low(self.placement.place());
        bytes[17] = low(self.purpose.place());
        if let Some(territory) = self.territory {
            bytes[18..20].copy_from_slice(territory.as_str().as_bytes());
        }
        bytes[20..28].copy_from_slice(&self.clip_ms.to_be_bytes());
        bytes[28..36].copy_from_slice(&self.billed_ms.to_be_bytes());
        bytes[36..44].copy_from_slice(&self.earned_micros.to_be_bytes());
        bytes[44..52].copy_from_slice(&self.published_ms.to_be_bytes());
        bytes[52..60].copy_from_slice(&self.received_ms.to_be_bytes());
        bytes[60..].copy_from_slice(&self.details);
        bytes
    }

    /// Reads a use's bytes; what it accepts, [`One::encode`] writes the same. Nothing for what is no
    /// use of this version.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; ONE_BYTES] = bytes.try_into().ok()?;
        let number = |at: usize| Some(i64::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        let territory = match &bytes[18..20] {
            [0, 0] => None,
            letters => Some(std::str::from_utf8(letters).ok()?.parse().ok()?),
        };
        let one = Self {
            commit: u64::from_be_bytes(*bytes[4..].first_chunk()?),
            index: u32::from_be_bytes(*bytes[12..].first_chunk()?),
            placement: *Placement::ALL.get(usize::from(bytes[16]))?,
            purpose: *Purpose::ALL.get(usize::from(bytes[17]))?,
            territory,
            clip_ms: number(20)?,
            billed_ms: number(28)?,
            earned_micros: number(36)?,
            published_ms: number(44)?,
            received_ms: number(52)?,
            details: *bytes.last_chunk()?,
        };
        (one.encode() == *bytes).then_some(one)
    }
}

/// Makes the records of uses as blobs hold them.
pub(crate) struct Records {
    salts: PartSalts,
    details: Vec<u8>,
}

impl Records {
    pub(crate) fn new(salts: &PartSalts) -> Self {
        Self {
            salts: salts.clone(),
            details: Vec::with_capacity(256),
        }
    }

    /// The leaf of a use at a place, in the tree under its line.
    pub(crate) fn leaf(&mut self, at: (u64, u32), received: Timestamp, event: &Stored<'_>) -> Hash {
        let bytes = self.one(at, received, event).encode();
        self.salts.leaf(&place(at), &bytes)
    }

    /// The use itself.
    pub(crate) fn one(
        &mut self,
        (commit, index): (u64, u32),
        received: Timestamp,
        event: &Stored<'_>,
    ) -> One {
        One {
            commit,
            index,
            placement: event.placement,
            purpose: event.purpose,
            territory: event.territory,
            clip_ms: event.clip_ms,
            billed_ms: event.outcome.billed_ms(),
            earned_micros: event.outcome.earned(),
            published_ms: event.published_at.0,
            received_ms: received.0,
            details: self.details(event),
        }
    }

    /// The salt of the use at a place.
    pub(crate) fn salt(&self, at: (u64, u32)) -> [u8; tlog::SALT_BYTES] {
        self.salts.salt(&place(at))
    }

    /// The hash over what a record doesn't show: each part after its number and its length, those
    /// that are there in the order of their numbers. What reports say more some day gets the next.
    fn details(&mut self, event: &Stored<'_>) -> [u8; 32] {
        let bytes = &mut self.details;
        bytes.clear();
        bytes.extend(DETAILS);
        put(bytes, 1, event.reporter.as_bytes());
        match &event.id {
            EventId::Uuid7(id) => put(bytes, 2, id),
            EventId::Sequence { stream, number } => {
                let (digits, from) = decimal(*number);
                put_all(bytes, 3, &[stream.as_bytes(), b":", &digits[from..]]);
            }
            EventId::Text(text) => put(bytes, 3, text.as_bytes()),
        }
        match &event.code {
            CodeText::Printed(code, spelling) => {
                let spelling = match spelling {
                    Spelling::Grouped => 0,
                    Spelling::Plain => 1,
                };
                put_all(bytes, 4, &[&[spelling], &code.value().to_be_bytes()[7..]]);
            }
            CodeText::Text(text) => put(bytes, 5, text.as_bytes()),
            // No code was said; the line says the licence.
            CodeText::Channel(..) => {}
        }
        // Which one the line says.
        if event.track.is_some() {
            put(bytes, 6, &[]);
        }
        if let Some(video) = event.video {
            put(bytes, 7, video.as_bytes());
        }
        if let Some(url) = &event.url {
            put(bytes, 8, url.as_bytes());
        }
        if let Some(views) = event.views {
            put(bytes, 9, &views.to_be_bytes());
        }
        if let Some(followers) = event.followers {
            put(bytes, 10, &followers.to_be_bytes());
        }
        put(bytes, 11, event.source.as_bytes());
        if let CodeText::Channel(_, channel) = &event.code {
            put(bytes, 12, channel.as_bytes());
        }
        Sha256::digest(&*bytes).into()
    }
}

fn put(bytes: &mut Vec<u8>, number: u8, part: &[u8]) {
    put_all(bytes, number, &[part]);
}

fn put_all(bytes: &mut Vec<u8>, number: u8, pieces: &[&[u8]]) {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    // No text of a report is nearly so long.
    let length = u16::try_from(length).unwrap_or(u16::MAX);
    bytes.push(number);
    bytes.extend(length.to_be_bytes());
    for piece in pieces {
        bytes.extend_from_slice(piece);
    }
}

/// A number's digits: they begin where is said.
fn decimal(mut number: u64) -> ([u8; 20], usize) {
    let (mut digits, mut at) = ([b'0'; 20], 19);
    loop {
        let [digit, ..] = (number % 10).to_le_bytes();
        digits[at] = b'0' + digit;
        number /= 10;
        if number == 0 {
            return (digits, at);
        }
        at -= 1;
    }
}

/// Where a use lies: what its salt is of.
fn place((commit, index): (u64, u32)) -> [u8; PLACE_BYTES] {
    let mut place = [0; PLACE_BYTES];
    place[..8].copy_from_slice(&commit.to_be_bytes());
    place[8..].copy_from_slice(&index.to_be_bytes());
    place
}

/// A place in a short list.
fn low(place: u32) -> u8 {
    let [low, ..] = place.to_le_bytes();
    low
}
