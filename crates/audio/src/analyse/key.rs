//! The key: which pitch classes sound most, and which of 24 keys that speaks for.
//!
//! Spectral peaks are gathered into a chroma of twelve classes, after estimating how far the
//! track's tuning lies from A = 440 Hz, and correlated with key profiles (Krumhansl, "Cognitive
//! Foundations of Musical Pitch", 1990, as revised by Temperley, "What's key for key?", 1999).
//! Knows pitch classes; knows nothing of chords over time.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "bins and pitch classes are small non-negative numbers"
)]

use std::fmt;

use super::spectrum::Spectrum;

/// At 22 kHz: bins of 2.7 Hz, which part semitones from 50 Hz up.
const WINDOW: usize = 8192;
const HOP: usize = 4096;
/// Fundamentals and their first overtones; above it overtones confuse.
const LOWEST_HZ: f32 = 55.0;
const HIGHEST_HZ: f32 = 1800.0;
/// Bass notes name chords, so pitches up to the E below middle C (as MIDI numbers) are also
/// counted apart: a tonic that the bass keeps coming back to speaks for its key.
const BASS_BELOW: f32 = 52.0;
const BASS_TONIC: f32 = 0.5;
/// Relative keys share their notes and differ in the sixth and seventh that classical minor
/// raises and popular minor does not; without this handicap, major wins too many ties.
const MAJOR_HANDICAP: f32 = 0.05;
/// A peak this far below its frame's loudest is noise (linear).
const NOISE: f32 = 0.01;
/// Under this correlation with every profile nothing is in a key.
const LEAST_CORRELATION: f32 = 0.2;

/// Temperley's profiles, from the tonic upwards, with the sevenths of popular music: minor keeps
/// its flat seventh, major leans on its leading note less.
const MAJOR: [f32; 12] = [5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 2.0, 3.5];
const MINOR: [f32; 12] = [5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 3.5, 2.0];

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
    let notes = notes(samples, rate);
    let tuning = tuning(&notes)?;
    let all = chroma(&notes, tuning, |_| true);
    let bass = chroma(&notes, tuning, |pitch| pitch < BASS_BELOW);
    best(&all, &bass)
}

/// Each pitch class's share of the notes whose pitch is wanted.
fn chroma(notes: &[Note], tuning: f32, wanted: impl Fn(f32) -> bool) -> [f32; 12] {
    let mut chroma = [0.0; 12];
    for note in notes.iter().filter(|note| wanted(note.pitch)) {
        let pitch = note.pitch - tuning;
        let class = pitch.round().rem_euclid(12.0) as usize % 12;
        let off = (pitch - pitch.round()) * std::f32::consts::PI;
        // Halfway between two semitones a partial speaks for neither.
        chroma[class] += note.weight * off.cos().powi(2);
    }
    let total: f32 = chroma.iter().sum();
    chroma.map(|weight| weight / total.max(1e-9))
}

/// A spectral peak: its pitch as a MIDI number (69 is A at 440 Hz) and how much it counts.
struct Note {
    pitch: f32,
    weight: f32,
}

fn notes(samples: &[f32], rate: u32) -> Vec<Note> {
    let bin_hz = rate as f32 / WINDOW as f32;
    let first = (LOWEST_HZ / bin_hz).ceil() as usize;
    let last = ((HIGHEST_HZ / bin_hz) as usize).min(WINDOW / 2 - 1);
    let mut notes = Vec::new();
    Spectrum::new(WINDOW, HOP).frames(samples, |magnitudes| {
        let loudest = magnitudes[first..=last].iter().copied().fold(0.0, f32::max);
        if loudest < 1e-4 {
            return;
        }
        for bin in first..=last {
            let [left, here, right] = [magnitudes[bin - 1], magnitudes[bin], magnitudes[bin + 1]];
            if here <= left || here < right || here < loudest * NOISE {
                continue;
            }
            let hz = (bin as f32 + summit(left, here, right)) * bin_hz;
            // Relative to its frame, so that quiet passages count like loud ones.
            notes.push(Note {
                pitch: 69.0 + 12.0 * (hz / 440.0).log2(),
                weight: here / loudest,
            });
        }
    });
    notes
}

/// Where between its neighbours a peak's top lies, in bins, by a parabola through logarithms.
fn summit(left: f32, here: f32, right: f32) -> f32 {
    let [a, b, c] = [left, here, right].map(|magnitude| magnitude.max(1e-9).ln());
    let bend = a - 2.0 * b + c;
    if bend.abs() < 1e-9 {
        0.0
    } else {
        (0.5 * (a - c) / bend).clamp(-0.5, 0.5)
    }
}

/// The mean offset from equal temperament at 440 Hz, in semitones within ±0.5; `None` without
/// any note.
fn tuning(notes: &[Note]) -> Option<f32> {
    let (mut cos, mut sin) = (0.0, 0.0);
    for note in notes {
        let angle = std::f32::consts::TAU * note.pitch.fract();
        cos += note.weight * angle.cos();
        sin += note.weight * angle.sin();
    }
    (!notes.is_empty()).then(|| sin.atan2(cos) / std::f32::consts::TAU)
}

fn best(all: &[f32; 12], bass: &[f32; 12]) -> Option<Key> {
    let modes = [Mode::Major, Mode::Minor];
    let keys = (0..12_u8).flat_map(|tonic| modes.map(|mode| Key { tonic, mode }));
    let fit = |key: &Key| {
        let profile = if key.mode == Mode::Major {
            &MAJOR
        } else {
            &MINOR
        };
        let tonic = usize::from(key.tonic);
        correlation(&std::array::from_fn(|n| all[(n + tonic) % 12]), profile)
    };
    let score = |key: &Key| {
        let handicap = if key.mode == Mode::Major {
            MAJOR_HANDICAP
        } else {
            0.0
        };
        fit(key) + BASS_TONIC * bass[usize::from(key.tonic)] - handicap
    };
    let key = keys.max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (fit(&key) >= LEAST_CORRELATION).then_some(key)
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
                        tonic: shift as u8,
                        mode: Mode::Major
                    },
                    "{got}"
                );
                let got = find(&chords(&up(minor), cents), RATE).unwrap();
                let tonic = (shift as u8 + 9) % 12;
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
