//! Positions of media within the file, corrected when the boxes before it grow.
//!
//! ISO/IEC 14496-12: `stco` and `co64` (§8.7.5) and `saio` (§8.7.9) of the sample tables, the
//! base of a track fragment in `tfhd` (§8.8.7), `tfra` (§8.8.10) and `sidx` (§8.16.3).

use crate::media::error::MediaError;

use super::boxes::{self, Child, be32, be64, children, damaged};

/// Everything from the byte `from` of the old file on lies `by` bytes further in the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) from: u64,
    pub(super) by: i64,
}

impl Shift {
    fn apply(self, offset: u64) -> Option<u64> {
        if offset >= self.from {
            offset.checked_add_signed(self.by)
        } else {
            Some(offset)
        }
    }
}

/// Whether all positions could be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Fits,
    /// One needs 64 bits where the box has 32.
    TooNarrow,
}

const HOLDS_TABLES: [&[u8; 4]; 4] = [b"trak", b"mdia", b"minf", b"stbl"];

/// Corrects the sample tables in the movie box (header included).
pub(super) fn shift_movie(moov: &mut [u8], shift: Shift) -> Result<Fit, MediaError> {
    let header = first_payload(moov)?;
    let end = moov.len();
    shift_tables(moov, header, end, shift, HOLDS_TABLES.len())
}

fn shift_tables(
    bytes: &mut [u8],
    from: usize,
    to: usize,
    shift: Shift,
    depth: usize,
) -> Result<Fit, MediaError> {
    let inner = children(bytes, from, to)?;
    if lies_elsewhere(bytes, &inner)? {
        return Ok(Fit::Fits);
    }
    for child in inner {
        let fit = match &child.kind {
            b"stco" => shift_list(bytes, child.payload + 4, child.end, Width::Short, shift)?,
            b"co64" => shift_list(bytes, child.payload + 4, child.end, Width::Long, shift)?,
            b"saio" => shift_saio(bytes, &child, shift)?,
            kind if depth > 0 && HOLDS_TABLES.contains(&kind) => {
                shift_tables(bytes, child.payload, child.end, shift, depth - 1)?
            }
            _ => Fit::Fits,
        };
        if fit == Fit::TooNarrow {
            return Ok(fit);
        }
    }
    Ok(Fit::Fits)
}

/// Whether the media of a track lie in another file, as its data references say (§8.7.2): such
/// positions have nothing to do with this one.
fn lies_elsewhere(bytes: &[u8], media_information: &[Child]) -> Result<bool, MediaError> {
    let (mut here, mut elsewhere) = (false, false);
    for dinf in media_information
        .iter()
        .filter(|child| &child.kind == b"dinf")
    {
        for dref in children(bytes, dinf.payload, dinf.end)? {
            if &dref.kind != b"dref" {
                continue;
            }
            // Version, flags and count come first.
            for entry in children(bytes, dref.payload + 8, dref.end)? {
                let flags = be32(bytes, entry.payload).unwrap_or(1);
                *(if flags & 1 == 1 {
                    &mut here
                } else {
                    &mut elsewhere
                }) = true;
            }
        }
    }
    if here && elsewhere {
        return Err(boxes::no_room(
            "a track's media lie in this file and in others",
        ));
    }
    Ok(elsewhere)
}

/// Whether a box holds items with positions of their own (§8.11.3), which are not followed here.
pub(super) fn has_items(meta: &[u8]) -> bool {
    // Version and flags come first in MP4, not in QuickTime, which has no such items.
    let parts = children(meta, 4, meta.len()).unwrap_or_default();
    parts.iter().any(|part| &part.kind == b"iloc")
}

#[derive(Clone, Copy)]
enum Width {
    Short,
    Long,
}

impl Width {
    fn bytes(self) -> usize {
        match self {
            Self::Short => 4,
            Self::Long => 8,
        }
    }
}

/// A count at `at`, then that many positions.
fn shift_list(
    bytes: &mut [u8],
    at: usize,
    end: usize,
    width: Width,
    shift: Shift,
) -> Result<Fit, MediaError> {
    let count = be32(bytes, at).and_then(|count| usize::try_from(count).ok());
    let start = at + 4;
    let list_end = count
        .and_then(|count| count.checked_mul(width.bytes()))
        .and_then(|size| size.checked_add(start))
        .filter(|&list_end| list_end <= end)
        .ok_or_else(|| damaged("a table of positions is longer than its box"))?;
    for at in (start..list_end).step_by(width.bytes()) {
        if shift_one(bytes, at, width, shift)? == Fit::TooNarrow {
            return Ok(Fit::TooNarrow);
        }
    }
    Ok(Fit::Fits)
}

fn shift_one(bytes: &mut [u8], at: usize, width: Width, shift: Shift) -> Result<Fit, MediaError> {
    let old = match width {
        Width::Short => be32(bytes, at).map(u64::from),
        Width::Long => be64(bytes, at),
    };
    let new = old.and_then(|old| shift.apply(old));
    let new = new.ok_or_else(|| damaged("a position lies outside the file"))?;
    match width {
        Width::Long => bytes[at..at + 8].copy_from_slice(&new.to_be_bytes()),
        Width::Short => match u32::try_from(new) {
            Ok(new) => bytes[at..at + 4].copy_from_slice(&new.to_be_bytes()),
            Err(_) => return Ok(Fit::TooNarrow),
        },
    }
    Ok(Fit::Fits)
}

