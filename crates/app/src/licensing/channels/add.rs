//! Adding a channel. A channel that is listed already is answered as it stands, so that adding
//! it again changes nothing.

use domain::safelist::CHANNELS_MAX;
use domain::{ChannelId, LicenceId};
use store::db::{Tx, Value};

use super::{By, ChannelRefusal, Entry, Wanted, Written, listed, lock, not_too_often};
use crate::licensing::Standing;
use crate::{App, Call, Fault, Stop};

/// A channel that is on the list now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The channel.
    pub entry: Entry,
    /// Whether it was there before, and nothing was changed.
    pub repeated: bool,
}

/// Puts a channel on a licence's list.
///
/// # Errors
/// [`ChannelRefusal`].
pub async fn add(
    app: &App,
    call: &mut Call,
    licence: LicenceId,
    by: By,
    wanted: &Wanted,
) -> Result<Added, Stop<ChannelRefusal>> {
    let noted = wanted.noted().map_err(Stop::Refused)?;
    let mut tx = app.write().await?;
    let standing = lock(&mut tx, licence).await?;
    let there = listed(&mut tx, licence).await?;
    if let Some(entry) = there.iter().find(|one| one.noted.channel == noted.channel) {
        return Ok(Added {
            entry: entry.clone(),
            repeated: true,
        });
    }
    if standing == Standing::Revoked {
        return Err(Stop::Refused(ChannelRefusal::Revoked));
    }
    if there.len() >= CHANNELS_MAX {
        return Err(Stop::Refused(ChannelRefusal::Full));
    }
    not_too_often(&mut tx, licence, call.now).await?;
    let entry = Entry {
        id: ChannelId::from_bytes(call.id()),
        noted,
        added_at: call.now,
        removed_at: None,
    };
    insert(&mut tx, licence, &entry).await?;
    let line = Written {
        licence,
        channel: entry.id,
        at: call.now,
        by,
        before: None,
        after: Some(&entry.noted),
    };
    line.write(&mut tx).await?;
    tx.commit().await?;
    Ok(Added {
        entry,
        repeated: false,
    })
}

async fn insert(tx: &mut Tx, licence: LicenceId, entry: &Entry) -> Result<(), Fault> {
    let noted = &entry.noted;
    let values: [Value; 7] = [
        entry.id.bytes().into(),
        licence.bytes().into(),
        noted.channel.platform().code().into(),
        noted.channel.address().into(),
        noted.label.clone().into(),
        noted.audience.map(|audience| audience.code()).into(),
        entry.added_at.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

const INSERT: &str = "
    insert into channels (id, licence_id, platform, address, label, audience, added_ms)
    values ($1, $2, $3, $4, $5, $6, $7)";
