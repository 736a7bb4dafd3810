//! Giving events their places: once they are committed, one after the other, without a gap.

use crate::stop::Tries;
use crate::{App, Fault};

/// Gives a place to every event that is committed and has none; how many there were. Whoever numbers
/// is alone until the commit, so places are seen in their order, and an event that is committed
/// later comes later. What one caller had seen when it wrote comes before what it wrote.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn number(app: &App) -> Result<u64, Fault> {
    let mut tx = app.db.read().await?;
    // Most often there is nothing to do, and nobody has to wait for the right to write.
    if tx.optional(WAITING, &[]).await?.is_none() {
        return Ok(0);
    }
    drop(tx);
    let mut tries = Tries::default();
    loop {
        match once(app).await {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

async fn once(app: &App) -> Result<u64, Fault> {
    let mut tx = app.db.write().await?;
    let sql = format!("{MARK}{}", tx.for_update());
    let last = tx.one(&sql, &[]).await?.int("last_n")?;
    // Another snapshot than the one above on PostgreSQL: it sees what was committed before the lock.
    let count = tx.run(NUMBER, &[last.into()]).await?;
    let more = i64::try_from(count).map_err(Fault::while_("numbering events"))?;
    tx.run(MOVE, &[(last + more).into()]).await?;
    tx.commit().await?;
    Ok(count)
}

const WAITING: &str = "select seq from events where n is null limit 1";

const MARK: &str = "select last_n from event_mark where one = 1";

const NUMBER: &str = "
    update events set n = waiting.place
      from (select seq, $1 + row_number() over (order by seq) as place
              from events where n is null) as waiting
     where events.seq = waiting.seq";

const MOVE: &str = "update event_mark set last_n = $1 where one = 1";
