//! Where to start listening, and whether the end joins the start.
//!
//! Knows levels, onsets and beats; knows nothing of verses and choruses.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions in a track are small non-negative numbers"
)]

use super::onset::Onsets;
use super::tempo::Tempo;
use crate::pcm::Pcm;

/// What a section is judged by from its start on.
const SECTION_MS: f64 = 8_000.0;
/// The stretch before and after a start whose difference makes an entrance.
const ENTRANCE_MS: f64 = 2_000.0;
/// Decibels a listener gives for each decibel of entrance: arrivals beat plateaus.
const ENTRANCE_WEIGHT: f64 = 0.3;
/// An entrance from silence is the end of an intro, not a greater arrival.
const MOST_ENTRANCE_DB: f64 = 6.0;
/// How far from a bar line the last frame of a loop may lie.
const LOOP_SLACK_MS: f64 = 30.0;
/// Beats in a bar, as in nearly all music for short videos.
const BAR: u32 = 4;

/// The start of the section most worth hearing, in milliseconds. On a beat if there are beats.
pub(super) fn hook(onsets: &Onsets, tempo: Option<&Tempo>, duration_ms: u32) -> u32 {
    let levels = Levels::of(onsets);
    let latest = f64::from(duration_ms) - SECTION_MS;
    let candidates: Vec<u32> = match tempo {
        Some(tempo) => tempo.beats_ms.clone(),
        None => (0..duration_ms).step_by(500).collect(),
    };
    let fits = candidates
        .iter()
        .copied()
        .filter(|ms| f64::from(*ms) <= latest);
    let worth = |ms: &u32| levels.worth(onsets, f64::from(*ms));
    fits.max_by(|a, b| worth(a).total_cmp(&worth(b)))
        .or(candidates.first().copied())
        .unwrap_or(0)
}

/// Running sums, so that the mean over any stretch costs two look-ups.
struct Levels {
    power: Vec<f64>,
    strength: Vec<f64>,
}

impl Levels {
    fn of(onsets: &Onsets) -> Self {
        let sums = |values: &[f32]| {
            let mut sum = 0.0;
            let added = values.iter().map(|value| {
                sum += f64::from(*value);
                sum
            });
            std::iter::once(0.0).chain(added).collect()
        };
        Self {
            power: sums(&onsets.power),
            strength: sums(&onsets.strength),
        }
    }

    /// Decibels of sound and of onsets from `ms` on, with a bonus for entering there.
    fn worth(&self, onsets: &Onsets, ms: f64) -> f64 {
        let mean = |sums: &[f64], from: f64, to: f64| {
            let place = |ms: f64| (onsets.frame(ms).max(0.0) as usize).min(sums.len() - 1);
            let (from, to) = (place(from), place(to));
            (sums[to] - sums[from]) / (to - from).max(1) as f64
        };
        let level = |from: f64, to: f64| {
            let loud = decibels(mean(&self.power, from, to), 1e-9);
            let busy = 2.0 * decibels(mean(&self.strength, from, to), 1e-2);
            loud + busy
        };
        let section = level(ms, ms + SECTION_MS);
        let before = level((ms - ENTRANCE_MS).max(0.0), ms.max(1.0));
        let entrance = if ms < ENTRANCE_MS {
            0.0
        } else {
            (level(ms, ms + ENTRANCE_MS) - before).clamp(0.0, MOST_ENTRANCE_DB)
        };
        section + ENTRANCE_WEIGHT * entrance
    }
}

fn decibels(power: f64, floor: f64) -> f64 {
    10.0 * (power + floor).log10()
}

/// Whether a sound ends a whole number of bars after it starts, still sounding, and its last
/// frame leads into its first without a jump.
pub(super) fn loops(pcm: &Pcm, tempo: Option<&Tempo>) -> bool {
    let Some(tempo) = tempo else { return false };
    let bar_ms = f64::from(BAR) * 60_000.0 / tempo.bpm;
    let length_ms = pcm.frames() as f64 * 1000.0 / f64::from(pcm.sample_rate.max(1));
    let bars = (length_ms / bar_ms).round();
    let on_grid = bars >= 1.0 && (length_ms - bars * bar_ms).abs() <= LOOP_SLACK_MS;
    on_grid && joins(pcm)
}

/// The step from the last frame to the first is no larger than steps within the sound, and the
/// end has not faded away.
fn joins(pcm: &Pcm) -> bool {
    let mono = pcm.to_mono().samples;
    let (Some(first), Some(last)) = (mono.first(), mono.last()) else {
        return false;
    };
    let tail = pcm.frame_at(150).min(mono.len());
    let level = |part: &[f32]| {
        let squares: f64 = part.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
        decibels(squares / part.len().max(1) as f64, 1e-12)
    };
    let sounding = level(&mono[mono.len() - tail..]) > level(&mono) - 20.0;
    let steps = |part: &[f32]| {
        part.windows(2)
            .map(|p| (p[1] - p[0]).abs())
            .fold(0.0, f32::max)
    };
    let largest = steps(&mono[mono.len() - tail..]).max(steps(&mono[..tail]));
    sounding && (first - last).abs() <= 1.5 * largest + 1e-3
}
