//! Reporting uses: a batch in, a receipt for each out, all in one transaction.
//!
//! A bad event never fails its batch. An event reported again gets the answer it got before;
//! one whose id came with another content is a conflict. An accepted use draws its clip time,
//! earns its payees their parts and stands in the report, or none of it happens.

use data_encoding::HEXLOWER;
use domain::journal::use_draft;
use domain::report::{FieldCode, FieldError};
use domain::usage::{self, UseRefusal};
use domain::{Account, Decision, Draw, LineKind, Shared, TrackId, UseReport, judge};
use ledger::Money;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use store::db::{Tx, Value};
use thiserror::Error;

use super::known::{self, Known};
use super::live::{self, UseSeen};
use crate::access::{Principal, Scope};
use crate::accounts::booking::{Booking, By};
use crate::proofs::{Committed, Event};
use crate::subscriptions::pooled::Pooled;
use crate::{App, Call, Fault, Refusal, Stop, proofs};

/// The most events a batch holds.
pub const BATCH_MAX: usize = 1_000;
/// How often a batch that loses a race is run before that is a fault.
const TRIES_MAX: usize = 20;

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
    /// Clip time billed, in ms; 0 under a tiered licence, which was paid at its sale.
    pub billed_ms: i64,
    /// What it earned for the track's payees, in micro-units.
    pub earned_micros: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Why a whole batch is turned away.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BatchRefusal {
    /// The reporter may not report.
    #[error("reporting uses needs an API key with the scope usage:write (`clearcue key create`)")]
    NotAllowed,
    /// Too many events at once, or none.
    #[error("a batch holds 1 to {BATCH_MAX} events, this has {0}: send it in parts")]
    Size(usize),
}

impl Refusal for BatchRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "scope_required",
            Self::Size(_) => "bad_batch_size",
        }
    }
}

/// Reports a batch of uses, each a JSON object of [`UseReport`]'s fields.
///
/// # Errors
/// [`BatchRefusal`] for the batch; what is wrong with an event stands in its receipt.
pub async fn report(
    app: &App,
    call: &mut Call,
    who: &Principal,
    events: &[Json],
) -> Result<Vec<Receipt>, Stop<BatchRefusal>> {
    if !who.may(Scope::ReportUses) {
        return Err(Stop::Refused(BatchRefusal::NotAllowed));
    }
    if events.is_empty() || events.len() > BATCH_MAX {
        return Err(Stop::Refused(BatchRefusal::Size(events.len())));
    }
    let reporter = who.name();
    let mut tries = 1;
    let (receipts, seen) = loop {
        match batch(app, call, &reporter, events).await {
            Err(fault) if fault.is_contention() && tries < TRIES_MAX => tries += 1,
            done => break done?,
        }
    };
    for news in &seen {
        live::tell(app, news);
    }
    Ok(receipts)
}

/// One transaction over all events. It may lose a race: the same event is sent twice at once,
/// or two batches lock the same payees in another order. Nothing is written then, and it is run
/// again.
async fn batch(
    app: &App,
    call: &mut Call,
    reporter: &str,
    events: &[Json],
) -> Result<(Vec<Receipt>, Vec<UseSeen>), Fault> {
    let mut tx = app.db.write().await?;
    let mut receipts = Vec::with_capacity(events.len());
    let mut seen = Vec::new();
    let mut counted = Vec::new();
    for event in events {
        let (receipt, news) = one(&mut tx, call, reporter, event, &mut counted).await?;
        receipts.push(receipt);
        seen.extend(news);
    }
    log(app, &mut tx, call, &counted).await?;
    tx.commit().await?;
    Ok((receipts, seen))
}

/// A use of this batch as the transparency log holds it.
struct Logged {
    id: [u8; 16],
    event: Vec<u8>,
    earned: Money,
}

/// Puts a batch's uses into the transparency log as one leaf, and keeps each one's place in it.
async fn log(app: &App, tx: &mut Tx, call: &Call, counted: &[Logged]) -> Result<(), Fault> {
    let committed: Vec<_> = counted
        .iter()
        .map(|one| Committed {
            event: &one.event,
            earned: one.earned,
        })
        .collect();
    let Some(leaf) = proofs::uses(app, tx, call.now, &committed).await? else {
        return Ok(());
    };
    for (position, one) in (0_u32..).zip(counted) {
        proofs::keep_place(tx, &one.id, leaf, position).await?;
    }
    Ok(())
}

