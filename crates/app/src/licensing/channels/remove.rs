//! Removing a channel. What was published on it while it was listed stays covered; a channel
//! that is off the list already is answered as it stands.

use domain::{ChannelId, LicenceId};

use super::{By, ChannelRefusal, Entry, Written, lock, one};
use crate::{App, Call, Stop};

/// Takes a channel off a licence's list.
///
/// # Errors
/// [`ChannelRefusal::Licence`], [`ChannelRefusal::Unknown`].
pub async fn remove(
    app: &App,
    call: &Call,
    licence: LicenceId,
    id: ChannelId,
    by: By,
) -> Result<Entry, Stop<ChannelRefusal>> {
    let mut tx = app.write().await?;
    lock(&mut tx, licence).await?;
    let mut entry = one(&mut tx, licence, id).await?;
    if entry.removed_at.is_some() {
        return Ok(entry);
    }
    tx.run(REMOVE, &[id.bytes().into(), call.now.0.into()])
        .await?;
    let line = Written {
        licence,
        channel: id,
        at: call.now,
        by,
        before: Some(&entry.noted),
        after: None,
    };
    line.write(&mut tx).await?;
    tx.commit().await?;
    entry.removed_at = Some(call.now);
    Ok(entry)
}

const REMOVE: &str = "update channels set removed_ms = $2 where id = $1";
