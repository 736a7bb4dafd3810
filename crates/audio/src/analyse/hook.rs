//! Where to start listening, and whether the end joins the start.
//!
//! The track is laid out in bars, and each bar that could begin a section is judged by the bars
//! that follow and by what enters with it. Knows levels, spectra and beats; knows nothing of
//! verses and choruses.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions in a track are small non-negative numbers"
)]

use super::onset::{BANDS, Onsets};
use super::tempo::Tempo;
use crate::pcm::Pcm;

/// What a section is judged by from its start on, in bars.
const SECTION_BARS: usize = 4;
/// The bars before and after a start whose difference makes an entrance.
const ENTRANCE_BARS: usize = 2;
/// A section that is worth hearing goes on for so many bars at least.
const LEAST_BARS: usize = 2;
/// Decibels a listener gives for a full spectrum: for each neper of every band's compressed level.
const FULLNESS_WEIGHT: f64 = 5.0;
/// Decibels a listener gives for each decibel of entrance: arrivals beat plateaus.
const ENTRANCE_WEIGHT: f64 = 0.2;
/// An entrance from silence is the end of an intro, not a greater arrival.
const MOST_ENTRANCE_DB: f64 = 12.0;
/// How long a bar is taken to be where no beat is heard.
const BEATLESS_BAR_MS: u32 = 2_000;
/// How far from a bar line the last frame of a loop may lie.
const LOOP_SLACK_MS: f64 = 30.0;
/// Beats in a bar, as in nearly all music for short videos.
const BAR: u32 = 4;

/// The start of the section most worth hearing, in milliseconds. On a beat if there are beats.
pub(super) fn hook(onsets: &Onsets, tempo: Option<&Tempo>, duration_ms: u32) -> u32 {
    let beats = match tempo {
        Some(tempo) => tempo.beats_ms.clone(),
        None => (0..duration_ms)
            .step_by((BEATLESS_BAR_MS / BAR) as usize)
            .collect(),
    };
    let sections = Sections::of(onsets, &beats);
    let bar = BAR as usize;
    let fits = (sections.downbeat()..beats.len())
        .step_by(bar)
        .filter(|beat| beat + LEAST_BARS * bar <= beats.len());
    let judged = fits.map(|beat| (beat, sections.worth(beat)));
    // Of equals the first: whoever likes a section likes it the first time round.
    let best = judged.reduce(|best, next| if next.1 > best.1 { next } else { best });
    let beat = best.map_or(0, |(beat, _)| beat);
    beats.get(beat).copied().unwrap_or(0)
}

/// Running sums over beats, so that the mean over any stretch costs two look-ups.
struct Sections {
    power: Vec<f64>,
    levels: Vec<[f64; BANDS]>,
}

impl Sections {
    fn of(onsets: &Onsets, beats: &[u32]) -> Self {
        let end = onsets.power.len();
        let place = |ms: u32| (onsets.frame(f64::from(ms)).max(0.0) as usize).min(end);
        let ends = beats.iter().skip(1).map(|ms| place(*ms)).chain([end]);
        let (mut power, mut levels) = (vec![0.0], vec![[0.0; BANDS]]);
        let (mut power_sum, mut levels_sum) = (0.0, [0.0; BANDS]);
        for (from, to) in beats.iter().map(|ms| place(*ms)).zip(ends) {
            let to = to.max(from);
            let frames = (to - from).max(1) as f64;
            for n in from..to {
                power_sum += f64::from(onsets.power[n]) / frames;
                for (sum, level) in levels_sum.iter_mut().zip(&onsets.levels[n]) {
                    *sum += f64::from(*level) / frames;
                }
            }
            power.push(power_sum);
            levels.push(levels_sum);
        }
        Self { power, levels }
    }

    fn beats(&self) -> usize {
        self.power.len() - 1
    }

    /// The mean spectrum of the beats in `from..to`.
    fn spectrum(&self, from: usize, to: usize) -> [f64; BANDS] {
        let beats = (to - from).max(1) as f64;
        std::array::from_fn(|band| (self.levels[to][band] - self.levels[from][band]) / beats)
    }

    /// Decibels of the beats in `from..to`, and of how full their spectrum is.
    fn level(&self, from: usize, to: usize) -> f64 {
        let to = to.min(self.beats());
        let beats = (to - from).max(1) as f64;
        let loud = decibels((self.power[to] - self.power[from]) / beats, 1e-9);
        let full = self.spectrum(from, to).iter().sum::<f64>() / BANDS as f64;
        loud + FULLNESS_WEIGHT * full
    }

    /// The level of a section that starts at a beat, with a bonus for what enters there.
    fn worth(&self, beat: usize) -> f64 {
        let bar = BAR as usize;
        let section = self.level(beat, beat + SECTION_BARS * bar);
        let reach = ENTRANCE_BARS * bar;
        let entrance = if beat == 0 {
            0.0
        } else {
            let before = self.level(beat.saturating_sub(reach), beat);
            (self.level(beat, beat + reach) - before).clamp(0.0, MOST_ENTRANCE_DB)
        };
        section + ENTRANCE_WEIGHT * entrance
    }

    /// Which of the first beats opens a bar: the one from which counting bars meets the greatest
    /// changes of sound, because sections and chords change on bar lines.
    fn downbeat(&self) -> usize {
        let bar = BAR as usize;
        let change = |beat: usize| {
            let (before, after) = (
                self.spectrum(beat - bar, beat),
                self.spectrum(beat, beat + bar),
            );
            let steps = before.iter().zip(&after).map(|(a, b)| (a - b).powi(2));
            steps.sum::<f64>()
        };
        let changes = |first: usize| {
            let lines = (first..=self.beats().saturating_sub(bar)).step_by(bar);
            lines.filter(|line| *line >= bar).map(change).sum::<f64>()
        };
        (0..bar)
            .rev()
            .max_by(|a, b| changes(*a).total_cmp(&changes(*b)))
            .unwrap_or(0)
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