async fn one(
    tx: &mut Tx,
    call: &mut Call,
    reporter: &str,
    event: &Json,
    counted: &mut Vec<Logged>,
) -> Result<(Receipt, Vec<UseSeen>), Fault> {
    let sent = event.get("id").and_then(Json::as_str).unwrap_or_default();
    let id: String = sent.chars().take(64).collect();
    let report = match serde_json::from_value::<UseReport>(event.clone()) {
        Ok(report) => report,
        Err(error) => {
            let refusal = UseRefusal::Field(malformed(&error));
            return Ok((
                Receipt {
                    id,
                    answer: Answer::Refused(vec![refusal]),
                },
                Vec::new(),
            ));
        }
    };
    if let Some(answer) = earlier(tx, reporter, &report).await? {
        return Ok((Receipt { id, answer }, Vec::new()));
    }
    let refused = |refusal| Answer::Refused(vec![refusal]);
    let (answer, news) = match known::licence(tx, call, &report).await? {
        None => (refused(UseRefusal::UnknownLicence), Vec::new()),
        Some(known) if report.track.is_some() && known.track.is_none() => {
            (refused(UseRefusal::UnknownTrack), Vec::new())
        }
        Some(known) => decide(tx, call, reporter, &report, &known, counted).await?,
    };
    Ok((Receipt { id, answer }, news))
}

/// serde's own words name the field and what it wants.
fn malformed(error: &serde_json::Error) -> FieldError {
    let words = error.to_string();
    let field = words.split('`').nth(1).unwrap_or("event").to_owned();
    FieldError {
        field,
        code: FieldCode::Malformed,
        sentence: words,
    }
}

async fn earlier(tx: &mut Tx, reporter: &str, report: &UseReport) -> Result<Option<Answer>, Fault> {
    let values = [reporter.into(), report.id.as_str().into()];
    let Some(row) = tx.optional(EARLIER, &values).await? else {
        return Ok(None);
    };
    let before: UseReport = serde_json::from_str(&row.text("report")?)
        .map_err(Fault::while_("reading an earlier report"))?;
    Ok(Some(if before == *report {
        Answer::Duplicate(Counted {
            billed_ms: row.int("billed_ms")?,
            earned_micros: row.int("earned_micros")?,
            currency: row.text("currency")?,
        })
    } else {
        Answer::Conflict
    }))
}

async fn decide(
    tx: &mut Tx,
    call: &mut Call,
    reporter: &str,
    report: &UseReport,
    known: &Known,
    log: &mut Vec<Logged>,
) -> Result<(Answer, Vec<UseSeen>), Fault> {
    let judged = usage::Known {
        earlier: None,
        licence: &known.facts,
        envelope: &known.envelope,
        bundles: &known.bundles,
        pool: known.pooled.as_ref().and_then(|one| one.pool.as_ref()),
    };
    match judge(report, &judged, call.now) {
        Decision::Accept {
            draws,
            earned,
            billed_ms,
        } => {
            let track = known
                .track
                .ok_or_else(|| Fault::because("counting a use", "it was accepted for no track"))?;
            let accepted = Accepted {
                reporter,
                report,
                known,
                track,
                draws,
                earned,
                billed_ms,
            };
            let news = accepted.write(tx, call, log).await?;
            let currency = known.currency.code().to_owned();
            let counted = Counted {
                billed_ms,
                earned_micros: earned,
                currency,
            };
            Ok((Answer::Accepted(counted), news))
        }
        Decision::Refuse(reasons) => Ok((Answer::Refused(reasons), Vec::new())),
        // `earlier` was none, so these can't be; if they are, the rule has changed under us.
        Decision::Duplicate | Decision::Conflict => Err(Fault::because(
            "judging a use",
            "a new event was called an old one",
        )),
    }
}

struct Accepted<'a> {
    reporter: &'a str,
    report: &'a UseReport,
    known: &'a Known,
    track: TrackId,
    draws: Vec<Draw>,
    earned: i64,
    billed_ms: i64,
}

