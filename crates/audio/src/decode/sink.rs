//! Where decoded samples collect, and where every limit is held.
//!
//! Memory grows with the samples that arrive, never with what a header promises.

#![allow(
    clippy::cast_possible_truncation,
    reason = "frame counts are bounded by the limits before they are narrowed"
)]

use super::{DecodeError, Limits};
use crate::format::Format;
use crate::pcm::Pcm;

/// Packets that may fail to decode before the file counts as damaged: a few clicks in a track
/// are a nuisance, more are another track.
const MAX_BAD_PACKETS: u32 = 3;
/// Float formats may overshoot full scale, but past +24 dBFS a value is not sound.
const MAX_MAGNITUDE: f32 = 16.0;

/// Collects one sound.
pub(super) struct Sink<'a> {
    format: Format,
    limits: &'a Limits,
    /// Rate and channels, once known.
    shape: Option<(u32, u16)>,
    samples: Vec<f32>,
    bad_packets: u32,
}

impl<'a> Sink<'a> {
    pub(super) fn new(format: Format, limits: &'a Limits) -> Self {
        Self {
            format,
            limits,
            shape: None,
            samples: Vec::new(),
            bad_packets: 0,
        }
    }

    /// Fixes rate and channels; a stream that changes them midway is refused.
    pub(super) fn shape(&mut self, rate: u32, channels: usize) -> Result<(), DecodeError> {
        let channels = u16::try_from(channels).unwrap_or(u16::MAX);
        if self.shape == Some((rate, channels)) {
            return Ok(());
        }
        if self.shape.is_some() {
            return Err(self.corrupt("rate or channels change midway"));
        }
        let Limits {
            min_rate,
            max_rate,
            max_channels,
            ..
        } = *self.limits;
        if !(min_rate..=max_rate).contains(&rate) {
            return Err(DecodeError::BadRate {
                rate,
                min: min_rate,
                max: max_rate,
            });
        }
        if channels == 0 {
            return Err(self.corrupt("it has no channels"));
        }
        if channels > max_channels {
            return Err(DecodeError::TooManyChannels {
                channels,
                max: max_channels,
            });
        }
        self.shape = Some((rate, channels));
        Ok(())
    }

    /// Takes interleaved samples of the shape given before.
    pub(super) fn push(&mut self, samples: &[f32]) -> Result<(), DecodeError> {
        self.admit(samples.len())?;
        if samples.iter().any(|sample| !sample.is_finite()) {
            return Err(self.corrupt("it holds values that are no numbers"));
        }
        let bounded = samples
            .iter()
            .map(|sample| sample.clamp(-MAX_MAGNITUDE, MAX_MAGNITUDE));
        self.samples.extend(bounded);
        Ok(())
    }

    /// A packet failed: keeps time with `frames` of silence, or refuses when too many have.
    pub(super) fn lost(&mut self, frames: u64) -> Result<(), DecodeError> {
        self.bad_packets += 1;
        if self.bad_packets > MAX_BAD_PACKETS {
            return Err(self.corrupt("several of its packets cannot be decoded"));
        }
        let Some((rate, channels)) = self.shape else {
            return Ok(());
        };
        // No coding has packets longer than a second; more is a claim, not a length.
        let frames = frames.min(u64::from(rate)) as usize;
        let silence = frames * usize::from(channels);
        self.admit(silence)?;
        self.samples.resize(self.samples.len() + silence, 0.0);
        Ok(())
    }

    fn admit(&self, more: usize) -> Result<(), DecodeError> {
        let Limits {
            max_bytes,
            max_samples,
            max_duration_ms,
            ..
        } = *self.limits;
        let total = self.samples.len() + more;
        let Some((rate, channels)) = self.shape else {
            return Err(self.corrupt("it has no shape"));
        };
        let longest = u64::from(max_duration_ms) * u64::from(rate) / 1000 * u64::from(channels);
        if total as u64 > longest {
            return Err(DecodeError::TooLong {
                max_ms: max_duration_ms,
            });
        }
        if total > max_samples {
            return Err(DecodeError::TooLarge {
                max_bytes,
                max_samples,
            });
        }
        Ok(())
    }

    /// Frames taken so far.
    pub(super) fn frames(&self) -> u64 {
        let channels = self.shape.map_or(1, |(_, channels)| usize::from(channels));
        (self.samples.len() / channels) as u64
    }

    /// Frames a second, once the shape is known.
    pub(super) fn rate(&self) -> Option<u32> {
        self.shape.map(|(rate, _)| rate)
    }

    /// Drops `frames` from the start and everything past `keep` frames after that.
    pub(super) fn trim(&mut self, frames: u64, keep: u64) {
        let channels = self.shape.map_or(1, |(_, channels)| u64::from(channels));
        let drop = frames
            .saturating_mul(channels)
            .min(self.samples.len() as u64) as usize;
        self.samples.drain(..drop);
        let keep = keep.saturating_mul(channels).min(self.samples.len() as u64) as usize;
        self.samples.truncate(keep);
    }

    pub(super) fn corrupt(&self, found: &'static str) -> DecodeError {
        DecodeError::Corrupt {
            format: self.format,
            found,
        }
    }

    pub(super) fn truncated(&self, found: &'static str) -> DecodeError {
        DecodeError::Truncated {
            format: self.format,
            found,
        }
    }

    pub(super) fn unsupported(&self, found: &'static str) -> DecodeError {
        DecodeError::UnsupportedCodec {
            format: self.format,
            found,
        }
    }

    /// The sound, if it is long enough to be one.
    pub(super) fn finish(self) -> Result<Pcm, DecodeError> {
        let Some((sample_rate, channels)) = self.shape else {
            return Err(self.corrupt("there is no sound in it"));
        };
        let pcm = Pcm {
            sample_rate,
            channels,
            samples: self.samples,
        };
        let (duration_ms, min_ms) = (pcm.duration_ms(), self.limits.min_duration_ms);
        if duration_ms < min_ms {
            return Err(DecodeError::TooShort {
                duration_ms,
                min_ms,
            });
        }
        Ok(pcm)
    }
}
