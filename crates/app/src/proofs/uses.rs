//! The leaves of uses: one for each settlement of accepted uses, in that settlement's transaction.

use data_encoding::HEXLOWER;
use domain::Timestamp;
use ledger::{Currency, Money};
use sha2::{Digest, Sha256};
use store::db::{Row, Tx, Value};
use tlog::{Batch, Kind};

use super::end::{End, Said, Secret, letters, number, totals};
use super::event::{Event, Use};
use crate::Fault;
use crate::many::{ROWS, rows};

/// Puts the uses of these settlements, which this transaction writes, into the log as one leaf. Call
/// it last before the commit: from here on all others wait.
pub(crate) async fn settled(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    settlements: &[[u8; 16]],
) -> Result<(), Fault> {
    let mut all = Vec::new();
    for id in settlements {
        all.extend(tx.all(OF_SETTLEMENT, &[id.into()]).await?);
    }
    log(secret, tx, now, &all).await
}

/// The same for rows of the table of uses: their events are made of them, and their places kept
/// beside them.
pub(super) async fn log(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    uses: &[Row],
) -> Result<(), Fault> {
    if uses.is_empty() {
        return Ok(());
    }
    let (mut ids, mut events, mut earned) = (Vec::new(), Vec::new(), Vec::new());
    for row in uses {
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a use's currency"))?;
        ids.push(row.id("id")?);
        events.push(event(row)?);
        earned.push(Money::new(row.int("earned_micros")?, currency));
    }
    let totals = totals(earned)?;
    let mut end = End::hold(tx).await?;
    let batch = Batch::new(end.salts(secret), events.iter().map(Vec::as_slice));
    let said = Said {
        kind: Kind::Uses,
        batch: batch.head(),
        count: batch.count(),
        totals,
    };
    let leaf = end.append(tx, now, said).await?;
    keep_places(tx, &ids, leaf).await
}

/// Keeps where in the log uses are: in this leaf, in this order.
async fn keep_places(tx: &mut Tx, ids: &[[u8; 16]], leaf: u64) -> Result<(), Fault> {
    let mut position = 0_i64;
    for some in ids.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(some.len() * 3);
        for id in some {
            values.extend([id.into(), number(leaf)?.into(), position.into()]);
            position += 1;
        }
        tx.run(&format!("{INSERT}{}", rows(some.len(), 3)), &values)
            .await?;
    }
    Ok(())
}

/// The events of a leaf of uses, as they stand in the database now.
pub(crate) async fn batch(tx: &mut Tx, leaf: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let rows = tx.all(OF_LEAF, &[leaf.into()]).await?;
    rows.iter().map(event).collect()
}

fn event(row: &Row) -> Result<Vec<u8>, Fault> {
    let report = row.opt_text("report")?;
    let event = Event::Use(Use {
        id: row.id("id")?,
        settlement: row.id("settlement_id")?,
        uses: row.int("uses")?,
        licence: row.id("licence_id")?,
        track: row.id("track_id")?,
        clip_ms: row.int("clip_ms")?,
        billed_ms: row.int("billed_ms")?,
        earned_micros: row.int("earned_micros")?,
        currency: letters(&row.text("currency")?)?,
        published_ms: row.int("published_ms")?,
        received_ms: row.int("received_ms")?,
        report: report.map_or([0; 32], |text| Sha256::digest(text).into()),
    });
    Ok(event.encode())
}

/// A use's id as it is named to people.
pub(super) fn named(text: &str) -> Option<[u8; 16]> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

const OF_SETTLEMENT: &str = "
    select id, settlement_id, uses, licence_id, track_id, clip_ms, billed_ms, earned_micros,
           currency, published_ms, received_ms, report
      from uses where settlement_id = $1 order by id";

const OF_LEAF: &str = "
    select u.id, u.settlement_id, u.uses, u.licence_id, u.track_id, u.clip_ms, u.billed_ms,
           u.earned_micros, u.currency, u.published_ms, u.received_ms, u.report
      from use_leaves b join uses u on u.id = b.use_id
     where b.leaf = $1 order by b.position";

const INSERT: &str = "insert into use_leaves (use_id, leaf, position) values ";
