//! Cycles of subscriptions as they are kept: what they hold, how often which track was used, and how
//! they close by that. Closing, its reports and the audit read them here.

use std::collections::BTreeMap;

use domain::pool::IdleRule;
use domain::pool::close::CloseReport;
use domain::{Cycle, CycleId, Pool, SubscriptionId, Timestamp, TrackId};
use sha2::{Digest, Sha256};
use store::db::{Row, Tx, Value};

use crate::Fault;

/// The digest that a report is held against later.
pub(crate) fn digest(report: &CloseReport) -> Result<[u8; 32], Fault> {
    let text = serde_json::to_vec(report).map_err(Fault::while_("writing a close's report"))?;
    Ok(Sha256::digest(text).into())
}

/// A cycle with its pool.
pub(crate) struct OpenCycle {
    pub(crate) id: CycleId,
    pub(crate) subscription: SubscriptionId,
    pub(crate) cycle: Cycle,
    pub(crate) pool: Pool,
    rule: IdleRule,
}

impl OpenCycle {
    /// How it closes, by the figures it holds.
    pub(crate) fn report(&self) -> Result<CloseReport, Fault> {
        CloseReport::of(self.cycle, &self.pool, self.rule).map_err(Fault::while_("closing a cycle"))
    }
}

/// The cycles that a condition names, with their uses, in the order they are closed in.
pub(crate) async fn read(
    tx: &mut Tx,
    by: &str,
    value: Option<Value>,
) -> Result<Vec<OpenCycle>, Fault> {
    let value: Vec<Value> = value.into_iter().collect();
    let mut uses: BTreeMap<[u8; 16], BTreeMap<TrackId, u32>> = BTreeMap::new();
    for row in tx.all(&format!("{USES}{by}"), &value).await? {
        let (track, count) = used(&row)?;
        uses.entry(row.id("cycle_id")?)
            .or_default()
            .insert(track, count);
    }
    let rows = tx.all(&format!("{CYCLES}{by}{IN_ORDER}"), &value).await?;
    let mut one = |row: &Row| -> Result<OpenCycle, Fault> {
        let id = row.id("id")?;
        Ok(OpenCycle {
            id: CycleId::from_bytes(id),
            subscription: SubscriptionId::from_bytes(row.id("subscription_id")?),
            cycle: Cycle {
                start: Timestamp(row.int("start_ms")?),
                end: Timestamp(row.int("end_ms")?),
            },
            pool: pool(row, uses.remove(&id).unwrap_or_default())?,
            rule: idle_rule(&row.text("idle_rule")?),
        })
    };
    rows.iter().map(&mut one).collect()
}

/// The track of a row and how often it was used.
pub(crate) fn used(row: &Row) -> Result<(TrackId, u32), Fault> {
    let uses = u32::try_from(row.int("uses")?).map_err(Fault::while_("reading a cycle's uses"))?;
    Ok((TrackId::from_bytes(row.id("track_id")?), uses))
}

/// What is left of a cycle's contribution, as a pool. Where refunds took more than the uses left,
/// it holds what the uses were guaranteed and allows no further one.
pub(crate) fn pool(row: &Row, uses: BTreeMap<TrackId, u32>) -> Result<Pool, Fault> {
    let guarantee = row.int("guarantee_micros")?;
    let count: i64 = uses.values().map(|count| i64::from(*count)).sum();
    let left = row.int("contribution_micros")? - row.int("taken_micros")?;
    let accrued = count.saturating_mul(guarantee);
    Pool::new(left.max(accrued), guarantee, cap(row)?, uses)
        .map_err(Fault::while_("reading a cycle's pool"))
}

/// The cap of a row, where it has one.
pub(crate) fn cap(row: &Row) -> Result<Option<u32>, Fault> {
    let cap = row.opt_int("track_cap")?.map(u32::try_from).transpose();
    cap.map_err(Fault::while_("reading a plan's cap"))
}

/// The rule of a word; the shipped one for any other.
pub(crate) fn idle_rule(word: &str) -> IdleRule {
    match word {
        "roll_over" => IdleRule::RollOver,
        _ => IdleRule::Share,
    }
}

/// The cycles of a batch, as a condition on `c`.
pub(crate) const MARKED: &str = " where c.batch_id = $1";

const USES: &str = "
    select u.cycle_id, u.track_id, u.uses
      from cycle_uses u join cycles c on c.id = u.cycle_id";

const CYCLES: &str = "
    select c.id, c.subscription_id, c.start_ms, c.end_ms, c.contribution_micros, c.taken_micros,
           c.guarantee_micros, c.track_cap, c.idle_rule
      from cycles c";

const IN_ORDER: &str = " order by c.end_ms, c.id";
