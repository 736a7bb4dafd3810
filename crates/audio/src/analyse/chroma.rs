//! Which notes sound: spectral peaks as weights of twelve pitch classes, over all and in places.
//!
//! Peaks are gathered by semitone after estimating how far the track's tuning lies from
//! A = 440 Hz, then folded into octaves, frame by frame, each frame counting alike. Knows pitch
//! classes and triads; knows nothing of keys.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "bins and pitch classes are small non-negative numbers"
)]

use super::spectrum::Spectrum;

/// At 22 kHz: bins of 2.7 Hz, which part semitones from 50 Hz up, and 5.4 frames a second.
const WINDOW: usize = 8192;
const HOP: usize = 4096;
const LOWEST_HZ: f32 = 30.0;
const HIGHEST_HZ: f32 = 4000.0;
/// A frame whose loudest peak is below this has no notes (linear, full scale is 1).
const SILENT: f32 = 1e-4;
/// A peak this far below its frame's loudest, or a frame this far below the loudest, is noise.
const NOISE: f32 = 0.003;
/// Semitones, as MIDI numbers (69 is A at 440 Hz), that make harmony, and those that make the
/// bass, which names the chords above it.
const HARMONY: std::ops::Range<usize> = 40..92;
const BASS: std::ops::Range<usize> = 28..53;
/// How many semitones are told apart, from MIDI number 0 up.
const PITCHES: usize = 108;
/// Frames of the first chord, of the last, and of one chord along the way with their step.
const OPENING: usize = 6;
const CLOSING: usize = 13;
const CHORD: usize = 5;
const CHORD_STEP: usize = 2;
/// What a triad's fifth and its root in the bass count beside its root and third.
const FIFTH: f32 = 0.8;
const ROOT_IN_BASS: f32 = 0.5;
/// An ending that has faded below this share of the whole's level is an ending; a track that
/// stops in full sound is a loop and its last chord leads elsewhere.
const FADED: f32 = 0.15;

/// The weight of each pitch class, C first.
pub(super) type Chroma = [f32; 12];

/// What a key is inferred from. Every chroma sums to one, or is all zero where nothing sounded.
pub(super) struct Harmony {
    /// How closely the notes keep to one grid of semitones, 0.0 (noise, drums) to 1.0.
    pub(super) in_tune: f32,
    pub(super) all: Chroma,
    pub(super) bass: Chroma,
    /// Of the first second.
    pub(super) opening: Chroma,
    /// Of the last chord and its bass, if the sound comes to an end.
    pub(super) closing: Chroma,
    pub(super) closing_bass: Chroma,
    /// Each triad's share of the time, major then minor.
    pub(super) triads: [Chroma; 2],
}

/// Listens to a mono sound of `rate` frames a second; `None` without any note.
pub(super) fn harmony(samples: &[f32], rate: u32) -> Option<Harmony> {
    let peaks = peaks(samples, rate);
    let (tuning, in_tune) = tuning(&peaks)?;
    let frames = frames(&peaks, tuning);
    let sum = |frames: &[Frame], part: fn(&Frame) -> Chroma| {
        let mut sum = [0.0; 12];
        frames.iter().for_each(|frame| add(&mut sum, &part(frame)));
        share(sum)
    };
    let opening: Vec<Frame> = frames
        .iter()
        .filter(|frame| frame.sounds())
        .take(OPENING)
        .copied()
        .collect();
    // The very last frame is half silence.
    let end = frames.len().saturating_sub(1);
    let closing = if ends(samples, rate) {
        &frames[end.saturating_sub(CLOSING)..end]
    } else {
        &[]
    };
    Some(Harmony {
        in_tune,
        all: sum(&frames, |frame| frame.all),
        bass: sum(&frames, |frame| frame.weighted_bass()),
        opening: sum(&opening, |frame| frame.all),
        closing: sum(closing, |frame| frame.all),
        closing_bass: sum(closing, |frame| frame.weighted_bass()),
        triads: triads(&frames),
    })
}

/// Whether the last tenth of a second has faded away.
fn ends(samples: &[f32], rate: u32) -> bool {
    let level = |part: &[f32]| {
        let squares: f32 = part.iter().map(|sample| sample * sample).sum();
        (squares / part.len().max(1) as f32).sqrt()
    };
    let tail = (rate as usize / 10).min(samples.len());
    level(&samples[samples.len() - tail..]) < FADED * level(samples)
}

/// A spectral peak: its pitch as a MIDI number and its magnitude.
struct Note {
    pitch: f32,
    magnitude: f32,
}

