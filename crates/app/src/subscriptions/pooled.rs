//! A use under a subscription: which cycle it is posted in, whether the track was in rotation, and
//! what the pool still pays. The cycle's row is locked, so that two uses at once are counted one
//! after the other and none enters a cycle that is being closed.

use std::collections::BTreeMap;

use domain::cycle::Entry;
use domain::subscription::entry_in_runs;
use domain::usage::PoolFacts;
use domain::{Cycle, CycleId, LicenceId, Pool, SubscriptionId, Timestamp, TrackId, UseReport};
use store::db::Tx;

use super::state;
use crate::accounts::cycles::{pool, used};
use crate::{Fault, rotation};

/// What the meter knows of a subscription.
pub(crate) struct Pooled {
    /// The subscription.
    pub(crate) subscription: SubscriptionId,
    /// What decides.
    pub(crate) facts: PoolFacts,
    /// What the cycle holds; none where no paid cycle takes the use.
    pub(crate) pool: Option<Pool>,
    cycle: Option<CycleId>,
    /// When it was published, where its own cycle is closed.
    origin: Option<Timestamp>,
}

/// How a licence's subscription stands to a reported use; `None` where it has none.
pub(crate) async fn standing(
    tx: &mut Tx,
    licence: LicenceId,
    report: &UseReport,
    now: Timestamp,
) -> Result<Option<Pooled>, Fault> {
    let Some(kept) = state::look(tx, licence).await? else {
        return Ok(None);
    };
    let runs = state::runs(tx, kept.id).await?;
    // A use whose times can't be right is refused by its report's own fields.
    let entry = entry_in_runs(&runs, report.published_at, now).unwrap_or(None);
    let found = match entry {
        Some(entry) => posted_in(tx, kept.id, entry, report.published_at, now).await?,
        None => None,
    };
    let in_rotation = match report.track {
        Some(track) => rotation::holds(tx, track, report.published_at).await?,
        None => false,
    };
    let facts = PoolFacts {
        paid: found.is_some(),
        in_rotation,
    };
    let (cycle, pool, origin) = match found {
        Some((cycle, pool, origin)) => (Some(cycle), Some(pool), origin),
        None => (None, None, None),
    };
    Ok(Some(Pooled {
        subscription: kept.id,
        facts,
        pool,
        cycle,
        origin,
    }))
}

async fn posted_in(
    tx: &mut Tx,
    id: SubscriptionId,
    entry: Entry,
    published: Timestamp,
    now: Timestamp,
) -> Result<Option<(CycleId, Pool, Option<Timestamp>)>, Fault> {
    let origin = match entry {
        Entry::InTime(_) => None,
        Entry::Late { origin, .. } => Some(origin),
    };
    if let Some((cycle, pool)) = open_at(tx, id, entry.cycle().start).await? {
        return Ok(Some((cycle, pool, origin)));
    }
    // Its own cycle was closed while the report was on its way, or never paid: only what is
    // closed moves on to the cycle that is open now.
    if origin.is_some() || !is_closed(tx, id, entry.cycle()).await? {
        return Ok(None);
    }
    let later = open_at(tx, id, now).await?;
    Ok(later.map(|(cycle, pool)| (cycle, pool, Some(published))))
}

/// The open cycle that holds an instant, locked.
async fn open_at(
    tx: &mut Tx,
    id: SubscriptionId,
    at: Timestamp,
) -> Result<Option<(CycleId, Pool)>, Fault> {
    let sql = format!("{OPEN}{}", tx.for_update());
    let row = tx.optional(&sql, &[id.bytes().into(), at.0.into()]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let cycle = CycleId::from_bytes(row.id("id")?);
    let uses = uses(tx, cycle).await?;
    Ok(Some((cycle, pool(&row, uses)?)))
}

async fn is_closed(tx: &mut Tx, id: SubscriptionId, cycle: Cycle) -> Result<bool, Fault> {
    let values = [id.bytes().into(), cycle.start.0.into()];
    Ok(tx.optional(CLOSED, &values).await?.is_some())
}

/// A cycle's uses by track.
pub(super) async fn uses(tx: &mut Tx, cycle: CycleId) -> Result<BTreeMap<TrackId, u32>, Fault> {
    let rows = tx.all(USES, &[cycle.bytes().into()]).await?;
    rows.iter().map(used).collect()
}

impl Pooled {
    /// Counts an accepted use.
    pub(crate) async fn count(
        &self,
        tx: &mut Tx,
        id: &[u8; 16],
        track: TrackId,
        report: &UseReport,
    ) -> Result<(), Fault> {
        let cycle = self
            .cycle
            .ok_or_else(|| Fault::because("counting a use", "no cycle pays for it"))?;
        let values = [
            id.into(),
            cycle.bytes().into(),
            track.bytes().into(),
            report.published_at.0.into(),
            self.origin.map(|at| at.0).into(),
        ];
        tx.run(INSERT_USE, &values).await?;
        tx.run(COUNT, &[cycle.bytes().into(), track.bytes().into()])
            .await?;
        Ok(())
    }
}

const OPEN: &str = "
    select id, contribution_micros, taken_micros, guarantee_micros, track_cap
      from cycles
     where subscription_id = $1 and start_ms <= $2 and end_ms > $2 and batch_id is null";

const CLOSED: &str = "
    select id from cycles
     where subscription_id = $1 and start_ms = $2 and batch_id is not null";

const USES: &str = "select track_id, uses from cycle_uses where cycle_id = $1";

const INSERT_USE: &str = "
    insert into pool_uses (use_id, cycle_id, track_id, published_ms, origin_ms)
    values ($1, $2, $3, $4, $5)";

const COUNT: &str = "
    insert into cycle_uses (cycle_id, track_id, uses) values ($1, $2, 1)
    on conflict (cycle_id, track_id) do update set uses = cycle_uses.uses + 1";
