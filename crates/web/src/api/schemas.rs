//! The published schemas of what the store writes.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::cache;

/// How long a schema may be kept, in seconds: a day. A version's schema never changes.
const KEPT_S: u32 = 24 * 60 * 60;

/// The JSON Schema (2020-12) of a rights envelope.
#[utoipa::path(get, path = "/schemas/envelope.json", operation_id = "show_envelope_schema", tag = "Verifying", responses(
    (status = 200, description = "A JSON Schema", body = Object, content_type = "application/schema+json"),
    (status = 304, description = "It hasn't changed"),
))]
pub(crate) async fn envelope(headers: HeaderMap) -> Response {
    cache::public(
        &headers,
        "application/schema+json",
        domain::envelope::SCHEMA.to_owned(),
        KEPT_S,
    )
}

/// The JSON Schema (2020-12) of a payee's statement.
#[utoipa::path(get, path = "/schemas/statement.json", operation_id = "show_statement_schema", tag = "Metering", responses(
    (status = 200, description = "A JSON Schema", body = Object, content_type = "application/schema+json"),
    (status = 304, description = "It hasn't changed"),
))]
pub(crate) async fn statement(headers: HeaderMap) -> Response {
    cache::public(
        &headers,
        "application/schema+json",
        domain::statement::SCHEMA.to_owned(),
        KEPT_S,
    )
}
