//! Boxes of the ISO base media file format (ISO/IEC 14496-12 §4.2): found, walked, made.

use std::io::{Read, Seek, SeekFrom};

use crate::media::bytes::{self, read_exactly, read_up_to};
use crate::media::error::MediaError;
use crate::media::format::Format;

/// A box's four-character type.
pub(super) type Kind = [u8; 4];

/// A fragmented file has two boxes for each fragment; this is six days of seconds. It is also
/// the most boxes within one.
const MAX_BOXES: usize = 1 << 20;

/// What a movie box of real files never reaches: 128 MiB is the tables of a day of video.
pub(super) const MAX_IN_MEMORY: u64 = 128 * 1024 * 1024;

pub(super) fn damaged(what: &'static str) -> MediaError {
    MediaError::Damaged {
        format: Format::Mp4,
        what,
    }
}

/// The file is in order, and still has no place for a licence.
pub(super) fn no_room(what: &'static str) -> MediaError {
    MediaError::NoRoom {
        format: Format::Mp4,
        what,
    }
}

/// Where a top-level box lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: Kind,
    pub(super) start: u64,
    /// First byte of the payload.
    pub(super) payload: u64,
    pub(super) end: u64,
    /// Whether it ends where the file ends, without saying its size.
    pub(super) open: bool,
}

/// What becomes of a box that says it goes on behind the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truncated {
    Refused,
    /// Good enough for reading what is there.
    Shortened,
}

impl Place {
    pub(super) fn size(&self) -> u64 {
        self.end - self.start
    }

    /// The whole box, header included.
    pub(super) fn load<R: Read + Seek>(&self, reader: &mut R) -> Result<Vec<u8>, MediaError> {
        if self.size() > MAX_IN_MEMORY {
            return Err(MediaError::TooLarge {
                format: Format::Mp4,
                limit: MAX_IN_MEMORY,
            });
        }
        reader.seek(SeekFrom::Start(self.start))?;
        Ok(read_exactly(reader, self.size())?)
    }

    /// Like [`Place::load`], without the header.
    pub(super) fn load_payload<R: Read + Seek>(
        &self,
        reader: &mut R,
    ) -> Result<Vec<u8>, MediaError> {
        Self {
            start: self.payload,
            ..*self
        }
        .load(reader)
    }
}

/// The boxes of a file in order. They tile it from the first byte to the last, except for up to
/// seven stray bytes at the end.
pub(super) fn top_level<R: Read + Seek>(
    reader: &mut R,
    truncated: Truncated,
) -> Result<Vec<Place>, MediaError> {
    let file_end = bytes::length(reader)?;
    let mut places = Vec::new();
    let mut start = 0;
    while start + 8 <= file_end {
        if places.len() >= MAX_BOXES {
            return Err(damaged("it has too many boxes"));
        }
        reader.seek(SeekFrom::Start(start))?;
        let head = read_up_to(reader, 16)?;
        let (kind, header, size) = header(&head, file_end - start)?;
        let end = start.saturating_add(size);
        if end > file_end && truncated == Truncated::Refused {
            return Err(damaged("it ends within a box"));
        }
        let end = end.min(file_end);
        places.push(Place {
            kind,
            start,
            payload: start + header,
            end,
            open: be32(&head, 0) == Some(0),
        });
        start = end;
    }
    Ok(places)
}

/// Type, header length and whole size of the box at the start of `head`, with `left` bytes from
/// there to the end of what holds it.
fn header(head: &[u8], left: u64) -> Result<(Kind, u64, u64), MediaError> {
    let kind = word(head, 4).ok_or_else(|| damaged("it ends within a box"))?;
    let (header, size) = match be32(head, 0) {
        Some(0) => (8, left),
        Some(1) => (
            16,
            be64(head, 8).ok_or_else(|| damaged("it ends within a box"))?,
        ),
        Some(size) => (8, u64::from(size)),
        None => return Err(damaged("it ends within a box")),
    };
    if size < header {
        return Err(damaged("a box is smaller than its own header"));
    }
    Ok((kind, header, size))
}

/// A box within bytes that are already in memory; all positions count from their start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) payload: usize,
    pub(super) end: usize,
}

impl Child {
    pub(super) fn whole<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start..self.end]
    }

    pub(super) fn payload<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.payload..self.end]
    }
}

/// The boxes in `bytes[from..to]`. A rest shorter than a header, such as QuickTime's four zero
/// bytes at the end of user data, is left out.
pub(super) fn children(bytes: &[u8], from: usize, to: usize) -> Result<Vec<Child>, MediaError> {
    let mut found = Vec::new();
    let mut start = from;
    while start + 8 <= to {
        if found.len() >= MAX_BOXES {
            return Err(damaged("it has too many boxes"));
        }
        let rest = bytes
            .get(start..to)
            .ok_or_else(|| damaged("it ends within a box"))?;
        let left = u64::try_from(rest.len()).unwrap_or(u64::MAX);
        let (kind, header, size) = header(rest, left)?;
        if size > left {
            return Err(damaged("a box is larger than the one around it"));
        }
        let within = |n: u64| usize::try_from(n).map_err(|_| damaged("a box is too large"));
        let end = start + within(size)?;
        found.push(Child {
            kind,
            start,
            payload: start + within(header)?,
            end,
        });
        start = end;
    }
    Ok(found)
}

/// A box with this payload; the long header is used where the short one cannot hold the size.
pub(super) fn make(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let size = payload.len() + 8;
    let mut out = Vec::with_capacity(size + 8);
    match u32::try_from(size) {
        Ok(short) => {
            out.extend(short.to_be_bytes());
            out.extend(kind);
        }
        Err(_) => {
            out.extend(1_u32.to_be_bytes());
            out.extend(kind);
            out.extend(u64::try_from(size + 8).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
    out.extend(payload);
    out
}

pub(super) fn word(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok()
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    word(bytes, at).map(u32::from_be_bytes)
}

pub(super) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..at.checked_add(8)?)?
        .try_into()
        .ok()
        .map(u64::from_be_bytes)
}
