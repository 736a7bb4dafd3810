//! Dropping raw reports, by the operator's policy.
//!
//! Before: blobs that are settled, followed and older than any report that could come again. After:
//! they are gone; what was settled of them, and its leaves in the log, stand as they stood. First the
//! mark moves, under the meter's lock: from then on nobody reads what lies before it. Then blobs are
//! deleted, some a transaction, so that whatever is broken off goes on the next time. The mark stands
//! where no settled line is of commits on both sides of it, so that what is left can still be
//! replayed.

use domain::Timestamp;
use domain::time::DAY_MS;
use store::db::Tx;
use thiserror::Error;

use super::blobs::{int, number};
use super::{catch_up, follow};
use crate::{App, Fault, Refusal, Stop};

/// The fewest days that raw reports are kept: one more than a report may be late.
pub const KEEP_DAYS_MIN: u32 = 36;
/// How many blobs are deleted in one transaction.
const STEP: i64 = 100;
/// How many transactions one run makes.
const STEPS_MAX: usize = 100;

/// What was dropped, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// The last commit whose raw reports aren't kept any more; 0 where all are.
    pub through: u64,
    /// Blobs deleted.
    pub blobs: u64,
    /// Reports of uses in them.
    pub uses: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Is there more that the next run deletes?
    pub more: bool,
}

/// Why nothing is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DropRefusal {
    /// Reports could still come again.
    #[error(
        "raw reports are kept {KEEP_DAYS_MIN} days at least, not {0}: until then the same report \
         may come again"
    )]
    TooYoung(u32),
}

impl Refusal for DropRefusal {
    fn code(&self) -> &'static str {
        "bad_value"
    }

    fn field(&self) -> Option<String> {
        Some("older_than_days".into())
    }
}

/// Drops what the operator's setting lets go; nothing where there is none.
///
/// # Errors
/// [`Fault`] of the database.
pub(crate) async fn due(app: &App) -> Result<Dropped, Fault> {
    match app.settings.keep_raw_days {
        Some(days) => drop_older(app, days.max(KEEP_DAYS_MIN)).await,
        None => Ok(Dropped::default()),
    }
}

/// Drops raw reports older than so many days, or only says which those would be.
///
/// # Errors
/// [`DropRefusal`] where so few days are too few.
pub async fn drop_raw(app: &App, days: u32, dry: bool) -> Result<Dropped, Stop<DropRefusal>> {
    if days < KEEP_DAYS_MIN {
        return Err(Stop::Refused(DropRefusal::TooYoung(days)));
    }
    if !dry {
        return Ok(drop_older(app, days).await?);
    }
    let mut tx = ready(app).await?;
    let through = reach(&mut tx, cut(app, days)).await?;
    let (_, found) = sums(&mut tx, through, i64::MAX).await?;
    Ok(found)
}

async fn drop_older(app: &App, days: u32) -> Result<Dropped, Fault> {
    let mut tx = ready(app).await?;
    // Most runs find nothing, and shouldn't keep uses waiting for that. What may go here may go
    // then: whatever comes meanwhile is of later commits.
    let through = reach(&mut tx, cut(app, days)).await?;
    let (_, found) = sums(&mut tx, through, 1).await?;
    drop(tx);
    if found.blobs == 0 {
        return Ok(found);
    }
    let mut tx = app.write().await?;
    tx.run(MOVE, &[int(through)?.into()]).await?;
    tx.commit().await?;
    let mut dropped = Dropped {
        through,
        ..Dropped::default()
    };
    for _ in 0..STEPS_MAX {
        dropped.more = step(app, &mut dropped).await?;
        if !dropped.more {
            break;
        }
    }
    Ok(dropped)
}

/// A snapshot in which everything is followed and settled: what isn't is kept.
async fn ready(app: &App) -> Result<Tx, Fault> {
    follow::follow(app).await?;
    app.read().await
}

/// Deletes some blobs. Are there perhaps more?
async fn step(app: &App, dropped: &mut Dropped) -> Result<bool, Fault> {
    let mut tx = app.db.write().await?;
    let (last, some) = sums(&mut tx, dropped.through, STEP).await?;
    let deleted = tx.run(DELETE, &[int(last)?.into()]).await?;
    tx.commit().await?;
    // Somebody else may have been first.
    if deleted > 0 {
        dropped.blobs += deleted;
        dropped.uses += some.uses;
        dropped.bytes += some.bytes;
    }
    Ok(i64::try_from(some.blobs).is_ok_and(|blobs| blobs == STEP))
}

/// The beginning of the day so many days ago, UTC: settlements are cut there too.
fn cut(app: &App, days: u32) -> Timestamp {
    let then = app.edge.now().0 - i64::from(days) * DAY_MS;
    Timestamp(then - then.rem_euclid(DAY_MS))
}

/// Up to which commit everything may go: all of it accepted before a moment, settled and followed, and
/// no settled line of this commit or an earlier one is of a later one, too.
async fn reach(tx: &mut Tx, before: Timestamp) -> Result<u64, Fault> {
    let mark = catch_up::mark(tx).await?;
    let followed = number(&tx.one(FOLLOWED, &[]).await?, "followed_no")?;
    let values = [int(mark.dropped)?.into(), before.0.into()];
    let young = tx.optional(YOUNG, &values).await?;
    let young = young.map(|row| number(&row, "commit_no")).transpose()?;
    let old = young.map_or(mark.last, |no| no.saturating_sub(1));
    let mut through = old.min(mark.settled).min(followed);
    while through > mark.dropped {
        let first = tx.one(ASTRIDE, &[int(through)?.into()]).await?;
        match number(&first, "first_no")? {
            0 => break,
            first => through = first - 1,
        }
    }
    Ok(through.max(mark.dropped))
}

/// The last of the first blobs up to a commit, so many at most, and what they come to.
async fn sums(tx: &mut Tx, through: u64, most: i64) -> Result<(u64, Dropped), Fault> {
    let row = tx.one(SUMS, &[int(through)?.into(), most.into()]).await?;
    let found = Dropped {
        through,
        blobs: number(&row, "blobs")?,
        uses: row.int("uses")?,
        bytes: row.int("bytes")?,
        more: false,
    };
    Ok((number(&row, "last_no")?, found))
}

const FOLLOWED: &str = "select followed_no from reporters_mark where one = 1";

const YOUNG: &str = "
    select commit_no from use_blobs where commit_no > $1 and accepted_ms >= $2
     order by commit_no limit 1";

const ASTRIDE: &str = "
    select coalesce(min(first_no), 0) as first_no from uses
     where last_no > $1 and first_no > 0 and first_no <= $1";

const MOVE: &str = "update meter_mark set dropped_no = $1 where one = 1 and dropped_no < $1";

const SUMS: &str = "
    select coalesce(max(commit_no), 0) as last_no, count(*) as blobs,
           cast(coalesce(sum(events), 0) as bigint) as uses,
           cast(coalesce(sum(length(blob)), 0) as bigint) as bytes
      from (select commit_no, events, blob from use_blobs
             where commit_no <= $1 order by commit_no limit $2) s";

const DELETE: &str = "delete from use_blobs where commit_no <= $1";
