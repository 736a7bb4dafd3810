//! Adding a prepared track: its blobs first, then its rows and offers in one transaction, then
//! the search index. The same master twice is one track.

use audio::Facts;
use domain::credits::Credits;
use domain::{ArtistId, AssetId, AssetKind, PayeeId, SplitSheetId, TrackId};
use domain::{SplitSheet, split::SplitSheetError};
use store::blobs::BlobHash;
use store::db::{Tx, Value};
use thiserror::Error;

use super::prepare::{Prepared, Sound};
use super::rights::{self, Rights};
use super::{Reach, in_turn, index, refresh, slug};
use crate::{App, Call, Fault, Refusal, Stop};

/// What became of a prepared track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is on sale now.
    New(TrackId),
    /// Its master was here already; nothing was changed.
    Known(TrackId),
}

/// Why a prepared track isn't added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddRefusal {
    /// The shares don't make a split sheet.
    #[error("the split sheet doesn't hold: {0}")]
    Splits(SplitSheetError),
}

impl Refusal for AddRefusal {
    fn code(&self) -> &'static str {
        "bad_split_sheet"
    }

    fn field(&self) -> Option<String> {
        Some("splits".into())
    }
}

/// Adds a track, with the offers that the templates which count for it make of what it has. Its
/// rights may be attested at once, by whoever is named; nothing of it is sold before they are.
///
/// # Errors
/// [`AddRefusal`]; a fault of the database leaves at most blobs that no row names.
pub async fn add(
    app: &App,
    call: &mut Call,
    prepared: Prepared,
    one_stop: Option<&str>,
) -> Result<Added, Stop<AddRefusal>> {
    let master = BlobHash::of(&prepared.master.bytes);
    if let Some(known) = known(app, master).await? {
        return Ok(Added::Known(known));
    }
    let blobs = keep_blobs(app, &prepared)?;
    let id = TrackId::from_bytes(call.id());
    let mut tx = app.write().await?;
    in_turn(&mut tx).await?;
    let artist = artist(&mut tx, call, &prepared.declared.artist).await?;
    if !insert_track(&mut tx, call, id, artist, &prepared, &blobs).await? {
        drop(tx);
        let known = known(app, master).await?;
        let id = known.ok_or_else(|| Fault::because("adding a track", "its master vanished"))?;
        return Ok(Added::Known(id));
    }
    insert_tags(&mut tx, id, &prepared).await?;
    insert_assets(&mut tx, call, id, &prepared, &blobs).await?;
    insert_splits(&mut tx, call, id, &prepared).await?;
    rights::begin(&mut tx, id).await?;
    if let Some(by) = one_stop {
        rights::say(&mut tx, call, id, by, Rights::BOTH).await?;
    }
    refresh(app, &mut tx, call, Reach::Track(id)).await?;
    insert_isrc(&mut tx, call, id, &prepared).await?;
    tx.commit().await?;
    index::put(app, &[id]).await?;
    Ok(Added::New(id))
}

struct Kept {
    master: BlobHash,
    preview: BlobHash,
    stems: Vec<BlobHash>,
}

/// The track whose master these bytes are, if it is here.
pub(super) async fn known(app: &App, master: BlobHash) -> Result<Option<TrackId>, Fault> {
    let row = app
        .read()
        .await?
        .optional(KNOWN, &[master.bytes().into()])
        .await?;
    Ok(row
        .map(|row| row.id("id"))
        .transpose()?
        .map(TrackId::from_bytes))
}

fn keep_blobs(app: &App, prepared: &Prepared) -> Result<Kept, Fault> {
    let keep = |sound: &Sound| app.blobs.put(&sound.bytes);
    Ok(Kept {
        master: keep(&prepared.master)?,
        preview: app.blobs.put(&prepared.preview)?,
        stems: prepared
            .stems
            .iter()
            .map(|(_, sound)| keep(sound))
            .collect::<Result<_, _>>()?,
    })
}

async fn artist(tx: &mut Tx, call: &mut Call, name: &str) -> Result<ArtistId, Fault> {
    let word = slug(name);
    let id = call.id();
    let fallback = ArtistId::from_bytes(id).to_string();
    let word = if word.is_empty() { fallback } else { word };
    let values = [
        (&id).into(),
        name.into(),
        word.as_str().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT_ARTIST, &values).await?;
    Ok(ArtistId::from_bytes(
        tx.one(FIND_ARTIST, &[word.into()]).await?.id("id")?,
    ))
}

