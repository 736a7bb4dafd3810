//! Signing the log: new leaves become tiles, the tiles are stored and read back, and then the head
//! over them is signed. It may be cut off anywhere: the next run begins where a head was signed
//! last, and makes the same tiles again.

use domain::Timestamp;
use store::db::Tx;
use tlog::{Checkpoint, Head, Log, SigningKey};

use super::end::number;
use super::tiles;
use crate::{App, Call, Fault};

/// How many leaves one signature adds at most.
const AT_ONCE: i64 = 10_000;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// Every leaf is under a signed head: so many were added.
    All(u64),
    /// There are leaves, and no key to sign with.
    NoKey,
}

/// Signs a head over all leaves there are, unless one is signed already.
///
/// # Errors
/// [`Fault`] of the database, when what was signed last isn't there as it was, or when what was
/// written reads back differently. Nothing is signed then.
pub async fn publish(app: &App, call: &Call) -> Result<Published, Fault> {
    let mut added = 0;
    loop {
        let mut tx = app.db.read().await?;
        let last = last(&mut tx).await?;
        let signed = last.as_ref().map_or(0, |(size, _)| *size);
        if size(&mut tx).await? <= signed {
            return Ok(Published::All(added));
        }
        let Some(key) = app.issuer.log_key() else {
            return Ok(Published::NoKey);
        };
        let log = resume(&mut tx, last.as_ref().map(|(_, note)| note.as_str()), key).await?;
        added += grow(app, call.now, tx, log, key).await?;
    }
}

/// The log as it was signed last.
async fn resume(tx: &mut Tx, note: Option<&str>, key: &SigningKey) -> Result<Log, Fault> {
    let Some(note) = note else {
        return Ok(Log::new());
    };
    let checkpoint = Checkpoint::open(note.as_bytes(), key.public())
        .map_err(Fault::while_("reading the checkpoint that was signed last"))?;
    let head = checkpoint.head;
    let files = tiles::gather(tx, tiles::edge(head.size)).await?;
    Log::resume(head, |path| files.get(path).cloned())
        .map_err(Fault::while_("reading the log's tiles"))
}

/// Adds leaves to the signed log, stores what they make, reads it back and signs it.
async fn grow(
    app: &App,
    now: Timestamp,
    mut tx: Tx,
    mut log: Log,
    key: &SigningKey,
) -> Result<u64, Fault> {
    let before = log.size();
    let values = [number(before)?.into(), AT_ONCE.into()];
    for row in tx.all(LEAVES, &values).await? {
        if row.int("n")? != number(log.size())? {
            return Err(Fault::because("signing the log", "a leaf is missing"));
        }
        log.append(&row.bytes("entry")?)
            .map_err(Fault::while_("signing the log"))?;
    }
    drop(tx);
    let pending = log.take_pending();
    let Head { size, .. } = pending.head();
    let mut tx = app.db.write().await?;
    for resource in pending.resources() {
        tiles::write(&mut tx, resource).await?;
    }
    tx.commit().await?;
    let mut tx = app.db.read().await?;
    let written = pending.resources().iter().map(|resource| resource.path);
    let paths: Vec<_> = written.chain(tiles::edge(size)).collect();
    let files = tiles::gather(&mut tx, paths).await?;
    drop(tx);
    let confirmed = pending
        .confirm(|path| files.get(path).cloned())
        .map_err(Fault::while_("reading the log's tiles back"))?;
    let mut tx = app.db.write().await?;
    let values = [
        number(size)?.into(),
        confirmed.sign(key).into(),
        now.0.into(),
    ];
    tx.run(SIGNED, &values).await?;
    tx.commit().await?;
    Ok(size - before)
}

/// The checkpoint that was signed last, and its size.
pub(super) async fn last(tx: &mut Tx) -> Result<Option<(u64, String)>, Fault> {
    let row = tx.optional(LAST, &[]).await?;
    row.map(|row| Ok((unsigned(row.int("size")?), row.text("note")?)))
        .transpose()
}

async fn size(tx: &mut Tx) -> Result<u64, Fault> {
    Ok(unsigned(tx.one(SIZE, &[]).await?.int("size")?))
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

const LAST: &str = "select size, note from log_checkpoints order by size desc limit 1";

const SIZE: &str = "select size from log_end where id = 1";

const LEAVES: &str = "select n, entry from log_leaves where n >= $1 order by n limit $2";

/// Another program may have signed the same head: it is the same text.
const SIGNED: &str = "
    insert into log_checkpoints (size, note, at_ms) values ($1, $2, $3) on conflict do nothing";
