//! The leaves of uses: one for each commit of accepted uses, in that commit's transaction.

use data_encoding::HEXLOWER;
use domain::Timestamp;
use ledger::{Currency, Money};
use sha2::{Digest, Sha256};
use store::db::{Row, Tx};
use tlog::{Batch, Kind};

use super::end::{End, Said, letters, number, totals};
use super::event::{Event, Use};
use crate::{App, Fault};

/// A use that this transaction counts.
pub(crate) struct Committed<'a> {
    /// What was accepted, byte for byte: what a proof will show.
    pub(crate) event: &'a [u8],
    /// What it earned.
    pub(crate) earned: Money,
}

/// Puts the uses that a transaction has counted into the log, as one leaf, and returns its number;
/// none for no uses. A use's place in the leaf is its place here, and it is for the caller to keep
/// both with the use. Call it last before the commit: from here on all others wait.
pub(crate) async fn uses(
    app: &App,
    tx: &mut Tx,
    now: Timestamp,
    uses: &[Committed<'_>],
) -> Result<Option<u64>, Fault> {
    if uses.is_empty() {
        return Ok(None);
    }
    let totals = totals(uses.iter().map(|one| one.earned))?;
    let mut end = End::hold(tx).await?;
    let batch = Batch::new(end.salts(app), uses.iter().map(|one| one.event));
    let said = Said {
        kind: Kind::Uses,
        batch: batch.head(),
        count: batch.count(),
        totals,
    };
    end.append(tx, now, said).await.map(Some)
}

/// The same for uses that stand in the table of uses: their events are made of their rows, and
/// their places kept beside them.
pub(super) async fn log(app: &App, tx: &mut Tx, now: Timestamp, rows: &[Row]) -> Result<(), Fault> {
    let mut made = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a use's currency"))?;
        let earned = Money::new(row.int("earned_micros")?, currency);
        made.push((row.id("id")?, event(row)?, earned));
    }
    let committed: Vec<_> = made
        .iter()
        .map(|(_, event, earned)| Committed {
            event,
            earned: *earned,
        })
        .collect();
    let Some(leaf) = uses(app, tx, now, &committed).await? else {
        return Ok(());
    };
    for (position, (id, _, _)) in (0_u32..).zip(&made) {
        keep_place(tx, id, leaf, position).await?;
    }
    Ok(())
}

/// Keeps where in the log a use is.
pub(crate) async fn keep_place(
    tx: &mut Tx,
    id: &[u8; 16],
    leaf: u64,
    position: u32,
) -> Result<(), Fault> {
    let values = [id.into(), number(leaf)?.into(), position.into()];
    tx.run(INSERT, &values).await?;
    Ok(())
}

/// The events of a leaf of uses, as they stand in the database now.
pub(crate) async fn batch(tx: &mut Tx, leaf: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let rows = tx.all(OF_LEAF, &[leaf.into()]).await?;
    rows.iter().map(event).collect()
}

fn event(row: &Row) -> Result<Vec<u8>, Fault> {
    let event = Event::Use(Use {
        id: row.id("id")?,
        licence: row.id("licence_id")?,
        track: row.id("track_id")?,
        clip_ms: row.int("clip_ms")?,
        billed_ms: row.int("billed_ms")?,
        earned_micros: row.int("earned_micros")?,
        currency: letters(&row.text("currency")?)?,
        published_ms: row.int("published_ms")?,
        received_ms: row.int("received_ms")?,
        report: Sha256::digest(row.text("report")?).into(),
    });
    Ok(event.encode())
}

/// A use's id as it is named to people.
pub(super) fn named(text: &str) -> Option<[u8; 16]> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

const OF_LEAF: &str = "
    select u.id, u.licence_id, u.track_id, u.clip_ms, u.billed_ms, u.earned_micros, u.currency,
           u.published_ms, u.received_ms, u.report
      from use_leaves b join uses u on u.id = b.use_id
     where b.leaf = $1 order by b.position";

const INSERT: &str = "insert into use_leaves (use_id, leaf, position) values ($1, $2, $3)";
