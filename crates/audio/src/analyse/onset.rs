//! Where things begin: how much new energy each hundredth of a second or so brings.
//!
//! Spectral flux over logarithmic bands (after Böck and Widmer, "Maximum filter vibrato
//! suppression for onset detection", DAFx 2013, without the filter, which pitched tempo tracks do
//! not need). Knows changes in spectra; knows nothing of beats.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "bins and frame counts are small non-negative numbers"
)]

use super::spectrum::Spectrum;

const WINDOW: usize = 1024;
const HOP: usize = 256;
/// Bands from 30 Hz to 10 kHz, spaced evenly in pitch: about a fourth each.
pub(super) const BANDS: usize = 24;
const LOWEST_HZ: f32 = 30.0;
const HIGHEST_HZ: f32 = 10_000.0;
/// Below this a rise is a kick or a bass: what feet follow.
const LOW_BANDS: usize = 6;
/// Magnitudes are compressed as ln(1 + gain × magnitude): quiet onsets count beside loud ones.
const COMPRESSION: f32 = 300.0;

/// A series of measurements at one rate.
pub(super) struct Onsets {
    /// Measurements a second.
    pub(super) rate: f64,
    /// New energy over all bands, local mean removed, none negative.
    pub(super) strength: Vec<f32>,
    /// The same over the low bands alone.
    pub(super) low: Vec<f32>,
    /// Mean square of the spectrum: a power.
    pub(super) power: Vec<f32>,
    /// How much each band holds, compressed: what the sound is made of, from low to high.
    pub(super) levels: Vec<[f32; BANDS]>,
    /// Mean over time of the spectral centroid in Hz, weighted by magnitude.
    pub(super) brightness_hz: f32,
}

impl Onsets {
    /// Measures a mono sound of `rate` frames a second.
    pub(super) fn of(samples: &[f32], rate: u32) -> Self {
        let bands = band_edges(rate);
        let mut last = [0.0_f32; BANDS];
        let (mut strength, mut low) = (Vec::new(), Vec::new());
        let (mut power, mut levels) = (Vec::new(), Vec::new());
        let (mut weighted, mut total) = (0.0_f64, 0.0_f64);
        let bin_hz = rate as f32 / WINDOW as f32;
        Spectrum::new(WINDOW, HOP).frames(samples, |magnitudes| {
            let (mut rise, mut low_rise) = (0.0, 0.0);
            for (band, edges) in bands.windows(2).enumerate() {
                let sum: f32 = magnitudes[edges[0]..edges[1]].iter().sum();
                let level = (COMPRESSION * sum).ln_1p();
                let more = (level - last[band]).max(0.0);
                rise += more;
                low_rise += if band < LOW_BANDS { more } else { 0.0 };
                last[band] = level;
            }
            strength.push(rise);
            low.push(low_rise);
            levels.push(last);
            power.push(magnitudes.iter().map(|m| m * m).sum());
            for (bin, magnitude) in magnitudes.iter().enumerate() {
                weighted += f64::from(bin as f32 * bin_hz * magnitude);
                total += f64::from(*magnitude);
            }
        });
        let frames_a_second = f64::from(rate) / HOP as f64;
        Self {
            rate: frames_a_second,
            strength: above_local_mean(&strength, frames_a_second),
            low: above_local_mean(&low, frames_a_second),
            power,
            levels,
            brightness_hz: (weighted / total.max(1e-9)) as f32,
        }
    }

    /// The moment of a (fractional) frame in milliseconds. Flux rises when an attack enters the
    /// window, a quarter of its length before the window's centre reaches it.
    pub(super) fn ms(&self, frame: f64) -> f64 {
        frame / self.rate * 1000.0 + self.lead_ms()
    }

    /// The inverse of [`Self::ms`].
    pub(super) fn frame(&self, ms: f64) -> f64 {
        (ms - self.lead_ms()) * self.rate / 1000.0
    }

    fn lead_ms(&self) -> f64 {
        let hop_ms = 1000.0 / self.rate;
        hop_ms * WINDOW as f64 / HOP as f64 / 4.0
    }
}

/// Bin numbers at the edges of [`BANDS`] bands, each at least one bin wide.
fn band_edges(rate: u32) -> Vec<usize> {
    let top = (rate as f32 / 2.0).min(HIGHEST_HZ);
    let step = (top / LOWEST_HZ).powf(1.0 / BANDS as f32);
    let last_bin = WINDOW / 2 + 1;
    let mut edges = vec![1];
    for band in 1..=BANDS {
        let hz = LOWEST_HZ * step.powf(band as f32);
        let bin = (hz * WINDOW as f32 / rate as f32).round() as usize;
        let least = edges.last().map_or(1, |edge| edge + 1);
        edges.push(bin.max(least).min(last_bin));
    }
    edges
}

/// What stands above the mean of the surrounding second; sections of different loudness then
/// count alike.
fn above_local_mean(values: &[f32], rate: f64) -> Vec<f32> {
    let reach = (rate / 2.0) as usize;
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0_f64;
    sums.push(sum);
    for value in values {
        sum += f64::from(*value);
        sums.push(sum);
    }
    let above = |n: usize| {
        let (from, to) = (n.saturating_sub(reach), (n + reach + 1).min(values.len()));
        let mean = (sums[to] - sums[from]) / (to - from) as f64;
        (values[n] - mean as f32).max(0.0)
    };
    (0..values.len()).map(above).collect()
}
