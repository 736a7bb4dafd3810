//! What is left of a bundle's composers' side goes to the tracks it was used on, in proportion to
//! the clip time billed on each; where it was never used, to the idle account, which is shared by
//! the store's published rule.

use domain::bundle::expiry_shares;
use domain::journal::EXPIRY;
use domain::{Account, LineKind, TrackId};
use ledger::JournalDraft;
use store::db::Tx;

use crate::accounts::booking::{Booking, By};
use crate::accounts::clip_time::Held;
use crate::{Call, Fault};

/// Shares `micros` of a bundle's unearned account out. `source` is the cause, in words and bytes.
pub(super) async fn share(
    tx: &mut Tx,
    call: &mut Call,
    held: &Held,
    (source, source_id): (&str, &[u8; 16]),
    micros: i64,
) -> Result<(), Fault> {
    if micros == 0 {
        return Ok(());
    }
    let bundle = held.bundle.id;
    let draft = JournalDraft::new(EXPIRY, source, "Clip time that nobody used");
    let line = (LineKind::Expiry, source_id);
    let mut booking = Booking::new(draft, line, held.price.currency());
    booking.post(&Account::BundleUnearned(bundle), -micros);
    let mut used = Vec::new();
    for row in tx.all(USED, &[bundle.bytes().into()]).await? {
        let billed = u64::try_from(row.int("billed_ms")?)
            .map_err(Fault::while_("reading what was billed"))?;
        used.push((TrackId::from_bytes(row.id("track_id")?), billed));
    }
    if used.is_empty() {
        booking.post(&Account::Idle, micros);
    } else {
        let parts = expiry_shares(micros, &used).map_err(Fault::while_("sharing a rest"))?;
        for (track, part) in parts {
            let by = By {
                track,
                kind: None,
                licence: Some(held.licence),
            };
            booking.share(tx, call, by, part).await?;
        }
    }
    booking.write(tx, call).await?;
    Ok(())
}

const USED: &str = "
    select u.track_id, cast(sum(d.billed_ms) as bigint) as billed_ms
      from use_draws d join uses u on u.id = d.use_id
     where d.bundle_id = $1 group by u.track_id order by u.track_id";
