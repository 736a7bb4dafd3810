//! The operator's desk: proposing, releasing, sending and reading back what became of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::App;
use app::mails;
use app::payouts::results::LineRead;
use app::payouts::{Hand, Key, PayoutSeen, list, propose, release, results, send, waiting};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::HEXLOWER;
use domain::payout::State as Stage;
use domain::payout::destination::Rail;
use ledger::{Currency, Money};

use super::fields::Filled;
use super::frame::Frame;
use super::payouts::row;
use super::problem::sentence;
use super::view::{FileRow, LetterRow, PayoutDeskPage, ReadyRow};
use crate::api::payees;
use crate::problem::Problem;
use crate::words;

/// `GET /operator/payouts`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    page(&app, frame, Ok(Vec::new())).await
}

/// `POST /operator/payouts`: one step of the way.
pub(crate) async fn act(
    State(app): State<Arc<App>>,
    frame: Frame,
    request: Request,
) -> Result<Response, Problem> {
    // Nobody else's form is read.
    list::all(&app, payees::signed_in(&frame.caller)?).await?;
    let done = match Filled::read(request).await {
        Ok(filled) => step(&app, &frame, &filled).await,
        Err(problem) => Err(problem),
    };
    match done {
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) if problem.code == "sign_in_required" => Err(problem),
        Err(problem) if problem.code == "scope_required" => Err(problem),
        done => page(&app, frame, done).await,
    }
}

async fn step(app: &App, frame: &Frame, filled: &Filled) -> Result<Vec<String>, Problem> {
    let hand = payees::signed_in(&frame.caller)?;
    let who = frame.caller.0.name();
    let key = Some(Key {
        who: &who,
        key: filled.value("key"),
    });
    let call = &mut app.call();
    match filled.value("do") {
        "run" => {
            let run = propose::due(app, call, hand, key).await?;
            Ok(run_words(run.proposed.len(), run.not_yet.len()))
        }
        "release" => {
            let id = payees::read(filled.value("payout"), "payout")?;
            let seen = release::release(app, call, hand, id).await?;
            Ok(vec![format!(
                "{}: {}.",
                seen.payee_name,
                row(&seen, &BTreeMap::new()).state
            )])
        }
        "withdraw" => {
            let id = payees::read(filled.value("payout"), "payout")?;
            let why = "withdrawn by the operator";
            let seen = release::withdraw(app, call, hand, id, why).await?;
            Ok(vec![format!(
                "The payout to {} is withdrawn.",
                seen.payee_name
            )])
        }
        "file" => {
            let rail: Rail = payees::read(filled.value("rail"), "rail")?;
            let currency = payees::currency(app, Some(filled.value("currency")))?;
            let sent = send::send(app, call, hand, (rail, currency), key).await?;
            let mut said = vec![format!(
                "{} is made: download it below.",
                sent.batch.file_name
            )];
            let left = sent.left_out.iter();
            said.extend(left.map(|(id, why)| format!("{id} is left for later: {why}")));
            Ok(said)
        }
        "results" => {
            let id = payees::read(filled.value("batch"), "batch")?;
            let (file, pasted) = (filled.value("file"), filled.value("results"));
            let text = if file.is_empty() { pasted } else { file };
            let lines = results::import(app, call, hand, Some(id), text).await?;
            Ok(lines.iter().map(line).collect())
        }
        "letters" => {
            let count = mails::again(app, hand).await?;
            Ok(vec![format!("Letters to be tried again: {count}.")])
        }
        _ => Err(Problem::new("bad_value", "this form isn't one of this page").at("do")),
    }
}

/// What a run has come to: nothing due is said in words, not in zeros.
fn run_words(made: usize, waits: usize) -> Vec<String> {
    let many = |n: usize| words::many(i64::try_from(n).unwrap_or(i64::MAX), "payout", "payouts");
    match (made, waits) {
        (0, 0) => vec!["It is nobody's pay day: nothing was proposed.".into()],
        (_, 0) => vec![format!("Proposed: {}.", many(made))],
        (_, waits) => vec![
            format!("Proposed: {}.", many(made)),
            format!(
                "Whose pay day it is, but who can't be paid yet: {waits}. Their own page says why."
            ),
        ],
    }
}

fn line(line: &LineRead) -> String {
    let what = match &line.outcome {
        Ok(done) => done.word().to_owned(),
        Err(wrong) => format!("refused: {wrong}"),
    };
    format!("Line {}: {what}", line.line)
}

async fn page(
    app: &App,
    frame: Frame,
    done: Result<Vec<String>, Problem>,
) -> Result<Response, Problem> {
    let hand = payees::signed_in(&frame.caller)?;
    let payouts = list::all(app, hand).await?;
    let files = send::batches(app, Hand::Asker(&frame.caller.0)).await?;
    let letters = mails::unsent(app).await?;
    let call = app.call();
    let waits = waiting::of(app, &call, &payouts).await?;
    let to_set = waiting::to_set(app, Hand::Asker(&frame.caller.0)).await?;
    let (done, problem) = match done {
        Ok(done) => (done, None),
        Err(problem) => (Vec::new(), Some(sentence(&problem.detail))),
    };
    let wrong = problem.is_some();
    let file = |one: send::Batch| FileRow {
        id: one.id.to_string(),
        what: format!(
            "{}, {}",
            words::many(one.lines, "payout", "payouts"),
            words::price(one.total)
        ),
        by: format!("{}, {}", one.made_by, words::moment(one.made_at)),
        name: one.file_name,
    };
    let given_up = letters.iter().any(|one| one.given_up.is_some());
    let mut response = super::html(&PayoutDeskPage {
        done,
        problem,
        key: HEXLOWER.encode(&app.call().random::<16>()),
        to_set: to_set
            .iter()
            .map(|what| sentence(&what.to_string()))
            .collect(),
        payouts: payouts.iter().map(|seen| row(seen, &waits)).collect(),
        ready: ready(&payouts),
        files: files.into_iter().map(file).collect(),
        letters: letters.into_iter().map(letter).collect(),
        given_up,
        shell: frame.unlisted("Payouts"),
    })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn letter(one: mails::Letter) -> LetterRow {
    let tried = words::many(one.tries, "try", "tries");
    let state = match (one.given_up, one.tries) {
        (Some(at), _) => format!("Given up on {} after {tried}", words::moment(at)),
        (None, 0) => "Waits for the next minute".to_owned(),
        (None, _) => format!("Waits after {tried}"),
    };
    LetterRow {
        to: one.to,
        subject: one.subject,
        at: words::moment(one.at),
        state,
        trouble: one.trouble.map(|why| sentence(&why)).unwrap_or_default(),
    }
}

/// What can be written into a file, by rail and currency.
fn ready(payouts: &[PayoutSeen]) -> Vec<ReadyRow> {
    let mut sums: BTreeMap<(Rail, Currency), (i64, i64)> = BTreeMap::new();
    for seen in payouts.iter().filter(|seen| seen.state == Stage::Ready) {
        let sum = sums.entry((seen.rail, seen.amount.currency())).or_default();
        sum.0 += 1;
        sum.1 = sum.1.saturating_add(seen.amount.micros());
    }
    let row = |((rail, currency), (count, micros)): ((Rail, Currency), (i64, i64))| ReadyRow {
        rail: rail.code().to_owned(),
        label: super::standing::capital(rail.label()),
        currency: currency.code().to_owned(),
        what: format!(
            "{}, {}",
            words::many(count, "payout", "payouts"),
            words::price(Money::new(micros, currency))
        ),
    };
    sums.into_iter().map(row).collect()
}
