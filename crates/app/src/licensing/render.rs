//! The files an asset is delivered as. A cut is rendered from the master the first time
//! somebody wants it, and kept; stems and mixes are the composer's own files, as they came.

use audio::{Bits, Dither, Limits};
use domain::{AssetId, AssetKind, TrackId};
use store::blobs::BlobHash;
use store::db::{Row, Tx};

use crate::{App, Fault};

/// One file of an asset, without any licence in it.
#[derive(Debug, Clone)]
pub struct AssetFile {
    /// The asset.
    pub id: AssetId,
    /// Its kind.
    pub kind: AssetKind,
    /// Its name: a stem's, or the kind's.
    pub name: String,
    /// Where its bytes lie.
    pub blob: BlobHash,
    /// Its file ending.
    pub format: String,
    /// The hash of its audio essence, hex.
    pub essence: String,
}

/// The files that licensing `kind` of a track delivers (for a single stem, the one of that name),
/// all of them ready to be marked. Slow
/// the first time for a cut: it is made here, outside any transaction, and the same bytes come
/// out whoever makes it.
///
/// # Errors
/// [`Fault`] of the database, the blobs or the decoder.
pub async fn files(
    app: &App,
    track: TrackId,
    kind: AssetKind,
    stem: Option<&str>,
) -> Result<Vec<AssetFile>, Fault> {
    let mut tx = app.db.read().await?;
    let sql = tx.spelt(ASSETS);
    let rows = tx.all(&sql, &[track.bytes().into()]).await?;
    drop(tx);
    let mut out = Vec::new();
    for row in &rows {
        let own = parse_kind(row)?;
        if delivers(kind, stem, own, &row.text("name")?) {
            out.push(file(app, track, row, own).await?);
        }
    }
    Ok(out)
}

/// Does licensing `kind` deliver this file?
fn delivers(kind: AssetKind, stem: Option<&str>, own: AssetKind, name: &str) -> bool {
    match kind {
        AssetKind::Stem => own == kind && stem.is_none_or(|stem| stem == name),
        AssetKind::StemPack => own == AssetKind::Stem,
        AssetKind::MixAndStems => matches!(own, AssetKind::FullMix | AssetKind::Stem),
        _ => own == kind,
    }
}

fn parse_kind(row: &Row) -> Result<AssetKind, Fault> {
    row.text("kind")?
        .parse()
        .map_err(Fault::while_("reading an asset's kind"))
}

async fn file(app: &App, track: TrackId, row: &Row, kind: AssetKind) -> Result<AssetFile, Fault> {
    let id = AssetId::from_bytes(row.id("id")?);
    let stored = row.opt_bytes("blob")?.map(hash).transpose()?;
    let essence = row.opt_bytes("essence_sha256")?;
    let (blob, essence) = match (stored, essence) {
        (Some(blob), Some(essence)) => (blob, data_encoding::HEXLOWER.encode(&essence)),
        (stored, _) => {
            let blob = match stored {
                Some(blob) => blob,
                None => cut(app, track, row, kind).await?,
            };
            let essence = essence_of(app, blob).await?;
            remember(app, id, blob, &essence).await?;
            (blob, essence)
        }
    };
    let (name, format) = (row.text("name")?, row.text("format")?);
    Ok(AssetFile {
        id,
        kind,
        name,
        blob,
        format,
        essence,
    })
}

/// Renders a cut and keeps it.
async fn cut(app: &App, track: TrackId, row: &Row, kind: AssetKind) -> Result<BlobHash, Fault> {
    let start = u32::try_from(row.int("start_ms")?).unwrap_or(0);
    let length = kind
        .cut_ms()
        .ok_or_else(|| Fault::because("rendering an asset", "only cuts are rendered"))?;
    let master = app
        .db
        .read()
        .await?
        .one(MASTER, &[track.bytes().into()])
        .await?;
    let loopable = master.flag("loopable")?;
    let file = app.blobs.open(hash(master.bytes("master_sha256")?)?)?;
    let blobs = app.blobs.clone();
    let render = move || {
        let pcm = audio::decode(file, &Limits::default())
            .map_err(Fault::while_("decoding a master for a cut"))?;
        let cut =
            audio::cut_at(&pcm, start, length, loopable).map_err(Fault::while_("making a cut"))?;
        let wav = audio::wav(&cut.pcm, Bits::Sixteen, Dither::Triangular)
            .map_err(Fault::while_("writing a cut"))?;
        Ok(blobs.put(&wav)?)
    };
    tokio::task::spawn_blocking(render)
        .await
        .map_err(Fault::while_("rendering a cut"))?
}

async fn essence_of(app: &App, blob: BlobHash) -> Result<String, Fault> {
    let mut file = app.blobs.open(blob)?;
    let hash = move || licence_key::media::essence_sha256(&mut file);
    tokio::task::spawn_blocking(hash)
        .await
        .map_err(Fault::while_("hashing a file's sound"))?
        .map_err(Fault::while_("hashing a file's sound"))
}

async fn remember(app: &App, id: AssetId, blob: BlobHash, essence: &str) -> Result<(), Fault> {
    let essence = data_encoding::HEXLOWER
        .decode(essence.as_bytes())
        .map_err(Fault::while_("reading an essence hash"))?;
    let mut tx: Tx = app.db.write().await?;
    tx.run(
        REMEMBER,
        &[id.bytes().into(), blob.bytes().into(), essence.into()],
    )
    .await?;
    Ok(tx.commit().await?)
}

pub(super) fn hash(bytes: Vec<u8>) -> Result<BlobHash, Fault> {
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| Fault::because("reading a blob's name", "it isn't 32 bytes long"))?;
    Ok(BlobHash::from_bytes(bytes))
}

const ASSETS: &str = "
    select id, kind, name, start_ms, blob, format, essence_sha256
      from assets where track_id = $1 order by kind {bytewise}, name {bytewise}";

const MASTER: &str = "select master_sha256, loopable from tracks where id = $1";

const REMEMBER: &str = "update assets set blob = $2, essence_sha256 = $3 where id = $1";
