//! Taking back what a refund or a dispute took of a subscription's payment: the pool's leg, and the
//! reserve's. What tracks are entitled to follows from what is left of the cycle's contribution
//! alone, so any number of steps, in any order, ends where one of the same sum would; and a dispute
//! that is won gives again exactly what it took.

use std::collections::BTreeMap;

use domain::pool::taken_back::{Stage, entitled};
use domain::{Account, CycleId, Pool, SplitSheet, SubscriptionId, Timestamp, TrackId};
use ledger::{Currency, largest_remainder};
use store::db::{Row, Tx};

use super::pooled;
use crate::accounts::booking::{self, Booking};
use crate::accounts::cycles;
use crate::accounts::sheets;
use crate::{Call, Fault};

struct Taken {
    subscription: SubscriptionId,
    currency: Currency,
    pool: Pool,
    stage: Stage,
    /// What was contributed and what is left of it, in micro-units.
    contribution: i64,
    left: i64,
    /// When its tracks were shared: the sheets in force then are those that give back.
    shared_at: Timestamp,
    unused_to: Option<String>,
    reserve_released: bool,
}

/// Posts the composers' side of a subscription payment, the reserve apart, that stood at `left.0`
/// micro-units and stands at `left.1` from now on. The lines sum to `left.1 - left.0`.
#[allow(dead_code, reason = "refunds and disputes call it")]
pub(crate) async fn take_back(
    booking: &mut Booking,
    tx: &mut Tx,
    call: &Call,
    cycle: CycleId,
    left: (i64, i64),
) -> Result<(), Fault> {
    let taken = read(tx, call, cycle).await?;
    let change = left.1 - left.0;
    let before = share(&taken, taken.left)?;
    let after = share(&taken, taken.left + change)?;
    for (track, micros) in moved(&before.0, &after.0) {
        reverse(booking, tx, &taken, track, micros).await?;
    }
    // What no track is entitled to, and what is beyond the contribution, is the pool's.
    let tracks: i64 = after.0.values().sum::<i64>() - before.0.values().sum::<i64>();
    booking.post(&rest(&taken), change - tracks);
    let column = match taken.stage {
        Stage::Open => TAKE_OPEN,
        Stage::Closed => TAKE_CLOSED,
    };
    tx.run(column, &[cycle.bytes().into(), (-change).into()])
        .await?;
    Ok(())
}

/// Posts the reserve's leg: out of the reserve while it is there, afterwards back from the tracks
/// it was released to. `micros` is negative to take, positive to give again.
#[allow(dead_code, reason = "refunds and disputes call it")]
pub(crate) async fn take_back_reserve(
    booking: &mut Booking,
    tx: &mut Tx,
    call: &Call,
    cycle: CycleId,
    micros: i64,
) -> Result<(), Fault> {
    let taken = read(tx, call, cycle).await?;
    if !taken.reserve_released {
        booking.post(&Account::PoolReserve(taken.subscription), micros);
        tx.run(TAKE_RESERVE, &[cycle.bytes().into(), (-micros).into()])
            .await?;
        return Ok(());
    }
    let uses = taken.pool.uses();
    if uses.is_empty() {
        booking.post(&Account::Idle, micros);
        return Ok(());
    }
    let weights: Vec<u64> = uses.values().map(|count| u64::from(*count)).collect();
    let parts = largest_remainder(micros, &weights).map_err(Fault::while_("taking back"))?;
    let parts: Vec<_> = uses.keys().copied().zip(parts).collect();
    for (track, part) in parts {
        reverse(booking, tx, &taken, track, part).await?;
    }
    Ok(())
}

/// Entitlements once `left` remains: by track, and what is nobody's.
fn share(taken: &Taken, left: i64) -> Result<(BTreeMap<TrackId, i64>, i64), Fault> {
    let due = entitled(&taken.pool, taken.stage, left.min(taken.contribution))
        .map_err(Fault::while_("sharing what is left of a cycle"))?;
    Ok((due.tracks, due.unused))
}

