//! Releasing reserves: what was held back of a cycle's payments against chargebacks goes, thirty
//! days after the close, to the tracks of the cycle by their uses; to the idle account where there
//! were none. What refunds have taken of it is gone.

use domain::time::DAY_MS;
use domain::{Account, CloseId, CycleId, LineKind, SubscriptionId};
use ledger::{Currency, JournalDraft, largest_remainder};
use store::db::{Row, Tx};

use super::pooled;
use super::spread::Spread;
use crate::stop::Tries;
use crate::{App, Call, Fault};

/// How old a close must be, in ms: thirty days.
pub const AGE_MS: i64 = 30 * DAY_MS;
/// How many cycles are released in one transaction.
const BATCH: i64 = 1_000;

/// Releases what is due now; of how many cycles.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn due(app: &App) -> Result<usize, Fault> {
    let (mut released, mut tries) = (0, Tries::default());
    loop {
        match attempt(app, &mut app.call()).await {
            Err(fault) if tries.again(&fault) => {}
            Err(fault) => return Err(fault),
            Ok(0) => return Ok(released),
            Ok(more) => (released, tries) = (released + more, Tries::default()),
        }
    }
}

async fn attempt(app: &App, call: &mut Call) -> Result<usize, Fault> {
    let by = call.now.plus_ms(-AGE_MS);
    let values = [by.0.into(), BATCH.into()];
    // Most rounds find nothing, and then no use has to be settled for it.
    if app.db.read().await?.all(DUE, &values).await?.is_empty() {
        return Ok(0);
    }
    let mut tx = app.write().await?;
    let rows = tx.all(DUE, &values).await?;
    let Some(first) = rows.first() else {
        return Ok(0);
    };
    let code = first.text("currency")?;
    let mut spread = Spread::new();
    let mut count = 0;
    for row in &rows {
        // One journal, one currency; the others have their turn next.
        if row.text("currency")? == code {
            release(&mut tx, call, row, &mut spread).await?;
            count += 1;
        }
    }
    let id = CloseId::from_bytes(call.id());
    let currency = Currency::from_code(&code).map_err(Fault::while_("reading a currency"))?;
    let draft = JournalDraft::new("pool_reserve", id.to_string(), "reserves released");
    let line = (LineKind::Reserve, id.bytes());
    spread.write(&mut tx, call, draft, line, currency).await?;
    tx.commit().await?;
    Ok(count)
}

async fn release(tx: &mut Tx, call: &Call, row: &Row, spread: &mut Spread) -> Result<(), Fault> {
    let cycle = CycleId::from_bytes(row.id("id")?);
    let lock = format!("{TAKEN}{}", tx.for_update());
    let taken = tx.one(&lock, &[cycle.bytes().into()]).await?;
    let left = (row.int("reserve")? - taken.int("reserve_taken_micros")?).max(0);
    let values = [cycle.bytes().into(), call.now.0.into(), left.into()];
    if tx.optional(INSERT, &values).await?.is_none() || left == 0 {
        return Ok(());
    }
    let subscription = SubscriptionId::from_bytes(row.id("subscription_id")?);
    spread.post(Account::PoolReserve(subscription), -left);
    let uses = pooled::uses(tx, cycle).await?;
    if uses.is_empty() {
        spread.post(Account::Idle, left);
        return Ok(());
    }
    let weights: Vec<u64> = uses.values().map(|count| u64::from(*count)).collect();
    let parts = largest_remainder(left, &weights).map_err(Fault::while_("sharing a reserve"))?;
    for (track, part) in uses.keys().zip(parts) {
        spread.to(*track, part)?;
    }
    Ok(())
}

const DUE: &str = "
    select c.id, c.subscription_id, c.currency,
           (select cast(coalesce(sum(p.reserve_micros), 0) as bigint)
              from cycle_payments p where p.cycle_id = c.id) as reserve
      from closed_cycles x
      join close_batches b on b.id = x.batch_id
      join cycles c on c.id = x.cycle_id
     where b.at_ms <= $1
       and not exists (select 1 from pool_reserve_releases r where r.cycle_id = x.cycle_id)
     order by b.at_ms, c.id limit $2";

const TAKEN: &str = "select reserve_taken_micros from cycles where id = $1";

const INSERT: &str = "
    insert into pool_reserve_releases (cycle_id, at_ms, micros) values ($1, $2, $3)
    on conflict do nothing
 returning cycle_id";
