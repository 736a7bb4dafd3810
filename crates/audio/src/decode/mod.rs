//! Bytes to samples, under limits.
//!
//! The source is hostile until it has been decoded whole: its kind is decided by content, its
//! declared length is held against what is there, and every limit is checked on the samples that
//! stream out, since a small file can expand a thousandfold and a header can claim anything.

mod mp3;
mod opus;
mod packets;
mod sink;
mod source;
mod whole;

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::panic::AssertUnwindSafe;

use sink::Sink;
use source::Source;
use thiserror::Error;

use crate::format::{Format, NotAudio};
use crate::pcm::Pcm;

/// What an upload may be. The defaults suit soundtracks for short videos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// The longest sound, in milliseconds, by decoded samples.
    pub max_duration_ms: u32,
    /// The shortest sound, in milliseconds.
    pub min_duration_ms: u32,
    /// The most channels.
    pub max_channels: u16,
    /// The lowest sample rate, in Hz.
    pub min_rate: u32,
    /// The highest sample rate, in Hz.
    pub max_rate: u32,
    /// The most samples over all channels: the bound on memory, four bytes each.
    pub max_samples: usize,
}

impl Default for Limits {
    /// 1 GB, 1 s to 15 min, 8 channels, 8 to 192 kHz, and the samples of 15 min at 96 kHz stereo
    /// (691 MB).
    fn default() -> Self {
        Self {
            max_bytes: 1_000_000_000,
            max_duration_ms: 15 * 60 * 1000,
            min_duration_ms: 1000,
            max_channels: 8,
            min_rate: 8_000,
            max_rate: 192_000,
            max_samples: 15 * 60 * 96_000 * 2,
        }
    }
}

/// Why a file was refused.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// Not of a known format.
    #[error(transparent)]
    NotAudio(#[from] NotAudio),
    /// The file ends before the length it declares.
    #[error("the {format} file is cut short: {found}; upload it again from the original")]
    Truncated {
        /// What the file is.
        format: Format,
        /// What was found missing.
        found: &'static str,
    },
    /// Longer than allowed.
    #[error("the sound is longer than the {} seconds allowed", max_ms / 1000)]
    TooLong {
        /// The limit in milliseconds.
        max_ms: u32,
    },
    /// Shorter than allowed.
    #[error("the sound lasts {duration_ms} ms, less than the {min_ms} ms needed")]
    TooShort {
        /// Its length in milliseconds.
        duration_ms: u32,
        /// The limit in milliseconds.
        min_ms: u32,
    },
    /// More bytes, or more samples in memory, than allowed.
    #[error("the file is too large: at most {max_bytes} bytes, or {max_samples} samples decoded")]
    TooLarge {
        /// The limit in bytes.
        max_bytes: u64,
        /// The limit in samples over all channels.
        max_samples: usize,
    },
    /// More channels than allowed.
    #[error("the sound has {channels} channels, more than the {max} allowed")]
    TooManyChannels {
        /// Its channels.
        channels: u16,
        /// The limit.
        max: u16,
    },
    /// A sample rate outside the limits.
    #[error("the sample rate of {rate} Hz is outside {min} to {max} Hz")]
    BadRate {
        /// The rate in Hz.
        rate: u32,
        /// The lowest allowed in Hz.
        min: u32,
        /// The highest allowed in Hz.
        max: u32,
    },
    /// Damaged beyond a few packets.
    #[error("the {format} file is damaged: {found}; export it again")]
    Corrupt {
        /// What the file is.
        format: Format,
        /// What was found.
        found: &'static str,
    },
    /// The container is known, what is inside is not.
    #[error("the {format} file uses a coding that is not read: {found}")]
    UnsupportedCodec {
        /// What the file is.
        format: Format,
        /// What was found.
        found: &'static str,
    },
    /// The bytes could not be read at all.
    #[error("the file could not be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl DecodeError {
    /// The stable name of the cause, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAudio(_) => "not_audio",
            Self::Truncated { .. } => "truncated",
            Self::TooLong { .. } => "too_long",
            Self::TooShort { .. } => "too_short",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyChannels { .. } => "too_many_channels",
            Self::BadRate { .. } => "bad_rate",
            Self::Corrupt { .. } => "corrupt",
            Self::UnsupportedCodec { .. } => "unsupported_codec",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// Decodes a whole file.
///
/// A panic inside a codec is caught and reported as [`DecodeError::Corrupt`] where panics
/// unwind: one crafted file must not end a worker.
///
/// # Errors
/// See [`DecodeError`]; nothing is kept of a refused file.
pub fn decode<R>(mut source: R, limits: &Limits) -> Result<Pcm, DecodeError>
where
    R: Read + Seek + Send + Sync + 'static,
{
    let length = source.seek(SeekFrom::End(0))?;
    let too_large = DecodeError::TooLarge {
        max_bytes: limits.max_bytes,
        max_samples: limits.max_samples,
    };
    if length > limits.max_bytes {
        return Err(too_large);
    }
    let format = Format::of(&mut source)??;
    let run = AssertUnwindSafe(|| decode_as(format, source, length, limits));
    let crashed = Err(DecodeError::Corrupt {
        format,
        found: "its coding breaks the decoder",
    });
    std::panic::catch_unwind(run).unwrap_or(crashed)
}

fn decode_as<R>(
    format: Format,
    mut source: R,
    length: u64,
    limits: &Limits,
) -> Result<Pcm, DecodeError>
where
    R: Read + Seek + Send + Sync + 'static,
{
    source.rewind()?;
    let mut sink = Sink::new(format, limits);
    if format == Format::Opus {
        opus::decode(&mut BufReader::new(source), &mut sink)?;
    } else {
        whole::check(format, &mut source, length)?;
        source.rewind()?;
        packets::decode(format, Source::new(source, length), &mut sink)?;
    }
    sink.finish()
}
