//! The key: which of 24 keys the notes, the bass and the chords speak for.
//!
//! The chroma is correlated with the key profiles of Albrecht and Shanahan ("The use of large
//! corpora to train a new type of key-finding algorithm", Music Perception 31, 2013). Relative
//! keys share their notes, so the tonic is decided by what sets them apart: the bass, how long
//! the tonic's own chord sounds, and the first and last chord. Knows chroma; knows nothing of
//! spectra.

#![allow(
    clippy::cast_precision_loss,
    reason = "pitch classes are small non-negative numbers"
)]

use std::fmt;

use super::chroma::{Chroma, Harmony, harmony};

/// Weights beside a profile's correlation, which counts once. They were fitted on the synthetic
/// catalogue's seeds 1 to 4 (see `tests/it/catalogue.rs` for what they achieve elsewhere).
const BASS_TONIC: f32 = 0.6;
const BASS_FIFTH: f32 = 0.5;
const CLOSING: f32 = 0.75;
const CLOSING_BASS: f32 = 0.2;
const OPENING: f32 = 0.3;
const TONIC_TRIAD: f32 = 0.9;
/// The profiles come from music that favours major; popular music does less.
const MINOR_BONUS: f32 = 0.1;
/// Under this correlation with the best key's profile nothing is in a key.
const LEAST_CORRELATION: f32 = 0.2;
/// Under this agreement on one tuning there are no notes, only drums and noise: drum stems measured
/// at most 0.04 and whole mixes at least 0.17.
const LEAST_IN_TUNE: f32 = 0.1;

/// From the tonic upwards.
const MAJOR: Chroma = [
    0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081,
];
const MINOR: Chroma = [
    0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052,
];

/// Major or minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Major.
    Major,
    /// Minor.
    Minor,
}

/// A key: "A minor".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The tonic in semitones above C, 0 to 11.
    pub tonic: u8,
    /// Major or minor.
    pub mode: Mode,
}

/// The customary name of each tonic; sharp and flat in ASCII, as people type them into a search.
const MAJOR_NAMES: [&str; 12] = [
    "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B",
];
const MINOR_NAMES: [&str; 12] = [
    "C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B",
];

impl Key {
    /// The tonic's name as musicians write it in this mode.
    #[must_use]
    pub fn tonic_name(self) -> &'static str {
        let names = match self.mode {
            Mode::Major => &MAJOR_NAMES,
            Mode::Minor => &MINOR_NAMES,
        };
        names[usize::from(self.tonic % 12)]
    }

    /// The place on the Camelot wheel that disc jockeys match by: "8A" for A minor, "8B" for C
    /// major; neighbours on the wheel mix well.
    #[must_use]
    pub fn camelot(self) -> String {
        // A fifth up (seven semitones) is one step clockwise; C major and A minor stand at eight.
        let (root, letter) = match self.mode {
            Mode::Major => (self.tonic % 12, 'B'),
            Mode::Minor => ((self.tonic + 3) % 12, 'A'),
        };
        let step = (u16::from(root) * 7 + 7) % 12 + 1;
        format!("{step}{letter}")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
        };
        write!(f, "{} {mode}", self.tonic_name())
    }
}

/// The key of a mono sound of `rate` frames a second, if it has one.
pub(super) fn find(samples: &[f32], rate: u32) -> Option<Key> {
    let heard = harmony(samples, rate)?;
    if heard.in_tune < LEAST_IN_TUNE {
        return None;
    }
    let modes = [Mode::Major, Mode::Minor];
    let keys = (0..12_u8).flat_map(|tonic| modes.map(|mode| Key { tonic, mode }));
    let key = keys.max_by(|a, b| score(&heard, *a).total_cmp(&score(&heard, *b)))?;
    (fit(&heard, key) >= LEAST_CORRELATION).then_some(key)
}

/// How well the notes fit the key's profile, −1 to 1.
fn fit(heard: &Harmony, key: Key) -> f32 {
    let profile = match key.mode {
        Mode::Major => &MAJOR,
        Mode::Minor => &MINOR,
    };
    let tonic = usize::from(key.tonic);
    let from_tonic = std::array::from_fn(|n| heard.all[(n + tonic) % 12]);
    correlation(&from_tonic, profile)
}

