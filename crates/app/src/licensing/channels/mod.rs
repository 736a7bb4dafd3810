//! The safelist of a licence: the channels on which videos under it are published.
//!
//! Each change is written into the list and, in the same transaction, into its history, which
//! nothing ever changes: it decides what was listed when a video was published, and shows whoever
//! runs the store when a key is passed around. Under a licence for a named client the channels
//! are that client's; otherwise they are the licensee's own.

mod add;
mod change;
mod holding;
mod list;
mod remove;

pub use add::{Added, add};
pub use change::change;
pub use list::{HISTORY_SHOWN_MAX, Line, Safelist, history, list};
pub use remove::remove;

pub(crate) use holding::{Holding, holding};
pub(super) use list::on_list;

pub use domain::envelope::Audience;
pub use domain::{Channel, ChannelId, Platform};

use domain::safelist::{CHANGES_MAX, CHANGES_WINDOW_MS, CHANNELS_MAX};
use domain::{ChannelError, LicenceId, Timestamp};
use serde::{Deserialize, Serialize};
use store::db::{Row, Tx, Value};
use thiserror::Error;

use super::Standing;
use super::show::LicenceRefusal;
use crate::{Fault, Refusal, Stop};

/// The longest label of a channel, in characters.
pub const LABEL_MAX: usize = 80;

/// Who changes a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever holds the licence.
    Holder,
    /// Whoever runs the store.
    Store,
}

impl By {
    /// The word kept and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Store => "store",
        }
    }

    fn from_word(word: &str) -> Result<Self, Fault> {
        [Self::Holder, Self::Store]
            .into_iter()
            .find(|by| by.word() == word)
            .ok_or_else(|| Fault::because("reading who changed a channel", format!("`{word}`")))
    }
}

/// A channel as somebody wants it listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What they pasted: an address, or `@name` with a platform.
    pub channel: String,
    /// The platform, where they said it.
    pub platform: Option<Platform>,
    /// What they call it.
    pub label: Option<String>,
    /// How large it is.
    pub audience: Option<Audience>,
}

/// A channel on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: ChannelId,
    /// The channel, its label and its size.
    pub noted: Noted,
    /// Since when it is listed.
    pub added_at: Timestamp,
    /// Since when it no longer is.
    pub removed_at: Option<Timestamp>,
}

/// What a list says of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The channel.
    pub channel: Channel,
    /// What its owner calls it.
    pub label: Option<String>,
    /// How large it is.
    pub audience: Option<Audience>,
}

/// [`Noted`] as the history keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    platform: Platform,
    address: String,
    label: Option<String>,
    audience: Option<Audience>,
}

/// Why a list isn't changed or shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChannelRefusal {
    /// What was pasted is no channel.
    #[error(transparent)]
    NotAChannel(ChannelError),
    /// The label is too long or holds what can't be shown.
    #[error("a label has at most {LABEL_MAX} characters on one line: shorten it or leave it out")]
    BadLabel,
    /// There is no such licence.
    #[error(transparent)]
    Licence(LicenceRefusal),
    /// It was withdrawn: nothing can be published under it any more.
    #[error("this licence was revoked: no channel can be added to it")]
    Revoked,
    /// Its list has no such channel.
    #[error("this licence lists no channel {0}")]
    Unknown(ChannelId),
    /// The channel would stand in the list twice.
    #[error("{0} is listed already: remove one of the two")]
    Listed(Channel),
    /// The list is full.
    #[error("a licence lists at most {CHANNELS_MAX} channels at a time: remove one first")]
    Full,
    /// The list changes too often.
    #[error("a list may be changed {CHANGES_MAX} times in thirty days: wait, or ask the store")]
    TooOften,
}

impl Refusal for ChannelRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAChannel(_) => "bad_channel",
            Self::BadLabel => "bad_label",
            Self::Licence(refusal) => refusal.code(),
            Self::Revoked => "licence_not_valid",
            Self::Unknown(_) => "unknown_channel",
            Self::Listed(_) => "channel_listed",
            Self::Full => "too_many_channels",
            Self::TooOften => "too_many_changes",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::NotAChannel(_) | Self::Listed(_) => Some("channel".into()),
            Self::BadLabel => Some("label".into()),
            Self::Licence(refusal) => refusal.field(),
            _ => None,
        }
    }
}

impl Wanted {
    /// What will stand in the list.
    fn noted(&self) -> Result<Noted, ChannelRefusal> {
        let channel =
            Channel::parse(&self.channel, self.platform).map_err(ChannelRefusal::NotAChannel)?;
        let label = self.label.as_deref().map(str::trim).unwrap_or_default();
        if label.chars().count() > LABEL_MAX || label.chars().any(is_unshowable) {
            return Err(ChannelRefusal::BadLabel);
        }
        Ok(Noted {
            channel,
            label: Some(label.to_owned()).filter(|label| !label.is_empty()),
            audience: self.audience,
        })
    }
}

