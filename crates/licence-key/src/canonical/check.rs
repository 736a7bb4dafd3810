//! Whether a text is canonical JSON already: one pass, nothing built.

use std::borrow::Cow;

use super::{CanonicalError, MAX_DEPTH, MAX_INTEGER, number};

/// Accepts exactly the texts that [`to_string`](super::to_string) writes. Since the members of
/// an object must be in strictly ascending order, no member can occur twice.
///
/// # Errors
/// [`CanonicalError::NotCanonical`] with the first byte that differs, or
/// [`CanonicalError::TooDeep`].
pub fn check(text: &str) -> Result<(), CanonicalError> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.value(MAX_DEPTH)?;
    if cursor.at == text.len() {
        Ok(())
    } else {
        cursor.fail()
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn fail<T>(&self) -> Result<T, CanonicalError> {
        Err(CanonicalError::NotCanonical(self.at))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, literal: &str) -> Result<(), CanonicalError> {
        if !self.text.as_bytes()[self.at..].starts_with(literal.as_bytes()) {
            return self.fail();
        }
        self.at += literal.len();
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<(), CanonicalError> {
        let inner = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
        match self.peek() {
            Some(b'{') => self.object(inner),
            Some(b'[') => self.array(inner),
            Some(b'"') => self.string().map(|_| ()),
            Some(b'n') => self.expect("null"),
            Some(b't') => self.expect("true"),
            Some(b'f') => self.expect("false"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.fail(),
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), CanonicalError> {
        self.expect("[")?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.eat(b']') {
                return Ok(());
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), CanonicalError> {
        self.expect("{")?;
        if self.eat(b'}') {
            return Ok(());
        }
        let mut previous: Option<&'a str> = None;
        loop {
            let start = self.at;
            let name = self.string()?;
            if previous.is_some_and(|previous| !precedes(previous, name)) {
                self.at = start;
                return self.fail();
            }
            previous = Some(name);
            self.expect(":")?;
            self.value(depth)?;
            if self.eat(b'}') {
                return Ok(());
            }
            self.expect(",")?;
        }
    }

    /// The string's text between the quotes, escapes left in.
    fn string(&mut self) -> Result<&'a str, CanonicalError> {
        self.expect("\"")?;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.at += 1,
                _ => return self.fail(),
            }
        }
        let inner = &self.text[start..self.at];
        self.at += 1;
        Ok(inner)
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

/// Strict order by UTF-16 code units, on names with escapes still in.
fn precedes(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() && !a.contains('\\') && !b.contains('\\') {
        return a < b;
    }
    unescape(a).encode_utf16().lt(unescape(b).encode_utf16())
}

/// Takes the canonical escapes out; the text has been checked to hold no others.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let quoted = format!("\"{text}\"");
    Cow::Owned(serde_json::from_str(&quoted).unwrap_or_default())
}
