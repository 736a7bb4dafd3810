//! Expiry: clip time that wasn't used within its months.
//!
//! Before: a bundle has expired, and the two days in which late reports of uses before that still
//! count are over. After, in one transaction for each: gifts that nobody took have come back, what
//! it held is its composers' (or idle, where it was never used), and it holds nothing. Run again
//! at any point it goes on where it was.
//!
//! What refunds and disputes of its payment took isn't there to be shared. Where a dispute gives it
//! again afterwards, it expires by itself, as a second cut.

use domain::{BundleId, GiftId};
use store::db::Tx;

use super::{gift, rest};
use crate::accounts::clip_time::{self, Why};
use crate::stop::Tries;
use crate::{App, Call, Fault};

/// How long after the expiry a use that was published before it still counts: 48 hours, in ms.
pub const LATE_MS: i64 = 48 * 60 * 60 * 1_000;

/// Shares out what is left of every bundle whose time is over, and says how many there were.
///
/// # Errors
/// [`Fault`] of the database. What was done before stays done.
pub async fn due(app: &App, call: &mut Call) -> Result<usize, Fault> {
    let before = call.now.0.saturating_sub(LATE_MS);
    let rows = app.db.read().await?.all(DUE, &[before.into()]).await?;
    let mut done = 0;
    for row in rows {
        let id = BundleId::from_bytes(row.id("id")?);
        let mut tries = Tries::default();
        loop {
            match one(app, call, id).await {
                Err(fault) if tries.again(&fault) => {}
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
    let cut = held.bundle.expire(held.taken);
    let cut = cut.map_err(Fault::while_(doing))?;
    if cut.ms == 0 && cut.micros == 0 {
        return Ok(false);
    }
    let source = source(&mut tx, call, id).await?;
    clip_time::cut(&mut tx, call, Why::Expiry(source), &cut).await?;
    let name = source.to_string();
    rest::share(&mut tx, call, &held, (&name, source.bytes()), cut.micros).await?;
    tx.commit().await?;
    Ok(true)
}

/// What the books call an expiry by: the bundle itself; an id of its own where it expired before.
async fn source(tx: &mut Tx, call: &mut Call, id: BundleId) -> Result<BundleId, Fault> {
    let before = tx.optional(EXPIRED, &[id.bytes().into()]).await?;
    Ok(match before {
        Some(_) => BundleId::from_bytes(call.id()),
        None => id,
    })
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

/// Those that hold clip time, or have a gift that waits, or hold money without clip time: that was
/// taken when they expired, and has been given again.
const DUE: &str = "
    select b.id from bundles b
     where b.expires_ms <= $1
       and (b.total_ms > b.consumed_ms + b.gone_ms
            or exists (select 1 from gifts g where g.bundle_id = b.id
                          and g.taken_ms is null and g.withdrawn_ms is null)
            or (b.consumed_ms = b.base_ms and b.total_ms = b.consumed_ms + b.gone_ms
                and b.unearned_micros - b.gone_micros - b.base_micros > b.taken_micros))
     order by b.expires_ms, b.id";

const EXPIRED: &str = "
    select source_id from bundle_cuts where bundle_id = $1 and kind = 'expiry' limit 1";

const OPEN_GIFTS: &str = "
    select id from gifts
     where bundle_id = $1 and taken_ms is null and withdrawn_ms is null
     order by created_ms, id";
