//! JSON bodies: read whole, checked against their type, and refused with the field's name.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::problem::Problem;

/// A JSON body of a type.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        needs_json(request.headers())?;
        let bytes = bytes(request, state).await?;
        object(&bytes).map(Self)
    }
}

/// The whole body.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|refusal| Problem::of_status(refusal.status()))
}

/// The media type a request says its body has, without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media = text
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

fn needs_json(headers: &HeaderMap) -> Result<(), Problem> {
    if media_type(headers) == "application/json" {
        return Ok(());
    }
    Err(no_json())
}

/// What a body that isn't called JSON is answered.
pub(crate) fn no_json() -> Problem {
    let detail = "send JSON, with the header Content-Type: application/json";
    Problem::new("unsupported_media_type", detail).at("Content-Type")
}

/// Reads a JSON object of a type. An array of the fields' values, which serde would take for one,
/// isn't what the documents promise.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        read::<IgnoredAny>(bytes)?;
        return Err(Problem::new(
            "bad_value",
            "the body is an array: send an object",
        ));
    }
    read(bytes)
}

/// Reads JSON of a type.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        // A place in a list is written as everywhere else: `cues.0.usage`.
        let path = e.path().to_string().replace('[', ".").replace(']', "");
        refusal(e.inner(), &path)
    })?;
    reader.end().map_err(|e| refusal(&e, "."))?;
    Ok(value)
}

fn refusal(error: &serde_json::Error, path: &str) -> Problem {
    let words = error.to_string();
    let path = if path == "." {
        String::new()
    } else {
        path.to_owned()
    };
    match error.classify() {
        Category::Data if words.starts_with("unknown field") => {
            Problem::new("unknown_field", words.clone()).at(quoted(&words, &path))
        }
        Category::Data if words.starts_with("missing field") => {
            Problem::new("bad_value", words.clone()).at(quoted(&words, &path))
        }
        Category::Data => Problem::new("bad_value", words).at(path),
        Category::Io | Category::Syntax | Category::Eof => {
            Problem::new("malformed_json", format!("the body is no JSON: {words}"))
        }
    }
}

/// The field that serde names in backquotes, below the object it was looking at.
fn quoted(words: &str, path: &str) -> String {
    let name = words.split('`').nth(1).unwrap_or_default();
    if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) {
        let whole = if path.is_empty() { name } else { path };
        return whole.to_owned();
    }
    format!("{path}.{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        inner: Inner,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        count: u32,
    }

    #[test]
    fn what_is_wrong_is_told_with_its_field() {
        for (json, code, field) in [
            (
                r#"{"inner":{"count":"x"}}"#,
                "bad_value",
                Some("inner.count"),
            ),
            (
                r#"{"inner":{"count":1,"more":2}}"#,
                "unknown_field",
                Some("inner.more"),
            ),
            (r#"{"inner":{}}"#, "bad_value", Some("inner.count")),
            (r#"{}"#, "bad_value", Some("inner")),
            (r#"{"inner":"#, "malformed_json", None),
            ("nonsense", "malformed_json", None),
            (r#"{"inner":{"count":1}} more"#, "malformed_json", None),
        ] {
            let problem = read::<Outer>(json.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.code, problem.field.as_deref()),
                (code, field),
                "{json}"
            );
        }
        let good = read::<Outer>(br#"{"inner":{"count":1}}"#).unwrap();
        assert_eq!(
            good,
            Outer {
                inner: Inner { count: 1 }
            }
        );
    }

    #[test]
    fn an_array_is_no_object() {
        let refused = |json: &str| object::<Inner>(json.as_bytes()).unwrap_err().code;
        assert_eq!(refused("[1]"), "bad_value");
        assert_eq!(refused(" \n[1, null]"), "bad_value");
        assert_eq!(refused("[1"), "malformed_json");
        let good = object::<Inner>(br#" {"count":1}"#).unwrap();
        assert_eq!(good, Inner { count: 1 });
    }
}