async fn insert_track(
    tx: &mut Tx,
    call: &Call,
    id: TrackId,
    artist: ArtistId,
    prepared: &Prepared,
    blobs: &Kept,
) -> Result<bool, Fault> {
    let (said, heard) = (&prepared.declared, &prepared.facts);
    let values: [Value; 18] = [
        id.bytes().into(),
        free_slug(tx, id, &said.title).await?.into(),
        artist.bytes().into(),
        said.title.as_str().into(),
        said.description.as_str().into(),
        said.genre.as_str().into(),
        said.bpm_milli.or(bpm_milli(heard)).into(),
        said.key
            .clone()
            .or_else(|| heard.key.map(|key| key.to_string()))
            .into(),
        heard.duration_ms.into(),
        hundredths(heard.loudness_lufs).into(),
        i64::from(heard.energy).into(),
        heard.hook_ms.into(),
        heard.loopable.into(),
        said.vocal.into(),
        blobs.master.bytes().into(),
        blobs.preview.bytes().into(),
        prepared.peaks.as_slice().into(),
        call.now.0.into(),
    ];
    Ok(tx.optional(INSERT_TRACK, &values).await?.is_some())
}

/// The title as an address word, made unique by the end of the track's id where another track
/// has it.
async fn free_slug(tx: &mut Tx, id: TrackId, title: &str) -> Result<String, Fault> {
    let name = id.to_string();
    let word = slug(title);
    if word.is_empty() {
        return Ok(name);
    }
    let taken = tx
        .optional(SLUG_TAKEN, &[word.as_str().into()])
        .await?
        .is_some();
    let tail = name.get(name.len().saturating_sub(6)..).unwrap_or_default();
    Ok(if taken {
        format!("{word}-{tail}")
    } else {
        word
    })
}

/// The ISRC from the file's tags, where it is one: all that a file may say of its credits.
async fn insert_isrc(
    tx: &mut Tx,
    call: &Call,
    id: TrackId,
    prepared: &Prepared,
) -> Result<(), Fault> {
    let credits = Credits {
        isrc: prepared.declared.isrc.clone(),
        ..Credits::default()
    };
    match credits.checked() {
        Ok(credits) if credits.isrc.is_some() => {
            super::credits::write(tx, call, id, &credits).await
        }
        _ => Ok(()),
    }
}

async fn insert_tags(tx: &mut Tx, id: TrackId, prepared: &Prepared) -> Result<(), Fault> {
    let said = &prepared.declared;
    let moods = said.moods.iter().map(|value| ("mood", value));
    let instruments = said.instruments.iter().map(|value| ("instrument", value));
    for (kind, value) in moods.chain(instruments) {
        tx.run(INSERT_TAG, &[id.bytes().into(), kind.into(), value.into()])
            .await?;
    }
    Ok(())
}

async fn insert_assets(
    tx: &mut Tx,
    call: &mut Call,
    track: TrackId,
    prepared: &Prepared,
    blobs: &Kept,
) -> Result<(), Fault> {
    let whole = i64::from(prepared.facts.duration_ms);
    let master = &prepared.master;
    let mut rows = vec![Asset {
        kind: AssetKind::FullMix,
        name: "mix",
        start_ms: 0,
        duration_ms: whole,
        sound: Some((master, blobs.master)),
    }];
    for ((name, sound), hash) in prepared.stems.iter().zip(&blobs.stems) {
        let duration_ms = sound.duration_ms.into();
        let sound = Some((sound, *hash));
        rows.push(Asset {
            kind: AssetKind::Stem,
            name,
            start_ms: 0,
            duration_ms,
            sound,
        });
    }
    for (kind, start_ms) in &prepared.cuts {
        let (start_ms, duration_ms) = ((*start_ms).into(), kind.cut_ms().unwrap_or(0).into());
        rows.push(Asset {
            kind: *kind,
            name: kind.code(),
            start_ms,
            duration_ms,
            sound: None,
        });
    }
    for row in rows {
        row.insert(tx, AssetId::from_bytes(call.id()), track)
            .await?;
    }
    Ok(())
}

