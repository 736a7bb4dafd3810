//! Is the file all there? Looks at the outer structure of containers that would otherwise be
//! played as far as they go.
//!
//! Decodes nothing. FLAC and M4A are also held against their declared length after decoding.

use std::io::{BufReader, Read, Seek};

use super::source::read_at;
use super::{DecodeError, mp3};
use crate::format::Format;
use crate::ogg::{Page, PageError};

/// Walks the outer structure of a file of `length` bytes, from its start.
pub(super) fn check<R: Read + Seek>(
    format: Format,
    source: &mut R,
    length: u64,
) -> Result<(), DecodeError> {
    let mut source = BufReader::with_capacity(32 * 1024, source);
    let found = match format {
        Format::Wav => wav(&mut source, length)?,
        Format::M4a => boxes(&mut source, length)?,
        Format::OggVorbis => pages(&mut source)?,
        Format::Mp3 => mp3::check(&mut source, length)?,
        Format::Flac | Format::Opus => None,
    };
    match found {
        Some(found) => Err(DecodeError::Truncated { format, found }),
        None => Ok(()),
    }
}

type Missing = Option<&'static str>;

/// RIFF chunks up to `data`, which must lie within the file. Lengths of 0 and of all ones are
/// written by encoders that could not seek back: the file then lasts as long as it lasts.
fn wav<R: Read + Seek>(source: &mut BufReader<R>, length: u64) -> Result<Missing, DecodeError> {
    let mut at = 12;
    while at + 8 <= length {
        let [a, b, c, d, size @ ..] = read_at::<_, 8>(source, at)?;
        let size = u64::from(u32::from_le_bytes(size));
        let end = at + 8 + size;
        if [a, b, c, d] == *b"data" {
            let unknown = size == 0 || size >= u64::from(u32::MAX) - 1;
            let short = !unknown && end > length;
            return Ok(short.then_some("its sound is shorter than its header says"));
        }
        at = end + size % 2;
    }
    Ok(Some("it ends before its sound begins"))
}

/// Top-level boxes (ISO 14496-12 §4.2): each must lie within the file, and the index (`moov`)
/// and some media (`mdat`) must be among them.
fn boxes<R: Read + Seek>(source: &mut BufReader<R>, length: u64) -> Result<Missing, DecodeError> {
    let (mut at, mut index, mut media) = (0, false, false);
    while at + 8 <= length {
        let [s0, s1, s2, s3, kind @ ..] = read_at::<_, 8>(source, at)?;
        index |= kind == *b"moov";
        media |= kind == *b"mdat";
        let size = match u32::from_be_bytes([s0, s1, s2, s3]) {
            0 => length - at,
            1 if at + 16 > length => return Ok(Some("it ends in the middle of a box")),
            1 => u64::from_be_bytes(read_at::<_, 8>(source, at + 8)?),
            size => u64::from(size),
        };
        if size < 8 {
            return Err(DecodeError::Corrupt {
                format: Format::M4a,
                found: "a box has no size",
            });
        }
        at = at.saturating_add(size);
        if at > length {
            return Ok(Some("it ends in the middle of a box"));
        }
    }
    let missing = match (index, media) {
        (false, _) => Some("its index is missing"),
        (_, false) => Some("its sound is missing"),
        _ => None,
    };
    Ok(missing)
}

/// Ogg pages to the end: the last one of the first stream must say that it is the last.
fn pages<R: Read>(source: &mut R) -> Result<Missing, DecodeError> {
    let (mut first, mut ended, mut damaged) = (None, false, 0);
    loop {
        match Page::read(source) {
            Ok(Some(page)) => {
                damaged += u32::from(!page.sound);
                if *first.get_or_insert(page.serial) == page.serial {
                    ended |= page.is_last();
                }
            }
            // Taggers append to finished files; before the end it is damage.
            Err(_) if ended => break,
            Ok(None) => break,
            Err(PageError::CutShort) => return Ok(Some("it ends in the middle of a page")),
            Err(PageError::NotAPage) => damaged = u32::MAX,
            Err(PageError::Io(e)) => return Err(e.into()),
        }
        if damaged > MAX_DAMAGED_PAGES {
            let found = "several of its pages fail their checksum";
            return Err(DecodeError::Corrupt {
                format: Format::OggVorbis,
                found,
            });
        }
    }
    Ok((!ended).then_some("its last page is missing"))
}

/// As many as packets that may fail: a page of damage is some packets of damage.
const MAX_DAMAGED_PAGES: u32 = 3;