fn moved<'a>(
    before: &'a BTreeMap<TrackId, i64>,
    after: &'a BTreeMap<TrackId, i64>,
) -> impl Iterator<Item = (TrackId, i64)> + 'a {
    let micros = |of: &BTreeMap<TrackId, i64>, track| of.get(track).copied().unwrap_or(0);
    let all = after
        .keys()
        .map(move |track| (*track, micros(after, track) - micros(before, track)));
    all.filter(|(_, micros)| *micros != 0)
}

/// The account that holds what is nobody's: the pool while the cycle is open, then the idle
/// account; the pool again where it rolled over.
fn rest(taken: &Taken) -> Account {
    match (taken.stage, taken.unused_to.as_deref()) {
        (Stage::Open, _) | (Stage::Closed, Some("next")) => Account::Pool(taken.subscription),
        (Stage::Closed, _) => Account::Idle,
    }
}

/// Takes from (or gives again to) a track's payees by the sheet that shared it.
async fn reverse(
    booking: &mut Booking,
    tx: &mut Tx,
    taken: &Taken,
    track: TrackId,
    micros: i64,
) -> Result<(), Fault> {
    let id = sheets::in_force(tx, track, None, taken.shared_at).await?;
    let sheet: SplitSheet = sheets::locked(tx, id, taken.currency).await?;
    let parts = sheet
        .estimate(micros)
        .map_err(Fault::while_("sharing by a split sheet"))?;
    for (payee, part) in parts.into_iter().filter(|(_, part)| *part != 0) {
        let purse = booking::purse(tx, payee).await?;
        booking.reverse(purse, (Some(id), None), part)?;
    }
    Ok(())
}

async fn read(tx: &mut Tx, call: &Call, cycle: CycleId) -> Result<Taken, Fault> {
    let sql = format!("{CYCLE}{}", tx.for_update());
    let row = tx.one(&sql, &[cycle.bytes().into()]).await?;
    let uses = pooled::uses(tx, cycle).await?;
    let closed = tx.optional(CLOSED, &[cycle.bytes().into()]).await?;
    let (at, unused_to) = match &closed {
        Some(row) => (row.int("at_ms")?, Some(row.text("unused_to")?)),
        None => (call.now.0, None),
    };
    let int = |row: &Row, name| row.int(name);
    let contribution = int(&row, "contribution_micros")?;
    let gone = int(&row, "taken_micros")? + int(&row, "taken_closed_micros")?;
    let guarantee = int(&row, "guarantee_micros")?;
    let pool = Pool::new(contribution, guarantee, cycles::cap(&row)?, uses)
        .map_err(Fault::while_("reading a cycle's pool"))?;
    let released = tx.optional(RELEASED, &[cycle.bytes().into()]).await?;
    Ok(Taken {
        subscription: SubscriptionId::from_bytes(row.id("subscription_id")?),
        currency: Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a cycle's currency"))?,
        pool,
        stage: closed.map_or(Stage::Open, |_| Stage::Closed),
        contribution,
        left: contribution - gone,
        shared_at: Timestamp(at),
        unused_to,
        reserve_released: released.is_some(),
    })
}

const CYCLE: &str = "
    select subscription_id, currency, contribution_micros, taken_micros, taken_closed_micros,
           guarantee_micros, track_cap
      from cycles where id = $1";

const CLOSED: &str = "
    select b.at_ms, x.unused_to
      from closed_cycles x join close_batches b on b.id = x.batch_id
     where x.cycle_id = $1";

const RELEASED: &str = "select cycle_id from pool_reserve_releases where cycle_id = $1";

const TAKE_OPEN: &str = "update cycles set taken_micros = taken_micros + $2 where id = $1";

const TAKE_CLOSED: &str =
    "update cycles set taken_closed_micros = taken_closed_micros + $2 where id = $1";

const TAKE_RESERVE: &str =
    "update cycles set reserve_taken_micros = reserve_taken_micros + $2 where id = $1";
