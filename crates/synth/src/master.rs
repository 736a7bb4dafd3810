//! Mastering: one gain curve for all stems that brings their sum to its loudness under a ceiling,
//! then whole numbers.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "signal processing: counts of frames and samples within their types by construction"
)]

use crate::dsp::Frame;
use crate::loudness::integrated;
use crate::{Rendered, StemAudio};

/// The loudness that short-form platforms play at, in LUFS.
const TARGET: f64 = -14.0;

/// The ceiling: -1.4 dBFS, so that what lies between the samples stays below -1 dBTP.
const CEILING: f32 = 0.851;

/// Frames to a step of the gain curve.
const STEP: usize = 32;

/// Steps by which the limiter looks ahead and back: 8.7 ms.
const REACH: usize = 12;

/// Masters the stems of a piece. A piece that loops has a gain curve that loops.
pub(crate) fn master(names: &[&'static str], stems: &[Vec<Frame>], loops: bool) -> Rendered {
    let mut mix = vec![[0.0; 2]; stems.first().map_or(0, Vec::len)];
    for stem in stems {
        for (sum, frame) in mix.iter_mut().zip(stem) {
            sum[0] += frame[0];
            sum[1] += frame[1];
        }
    }
    let peaks = peaks(&mix, stems);
    let mut drive = gain(TARGET - integrated(&mix));
    let mut curve = limit(&peaks, drive, loops);
    // Limiting costs a little loudness: drive harder until it is back.
    for _ in 0..3 {
        let short = TARGET - integrated(&shaped(&mix, &curve));
        if short.abs() < 0.2 {
            break;
        }
        drive *= gain(short);
        curve = limit(&peaks, drive, loops);
    }
    whole(names, stems, &curve)
}

fn gain(decibels: f64) -> f32 {
    10.0_f64.powf(decibels / 20.0) as f32
}

/// The highest level in each step: of the mix, of what lies half-way between its samples, and of
/// every stem, since a stem can stand above a sum in which it is cancelled.
fn peaks(mix: &[Frame], stems: &[Vec<Frame>]) -> Vec<f32> {
    let mut peaks = vec![0.0_f32; mix.len().div_ceil(STEP)];
    for (n, frames) in mix.windows(6).enumerate() {
        let peak = &mut peaks[(n + 2) / STEP];
        for side in [0, 1] {
            let at = |n: usize| frames[n][side];
            // A six-point interpolation at the half sample.
            let between = 0.6 * (at(2) + at(3)) - 0.13 * (at(1) + at(4)) + 0.03 * (at(0) + at(5));
            *peak = peak.max(at(2).abs()).max(between.abs());
        }
    }
    for stem in std::iter::once(mix).chain(stems.iter().map(Vec::as_slice)) {
        for (peak, step) in peaks.iter_mut().zip(stem.chunks(STEP)) {
            *peak = step
                .iter()
                .fold(*peak, |m, f| m.max(f[0].abs()).max(f[1].abs()));
        }
    }
    peaks
}

/// The gain at the start of each step (and at the end): `drive`, turned down smoothly around every
/// step whose peak would pass the ceiling.
fn limit(peaks: &[f32], drive: f32, loops: bool) -> Vec<f32> {
    let steps = peaks.len();
    let place = |n: usize, by: usize| {
        // An index `by - REACH` away, round the end of a loop or stopping at the ends.
        let shifted = n + by + steps * 2;
        if loops {
            (shifted - REACH) % steps
        } else {
            (shifted - REACH).clamp(steps * 2, steps * 3 - 1) - steps * 2
        }
    };
    let needed: Vec<f32> = peaks
        .iter()
        .map(|p| drive.min(CEILING / p.max(1e-9)))
        .collect();
    let low = |values: &[f32], n: usize| {
        (0..=2 * REACH)
            .map(|by| values[place(n, by)])
            .fold(f32::MAX, f32::min)
    };
    let floor: Vec<f32> = (0..steps).map(|n| low(&needed, n)).collect();
    // A mean over the same reach stays below what is needed at its middle; a point of the curve
    // lies between two steps, so it averages one step fewer.
    let mut curve: Vec<f32> = (0..steps)
        .map(|n| {
            (1..=2 * REACH)
                .map(|by| floor[place(n, by - 1)])
                .sum::<f32>()
        })
        .map(|sum| sum / (2 * REACH) as f32)
        .collect();
    curve.push(if loops { curve[0] } else { curve[steps - 1] });
    curve
}

/// The gain at a frame, straight between the curve's points.
#[inline]
fn gain_at(curve: &[f32], frame: usize) -> f32 {
    let (n, part) = (frame / STEP, (frame % STEP) as f32 / STEP as f32);
    curve[n] + (curve[n + 1] - curve[n]) * part
}

fn shaped(mix: &[Frame], curve: &[f32]) -> Vec<Frame> {
    let shape = |(n, f): (usize, &Frame)| {
        let gain = gain_at(curve, n);
        [f[0] * gain, f[1] * gain]
    };
    mix.iter().enumerate().map(shape).collect()
}

/// Rounds each stem to whole numbers and sums those, so that the sum is exact.
fn whole(names: &[&'static str], stems: &[Vec<Frame>], curve: &[f32]) -> Rendered {
    // Sums on the way may pass what 16 bits hold; the last one stays below the ceiling.
    let mut mix = vec![0_i32; stems.first().map_or(0, Vec::len) * 2];
    let stems = names
        .iter()
        .zip(stems)
        .map(|(name, stem)| {
            let mut samples = Vec::with_capacity(stem.len() * 2);
            for (n, frame) in stem.iter().enumerate() {
                let gain = gain_at(curve, n) * 32_767.0;
                samples.extend(frame.map(|x| (x * gain + 0.5).floor() as i16));
            }
            for (sum, x) in mix.iter_mut().zip(&samples) {
                *sum += i32::from(*x);
            }
            StemAudio { name, samples }
        })
        .collect();
    let mix = mix.into_iter().map(|x| x as i16).collect();
    Rendered {
        sample_rate: crate::SAMPLE_RATE,
        stems,
        mix,
    }
}
