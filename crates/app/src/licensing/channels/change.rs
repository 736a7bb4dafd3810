//! Changing a channel: its label, its size, or its address when it has moved. What was published
//! on the old address while it was listed stays covered.

use domain::{ChannelId, LicenceId};
use store::db::{Tx, Value};

use super::{By, ChannelRefusal, Entry, Wanted, Written, listed, lock, not_too_often};
use crate::licensing::Standing;
use crate::{App, Call, Fault, Stop};

/// Puts `wanted` in the place of a listed channel. The same again changes nothing.
///
/// # Errors
/// [`ChannelRefusal`].
pub async fn change(
    app: &App,
    call: &Call,
    licence: LicenceId,
    id: ChannelId,
    by: By,
    wanted: &Wanted,
) -> Result<Entry, Stop<ChannelRefusal>> {
    let noted = wanted.noted().map_err(Stop::Refused)?;
    let mut tx = app.write().await?;
    let standing = lock(&mut tx, licence).await?;
    let there = listed(&mut tx, licence).await?;
    let Some(before) = there.iter().find(|one| one.id == id) else {
        return Err(Stop::Refused(ChannelRefusal::Unknown(id)));
    };
    if before.noted == noted {
        return Ok(before.clone());
    }
    if standing == Standing::Revoked {
        return Err(Stop::Refused(ChannelRefusal::Revoked));
    }
    let taken = |one: &&Entry| one.id != id && one.noted.channel == noted.channel;
    if let Some(other) = there.iter().find(taken) {
        let channel = other.noted.channel.clone();
        return Err(Stop::Refused(ChannelRefusal::Listed(channel)));
    }
    not_too_often(&mut tx, licence, call.now).await?;
    // A moved channel is listed since now; a new label leaves it where it is.
    let moved = before.noted.channel != noted.channel;
    let after = Entry {
        id,
        noted,
        added_at: if moved { call.now } else { before.added_at },
        removed_at: None,
    };
    update(&mut tx, &after).await?;
    let line = Written {
        licence,
        channel: id,
        at: call.now,
        by,
        before: Some(&before.noted),
        after: Some(&after.noted),
    };
    line.write(&mut tx).await?;
    tx.commit().await?;
    Ok(after)
}

async fn update(tx: &mut Tx, entry: &Entry) -> Result<(), Fault> {
    let noted = &entry.noted;
    let values: [Value; 6] = [
        entry.id.bytes().into(),
        noted.channel.platform().code().into(),
        noted.channel.address().into(),
        noted.label.clone().into(),
        noted.audience.map(|audience| audience.code()).into(),
        entry.added_at.0.into(),
    ];
    tx.run(UPDATE, &values).await?;
    Ok(())
}

const UPDATE: &str = "
    update channels set platform = $2, address = $3, label = $4, audience = $5, added_ms = $6
     where id = $1";