fn shift_saio(bytes: &mut [u8], saio: &Child, shift: Shift) -> Result<Fit, MediaError> {
    let flags = be32(bytes, saio.payload).ok_or_else(|| damaged("a box ends early"))?;
    let width = if flags >> 24 == 0 {
        Width::Short
    } else {
        Width::Long
    };
    let info_type = if flags & 1 == 0 { 0 } else { 8 };
    shift_list(bytes, saio.payload + 4 + info_type, saio.end, width, shift)
}

/// The movie box with every `stco` turned into `co64`.
pub(super) fn widen(moov: &[u8]) -> Result<Vec<u8>, MediaError> {
    let payload = widened(moov, first_payload(moov)?, moov.len(), HOLDS_TABLES.len())?;
    Ok(boxes::make(*b"moov", &payload))
}

fn widened(bytes: &[u8], from: usize, to: usize, depth: usize) -> Result<Vec<u8>, MediaError> {
    let mut out = Vec::with_capacity(to - from);
    for child in children(bytes, from, to)? {
        match &child.kind {
            b"stco" => {
                let old = child.payload(bytes);
                let (head, list) = old
                    .split_at_checked(8)
                    .ok_or_else(|| damaged("a table of positions ends early"))?;
                let mut new = head.to_vec();
                for position in list.chunks_exact(4) {
                    new.extend([0; 4]);
                    new.extend(position);
                }
                out.extend(boxes::make(*b"co64", &new));
            }
            kind if depth > 0 && HOLDS_TABLES.contains(&kind) => {
                let inner = widened(bytes, child.payload, child.end, depth - 1)?;
                out.extend(boxes::make(child.kind, &inner));
            }
            _ => out.extend(child.whole(bytes)),
        }
    }
    Ok(out)
}

/// Corrects a movie fragment (header included): only a `tfhd` that states an absolute base
/// depends on the file's layout.
pub(super) fn shift_fragment(moof: &mut [u8], shift: Shift) -> Result<(), MediaError> {
    let header = first_payload(moof)?;
    for traf in children(moof, header, moof.len())? {
        if &traf.kind != b"traf" {
            continue;
        }
        for tfhd in children(moof, traf.payload, traf.end)? {
            let flags = be32(moof, tfhd.payload).unwrap_or(0);
            if &tfhd.kind == b"tfhd" && flags & 1 != 0 && tfhd.end - tfhd.payload >= 16 {
                shift_one(moof, tfhd.payload + 8, Width::Long, shift)?;
            }
        }
    }
    Ok(())
}

/// Corrects the random access index at the end of a fragmented file (header included).
pub(super) fn shift_index(mfra: &mut [u8], shift: Shift) -> Result<Fit, MediaError> {
    let header = first_payload(mfra)?;
    for tfra in children(mfra, header, mfra.len())? {
        if &tfra.kind == b"tfra" && shift_tfra(mfra, &tfra, shift)? == Fit::TooNarrow {
            return Ok(Fit::TooNarrow);
        }
    }
    Ok(Fit::Fits)
}

fn shift_tfra(mfra: &mut [u8], tfra: &Child, shift: Shift) -> Result<Fit, MediaError> {
    let early = || damaged("the random access index ends early");
    let at = tfra.payload;
    let long = be32(mfra, at).ok_or_else(early)? >> 24 != 0;
    let lengths = be32(mfra, at + 8).ok_or_else(early)?;
    let count = be32(mfra, at + 12).ok_or_else(early)?;
    // Three two-bit fields say how many bytes the numbers of run, track and sample have.
    let numbers: u32 = [4, 2, 0].iter().map(|bit| (lengths >> bit & 3) + 1).sum();
    let width = if long { Width::Long } else { Width::Short };
    let entry = 2 * width.bytes() + usize::try_from(numbers).unwrap_or(usize::MAX);
    let mut at = at + 16;
    for _ in 0..count {
        if at + entry > tfra.end {
            return Err(early());
        }
        if shift_one(mfra, at + width.bytes(), width, shift)? == Fit::TooNarrow {
            return Ok(Fit::TooNarrow);
        }
        at += entry;
    }
    Ok(Fit::Fits)
}

/// Corrects a segment index (header included) that begins at `start` in the old file, before
/// the boxes that grow: its first segment moves away from it.
pub(super) fn shift_segments(sidx: &mut [u8], start: u64, shift: Shift) -> Result<Fit, MediaError> {
    let early = || damaged("the segment index ends early");
    let at = first_payload(sidx)?;
    let long = be32(sidx, at).ok_or_else(early)? >> 24 != 0;
    let (width, first) = if long {
        (Width::Long, at + 20)
    } else {
        (Width::Short, at + 16)
    };
    let anchor = start + u64::try_from(sidx.len()).unwrap_or(u64::MAX);
    if sidx.len() < first + width.bytes() || anchor > shift.from {
        return Ok(Fit::Fits);
    }
    // The field counts from the anchor; seen from there the shift begins earlier.
    let seen = Shift {
        from: shift.from - anchor,
        by: shift.by,
    };
    shift_one(sidx, first, width, seen)
}

fn first_payload(whole: &[u8]) -> Result<usize, MediaError> {
    let first = children(whole, 0, whole.len())?;
    first
        .first()
        .map(|child| child.payload)
        .ok_or_else(|| damaged("a box is empty"))
}
