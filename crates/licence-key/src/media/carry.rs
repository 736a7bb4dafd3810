//! The four operations on whole files; each finds the format and hands over to its module.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use super::error::MediaError;
use super::essence::essence_sha256;
use super::format::Format;
use super::marks::{Found, Marks};
use super::{flac, id3, mp4, ogg, wav};

/// Copies an audio file from `input` to `output`, which must be empty and is read again at the end,
/// and marks the copy: comment and copyright, the token in the format's free field, title and
/// artist where given. Other tags are kept.
///
/// Returns the SHA-256 of the audio essence, which was compared before and after.
///
/// # Errors
/// [`MediaError`]; `output` is then to be thrown away. [`MediaError::EssenceChanged`] if the
/// sound would have been touched.
pub fn embed<R, W>(input: &mut R, output: &mut W, marks: &Marks) -> Result<String, MediaError>
where
    R: Read + Seek,
    W: Read + Write + Seek,
{
    let format = Format::detect(input)?;
    let before = essence_sha256(input)?;
    input.seek(SeekFrom::Start(0))?;
    match format {
        Format::Mp4 | Format::Mov => {
            mp4::stamp(input, output, std::slice::from_ref(marks), format)?;
        }
        Format::Wav => wav::write(input, output, marks)?,
        Format::Flac => flac::write(input, output, marks)?,
        Format::Mp3 => id3::write(input, output, marks)?,
        Format::OggVorbis | Format::Opus => ogg::write(input, output, marks, format)?,
    }
    output.flush()?;
    let after = essence_sha256(output)?;
    if before == after {
        Ok(after)
    } else {
        Err(MediaError::EssenceChanged(format))
    }
}

/// [`embed`] in memory, for small files.
///
/// # Errors
/// As [`embed`].
pub fn embed_bytes(file: &[u8], marks: &Marks) -> Result<Vec<u8>, MediaError> {
    let mut output = Cursor::new(Vec::with_capacity(file.len() + 4096));
    embed(&mut Cursor::new(file), &mut output, marks)?;
    Ok(output.into_inner())
}

/// Copies a finished MP4, M4A or MOV and writes code and token into it: comment, copyright, a
/// free field and XMP. The media itself is copied byte for byte, whatever its size; a stamp
/// from before is replaced.
///
/// # Errors
/// [`MediaError::NotStampable`] for other formats, [`MediaError::NoRoom`] where the format has
/// no place for it, [`MediaError::Damaged`] where the file's structure cannot be followed; `output` is then to be thrown away.
pub fn stamp<R, W>(input: &mut R, output: &mut W, marks: &Marks) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    stamp_all(input, output, std::slice::from_ref(marks))
}

/// [`stamp`] for a video with several pieces of music in it: each licence is written, title and
/// artist are those of the first.
///
/// # Errors
/// As [`stamp`].
pub fn stamp_all<R, W>(input: &mut R, output: &mut W, marks: &[Marks]) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    match Format::detect(input)? {
        format @ (Format::Mp4 | Format::Mov) => mp4::stamp(input, output, marks, format),
        other => Err(MediaError::NotStampable(other)),
    }
}

/// The keys and the main texts in a file's tags.
///
/// # Errors
/// [`MediaError::UnknownFormat`], or what keeps the tags from being read.
pub fn read<R: Read + Seek>(reader: &mut R) -> Result<Found, MediaError> {
    let format = Format::detect(reader)?;
    let mut found = Found::new(format);
    match format {
        Format::Wav => wav::read(reader, &mut found)?,
        Format::Flac => flac::read(reader, &mut found)?,
        Format::Mp3 => id3::read(reader, &mut found)?,
        Format::OggVorbis | Format::Opus => ogg::read(reader, format, &mut found)?,
        Format::Mp4 | Format::Mov => mp4::read(reader, &mut found)?,
    }
    Ok(found)
}
