//! Taking back what a refund or a dispute took of a subscription's payment: the pool's leg, and the
//! reserve's. What tracks are entitled to follows from what is left of the cycle's contribution
//! alone, and sheets share by cumulative amounts: so any number of steps, in any order, ends where
//! one of the same sum would, and a dispute that is won gives again exactly what it took.

use std::collections::BTreeMap;

use domain::pool::taken_back::{Stage, entitled};
use domain::{Account, CycleId, Pool, SplitSheetId, SubscriptionId, Timestamp, TrackId};
use ledger::largest_remainder;
use store::db::Tx;

use super::pooled;
use crate::Fault;
use crate::accounts::booking::Booking;
use crate::accounts::cycles;
use crate::accounts::sheets;

struct Taken {
    cycle: CycleId,
    subscription: SubscriptionId,
    pool: Pool,
    closed: Option<Closed>,
    /// What is left of the contribution before this, in micro-units.
    left: i64,
    /// When its reserve was released.
    released: Option<Timestamp>,
}

struct Closed {
    /// The sheets in force then are those that shared it.
    at: Timestamp,
    /// The cycle that what was unused has joined.
    joined: Option<CycleId>,
}

/// Posts by how much the pool's leg of a subscription's payment moves: `change` is negative to take,
/// positive to give again, and the lines sum to it. What an unused cycle let roll over is taken from
/// the cycle that it joined.
pub(crate) async fn take_back(
    booking: &mut Booking,
    tx: &mut Tx,
    cycle: CycleId,
    change: i64,
) -> Result<(), Fault> {
    let mut at = Some(cycle).filter(|_| change != 0);
    while let Some(cycle) = at {
        let taken = read(tx, cycle, change).await?;
        let column = match taken.closed {
            None => TAKE_OPEN,
            Some(_) => TAKE_CLOSED,
        };
        tx.run(column, &[cycle.bytes().into(), (-change).into()])
            .await?;
        at = taken.closed.as_ref().and_then(|closed| closed.joined);
        if at.is_none() {
            take(booking, tx, &taken, change).await?;
        }
    }
    Ok(())
}

async fn take(booking: &mut Booking, tx: &mut Tx, taken: &Taken, change: i64) -> Result<(), Fault> {
    let (before, after) = (
        share(taken, taken.left)?,
        share(taken, taken.left + change)?,
    );
    let mut tracks = 0;
    for (track, micros) in moved(&before, &after) {
        let sheet = match &taken.closed {
            Some(closed) => sheets::in_force(tx, track, None, closed.at).await?,
            None => first(tx, taken.cycle, track).await?,
        };
        booking.share_by(tx, sheet, None, micros).await?;
        tracks += micros;
    }
    // What no track is entitled to is the pool's while the cycle is open, and idle afterwards.
    let rest = match taken.closed {
        None => Account::Pool(taken.subscription),
        Some(_) => Account::Idle,
    };
    booking.post(&rest, change - tracks);
    Ok(())
}

/// Posts the reserve's leg, which stood at `left.0` micro-units and stands at `left.1` from now on:
/// out of the reserve while it is there, afterwards back from the tracks it was released to.
pub(crate) async fn take_back_reserve(
    booking: &mut Booking,
    tx: &mut Tx,
    cycle: CycleId,
    left: (i64, i64),
) -> Result<(), Fault> {
    let change = left.1 - left.0;
    if change == 0 {
        return Ok(());
    }
    let taken = read(tx, cycle, 0).await?;
    let Some(released) = taken.released else {
        booking.post(&Account::PoolReserve(taken.subscription), change);
        tx.run(TAKE_RESERVE, &[cycle.bytes().into(), (-change).into()])
            .await?;
        return Ok(());
    };
    let uses = taken.pool.uses();
    if uses.is_empty() {
        booking.post(&Account::Idle, change);
        return Ok(());
    }
    let weights: Vec<u64> = uses.values().map(|count| u64::from(*count)).collect();
    let parts = |left| -> Result<BTreeMap<TrackId, i64>, Fault> {
        let parts = largest_remainder(left, &weights).map_err(Fault::while_("taking back"))?;
        Ok(uses.keys().copied().zip(parts).collect())
    };
    let (before, after) = (parts(left.0)?, parts(left.1)?);
    for (track, micros) in moved(&before, &after) {
        let sheet = sheets::in_force(tx, track, None, released).await?;
        booking.share_by(tx, sheet, None, micros).await?;
    }
    Ok(())
}

