//! How driving a track feels, as one number.
//!
//! A weighted sum of what listeners' ratings of arousal follow most closely: loudness, how much
//! happens a second, and brightness. Knows measurements; knows nothing of mood.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the sum is clamped to 0..=100 before it is narrowed"
)]

use super::onset::Onsets;

/// What each scale's 0 and 1 stand for.
const LOUDNESS_LUFS: (f64, f64) = (-32.0, -8.0);
const RISE: (f64, f64) = (0.3, 2.5);
const BRIGHTNESS_HZ: (f64, f64) = (500.0, 3500.0);

/// 0 (still) to 100 (relentless).
pub(super) fn energy(onsets: &Onsets, lufs: f64) -> u8 {
    let count = onsets.strength.len().max(1) as f64;
    let rise = onsets.strength.iter().map(|s| f64::from(*s)).sum::<f64>() / count;
    let loud = scale(lufs, LOUDNESS_LUFS);
    let busy = scale(rise, RISE);
    let bright = scale(f64::from(onsets.brightness_hz), BRIGHTNESS_HZ);
    // A quiet track may be busy and bright and still does not drive.
    let sum = 0.4 * loud + loud.sqrt() * (0.4 * busy + 0.2 * bright);
    (100.0 * sum).round().clamp(0.0, 100.0) as u8
}

fn scale(value: f64, (zero, one): (f64, f64)) -> f64 {
    ((value - zero) / (one - zero)).clamp(0.0, 1.0)
}
