//! Verifying online: what anybody may know of a licence by its code.

use std::sync::Arc;

use app::App;
use app::licensing::verify;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::{Envelope, Timestamp, plain};
use serde::Serialize;
use utoipa::ToSchema;

use super::quotes::PlainTerms;
use crate::cache;
use crate::limit::Counted;
use crate::problem::{Problem, ProblemBody};

/// How long an answer may be kept, in seconds: a withdrawal is known after that at the latest.
const KEPT_S: u32 = 60;

/// What anybody may know of a licence. Who holds it isn't part of that.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verified {
    /// Its code.
    #[schema(example = "7K3M9-QXD4T-0RWPD")]
    code: String,
    /// `valid`, `suspended` or `revoked`.
    status: String,
    /// Since when, where that has changed since the sale.
    #[schema(value_type = Option<String>, format = DateTime)]
    status_since: Option<Timestamp>,
    /// The track's title when it was sold; the plan's name for clip time.
    title: String,
    /// Its artist then; empty for clip time.
    artist: String,
    /// What was licensed, for people.
    label: String,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// What it allows, axis by axis.
    #[schema(value_type = Object)]
    envelope: Envelope,
    /// For a subscription: whether it runs now. Uses that were counted stay cleared when it has
    /// ended, and one that never was isn't cleared by the code: `POST /v1/checks` answers for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_runs: Option<bool>,
    /// SHA-256 of the envelope's canonical JSON (RFC 8785), hex.
    envelope_sha256: String,
    /// The terms in plain words.
    plain: PlainTerms,
    /// The store that issued it: the `iss` of its key.
    issuer: String,
    /// Its public page, an absolute address.
    page_url: String,
}

/// Verifies a licence code, as printed, spoken or typed. No personal data.
#[utoipa::path(get, path = "/v1/verify/{code}", operation_id = "verify_code", tag = "Verifying", params(
    ("code" = String, Path, description = "The code; case, hyphens and spaces don't matter"),
), responses(
    (status = 200, description = "What anybody may know of the licence", body = Verified),
    (status = 304, description = "It hasn't changed"),
    (status = 400, description = "That is no code: it is mistyped", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No licence of this store has the code", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many look-ups: see Retry-After", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    _counted: Counted,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&app, &code, &headers).await
}

/// The answer to a code, for programs.
pub(crate) async fn answer(
    app: &App,
    code: &str,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let licence = verify::verify(app, code).await?;
    let subscription_runs = verify::subscription_runs(app, app.edge.now(), &licence).await?;
    let code = licence.code.to_string();
    let verified = Verified {
        page_url: app.settings.licence_page(&code),
        code,
        subscription_runs,
        status: licence.standing.word().to_owned(),
        status_since: licence.standing_since,
        title: licence.title,
        artist: licence.artist,
        label: licence.label,
        issued_at: licence.issued_at,
        plain: plain(&licence.envelope).into(),
        envelope: licence.envelope,
        envelope_sha256: licence.envelope_sha256,
        issuer: app.settings.public_url.clone(),
    };
    let body = serde_json::to_string(&verified).map_err(app::Fault::while_("writing an answer"))?;
    Ok(cache::public(headers, "application/json", body, KEPT_S))
}
