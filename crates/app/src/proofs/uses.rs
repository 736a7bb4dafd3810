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

/// A use as the log says it, with what it earned.
pub(crate) struct Logged {
    pub(crate) used: Use,
    pub(crate) earned: Money,
}

/// Puts the uses of settlements that this transaction writes into the log as one leaf: settlement by
/// settlement, each in the order of the uses' ids. Call it last before the commit: from here on all
/// others wait.
pub(crate) async fn settled(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    uses: Vec<Logged>,
) -> Result<(), Fault> {
    if uses.is_empty() {
        return Ok(());
    }
    let (mut ids, mut events, mut earned) = (Vec::new(), Vec::new(), Vec::new());
    for one in uses {
        ids.push(one.used.id);
        earned.push(one.earned);
        events.push(Event::Use(one.used).encode());
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

/// The same for rows of the table of uses that were settled before there was a log.
pub(super) async fn log(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    rows: &[Row],
) -> Result<(), Fault> {
    let uses = rows.iter().map(logged).collect::<Result<_, Fault>>()?;
    settled(secret, tx, now, uses).await
}

fn logged(row: &Row) -> Result<Logged, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a use's currency"))?;
    Ok(Logged {
        used: used(row)?,
        earned: Money::new(row.int("earned_micros")?, currency),
    })
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
    let encoded = |row| Ok(Event::Use(used(row)?).encode());
    rows.iter().map(encoded).collect()
}

fn used(row: &Row) -> Result<Use, Fault> {
    let report = row.opt_text("report")?;
    Ok(Use {
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
    })
}

/// A use's id as it is named to people.
pub(super) fn named(text: &str) -> Option<[u8; 16]> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

const OF_LEAF: &str = "
    select u.id, u.settlement_id, u.uses, u.licence_id, u.track_id, u.clip_ms, u.billed_ms,
           u.earned_micros, u.currency, u.published_ms, u.received_ms, u.report
      from use_leaves b join uses u on u.id = b.use_id
     where b.leaf = $1 order by b.position";

const INSERT: &str = "insert into use_leaves (use_id, leaf, position) values ";
