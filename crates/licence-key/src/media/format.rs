//! Which format a file has, told from its first bytes and never from its name.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};

use super::bytes::{self, read_up_to};
use super::error::MediaError;
use super::ogg;

/// The media formats that carry keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RIFF WAVE, also RF64 and BW64.
    Wav,
    /// Native FLAC.
    Flac,
    /// MPEG audio layer I to III, with or without ID3.
    Mp3,
    /// Vorbis in Ogg.
    OggVorbis,
    /// Opus in Ogg.
    Opus,
    /// ISO base media: M4A and MP4, plain or fragmented.
    Mp4,
    /// QuickTime.
    Mov,
}

impl Format {
    /// Tells the format from the content and leaves the reader at the start.
    ///
    /// # Errors
    /// [`MediaError::UnknownFormat`], or [`MediaError::Io`].
    pub fn detect<R: Read + Seek>(reader: &mut R) -> Result<Self, MediaError> {
        reader.seek(SeekFrom::Start(0))?;
        let head = read_up_to(reader, 64)?;
        let found = Self::of_head(&head);
        let found = match found {
            None if head.starts_with(b"ID3") => Some(behind_id3(reader)?),
            None if head.starts_with(b"OggS") => ogg::detect(reader)?,
            other => other,
        };
        reader.seek(SeekFrom::Start(0))?;
        found.ok_or(MediaError::UnknownFormat)
    }

    fn of_head(head: &[u8]) -> Option<Self> {
        let tag = |at: usize| head.get(at..at + 4).unwrap_or_default();
        match tag(0) {
            b"RIFF" | b"RF64" | b"BW64" if tag(8) == b"WAVE" => Some(Self::Wav),
            b"fLaC" => Some(Self::Flac),
            _ if tag(4) == b"ftyp" && tag(8) == b"qt  " => Some(Self::Mov),
            _ if tag(4) == b"ftyp" || tag(4) == b"styp" => Some(Self::Mp4),
            // QuickTime files of before 2001 have no file type box.
            _ if matches!(tag(4), b"moov" | b"mdat" | b"wide") => Some(Self::Mov),
            _ if is_mpeg_frame(head) => Some(Self::Mp3),
            _ => None,
        }
    }
}

/// A frame header whose every field has a defined value (ISO 11172-3 §2.4.1.3).
fn is_mpeg_frame(head: &[u8]) -> bool {
    let [a, b, c, ..] = head else { return false };
    let (version, layer) = (b >> 3 & 3, b >> 1 & 3);
    let (bitrate, rate) = (c >> 4, c >> 2 & 3);
    *a == 0xff && b & 0xe0 == 0xe0 && version != 1 && layer != 0 && bitrate != 15 && rate != 3
}

/// Some taggers put ID3 in front of FLAC; everywhere else it means MPEG audio.
fn behind_id3<R: Read + Seek>(reader: &mut R) -> Result<Format, MediaError> {
    reader.seek(SeekFrom::Start(0))?;
    bytes::skip_id3v2(reader)?;
    let behind = read_up_to(reader, 4)?;
    Ok(if behind == b"fLaC" {
        Format::Flac
    } else {
        Format::Mp3
    })
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::OggVorbis => "Ogg Vorbis",
            Self::Opus => "Opus",
            Self::Mp4 => "MP4",
            Self::Mov => "MOV",
        })
    }
}
