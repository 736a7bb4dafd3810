//! The claim bundle of a licence.

use std::sync::Arc;

use app::App;
use app::licensing::claim;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use tokio::sync::Semaphore;

use super::files::as_attachment;
use super::licences::opened;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::range::{self, Content, Source};

const MIME: &str = "application/zip";

/// How many bundles are built at once: each takes a processor, and the disk room of its files.
const BUILDERS: usize = 2;

/// Who may build now; the others wait.
static BUILDING: Semaphore = Semaphore::const_new(BUILDERS);

/// Downloads everything about a licence in one zip: its files with their keys, the certificate,
/// the invoice, the text for under the video and the one for a dispute.
#[utoipa::path(get, path = "/v1/licences/{licence}/claim.zip", operation_id = "download_claim", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The bundle", body = Vec<u8>, content_type = "application/zip"),
    (status = 304, description = "It hasn't changed"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's, or the licence isn't valid", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let draft = claim::draft(&app, &app.call(), id).await?;
    let name = draft.name.clone();
    if let Some(response) = range::unread(&method, &headers, &draft.tag, MIME) {
        return Ok(as_attachment(response, &name));
    }
    // The semaphore is never closed, so there is always a permit to come.
    let permit = BUILDING.acquire().await.ok();
    let claim = claim::build(&app, draft).await?;
    drop(permit);
    let content = Content {
        source: Source::File(claim.file),
        length: claim.length,
        tag: claim.tag,
        mime: MIME,
    };
    let response = range::send(&method, &headers, content).await?;
    Ok(as_attachment(response, &name))
}
