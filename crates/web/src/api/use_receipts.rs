//! The receipt of an event by its id.

use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::metering::receipt::{self, Given};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::uses::Receipt;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// A receipt, with what has become of the event since.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptFound<'a> {
    /// The receipt as it was given first.
    #[serde(flatten)]
    receipt: Receipt<'a>,
    /// When the event was received.
    #[schema(format = DateTime)]
    received_at: String,
    /// The number of the commit that counts it; null where none does.
    commit: Option<u64>,
    /// Whether the sums of reports hold it; what isn't settled yet is within a second or two.
    settled: bool,
}

/// Shows the receipt of an event that the asking key has sent: for 35 days; of older ones only of
/// those that were settled by themselves.
#[utoipa::path(get, path = "/v1/uses/{event}", operation_id = "show_receipt", tag = "Metering", params(
    ("event" = String, Path, description = "The event's id, as it was sent"),
), responses(
    (status = 200, description = "The receipt", body = ReceiptFound),
    (status = 401, description = "No API key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The key lacks usage:write", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No event of this id, sent with this key, is known", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["usage:write"])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
    caller: Caller,
) -> Result<Json<ReceiptFound<'static>>, Problem> {
    caller.needs(Scope::ReportUses)?;
    let given = receipt::receipt(&app, &caller.0, &event).await?;
    Ok(Json(ReceiptFound::of(&app, &given)?))
}

impl ReceiptFound<'_> {
    fn of(app: &App, given: &Given) -> Result<Self, Problem> {
        let receipt = Receipt::of(given.receipt.id.clone().into(), &given.receipt.answer)?;
        Ok(Self {
            receipt: receipt.telling(app, given.told.as_ref())?,
            received_at: given.received_at.to_string(),
            commit: given.commit,
            settled: given.settled,
        })
    }
}
