//! The credits of a track: who wrote and published its work, and the numbers it is known by.
//!
//! Before: the track is there, and whoever changes its credits runs the store or stands on its
//! split sheet. After: exactly what was given is kept, checked by `domain::credits`; the search
//! index and the licences sold before know nothing of it.

use domain::TrackId;
use domain::credits::{Credits, CreditsError, Publisher, Role as Did, Writer};
use store::db::{Row, Tx, Value};
use thiserror::Error;

use super::show::{self, TrackRefusal};
use crate::access::{Principal, Role};
use crate::{App, Call, Fault, Refusal, Stop};

/// Who changes credits.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Whoever has the store's folder at hand: the command line.
    Operator,
    /// Whoever asks over the network.
    Asker(&'a Principal),
}

/// Why credits aren't changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreditsRefusal {
    /// There is no such track.
    #[error(transparent)]
    Track(TrackRefusal),
    /// Neither the operator nor somebody on its split sheet.
    #[error("only the operator, and those on the track's split sheet, can change its credits")]
    NotYours,
    /// They can't be kept so.
    #[error("{0}")]
    Bad(CreditsError),
}

impl Refusal for CreditsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Track(refusal) => refusal.code(),
            Self::NotYours => "not_your_track",
            Self::Bad(_) => "bad_credits",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Track(refusal) => refusal.field(),
            Self::NotYours => Some("track".into()),
            Self::Bad(error) => Some(error.field.clone()),
        }
    }
}

/// The credits of a track named by id or slug; empty where nobody has given any.
///
/// # Errors
/// [`TrackRefusal::Unknown`].
pub async fn credits(app: &App, track: &str) -> Result<Credits, Stop<TrackRefusal>> {
    let mut tx = app.db.read().await?;
    let id = show::resolve(&mut tx, track).await?;
    Ok(read(&mut tx, id).await?)
}

/// Gives a track new credits in the place of those it has.
///
/// # Errors
/// [`CreditsRefusal`]; nothing was changed then.
pub async fn set(
    app: &App,
    call: &Call,
    who: By<'_>,
    track: &str,
    credits: Credits,
) -> Result<Credits, Stop<CreditsRefusal>> {
    let id = show::resolve(&mut app.db.read().await?, track)
        .await
        .map_err(|stop| match stop {
            Stop::Refused(refusal) => Stop::Refused(CreditsRefusal::Track(refusal)),
            Stop::Fault(fault) => Stop::Fault(fault),
        })?;
    if !may_change(app, who, id).await? {
        return Err(Stop::Refused(CreditsRefusal::NotYours));
    }
    let credits = credits
        .checked()
        .map_err(|e| Stop::Refused(CreditsRefusal::Bad(e)))?;
    let mut tx = app.write().await?;
    write(&mut tx, call, id, &credits).await?;
    tx.commit().await?;
    Ok(credits)
}

/// Whether somebody may change a track's credits.
///
/// # Errors
/// [`Fault`].
pub async fn may_change(app: &App, who: By<'_>, track: TrackId) -> Result<bool, Fault> {
    let By::Asker(principal) = who else {
        return Ok(true);
    };
    let Principal::Person(person) = principal else {
        return Ok(false);
    };
    match (person.role, person.payee) {
        (Role::Operator, _) => Ok(true),
        (Role::Composer, Some(payee)) => {
            let shares = show::splits(app, track).await?;
            Ok(shares.iter().any(|share| share.payee == payee))
        }
        _ => Ok(false),
    }
}

/// Reads a track's credits.
pub(crate) async fn read(tx: &mut Tx, track: TrackId) -> Result<Credits, Fault> {
    let id = [Value::from(track.bytes())];
    let mut credits = Credits::default();
    if let Some(row) = tx.optional(FIND, &id).await? {
        credits.isrc = row.opt_text("isrc")?;
        credits.version = row.opt_text("version")?;
        credits.work_title = row.opt_text("work_title")?;
        credits.iswc = row.opt_text("iswc")?;
        credits.label_line = row.opt_text("label_line")?;
    }
    for row in tx.all(WRITERS, &id).await? {
        let role = row.text("role")?;
        let role = Did::from_word(&role)
            .ok_or_else(|| Fault::because("reading a writer's role", format!("`{role}`")))?;
        credits.writers.push(Writer {
            name: row.text("name")?,
            role,
            ipi: row.opt_text("ipi")?,
            share_ppm: share(&row)?,
        });
    }
    for row in tx.all(PUBLISHERS, &id).await? {
        credits.publishers.push(Publisher {
            name: row.text("name")?,
            ipi: row.opt_text("ipi")?,
            share_ppm: share(&row)?,
        });
    }
    Ok(credits)
}

fn share(row: &Row) -> Result<Option<u32>, Fault> {
    let share = row.opt_int("share_ppm")?;
    Ok(share.and_then(|ppm| u32::try_from(ppm).ok()))
}

/// Writes checked credits in the place of those that are there.
pub(super) async fn write(
    tx: &mut Tx,
    call: &Call,
    track: TrackId,
    credits: &Credits,
) -> Result<(), Fault> {
    let id = track.bytes();
    let values = [
        id.into(),
        credits.isrc.as_deref().into(),
        credits.version.as_deref().into(),
        credits.work_title.as_deref().into(),
        credits.iswc.as_deref().into(),
        credits.label_line.as_deref().into(),
        call.now.0.into(),
    ];
    // The upsert comes first: on PostgreSQL its row keeps two writers of one track in line.
    tx.run(UPSERT, &values).await?;
    tx.run(FORGET_WRITERS, &[id.into()]).await?;
    tx.run(FORGET_PUBLISHERS, &[id.into()]).await?;
    for (at, writer) in (0_i64..).zip(&credits.writers) {
        let values = [
            id.into(),
            at.into(),
            writer.name.as_str().into(),
            writer.role.code().into(),
            writer.ipi.as_deref().into(),
            writer.share_ppm.map(i64::from).into(),
        ];
        tx.run(INSERT_WRITER, &values).await?;
    }
    for (at, publisher) in (0_i64..).zip(&credits.publishers) {
        let values = [
            id.into(),
            at.into(),
            publisher.name.as_str().into(),
            publisher.ipi.as_deref().into(),
            publisher.share_ppm.map(i64::from).into(),
        ];
        tx.run(INSERT_PUBLISHER, &values).await?;
    }
    Ok(())
}

const FIND: &str = "
    select isrc, version, work_title, iswc, label_line from track_credits where track_id = $1";

const WRITERS: &str = "
    select name, role, ipi, share_ppm from track_writers where track_id = $1 order by position";

const PUBLISHERS: &str = "
    select name, ipi, share_ppm from track_publishers where track_id = $1 order by position";

const UPSERT: &str = "
    insert into track_credits (track_id, isrc, version, work_title, iswc, label_line, changed_ms)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (track_id) do update
       set isrc = excluded.isrc, version = excluded.version, work_title = excluded.work_title,
           iswc = excluded.iswc, label_line = excluded.label_line,
           changed_ms = excluded.changed_ms";

const FORGET_WRITERS: &str = "delete from track_writers where track_id = $1";

const FORGET_PUBLISHERS: &str = "delete from track_publishers where track_id = $1";

const INSERT_WRITER: &str = "
    insert into track_writers (track_id, position, name, role, ipi, share_ppm)
    values ($1, $2, $3, $4, $5, $6)";

const INSERT_PUBLISHER: &str = "
    insert into track_publishers (track_id, position, name, ipi, share_ppm)
    values ($1, $2, $3, $4, $5)";
