//! What offline verifiers need: the store's public keys and its status list. And whether the
//! store is up.

use std::sync::Arc;

use app::App;
use app::licensing::status;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::cache;
use crate::problem::{Problem, ProblemBody};

/// How long the keys and the list may be kept, in seconds.
const KEPT_S: u32 = 300;

/// Whether the store is up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: String,
    /// The program's version.
    version: String,
    /// Whether there is a signing key: without one nothing is sold, and verifying still works.
    sells: bool,
}

/// The public keys that licences of this store are signed with (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "show_keys", tag = "Verifying", responses(
    (status = 200, description = "A JSON Web Key Set", body = Object),
))]
pub(crate) async fn jwks(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    cache::public(
        &headers,
        "application/json",
        app.issuer.jwks().to_json(),
        KEPT_S,
    )
}

/// The signed status list of all licences (Token Status List): what was suspended or revoked,
/// without telling the store which licence somebody asks about.
#[utoipa::path(get, path = "/v1/status-lists/{list}", operation_id = "show_status_list", tag = "Verifying", params(
    ("list" = u32, Path, description = "The list's number: there is only 1"),
), responses(
    (status = 200, description = "A JWT", body = String, content_type = "application/statuslist+jwt"),
    (status = 404, description = "There is no such list", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store has no signing key now", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn status_list(
    State(app): State<Arc<App>>,
    Path(list): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if list != "1" {
        return Err(Problem::new(
            "not_found",
            "there is one status list here: number 1",
        ));
    }
    let token = status::status_list(&app, app.call().now).await?;
    Ok(cache::public(
        &headers,
        "application/statuslist+jwt",
        token,
        KEPT_S,
    ))
}

/// Says that the store is up and its database answers.
#[utoipa::path(get, path = "/v1/health", operation_id = "show_health", tag = "Operating", responses(
    (status = 200, description = "The store is up", body = Health),
    (status = 500, description = "The database doesn't answer", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn health(State(app): State<Arc<App>>) -> Result<Json<Health>, Problem> {
    app.db.read().await.map_err(app::Fault::from)?;
    Ok(Json(Health {
        status: "ok".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        sells: app.issuer.signer(app.call().now).is_some(),
    }))
}