/// Controls, and marks that turn text around: a label mustn't disguise what stands beside it.
fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Noted {
    fn text(&self) -> Result<String, Fault> {
        let kept = Kept {
            platform: self.channel.platform(),
            address: self.channel.address(),
            label: self.label.clone(),
            audience: self.audience,
        };
        serde_json::to_string(&kept).map_err(Fault::while_("writing a channel"))
    }

    fn of_text(text: &str) -> Result<Self, Fault> {
        let kept: Kept =
            serde_json::from_str(text).map_err(Fault::while_("reading a channel's history"))?;
        Ok(Self {
            channel: kept_channel(&kept.address, kept.platform)?,
            label: kept.label,
            audience: kept.audience,
        })
    }
}

fn kept_channel(address: &str, platform: Platform) -> Result<Channel, Fault> {
    Channel::parse(address, Some(platform)).map_err(Fault::while_("reading a listed channel"))
}

fn entry(row: &Row) -> Result<Entry, Fault> {
    let reading = "reading a listed channel";
    let platform = row
        .text("platform")?
        .parse()
        .map_err(Fault::while_(reading))?;
    let audience = row
        .opt_text("audience")?
        .map(|word| word.parse())
        .transpose();
    Ok(Entry {
        id: ChannelId::from_bytes(row.id("id")?),
        noted: Noted {
            channel: kept_channel(&row.text("address")?, platform)?,
            label: row.opt_text("label")?,
            audience: audience.map_err(Fault::while_(reading))?,
        },
        added_at: Timestamp(row.int("added_ms")?),
        removed_at: row.opt_int("removed_ms")?.map(Timestamp),
    })
}

/// Locks the licence, so that its list is changed by one at a time, and says how it stands.
async fn lock(tx: &mut Tx, licence: LicenceId) -> Result<Standing, Stop<ChannelRefusal>> {
    let sql = format!("{LOCK}{}", tx.for_update());
    let row = tx.optional(&sql, &[licence.bytes().into()]).await?;
    let unknown = || {
        let refusal = LicenceRefusal::Unknown(licence.to_string());
        Stop::Refused(ChannelRefusal::Licence(refusal))
    };
    Ok(Standing::from_word(
        &row.ok_or_else(unknown)?.text("status")?,
    )?)
}

/// The channels listed now, the oldest first.
async fn listed(tx: &mut Tx, licence: LicenceId) -> Result<Vec<Entry>, Fault> {
    let rows = tx.all(LISTED, &[licence.bytes().into()]).await?;
    rows.iter().map(entry).collect()
}

/// One channel of a licence, listed or not.
async fn one(
    tx: &mut Tx,
    licence: LicenceId,
    id: ChannelId,
) -> Result<Entry, Stop<ChannelRefusal>> {
    let values = [licence.bytes().into(), id.bytes().into()];
    let row = tx.optional(ONE, &values).await?;
    let row = row.ok_or(Stop::Refused(ChannelRefusal::Unknown(id)))?;
    Ok(entry(&row)?)
}

/// Refuses a change where there were too many of late. Taking channels off isn't counted: it
/// must always be possible, and there can't be more of it than of the rest.
async fn not_too_often(
    tx: &mut Tx,
    licence: LicenceId,
    now: Timestamp,
) -> Result<(), Stop<ChannelRefusal>> {
    let since = now.plus_ms(-CHANGES_WINDOW_MS);
    let row = tx
        .one(CHANGES, &[licence.bytes().into(), since.0.into()])
        .await?;
    if usize::try_from(row.int("changes")?).unwrap_or(usize::MAX) >= CHANGES_MAX {
        return Err(Stop::Refused(ChannelRefusal::TooOften));
    }
    Ok(())
}

/// What a line of the history is about.
struct Written<'a> {
    licence: LicenceId,
    channel: ChannelId,
    at: Timestamp,
    by: By,
    before: Option<&'a Noted>,
    after: Option<&'a Noted>,
}

impl Written<'_> {
    async fn write(&self, tx: &mut Tx) -> Result<(), Fault> {
        let text = |noted: Option<&Noted>| noted.map(Noted::text).transpose();
        let values: [Value; 6] = [
            self.licence.bytes().into(),
            self.channel.bytes().into(),
            self.at.0.into(),
            self.by.word().into(),
            text(self.before)?.into(),
            text(self.after)?.into(),
        ];
        tx.run(WRITE, &values).await?;
        Ok(())
    }
}

const LOCK: &str = "select status from licences where id = $1";

const LISTED: &str = "
    select id, platform, address, label, audience, added_ms, removed_ms
      from channels where licence_id = $1 and removed_ms is null order by added_ms, id";

const ONE: &str = "
    select id, platform, address, label, audience, added_ms, removed_ms
      from channels where licence_id = $1 and id = $2";

const CHANGES: &str = "
    select count(*) as changes from channel_history
     where licence_id = $1 and at_ms > $2 and after is not null";

const WRITE: &str = "
    insert into channel_history (licence_id, line, channel_id, at_ms, by_whom, before, after)
    select $1, coalesce(max(line), 0) + 1, $2, $3, $4, $5, $6
      from channel_history where licence_id = $1";
