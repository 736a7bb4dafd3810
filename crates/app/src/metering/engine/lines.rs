//! Lines of a settlement in the database, and the sums that follow from them.

use std::collections::BTreeMap;

use domain::{BundleId, Country, CycleId, SplitSheetId, TrackId};
use store::db::{Tx, Value};

use super::blobs::int;
use super::line::Line;
use crate::Fault;
use crate::accounts::sums::Used;
use crate::many::{self, ROWS, rows};

/// The sheet that shared what a track earned, and its cumulative amount before.
pub(super) struct Shared {
    pub(super) sheet: SplitSheetId,
    pub(super) before: i64,
}

const HOUR_MS: i64 = 3_600_000;
/// Columns of a line.
const COLUMNS: usize = 23;

/// Writes lines. Those that earned say how far their sheet had shared after each, in their order.
pub(super) async fn insert(
    tx: &mut Tx,
    settlement: &[u8; 16],
    lines: &[&Line],
    mut shared: BTreeMap<TrackId, Shared>,
) -> Result<(), Fault> {
    for some in lines.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(some.len() * COLUMNS);
        for line in some {
            let mut sheet = (None, None);
            if let Some(shared) = shared.get_mut(&line.track).filter(|_| line.earned != 0) {
                shared.before += line.earned;
                sheet = (Some(shared.sheet.bytes().to_vec()), Some(shared.before));
            }
            values.extend(of(settlement, line, sheet)?);
        }
        tx.run(&format!("{INSERT}{}", rows(some.len(), COLUMNS)), &values)
            .await?;
    }
    Ok(())
}

fn of(
    settlement: &[u8; 16],
    line: &Line,
    (sheet, after): (Option<Vec<u8>>, Option<i64>),
) -> Result<[Value; COLUMNS], Fault> {
    let said = &line.said;
    let alone = line.alone.as_ref();
    Ok([
        (&line.id).into(),
        settlement.into(),
        int(line.commits.0)?.into(),
        int(line.commits.1)?.into(),
        line.uses.into(),
        line.licence.bytes().into(),
        line.track.bytes().into(),
        sheet.into(),
        after.into(),
        alone.map(|alone| alone.reporter.as_str()).into(),
        alone.map(|alone| alone.id.as_str()).into(),
        alone.map(|alone| alone.report.as_str()).into(),
        line.key.placement.code().into(),
        said.purpose.map(|purpose| purpose.code()).into(),
        said.video.as_deref().into(),
        line.key.territory.as_ref().map(Country::as_str).into(),
        line.clip_ms.into(),
        line.billed_ms.into(),
        line.earned.into(),
        line.currency.code().into(),
        line.published.0.into(),
        line.received.0.into(),
        line.root().map(|root| root.to_vec()).into(),
    ])
}

/// Writes what lines drew and what pools paid, and moves bundles and cycles on by it.
pub(super) async fn count(tx: &mut Tx, lines: &[Line]) -> Result<(), Fault> {
    let (mut draws, mut pooled) = (Vec::new(), Vec::new());
    let mut consumed: BTreeMap<BundleId, i64> = BTreeMap::new();
    let mut used = Used::default();
    let mut uses: BTreeMap<(CycleId, TrackId), i64> = BTreeMap::new();
    for line in lines {
        let hour = line.received.0.div_euclid(HOUR_MS);
        used.add(line.track, hour, (line.uses, line.clip_ms, line.billed_ms));
        for (bundle, (ms, micros)) in line.draws() {
            let row: [Value; 4] = [
                (&line.id).into(),
                bundle.bytes().into(),
                ms.into(),
                micros.into(),
            ];
            draws.push(row);
            if draws.len() == ROWS {
                many::write(tx, (INSERT_DRAWS, ""), &draws).await?;
                draws.clear();
            }
            *consumed.entry(bundle).or_default() += ms;
        }
        if let Some(pool) = &line.pool {
            let row: [Value; 6] = [
                (&line.id).into(),
                line.uses.into(),
                pool.cycle.bytes().into(),
                line.track.bytes().into(),
                line.published.0.into(),
                pool.origin.map(|at| at.0).into(),
            ];
            pooled.push(row);
            if pooled.len() == ROWS {
                many::write(tx, (INSERT_POOLED, ""), &pooled).await?;
                pooled.clear();
            }
            *uses.entry((pool.cycle, line.track)).or_default() += line.uses;
        }
    }
    many::write(tx, (INSERT_DRAWS, ""), &draws).await?;
    many::write(tx, (INSERT_POOLED, ""), &pooled).await?;
    let consumed: Vec<[Value; 2]> = consumed
        .iter()
        .map(|(bundle, ms)| [bundle.bytes().into(), (*ms).into()])
        .collect();
    many::write(tx, (CONSUME, CONSUMED), &consumed).await?;
    used.write(tx).await?;
    let uses: Vec<[Value; 3]> = uses
        .iter()
        .map(|((cycle, track), uses)| [cycle.bytes().into(), track.bytes().into(), (*uses).into()])
        .collect();
    many::write(tx, (COUNT, ON_CONFLICT), &uses).await
}

const INSERT: &str = "
    insert into uses (id, settlement_id, first_no, last_no, uses, licence_id, track_id, sheet_id,
                      shared_after_micros, reporter, event_id, report, placement, purpose, video,
                      territory, clip_ms, billed_ms, earned_micros, currency, published_ms,
                      received_ms, root)
    values ";

const INSERT_DRAWS: &str =
    "insert into use_draws (use_id, bundle_id, billed_ms, earned_micros) values ";

const INSERT_POOLED: &str = "
    insert into pool_uses (use_id, uses, cycle_id, track_id, published_ms, origin_ms) values ";

/// Both engines call the columns of a list of values so.
const CONSUME: &str = "
    update bundles set consumed_ms = consumed_ms + drawn.column2 from (values ";

const CONSUMED: &str = ") as drawn where bundles.id = drawn.column1";

const COUNT: &str = "insert into cycle_uses (cycle_id, track_id, uses) values ";

const ON_CONFLICT: &str = "
    on conflict (cycle_id, track_id) do update set uses = cycle_uses.uses + excluded.uses";
