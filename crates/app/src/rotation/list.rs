//! Showing the rotation: what is in now, what leaves soon, what comes next.

use domain::time::DAY_MS;
use domain::{Timestamp, TrackId};
use store::db::Row;

use crate::{App, Fault};

/// What leaves within so many ms leaves soon: two weeks.
pub const SOON_MS: i64 = 14 * DAY_MS;

/// A stay of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Its id, to take it off the calendar: 32 hexadecimal digits.
    pub id: String,
    /// The track.
    pub track: TrackId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its artist.
    pub artist: String,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it; open where `None`.
    pub until: Option<Timestamp>,
}

impl Stay {
    /// Is it in at an instant?
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Is it in, and will it leave soon?
    #[must_use]
    pub fn leaves_soon(&self, now: Timestamp) -> bool {
        let soon = now.plus_ms(SOON_MS);
        self.holds(now) && self.until.is_some_and(|until| until <= soon)
    }
}

/// Every stay that isn't over, by its beginning, then by title.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App, now: Timestamp) -> Result<Vec<Stay>, Fault> {
    let mut tx = app.db.read().await?;
    let sql = tx.spelt(LIST);
    let rows = tx.all(&sql, &[now.0.into()]).await?;
    rows.iter().map(stay).collect()
}

fn stay(row: &Row) -> Result<Stay, Fault> {
    Ok(Stay {
        id: data_encoding::HEXLOWER.encode(&row.bytes("id")?),
        track: TrackId::from_bytes(row.id("track_id")?),
        slug: row.text("slug")?,
        title: row.text("title")?,
        artist: row.text("artist")?,
        from: Timestamp(row.int("from_ms")?),
        until: row.opt_int("until_ms")?.map(Timestamp),
    })
}

const LIST: &str = "
    select r.id, r.track_id, r.from_ms, r.until_ms, t.slug, t.title, a.name as artist
      from rotation r
      join tracks t on t.id = r.track_id
      join artists a on a.id = t.artist_id
     where r.until_ms is null or r.until_ms > $1
     order by r.from_ms, t.title {bytewise}, r.id";
