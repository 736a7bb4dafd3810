//! The code: fifteen symbols that name a licence in file names, addresses and speech.
//!
//! Format: 70 random bits as 14 symbols of Crockford's base32, then Crockford's check symbol
//! (the value modulo 37). Five of the 37 check symbols (`*~$=U`) are awkward in file names
//! and speech, so a value whose check symbol is one of them is not a code. The module knows
//! nothing of what a code names; a code is no secret and proves nothing.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUE_SYMBOLS: usize = 14;
const SYMBOLS: usize = VALUE_SYMBOLS + 1;
const GROUP: usize = 5;
const VALUE_MASK: u128 = (1 << 70) - 1;
const CHECK_MODULUS: u128 = 37;

/// How many codes are taken from one text: a cue sheet's worth, and a bound for hostile ones.
const MAX_FOUND: usize = 256;

/// The name of a licence: 70 bits whose check symbol is one of the 32 plain symbols.
///
/// `Display` groups it for people (`7K3M9-QXD4T-0RWPD`); [`Code::plain`] leaves the hyphens
/// out. Parsing forgives what people and tools do to codes: lower case, `I`/`L` for `1`, `O`
/// for `0`, hyphens and spaces anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u128);

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The text holds more or fewer symbols than fifteen.
    #[error(
        "a licence code has 15 letters and digits, this has {found}: compare it with the file name or the licence page"
    )]
    Length {
        /// Symbols found, hyphens and spaces not counted.
        found: usize,
    },
    /// A character that no code contains.
    #[error(
        "{symbol:?} does not occur in licence codes: they use digits and letters without I, L, O and U"
    )]
    Symbol {
        /// The character.
        symbol: char,
    },
    /// The check symbol does not fit: a symbol was mistyped or two were swapped.
    #[error("this licence code is mistyped: its last symbol does not fit the others")]
    Check,
}

impl Code {
    /// Draws a code from `draw`, which returns nine fresh random bytes on each call. It is
    /// called again while the check symbol is not one of the 32 (5 times in 37).
    #[must_use]
    pub fn from_random(mut draw: impl FnMut() -> [u8; 9]) -> Self {
        let mut attempt: u128 = 0;
        loop {
            let mut wide = [0_u8; 16];
            wide[7..].copy_from_slice(&draw());
            // The attempt is mixed in so that even a stuck source ends; for a fair source it
            // changes nothing, each draw stays uniform.
            let value = (u128::from_be_bytes(wide) ^ attempt) & VALUE_MASK;
            if let Some(code) = Self::from_value(value) {
                return code;
            }
            attempt += 1;
        }
    }

    /// The code with this 70-bit value, or `None` where the value is wider or its check
    /// symbol is not one of the 32.
    #[must_use]
    pub fn from_value(value: u128) -> Option<Self> {
        (value <= VALUE_MASK && value % CHECK_MODULUS < 32).then_some(Self(value))
    }

    /// The 70-bit value, check symbol not included.
    #[must_use]
    pub fn value(self) -> u128 {
        self.0
    }

    /// The fifteen symbols without hyphens, as used in addresses: `7K3M9QXD4T0RWPD`.
    #[must_use]
    pub fn plain(self) -> String {
        self.symbols()
            .iter()
            .map(|&symbol| char::from(symbol))
            .collect()
    }

    /// The first code in a text, such as a file name or a comment.
    ///
    /// Looks for three groups of five joined by `-`, `_` or a space, or fifteen symbols in one
    /// word. Since one in 37 ordinary words of that shape would pass the check symbol, a
    /// candidate without any digit counts only behind `[`, `/l/` or `Licence `.
    #[must_use]
    pub fn find_in(text: &str) -> Option<Self> {
        Self::all_in(text).into_iter().next()
    }

