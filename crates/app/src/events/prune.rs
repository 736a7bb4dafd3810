//! Dropping old events, from the front.

use domain::time::DAY_MS;

use crate::{App, Call, Fault};

/// Drops events older than the operator's `events_days`; how many there were. Whoever hadn't read
/// them is told so. Those that nobody has numbered yet stay.
///
/// # Errors
/// [`Fault`] of the database.
pub(crate) async fn due(app: &App, call: &Call) -> Result<usize, Fault> {
    super::number(app).await?;
    let oldest = call.now.0 - i64::from(app.settings.events_days) * DAY_MS;
    let mut tx = app.db.read().await?;
    if tx.optional(OLD, &[oldest.into()]).await?.is_none() {
        return Ok(0);
    }
    drop(tx);
    let mut tx = app.db.write().await?;
    let sql = format!("{MARK}{}", tx.for_update());
    let mark = tx.one(&sql, &[]).await?;
    // Up to the first that is kept, so that what is kept has no gap.
    let kept = tx.one(KEPT, &[oldest.into()]).await?.opt_int("n")?;
    let through = kept.map_or(mark.int("last_n")?, |n| n - 1);
    if through <= mark.int("gone_n")? {
        return Ok(0);
    }
    let commit = tx.one(COMMIT, &[through.into()]).await?;
    let commit = commit.opt_int("place")?.unwrap_or(0);
    let dropped = tx.run(DROP, &[through.into()]).await?;
    let values = [through.into(), oldest.into(), commit.into()];
    tx.run(MOVE, &values).await?;
    tx.commit().await?;
    Ok(usize::try_from(dropped).unwrap_or(usize::MAX))
}

const OLD: &str = "select n from events where at_ms < $1 and n is not null limit 1";

const MARK: &str = "select last_n, gone_n from event_mark where one = 1";

const KEPT: &str = "select min(n) as n from events where n is not null and at_ms >= $1";

const COMMIT: &str = "
    select max(place) as place from events where kind = 'use.settled' and n <= $1";

const DROP: &str = "delete from events where n <= $1";

// What happened before isn't compared any more: its events may be gone.
const MOVE: &str = "
    update event_mark
       set gone_n = $1,
           since_ms = case when since_ms < $2 then $2 else since_ms end,
           since_no = case when since_no < $3 then $3 else since_no end
     where one = 1";
