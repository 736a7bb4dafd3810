//! Problems as pages.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::frame;
use super::view::{NotFoundPage, ProblemPage};
use crate::problem::Problem;

/// The page of a problem.
pub(crate) fn page(
    problem: &Problem,
    headers: &HeaderMap,
    uri: &Uri,
    request_id: &str,
) -> Response {
    let status = problem.status();
    let mut shell = frame::bare(headers, uri);
    shell.unlisted = true;
    let request_id = request_id.to_owned();
    let page = if status == StatusCode::NOT_FOUND {
        shell.title = "Not found".into();
        super::html(&NotFoundPage {
            shell,
            sought: sought(problem, uri),
            request_id,
        })
    } else {
        shell.title = headline(problem).into();
        super::html(&ProblemPage {
            shell,
            status: status.as_u16(),
            headline: headline(problem).into(),
            advice: sentence(&problem.detail),
            links: links(problem),
            request_id,
        })
    };
    match page {
        Ok(mut page) => {
            *page.status_mut() = status;
            page
        }
        // Without even this page, the bare words.
        Err(_) => (status, problem.detail.clone()).into_response(),
    }
}

fn sought(problem: &Problem, uri: &Uri) -> String {
    let name = uri.path().split('/').nth(2).unwrap_or_default();
    match problem.code {
        "unknown_track" => format!("track called “{name}”"),
        "unknown_licence" => "licence of that key".into(),
        "unknown_quote" => "quote of that number".into(),
        _ => String::new(),
    }
}

fn headline(problem: &Problem) -> &'static str {
    match problem.code {
        "cross_site" => "That came from another site",
        "grant_required" | "wrong_grant" => "This page is its holder's",
        "quote_expired" => "That quote has expired",
        "sign_in_link_spent" | "invitation_spent" => "This link has done its work",
        "sign_in_required" => "Sign in first",
        "scope_required" => "This page isn't yours to see",
        "unavailable" | "insufficient_storage" | "no_signing_key" => {
            "The store can't do that just now"
        }
        _ if problem.status().is_server_error() => "Something of ours failed",
        _ => "That can't be done",
    }
}

fn links(problem: &Problem) -> Vec<(String, String)> {
    let mut links = vec![("To the catalogue".to_owned(), "/".to_owned())];
    if matches!(problem.code, "grant_required" | "wrong_grant" | "bad_code") {
        links.push(("Check a key".to_owned(), "/verify".to_owned()));
    }
    links
}

/// A clause as a sentence: a capital before it, a full stop behind it.
pub(crate) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let stop = if clause.ends_with(['.', '!', '?']) || clause.is_empty() {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", letters.as_str())
}
