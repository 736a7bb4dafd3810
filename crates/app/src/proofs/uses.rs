//! The leaves of uses: one for each settlement of accepted uses, in that settlement's transaction.

use domain::Timestamp;
use ledger::{Currency, Money};
use sha2::{Digest, Sha256};
use store::db::{Row, Tx, Value};
use tlog::{Batch, Kind};

use super::end::{End, Said, Secret, letters, number, totals};
use super::event::{Event, Use};
use crate::Fault;
use crate::many;

/// A use as the log says it, with what it earned.
pub(crate) struct Logged {
    pub(crate) used: Use,
    pub(crate) earned: Money,
}

/// About how many bytes a use has.
const BYTES: usize = 152;

/// Uses as they go into a leaf: a large settlement has some hundred thousand, so their bytes lie one
/// behind the other.
pub(crate) struct Uses {
    bytes: Vec<u8>,
    /// Where each ends in them.
    ends: Vec<usize>,
    earned: Vec<Money>,
    /// Each settlement, and its first use's place.
    starts: Vec<([u8; 16], i64)>,
}

impl Uses {
    /// Writes out so many uses: settlement by settlement, each in the order of the uses' ids.
    pub(crate) fn of(
        count: usize,
        uses: impl Iterator<Item = Result<Logged, Fault>>,
    ) -> Result<Uses, Fault> {
        let mut out = Uses {
            bytes: Vec::with_capacity(count * BYTES),
            ends: Vec::with_capacity(count),
            earned: Vec::with_capacity(count),
            starts: Vec::new(),
        };
        for (position, one) in (0_i64..).zip(uses) {
            let Logged { used, earned } = one?;
            let settlement = used.settlement;
            if out.starts.last().is_none_or(|(id, _)| *id != settlement) {
                out.starts.push((settlement, position));
            }
            out.earned.push(earned);
            out.bytes.extend(Event::Use(used).encode());
            out.ends.push(out.bytes.len());
        }
        Ok(out)
    }

    fn events(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let event = |(start, end): (usize, &usize)| &self.bytes[start..*end];
        starts.zip(&self.ends).map(event)
    }
}

/// Puts the uses of settlements that this transaction writes into the log as one leaf. Call it last
/// before the commit: from here on all others wait.
pub(crate) async fn settled(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    uses: Uses,
) -> Result<(), Fault> {
    let Some(leaf) = append(secret, tx, now, &uses).await? else {
        return Ok(());
    };
    let leaf = number(leaf)?;
    let starts: Vec<[Value; 3]> = uses
        .starts
        .iter()
        .map(|(id, position)| [id.into(), leaf.into(), (*position).into()])
        .collect();
    many::write(tx, (INSERT, ""), &starts).await
}

/// The same for rows of the table of uses that were settled before there was a log, in their order:
/// a settlement's may lie in several leaves.
pub(super) async fn log(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    rows: &[Row],
) -> Result<(), Fault> {
    let uses = rows.iter().map(logged).collect::<Result<Vec<_>, Fault>>()?;
    let ids: Vec<[u8; 16]> = uses.iter().map(|one| one.used.id).collect();
    let uses = Uses::of(uses.len(), uses.into_iter().map(Ok))?;
    let Some(leaf) = append(secret, tx, now, &uses).await? else {
        return Ok(());
    };
    let leaf = number(leaf)?;
    let places: Vec<[Value; 3]> = (0_i64..)
        .zip(&ids)
        .map(|(position, id)| [id.into(), leaf.into(), position.into()])
        .collect();
    many::write(tx, (INSERT_OLD, ""), &places).await
}

/// The leaf over these uses; none where there are none.
async fn append(
    secret: &Secret,
    tx: &mut Tx,
    now: Timestamp,
    uses: &Uses,
) -> Result<Option<u64>, Fault> {
    if uses.ends.is_empty() {
        return Ok(None);
    }
    let totals = totals(uses.earned.iter().copied())?;
    let mut end = End::hold(tx).await?;
    let batch = Batch::new(end.salts(secret), uses.events());
    let said = Said {
        kind: Kind::Uses,
        batch: batch.head(),
        count: batch.count(),
        totals,
    };
    end.append(tx, now, said).await.map(Some)
}

fn logged(row: &Row) -> Result<Logged, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a use's currency"))?;
    Ok(Logged {
        used: used(row)?,
        earned: Money::new(row.int("earned_micros")?, currency),
    })
}

/// The uses of a leaf, as they stand in the database now.
#[derive(Default)]
pub(crate) struct Leaf {
    pub(crate) ids: Vec<[u8; 16]>,
    pub(crate) events: Vec<Vec<u8>>,
    /// Does each settlement begin where it is kept that it does?
    pub(crate) in_place: bool,
}

impl Leaf {
    /// Reads a leaf's uses.
    pub(crate) async fn read(tx: &mut Tx, leaf: i64) -> Result<Leaf, Fault> {
        let mut rows = tx.all(OF_LEAF, &[leaf.into()]).await?;
        rows.extend(tx.all(OF_OLD_LEAF, &[leaf.into()]).await?);
        let mut out = Leaf {
            in_place: true,
            ..Leaf::default()
        };
        let mut settlement = None;
        for (position, row) in (0_i64..).zip(&rows) {
            let used = used(row)?;
            let first = row.opt_int("first_position")?;
            if first.is_some() && settlement.replace(used.settlement) != Some(used.settlement) {
                out.in_place &= first == Some(position);
            }
            out.ids.push(used.id);
            out.events.push(Event::Use(used).encode());
        }
        Ok(out)
    }

    /// Where in the leaf a use is.
    pub(super) fn position(&self, id: &[u8; 16]) -> Option<u32> {
        let position = self.ids.iter().position(|one| one == id)?;
        u32::try_from(position).ok()
    }
}

/// The leaf that a use is in.
pub(super) async fn leaf_of(tx: &mut Tx, id: &[u8; 16]) -> Result<Option<i64>, Fault> {
    for sql in [LEAF_OF, OLD_LEAF_OF] {
        if let Some(row) = tx.optional(sql, &[id.into()]).await? {
            return Ok(Some(row.int("leaf")?));
        }
    }
    Ok(None)
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
        root: row
            .opt_bytes("root")?
            .map(|root| root.as_slice().try_into())
            .transpose()
            .map_err(Fault::while_("reading a use's root"))?,
    })
}

const OF_LEAF: &str = "
    select b.first_position, u.id, u.settlement_id, u.uses, u.licence_id, u.track_id, u.clip_ms,
           u.billed_ms, u.earned_micros, u.currency, u.published_ms, u.received_ms, u.report,
           u.root
      from settlement_leaves b join uses u on u.settlement_id = b.settlement_id
     where b.leaf = $1 order by b.first_position, u.id";

/// Those that were logged one by one.
const OF_OLD_LEAF: &str = "
    select cast(null as bigint) as first_position, u.id, u.settlement_id, u.uses, u.licence_id,
           u.track_id, u.clip_ms, u.billed_ms, u.earned_micros, u.currency, u.published_ms,
           u.received_ms, u.report, u.root
      from use_leaves b join uses u on u.id = b.use_id
     where b.leaf = $1 order by b.position";

const LEAF_OF: &str = "
    select b.leaf from uses u join settlement_leaves b on b.settlement_id = u.settlement_id
     where u.id = $1";

const OLD_LEAF_OF: &str = "select leaf from use_leaves where use_id = $1";

const INSERT: &str = "insert into settlement_leaves (settlement_id, leaf, first_position) values ";

const INSERT_OLD: &str = "insert into use_leaves (use_id, leaf, position) values ";
