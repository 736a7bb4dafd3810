//! A licence's standing: what happened to it, and moving it.

use std::sync::Arc;

use app::App;
use app::licensing::standing::{self, Line};
use app::licensing::{Licence, show};
use axum::Json;
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use domain::standing::Move;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::licences::opened;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// A move of a licence's standing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingRequest {
    /// `suspend`, `restore` or `revoke`.
    #[serde(rename = "move")]
    #[schema(rename = "move", value_type = String)]
    wanted: Move,
    /// Why, 1 to 500 characters; the holder reads it.
    reason: String,
}

/// A licence's standing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandingGiven {
    /// The licence's code.
    code: String,
    /// `valid`, `suspended` or `revoked`.
    status: &'static str,
    /// Since when, where it was moved since the sale.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Every move, the oldest first.
    history: Vec<StandingChange>,
}

/// One move.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandingChange {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How it stood.
    before: &'static str,
    /// How it stands since.
    after: &'static str,
    /// Why.
    reason: String,
}

/// Tells how a licence stands, what happened to it and why.
#[utoipa::path(get, path = "/v1/licences/{licence}/standing", operation_id = "show_standing", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "Its standing", body = StandingGiven),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let licence = show::licence(&app, id).await?;
    answer(&app, &licence).await
}

/// Suspends, restores or revokes a licence. For the operator, signed in. The same move again
/// changes nothing.
#[utoipa::path(post, path = "/v1/licences/{licence}/standing", operation_id = "move_standing", tag = "Operating", request_body = StandingRequest, params(
    ("licence" = String, Path, description = "The licence's id"),
), responses(
    (status = 200, description = "How it stands now", body = StandingGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "A revoked licence stays revoked", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    if !caller.is_operator() {
        return Err(match caller.0 {
            app::access::Principal::Guest => sign_in_required(),
            _ => Problem::new(
                "scope_required",
                "only the operator moves a licence's standing",
            ),
        });
    }
    let id = opened(&app, &caller, &licence, None)?;
    let Body(wanted) = Body::<StandingRequest>::from_request(request, &()).await?;
    let moved = standing::change(&app, &app.call(), id, wanted.wanted, &wanted.reason).await?;
    answer(&app, &moved.licence).await
}

async fn answer(app: &App, licence: &Licence) -> Result<Response, Problem> {
    let history = standing::history(app, licence.id).await?;
    let body = StandingGiven {
        code: licence.code.to_string(),
        status: licence.standing.word(),
        since: licence.standing_since,
        history: history.into_iter().map(StandingChange::from).collect(),
    };
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl From<Line> for StandingChange {
    fn from(line: Line) -> Self {
        Self {
            at: line.at,
            before: line.before.word(),
            after: line.after.word(),
            reason: line.reason,
        }
    }
}
