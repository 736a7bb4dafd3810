//! Expiry: clip time that wasn't used within its months.
//!
//! Before: a bundle has expired, and the two days in which late reports of uses before that still
//! count are over. After, in one transaction for each: gifts that nobody took have come back, what
//! it held is its composers' (or idle, where it was never used), and it holds nothing. Run again
//! at any point it goes on where it was.

use domain::{BundleId, GiftId};
use store::db::Tx;

use super::{gift, rest};
use crate::accounts::clip_time::{self, Why};
use crate::{App, Call, Fault};

/// How long after the expiry a use that was published before it still counts: 48 hours, in ms.
pub const LATE_MS: i64 = 48 * 60 * 60 * 1_000;
/// How often one that lost a race for rows is tried again.
const TRIES_MAX: u32 = 20;

/// Shares out what is left of every bundle whose time is over, and says how many there were. One
/// of which a refund or a dispute took something waits until that is given again.
///
/// # Errors
/// [`Fault`] of the database. What was done before stays done.
pub async fn due(app: &App, call: &mut Call) -> Result<usize, Fault> {
    let before = call.now.0.saturating_sub(LATE_MS);
    let rows = app.read().await?.all(DUE, &[before.into()]).await?;
    let mut done = 0;
    for row in rows {
        let id = BundleId::from_bytes(row.id("id")?);
        let mut tries = 1;
        loop {
            match one(app, call, id).await {
                Err(fault) if fault.is_contention() && tries < TRIES_MAX => tries += 1,
                outcome => break done += usize::from(outcome?),
            }
        }
    }
    Ok(done)
}

async fn one(app: &App, call: &mut Call, id: BundleId) -> Result<bool, Fault> {
    let mut tx = app.write().await?;
    come_back(&mut tx, call, id).await?;
    let held = clip_time::locked(&mut tx, id).await?;
    let held = held.ok_or_else(|| Fault::because("expiring a bundle", "it vanished"))?;
    let doing = "emptying a bundle";
    let cut = held.bundle.empty().map_err(Fault::while_(doing))?;
    if cut.ms == 0 && cut.micros == 0 {
        return Ok(false);
    }
    clip_time::cut(&mut tx, call, Why::Expiry(id), &cut).await?;
    let source = id.to_string();
    rest::share(&mut tx, call, &held, (&source, id.bytes()), cut.micros).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes back the gifts of a bundle that nobody took.
async fn come_back(tx: &mut Tx, call: &Call, id: BundleId) -> Result<(), Fault> {
    let rows = tx.all(OPEN_GIFTS, &[id.bytes().into()]).await?;
    for row in rows {
        let gift = GiftId::from_bytes(row.id("id")?);
        gift::come_back(tx, call, id, gift).await?;
    }
    Ok(())
}

const DUE: &str = "
    select b.id from bundles b
     where b.expires_ms <= $1 and b.taken_micros = 0
       and (b.total_ms > b.consumed_ms + b.gone_ms
            or exists (select 1 from gifts g where g.bundle_id = b.id
                          and g.taken_ms is null and g.withdrawn_ms is null))
     order by b.expires_ms, b.id";

const OPEN_GIFTS: &str = "
    select id from gifts
     where bundle_id = $1 and taken_ms is null and withdrawn_ms is null
     order by created_ms, id";
