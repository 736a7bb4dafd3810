//! Ids of events: what a reporter names an event by, told apart and keyed.
//!
//! An id is any text of at most 64 printable characters. Two forms are worth knowing, since they
//! pack well and sort by time: a version 7 UUID, and a name with a running number. Each text has
//! exactly one form and each form gives back exactly its text, so equality of forms is equality
//! of texts. A reporter can choose ids as it likes, also to collide: keys are hashed with a seed
//! that it doesn't know, and equality is always decided on the id itself.

use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;

/// The longest id, in bytes.
pub const ID_MAX: usize = 64;

/// An id of an event, in the form its text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventId<'a> {
    /// A version 7 UUID in lower-case hex with its hyphens.
    Uuid7([u8; 16]),
    /// A name, a colon and a number without leading zeros.
    Sequence {
        /// What counts: everything before the last colon.
        stream: &'a str,
        /// Its number.
        number: u64,
    },
    /// Any other text.
    Text(&'a str),
}

impl<'a> EventId<'a> {
    /// The form of an id.
    #[must_use]
    pub fn read(text: &'a str) -> EventId<'a> {
        if let Some(bytes) = uuid7(text.as_bytes()) {
            return EventId::Uuid7(bytes);
        }
        match text.rsplit_once(':') {
            Some((stream, digits)) if !stream.is_empty() => {
                number(digits).map_or(EventId::Text(text), |number| EventId::Sequence {
                    stream,
                    number,
                })
            }
            _ => EventId::Text(text),
        }
    }

    /// The id as it was sent.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            EventId::Uuid7(bytes) => uuid_text(bytes),
            EventId::Sequence { stream, number } => format!("{stream}:{number}"),
            EventId::Text(text) => (*text).to_owned(),
        }
    }
}

/// Sixteen bytes that stand for an id, for finding it again. Not for telling ids apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u128);

/// What makes keys unguessable: drawn at random when a process starts, and never stored, since
/// keys only live in memory.
#[derive(Clone, Debug)]
pub struct Seed {
    first: FixedState,
    second: FixedState,
}

impl Seed {
    /// A seed of sixteen random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Seed {
        let value = u128::from_le_bytes(random);
        let [low, high] = [value, value >> 64].map(low_half);
        Seed {
            first: FixedState::with_seed(low),
            second: FixedState::with_seed(high ^ !low),
        }
    }

    /// The key of a reporter's id.
    #[must_use]
    pub fn of_event(&self, reporter: &str, id: &EventId<'_>) -> Key {
        self.key((reporter, id))
    }

    /// The key of anything's name under a number, such as a video's under a licence.
    #[must_use]
    pub fn of_name(&self, within: u64, name: &str) -> Key {
        self.key((within, name))
    }

    fn key(&self, of: impl Hash) -> Key {
        let halves = [&self.first, &self.second].map(|state| state.hash_one(&of));
        Key(u128::from(halves[0]) << 64 | u128::from(halves[1]))
    }
}

fn low_half(value: u128) -> u64 {
    let bytes = value.to_le_bytes();
    u64::from_le_bytes(std::array::from_fn(|n| bytes[n]))
}

/// The nibbles of a version 7 UUID, or `None` where the text is anything else.
fn uuid7(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let hyphens = [8, 13, 18, 23].iter().all(|at| text[*at] == b'-');
    if !hyphens || text[14] != b'7' || !matches!(text[19], b'8' | b'9' | b'a' | b'b') {
        return None;
    }
    const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    let (mut bytes, mut bad) = ([0_u8; 16], 0_u8);
    for (byte, at) in bytes.iter_mut().zip(PAIRS) {
        let (high, low) = (nibble(text[at]), nibble(text[at + 1]));
        bad |= high | low;
        *byte = (high << 4) | (low & 15);
    }
    (bad < 16).then_some(bytes)
}

/// The value of a lower-case hex digit; 0x80 for anything else.
fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => 0x80,
    }
}

fn uuid_text(bytes: &[u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// A number as `u64` prints it, and only so: `+1`, `01` and nothing are texts.
fn number(digits: &str) -> Option<u64> {
    let canonical = digits == "0" || !digits.starts_with('0');
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && plain).then(|| digits.parse().ok()).flatten()
}
