//! What was sold and counted before there was a log gets its leaves, once.

use store::db::Tx;

use super::{licences, uses};
use crate::{App, Call, Fault};

/// How many licences or uses go into one leaf, and so into one transaction.
const AT_ONCE: usize = 1_000;

/// Gives every licence and use that has none its leaf, the oldest first; how many there were. Once
/// nothing was left to do it looks no more: later ones get theirs as they are issued.
///
/// # Errors
/// [`Fault`] of the database; what was written before it stays.
pub async fn catch_up(app: &App, call: &Call) -> Result<usize, Fault> {
    // Almost always it was done long ago, and nobody has to wait for the right to write.
    let mut tx = app.read().await?;
    let caught_up = tx.one(STATE, &[]).await?.flag("caught_up")?;
    drop(tx);
    if caught_up {
        return Ok(0);
    }
    let mut done = 0;
    loop {
        let mut tx = app.write().await?;
        // Held from here on, so that two programs that start at once don't both do it.
        let sql = format!("{STATE}{}", tx.for_update());
        if tx.one(&sql, &[]).await?.flag("caught_up")? {
            return Ok(done);
        }
        let count = some(app, call, &mut tx).await?;
        if count == 0 {
            tx.run(FINISH, &[]).await?;
        }
        tx.commit().await?;
        done += count;
    }
}

async fn some(app: &App, call: &Call, tx: &mut Tx) -> Result<usize, Fault> {
    let most = [i64::try_from(AT_ONCE).unwrap_or(i64::MAX).into()];
    let rows = tx.all(LICENCES, &most).await?;
    if !rows.is_empty() {
        licences::log(app, tx, call.now, &rows).await?;
        return Ok(rows.len());
    }
    let rows = tx.all(USES, &most).await?;
    if !rows.is_empty() {
        uses::log(&app.issuer.log_secret(), tx, call.now, &rows).await?;
    }
    Ok(rows.len())
}

const STATE: &str = "select caught_up from log_end where id = 1";

const FINISH: &str = "update log_end set caught_up = 1 where id = 1";

const LICENCES: &str = "
    select id, code, token, price_micros, currency from licences l
     where not exists (select 1 from licence_leaves b where b.licence_id = l.id)
     order by issued_ms, id limit $1";

const USES: &str = "
    select id, settlement_id, uses, licence_id, track_id, clip_ms, billed_ms, earned_micros,
           currency, published_ms, received_ms, report, root
      from uses u
     where not exists (select 1 from use_leaves b where b.use_id = u.id)
       and not exists (select 1 from settlement_leaves b where b.settlement_id = u.settlement_id)
     order by received_ms, id limit $1";
