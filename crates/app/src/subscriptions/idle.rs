//! Idle money: what cycles without uses left. Two days after a month's end it is shared over the
//! tracks by their uses under subscriptions that were published in that month. A month without any
//! shares nothing, and the money waits for the next.

use std::collections::BTreeMap;

use domain::cycle::GRACE_MS;
use domain::pool::close::share_idle;
use domain::{Account, CloseId, LineKind, Timestamp, TrackId};
use ledger::{Currency, JournalDraft};
use store::db::Tx;

use super::spread::Spread;
use crate::accounts::audit;
use crate::stop::Tries;
use crate::{App, Call, Fault};

/// A month's sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The month's first instant.
    pub month: Timestamp,
    /// ISO 4217.
    pub currency: String,
    /// What was shared, in micro-units.
    pub micros: i64,
}

/// Shares what is due now, month by month; what was shared of it.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn due(app: &App) -> Result<Vec<Shared>, Fault> {
    let mut shared = Vec::new();
    let mut codes = Vec::new();
    for row in app.db.read().await?.all(CURRENCIES, &[]).await? {
        codes.push(row.text("currency")?);
    }
    for code in codes {
        while let Some(one) = month(app, &code).await? {
            shared.push(one);
        }
    }
    Ok(shared)
}

async fn month(app: &App, code: &str) -> Result<Option<Shared>, Fault> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, &mut app.call(), code).await {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

async fn attempt(app: &App, call: &mut Call, code: &str) -> Result<Option<Shared>, Fault> {
    // Most rounds find nothing, and then no use has to be settled for it.
    let next = app.db.read().await?.one(NEXT, &[code.into()]).await?;
    if next.opt_int("start_ms")?.is_none() {
        return Ok(None);
    }
    let mut tx = app.write().await?;
    let row = tx.one(NEXT, &[code.into()]).await?;
    let Some(start) = row.opt_int("start_ms")? else {
        return Ok(None);
    };
    let start = first_of_month(Timestamp(start))?;
    let until = start.plus_months(1);
    if until.plus_ms(GRACE_MS) > call.now {
        return Ok(None);
    }
    let uses = uses(&mut tx, start, until).await?;
    let held = held(&mut tx, code, until).await?;
    let parts = share_idle(held, &uses).map_err(Fault::while_("sharing idle money"))?;
    let micros: i64 = parts.iter().map(|(_, micros)| micros).sum();
    let id = CloseId::from_bytes(call.id());
    let count: u64 = uses.values().sum();
    let values = [
        id.bytes().into(),
        start.0.into(),
        until.0.into(),
        code.into(),
        call.now.0.into(),
        micros.into(),
        i64::try_from(count).unwrap_or(i64::MAX).into(),
    ];
    if tx.optional(INSERT, &values).await?.is_none() {
        // Another process was first, and will have committed by the next look.
        return Ok(None);
    }
    let mut spread = Spread::new();
    spread.post(Account::Idle, -micros);
    for (track, micros) in parts {
        spread.to(track, micros)?;
    }
    let currency = Currency::from_code(code).map_err(Fault::while_("reading a currency"))?;
    let draft = JournalDraft::new("idle", id.to_string(), "idle money of a month");
    let line = (LineKind::Idle, id.bytes());
    spread.write(&mut tx, call, draft, line, currency).await?;
    tx.commit().await?;
    Ok(Some(Shared {
        month: start,
        currency: code.to_owned(),
        micros,
    }))
}

/// The first instant of the month that holds an instant.
fn first_of_month(at: Timestamp) -> Result<Timestamp, Fault> {
    let month: String = at.day().chars().take(7).collect();
    let first = format!("{month}-01T00:00:00Z");
    first.parse().map_err(Fault::while_("finding a month"))
}

async fn uses(
    tx: &mut Tx,
    start: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<TrackId, u64>, Fault> {
    let mut uses = BTreeMap::new();
    for row in tx.all(USES, &[start.0.into(), until.0.into()]).await? {
        let count = u64::try_from(row.int("uses")?).unwrap_or(0);
        uses.insert(TrackId::from_bytes(row.id("track_id")?), count);
    }
    Ok(uses)
}

/// What is idle now and was by the month's end.
async fn held(tx: &mut Tx, code: &str, until: Timestamp) -> Result<i64, Fault> {
    let account = Account::Idle.id();
    let balance = audit::balance(tx, account.as_str(), code).await?;
    let later = tx.one(LATER, &[code.into(), until.0.into()]).await?;
    Ok((balance - later.int("micros")?).max(0))
}

const CURRENCIES: &str = "select distinct currency from close_batches order by currency";

/// Where the next month begins: after the last that was shared, else with the first close.
const NEXT: &str = "
    select coalesce((select max(until_ms) from idle_shares where currency = $1),
                    (select min(at_ms) from close_batches where currency = $1)) as start_ms";

const USES: &str = "
    select track_id, cast(sum(uses) as bigint) as uses from pool_uses
     where published_ms >= $1 and published_ms < $2
     group by track_id";

const LATER: &str = "
    select cast(coalesce(sum(x.unused_micros), 0) as bigint) as micros
      from closed_cycles x join close_batches b on b.id = x.batch_id
     where b.currency = $1 and b.at_ms >= $2 and x.unused_to = 'idle'";

const INSERT: &str = "
    insert into idle_shares (id, month_ms, until_ms, currency, at_ms, micros, uses)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing
 returning id";
