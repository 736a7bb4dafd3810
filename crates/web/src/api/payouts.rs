//! Payouts, for the operator: runs, releases, files and results.

use std::sync::Arc;

use app::App;
use app::payouts::propose::{self, Run};
use app::payouts::results::{self, LineRead};
use app::payouts::send::{self, Batch, Sent};
use app::payouts::{PayoutSeen, list, release};
use axum::Json;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use domain::payout::destination::Rail;
use domain::{PayoutBatchId, PayoutId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{self, Body};
use super::money::Money;
use super::payees::{currency, key, read, signed_in};
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// Payouts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payouts {
    /// At most 200.
    payouts: Vec<PayoutGiven>,
}

/// A payout.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payout)]
pub(crate) struct PayoutGiven {
    /// Its id: the reference in every file.
    id: String,
    /// The payee's id.
    payee: String,
    /// Their name.
    payee_name: String,
    /// What arrives.
    amount: Money,
    /// What the payee bears of the rail's fee, beside it.
    fee: Money,
    /// `sepa`, `paypal`, `wise` or `manual`.
    rail: &'static str,
    /// `awaiting_release`, `ready`, `sent`, `unknown`, `paid`, `failed` or `withdrawn`.
    state: &'static str,
    /// Why, as the provider says it.
    reason: Option<String>,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    proposed_at: Timestamp,
    /// Who released it.
    released_by: Option<String>,
    /// The file it left by.
    batch: Option<String>,
    /// Since when it stands like this.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// A payout with everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutHistory {
    /// The payout.
    payout: PayoutGiven,
    /// The oldest first.
    history: Vec<PayoutEvent>,
}

/// One step of a payout.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutEvent {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who.
    who: String,
    /// How it stands since.
    state: String,
    /// Why.
    reason: String,
}

/// What a run did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunGiven {
    /// What it proposed.
    proposed: Vec<PayoutGiven>,
    /// Whose pay day had come, and why they aren't paid.
    not_yet: Vec<NotYetGiven>,
}

/// Somebody who isn't paid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotYetGiven {
    /// The payee's id.
    payee: String,
    /// ISO 4217.
    currency: String,
    /// A stable word.
    reason: &'static str,
    /// The same for people.
    reason_text: String,
}

/// Why a payout is withdrawn.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawRequest {
    /// Up to 300 characters; the payee reads it.
    #[serde(default)]
    reason: String,
}

/// Which payouts go into a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// `sepa`, `paypal`, `wise` or `manual`.
    #[schema(value_type = String)]
    rail: Rail,
    /// ISO 4217; the store's currency where not given.
    currency: Option<String>,
}

/// A file that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchGiven {
    /// Its id.
    id: String,
    /// Its rail.
    rail: &'static str,
    /// How many payouts are in it.
    lines: i64,
    /// What they sum to.
    total: Money,
    /// The file's name.
    file_name: String,
    /// Where its bytes are.
    url: String,
    /// Their SHA-256 in hex.
    sha256: String,
    /// What stays ready, and why.
    left_out: Vec<LeftOut>,
}

/// A payout that isn't in the file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOut {
    /// Its id.
    payout: String,
    /// Why.
    reason: String,
}

/// What became of a file of results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultsGiven {
    /// A result for each line that says something.
    lines: Vec<ResultLine>,
}

/// What a line did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultLine {
    /// Its number in the file.
    line: usize,
    /// The payout, where the line names one.
    payout: Option<String>,
    /// `paid`, `returned`, `unknown`, `unchanged` or `refused`.
    outcome: &'static str,
    /// Why it is refused.
    reason: Option<String>,
}

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

impl From<Vec<PayoutSeen>> for Payouts {
    fn from(all: Vec<PayoutSeen>) -> Self {
        Self {
            payouts: all.into_iter().map(PayoutGiven::from).collect(),
        }
    }
}

impl From<PayoutSeen> for PayoutGiven {
    fn from(one: PayoutSeen) -> Self {
        Self {
            id: one.id.to_string(),
            payee: one.payee.to_string(),
            payee_name: one.payee_name,
            amount: one.amount.into(),
            fee: one.fee.into(),
            rail: one.rail.code(),
            state: one.state.word(),
            reason: one.reason,
            proposed_by: one.proposed_by,
            proposed_at: one.proposed_at,
            released_by: one.released_by,
            batch: one.batch.map(|id| id.to_string()),
            changed_at: one.changed_at,
        }
    }
}

impl From<Run> for RunGiven {
    fn from(run: Run) -> Self {
        let not_yet = run.not_yet.into_iter();
        Self {
            proposed: run.proposed.into_iter().map(PayoutGiven::from).collect(),
            not_yet: not_yet
                .map(|(payee, currency, why)| NotYetGiven {
                    payee: payee.to_string(),
                    currency: currency.code().to_owned(),
                    reason: why.code(),
                    reason_text: why.to_string(),
                })
                .collect(),
        }
    }
}

impl From<Sent> for BatchGiven {
    fn from(sent: Sent) -> Self {
        let Batch {
            id,
            rail,
            lines,
            total,
            file_name,
            sha256,
            ..
        } = sent.batch;
        let left_out = sent.left_out.into_iter().map(|(payout, reason)| LeftOut {
            payout: payout.to_string(),
            reason,
        });
        Self {
            id: id.to_string(),
            rail: rail.code(),
            lines,
            total: total.into(),
            file_name,
            url: format!("/v1/payout-batches/{id}"),
            sha256: HEXLOWER.encode(&sha256),
            left_out: left_out.collect(),
        }
    }
}

impl From<LineRead> for ResultLine {
    fn from(line: LineRead) -> Self {
        let (outcome, reason) = match line.outcome {
            Ok(done) => (done.word(), None),
            Err(wrong) => ("refused", Some(wrong.to_string())),
        };
        Self {
            line: line.line,
            payout: line.payout.map(|id| id.to_string()),
            outcome,
            reason,
        }
    }
}
