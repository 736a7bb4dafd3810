//! MP4, M4A and MOV: stamped by copying, read, hashed.
//!
//! The marks go into `moov` and into an XMP box right behind it. Where that makes the file
//! grow in front of the media, every absolute position is corrected; `free` boxes behind `moov`
//! are used up first. Media is copied in pieces and never looked at, so files of any size,
//! with any number of tracks, plain or fragmented, keep theirs bit by bit.

mod boxes;
mod keys;
mod offsets;
mod user_data;
mod xmp;

use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::Sha256;

use super::bytes::{self, hash_range};
use super::error::MediaError;
use super::format::Format;
use super::marks::{Found, Marks};
use boxes::{Place, Truncated, damaged};
use offsets::{Fit, Shift};

const BOX_HEADER: u64 = 8;

/// Copies `input` to `output` with the marks in it.
pub(super) fn stamp<R, W>(
    input: &mut R,
    output: &mut W,
    marks: &[Marks],
    format: Format,
) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    let places = boxes::top_level(input, Truncated::Refused)?;
    let plan = Plan::make(input, &places, marks, format)?;
    for place in &places {
        if place.start == plan.old_start {
            output.write_all(&plan.replacement)?;
        }
        let replaced = place.start >= plan.old_start && place.end <= plan.old_end;
        if !replaced {
            copy_box(input, output, place, plan.shift)?;
        }
    }
    output.write_all(&plan.tail)?;
    // Up to seven stray bytes may follow the last box.
    let end = places.last().map_or(0, |place| place.end);
    let stray = bytes::length(input)?.saturating_sub(end);
    input.seek(SeekFrom::Start(end))?;
    bytes::copy(input, output, stray)?;
    Ok(())
}

/// What stands in the new file for a run of boxes of the old one: `moov` and the `free` and XMP
/// boxes directly behind it.
struct Plan {
    old_start: u64,
    old_end: u64,
    replacement: Vec<u8>,
    shift: Shift,
    /// What follows the last box.
    tail: Vec<u8>,
}

impl Plan {
    fn make<R: Read + Seek>(
        input: &mut R,
        places: &[Place],
        marks: &[Marks],
        format: Format,
    ) -> Result<Self, MediaError> {
        let index = movie_index(places)?;
        let moov = places[index].load(input)?;
        let (old_end, packet) = absorb(input, places, index)?;
        let is_last = places.last().is_some_and(|last| last.end == old_end);
        let mut behind = Vec::new();
        if format == Format::Mp4 {
            let packet = xmp::packet(packet.as_deref(), marks);
            behind = boxes::make(*b"uuid", &[&xmp::UUID[..], &packet].concat());
        }
        let room = Room {
            start: places[index].start,
            end: old_end,
            is_last,
        };
        let marked = user_data::mark(&moov, marks, format)?;
        if has_items(input, places, &moov)? {
            return room.leave(places, marked, behind);
        }
        match room.fill(marked, &behind)? {
            Some(plan) => Ok(plan),
            // Some position no longer fits into 32 bits.
            None => room
                .fill(
                    offsets::widen(&user_data::mark(&moov, marks, format)?)?,
                    &behind,
                )?
                .ok_or_else(|| damaged("a position lies outside the file")),
        }
    }
}

/// The place in the old file that `moov` and what belongs to it may use.
struct Room {
    start: u64,
    end: u64,
    is_last: bool,
}

impl Room {
    /// `None` where a position would need a wider table.
    fn fill(&self, mut moov: Vec<u8>, behind: &[u8]) -> Result<Option<Plan>, MediaError> {
        let old = self.end - self.start;
        let new = size_of(&moov) + size_of(behind);
        // Nothing follows: no gap needs filling. Otherwise a gap is either nothing or a box.
        let gap = match old.checked_sub(new) {
            _ if self.is_last => 0,
            Some(0) => 0,
            Some(gap) => gap.max(BOX_HEADER),
            None => 0,
        };
        let by = i64::try_from(i128::from(new + gap) - i128::from(old))
            .map_err(|_| damaged("its movie box is too large"))?;
        let shift = Shift { from: self.end, by };
        if by != 0 && offsets::shift_movie(&mut moov, shift)? == Fit::TooNarrow {
            return Ok(None);
        }
        moov.extend(behind);
        moov.extend(free(gap)?);
        Ok(Some(Plan {
            old_start: self.start,
            old_end: self.end,
            replacement: moov,
            shift,
            tail: Vec::new(),
        }))
    }

    /// Moves the movie box behind everything else and leaves free space in its place, so that
    /// nothing else moves at all: for files with positions that can't be followed.
    fn leave(
        &self,
        places: &[Place],
        mut moov: Vec<u8>,
        behind: Vec<u8>,
    ) -> Result<Plan, MediaError> {
        let is_first = places.iter().any(|place| &place.kind == b"moof");
        if is_first || places.last().is_some_and(|last| last.open) {
            return Err(boxes::no_room(
                "it has items with positions of their own, and its movie box can't move",
            ));
        }
        moov.extend(behind);
        let (replacement, tail) = if self.is_last {
            (moov, Vec::new())
        } else {
            (free(self.end - self.start)?, moov)
        };
        Ok(Plan {
            old_start: self.start,
            old_end: self.end,
            replacement,
            shift: Shift {
                from: self.end,
                by: 0,
            },
            tail,
        })
    }
}

/// Whether there are items, such as pictures, whose positions stand outside the sample tables.
fn has_items<R: Read + Seek>(
    input: &mut R,
    places: &[Place],
    moov: &[u8],
) -> Result<bool, MediaError> {
    for place in places.iter().filter(|place| &place.kind == b"meta") {
        if offsets::has_items(&place.load_payload(input)?) {
            return Ok(true);
        }
    }
    user_data::any_meta(moov, offsets::has_items)
}

