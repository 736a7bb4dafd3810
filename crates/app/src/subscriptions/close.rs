//! Closing cycles whose 48 hours are over: the subscriber's share goes to the tracks that this
//! subscriber used, less what accrued at the uses.
//!
//! Cycles are closed in the order of their ends, some thousands in one transaction with one
//! journal. A run that was killed has closed whole batches and nothing of the next; run again, it
//! goes on there, and the balances end as if it had never stopped, since sheets share by
//! cumulative amounts. What is closed is marked in the same transaction: a second run finds none.

use domain::cycle::GRACE_MS;
use domain::pool::close::{Close, CloseReport, Totals, Unused};
use domain::{Account, CloseId, CycleId, LineKind, Timestamp};
use ledger::{Currency, JournalDraft};
use store::db::{Tx, Value};
use thiserror::Error;

use super::spread::Spread;
use crate::accounts::cycles::{MARKED, OpenCycle, digest, read};
use crate::many::{self, ROWS};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// How many cycles are closed in one transaction.
pub const BATCH: i64 = 2_500;
/// Why nothing is closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CloseRefusal {
    /// A day that is still to come.
    #[error("{0} is still to come: a cycle is closed when it is over and 48 hours have passed")]
    InTheFuture(Timestamp),
}

impl Refusal for CloseRefusal {
    fn code(&self) -> &'static str {
        "close_in_the_future"
    }

    fn field(&self) -> Option<String> {
        Some("until".into())
    }
}

/// What a run has closed, or would.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closed {
    /// Its batches.
    pub batches: Vec<CloseId>,
    /// How many cycles.
    pub cycles: u64,
}

/// How many cycles may be closed by `until`.
///
/// # Errors
/// [`CloseRefusal`] for a time to come.
pub async fn waiting(app: &App, until: Option<Timestamp>) -> Result<u64, Stop<CloseRefusal>> {
    let ended = ended_by(app, until)?;
    let row = app.db.read().await?.one(WAITING, &[ended.0.into()]).await?;
    Ok(u64::try_from(row.int("n")?).unwrap_or(0))
}

/// Closes every cycle that may be closed by `until` (now where none is said), telling `watch`
/// after each batch how many more it has closed.
///
/// # Errors
/// [`CloseRefusal`] for a time to come.
pub async fn close(
    app: &App,
    until: Option<Timestamp>,
    watch: &(dyn Fn(u64) + Sync),
) -> Result<Closed, Stop<CloseRefusal>> {
    let ended = ended_by(app, until)?;
    let mut closed = Closed::default();
    while let Some((id, cycles)) = batch(app, ended).await? {
        closed.batches.push(id);
        closed.cycles += cycles;
        watch(cycles);
    }
    Ok(closed)
}

/// Closes what is due now.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn due(app: &App) -> Result<Closed, Fault> {
    match close(app, None, &|_| {}).await {
        Ok(closed) => Ok(closed),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Refused(refusal)) => Err(Fault::because("closing", refusal.to_string())),
    }
}

/// Cycles that ended by then may be closed.
fn ended_by(app: &App, until: Option<Timestamp>) -> Result<Timestamp, Stop<CloseRefusal>> {
    let now = app.edge.now();
    match until {
        Some(until) if until > now => Err(Stop::Refused(CloseRefusal::InTheFuture(until))),
        other => Ok(other.unwrap_or(now).plus_ms(-GRACE_MS)),
    }
}

async fn batch(app: &App, ended: Timestamp) -> Result<Option<(CloseId, u64)>, Fault> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, &mut app.call(), ended).await {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    ended: Timestamp,
) -> Result<Option<(CloseId, u64)>, Fault> {
    let mut tx = app.write().await?;
    let Some(first) = tx.optional(FIRST, &[ended.0.into()]).await? else {
        return Ok(None);
    };
    let code = first.text("currency")?;
    let currency =
        Currency::from_code(&code).map_err(Fault::while_("reading a cycle's currency"))?;
    let id = CloseId::from_bytes(call.id());
    let values = [
        id.bytes().into(),
        ended.0.into(),
        code.as_str().into(),
        BATCH.into(),
    ];
    tx.run(MARK, &values).await?;
    let open = read(&mut tx, MARKED, Some(id.bytes().into())).await?;
    let (mut spread, mut totals) = (Spread::new(), Totals::default());
    let mut rows = Vec::with_capacity(open.len());
    for one in &open {
        let report = one.report()?;
        let (row, sums) = settle(&mut tx, one, &report, &mut spread, totals).await?;
        totals = sums;
        rows.push(row);
    }
    let text = serde_json::to_string(&totals).map_err(Fault::while_("writing a close"))?;
    let values = [
        id.bytes().into(),
        call.now.0.into(),
        code.into(),
        text.into(),
    ];
    tx.run(INSERT_BATCH, &values).await?;
    insert(&mut tx, id, &rows).await?;
    let draft = JournalDraft::new("close", id.to_string(), "cycles closed");
    let line = (LineKind::Close, id.bytes());
    spread.write(&mut tx, call, draft, line, currency).await?;
    tx.commit().await?;
    Ok(Some((id, totals.cycles)))
}

