//! Tempo and beats.
//!
//! Autocorrelation of the onset strength under a log-normal preference for moderate tempi (after
//! Ellis, "Beat tracking by dynamic programming", 2007), then refined by the Fourier transform of
//! the same series at the beat's frequency and its multiples, which on a steady track is exact to
//! a small fraction of a percent. Knows periodicities; knows nothing of bars or song form.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "lags and beat counts are small non-negative numbers"
)]

use super::onset::Onsets;

/// The tempi looked for, in beats a minute.
const SLOWEST: f64 = 55.0;
const FASTEST: f64 = 200.0;
/// Where listeners tap when in doubt, and how many octaves around it they do. Sparse music is
/// felt slower and dense music faster, by the root of how much begins in it.
const PREFERRED: f64 = 125.0;
const OCTAVES: f64 = 0.8;
const USUAL_STRENGTH: f64 = 1.5;
/// How far the preference may be moved, as a factor either way.
const MOST_MOVED: f64 = 1.3;
/// Multiples of the beat at which the correlation is looked up, and what each speaks for: halves
/// and whole bars of four for a beat, groups of three against it (they are a bar of another
/// tempo, two thirds as fast).
const COMB: [(f64, f64); 7] = [
    (0.5, 0.5),
    (1.0, 1.0),
    (2.0, 1.0),
    (3.0, -0.5),
    (4.0, 1.0),
    (6.0, -0.5),
    (8.0, 1.0),
];
/// How much low onsets (kick, bass) count beside all.
const LOW_WEIGHT: f64 = 0.5;
/// Below this share of the onset energy a period is an accident.
const LEAST_CONFIDENCE: f64 = 0.08;
/// Steps between candidates: half a percent.
const STEP: f64 = 1.005;

/// A steady pulse.
#[derive(Debug, Clone, PartialEq)]
pub struct Tempo {
    /// Beats a minute.
    pub bpm: f64,
    /// How much the pulse stands out, 0.0 (barely) to 1.0 (a metronome).
    pub confidence: f64,
    /// The first beat, in milliseconds from the start.
    pub first_beat_ms: u32,
    /// Every beat, in milliseconds from the start, ascending.
    pub beats_ms: Vec<u32>,
}

/// The pulse of a sound lasting `duration_ms`, if it has one.
pub(super) fn find(onsets: &Onsets, duration_ms: u32) -> Option<Tempo> {
    let correlation = Correlation::of(onsets)?;
    let (rough, confidence) = correlation.best()?;
    let bpm = refine(onsets, rough);
    let beats_ms = beats(onsets, bpm, duration_ms);
    let first_beat_ms = *beats_ms.first()?;
    Some(Tempo {
        bpm,
        confidence,
        first_beat_ms,
        beats_ms,
    })
}

/// Autocorrelation of the onset strength, all and low, each 1.0 at lag 0.
struct Correlation {
    rate: f64,
    all: Vec<f64>,
    low: Vec<f64>,
    /// The tempo a listener expects of so much going on.
    expected: f64,
}

impl Correlation {
    /// `None` where there are no onsets, or fewer than two beats of them.
    fn of(onsets: &Onsets) -> Option<Self> {
        let longest = COMB
            .iter()
            .map(|(multiple, _)| *multiple)
            .fold(0.0, f64::max);
        let lags = (onsets.rate * 60.0 / SLOWEST * longest).ceil() as usize + 2;
        let lags = lags.min(onsets.strength.len() / 2);
        if lags < (onsets.rate * 60.0 / FASTEST) as usize + 2 {
            return None;
        }
        let all = correlation(&onsets.strength, lags)?;
        // Music without a bass is judged by the rest alone.
        let low = correlation(&onsets.low, lags).unwrap_or_default();
        let total = onsets
            .strength
            .iter()
            .map(|strength| f64::from(*strength))
            .sum::<f64>();
        let dense = total / onsets.strength.len() as f64 / USUAL_STRENGTH;
        let moved = dense.sqrt().clamp(1.0 / MOST_MOVED, MOST_MOVED);
        Some(Self {
            rate: onsets.rate,
            all,
            low,
            expected: PREFERRED * moved,
        })
    }

    fn score(&self, bpm: f64) -> f64 {
        let period = self.rate * 60.0 / bpm;
        let spoken = COMB.iter().map(|(multiple, weight)| {
            let lag = period * multiple;
            weight * (interpolated(&self.all, lag) + LOW_WEIGHT * interpolated(&self.low, lag))
        });
        let octaves = (bpm / self.expected).log2() / OCTAVES;
        spoken.sum::<f64>() * (-0.5 * octaves * octaves).exp()
    }

