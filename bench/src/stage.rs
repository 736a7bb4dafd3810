//! The store that is timed: SQLite in a temporary folder, one synthesised track on sale.

use std::io::Cursor;

use app::catalogue::prepare::{Prepared, Source, prepare};
use app::catalogue::{Declared, add};
use app::{App, Edge, Issuer, MIGRATIONS, Seller, Settings};
use audio::{Bits, Dither, Limits, Pcm};
use domain::{Rates, TrackId};
use ledger::Currency;
use licence_key::{IssuerKey, Jwks};
use store::blobs::Blobs;
use store::db::Database;
use store::mail::Mail;

use crate::baseline;

pub(crate) type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// A store with a track, and the folder it lies in (gone with this value).
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) track: TrackId,
    pub(crate) key: IssuerKey,
    _folder: tempfile::TempDir,
}

pub(crate) async fn set() -> Fallible<Stage> {
    let folder = tempfile::tempdir()?;
    let address = format!("sqlite:{}", folder.path().join("bench.db").display());
    let db = Database::open(&address, true).await?;
    db.migrate(MIGRATIONS).await?;
    baseline::prepare(&db).await?;
    let key = IssuerKey::from_seed(&[7; 32]);
    let public_url = "http://127.0.0.1:8080".to_owned();
    let jwks = Jwks::new(&public_url, vec![key.public().clone()]);
    let settings = Settings {
        name: "Bench".into(),
        public_url,
        currency: Currency::USD,
        bundles: domain::offer::BUNDLE_PLANS.to_vec(),
        rates: Rates::default(),
        terms: "1".into(),
        seller: Seller::default(),
        reserve_days: 90,
        events_days: 90,
        keep_raw_days: None,
        sandbox_webhook_secret: String::new(),
        mail_from: String::new(),
        ddex: None,
    };
    let issuer = Issuer::new(Some(key.clone()), jwks, [9; 32]);
    let blobs = Blobs::local(folder.path().join("blobs"))?;
    let mail = Mail::Folder(folder.path().join("mails"));
    let app = App::new(db, blobs, mail, issuer, settings, Edge::System)?;
    let mut call = app.call();
    let added = add::add(&app, &mut call, track(&piece())?, Some("bench"))
        .await
        .map_err(|e| e.to_string())?;
    let (add::Added::New(track) | add::Added::Known(track)) = added;
    Ok(Stage {
        app,
        track,
        key,
        _folder: folder,
    })
}

/// The piece that is rendered, imported and sold.
pub(crate) fn piece() -> synth::Piece {
    synth::catalogue(1).swap_remove(0)
}

/// A piece's mix and stems as WAV files in memory.
pub(crate) struct Files {
    pub(crate) mix: Vec<u8>,
    pub(crate) stems: Vec<(String, Vec<u8>)>,
}

pub(crate) fn files(piece: &synth::Piece) -> Fallible<Files> {
    let rendered = synth::render(piece);
    let wav = |samples: &[i16]| {
        let samples = samples.iter().map(|s| f32::from(*s) / 32768.0).collect();
        let pcm = Pcm {
            sample_rate: rendered.sample_rate,
            channels: 2,
            samples,
        };
        audio::wav(&pcm, Bits::Sixteen, Dither::None)
    };
    let mut stems = Vec::new();
    for stem in &rendered.stems {
        stems.push((stem.name.to_owned(), wav(&stem.samples)?));
    }
    Ok(Files {
        mix: wav(&rendered.mix)?,
        stems,
    })
}

/// The piece as it would be imported.
pub(crate) fn track(piece: &synth::Piece) -> Fallible<Prepared> {
    Ok(import(piece, &files(piece)?)?)
}

pub(crate) fn import(piece: &synth::Piece, files: &Files) -> Result<Prepared, String> {
    let declared = Declared {
        title: piece.title.clone(),
        artist: piece.composer.clone(),
        splits: piece.splits.clone(),
        ..Declared::default()
    };
    let stems = files.stems.iter().map(|(name, bytes)| Source {
        name: name.clone(),
        reader: Cursor::new(bytes.clone()),
    });
    let mix = Some(Cursor::new(files.mix.clone()));
    prepare(declared, mix, stems.collect(), &Limits::default()).map_err(|e| e.to_string())
}
