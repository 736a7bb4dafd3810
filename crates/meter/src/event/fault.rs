//! What is wrong with an event that can't be read, by the field at fault: the JSON reader's own words
//! name a field only where it is missing, unknown or there twice.

use domain::report::{FieldCode, FieldError};
use serde::Deserialize;
use serde_json::{Deserializer, Error};
use serde_path_to_error::{Path, Segment};

/// The longest name of a field that is given back to its sender, in characters.
const FIELD_MAX: usize = 64;
/// The longest sentence: it may quote what was sent.
const SENTENCE_MAX: usize = 400;
/// What begins the words that name a field themselves.
const NAMING: [&str; 3] = ["missing field `", "unknown field `", "duplicate field `"];
/// Kinds of values as the reader calls them, and as people do.
const KINDS: [(&str, &str); 5] = [
    ("unknown variant `", "no such value: `"),
    ("`, expected one of `", "`; there are `"),
    ("expected i64", "expected a whole number"),
    ("expected u64", "expected a whole number, 0 or more"),
    ("expected struct UseReport", "expected a JSON object"),
];

/// The fault of an error that says where it is.
pub(super) fn at(error: &serde_path_to_error::Error<Error>) -> FieldError {
    worded(&error.inner().to_string(), first(error.path()))
}

/// The fault of an error that doesn't.
pub(super) fn of(error: &Error) -> FieldError {
    worded(&error.to_string(), None)
}

/// The fault of a text that can't be read as a `T`; what was found without looking for the place
/// serves where looking finds none.
pub(super) fn of_text<'a, T: Deserialize<'a>>(text: &'a str, found: &Error) -> FieldError {
    let mut reader = Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => of(found),
        Err(error) => at(&error),
    }
}

/// The member of the event that a place is in.
fn first(path: &Path) -> Option<&str> {
    match path.iter().next() {
        Some(Segment::Map { key }) => Some(key),
        _ => None,
    }
}

fn worded(said: &str, at: Option<&str>) -> FieldError {
    let named = NAMING.iter().find_map(|start| said.strip_prefix(start));
    let named = named.and_then(|rest| rest.split('`').next());
    let field = named.or(at).unwrap_or("event");
    let mut sentence = match named {
        Some(_) => said.to_owned(),
        None => format!("{field}: {said}"),
    };
    for (kind, words) in KINDS {
        sentence = sentence.replace(kind, words);
    }
    FieldError {
        field: field.chars().take(FIELD_MAX).collect(),
        code: FieldCode::Malformed,
        sentence: sentence.chars().take(SENTENCE_MAX).collect(),
    }
}
