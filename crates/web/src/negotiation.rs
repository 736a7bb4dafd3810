//! Who asks, a program or a browser: the same problem is JSON for one and a page for the other.

use axum::http::{HeaderMap, header};

/// Whether a program asks: by the address, or because it wants JSON and no page.
pub(crate) fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    let for_programs = [
        "/v1/",
        "/log/",
        "/.well-known/",
        "/openapi.json",
        "/assets/",
    ];
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let accept = accept.unwrap_or_default();
    for_programs.iter().any(|start| path.starts_with(start))
        || (accept.contains("json") && !accept.contains("text/html"))
}