/// What each track is entitled to once `left` remains.
fn share(taken: &Taken, left: i64) -> Result<BTreeMap<TrackId, i64>, Fault> {
    let stage = match taken.closed {
        None => Stage::Open,
        Some(_) => Stage::Closed,
    };
    let due = entitled(&taken.pool, stage, left);
    Ok(due
        .map_err(Fault::while_("sharing what is left of a cycle"))?
        .tracks)
}

fn moved<'a>(
    before: &'a BTreeMap<TrackId, i64>,
    after: &'a BTreeMap<TrackId, i64>,
) -> impl Iterator<Item = (TrackId, i64)> + 'a {
    let had = |track| before.get(track).copied().unwrap_or(0);
    let all = after
        .iter()
        .map(move |(track, micros)| (*track, micros - had(track)));
    all.filter(|(_, micros)| *micros != 0)
}

/// The sheet that shared the cycle's first use of a track: what an open cycle's guarantees go back
/// by, whatever sheet came into force since.
async fn first(tx: &mut Tx, cycle: CycleId, track: TrackId) -> Result<SplitSheetId, Fault> {
    let values = [cycle.bytes().into(), track.bytes().into()];
    let row = tx.one(FIRST, &values).await?;
    Ok(SplitSheetId::from_bytes(row.id("sheet_id")?))
}

/// The cycle, locked: no use enters it and it isn't closed before the transaction ends.
async fn read(tx: &mut Tx, cycle: CycleId, change: i64) -> Result<Taken, Fault> {
    let sql = format!("{CYCLE}{}", tx.for_update());
    let row = tx.one(&sql, &[cycle.bytes().into()]).await?;
    let uses = pooled::uses(tx, cycle).await?;
    let subscription = SubscriptionId::from_bytes(row.id("subscription_id")?);
    let contribution = row.int("contribution_micros")?;
    let guarantee = row.int("guarantee_micros")?;
    let gone = row.int("taken_micros")? + row.int("taken_closed_micros")?;
    let left = contribution - gone;
    // Where a dispute was won of what had rolled over into it, more is left than had joined it.
    let count: i64 = uses.values().map(|count| i64::from(*count)).sum();
    let most = [left, left + change, count.saturating_mul(guarantee)];
    let most = most.into_iter().fold(contribution, i64::max);
    let pool = Pool::new(most, guarantee, cycles::cap(&row)?, uses)
        .map_err(Fault::while_("reading a cycle's pool"))?;
    let released = tx.optional(RELEASED, &[cycle.bytes().into()]).await?;
    let released = released.map(|row| row.int("at_ms")).transpose()?;
    Ok(Taken {
        cycle,
        subscription,
        pool,
        closed: closed(tx, cycle).await?,
        left,
        released: released.map(Timestamp),
    })
}

async fn closed(tx: &mut Tx, cycle: CycleId) -> Result<Option<Closed>, Fault> {
    let Some(row) = tx.optional(CLOSED, &[cycle.bytes().into()]).await? else {
        return Ok(None);
    };
    let at = row.int("at_ms")?;
    let joined = match row.text("unused_to")?.as_str() {
        "next" => {
            let values = [cycle.bytes().into(), at.into()];
            let row = tx.one(JOINED, &values).await?;
            Some(CycleId::from_bytes(row.id("id")?))
        }
        _ => None,
    };
    let at = Timestamp(at);
    Ok(Some(Closed { at, joined }))
}

const CYCLE: &str = "
    select subscription_id, contribution_micros, taken_micros, taken_closed_micros,
           guarantee_micros, track_cap
      from cycles where id = $1";

const CLOSED: &str = "
    select b.at_ms, x.unused_to
      from closed_cycles x join close_batches b on b.id = x.batch_id
     where x.cycle_id = $1";

/// As the close chose it: the first of the later cycles that was open then.
const JOINED: &str = "
    select n.id
      from cycles c join cycles n on n.subscription_id = c.subscription_id
      left join close_batches b on b.id = n.batch_id
     where c.id = $1 and n.start_ms >= c.end_ms
       and (n.batch_id is null or (n.batch_id <> c.batch_id and b.at_ms >= $2))
     order by n.start_ms limit 1";

const FIRST: &str = "
    select u.sheet_id
      from pool_uses p join uses u on u.id = p.use_id
     where p.cycle_id = $1 and p.track_id = $2 and u.sheet_id is not null
     order by u.id limit 1";

const RELEASED: &str = "select at_ms from pool_reserve_releases where cycle_id = $1";

const TAKE_OPEN: &str = "update cycles set taken_micros = taken_micros + $2 where id = $1";

const TAKE_CLOSED: &str =
    "update cycles set taken_closed_micros = taken_closed_micros + $2 where id = $1";

const TAKE_RESERVE: &str =
    "update cycles set reserve_taken_micros = reserve_taken_micros + $2 where id = $1";
