//! Requests that are safe to send again.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

/// The header that makes a request safe to send again.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The key that makes a request safe to send again; empty where there is none.
pub(crate) fn key(headers: &HeaderMap) -> &str {
    let key = headers.get(IDEMPOTENCY_KEY);
    key.and_then(|key| key.to_str().ok()).unwrap_or_default()
}

/// Says whether an answer was given before.
pub(crate) fn replayed(mut response: Response, repeated: bool) -> Response {
    if repeated {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, yes);
    }
    response
}
