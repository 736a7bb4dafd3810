//! Following a payee's uses: each once, in the order in which they were settled, whichever program
//! settled them.
//!
//! The place of a use is the last commit that it stands for, and its id. Settlements are written one
//! after another, each of later commits than the one before, so nothing ever appears before a place
//! that was read. Places are the same for every program on a database, and after a restart.

use domain::PayeeId;
use store::db::Tx;

use super::live::{self, UseSeen};
use crate::{App, Fault};

/// Where a listener is: everything up to here was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The last commit.
    commit: i64,
    /// The use's id.
    id: [u8; 16],
}

/// What comes after a place.
#[derive(Debug, Clone)]
pub struct Page {
    /// The uses, oldest first.
    pub uses: Vec<UseSeen>,
    /// Up to where this tells everything.
    pub through: Place,
    /// Whether there may be more.
    pub more: bool,
}

impl Place {
    /// Before everything.
    pub const START: Place = Place {
        commit: -1,
        id: [0; 16],
    };

    /// The id of the use that it is the place of.
    #[must_use]
    pub fn id(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.id)
    }
}

/// The place of a use; none where there is no such use.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn place_of(app: &App, id: [u8; 16]) -> Result<Option<Place>, Fault> {
    if id == Place::START.id {
        return Ok(Some(Place::START));
    }
    let mut tx = app.db.read().await?;
    let row = tx.optional(PLACE, &[(&id).into()]).await?;
    row.map(|row| {
        let commit = row.int("last_no")?;
        Ok(Place { commit, id })
    })
    .transpose()
}

/// The place behind everything there is.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn newest(app: &App) -> Result<Place, Fault> {
    newest_in(&mut app.read().await?).await
}

async fn newest_in(tx: &mut Tx) -> Result<Place, Fault> {
    match tx.optional(NEWEST, &[]).await? {
        Some(row) => Ok(Place {
            commit: row.int("last_no")?,
            id: row.id("id")?,
        }),
        None => Ok(Place::START),
    }
}

/// Whether something was settled since, by any program. One row is read.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn has_news(app: &App, place: Place) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    Ok(tx.one(SETTLED, &[]).await?.int("settled_no")? > place.commit)
}

/// A payee's uses after a place, at most so many.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn after(app: &App, payee: PayeeId, place: Place, limit: i64) -> Result<Page, Fault> {
    let mut tx = app.read().await?;
    let found = live::after(&mut tx, payee, (place.commit, place.id), limit).await?;
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) >= limit;
    let through = match found.last() {
        Some((commit, id, _)) if more => Place {
            commit: *commit,
            id: *id,
        },
        // Uses of others needn't be looked at again.
        _ => newest_in(&mut tx).await?.max(place),
    };
    Ok(Page {
        uses: found.into_iter().map(|(_, _, seen)| seen).collect(),
        through,
        more,
    })
}

/// How many of a payee's uses come after a place, counted up to a bound.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn behind(app: &App, payee: PayeeId, place: Place, bound: i64) -> Result<i64, Fault> {
    live::behind(
        &mut app.read().await?,
        payee,
        (place.commit, place.id),
        bound,
    )
    .await
}

const PLACE: &str = "select last_no from uses where id = $1";

const NEWEST: &str = "select last_no, id from uses order by last_no desc, id desc limit 1";

const SETTLED: &str = "select settled_no from meter_mark where one = 1";
