//! Answers that may be kept: validators and lifetimes (RFC 9110 section 13, RFC 9111).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Whether the asker has what the tag names already (`If-None-Match`, weak comparison).
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tag = strong(tag);
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|known| known.trim() == "*" || strong(known) == tag)
}

/// An answer that may be kept for `seconds` by anybody, and that any site may read.
///
/// The tag is weak because the same answer may be sent compressed.
pub(crate) fn public(
    headers: &HeaderMap,
    mime: &'static str,
    body: String,
    seconds: u32,
) -> Response {
    let hash = HEXLOWER.encode(&Sha256::digest(body.as_bytes()));
    let tag = format!("W/\"{}\"", hash.get(..24).unwrap_or_default());
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into_response()
    };
    let headers = response.headers_mut();
    let age = format!("public, max-age={seconds}");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.extend(
        [
            (header::ETAG, HeaderValue::from_str(&tag)),
            (header::CACHE_CONTROL, HeaderValue::from_str(&age)),
            (
                header::ACCESS_CONTROL_ALLOW_ORIGIN,
                Ok(HeaderValue::from_static("*")),
            ),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.ok()?))),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_known_already_is_not_sent_again() {
        let first = public(&HeaderMap::new(), "application/json", "{}".into(), 60);
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].clone();
        let again = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag)]);
        let second = public(&again, "application/json", "{}".into(), 60);
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        let changed = public(&again, "application/json", "[]".into(), 60);
        assert_eq!(changed.status(), StatusCode::OK);
    }
}
