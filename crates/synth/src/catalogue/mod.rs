//! The catalogue: 28 pieces as data, and how a seed turns the data into pieces.
//!
//! Titles, people, moods and forms are fixed. A seed moves each piece's tempo by up to three beats
//! and its key by up to two semitones, and draws everything that is composed.

mod beats;
mod songs;

use crate::piece::{Key, Kind, Piece, Plan, SAMPLE_RATE, Section, Style};
use crate::rng::{Rng, derive};

/// What the tables say of one piece.
pub(crate) struct Entry {
    title: &'static str,
    description: &'static str,
    composer: &'static str,
    style: Style,
    palette: u8,
    moods: &'static [&'static str],
    instruments: &'static [&'static str],
    stems: &'static [&'static str],
    /// Beats per minute, tonic, minor.
    tune: (u16, u8, bool),
    /// Letters of sections with their bars: `"i2 v4 h8 o2"`.
    form: &'static str,
    loopable: bool,
    energy: u8,
    /// Payees after the composer; the composer has what is left of the million.
    others: &'static [(&'static str, u32)],
}

/// Seconds that the last note of a piece with an ending may ring after its last bar.
const RING: f64 = 2.5;

/// Composes the catalogue of a seed: 28 pieces in 12 genres by 7 composers, 20 to 60 s each.
///
/// The same seed gives the same catalogue, and the same samples when rendered.
#[must_use]
pub fn catalogue(seed: u64) -> Vec<Piece> {
    beats::ENTRIES
        .iter()
        .chain(songs::ENTRIES)
        .map(|entry| piece(entry, seed))
        .collect()
}

fn piece(entry: &Entry, seed: u64) -> Piece {
    let slug = slug(entry.title);
    let seed = derive(seed, &slug);
    let mut rng = Rng::fork(seed, "metadata");
    let bpm = f64::from(entry.tune.0) + [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0][rng.below(7)];
    let tonic = (entry.tune.1 + 10 + rng.pick(&[0, 1, 2, 3, 4])) % 12;
    let form = form(entry.form);
    let bars = form.iter().map(|(_, bars)| u32::from(*bars)).sum();
    let frames = length(bars, bpm, entry.loopable);
    let sections = sections(&form, bpm, frames);
    let hook_ms = sections
        .iter()
        .find(|s| s.name == "hook")
        .map_or(0, |s| s.start_ms);
    Piece {
        slug,
        title: entry.title.into(),
        description: entry.description.into(),
        composer: entry.composer.into(),
        genre: entry.style.name(),
        moods: entry.moods.to_vec(),
        instruments: entry.instruments.to_vec(),
        bpm,
        key: Key {
            tonic,
            minor: entry.tune.2,
        },
        frames,
        duration_ms: millis(f64::from(frames) / f64::from(SAMPLE_RATE)),
        sections,
        hook_ms,
        loopable: entry.loopable,
        vocal: false,
        energy: entry.energy,
        splits: splits(entry),
        stems: entry.stems.to_vec(),
        seed,
        plan: Plan {
            style: entry.style,
            palette: entry.palette,
            form,
        },
    }
}

fn slug(title: &str) -> String {
    title
        .chars()
        .filter(|c| *c != '\'')
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}

fn form(text: &str) -> Vec<(Kind, u8)> {
    let kinds = [
        Kind::Intro,
        Kind::Verse,
        Kind::Build,
        Kind::Hook,
        Kind::Break,
        Kind::Outro,
    ];
    text.split(' ')
        .filter_map(|word| {
            let kind = kinds
                .into_iter()
                .find(|kind| word.starts_with(kind.letter()))?;
            Some((kind, word.get(1..)?.parse().ok()?))
        })
        .collect()
}

/// Whole bars to the nearest frame; a piece with an ending also rings, to a whole 10 ms so that
/// milliseconds state its length exactly.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "20 to 60 s of frames"
)]
fn length(bars: u32, bpm: f64, loopable: bool) -> u32 {
    let seconds = f64::from(bars) * 240.0 / bpm;
    if loopable {
        (seconds * f64::from(SAMPLE_RATE)).round() as u32
    } else {
        ((seconds + RING) * 100.0).round() as u32 * (SAMPLE_RATE / 100)
    }
}

fn sections(form: &[(Kind, u8)], bpm: f64, frames: u32) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::with_capacity(form.len());
    let mut bar = 0u32;
    for (kind, bars) in form {
        let start = f64::from(bar) * 240.0 / bpm;
        bar += u32::from(*bars);
        let end = f64::from(bar) * 240.0 / bpm;
        sections.push(Section {
            name: kind.name(),
            start_ms: millis(start),
            end_ms: millis(end),
        });
    }
    if let Some(last) = sections.last_mut() {
        last.end_ms = millis(f64::from(frames) / f64::from(SAMPLE_RATE));
    }
    sections
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most 60,000"
)]
fn millis(seconds: f64) -> u32 {
    (seconds * 1000.0).round() as u32
}

fn splits(entry: &Entry) -> Vec<(String, u32)> {
    let others: u32 = entry.others.iter().map(|(_, ppm)| ppm).sum();
    let mut splits = vec![(entry.composer.to_owned(), 1_000_000 - others)];
    splits.extend(
        entry
            .others
            .iter()
            .map(|(name, ppm)| ((*name).to_owned(), *ppm)),
    );
    splits
}
