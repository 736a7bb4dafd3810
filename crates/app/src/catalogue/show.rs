//! One track: its facts, its preview, who shares its money.

use std::fs::File;

use domain::{PayeeId, TrackId};
use store::blobs::BlobHash;
use store::db::Tx;
use thiserror::Error;

use super::{Share, Track, find};
use crate::{App, Fault, Refusal, Stop};

/// Why a track isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrackRefusal {
    /// There is none of this name.
    #[error("there is no track `{0}`")]
    Unknown(String),
}

impl Refusal for TrackRefusal {
    fn code(&self) -> &'static str {
        "unknown_track"
    }

    fn field(&self) -> Option<String> {
        Some("track".into())
    }
}

/// A file that is streamed out: open, its length and a word that changes when it does.
#[derive(Debug)]
pub struct Stream {
    /// The open file.
    pub file: File,
    /// Its length in bytes.
    pub length: u64,
    /// Its content's hash, in hex.
    pub tag: String,
}

/// The track of an id or a slug.
///
/// # Errors
/// [`TrackRefusal::Unknown`].
pub async fn track(app: &App, name: &str) -> Result<Track, Stop<TrackRefusal>> {
    let mut tx = app.db.read().await?;
    let id = resolve(&mut tx, name).await?;
    let found = find::by_ids(&mut tx, &[id]).await?.pop();
    found.ok_or_else(|| Stop::Refused(TrackRefusal::Unknown(name.to_owned())))
}

/// The id of a track named by id or slug.
pub(crate) async fn resolve(tx: &mut Tx, name: &str) -> Result<TrackId, Stop<TrackRefusal>> {
    let row = match name.parse::<TrackId>() {
        Ok(id) => tx.optional(BY_ID, &[id.bytes().into()]).await?,
        Err(_) => tx.optional(BY_SLUG, &[name.into()]).await?,
    };
    match row {
        Some(row) => Ok(TrackId::from_bytes(row.id("id")?)),
        None => Err(Stop::Refused(TrackRefusal::Unknown(
            name.chars().take(80).collect(),
        ))),
    }
}

/// Who shares a track's money now, the largest part first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn splits(app: &App, track: TrackId) -> Result<Vec<Share>, Fault> {
    let mut tx = app.db.read().await?;
    let sql = tx.spelt(SPLITS);
    let rows = tx.all(&sql, &[track.bytes().into()]).await?;
    rows.iter()
        .map(|row| {
            let payee = PayeeId::from_bytes(row.id("payee_id")?);
            Ok(Share {
                payee,
                name: row.text("name")?,
                ppm: row.int("share_ppm")?,
            })
        })
        .collect()
}

/// A track's preview: an Ogg Opus file anybody may hear.
///
/// # Errors
/// [`TrackRefusal::Unknown`].
pub async fn preview(app: &App, name: &str) -> Result<Stream, Stop<TrackRefusal>> {
    let mut tx = app.db.read().await?;
    let id = resolve(&mut tx, name).await?;
    let hash = tx
        .one(PREVIEW, &[id.bytes().into()])
        .await?
        .bytes("preview_blob")?;
    let hash: [u8; 32] = hash
        .try_into()
        .map_err(|_| Fault::because("reading a preview's name", "it isn't 32 bytes long"))?;
    Ok(open(app, BlobHash::from_bytes(hash))?)
}

/// Opens a blob for streaming.
pub(crate) fn open(app: &App, hash: BlobHash) -> Result<Stream, Fault> {
    let file = app.blobs.open(hash)?;
    let length = file
        .metadata()
        .map_err(Fault::while_("asking a blob its length"))?
        .len();
    Ok(Stream {
        file,
        length,
        tag: hash.to_string(),
    })
}

const BY_ID: &str = "select id from tracks where id = $1";

const BY_SLUG: &str = "select id from tracks where slug = $1";

const SPLITS: &str = "
    select s.payee_id, p.name, s.share_ppm
      from split_shares s
      join payees p on p.id = s.payee_id
     where s.sheet_id = (select id from split_sheets where track_id = $1 and asset_kind is null
                          order by version desc limit 1)
     order by s.share_ppm desc, p.name {bytewise}";

const PREVIEW: &str = "select preview_blob from tracks where id = $1";
