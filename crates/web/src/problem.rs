//! Every answer that isn't the one asked for, in one form (RFC 9457), and the one place that
//! says which HTTP status a refusal's code has.
//!
//! A handler returns a [`Problem`]; what it looks like (JSON or a page) and the request's number
//! are added when the answer leaves: see `answer`.

use app::{Fault, Refusal, Stop};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store_errors::is_unavailable;
use utoipa::ToSchema;

/// Which status each code has. A code that is missing here answers 400, and a test fails.
const STATUSES: &[(&str, StatusCode)] = &[
    ("bad_card", StatusCode::UNPROCESSABLE_ENTITY),
    ("bad_code", StatusCode::BAD_REQUEST),
    ("bad_batch_size", StatusCode::BAD_REQUEST),
    ("bad_cursor", StatusCode::BAD_REQUEST),
    ("bad_email", StatusCode::UNPROCESSABLE_ENTITY),
    ("bad_id", StatusCode::BAD_REQUEST),
    ("bad_parameter", StatusCode::BAD_REQUEST),
    ("bad_request", StatusCode::BAD_REQUEST),
    ("bad_value", StatusCode::UNPROCESSABLE_ENTITY),
    ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE),
    ("card_declined", StatusCode::PAYMENT_REQUIRED),
    ("cross_site", StatusCode::FORBIDDEN),
    ("empty_range", StatusCode::BAD_REQUEST),
    ("grant_required", StatusCode::UNAUTHORIZED),
    ("idempotency_key_required", StatusCode::BAD_REQUEST),
    ("idempotency_key_reused", StatusCode::CONFLICT),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR),
    ("licence_not_valid", StatusCode::FORBIDDEN),
    ("licensee_required", StatusCode::UNPROCESSABLE_ENTITY),
    ("malformed_json", StatusCode::BAD_REQUEST),
    ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED),
    ("no_signing_key", StatusCode::SERVICE_UNAVAILABLE),
    ("not_found", StatusCode::NOT_FOUND),
    ("offer_closed", StatusCode::CONFLICT),
    ("page_out_of_range", StatusCode::BAD_REQUEST),
    ("payee_required", StatusCode::BAD_REQUEST),
    ("quote_expired", StatusCode::GONE),
    ("range_not_satisfiable", StatusCode::RANGE_NOT_SATISFIABLE),
    ("scope_required", StatusCode::FORBIDDEN),
    ("sign_in_link_spent", StatusCode::GONE),
    ("sign_in_required", StatusCode::UNAUTHORIZED),
    ("ui_not_built", StatusCode::SERVICE_UNAVAILABLE),
    ("unavailable", StatusCode::SERVICE_UNAVAILABLE),
    ("unknown_api_key", StatusCode::UNAUTHORIZED),
    ("unknown_field", StatusCode::UNPROCESSABLE_ENTITY),
    ("unknown_file", StatusCode::NOT_FOUND),
    ("unknown_licence", StatusCode::NOT_FOUND),
    ("unknown_option", StatusCode::UNPROCESSABLE_ENTITY),
    ("unknown_parameter", StatusCode::BAD_REQUEST),
    ("unknown_payee", StatusCode::NOT_FOUND),
    ("unknown_plan", StatusCode::UNPROCESSABLE_ENTITY),
    ("unknown_quote", StatusCode::NOT_FOUND),
    ("unknown_track", StatusCode::NOT_FOUND),
    ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("wrong_grant", StatusCode::FORBIDDEN),
];

/// The status of a refusal's code.
pub(crate) fn status_of(code: &str) -> StatusCode {
    STATUSES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(StatusCode::BAD_REQUEST, |(_, status)| *status)
}

/// An answer that isn't the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The stable word for it.
    pub(crate) code: &'static str,
    /// What happened and what to do, one sentence.
    pub(crate) detail: String,
    /// The field of the request that is at fault.
    pub(crate) field: Option<String>,
    /// For the log only.
    pub(crate) cause: Option<String>,
    /// Headers that belong to it.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem as JSON: RFC 9457, with `code`, `field` and `request_id` of our own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Names the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "/problems/unknown_track")]
    pub(crate) kind: String,
    /// The HTTP status in words.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What happened and what to do, one sentence for people.
    pub(crate) detail: String,
    /// The stable word for it, which programs may match on.
    #[schema(example = "unknown_track")]
    pub(crate) code: String,
    /// The field, parameter or header that is at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// The request's number, to be named when asking for help.
    pub(crate) request_id: String,
}

impl Problem {
    /// A problem of a code and a sentence.
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, cause: None, headers: Vec::new() }
    }

    /// The same, with the field that is at fault.
    #[must_use]
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, with a header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// What a bare status from the layers around the handlers means.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new("not_found", "there is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new("method_not_allowed", "this address doesn't answer this method")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new("body_too_large", "a request's body may hold 1 MiB: send it in parts")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new("unsupported_media_type", "send the fields of the form, urlencoded")
            }
            status if status.is_client_error() => {
                Self::new("bad_request", "the request's fields can't be read")
            }
            _ => Self::new("internal", INTERNAL),
        }
    }

    /// Its HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        status_of(self.code)
    }

    /// Its JSON.
    pub(crate) fn body(&self, request_id: &str) -> ProblemBody {
        let status = self.status();
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
            field: self.field.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

const INTERNAL: &str = "something of ours failed: try again, and name the request's number if it stays";

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let mut problem = match fault.database() {
            Some(e) if is_unavailable(e) => Self::new("unavailable", UNAVAILABLE),
            _ => Self::new("internal", INTERNAL),
        };
        problem.cause = Some(fault.chain());
        problem
    }
}
