//! Payouts, for the operator: runs, releases, files and results.

mod given;

use std::sync::Arc;

use app::App;
use app::payouts::{list, propose, release, results, send};
use axum::Json;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::{PayoutBatchId, PayoutId};

use super::body::{self, Body};
use super::payees::{currency, key, read, signed_in};
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};
use given::{
    BatchGiven, BatchRequest, PayoutEvent, PayoutHistory, ResultLine, ResultsGiven, RunGiven,
    WithdrawRequest,
};
pub(crate) use given::{PayoutGiven, Payouts};

/// Lists everybody's payouts, those that aren't over first.
#[utoipa::path(get, path = "/v1/payouts", operation_id = "list_payouts", tag = "Payouts", responses(
    (status = 200, description = "The payouts", body = Payouts),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Payouts>, Problem> {
    let all = list::all(&app, signed_in(&caller)?).await?;
    Ok(Json(Payouts::from(all)))
}

/// Shows a payout and everything that happened to it.
#[utoipa::path(get, path = "/v1/payouts/{payout}", operation_id = "show_payout", tag = "Payouts", params(
    ("payout" = String, Path, description = "The payout's id"),
), responses(
    (status = 200, description = "The payout", body = PayoutHistory),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payout", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(payout): Path<String>,
    caller: Caller,
) -> Result<Json<PayoutHistory>, Problem> {
    let hand = signed_in(&caller)?;
    let (seen, past) = list::show(&app, hand, read(&payout, "payout")?).await?;
    let event = |one: list::Past| PayoutEvent {
        at: one.at,
        who: one.who,
        state: one.state,
        reason: one.reason,
    };
    Ok(Json(PayoutHistory {
        payout: seen.into(),
        history: past.into_iter().map(event).collect(),
    }))
}

/// Proposes a payout for everybody whose pay day has come.
#[utoipa::path(post, path = "/v1/payout-runs", operation_id = "run_payouts", tag = "Payouts", params(
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each run"),
), responses(
    (status = 200, description = "What was proposed", body = RunGiven),
    (status = 400, description = "No Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn run(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<RunGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let who = caller.0.name();
    let key = Some(key(&who, &headers));
    let run = propose::due(&app, &mut app.call(), hand, key).await?;
    Ok(Json(RunGiven::from(run)))
}

/// Releases a payout that is above the limit. Two people must; whoever proposed it is one.
#[utoipa::path(post, path = "/v1/payouts/{payout}/release", operation_id = "release_payout", tag = "Payouts", params(
    ("payout" = String, Path, description = "The payout's id"),
), responses(
    (status = 200, description = "The payout", body = PayoutGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may, and never to themself", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payout", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It needs somebody else, or no release", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    Path(payout): Path<String>,
    caller: Caller,
) -> Result<Json<PayoutGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let id: PayoutId = read(&payout, "payout")?;
    let seen = release::release(&app, &mut app.call(), hand, id).await?;
    Ok(Json(seen.into()))
}

/// Calls a payout off before it is sent. The payee may do so too.
#[utoipa::path(post, path = "/v1/payouts/{payout}/withdraw", operation_id = "withdraw_payout", tag = "Payouts", request_body = WithdrawRequest, params(
    ("payout" = String, Path, description = "The payout's id"),
), responses(
    (status = 200, description = "The payout", body = PayoutGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payout", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It was sent, or is over", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    Path(payout): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Json<PayoutGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let id: PayoutId = read(&payout, "payout")?;
    let Body(wanted) = Body::<WithdrawRequest>::from_request(request, &()).await?;
    let seen = release::withdraw(&app, &mut app.call(), hand, id, &wanted.reason).await?;
    Ok(Json(seen.into()))
}

/// Writes all that is ready by a rail in a currency into a file, and counts it as sent.
#[utoipa::path(post, path = "/v1/payout-batches", operation_id = "make_payout_file", tag = "Payouts", request_body = BatchRequest, params(
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each file"),
), responses(
    (status = 200, description = "The file", body = BatchGiven),
    (status = 400, description = "No Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "Nothing can be sent now", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<BatchGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let Body(wanted) = Body::<BatchRequest>::from_request(request, &()).await?;
    let what = (wanted.rail, currency(&app, wanted.currency.as_deref())?);
    let who = caller.0.name();
    let key = Some(key(&who, &headers));
    let sent = send::send(&app, &mut app.call(), hand, what, key).await?;
    Ok(Json(BatchGiven::from(sent)))
}

/// Gives a file's bytes: the same whenever they are asked for.
#[utoipa::path(get, path = "/v1/payout-batches/{batch}", operation_id = "download_payout_file", tag = "Payouts", params(
    ("batch" = String, Path, description = "The file's id"),
), responses(
    (status = 200, description = "The file", body = String, content_type = "application/xml"),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such file", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    Path(batch): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    let hand = signed_in(&caller)?;
    let id: PayoutBatchId = read(&batch, "batch")?;
    let (batch, bytes) = send::content(&app, hand, id).await?;
    let mut response = bytes.into_response();
    let name = format!("attachment; filename=\"{}\"", batch.file_name);
    for (header, value) in [
        (header::CONTENT_TYPE, batch.media),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ] {
        let value = HeaderValue::from_str(&value);
        let value = value.map_err(app::Fault::while_("naming a payout file"))?;
        response.headers_mut().insert(header, value);
    }
    Ok(response)
}

/// Reads what became of a file's payouts: CSV with the columns `payout`, `state` and, where
/// known, `reason`, `fee`, `amount`, `currency`. The same file again changes nothing.
#[utoipa::path(post, path = "/v1/payout-batches/{batch}/results", operation_id = "read_payout_results", tag = "Payouts", request_body(content = String, content_type = "text/csv"), params(
    ("batch" = String, Path, description = "The file's id"),
), responses(
    (status = 200, description = "What each line did", body = ResultsGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such file", body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, description = "It is no text/csv", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "It is no such table", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn results(
    State(app): State<Arc<App>>,
    Path(batch): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Json<ResultsGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let id: PayoutBatchId = read(&batch, "batch")?;
    if body::media_type(request.headers()) != "text/csv" {
        let detail = "send the table as it is, with the header Content-Type: text/csv";
        return Err(Problem::new("unsupported_media_type", detail).at("Content-Type"));
    }
    let bytes = body::bytes(request, &()).await?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = results::import(&app, &mut app.call(), hand, Some(id), &text).await?;
    Ok(Json(ResultsGiven {
        lines: lines.into_iter().map(ResultLine::from).collect(),
    }))
}