fn size_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A `free` box of this size, header included; nothing for nothing.
fn free(size: u64) -> Result<Vec<u8>, MediaError> {
    let Some(payload) = size.checked_sub(BOX_HEADER) else {
        return Ok(Vec::new());
    };
    let payload = usize::try_from(payload)
        .ok()
        .filter(|_| payload <= boxes::MAX_IN_MEMORY)
        .ok_or_else(|| damaged("its free space is too large"))?;
    Ok(boxes::make(*b"free", &vec![0; payload]))
}

fn movie_index(places: &[Place]) -> Result<usize, MediaError> {
    let mut found = (0..places.len()).filter(|&index| &places[index].kind == b"moov");
    match (found.next(), found.next()) {
        (Some(index), None) => Ok(index),
        (None, _) if places.iter().any(|place| &place.kind == b"moof") => Err(boxes::no_room(
            "it is a segment of a stream: stamp the whole video, or the stream's first segment",
        )),
        (None, _) => Err(damaged(
            "it has no movie box: the recording was not finished",
        )),
        (Some(_), Some(_)) => Err(damaged("it has two movie boxes")),
    }
}

/// The end of the boxes behind `moov` that may be overwritten, and the XMP packet of the file,
/// wherever it stands.
fn absorb<R: Read + Seek>(
    input: &mut R,
    places: &[Place],
    movie: usize,
) -> Result<(u64, Option<Vec<u8>>), MediaError> {
    let mut packet = None;
    let mut end = places[movie].end;
    let mut adjacent = true;
    let followers = places[movie + 1..].iter().map(|place| (place, true));
    for (place, behind) in followers.chain(places[..movie].iter().map(|place| (place, false))) {
        let is_free = matches!(&place.kind, b"free" | b"skip");
        let is_packet = is_xmp(input, place)?;
        if is_packet && packet.is_none() {
            let uuid_end = place.payload + size_of(&xmp::UUID);
            packet = Some(
                Place {
                    payload: uuid_end,
                    ..*place
                }
                .load_payload(input)?,
            );
        }
        adjacent &= behind && (is_free || is_packet) && place.size() <= boxes::MAX_IN_MEMORY / 2;
        if adjacent {
            end = place.end;
        }
    }
    Ok((end, packet))
}

/// The packet in an XMP box, without the box's 16 bytes of identity.
fn load_packet<R: Read + Seek>(input: &mut R, xmp: &Place) -> Result<Vec<u8>, MediaError> {
    Place {
        payload: xmp.payload + size_of(&xmp::UUID),
        ..*xmp
    }
    .load_payload(input)
}

fn is_xmp<R: Read + Seek>(input: &mut R, place: &Place) -> Result<bool, MediaError> {
    if &place.kind != b"uuid" || place.end - place.payload < size_of(&xmp::UUID) {
        return Ok(false);
    }
    input.seek(SeekFrom::Start(place.payload))?;
    Ok(bytes::read_up_to(input, size_of(&xmp::UUID))? == xmp::UUID)
}

/// Copies one box that is not replaced, with its positions corrected.
fn copy_box<R, W>(
    input: &mut R,
    output: &mut W,
    place: &Place,
    shift: Shift,
) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    let moved = shift.by != 0;
    match &place.kind {
        b"moof" if moved => {
            let mut moof = place.load(input)?;
            offsets::shift_fragment(&mut moof, shift)?;
            output.write_all(&moof)?;
        }
        b"mfra" | b"sidx" if moved => {
            let mut index = place.load(input)?;
            let fit = if &place.kind == b"mfra" {
                offsets::shift_index(&mut index, shift)?
            } else {
                offsets::shift_segments(&mut index, place.start, shift)?
            };
            // An index is a help for seeking; one that can't say the truth any more is
            // better left out.
            if fit == Fit::TooNarrow {
                blank(&mut index);
            }
            output.write_all(&index)?;
        }
        b"uuid" if is_xmp(input, place)? => {
            // Its packet went into the one behind `moov`; the room stays, so nothing moves.
            let mut old = place.load(input)?;
            blank(&mut old);
            output.write_all(&old)?;
        }
        _ => {
            input.seek(SeekFrom::Start(place.start))?;
            bytes::copy(input, output, place.size())?;
        }
    }
    Ok(())
}

/// Turns a box into free space of the same size.
fn blank(whole: &mut [u8]) {
    if let Some(kind) = whole.get_mut(4..8) {
        kind.copy_from_slice(b"free");
    }
}

/// The keys and texts in the file's metadata.
pub(super) fn read<R: Read + Seek>(reader: &mut R, found: &mut Found) -> Result<(), MediaError> {
    let places = boxes::top_level(reader, Truncated::Shortened)?;
    let moov = places[movie_index(&places)?].load(reader)?;
    user_data::read(&moov, found)?;
    for place in &places {
        if is_xmp(reader, place)? {
            user_data::note_packet(&load_packet(reader, place)?, found);
        }
    }
    Ok(())
}

/// Hashes the payloads of all `mdat` boxes.
pub(super) fn hash_media<R: Read + Seek>(
    reader: &mut R,
    format: Format,
    hash: &mut Sha256,
) -> Result<(), MediaError> {
    let places = boxes::top_level(reader, Truncated::Refused)?;
    let mut media = places
        .iter()
        .filter(|place| &place.kind == b"mdat")
        .peekable();
    if media.peek().is_none() {
        return Err(MediaError::Damaged {
            format,
            what: "it holds no media",
        });
    }
    media
        .try_for_each(|place| hash_range(reader, place.payload, place.end, hash))
        .map_err(|error: io::Error| error.into())
}