    /// Every code in a text in order of appearance, each once. Same rules as
    /// [`Code::find_in`]. Where two candidates overlap, as a title's last words may with the
    /// code behind them, the announced one counts, then the one with more digits.
    #[must_use]
    pub fn all_in(text: &str) -> Vec<Self> {
        let bytes = text.as_bytes();
        let mut candidates: Vec<_> = (0..bytes.len())
            .filter_map(|at| Candidate::at(bytes, at))
            .collect();
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.strength));
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            if kept.len() < MAX_FOUND && !kept.iter().any(|other| other.overlaps(&candidate)) {
                kept.push(candidate);
            }
        }
        kept.sort_by_key(|candidate| candidate.start);
        let mut codes = Vec::new();
        for candidate in kept {
            if !codes.contains(&candidate.code) {
                codes.push(candidate.code);
            }
        }
        codes
    }

    fn symbols(self) -> [u8; SYMBOLS] {
        let mut symbols = [b'0'; SYMBOLS];
        let mut rest = self.0;
        for slot in symbols[..VALUE_SYMBOLS].iter_mut().rev() {
            *slot = symbol_for(rest % 32);
            rest /= 32;
        }
        symbols[VALUE_SYMBOLS] = symbol_for(self.0 % CHECK_MODULUS);
        symbols
    }
}

/// A place in a text that reads as a code.
struct Candidate {
    start: usize,
    end: usize,
    code: Code,
    /// Announced or not, then how many digits: ordinary words have few.
    strength: (bool, usize),
}

impl Candidate {
    /// The candidate that starts exactly at byte `at`.
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let is_word = |index: usize| {
            bytes
                .get(index)
                .is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        };
        if at > 0 && is_word(at - 1) {
            return None;
        }
        let step = match bytes.get(at + GROUP)? {
            b'-' | b'_' | b' ' => GROUP + 1,
            _ => GROUP,
        };
        let end = at + 2 * step + GROUP;
        let same_joints = || step == GROUP || bytes[at + GROUP] == bytes[at + 2 * GROUP + 1];
        if bytes.len() < end || is_word(end) || !same_joints() {
            return None;
        }
        let mut symbols = [0_u8; SYMBOLS];
        for (group, slot) in symbols.chunks_mut(GROUP).enumerate() {
            slot.copy_from_slice(&bytes[at + group * step..at + group * step + GROUP]);
        }
        let digits = symbols
            .iter()
            .filter(|symbol| symbol.is_ascii_digit())
            .count();
        let strength = (is_announced(&bytes[..at]), digits);
        if strength == (false, 0) || !symbols.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let code = std::str::from_utf8(&symbols).ok()?.parse().ok()?;
        Some(Self {
            start: at,
            end,
            code,
            strength,
        })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

fn is_announced(before: &[u8]) -> bool {
    let word = b"licence ";
    before.ends_with(b"[")
        || before.ends_with(b"/l/")
        || (before.len() >= word.len()
            && before[before.len() - word.len()..].eq_ignore_ascii_case(word))
}

fn symbol_for(value: u128) -> u8 {
    let index = usize::try_from(value).expect("callers pass a remainder below 37");
    ALPHABET[index]
}

fn value_of(symbol: char) -> Option<u128> {
    let canonical = match symbol.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let position = ALPHABET
        .iter()
        .position(|&known| char::from(known) == canonical)?;
    u128::try_from(position).ok()
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As one text: who writes JSON looks at each piece for what to escape.
        let mut text = [b'-'; SYMBOLS + SYMBOLS / GROUP - 1];
        let symbols = self.symbols();
        let groups = symbols.chunks(GROUP);
        for (place, group) in text.chunks_mut(GROUP + 1).zip(groups) {
            place[..GROUP].copy_from_slice(group);
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let mut values = [0_u128; SYMBOLS];
        let mut found = 0;
        for symbol in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let value = value_of(symbol).ok_or(CodeError::Symbol { symbol })?;
            if let Some(slot) = values.get_mut(found) {
                *slot = value;
            }
            found += 1;
        }
        if found != SYMBOLS {
            return Err(CodeError::Length { found });
        }
        let value = values[..VALUE_SYMBOLS]
            .iter()
            .fold(0, |sum, digit| sum * 32 + digit);
        if value % CHECK_MODULUS != values[VALUE_SYMBOLS] {
            return Err(CodeError::Check);
        }
        Ok(Self(value))
    }
}

/// As the grouped text.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From any text that parses as a code.
impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
