//! What protects every answer: headers, and the rule against requests forged by other sites.
//!
//! Another site can make a browser send a form here, with the visitor's cookie. It can't choose
//! the `Origin` and `Sec-Fetch-Site` headers the browser adds, so those decide.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::body;
use crate::principal;
use crate::problem::Problem;

/// Nothing but our own scripts, styles, images, sounds and requests; no framing, no plug-ins.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                   media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                   frame-ancestors 'none'";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Adds the headers every answer has.
pub(crate) fn add_headers(headers: &mut HeaderMap) {
    let all = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in all {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// Turns away what another site may have made a browser send.
pub(crate) async fn refuse_forgeries(request: Request, next: Next) -> Response {
    if is_forgeable(request.method(), request.headers()) && !is_from_here(request.headers()) {
        if request.uri().path().starts_with("/v1/") && is_from_a_program(request.headers()) {
            return body::no_json().into_response();
        }
        let detail = "this form was sent from another site: open the page here and send it again";
        return Problem::new("cross_site", detail).into_response();
    }
    next.run(request).await
}

/// Whether a browser could be made to send this by another site, with effect: it changes
/// something, and either carries our cookie or is of a type that plain forms have. A program's
/// key is never sent by a browser on its own.
fn is_forgeable(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() || headers.contains_key(header::AUTHORIZATION) {
        return false;
    }
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media = media
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    let forms = [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ];
    principal::has_session(headers) || forms.iter().any(|form| media.eq_ignore_ascii_case(form))
}

/// Whether no browser has sent this that could have been made to: browsers name the page's origin
/// with everything that changes something. A program that only forgot to call its JSON by name is
/// told so; it is refused either way.
fn is_from_a_program(headers: &HeaderMap) -> bool {
    let marks = [header::ORIGIN, SEC_FETCH_SITE, header::COOKIE];
    !marks.iter().any(|name| headers.contains_key(name))
}

/// Whether the browser says that the request was made by a page of this very host.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let origin = text(&header::ORIGIN).and_then(|origin| origin.split_once("://"));
    match (origin, text(&header::HOST)) {
        (Some((_, origin)), Some(host)) => origin.eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    const FORM: (&str, &str) = (
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
    );
    const JSON: (&str, &str) = ("content-type", "application/json");
    const COOKIE: (&str, &str) = ("cookie", "a=b; clearcue_session=s");
    const KEY: (&str, &str) = ("authorization", "Bearer sk_live_x");

    #[test]
    fn forms_and_cookies_can_be_forged_and_keys_and_plain_json_cannot() {
        for (pairs, wanted) in [
            (vec![FORM], true),
            (vec![JSON, COOKIE], true),
            (vec![("content-type", "text/plain")], true),
            (vec![JSON], false),
            (vec![FORM, KEY], false),
            (vec![], false),
            (vec![("cookie", "clearcue_theme=dark"), JSON], false),
        ] {
            assert_eq!(
                is_forgeable(&Method::POST, &headers(&pairs)),
                wanted,
                "{pairs:?}"
            );
            assert!(!is_forgeable(&Method::GET, &headers(&pairs)));
        }
    }

    #[test]
    fn a_request_without_a_mark_of_a_browser_is_a_programs() {
        for (pairs, wanted) in [
            (vec![FORM], true),
            (vec![FORM, ("origin", "https://evil.example")], false),
            (vec![FORM, ("origin", "null")], false),
            (vec![FORM, ("sec-fetch-site", "cross-site")], false),
            (vec![FORM, COOKIE], false),
        ] {
            assert_eq!(is_from_a_program(&headers(&pairs)), wanted, "{pairs:?}");
        }
    }

    #[test]
    fn only_a_page_of_the_same_host_may_send_a_form() {
        const HOST: (&str, &str) = ("host", "store.example:8080");
        for (pairs, wanted) in [
            (vec![HOST, ("origin", "https://store.example:8080")], true),
            (vec![HOST, ("origin", "https://evil.example")], false),
            (
                vec![HOST, ("origin", "https://store.example:8080.evil.example")],
                false,
            ),
            (vec![HOST, ("origin", "null")], false),
            (vec![HOST], false),
            (vec![("origin", "https://store.example:8080")], false),
            (vec![HOST, ("sec-fetch-site", "same-origin")], true),
            (vec![HOST, ("sec-fetch-site", "same-site")], false),
            (
                vec![
                    HOST,
                    ("origin", "https://store.example:8080"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
        ] {
            assert_eq!(is_from_here(&headers(&pairs)), wanted, "{pairs:?}");
        }
    }
}