/// The peaks of every frame.
fn peaks(samples: &[f32], rate: u32) -> Vec<Vec<Note>> {
    let bin_hz = rate as f32 / WINDOW as f32;
    let first = (LOWEST_HZ / bin_hz) as usize;
    let last = ((HIGHEST_HZ / bin_hz) as usize).min(WINDOW / 2 - 1);
    let mut frames = Vec::new();
    Spectrum::new(WINDOW, HOP).frames(samples, |magnitudes| {
        let loudest = magnitudes[first..=last].iter().copied().fold(0.0, f32::max);
        let note = |bin: usize| {
            let [left, here, right] = [magnitudes[bin - 1], magnitudes[bin], magnitudes[bin + 1]];
            if here <= left || here < right || here < loudest * NOISE {
                return None;
            }
            let hz = (bin as f32 + summit(left, here, right)) * bin_hz;
            Some(Note {
                pitch: 69.0 + 12.0 * (hz / 440.0).log2(),
                magnitude: here,
            })
        };
        frames.push(if loudest < SILENT {
            Vec::new()
        } else {
            (first..=last).filter_map(note).collect()
        });
    });
    frames
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

/// The mean offset from equal temperament at 440 Hz, in semitones within ±0.5, every frame
/// counting alike, and how closely the notes agree on it, 0 to 1; `None` without any note.
fn tuning(frames: &[Vec<Note>]) -> Option<(f32, f32)> {
    let (mut cos, mut sin, mut total) = (0.0_f32, 0.0_f32, 0.0);
    for notes in frames {
        let loudest = loudest(notes.iter().map(|note| note.magnitude));
        for note in notes {
            let angle = std::f32::consts::TAU * note.pitch.fract();
            let weight = note.magnitude / loudest;
            cos += weight * angle.cos();
            sin += weight * angle.sin();
            total += weight;
        }
    }
    (total > 0.0).then(|| {
        (
            sin.atan2(cos) / std::f32::consts::TAU,
            cos.hypot(sin) / total,
        )
    })
}

fn loudest(magnitudes: impl Iterator<Item = f32>) -> f32 {
    magnitudes.fold(1e-9, f32::max)
}

/// The harmony and bass of a moment, each summing to one or to nothing, and how loud the bass is
/// beside the rest.
#[derive(Clone, Copy)]
struct Frame {
    all: Chroma,
    bass: Chroma,
    bass_level: f32,
}

impl Frame {
    fn of(notes: &[Note], tuning: f32) -> Self {
        let mut pitches = [0.0; PITCHES];
        for note in notes {
            let pitch = note.pitch - tuning;
            // Halfway between two semitones a partial speaks for neither.
            let off = (pitch - pitch.round()) * std::f32::consts::PI;
            if let Some(weight) = pitches.get_mut(pitch.round().max(0.0) as usize) {
                *weight += note.magnitude * off.cos().powi(2);
            }
        }
        let most = loudest(pitches[HARMONY].iter().copied());
        let most_bass = loudest(pitches[BASS].iter().copied());
        Self {
            // Square roots, so that inner voices count beside the loudest.
            all: fold(&pitches, HARMONY, |weight| (weight / most).sqrt()),
            bass: fold(&pitches, BASS, |weight| weight / most_bass),
            bass_level: most_bass / loudest(pitches.iter().copied()),
        }
    }

    fn sounds(&self) -> bool {
        self.all.iter().any(|weight| *weight > 0.0)
    }

    fn weighted_bass(&self) -> Chroma {
        self.bass.map(|weight| weight * self.bass_level)
    }
}

fn fold(
    pitches: &[f32; PITCHES],
    range: std::ops::Range<usize>,
    weigh: impl Fn(f32) -> f32,
) -> Chroma {
    let mut chroma = [0.0; 12];
    for pitch in range {
        chroma[pitch % 12] += weigh(pitches[pitch]);
    }
    share(chroma)
}

/// Every frame in turn; those far below the loudest are empty.
fn frames(peaks: &[Vec<Note>], tuning: f32) -> Vec<Frame> {
    let level = |notes: &[Note]| loudest(notes.iter().map(|note| note.magnitude));
    let most = loudest(peaks.iter().map(|notes| level(notes)));
    let heard = |notes: &Vec<Note>| {
        let audible = level(notes) >= most * NOISE;
        Frame::of(if audible { notes.as_slice() } else { &[] }, tuning)
    };
    peaks.iter().map(heard).collect()
}

/// How much of the time each triad is the one that fits best.
fn triads(frames: &[Frame]) -> [Chroma; 2] {
    let mut counts = [[0.0; 12]; 2];
    for from in (0..frames.len()).step_by(CHORD_STEP) {
        let (mut all, mut bass) = ([0.0; 12], [0.0; 12]);
        for frame in frames.iter().skip(from).take(CHORD) {
            add(&mut all, &frame.all);
            add(&mut bass, &frame.bass);
        }
        let (all, bass) = (share(all), share(bass));
        let fit = |(minor, root): &(usize, usize)| {
            let third = all[(root + 4 - minor) % 12];
            all[*root] + third + FIFTH * all[(root + 7) % 12] + ROOT_IN_BASS * bass[*root]
        };
        let triads = (0..12).flat_map(|root| [(0, root), (1, root)]);
        let best = triads.max_by(|a, b| fit(a).total_cmp(&fit(b)));
        if let Some(best) = best.filter(|best| fit(best) > 0.0) {
            counts[best.0][best.1] += 1.0;
        }
    }
    let total = counts.iter().flatten().sum::<f32>().max(1.0);
    counts.map(|row| row.map(|count| count / total))
}

fn add(sum: &mut Chroma, more: &Chroma) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// The same weights in parts of one.
fn share(chroma: Chroma) -> Chroma {
    let total: f32 = chroma.iter().sum();
    chroma.map(|weight| weight / total.max(1e-9))
}
