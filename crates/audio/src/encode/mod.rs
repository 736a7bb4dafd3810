//! Sound to bytes: WAV for delivery, Opus for previews.
//!
//! Knows containers and codecs; knows nothing of who may have the bytes.

pub mod opus;
pub mod wav;

use thiserror::Error;

/// Why a sound could not be encoded. All but the last are the caller's to avoid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// There is not a single frame.
    #[error("there is no sound to encode")]
    Empty,
    /// A bit rate outside what stereo music needs.
    #[error("{kbit} kbit/s is outside 16 to 256 kbit/s")]
    BitRate {
        /// The rate asked for, in kilobits a second.
        kbit: u32,
    },
    /// The sound would pass the four gigabytes a WAV header can count.
    #[error("the sound is too long for a WAV file: shorten it, or lower rate or bits")]
    TooLong,
    /// The codec refused a frame, which valid sound does not cause.
    #[error("the Opus encoder failed: {reason}")]
    Codec {
        /// The codec's own words.
        reason: String,
    },
}