impl Accepted<'_> {
    async fn write(
        &self,
        tx: &mut Tx,
        call: &mut Call,
        log: &mut Vec<Logged>,
    ) -> Result<Vec<UseSeen>, Fault> {
        let id = call.id();
        log.push(self.insert(tx, call, &id).await?);
        for draw in &self.draws {
            let bundle = draw.bundle.bytes();
            let (billed, earns) = (draw.billed_ms, draw.earns);
            let values = [(&id).into(), bundle.into(), billed.into(), earns.into()];
            tx.run(INSERT_DRAW, &values).await?;
            tx.run(CONSUME, &[bundle.into(), billed.into()]).await?;
        }
        if let Some(pooled) = self.pooled() {
            pooled.count(tx, &id, self.track, self.report).await?;
        }
        if self.earned == 0 {
            return live::seen_free(tx, &id, self.track).await;
        }
        let shared = self.pay(tx, call, &id).await?;
        live::seen(tx, &id, &shared, self.known.currency).await
    }

    /// The cycle that pays, where no clip time does.
    fn pooled(&self) -> Option<&Pooled> {
        let pooled = self.known.pooled.as_ref();
        pooled.filter(|_| self.draws.is_empty())
    }

    async fn insert(&self, tx: &mut Tx, call: &Call, id: &[u8; 16]) -> Result<Logged, Fault> {
        let report = self.report;
        let text =
            serde_json::to_string(report).map_err(Fault::while_("writing a report of a use"))?;
        let currency = self.known.currency;
        let event = Event::Use(proofs::event::Use {
            id: *id,
            licence: *self.known.id.bytes(),
            track: *self.track.bytes(),
            clip_ms: report.clip_ms,
            billed_ms: self.billed_ms,
            earned_micros: self.earned,
            currency: proofs::letters(currency.code())?,
            published_ms: report.published_at.0,
            received_ms: call.now.0,
            report: Sha256::digest(&text).into(),
        });
        let values: [Value; 16] = [
            id.into(),
            self.reporter.into(),
            report.id.as_str().into(),
            text.into(),
            self.known.id.bytes().into(),
            self.track.bytes().into(),
            report.placement.code().into(),
            report.purpose.code().into(),
            known::video(report).into(),
            report.territory.map(|country| country.to_string()).into(),
            report.clip_ms.into(),
            self.billed_ms.into(),
            self.earned.into(),
            self.known.currency.code().into(),
            report.published_at.0.into(),
            call.now.0.into(),
        ];
        tx.run(INSERT_USE, &values).await?;
        Ok(Logged {
            id: *id,
            event: event.encode(),
            earned: Money::new(self.earned, currency),
        })
    }

    async fn pay(&self, tx: &mut Tx, call: &mut Call, id: &[u8; 16]) -> Result<Shared, Fault> {
        let currency = self.known.currency;
        let source = HEXLOWER.encode(id);
        let draft = use_draft(&source, &self.known.label, &self.draws, currency)
            .map_err(Fault::while_("journalling a use"))?;
        let mut booking = Booking::new(draft, (LineKind::Use, id), currency);
        if let Some(pooled) = self.pooled() {
            booking.post(&Account::Pool(pooled.subscription), -self.earned);
        }
        let by = By {
            track: self.track,
            kind: None,
            licence: Some(self.known.id),
        };
        let shared = booking.share(tx, call, by, self.earned).await?;
        booking.write(tx, call).await?;
        Ok(shared)
    }
}

const EARLIER: &str = "
    select report, billed_ms, earned_micros, currency
      from uses where reporter = $1 and event_id = $2";

const INSERT_USE: &str = "
    insert into uses (id, reporter, event_id, report, licence_id, track_id, placement, purpose,
                      video, territory, clip_ms, billed_ms, earned_micros, currency,
                      published_ms, received_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

const INSERT_DRAW: &str = "
    insert into use_draws (use_id, bundle_id, billed_ms, earned_micros)
    values ($1, $2, $3, $4)";

const CONSUME: &str = "update bundles set consumed_ms = consumed_ms + $2 where id = $1";
