//! Attesting that a track's rights are in one hand: master and composition. Nothing of a track is
//! quoted, sold or used under clip time before both are said, each with who said it and when.
//!
//! It also makes the track's offers anew, so that a store which was there before them gets them.

use domain::{Timestamp, TrackId};
use store::db::{Tx, Value};
use thiserror::Error;

use super::Hand;
use crate::access::{Principal, Role};
use crate::catalogue::rights::say;
use crate::catalogue::show::{TrackRefusal, resolve};
use crate::catalogue::{Reach, in_turn, index, refresh};
use crate::{App, Call, Fault, Refusal, Stop};

pub use crate::catalogue::rights::Rights;

/// Which tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One, by id or slug.
    Track(String),
    /// Every one that isn't attested yet.
    All,
}

/// What is attested of a track now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// The track.
    pub track: TrackId,
    /// Its slug.
    pub slug: String,
    /// Who attested the master, and when.
    pub master: Option<(String, Timestamp)>,
    /// Who attested the composition, and when.
    pub composition: Option<(String, Timestamp)>,
}

/// Why nothing is attested. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttestRefusal {
    /// It is for whoever runs the store.
    #[error("only the operator attests rights: sign in with their link, or use `clearcue attest`")]
    NotAllowed,
    /// Neither right is named.
    #[error("say what is attested: master, composition or both")]
    Nothing,
    /// No such track.
    #[error(transparent)]
    Track(TrackRefusal),
}

impl Refusal for AttestRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "scope_required",
            Self::Nothing => "rights_required",
            Self::Track(refusal) => refusal.code(),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::NotAllowed => None,
            Self::Nothing => Some("rights".into()),
            Self::Track(refusal) => refusal.field(),
        }
    }
}

/// Attests rights. What was attested before keeps its date.
///
/// # Errors
/// [`AttestRefusal`].
pub async fn attest(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    which: &Which,
    rights: Rights,
) -> Result<Vec<Attested>, Stop<AttestRefusal>> {
    let operator =
        |who: &Principal| matches!(who, Principal::Person(p) if p.role == Role::Operator);
    if matches!(hand, Hand::Asker(who) if !operator(who)) {
        return Err(Stop::Refused(AttestRefusal::NotAllowed));
    }
    if !rights.master && !rights.composition {
        return Err(Stop::Refused(AttestRefusal::Nothing));
    }
    let mut tx = app.write().await?;
    in_turn(&mut tx).await?;
    let tracks = match which {
        Which::Track(name) => vec![resolve(&mut tx, name).await.map_err(unknown)?],
        Which::All => open(&mut tx).await?,
    };
    let mut attested = Vec::with_capacity(tracks.len());
    for track in &tracks {
        say(&mut tx, call, *track, &hand.name(), rights).await?;
        refresh(app, &mut tx, call, Reach::Track(*track)).await?;
        attested.push(read(&mut tx, *track).await?);
    }
    tx.commit().await?;
    index::put(app, &tracks).await?;
    Ok(attested)
}

/// How many tracks lack an attestation.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn lacking(app: &App) -> Result<usize, Fault> {
    Ok(open(&mut app.read().await?).await?.len())
}

fn unknown(stop: Stop<TrackRefusal>) -> Stop<AttestRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(AttestRefusal::Track(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

async fn open(tx: &mut Tx) -> Result<Vec<TrackId>, Fault> {
    let mut tracks = Vec::new();
    for row in tx.all(OPEN, &[]).await? {
        tracks.push(TrackId::from_bytes(row.id("track_id")?));
    }
    Ok(tracks)
}

async fn read(tx: &mut Tx, track: TrackId) -> Result<Attested, Fault> {
    let row = tx.one(READ, &[Value::from(track.bytes())]).await?;
    let said = |by: &str, at: &str| -> Result<Option<(String, Timestamp)>, Fault> {
        Ok(row.opt_text(by)?.zip(row.opt_int(at)?.map(Timestamp)))
    };
    Ok(Attested {
        track,
        slug: row.text("slug")?,
        master: said("master_by", "master_ms")?,
        composition: said("composition_by", "composition_ms")?,
    })
}

const OPEN: &str = "
    select track_id from attestations
     where master_ms is null or composition_ms is null order by track_id";

const READ: &str = "
    select t.slug, a.master_by, a.master_ms, a.composition_by, a.composition_ms
      from attestations a join tracks t on t.id = a.track_id where a.track_id = $1";
