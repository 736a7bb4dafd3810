//! The essence: SHA-256 over the encoded audio without anything a tagger may touch.
//!
//! What is hashed, so that other implementations can repeat it:
//!
//! | format | hashed bytes |
//! |---|---|
//! | WAV | the payload of the first `data` chunk, without its pad byte; RF64 sizes from `ds64`; a size of 0 or 0xFFFFFFFF, or one beyond the end, means up to the end of the file |
//! | FLAC | everything behind the last metadata block, without a trailing ID3v1 tag |
//! | MP3 | everything between leading ID3v2 tags and trailing ID3v1, APE and Lyrics3 v2 tags |
//! | Ogg | page bodies in file order, without the header packets of each Vorbis (3) and Opus (2) stream |
//! | MP4, MOV | the payloads of all top-level `mdat` boxes in file order |
//!
//! For MP4 the choice is `mdat` rather than sample by sample: no tagger writes there, it needs
//! no sample tables, which a hostile file could make arbitrarily large, and it is the same rule
//! for plain and fragmented files.

mod mpeg;

use std::io::{Read, Seek};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::bytes::{self, hash_range};
use super::error::MediaError;
use super::format::Format;
use super::{flac, mp4, ogg, riff};

/// SHA-256 of the file's audio essence, 64 lower-case hex digits. The module documentation of
/// `essence` lists what is hashed for each format.
///
/// # Errors
/// [`MediaError::UnknownFormat`], [`MediaError::Damaged`] where no sound can be found, or
/// [`MediaError::Io`].
pub fn essence_sha256<R: Read + Seek>(reader: &mut R) -> Result<String, MediaError> {
    let format = Format::detect(reader)?;
    let mut hash = Sha256::new();
    match format {
        Format::Wav => {
            let (start, end) = riff::sound(reader)?;
            hash_range(reader, start, end, &mut hash)?;
        }
        Format::Flac => {
            let start = flac::frames(reader)?;
            let end = bytes::length(reader)?;
            let end = mpeg::without_id3v1(reader, end)?.max(start);
            hash_range(reader, start, end, &mut hash)?;
        }
        Format::Mp3 => {
            let (start, end) = mpeg::frames(reader)?;
            hash_range(reader, start, end, &mut hash)?;
        }
        Format::OggVorbis | Format::Opus => ogg::hash_audio(reader, format, &mut hash)?,
        Format::Mp4 | Format::Mov => mp4::hash_media(reader, format, &mut hash)?,
    }
    Ok(HEXLOWER.encode(&hash.finalize()))
}
