//! What every answer has in common: its number, its headers, and problems in the asker's form.

use app::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;

use crate::negotiation::wants_json;
use crate::pages;
use crate::problem::Problem;
use crate::security;
use crate::state::Web;

const REQUEST_ID: &str = "x-request-id";

/// Numbers the request, gives a problem its body and every answer its headers, and logs.
pub(crate) async fn finish(State(web): State<Web>, request: Request, next: Next) -> Response {
    let id = number(&web.app);
    let (method, uri, headers) = (
        request.method().clone(),
        request.uri().clone(),
        request.headers().clone(),
    );
    let mut response = next.run(request).await;
    if let Some(problem) = take_problem(&mut response) {
        // A query may hold a grant, so the path alone is logged.
        if let Some(cause) = &problem.cause {
            tracing::error!(request = id, %method, path = uri.path(), cause, "fault");
        }
        let kept = problem.headers.clone();
        response = if wants_json(uri.path(), &headers) {
            as_json(&problem, &id)
        } else {
            pages::problem::page(&problem, &headers, &uri, &id)
        };
        response.headers_mut().extend(kept);
    }
    let status = response.status().as_u16();
    tracing::debug!(request = id, %method, path = uri.path(), status, "answered");
    security::add_headers(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What a panic of ours becomes.
pub(crate) fn after_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let words = panic
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    let mut problem = Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR);
    problem.cause = Some(format!("panic: {}", words.unwrap_or_default()));
    drop(panic);
    problem.into_response()
}

/// A problem as JSON.
fn as_json(problem: &Problem, id: &str) -> Response {
    let mut response = (problem.status(), Json(problem.body(id))).into_response();
    let mime = HeaderValue::from_static("application/problem+json");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}

/// The problem of an answer: a handler's own, or what a bare status of the layers means. An
/// answer with a body of its own is left alone.
fn take_problem(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let status = response.status();
    let media = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let is_bare = media.is_none_or(|media| media.starts_with("text/plain"));
    let is_bad = status.is_client_error() || status.is_server_error();
    (is_bad && is_bare).then(|| Problem::of_status(status))
}

fn number(app: &App) -> String {
    HEXLOWER.encode(&app.call().random::<8>())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn programs_get_json_and_browsers_get_pages() {
        let accept = |text: &'static str| {
            HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))])
        };
        for (path, accepts, wanted) in [
            ("/v1/nowhere", "text/html", true),
            ("/.well-known/x", "*/*", true),
            (
                "/nowhere",
                "text/html,application/xhtml+xml,*/*;q=0.8",
                false,
            ),
            ("/nowhere", "application/json", true),
            ("/nowhere", "text/html, application/json", false),
            ("/nowhere", "*/*", false),
        ] {
            assert_eq!(
                wants_json(path, &accept(accepts)),
                wanted,
                "{path} {accepts}"
            );
        }
    }

    #[test]
    fn a_bare_refusal_of_a_layer_becomes_a_problem_and_a_page_stays_a_page() {
        let mut bare = (StatusCode::PAYLOAD_TOO_LARGE, "too large").into_response();
        assert_eq!(
            take_problem(&mut bare).map(|p| p.code),
            Some("body_too_large")
        );
        let page = axum::response::Html("<p>No</p>");
        let mut page = (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
        assert_eq!(take_problem(&mut page), None);
    }
}
