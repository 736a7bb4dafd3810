//! Where the frames lie in an MPEG audio file between its tags.

use std::io::{Read, Seek, SeekFrom};

use crate::media::bytes::{self, read_exactly};
use crate::media::error::MediaError;
use crate::media::format::Format;

const ID3V1: u64 = 128;
/// Footer of an APE tag; its header is as long.
const APE: u64 = 32;
/// Six digits of size and `LYRICS200`.
const LYRICS: u64 = 15;

/// First byte and end of the MPEG frames.
pub(super) fn frames<R: Read + Seek>(reader: &mut R) -> Result<(u64, u64), MediaError> {
    reader.seek(SeekFrom::Start(0))?;
    let start = bytes::skip_id3v2(reader)?;
    let mut end = bytes::length(reader)?;
    // Trailing tags come in any order; each round takes one off and so shortens the file.
    loop {
        let mut shorter = without_id3v1(reader, end)?;
        shorter = without_ape(reader, shorter)?;
        shorter = without_lyrics(reader, shorter)?;
        if shorter >= end || shorter <= start {
            break;
        }
        end = shorter;
    }
    if start >= end {
        return Err(MediaError::Damaged {
            format: Format::Mp3,
            what: "it holds no audio frame",
        });
    }
    Ok((start, end))
}

/// The end without an ID3v1 tag before it.
pub(super) fn without_id3v1<R: Read + Seek>(reader: &mut R, end: u64) -> Result<u64, MediaError> {
    let tail = tail(reader, end, ID3V1)?;
    Ok(if tail.starts_with(b"TAG") {
        end - ID3V1
    } else {
        end
    })
}

/// APEv2: the footer's size counts the items and the footer, not the header.
fn without_ape<R: Read + Seek>(reader: &mut R, end: u64) -> Result<u64, MediaError> {
    let tail = tail(reader, end, APE)?;
    if !tail.starts_with(b"APETAGEX") {
        return Ok(end);
    }
    let little = |at: usize| {
        tail[at..at + 4]
            .iter()
            .rev()
            .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte))
    };
    let header = if little(20) & 0x8000_0000 == 0 {
        0
    } else {
        APE
    };
    Ok(end.checked_sub(little(12) + header).unwrap_or(end))
}

/// Lyrics3 v2: the six digits count everything before themselves, `LYRICSBEGIN` included.
fn without_lyrics<R: Read + Seek>(reader: &mut R, end: u64) -> Result<u64, MediaError> {
    let tail = tail(reader, end, LYRICS)?;
    if !tail.ends_with(b"LYRICS200") {
        return Ok(end);
    }
    let size = std::str::from_utf8(&tail[..6])
        .ok()
        .and_then(|digits| digits.parse::<u64>().ok());
    Ok(size
        .and_then(|size| end.checked_sub(size + LYRICS))
        .unwrap_or(end))
}

/// The last `count` bytes before `end`, or nothing where the file is shorter.
fn tail<R: Read + Seek>(reader: &mut R, end: u64, count: u64) -> Result<Vec<u8>, MediaError> {
    let Some(start) = end.checked_sub(count) else {
        return Ok(Vec::new());
    };
    reader.seek(SeekFrom::Start(start))?;
    Ok(read_exactly(reader, count)?)
}
