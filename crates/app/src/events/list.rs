//! Reading events, from a place on.

use domain::{LicenceId, PaymentId, PayoutId, Timestamp};
use serde_json::Value;
use store::db::{Row, Tx, Value as Bound};
use thiserror::Error;

use super::{Kind, number};
use crate::{App, Fault, Refusal, Stop};

/// The most events of one answer.
pub const PAGE_MAX: i64 = 500;

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place: each is one more than that of the event before it.
    pub n: i64,
    /// Its own id, a version 7 UUID as text: the same whenever it is read.
    pub id: String,
    /// What it tells.
    pub kind: Kind,
    /// When that happened.
    pub at: Timestamp,
    /// What it is about, by its id as it is named elsewhere.
    pub subject: String,
    /// Ids and sums.
    pub data: Value,
}

/// Which events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// After this place; from the oldest that is kept where none is said.
    pub after: Option<i64>,
    /// Of this kind alone.
    pub kind: Option<Kind>,
    /// At most so many, up to [`PAGE_MAX`].
    pub limit: i64,
}

/// Events in their order.
#[derive(Debug, Clone)]
pub struct Page {
    /// The events.
    pub events: Vec<Event>,
    /// The place to read on from: everything wanted up to here was answered.
    pub through: i64,
    /// Whether more are there already.
    pub more: bool,
}

/// Why no events are read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventsRefusal {
    /// What came after that place was dropped for its age.
    #[error(
        "events up to {through} were dropped for their age: read what they told from the store, then go on after {through}"
    )]
    Gone {
        /// The last that was dropped.
        through: i64,
    },
    /// Nothing has that place yet.
    #[error(
        "the last event is {last}, so nothing can come after {after}: begin anew if the store was restored from a copy"
    )]
    Ahead {
        /// The place that was asked for.
        after: i64,
        /// The last there is.
        last: i64,
    },
}

impl Refusal for EventsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Gone { .. } => "events_gone",
            Self::Ahead { .. } => "events_ahead",
        }
    }

    fn field(&self) -> Option<String> {
        Some("after".into())
    }
}

/// Reads events. Everything that was committed before this call is in them, uses that were
/// acknowledged included.
///
/// # Errors
/// [`EventsRefusal`].
pub async fn list(app: &App, wanted: Wanted) -> Result<Page, Stop<EventsRefusal>> {
    // What was counted is settled, which tells of it.
    drop(app.read().await?);
    match number(app).await {
        // What was told before can still be read: a full disk closes no store.
        Err(fault) if fault.cannot_write() => {
            tracing::error!("events can't be numbered: {}", fault.chain());
        }
        done => drop(done?),
    }
    let mut tx = app.db.read().await?;
    let mark = tx.one(MARK, &[]).await?;
    let (last, gone) = (mark.int("last_n")?, mark.int("gone_n")?);
    let after = wanted.after.unwrap_or(gone);
    if after < gone {
        return Err(Stop::Refused(EventsRefusal::Gone { through: gone }));
    }
    if after > last {
        return Err(Stop::Refused(EventsRefusal::Ahead { after, last }));
    }
    Ok(page(&mut tx, wanted, (after, last)).await?)
}

async fn page(tx: &mut Tx, wanted: Wanted, (after, last): (i64, i64)) -> Result<Page, Fault> {
    let limit = wanted.limit.clamp(1, PAGE_MAX);
    let kind = wanted.kind.map_or("", Kind::word);
    let values: [Bound; 3] = [after.into(), kind.into(), (limit + 1).into()];
    let rows = tx.all(AFTER, &values).await?;
    let mut events = rows.iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = events.len() > most;
    events.truncate(most);
    let through = match events.last() {
        Some(event) if more => event.n,
        // Those of other kinds needn't be looked at again.
        _ => last,
    };
    Ok(Page {
        events,
        through,
        more,
    })
}

fn read(row: &Row) -> Result<Event, Fault> {
    let word = row.text("kind")?;
    let kind = Kind::from_word(&word)
        .ok_or_else(|| Fault::because("reading events", format!("unknown kind {word}")))?;
    let data = serde_json::from_str(&row.text("data")?).map_err(Fault::while_("reading events"))?;
    Ok(Event {
        n: row.int("n")?,
        id: uuid(row.id("id")?),
        kind,
        at: Timestamp(row.int("at_ms")?),
        subject: subject(kind, row.id("subject")?),
        data,
    })
}

/// An id of sixteen bytes as UUIDs are written.
fn uuid(bytes: [u8; 16]) -> String {
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        .map(|(from, to)| part(from, to))
        .join("-")
}

fn subject(kind: Kind, bytes: [u8; 16]) -> String {
    match kind {
        Kind::UseSettled => data_encoding::HEXLOWER.encode(&bytes),
        Kind::SaleCompleted
        | Kind::LicenceSuspended
        | Kind::LicenceRestored
        | Kind::LicenceRevoked => LicenceId::from_bytes(bytes).to_string(),
        Kind::PayoutCreated
        | Kind::PayoutSent
        | Kind::PayoutPaid
        | Kind::PayoutFailed
        | Kind::PayoutWithdrawn => PayoutId::from_bytes(bytes).to_string(),
        Kind::RefundCompleted => PaymentId::from_bytes(bytes).to_string(),
    }
}

const MARK: &str = "select last_n, gone_n from event_mark where one = 1";

const AFTER: &str = "
    select n, id, kind, at_ms, subject, data
      from events where n > $1 and ($2 = '' or kind = $2) order by n limit $3";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_uuids_are() {
        let bytes = std::array::from_fn(|n| u8::try_from(n).unwrap_or(0) * 17);
        assert_eq!(uuid(bytes), "00112233-4455-6677-8899-aabbccddeeff");
    }
}
