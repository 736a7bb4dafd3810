//! The demo's music: composed from a seed, rendered on all cores, and added by the path that an
//! import takes. Each track is one transaction, so that a start that was interrupted is gone on
//! with by the next.

use std::collections::VecDeque;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use app::catalogue::Declared;
use app::catalogue::add::add;
use app::catalogue::prepare::{PrepareRefusal, Prepared, Source, prepare};
use app::catalogue::show::track;
use app::{App, Limits, Stop};
use serde::{Deserialize, Serialize};
use synth::Piece;
use tokio::task::JoinHandle;

use super::sound;
use crate::exit::Failure;
use crate::progress::Progress;

/// What the store's folder remembers of its demo: a start that finds it whole renders nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    /// The seed the catalogue is composed from.
    seed: u64,
    /// How many of its tracks are in the store for certain.
    tracks: usize,
}

/// Renders and adds what is missing of the catalogue of `seed`; says how many tracks were new.
///
/// # Errors
/// A misuse when the folder's demo is of another seed; [`Failure`] of the database or disk.
pub async fn fill(app: &App, folder: &Path, seed: u64, workers: usize) -> Result<usize, Failure> {
    let path = folder.join("demo.json");
    let marker = read_marker(&path)?.unwrap_or(Marker { seed, tracks: 0 });
    if marker.seed != seed {
        let what = format!(
            "the demo in {} is of seed {}",
            folder.display(),
            marker.seed
        );
        return Err(Failure::misuse(
            what,
            format!("say --seed {} or another --dir", marker.seed),
        ));
    }
    let pieces = synth::catalogue(seed);
    if marker.tracks == pieces.len() {
        return Ok(0);
    }
    write_marker(&path, marker)?;
    let mut missing = VecDeque::new();
    for piece in pieces.iter().cloned() {
        if !is_there(app, &piece).await? {
            missing.push_back(piece);
        }
    }
    let new = missing.len();
    render_and_add(app, missing, workers).await?;
    write_marker(
        &path,
        Marker {
            seed,
            tracks: pieces.len(),
        },
    )?;
    Ok(new)
}

async fn is_there(app: &App, piece: &Piece) -> Result<bool, Failure> {
    match track(app, &piece.slug).await {
        Ok(track) => Ok(track.title == piece.title && track.artist.name == piece.composer),
        Err(Stop::Refused(_)) => Ok(false),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

type Rendering = JoinHandle<Result<Prepared, Stop<PrepareRefusal>>>;

/// Tracks are added in the catalogue's order, whichever is rendered first; one more than there
/// are cores is in hand, so that no core waits for the disk.
async fn render_and_add(
    app: &App,
    mut missing: VecDeque<Piece>,
    workers: usize,
) -> Result<(), Failure> {
    let progress = Progress::pieces("composing and rendering music", missing.len() as u64);
    let mut in_hand: VecDeque<(String, Rendering)> = VecDeque::new();
    loop {
        while in_hand.len() <= workers.max(1) {
            let Some(piece) = missing.pop_front() else {
                break;
            };
            let title = piece.title.clone();
            in_hand.push_back((title, tokio::task::spawn_blocking(move || render(&piece))));
        }
        let Some((title, rendering)) = in_hand.pop_front() else {
            return Ok(());
        };
        let prepared = rendering.await.map_err(|e| {
            Failure::failed(format!("rendering {title} failed: {e}"), "please report it")
        })??;
        add(app, &mut app.call(), prepared, Some("Clearcue demo")).await?;
        progress.note(&title);
        progress.advance(1);
    }
}

fn render(piece: &Piece) -> Result<Prepared, Stop<PrepareRefusal>> {
    let rendered = synth::render(piece);
    let source = |name: &str, samples: &[i16]| Source {
        name: name.to_owned(),
        reader: Cursor::new(sound::file(samples, rendered.sample_rate)),
    };
    let mix = Cursor::new(sound::file(&rendered.mix, rendered.sample_rate));
    let stems = rendered
        .stems
        .iter()
        .map(|stem| source(stem.name, &stem.samples))
        .collect();
    prepare(declare(piece), Some(mix), stems, &Limits::default())
}

/// What is true of a piece because it was composed so; its energy and loudness are heard.
fn declare(piece: &Piece) -> Declared {
    let words = |list: &[&'static str]| list.iter().map(|word| (*word).to_owned()).collect();
    Declared {
        title: piece.title.clone(),
        artist: piece.composer.clone(),
        description: piece.description.clone(),
        genre: piece.genre.to_owned(),
        moods: words(&piece.moods),
        instruments: words(&piece.instruments),
        bpm_milli: Some(thousandths(piece.bpm)),
        key: Some(piece.key_name()),
        loopable: Some(piece.loopable),
        vocal: piece.vocal,
        splits: piece.splits.clone(),
        ..Declared::default()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a tempo is below a thousand"
)]
fn thousandths(bpm: f64) -> i64 {
    (bpm * 1000.0).round() as i64
}

fn read_marker(path: &PathBuf) -> Result<Option<Marker>, Failure> {
    match fs::read(path) {
        // A marker that was cut short by a crash is written anew: the database is the truth.
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unusable(path, &e)),
    }
}

fn write_marker(path: &PathBuf, marker: Marker) -> Result<(), Failure> {
    let text = serde_json::json!(marker).to_string();
    fs::write(path, text + "\n").map_err(|e| unusable(path, &e))
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(
        format!("{} can't be used: {error}", path.display()),
        "check its owner and mode",
    )
}
