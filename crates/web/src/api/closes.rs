//! The public reports of closes: how each cycle's money was shared, without saying whose it was.

use std::sync::Arc;

use app::App;
use app::subscriptions::closes::{self, Batch};
use axum::Json;
use axum::extract::{Path, State};
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemBody};

/// The latest closes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Closes {
    /// The latest first, at most 500.
    closes: Vec<CloseGiven>,
}

/// A batch of cycles that were closed together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CloseGiven {
    /// Its id.
    batch: String,
    /// When it was closed.
    #[schema(value_type = String, format = DateTime)]
    closed_at: Timestamp,
    /// ISO 4217.
    currency: String,
    /// How many cycles.
    cycles: u64,
    /// What reached the composers' side for them, in micro-units.
    contribution_micros: i64,
    /// What of it is idle, since nothing was used.
    idle_micros: i64,
    /// What rolled over.
    rolled_over_micros: i64,
    /// Where its whole report is.
    url: String,
}

/// Lists the closes.
#[utoipa::path(get, path = "/v1/closes", operation_id = "list_closes", tag = "Pool", responses(
    (status = 200, description = "The closes", body = Closes),
))]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Closes>, Problem> {
    let closes = closes::list(&app).await?.into_iter().map(CloseGiven::from);
    Ok(Json(Closes {
        closes: closes.collect(),
    }))
}

/// Shows a close whole: for each cycle the formula, the inputs and the outputs, so that anybody can
/// recompute it (`clearcue close --verify FILE` does). No subscriber is named.
#[utoipa::path(get, path = "/v1/closes/{batch}", operation_id = "show_close", tag = "Pool", params(
    ("batch" = String, Path, description = "The batch's id"),
), responses(
    (status = 200, description = "The report", body = Object),
    (status = 404, description = "There is no such close", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(batch): Path<String>,
) -> Result<Json<closes::Report>, Problem> {
    Ok(Json(closes::report(&app, &batch).await?))
}

impl From<Batch> for CloseGiven {
    fn from(batch: Batch) -> Self {
        Self {
            url: format!("/v1/closes/{}", batch.id),
            batch: batch.id.to_string(),
            closed_at: batch.at,
            currency: batch.currency,
            cycles: batch.totals.cycles,
            contribution_micros: batch.totals.contribution_micros,
            idle_micros: batch.totals.idle_micros,
            rolled_over_micros: batch.totals.rolled_over_micros,
        }
    }
}
