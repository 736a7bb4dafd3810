//! The chunks of RIFF WAVE, RF64 and BW64 files (EBU Tech 3306), as writers really leave them:
//! with sizes that were never filled in, with pad bytes left out, cut short.

use std::io::{Read, Seek, SeekFrom};

use super::bytes::{self, read_up_to};
use super::error::MediaError;
use super::format::Format;

/// "The size stands elsewhere": in `ds64`, or nowhere in a stream.
const UNKNOWN: u64 = 0xffff_ffff;

/// More chunks than any sound file has; the smallest takes eight bytes.
const MAX_CHUNKS: usize = 65_536;

/// Bytes before the first chunk: `RIFF`, the size, `WAVE`.
pub(super) const FORM: u64 = 12;

/// One chunk's place in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    pub(super) start: u64,
    /// End of the payload; never beyond the end of the file.
    pub(super) end: u64,
    /// Where the next chunk begins: behind the pad byte, if there is one.
    pub(super) next: u64,
    /// Whether the payload ends where the file ends and not where the chunk says. Nothing can
    /// follow such a chunk without becoming part of it.
    pub(super) open: bool,
}

impl Chunk {
    pub(super) fn payload(&self) -> u64 {
        self.start + 8
    }
}

/// A file's chunks in order, up to the first that can't be one.
pub(super) fn chunks<R: Read + Seek>(reader: &mut R) -> Result<Vec<Chunk>, MediaError> {
    let file_end = bytes::length(reader)?;
    let mut found = Vec::new();
    let (mut at, mut long_size) = (FORM, None);
    while let Some(id) = id_at(reader, at)? {
        if found.len() >= MAX_CHUNKS {
            return Err(damaged("it has too many chunks"));
        }
        reader.seek(SeekFrom::Start(at + 4))?;
        let size = little(&read_up_to(reader, 4)?);
        if &id == b"ds64" && size >= 24 {
            let sizes = read_up_to(reader, 24)?;
            long_size = sizes.get(8..16).map(little);
        }
        let is_data = &id == b"data";
        let size = match size {
            UNKNOWN if is_data => long_size.unwrap_or(u64::MAX),
            // A recorder that was switched off before it could fill the size in.
            0 if is_data => u64::MAX,
            size => size,
        };
        let stated = (at + 8).saturating_add(size);
        let open = stated > file_end;
        let end = stated.min(file_end);
        let next = behind(reader, end, size % 2 == 1 && !open)?;
        found.push(Chunk {
            id,
            start: at,
            end,
            next,
            open,
        });
        at = next;
    }
    Ok(found)
}

/// First byte and end of the first `data` chunk's payload.
pub(super) fn sound<R: Read + Seek>(reader: &mut R) -> Result<(u64, u64), MediaError> {
    let chunks = chunks(reader)?;
    let data = chunks.iter().find(|chunk| &chunk.id == b"data");
    let data = data.ok_or_else(|| damaged("it has no data chunk"))?;
    Ok((data.payload(), data.end))
}

/// Where the next chunk begins: some writers forget the byte that makes a size even.
fn behind<R: Read + Seek>(reader: &mut R, end: u64, odd: bool) -> Result<u64, MediaError> {
    if !odd || end == bytes::length(reader)? {
        return Ok(end);
    }
    let padded = id_at(reader, end + 1)?.is_some();
    Ok(if !padded && id_at(reader, end)?.is_some() {
        end
    } else {
        end + 1
    })
}

/// The chunk name at a place: four printable characters with a size behind them.
fn id_at<R: Read + Seek>(reader: &mut R, at: u64) -> Result<Option<[u8; 4]>, MediaError> {
    reader.seek(SeekFrom::Start(at))?;
    let head = read_up_to(reader, 8)?;
    let id = head.get(..4).and_then(|id| <[u8; 4]>::try_from(id).ok());
    let printable = |id: &[u8; 4]| id.iter().all(|byte| (0x20..0x7f).contains(byte));
    Ok(id.filter(|id| head.len() == 8 && printable(id)))
}

pub(super) fn damaged(what: &'static str) -> MediaError {
    MediaError::Damaged {
        format: Format::Wav,
        what,
    }
}

pub(super) fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}
