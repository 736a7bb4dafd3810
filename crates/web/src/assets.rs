//! The built scripts and styles, embedded in the binary (read from the folder in debug builds).

use std::borrow::Cow;

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;

use crate::cache;
use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Built;

/// A year: the address changes with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const CHECK_AGAIN: &str = "public, max-age=60";

/// A short word that changes when an asset does; it stands in the assets' addresses.
pub(crate) fn fingerprint() -> String {
    let tags = ["app.css", "app.js", "favicon.svg"].map(|name| {
        let tag = Built::get(name).map(|file| HEXLOWER.encode(&file.metadata.sha256_hash()));
        tag.and_then(|tag| tag.get(..4).map(str::to_owned))
            .unwrap_or_default()
    });
    tags.concat()
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(file) = Built::get(&name) else {
        return Err(missing(&name));
    };
    let tag = format!("W/\"{}\"", HEXLOWER.encode(&file.metadata.sha256_hash()));
    let versioned = query.is_some_and(|query| query.starts_with("v="));
    let mut response = if cache::is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match file.data {
            Cow::Borrowed(bytes) => bytes.into_response(),
            Cow::Owned(bytes) => bytes.into_response(),
        }
    };
    let age = if versioned { FOR_EVER } else { CHECK_AGAIN };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(&name)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn missing(name: &str) -> Problem {
    if matches!(name, "app.css" | "app.js") {
        Problem::new(
            "ui_not_built",
            "the scripts and styles aren't built: run `make ui`",
        )
    } else {
        Problem::new("not_found", "there is no such asset")
    }
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