    /// The best tempo and its confidence: the mean correlation at the beat, its double and a bar.
    fn best(&self) -> Option<(f64, f64)> {
        let steps = ((FASTEST / SLOWEST).ln() / STEP.ln()) as i32;
        let tempi = (0..=steps).map(|n| SLOWEST * STEP.powi(n));
        let best = tempi.max_by(|a, b| self.score(*a).total_cmp(&self.score(*b)))?;
        let period = self.rate * 60.0 / best;
        let mean = [1.0, 2.0, 4.0]
            .map(|n| interpolated(&self.all, period * n))
            .iter()
            .sum::<f64>();
        let confidence = (mean / 3.0).clamp(0.0, 1.0);
        (confidence >= LEAST_CONFIDENCE).then_some((best, confidence))
    }
}

/// Autocorrelation up to a lag, by its mean taken out; `None` for a series without change.
fn correlation(series: &[f32], lags: usize) -> Option<Vec<f64>> {
    let series = centred(series);
    let at = |lag: usize| {
        let products = series
            .iter()
            .zip(&series[lag..])
            .map(|(a, b)| f64::from(a * b));
        products.sum::<f64>() / (series.len() - lag) as f64
    };
    let energy = at(0);
    (energy > 1e-6).then(|| (0..lags).map(|lag| at(lag) / energy).collect())
}

/// The value at a fractional lag; 0 past the longest.
fn interpolated(values: &[f64], lag: f64) -> f64 {
    let whole = lag.floor() as usize;
    match (values.get(whole), values.get(whole + 1)) {
        (Some(a), Some(b)) => a + (b - a) * lag.fract(),
        _ => 0.0,
    }
}

fn centred(values: &[f32]) -> Vec<f32> {
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    values.iter().map(|value| value - mean).collect()
}

/// Climbs from a rough tempo to the one whose pulse the whole track agrees with best: first in
/// coarse steps around it, then ever finer.
fn refine(onsets: &Onsets, rough: f64) -> f64 {
    let series = centred(&onsets.strength);
    let mut best = rough;
    for reach in [0.02, 0.004, 0.000_8, 0.000_16] {
        let around = best;
        let tempi = (-10..=10).map(|n| around * (1.0 + reach * f64::from(n) / 10.0));
        let scored = tempi.map(|bpm| (bpm, agreement(&series, onsets.rate, bpm)));
        best = scored
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(around, |(bpm, _)| bpm);
    }
    best
}

/// Fourier magnitude at the beat, its half and its quarter: the finer divisions tell tempi apart
/// more sharply, the beat itself keeps them honest.
fn agreement(series: &[f32], rate: f64, bpm: f64) -> f64 {
    [1.0, 2.0, 4.0]
        .iter()
        .map(|multiple| phasor(series, rate, bpm * multiple).0)
        .sum()
}

/// Magnitude and angle (radians) of the series at a frequency given in beats a minute.
fn phasor(series: &[f32], rate: f64, bpm: f64) -> (f64, f64) {
    let turn = std::f64::consts::TAU * bpm / 60.0 / rate;
    // A rotating unit vector, renewed by multiplication: no sine per sample.
    let (step_sin, step_cos) = turn.sin_cos();
    let (mut cos, mut sin, mut re, mut im) = (1.0, 0.0, 0.0, 0.0);
    for &value in series {
        re += f64::from(value) * cos;
        im += f64::from(value) * sin;
        (cos, sin) = (
            cos * step_cos - sin * step_sin,
            sin * step_cos + cos * step_sin,
        );
    }
    (re.hypot(im), im.atan2(re))
}

