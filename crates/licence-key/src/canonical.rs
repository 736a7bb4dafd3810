//! Canonical JSON (RFC 8785, JCS) and the hash over it.
//!
//! One value has exactly one text: no spaces, members sorted by their UTF-16 code units,
//! strings with the fewest escapes, numbers as ECMAScript prints them. [`to_string`] writes
//! that text, [`check`] tells whether a text already is one (which also means: no member
//! occurs twice). The module knows nothing of what the JSON means.
//!
//! Integers beyond ±(2⁵³ − 1) are refused: RFC 8785 would round them to a double, and a rounded
//! id or amount must never be signed.

mod check;
mod number;

pub use check::check;
pub(crate) use check::{Cursor, read, string};

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

/// The deepest nesting that is read or written.
pub const MAX_DEPTH: usize = 64;

/// Largest integer a double holds without gaps: 2⁵³ − 1.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// Why a value has no canonical form, or a text is not in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// An integer beyond ±(2⁵³ − 1).
    #[error("the number {0} is too large for canonical JSON: write it as a string")]
    Integer(String),
    /// A number that is not finite.
    #[error("canonical JSON has no infinite numbers")]
    NotFinite,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the JSON is nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// The text is not the canonical form of any value.
    #[error("the JSON is not in canonical form (RFC 8785) at byte {0}")]
    NotCanonical(usize),
}

/// The canonical text of a value.
///
/// # Errors
/// [`CanonicalError`] for integers beyond ±(2⁵³ − 1) and nesting beyond [`MAX_DEPTH`].
pub fn to_string(value: &Value) -> Result<String, CanonicalError> {
    let mut out = String::new();
    write(value, MAX_DEPTH, &mut out)?;
    Ok(out)
}

/// SHA-256 of the value's canonical text as 64 lower-case hex digits: the hash that a
/// licence token carries for its envelope.
///
/// # Errors
/// As [`to_string`].
pub fn envelope_hash(value: &Value) -> Result<String, CanonicalError> {
    Ok(sha256_hex(to_string(value)?.as_bytes()))
}

/// SHA-256 of bytes as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

fn write(value: &Value, depth: usize, out: &mut String) -> Result<(), CanonicalError> {
    let inner = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out)?,
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, inner, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, inner, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_number(number: &Number, out: &mut String) -> Result<(), CanonicalError> {
    if let Some(integer) = number.as_i128() {
        if integer.unsigned_abs() > u128::from(MAX_INTEGER) {
            return Err(CanonicalError::Integer(integer.to_string()));
        }
        out.push_str(&integer.to_string());
        return Ok(());
    }
    let double = number
        .as_f64()
        .filter(|d| d.is_finite())
        .ok_or(CanonicalError::NotFinite)?;
    // From 10²¹ on the text has an exponent and can't be mistaken for an integer.
    if double.abs() > MAX_EXACT && double.abs() < 1e21 {
        return Err(CanonicalError::Integer(double.to_string()));
    }
    number::write(double, out);
    Ok(())
}

/// RFC 8785 §3.2.2.2: short escapes where JSON has them, `\u00xx` for other control
/// characters, everything else as it is.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
