//! The parameters of an address: a closed list each, so that a misspelt one is told and not
//! passed over.

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use domain::id::IdError;

use crate::problem::Problem;

/// The parameters of a query in order, decoded.
pub(crate) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

/// The value of a parameter, where it is there and not empty.
pub(crate) fn value(query: Option<&str>, name: &str) -> Option<String> {
    let found = pairs(query).into_iter().find(|(found, _)| found == name);
    found
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

/// The refusal of a parameter that isn't one.
pub(crate) fn unknown(name: &str) -> Problem {
    let name: String = name.chars().take(40).collect();
    Problem::new(
        "unknown_parameter",
        format!("there is no parameter `{name}` here"),
    )
    .at(name)
}

/// Reads a parameter that isn't text.
pub(crate) fn read<T: FromStr>(name: &str, value: &str, wanted: &str) -> Result<T, Problem> {
    value.parse().map_err(|_| bad(name, wanted))
}

/// Reads an id, which has to be there.
pub(crate) fn id<T: FromStr<Err = IdError>>(name: &str, text: Option<&str>) -> Result<T, Problem> {
    let read = text.unwrap_or_default().parse();
    read.map_err(|e: IdError| Problem::new("bad_id", e.to_string()).at(name))
}

/// The refusal of a parameter's value.
pub(crate) fn bad(name: &str, wanted: &str) -> Problem {
    Problem::new("bad_parameter", format!("`{name}` must be {wanted}")).at(name)
}

/// Where a page begins, as an opaque word.
pub(crate) fn cursor(offset: usize) -> String {
    BASE64URL_NOPAD.encode(format!("o{offset}").as_bytes())
}

/// Reads a cursor back.
pub(crate) fn read_cursor(word: &str) -> Result<usize, Problem> {
    let bytes = BASE64URL_NOPAD.decode(word.as_bytes()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let offset = text
        .as_deref()
        .and_then(|text| text.strip_prefix('o')?.parse().ok());
    offset.ok_or_else(bad_cursor)
}

/// The page behind a row, as an opaque word: rows that are added meanwhile move nothing.
pub(crate) fn cursor_behind(id: &[u8; 16]) -> String {
    BASE64URL_NOPAD.encode(id)
}

/// Reads such a cursor back.
pub(crate) fn read_cursor_behind(word: &str) -> Result<[u8; 16], Problem> {
    let bytes = BASE64URL_NOPAD.decode(word.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    bytes.ok_or_else(bad_cursor)
}

fn bad_cursor() -> Problem {
    let detail = "this cursor isn't one of ours: take `next_cursor` as it was answered";
    Problem::new("bad_cursor", detail).at("cursor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_behind_a_row_reads_back_and_anything_else_is_refused() {
        let id = [7; 16];
        assert_eq!(read_cursor_behind(&cursor_behind(&id)), Ok(id));
        for word in ["", "24", "!!", &cursor(24)] {
            assert!(read_cursor_behind(word).is_err(), "{word}");
        }
    }

    #[test]
    fn a_cursor_reads_back_and_anything_else_is_refused() {
        for offset in [0, 1, 24, 10_000, usize::MAX] {
            assert_eq!(read_cursor(&cursor(offset)), Ok(offset));
        }
        for word in ["", "24", "o24", "!!", "bzI0IA"] {
            assert_eq!(
                read_cursor(word).map_err(|p| p.code),
                Err("bad_cursor"),
                "{word}"
            );
        }
    }

    #[test]
    fn an_empty_parameter_counts_as_absent() {
        assert_eq!(value(Some("a=&b=2&a=3"), "a"), None);
        assert_eq!(value(Some("a=x%20y+z"), "a"), Some("x y z".into()));
        assert_eq!(value(None, "a"), None);
    }
}
