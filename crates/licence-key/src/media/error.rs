//! What can go wrong with a media file.

use std::io;

use super::format::Format;

/// Why a media file could not be read or marked.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Reading or writing failed.
    #[error("reading or writing the media file failed: {0}")]
    Io(#[from] io::Error),
    /// None of the formats this crate knows.
    #[error("this is no WAV, FLAC, MP3, Ogg Vorbis, Opus, M4A, MP4 or MOV file")]
    UnknownFormat,
    /// The file ends early, or its structure contradicts itself.
    #[error("the {format} file is damaged: {what}")]
    Damaged {
        /// What it seemed to be.
        format: Format,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Its metadata exceeds what is read into memory.
    #[error("the {format} file's metadata is larger than {limit} bytes")]
    TooLarge {
        /// What it is.
        format: Format,
        /// The limit in bytes.
        limit: u64,
    },
    /// The format has no place for the marks.
    #[error("the {format} file has no room for a licence: {what}")]
    NoRoom {
        /// What it is.
        format: Format,
        /// What would have to grow.
        what: &'static str,
    },
    /// The file's tags could not be read or written.
    #[error("the {format} file's tags could not be read or written: {reason}")]
    Tags {
        /// What it is.
        format: Format,
        /// The reason in the tag library's words.
        reason: String,
    },
    /// Only MP4 and MOV can be stamped.
    #[error("only MP4, M4A and MOV files can be stamped, this is {0}")]
    NotStampable(Format),
    /// Marking would have changed the sound; the output must be thrown away.
    #[error("the {0} file was left alone: marking it would have changed its sound")]
    EssenceChanged(Format),
}
