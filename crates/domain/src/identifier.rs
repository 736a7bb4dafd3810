//! The trade's identifiers, checked by their own rules: ISRC, ISWC, IPI, ISNI.
//!
//! They are optional, stored as given and never invented. A check tells only that a number was
//! copied without a slip, not that anybody owns it. Each function takes the text as written,
//! with or without its customary hyphens, points, blanks and prefix, and answers the canonical
//! form.

use thiserror::Error;

/// A text isn't the identifier it is given as.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum IdentifierError {
    /// Letters and digits don't stand where they must.
    #[error("this isn't the form of an {0}: {1}")]
    Form(&'static str, &'static str),
    /// The check digit doesn't agree: a slip in copying.
    #[error("the check digit of this {0} doesn't agree: look for a slip in copying")]
    CheckDigit(&'static str),
}

use IdentifierError::{CheckDigit, Form};

/// An International Standard Recording Code (ISO 3901): two letters, three letters or digits,
/// seven digits. It has no check digit. Canonical: twelve characters, upper case.
///
/// # Errors
/// [`IdentifierError::Form`].
pub fn isrc(text: &str) -> Result<String, IdentifierError> {
    let form = Form("ISRC", "two letters, three letters or digits, seven digits");
    // An Icelandic code may begin with the very letters that people write in front of one.
    let whole = compact(text, &[]);
    if is_isrc(whole.as_bytes()) {
        return Ok(whole);
    }
    let code = compact(text, &["ISRC"]);
    if is_isrc(code.as_bytes()) {
        Ok(code)
    } else {
        Err(form)
    }
}

fn is_isrc(code: &[u8]) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    code.len() == 12
        && code[..2].iter().all(u8::is_ascii_uppercase)
        && code[2..5].iter().all(alphanumeric)
        && code[5..].iter().all(u8::is_ascii_digit)
}

/// An International Standard Musical Work Code (ISO 15707): `T`, nine digits and the check digit
/// `(10 − (1 + Σ i·dᵢ) mod 10) mod 10`, i = 1..9. Canonical: `T0345246801`.
///
/// # Errors
/// [`IdentifierError::Form`] or [`IdentifierError::CheckDigit`].
pub fn iswc(text: &str) -> Result<String, IdentifierError> {
    let code = compact(text, &["ISWC"]);
    let number = code.strip_prefix('T').and_then(digits::<10>);
    let number = number.ok_or(Form("ISWC", "T and ten digits"))?;
    if ten_minus(1 + weighted(&number[..9])) != number[9] {
        return Err(CheckDigit("ISWC"));
    }
    Ok(code)
}

/// An IPI name number: nine digits and the two check digits `(101 − Σ w·d mod 101) mod 101`,
/// w = 10..2. A check of 100 can't be written in two digits, so no such number exists.
/// Canonical: eleven digits.
///
/// # Errors
/// [`IdentifierError::Form`] or [`IdentifierError::CheckDigit`].
pub fn ipi_name(text: &str) -> Result<String, IdentifierError> {
    let code = compact(text, &["IPI"]);
    let number = digits::<11>(&code).ok_or(Form("IPI name number", "eleven digits"))?;
    let sum: u32 = (2..=10)
        .rev()
        .zip(&number[..9])
        .map(|(weight, digit)| weight * digit)
        .sum();
    if (101 - sum % 101) % 101 != number[9] * 10 + number[10] {
        return Err(CheckDigit("IPI name number"));
    }
    Ok(code)
}

/// An IPI base number: `I`, nine digits and the check digit `(10 − (2 + Σ i·dᵢ) mod 10) mod 10`.
/// Canonical: `I0010681306`.
///
/// # Errors
/// [`IdentifierError::Form`] or [`IdentifierError::CheckDigit`].
pub fn ipi_base(text: &str) -> Result<String, IdentifierError> {
    let code = compact(text, &["IPI"]);
    let number = code.strip_prefix('I').and_then(digits::<10>);
    let number = number.ok_or(Form("IPI base number", "I and ten digits"))?;
    if ten_minus(2 + weighted(&number[..9])) != number[9] {
        return Err(CheckDigit("IPI base number"));
    }
    Ok(code)
}

/// An International Standard Name Identifier (ISO 27729): fifteen digits and a check character
/// after ISO 7064 MOD 11-2, where 10 is written `X`. Canonical: sixteen characters.
///
/// # Errors
/// [`IdentifierError::Form`] or [`IdentifierError::CheckDigit`].
pub fn isni(text: &str) -> Result<String, IdentifierError> {
    let form = Form("ISNI", "fifteen digits and a digit or X");
    let code = compact(text, &["ISNI"]);
    let (body, check) = code.split_at_checked(15).ok_or(form)?;
    let body = digits::<15>(body).ok_or(form)?;
    let given = match check.as_bytes() {
        [b'X'] => 10,
        [digit] if digit.is_ascii_digit() => u32::from(digit - b'0'),
        _ => return Err(form),
    };
    let product = body.iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    if (12 - product) % 11 != given {
        return Err(CheckDigit("ISNI"));
    }
    Ok(code)
}

/// Upper case, without blanks, hyphens, points, and the identifier's own name in front.
fn compact(text: &str, names: &[&str]) -> String {
    let plain: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | ':' | '\u{2010}' | '\u{2011}'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let bare = names.iter().find_map(|name| plain.strip_prefix(name));
    bare.map_or_else(|| plain.clone(), str::to_owned)
}

fn digits<const N: usize>(text: &str) -> Option<[u32; N]> {
    let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
    bytes
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| bytes.map(|b| u32::from(b - b'0')))
}

/// Σ i·dᵢ with i from 1.
fn weighted(digits: &[u32]) -> u32 {
    (1..)
        .zip(digits)
        .map(|(place, digit): (u32, &u32)| place * digit)
        .sum()
}

fn ten_minus(sum: u32) -> u32 {
    (10 - sum % 10) % 10
}
