//! Whether a text is canonical JSON already: one pass, nothing built. Readers of claims go the
//! same way and are handed the members as they come, so that a text is walked once.

use std::borrow::Cow;

use super::{CanonicalError, MAX_DEPTH, MAX_INTEGER, number};

/// Accepts exactly the texts that [`to_string`](super::to_string) writes. Since the members of
/// an object must be in strictly ascending order, no member can occur twice.
///
/// # Errors
/// [`CanonicalError::NotCanonical`] with the first byte that differs, or
/// [`CanonicalError::TooDeep`].
pub fn check(text: &str) -> Result<(), CanonicalError> {
    read(text, |cursor| cursor.value(MAX_DEPTH))
}

/// The text of a canonical string's value; `None` where the value is no string.
pub(crate) fn string(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    Some(unescape(inner))
}

/// [`check`] of a text whose value is read on the way, to its end, by `value`.
///
/// # Errors
/// As [`check`].
pub(crate) fn read<'a>(
    text: &'a str,
    value: impl FnOnce(&mut Cursor<'a>) -> Result<(), CanonicalError>,
) -> Result<(), CanonicalError> {
    let mut cursor = Cursor { text, at: 0 };
    value(&mut cursor)?;
    if cursor.at == text.len() {
        Ok(())
    } else {
        cursor.fail()
    }
}

/// A name or string between its quotes, escapes left in.
#[derive(Clone, Copy)]
struct Quoted<'a> {
    text: &'a str,
    escaped: bool,
}

/// The bytes that end a run of ordinary ones in a string: control characters, `"` and `\`.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// Where a check has got to. Each of the methods that take a depth walks over one value that
/// may nest so deep, and leaves the cursor behind it.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn fail<T>(&self) -> Result<T, CanonicalError> {
        Err(CanonicalError::NotCanonical(self.at))
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    fn expect_byte(&mut self, byte: u8) -> Result<(), CanonicalError> {
        if self.eat(byte) { Ok(()) } else { self.fail() }
    }

    fn expect(&mut self, literal: &str) -> Result<(), CanonicalError> {
        if !self.text.as_bytes()[self.at..].starts_with(literal.as_bytes()) {
            return self.fail();
        }
        self.at += literal.len();
        Ok(())
    }

    /// The byte the cursor is at.
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    /// The text between an earlier place and this one.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Whether the value that comes begins with this byte, which tells its type.
    pub(crate) fn is_at(&self, byte: u8) -> bool {
        self.peek() == Some(byte)
    }

    /// Any value.
    pub(crate) fn value(&mut self, depth: usize) -> Result<(), CanonicalError> {
        match self.peek() {
            Some(b'{') => self.object(depth, &mut |cursor, depth, _| cursor.value(depth)),
            Some(b'[') => self.array(depth, &mut |cursor, depth| cursor.value(depth)),
            _ if depth == 0 => Err(CanonicalError::TooDeep),
            Some(b'"') => self.string().map(|_| ()),
            Some(b'n') => self.expect("null"),
            Some(b't') => self.expect("true"),
            Some(b'f') => self.expect("false"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.fail(),
        }
    }

    /// An array; `each` must walk over the item that comes.
    pub(crate) fn array(
        &mut self,
        depth: usize,
        each: &mut impl FnMut(&mut Self, usize) -> Result<(), CanonicalError>,
    ) -> Result<(), CanonicalError> {
        let inner = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
        self.expect_byte(b'[')?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            each(self, inner)?;
            if self.eat(b']') {
                return Ok(());
            }
            self.expect_byte(b',')?;
        }
    }

    /// An object; `each` is given a member's name, escapes left in, and must walk over its value.
    pub(crate) fn object(
        &mut self,
        depth: usize,
        each: &mut impl FnMut(&mut Self, usize, &'a str) -> Result<(), CanonicalError>,
    ) -> Result<(), CanonicalError> {
        let inner = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
        self.expect_byte(b'{')?;
        if self.eat(b'}') {
            return Ok(());
        }
        let mut previous: Option<Quoted<'a>> = None;
        loop {
            let start = self.at;
            let name = self.string()?;
            if previous.is_some_and(|previous| !precedes(previous, name)) {
                self.at = start;
                return self.fail();
            }
            previous = Some(name);
            self.expect_byte(b':')?;
            each(self, inner, name.text)?;
            if self.eat(b'}') {
                return Ok(());
            }
            self.expect_byte(b',')?;
        }
    }

    fn string(&mut self) -> Result<Quoted<'a>, CanonicalError> {
        self.expect_byte(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let ordinary = rest.iter().position(|&byte| ENDS_RUN[usize::from(byte)]);
            self.at += ordinary.unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                _ => return self.fail(),
            }
            escaped = true;
        }
        let text = &self.text[start..self.at];
        self.at += 1;
        Ok(Quoted { text, escaped })
    }

    fn escape(&mut self) -> Result<(), CanonicalError> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        let length = match rest {
            [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..] => 6,
            [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => 6,
            _ => return self.fail(),
        };
        self.at += length;
        Ok(())
    }

    fn number(&mut self) -> Result<(), CanonicalError> {
        let rest = &self.text[self.at..];
        let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e');
        let length = rest.bytes().position(|b| !is_part(b)).unwrap_or(rest.len());
        let text = &rest[..length];
        if !is_canonical_number(text) {
            return self.fail();
        }
        self.at += length;
        Ok(())
    }
}

fn is_canonical_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let plain = !digits.starts_with('0') || text == "0";
        return plain && digits.parse().is_ok_and(|n: u64| n <= MAX_INTEGER);
    }
    let Ok(double) = text.parse::<f64>() else {
        return false;
    };
    let mut printed = String::new();
    if double.is_finite() {
        number::write(double, &mut printed);
    }
    printed == text
}

/// Strict order by UTF-16 code units.
fn precedes(a: Quoted<'_>, b: Quoted<'_>) -> bool {
    // Bytes are in the order of code units where both are ASCII and have no escapes.
    if !a.escaped && !b.escaped && a.text.is_ascii() && b.text.is_ascii() {
        return a.text < b.text;
    }
    unescape(a.text)
        .encode_utf16()
        .lt(unescape(b.text).encode_utf16())
}

/// Takes the canonical escapes out; the text has been checked to hold no others.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let quoted = format!("\"{text}\"");
    Cow::Owned(serde_json::from_str(&quoted).unwrap_or_default())
}