/// The grid of a steady tempo whose beats gather most onset strength, low onsets counting double.
fn beats(onsets: &Onsets, bpm: f64, duration_ms: u32) -> Vec<u32> {
    let period = onsets.rate * 60.0 / bpm;
    let phases = period.ceil() as usize;
    let gathered = |phase: &usize| {
        let beat = |n: usize| (*phase as f64 + n as f64 * period).round() as usize;
        let strength = |at: usize| Some(onsets.strength.get(at)? + 2.0 * onsets.low.get(at)?);
        // Beats of real music wander by a frame; a maximum over three forgives that.
        let near = |at: usize| {
            (at.saturating_sub(1)..=at + 1)
                .filter_map(strength)
                .reduce(f32::max)
        };
        (0..).map_while(|n| near(beat(n))).sum::<f32>() + 1e-3 * strength(*phase).unwrap_or(0.0)
    };
    let best = (0..phases)
        .max_by(|a, b| gathered(a).total_cmp(&gathered(b)))
        .unwrap_or(0);
    let phase = centre(onsets, best, period);
    let period_ms = 60_000.0 / bpm;
    let first = onsets.ms(phase).rem_euclid(period_ms);
    // A beat a hair before the start is the start's own.
    let first = if period_ms - first < 10.0 { 0.0 } else { first };
    let count = ((f64::from(duration_ms) - first) / period_ms)
        .ceil()
        .max(0.0) as u32;
    (0..count)
        .map(|n| (first + f64::from(n) * period_ms).round() as u32)
        .collect()
}

/// Moves a phase to the centre of gravity of the onsets within two frames of its beats.
fn centre(onsets: &Onsets, phase: usize, period: f64) -> f64 {
    let (mut weight, mut moment) = (1e-9, 0.0);
    let beats = (onsets.strength.len() as f64 / period) as usize;
    for n in 0..=beats {
        let exact = phase as f64 + n as f64 * period;
        for offset in -2..=2_i32 {
            let at = (exact.round() + f64::from(offset)).max(0.0) as usize;
            let strength = f64::from(onsets.strength.get(at).copied().unwrap_or(0.0));
            weight += strength;
            moment += strength * (at as f64 - exact);
        }
    }
    phase as f64 + moment / weight
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 22_050;

    /// Clicks that decay in 20 ms, every `bpm`th of a minute from `first_ms` on.
    fn clicks(bpm: f64, first_ms: f64, seconds: u32) -> Vec<f32> {
        let mut samples = vec![0.0; (RATE * seconds) as usize];
        let mut at = first_ms / 1000.0;
        while at < f64::from(seconds) {
            let from = (at * f64::from(RATE)) as usize;
            for n in 0..(RATE as usize / 50).min(samples.len() - from) {
                let fall = (-(n as f32) / 100.0).exp();
                samples[from + n] += 0.8 * fall * (n as f32 * 0.3).sin();
            }
            at += 60.0 / bpm;
        }
        samples
    }

    fn found(samples: &[f32]) -> Option<Tempo> {
        let duration = u32::try_from(samples.len() as u64 * 1000 / u64::from(RATE)).unwrap();
        find(&Onsets::of(samples, RATE), duration)
    }

    #[test]
    fn a_click_track_is_timed_within_a_fifth_of_a_percent() {
        for bpm in [70.0, 84.5, 96.0, 100.0, 117.3, 120.0, 128.0, 140.0, 150.0] {
            let tempo = found(&clicks(bpm, 130.0, 25)).unwrap();
            let error = (tempo.bpm / bpm - 1.0).abs();
            assert!(error < 0.002, "{bpm}: {}", tempo.bpm);
            assert!(tempo.confidence > 0.5, "{bpm}: {}", tempo.confidence);
        }
    }

    #[test]
    fn beats_fall_on_the_clicks() {
        for (bpm, first) in [(120.0, 130.0), (96.0, 0.0), (128.0, 300.0)] {
            let tempo = found(&clicks(bpm, first, 20)).unwrap();
            assert!(
                (f64::from(tempo.first_beat_ms) - first).abs() < 12.0,
                "{tempo:?}"
            );
            for (n, beat) in tempo.beats_ms.iter().enumerate() {
                let want = first + n as f64 * 60_000.0 / bpm;
                assert!(
                    (f64::from(*beat) - want).abs() < 20.0,
                    "beat {n} of {bpm}: {beat}"
                );
            }
            assert_eq!(
                tempo.beats_ms.len() as u32,
                ((20.0 - first / 1000.0) * bpm / 60.0).ceil() as u32
            );
        }
    }

    #[test]
    fn silence_and_a_held_tone_have_no_tempo() {
        assert_eq!(found(&vec![0.0; 22_050 * 10]), None);
        let tone: Vec<f32> = (0..22_050 * 10)
            .map(|n| (n as f32 * 0.1).sin() * 0.5)
            .collect();
        let tempo = found(&tone);
        assert!(
            tempo.as_ref().is_none_or(|t| t.confidence < 0.3),
            "{tempo:?}"
        );
    }
}
