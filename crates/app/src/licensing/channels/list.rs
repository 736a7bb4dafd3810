//! Listing: the channels of a licence now, its history, and what was listed at an instant.

use domain::envelope::ChannelOwner;
use domain::safelist::{Change, Listed, OnList, covered_at, listings};
use domain::{Channel, ChannelId, Envelope, LicenceId, Timestamp};
use store::db::{Row, Tx};

use super::{By, ChannelRefusal, Entry, LicenceRefusal, Noted, listed};
use crate::{App, Fault, Stop};

/// The most lines of history shown, the latest first.
pub const HISTORY_SHOWN_MAX: usize = 200;

/// A licence's channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safelist {
    /// Whose channels they must be.
    pub owner: ChannelOwner,
    /// The channels listed now, the oldest first.
    pub channels: Vec<Entry>,
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place, from 1.
    pub line: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// Which channel of the list.
    pub channel: ChannelId,
    /// What was listed before; none for a channel that was added.
    pub before: Option<Noted>,
    /// What is listed since; none for a channel that was removed.
    pub after: Option<Noted>,
}

/// The channels of a licence.
///
/// # Errors
/// [`ChannelRefusal::Licence`].
pub async fn list(app: &App, licence: LicenceId) -> Result<Safelist, Stop<ChannelRefusal>> {
    let mut tx = app.read().await?;
    let owner = owner(&mut tx, licence).await?;
    Ok(Safelist {
        owner,
        channels: listed(&mut tx, licence).await?,
    })
}

/// What became of a licence's channels, the latest first.
///
/// # Errors
/// [`ChannelRefusal::Licence`].
pub async fn history(app: &App, licence: LicenceId) -> Result<Vec<Line>, Stop<ChannelRefusal>> {
    let mut tx = app.read().await?;
    owner(&mut tx, licence).await?;
    let most = i64::try_from(HISTORY_SHOWN_MAX).unwrap_or(i64::MAX);
    let rows = tx
        .all(LATEST, &[licence.bytes().into(), most.into()])
        .await?;
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}

/// What a licence's list says of a channel and an instant.
pub(in crate::licensing) async fn on_list(
    app: &App,
    licence: LicenceId,
    channel: &Channel,
    at: Timestamp,
) -> Result<OnList, Fault> {
    let rows = app
        .read()
        .await?
        .all(HISTORY, &[licence.bytes().into()])
        .await?;
    let history: Vec<Change> = rows.iter().map(change).collect::<Result<_, _>>()?;
    Ok(covered_at(&listings(&history), channel, at))
}

/// A line of the history as far as it decides what was listed.
pub(super) fn change(row: &Row) -> Result<Change, Fault> {
    let line = line(row)?;
    Ok(Change {
        at: line.at,
        before: line.before.map(bare),
        after: line.after.map(bare),
    })
}

fn bare(noted: Noted) -> Listed {
    Listed {
        channel: noted.channel,
        audience: noted.audience,
    }
}

async fn owner(tx: &mut Tx, licence: LicenceId) -> Result<ChannelOwner, Stop<ChannelRefusal>> {
    let Some(row) = tx.optional(OWNER, &[licence.bytes().into()]).await? else {
        let refusal = LicenceRefusal::Unknown(licence.to_string());
        return Err(Stop::Refused(ChannelRefusal::Licence(refusal)));
    };
    let envelope: Envelope = serde_json::from_str(&row.text("envelope")?)
        .map_err(Fault::while_("reading a licence's envelope"))?;
    Ok(envelope.channels.owner)
}

fn line(row: &Row) -> Result<Line, Fault> {
    let noted = |text: Option<String>| text.map(|text| Noted::of_text(&text)).transpose();
    Ok(Line {
        line: row.int("line")?,
        at: Timestamp(row.int("at_ms")?),
        by: By::from_word(&row.text("by_whom")?)?,
        channel: ChannelId::from_bytes(row.id("channel_id")?),
        before: noted(row.opt_text("before")?)?,
        after: noted(row.opt_text("after")?)?,
    })
}

const OWNER: &str = "select envelope from licences where id = $1";

const HISTORY: &str = "
    select line, at_ms, by_whom, channel_id, before, after
      from channel_history where licence_id = $1 order by line";

const LATEST: &str = "
    select line, at_ms, by_whom, channel_id, before, after
      from channel_history where licence_id = $1 order by line desc limit $2";