fn score(heard: &Harmony, key: Key) -> f32 {
    let minor = usize::from(key.mode == Mode::Minor);
    let tonic = usize::from(key.tonic);
    let (third, fifth) = ((tonic + 4 - minor) % 12, (tonic + 7) % 12);
    let home = |chroma: &Chroma| chroma[tonic] + chroma[third];
    fit(heard, key)
        + BASS_TONIC * heard.bass[tonic]
        + BASS_FIFTH * heard.bass[fifth]
        + CLOSING * home(&heard.closing)
        + CLOSING_BASS * heard.closing_bass[tonic]
        + OPENING * home(&heard.opening)
        + TONIC_TRIAD * heard.triads[minor][tonic]
        + MINOR_BONUS * minor as f32
}

/// Pearson's; 0 for a flat series.
fn correlation(a: &[f32; 12], b: &[f32; 12]) -> f32 {
    let mean = |values: &[f32; 12]| values.iter().sum::<f32>() / 12.0;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    let scale = (aa * bb).sqrt();
    if scale > 0.0 { ab / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 22_050;

    /// Chords of three notes with four overtones each, a second long; pitches are MIDI numbers.
    fn chords(chords: &[[i32; 3]], cents: f32) -> Vec<f32> {
        let mut samples = Vec::new();
        for chord in chords {
            for n in 0..RATE {
                let t = n as f32 / RATE as f32;
                let voice = |pitch: &i32| {
                    let hz = 440.0 * ((*pitch as f32 - 69.0 + cents / 100.0) / 12.0).exp2();
                    (1..=4)
                        .map(|k| (std::f32::consts::TAU * hz * k as f32 * t).sin() / (k * k) as f32)
                        .sum::<f32>()
                };
                samples.push(0.1 * chord.iter().map(voice).sum::<f32>());
            }
        }
        samples
    }

    #[test]
    fn a_cadence_is_in_its_key_wherever_it_is_moved_and_tuned() {
        let major = [[48, 52, 55], [53, 57, 60], [55, 59, 62], [48, 52, 55]];
        let minor = [[45, 48, 52], [50, 53, 57], [52, 56, 59], [45, 48, 52]];
        for shift in 0..12 {
            for cents in [0.0, 30.0] {
                let up = |cadence: [[i32; 3]; 4]| cadence.map(|chord| chord.map(|p| p + shift));
                let got = find(&chords(&up(major), cents), RATE).unwrap();
                assert_eq!(
                    got,
                    Key {
                        tonic: u8::try_from(shift).unwrap(),
                        mode: Mode::Major
                    },
                    "{got}"
                );
                let got = find(&chords(&up(minor), cents), RATE).unwrap();
                let tonic = u8::try_from((shift + 9) % 12).unwrap();
                assert_eq!(
                    got,
                    Key {
                        tonic,
                        mode: Mode::Minor
                    },
                    "{got}"
                );
            }
        }
    }

    #[test]
    fn silence_has_no_key() {
        assert_eq!(find(&vec![0.0; 22_050 * 3], RATE), None);
    }

    #[test]
    fn noise_and_drums_have_no_key() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let hiss: Vec<f32> = (0..RATE * 20).map(|_| 0.2 * noise()).collect();
        assert_eq!(find(&hiss, RATE), None);
        let beats: Vec<f32> = (0..RATE * 20)
            .map(|n| 0.5 * noise() * (-((n % (RATE / 2)) as f32) / 800.0).exp())
            .collect();
        assert_eq!(find(&beats, RATE), None);
    }

    #[test]
    fn names_and_wheel_places_are_the_customary_ones() {
        let key = |tonic, mode| Key { tonic, mode };
        for (key, name, wheel) in [
            (key(9, Mode::Minor), "A minor", "8A"),
            (key(0, Mode::Major), "C major", "8B"),
            (key(7, Mode::Major), "G major", "9B"),
            (key(4, Mode::Minor), "E minor", "9A"),
            (key(6, Mode::Minor), "F# minor", "11A"),
            (key(1, Mode::Major), "Db major", "3B"),
            (key(11, Mode::Major), "B major", "1B"),
        ] {
            assert_eq!(
                (key.to_string().as_str(), key.camelot().as_str()),
                (name, wheel)
            );
        }
    }
}
