//! Decoded sound in memory: interleaved 32-bit float frames at one rate.
//!
//! Knows arithmetic on samples (fold to mono or stereo, change rate); knows nothing of files,
//! codecs or music.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frame counts become milliseconds and ratios; both stay far below the types' limits"
)]

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Sound: interleaved samples, nominally within −1.0 to 1.0 (0 dBFS).
#[derive(Debug, Clone, PartialEq)]
pub struct Pcm {
    /// Frames per second, in Hz.
    pub sample_rate: u32,
    /// Samples in one frame; never 0.
    pub channels: u16,
    /// Interleaved samples; the length is a multiple of `channels`.
    pub samples: Vec<f32>,
}

/// Frames handed to the resampler at a time: long enough to be cheap, short enough to stay in cache.
const RESAMPLE_CHUNK: usize = 4096;

impl Pcm {
    /// The number of frames: samples per channel.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.samples.len() / usize::from(self.channels.max(1))
    }

    /// Length in milliseconds, rounded to the nearest.
    #[must_use]
    pub fn duration_ms(&self) -> u32 {
        let rate = u64::from(self.sample_rate.max(1));
        let ms = (self.frames() as u64 * 1000 + rate / 2) / rate;
        u32::try_from(ms).unwrap_or(u32::MAX)
    }

    /// The frame nearest to a moment given in milliseconds; may lie beyond the end.
    #[must_use]
    pub fn frame_at(&self, ms: u32) -> usize {
        ((u64::from(ms) * u64::from(self.sample_rate) + 500) / 1000) as usize
    }

    /// The largest sample magnitude (linear, 1.0 = 0 dBFS); 0 for no samples.
    #[must_use]
    pub fn peak(&self) -> f32 {
        self.samples.iter().fold(0.0, |peak, s| s.abs().max(peak))
    }

    /// One channel: the mean of all channels, frame by frame.
    #[must_use]
    pub fn to_mono(&self) -> Self {
        let channels = usize::from(self.channels.max(1));
        if channels == 1 {
            return self.clone();
        }
        let scale = 1.0 / channels as f32;
        let fold = |frame: &[f32]| frame.iter().sum::<f32>() * scale;
        let samples = self.samples.chunks_exact(channels).map(fold).collect();
        Self {
            sample_rate: self.sample_rate,
            channels: 1,
            samples,
        }
    }

    /// Two channels. Mono is doubled; more than two are folded by the coefficients of
    /// ITU-R BS.775 (centre and surrounds at −3 dB, the low-frequency channel left out), scaled
    /// so that a full-scale signal in every channel stays within full scale.
    #[must_use]
    pub fn to_stereo(&self) -> Self {
        let channels = usize::from(self.channels.max(1));
        let samples = match channels {
            2 => return self.clone(),
            1 => self.samples.iter().flat_map(|&s| [s, s]).collect(),
            _ => {
                let fold = Fold::of(channels);
                self.samples
                    .chunks_exact(channels)
                    .flat_map(|frame| fold.apply(frame))
                    .collect()
            }
        };
        Self {
            sample_rate: self.sample_rate,
            channels: 2,
            samples,
        }
    }

    /// The same sound at another rate, by band-limited FFT resampling with its delay removed to within
    /// half a frame.
    /// The frame count is the old one times the ratio, rounded up. A rate of 0 gives no samples.
    #[must_use]
    pub fn resample(&self, rate: u32) -> Self {
        if rate == self.sample_rate || self.samples.is_empty() {
            return Self {
                sample_rate: rate,
                ..self.clone()
            };
        }
        let samples = self.resampled(rate).unwrap_or_default();
        Self {
            sample_rate: rate,
            channels: self.channels,
            samples,
        }
    }

    /// `None` only where a rate or the channel count is 0, for which no sound exists.
    fn resampled(&self, rate: u32) -> Option<Vec<f32>> {
        let (from, to) = (self.sample_rate as usize, rate as usize);
        let channels = usize::from(self.channels);
        let frames = self.frames();
        let input = InterleavedSlice::new(&self.samples, channels, frames).ok()?;
        let mut resampler =
            Fft::<f32>::new(from, to, RESAMPLE_CHUNK, channels, FixedSync::Both).ok()?;
        let output = resampler.process_all(&input, frames, None).ok()?;
        Some(output.take_data())
    }

    /// The frames from `start` on, `count` of them or as many as there are.
    #[must_use]
    pub fn slice(&self, start: usize, count: usize) -> Self {
        let channels = usize::from(self.channels.max(1));
        let from = start.min(self.frames());
        let to = from.saturating_add(count).min(self.frames());
        let samples = self.samples[from * channels..to * channels].to_vec();
        Self {
            sample_rate: self.sample_rate,
            channels: self.channels,
            samples,
        }
    }
}

