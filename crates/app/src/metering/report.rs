//! Reporting uses: a batch in, a receipt for each out, all of it durable before it is answered.
//!
//! A bad event never fails its batch. An event reported again gets the answer it got before;
//! one whose id came with another content is a conflict. An accepted use draws its clip time,
//! earns its payees their parts and stands in the report, or none of it happens.

use domain::usage::UseRefusal;
use ledger::Currency;
use licence_key::Code;
use meter::event::{self, BATCH_EVENTS_MAX, BatchError, Form};
use serde_json::Value as Json;
use thiserror::Error;

use super::batch::{Asked, Batch, Reported, Whose, owned};
use crate::access::{Principal, Scope};
use crate::{App, Fault, Refusal, Stop};

/// The most events a batch holds.
pub const BATCH_MAX: usize = BATCH_EVENTS_MAX;
/// Bodies from this size on are read beside the threads that answer. A full batch of usual events is
/// smaller: it takes less than a millisecond, and another thread would have to be woken for it.
const LARGE: usize = 384 << 10;

/// In which form a batch comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchForm {
    /// A JSON array of events, or one event.
    Json,
    /// A JSON event a line.
    Lines,
    /// CloudEvents 1.0 in the batched JSON format.
    CloudEvents,
}

/// The answer to one reported event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The event's id, as it was sent; empty if it had none.
    pub id: String,
    /// What became of it.
    pub answer: Answer,
}

/// What became of one reported event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It counts.
    Accepted(Counted),
    /// It was accepted before, with this answer.
    Duplicate(Counted),
    /// Another event with this id was accepted before.
    Conflict,
    /// It doesn't count, for all these reasons.
    Refused(Vec<UseRefusal>),
}

/// A use that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The licence it fell under.
    pub licence: Code,
    /// Clip time billed, in ms; 0 under a tiered licence, which was paid at its sale.
    pub billed_ms: i64,
    /// What it earned for the track's payees, in micro-units.
    pub earned_micros: i64,
    /// The licence's currency.
    pub currency: Currency,
}

/// Why a whole batch is turned away.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BatchRefusal {
    /// The reporter may not report.
    #[error("reporting uses needs an API key with the scope usage:write (`clearcue key create`)")]
    NotAllowed,
    /// The reporter's key was withdrawn.
    #[error("this API key was withdrawn: make one with `clearcue key create`")]
    Withdrawn,
    /// Too many events at once, or none.
    #[error("a batch holds 1 to {BATCH_MAX} events, this has {0}: send it in parts")]
    Size(usize),
    /// Its body can't be cut into events.
    #[error("the body is no JSON: {0}")]
    NotJson(String),
}

impl Refusal for BatchRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "scope_required",
            Self::Withdrawn => "unknown_api_key",
            Self::Size(_) => "bad_batch_size",
            Self::NotJson(_) => "malformed_json",
        }
    }
}

/// Reports a batch of uses, each a JSON object of `UseReport`'s fields.
///
/// # Errors
/// [`BatchRefusal`] for the batch; what is wrong with an event stands in its receipt.
pub async fn report(
    app: &App,
    who: &Principal,
    events: &[Json],
) -> Result<Vec<Receipt>, Stop<BatchRefusal>> {
    let reporter = reporter(who)?;
    if events.is_empty() || events.len() > BATCH_MAX {
        return Err(Stop::Refused(BatchRefusal::Size(events.len())));
    }
    let texts: Vec<String> = events.iter().map(Json::to_string).collect();
    let events = texts.iter().map(|text| owned(event::read_one(text)));
    let batch = Batch::of(events.collect());
    let reported = take(app, who, reporter, batch).await?;
    Ok(reported.into_receipts())
}

/// The same of a body as it came.
///
/// # Errors
/// [`BatchRefusal`] for the batch; what is wrong with an event stands in its receipt.
pub async fn report_body(
    app: &App,
    who: &Principal,
    body: Vec<u8>,
    form: BatchForm,
) -> Result<Reported, Stop<BatchRefusal>> {
    let reporter = reporter(who)?;
    let batch = if body.len() < LARGE {
        read(body, form)
    } else {
        tokio::task::spawn_blocking(move || read(body, form))
            .await
            .map_err(Fault::while_("reading a batch"))?
    };
    let batch = batch.map_err(Stop::Refused)?;
    take(app, who, reporter, batch).await
}

async fn take(
    app: &App,
    who: &Principal,
    reporter: String,
    batch: Batch,
) -> Result<Reported, Stop<BatchRefusal>> {
    let key = match who {
        Principal::Program(key) => Some(key.id),
        Principal::Guest | Principal::Person(_) => None,
    };
    let asked = Asked {
        reporter,
        key,
        whose: Whose::by(who),
        batch,
    };
    let reported = app.engine.take(asked).await?;
    reported.ok_or(Stop::Refused(BatchRefusal::Withdrawn))
}

fn reporter(who: &Principal) -> Result<String, Stop<BatchRefusal>> {
    if who.may(Scope::ReportUses) {
        Ok(who.name())
    } else {
        Err(Stop::Refused(BatchRefusal::NotAllowed))
    }
}

fn read(body: Vec<u8>, form: BatchForm) -> Result<Batch, BatchRefusal> {
    let form = match form {
        BatchForm::Json => Form::Json,
        BatchForm::Lines => Form::Lines,
        BatchForm::CloudEvents => Form::CloudEvents,
    };
    Batch::read(body, form).map_err(|error| match error {
        BatchError::Events(count) => BatchRefusal::Size(count),
        BatchError::NotJson(why) => BatchRefusal::NotJson(why),
        BatchError::Bytes(_) => BatchRefusal::NotJson(error.to_string()),
    })
}
