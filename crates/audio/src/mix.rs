//! Stems beside and on top of each other: do they fit, and what do they sum to.
//!
//! Knows sample shapes; knows nothing of what a stem is called or sold for.

#![allow(
    clippy::cast_possible_truncation,
    reason = "a gain computed in 64 bits is applied in 32, where the samples live"
)]

use thiserror::Error;

use crate::pcm::Pcm;

/// How far apart the lengths of two stems of one work may lie, in milliseconds: what the padding
/// of lossy encoders explains, and less than a listener takes for another arrangement.
pub const LENGTH_TOLERANCE_MS: u32 = 100;

/// Two stems that cannot belong to one work. `index` counts from 0 and is compared with stem 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShapeMismatch {
    /// The stem's sample rate is another.
    #[error("stem {} runs at {rate} Hz but the first at {expected} Hz: render all stems at one rate", index + 1)]
    Rate {
        /// The offending stem, from 0.
        index: usize,
        /// Its rate in Hz.
        rate: u32,
        /// The first stem's rate in Hz.
        expected: u32,
    },
    /// The stem's length differs by more than [`LENGTH_TOLERANCE_MS`].
    #[error("stem {} lasts {duration_ms} ms but the first {expected_ms} ms: render all stems over the same bars", index + 1)]
    Length {
        /// The offending stem, from 0.
        index: usize,
        /// Its length in milliseconds.
        duration_ms: u32,
        /// The first stem's length in milliseconds.
        expected_ms: u32,
    },
}

/// Whether all stems have the first one's rate and, within [`LENGTH_TOLERANCE_MS`], its length.
/// Channel counts may differ: a mono bass under stereo keys is ordinary.
///
/// # Errors
/// The first stem that differs, with both values.
pub fn same_shape(stems: &[Pcm]) -> Result<(), ShapeMismatch> {
    let Some(first) = stems.first() else {
        return Ok(());
    };
    for (index, stem) in stems.iter().enumerate() {
        if stem.sample_rate != first.sample_rate {
            let (rate, expected) = (stem.sample_rate, first.sample_rate);
            return Err(ShapeMismatch::Rate {
                index,
                rate,
                expected,
            });
        }
        let (duration_ms, expected_ms) = (stem.duration_ms(), first.duration_ms());
        if duration_ms.abs_diff(expected_ms) > LENGTH_TOLERANCE_MS {
            return Err(ShapeMismatch::Length {
                index,
                duration_ms,
                expected_ms,
            });
        }
    }
    Ok(())
}

/// The sum of the stems in stereo, as long as the longest; shorter stems end in silence.
///
/// Peak guard: stems are meant to sum to the mix, so they are added at unit gain; only where the
/// sum would pass full scale is the whole mix turned down, by one factor, to a peak of −0.1 dBFS.
/// No stem gives an empty sound at 48 kHz. Stems of another rate than the first are resampled.
#[must_use]
pub fn mix(stems: &[Pcm]) -> Pcm {
    let sample_rate = stems.first().map_or(48_000, |stem| stem.sample_rate);
    let mut sum = Pcm {
        sample_rate,
        channels: 2,
        samples: Vec::new(),
    };
    for stem in stems {
        let stereo = stem.resample(sample_rate).to_stereo();
        if sum.samples.len() < stereo.samples.len() {
            sum.samples.resize(stereo.samples.len(), 0.0);
        }
        for (total, sample) in sum.samples.iter_mut().zip(&stereo.samples) {
            *total += sample;
        }
    }
    guard(&mut sum);
    sum
}

fn guard(sum: &mut Pcm) {
    let peak = sum.peak();
    if peak > 1.0 {
        let ceiling = 10_f64.powf(-0.1 / 20.0) as f32;
        let gain = ceiling / peak;
        sum.samples.iter_mut().for_each(|sample| *sample *= gain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(rate: u32, frames: usize, channels: u16, value: f32) -> Pcm {
        let samples = vec![value; frames * usize::from(channels)];
        Pcm {
            sample_rate: rate,
            channels,
            samples,
        }
    }

    #[test]
    fn quiet_stems_add_up_exactly() {
        let sum = mix(&[flat(48_000, 100, 2, 0.25), flat(48_000, 50, 1, 0.5)]);
        assert_eq!(sum.frames(), 100);
        assert!(sum.samples[..100].iter().all(|s| (s - 0.75).abs() < 1e-6));
        assert!(sum.samples[100..].iter().all(|s| (s - 0.25).abs() < 1e-6));
    }

    #[test]
    fn a_sum_past_full_scale_is_turned_down_as_a_whole() {
        let sum = mix(&[flat(48_000, 100, 2, 0.9), flat(48_000, 50, 2, 0.9)]);
        assert!((sum.peak() - 0.9886).abs() < 1e-3, "{}", sum.peak());
        assert!(
            (sum.samples[0] / sum.samples[150] - 2.0).abs() < 1e-4,
            "ratios are kept"
        );
    }

    #[test]
    fn a_stem_of_another_rate_or_length_is_named_with_its_values() {
        let first = flat(48_000, 48_000, 2, 0.0);
        let near = flat(48_000, 48_000 + 4_800, 1, 0.0);
        assert_eq!(same_shape(&[first.clone(), near.clone()]), Ok(()));
        assert_eq!(same_shape(&[]), Ok(()));
        let far = flat(48_000, 48_000 + 5_000, 2, 0.0);
        let length = ShapeMismatch::Length {
            index: 2,
            duration_ms: 1104,
            expected_ms: 1000,
        };
        assert_eq!(same_shape(&[first.clone(), near, far]), Err(length));
        let other = flat(44_100, 44_100, 2, 0.0);
        let rate = ShapeMismatch::Rate {
            index: 1,
            rate: 44_100,
            expected: 48_000,
        };
        let refusal = same_shape(&[first, other]).unwrap_err();
        assert_eq!(refusal, rate);
        assert!(refusal.to_string().starts_with("stem 2 runs at 44100 Hz"));
    }
}