/// How each channel of a surround layout reaches left and right.
struct Fold {
    gains: Vec<(f32, f32)>,
    scale: f32,
}

impl Fold {
    /// Channel orders are those of WAV and FLAC: L R C (LFE) surrounds in pairs.
    fn of(channels: usize) -> Self {
        const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;
        const LEFT: (f32, f32) = (1.0, 0.0);
        const RIGHT: (f32, f32) = (0.0, 1.0);
        const CENTRE: (f32, f32) = (HALF_POWER, HALF_POWER);
        const LOW: (f32, f32) = (0.0, 0.0);
        const BACK_LEFT: (f32, f32) = (HALF_POWER, 0.0);
        const BACK_RIGHT: (f32, f32) = (0.0, HALF_POWER);
        let mut gains = match channels {
            3 => vec![LEFT, RIGHT, CENTRE],
            4 => vec![LEFT, RIGHT, BACK_LEFT, BACK_RIGHT],
            5 => vec![LEFT, RIGHT, CENTRE, BACK_LEFT, BACK_RIGHT],
            7 => vec![LEFT, RIGHT, CENTRE, LOW, CENTRE, BACK_LEFT, BACK_RIGHT],
            _ => vec![LEFT, RIGHT, CENTRE, LOW],
        };
        while gains.len() < channels {
            gains.push(if gains.len() % 2 == 0 {
                BACK_LEFT
            } else {
                BACK_RIGHT
            });
        }
        let total: f32 = gains.iter().map(|(left, _)| left).sum();
        Self {
            gains,
            scale: 1.0 / total.max(1.0),
        }
    }

    fn apply(&self, frame: &[f32]) -> [f32; 2] {
        let sum = |(left, right), (sample, (l, r)): (&f32, &(f32, f32))| {
            (left + sample * l, right + sample * r)
        };
        let (left, right) = frame.iter().zip(&self.gains).fold((0.0, 0.0), sum);
        [left * self.scale, right * self.scale]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, hz: f32, seconds: f32) -> Pcm {
        let frames = (rate as f32 * seconds) as usize;
        let turn = std::f32::consts::TAU * hz / rate as f32;
        let samples = (0..frames).map(|n| 0.5 * (turn * n as f32).sin()).collect();
        Pcm {
            sample_rate: rate,
            channels: 1,
            samples,
        }
    }

    #[test]
    fn a_resampled_sine_is_the_sine_drawn_at_the_new_rate() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 22_050),
            (96_000, 44_100),
            (8_000, 48_000),
        ] {
            let got = sine(from, 440.0, 1.0).resample(to);
            let want = sine(to, 440.0, 1.0);
            assert!(
                got.frames().abs_diff(want.frames()) <= 1,
                "{from} to {to}: {}",
                got.frames()
            );
            let middle = to as usize / 4..to as usize * 3 / 4;
            for n in middle {
                let error = (got.samples[n] - want.samples[n]).abs();
                // Half a frame of delay, at the sine's steepest, and a little ripple.
                let steepest = 0.25 * std::f32::consts::TAU * 440.0 / to as f32;
                assert!(error < steepest + 0.002, "{from} to {to} at {n}: {error}");
            }
        }
    }

    #[test]
    fn stereo_folds_keep_full_scale_within_full_scale() {
        for channels in 1..=8_u16 {
            let samples = vec![1.0; usize::from(channels) * 10];
            let folded = Pcm {
                sample_rate: 48_000,
                channels,
                samples,
            }
            .to_stereo();
            assert_eq!(folded.channels, 2);
            assert_eq!(folded.frames(), 10);
            assert!(
                folded.peak() <= 1.0001 && folded.peak() > 0.9,
                "{channels}: {}",
                folded.peak()
            );
        }
    }

    #[test]
    fn left_stays_left_in_every_layout() {
        for channels in 2..=8_u16 {
            let mut samples = vec![0.0; usize::from(channels)];
            samples[0] = 1.0;
            let folded = Pcm {
                sample_rate: 48_000,
                channels,
                samples,
            }
            .to_stereo();
            assert!(
                folded.samples[0] > 0.2 && folded.samples[1].abs() < 1e-6,
                "{channels}"
            );
        }
    }

    #[test]
    fn durations_round_to_the_nearest_millisecond() {
        let pcm = Pcm {
            sample_rate: 44_100,
            channels: 2,
            samples: vec![0.0; 2 * 44_130],
        };
        assert_eq!(pcm.duration_ms(), 1001);
        assert_eq!(pcm.frame_at(1000), 44_100);
        assert_eq!(pcm.slice(44_100, 1000).frames(), 30);
    }
}
