//! Changing the rotation, for the operator's console: tracks come in, and leave. The past stays: a
//! stay that has begun is ended, only one that is still to come is taken off the calendar.

use domain::{Timestamp, TrackId};
use store::db::Tx;
use thiserror::Error;

use crate::catalogue::show::{TrackRefusal, resolve};
use crate::{App, Call, Refusal, Stop};

/// A stay that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The track's id or slug.
    pub track: String,
    /// From when.
    pub from: Timestamp,
    /// Until when; open where `None`.
    pub until: Option<Timestamp>,
}

/// Why the calendar isn't changed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RotationRefusal {
    /// No such track.
    #[error(transparent)]
    Track(TrackRefusal),
    /// It ends before it begins.
    #[error("a stay ends after it begins: {from} to {until} isn't one")]
    Backwards {
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// The track is in already in that time.
    #[error("{track} is in rotation already in that time, from {from}: remove that stay first")]
    Overlap {
        /// The track, as it was named.
        track: String,
        /// From when it is in.
        from: Timestamp,
    },
    /// It isn't in, and won't be.
    #[error("{0} is neither in rotation nor on its calendar")]
    NotIn(String),
    /// A line of a file isn't one.
    #[error("line {0}: write `track,from,until`, times as RFC 3339, until may be empty")]
    Line(usize),
    /// A line of a file was refused.
    #[error("line {line}: {why}")]
    InLine {
        /// Which.
        line: usize,
        /// Why.
        why: Box<RotationRefusal>,
    },
}

impl Refusal for RotationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Track(refusal) => refusal.code(),
            Self::Backwards { .. } => "bad_stay",
            Self::Overlap { .. } => "already_in_rotation",
            Self::NotIn(_) => "not_in_rotation",
            Self::Line(_) => "bad_line",
            Self::InLine { why, .. } => why.code(),
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::Backwards { .. } => "until",
            Self::Track(_) | Self::Overlap { .. } | Self::NotIn(_) => "track",
            Self::Line(line) | Self::InLine { line, .. } => return Some(format!("lines.{line}")),
        };
        Some(field.into())
    }
}

/// Puts tracks on the calendar: all of them, or none.
///
/// # Errors
/// [`RotationRefusal`].
pub async fn add(
    app: &App,
    call: &mut Call,
    wanted: &[Wanted],
) -> Result<usize, Stop<RotationRefusal>> {
    let mut tx = app.write().await?;
    for one in wanted {
        put(&mut tx, call, one).await?;
    }
    tx.commit().await?;
    Ok(wanted.len())
}

/// Puts the lines of a CSV file on the calendar: `track,from,until`, a heading of those words may
/// stand first. All of them, or none.
///
/// # Errors
/// [`RotationRefusal`], naming the line.
pub async fn import(app: &App, call: &mut Call, csv: &str) -> Result<usize, Stop<RotationRefusal>> {
    let wanted = lines(csv).map_err(Stop::Refused)?;
    let mut tx = app.write().await?;
    for (line, one) in &wanted {
        put(&mut tx, call, one).await.map_err(|stop| match stop {
            Stop::Refused(why) => Stop::Refused(RotationRefusal::InLine {
                line: *line,
                why: Box::new(why),
            }),
            fault => fault,
        })?;
    }
    tx.commit().await?;
    Ok(wanted.len())
}

fn lines(csv: &str) -> Result<Vec<(usize, Wanted)>, RotationRefusal> {
    let lines = csv.trim_start_matches('\u{feff}').lines();
    let lines = (1..).zip(lines).map(|(n, line)| (n, line.trim()));
    let lines = lines.filter(|(n, line)| {
        let heading = *n == 1 && line.to_lowercase().starts_with("track,");
        !line.is_empty() && !heading
    });
    lines.map(|(n, line)| Ok((n, one_line(n, line)?))).collect()
}

fn one_line(n: usize, line: &str) -> Result<Wanted, RotationRefusal> {
    let wrong = || RotationRefusal::Line(n);
    let cells: Vec<&str> = line
        .split(',')
        .map(|cell| cell.trim().trim_matches('"'))
        .collect();
    let (track, from, until) = match cells[..] {
        [track, from] => (track, from, ""),
        [track, from, until] => (track, from, until),
        _ => return Err(wrong()),
    };
    let time = |text: &str| text.parse::<Timestamp>().map_err(|_| wrong());
    let until = match until {
        "" => None,
        text => Some(time(text)?),
    };
    Ok(Wanted {
        track: track.to_owned(),
        from: time(from)?,
        until,
    })
}

async fn put(tx: &mut Tx, call: &mut Call, wanted: &Wanted) -> Result<(), Stop<RotationRefusal>> {
    let track = known(tx, &wanted.track).await?;
    if let Some(until) = wanted.until.filter(|until| *until <= wanted.from) {
        let from = wanted.from;
        return Err(Stop::Refused(RotationRefusal::Backwards { from, until }));
    }
    let until = wanted.until.map_or(i64::MAX, |until| until.0);
    let values = [track.bytes().into(), wanted.from.0.into(), until.into()];
    if let Some(row) = tx.optional(OVERLAP, &values).await? {
        return Err(Stop::Refused(RotationRefusal::Overlap {
            track: wanted.track.clone(),
            from: Timestamp(row.int("from_ms")?),
        }));
    }
    let values = [
        (&call.id()).into(),
        track.bytes().into(),
        wanted.from.0.into(),
        wanted.until.map(|until| until.0).into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

/// Takes a track out: now, or at a time to come; what is still to come is struck off.
///
/// # Errors
/// [`RotationRefusal::Track`], [`RotationRefusal::NotIn`].
pub async fn remove(
    app: &App,
    call: &Call,
    name: &str,
    at: Option<Timestamp>,
) -> Result<(), Stop<RotationRefusal>> {
    let mut tx = app.write().await?;
    let track = known(&mut tx, name).await?;
    // The past can't be changed: videos that were cleared stay cleared.
    let at = at.map_or(call.now, |at| at.max(call.now));
    let values = [track.bytes().into(), at.0.into()];
    let struck = tx.run(STRIKE, &values).await?;
    let ended = tx.run(END, &values).await?;
    if struck + ended == 0 {
        let name = name.chars().take(80).collect();
        return Err(Stop::Refused(RotationRefusal::NotIn(name)));
    }
    tx.commit().await?;
    Ok(())
}

async fn known(tx: &mut Tx, name: &str) -> Result<TrackId, Stop<RotationRefusal>> {
    resolve(tx, name).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(RotationRefusal::Track(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })
}

const OVERLAP: &str = "
    select from_ms from rotation
     where track_id = $1 and from_ms < $3 and (until_ms is null or until_ms > $2)
     order by from_ms limit 1";

const INSERT: &str = "
    insert into rotation (id, track_id, from_ms, until_ms) values ($1, $2, $3, $4)";

const STRIKE: &str = "delete from rotation where track_id = $1 and from_ms >= $2";

const END: &str = "
    update rotation set until_ms = $2
     where track_id = $1 and from_ms < $2 and (until_ms is null or until_ms > $2)";