/// A closed cycle's row.
struct Figures {
    cycle: CycleId,
    top_up: i64,
    unused: i64,
    unused_to: &'static str,
    digest: [u8; 32],
}

/// Adds a cycle's figures to the batch, and lets what rolls over join the subscriber's next cycle;
/// where none is open any more, it is idle.
async fn settle(
    tx: &mut Tx,
    one: &OpenCycle,
    report: &CloseReport,
    spread: &mut Spread,
    totals: Totals,
) -> Result<(Figures, Totals), Fault> {
    let mut outputs = report.outputs.clone();
    if let Unused::NextCycle(micros) = outputs.unused
        && !roll_over(tx, one, micros).await?
    {
        outputs.unused = Unused::Idle(micros);
    }
    let top_up = top_ups(&outputs);
    for share in &outputs.tracks {
        spread.to(share.track, share.top_up_micros)?;
    }
    let pool = Account::Pool(one.subscription);
    let (unused, unused_to) = match outputs.unused {
        Unused::Nothing => (0, "nothing"),
        Unused::Idle(micros) => {
            spread.post(Account::Idle, micros);
            spread.post(pool.clone(), -micros);
            (micros, "idle")
        }
        // It stays on the subscriber's account.
        Unused::NextCycle(micros) => (micros, "next"),
    };
    spread.post(pool, -top_up);
    let totals = totals
        .plus(&one.pool, &outputs)
        .map_err(Fault::while_("adding up a close"))?;
    let row = Figures {
        cycle: one.id,
        top_up,
        unused,
        unused_to,
        digest: digest(report)?,
    };
    Ok((row, totals))
}

fn top_ups(outputs: &Close) -> i64 {
    let shares = outputs.tracks.iter();
    shares.map(|share| share.top_up_micros).sum()
}

/// Lets an idle contribution join the next cycle; `false` where none is open.
async fn roll_over(tx: &mut Tx, one: &OpenCycle, micros: i64) -> Result<bool, Fault> {
    let values = [
        one.subscription.bytes().into(),
        one.cycle.end.0.into(),
        micros.into(),
    ];
    Ok(tx.run(ROLL_OVER, &values).await? == 1)
}

async fn insert(tx: &mut Tx, batch: CloseId, rows: &[Figures]) -> Result<(), Fault> {
    for chunk in rows.chunks(ROWS) {
        let mut values = Vec::with_capacity(chunk.len() * 6);
        for row in chunk {
            values.extend([
                Value::from(row.cycle.bytes()),
                batch.bytes().into(),
                row.top_up.into(),
                row.unused.into(),
                row.unused_to.into(),
                (&row.digest).into(),
            ]);
        }
        let sql = format!("{INSERT_CLOSED}{}", many::rows(chunk.len(), 6));
        tx.run(&sql, &values).await?;
    }
    Ok(())
}

const WAITING: &str = "
    select count(*) as n from cycles where batch_id is null and end_ms <= $1";

const FIRST: &str = "
    select currency from cycles where batch_id is null and end_ms <= $1
     order by end_ms, id limit 1";

/// Marked rows are locked; a use that waits for one finds it closed.
const MARK: &str = "
    update cycles set batch_id = $1
     where batch_id is null
       and id in (select id from cycles
                   where batch_id is null and end_ms <= $2 and currency = $3
                   order by end_ms, id limit $4)";

const ROLL_OVER: &str = "
    update cycles set contribution_micros = contribution_micros + $3
     where id = (select id from cycles
                  where subscription_id = $1 and start_ms >= $2 and batch_id is null
                  order by start_ms limit 1)
       and batch_id is null";

const INSERT_BATCH: &str = "
    insert into close_batches (id, at_ms, currency, totals) values ($1, $2, $3, $4)";

const INSERT_CLOSED: &str = "
    insert into closed_cycles (cycle_id, batch_id, top_up_micros, unused_micros, unused_to, digest)
    values ";