struct Asset<'a> {
    kind: AssetKind,
    name: &'a str,
    start_ms: i64,
    duration_ms: i64,
    sound: Option<(&'a Sound, BlobHash)>,
}

impl Asset<'_> {
    async fn insert(self, tx: &mut Tx, id: AssetId, track: TrackId) -> Result<(), Fault> {
        let values = [
            id.bytes().into(),
            track.bytes().into(),
            self.kind.code().into(),
            self.name.into(),
            self.start_ms.into(),
            self.duration_ms.into(),
            self.sound.map(|(_, hash)| hash.bytes().to_vec()).into(),
            // A cut is delivered as WAV, whatever the master is.
            self.sound
                .map_or("wav", |(sound, _)| sound.extension)
                .into(),
        ];
        tx.run(INSERT_ASSET, &values).await?;
        Ok(())
    }
}

async fn insert_splits(
    tx: &mut Tx,
    call: &mut Call,
    track: TrackId,
    prepared: &Prepared,
) -> Result<(), Stop<AddRefusal>> {
    let said = &prepared.declared;
    let whole = [(said.artist.clone(), domain::split::WHOLE_PPM)];
    let splits = if said.splits.is_empty() {
        &whole[..]
    } else {
        &said.splits
    };
    let mut shares = Vec::with_capacity(splits.len());
    for (name, ppm) in splits {
        shares.push((payee(tx, call, name).await?, *ppm));
    }
    let id = SplitSheetId::from_bytes(call.id());
    let sheet =
        SplitSheet::new(id, 1, shares, 0).map_err(|e| Stop::Refused(AddRefusal::Splits(e)))?;
    let values = [
        id.bytes().into(),
        track.bytes().into(),
        1.into(),
        call.now.0.into(),
    ];
    tx.run(INSERT_SHEET, &values).await?;
    for (payee, ppm) in sheet.shares() {
        tx.run(
            INSERT_SHARE,
            &[id.bytes().into(), payee.bytes().into(), (*ppm).into()],
        )
        .await?;
    }
    Ok(())
}

async fn payee(tx: &mut Tx, call: &mut Call, name: &str) -> Result<PayeeId, Fault> {
    let id = call.id();
    tx.run(
        INSERT_PAYEE,
        &[(&id).into(), name.into(), call.now.0.into()],
    )
    .await?;
    Ok(PayeeId::from_bytes(
        tx.one(FIND_PAYEE, &[name.into()]).await?.id("id")?,
    ))
}

/// Tempo in thousandths, as it is stored.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a tempo is below a thousand"
)]
fn bpm_milli(facts: &Facts) -> Option<i64> {
    facts
        .tempo
        .as_ref()
        .map(|tempo| (tempo.bpm * 1000.0).round() as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "loudness lies between -70 and +10"
)]
fn hundredths(lufs: f64) -> i64 {
    (lufs * 100.0).round() as i64
}

const KNOWN: &str = "select id from tracks where master_sha256 = $1";

const INSERT_ARTIST: &str = "
    insert into artists (id, name, slug, created_ms) values ($1, $2, $3, $4)
    on conflict (slug) do nothing";

const FIND_ARTIST: &str = "select id from artists where slug = $1";

const INSERT_TRACK: &str = "
    insert into tracks (id, slug, artist_id, title, description, genre, bpm_milli, musical_key,
                        duration_ms, loudness_clufs, energy, hook_ms, loopable, vocal,
                        master_sha256, preview_blob, peaks, created_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
    on conflict (master_sha256) do nothing
 returning id";

const SLUG_TAKEN: &str = "select id from tracks where slug = $1";

const INSERT_TAG: &str = "insert into track_tags (track_id, kind, value) values ($1, $2, $3)";

const INSERT_ASSET: &str = "
    insert into assets (id, track_id, kind, name, start_ms, duration_ms, blob, format)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

const INSERT_SHEET: &str =
    "insert into split_sheets (id, track_id, version, created_ms) values ($1, $2, $3, $4)";

const INSERT_SHARE: &str =
    "insert into split_shares (sheet_id, payee_id, share_ppm) values ($1, $2, $3)";

const INSERT_PAYEE: &str = "
    insert into payees (id, name, created_ms, registered_ms) values ($1, $2, $3, $3)
    on conflict (name) do nothing";

const FIND_PAYEE: &str = "select id from payees where name = $1";
