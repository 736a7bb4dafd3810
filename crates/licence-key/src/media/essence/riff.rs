//! Where the samples lie in RIFF WAVE, RF64 and BW64 (EBU Tech 3306).

use std::io::{Read, Seek, SeekFrom};

use crate::media::bytes::{self, read_exactly};
use crate::media::error::MediaError;
use crate::media::format::Format;

/// "The size stands elsewhere": in `ds64`, or nowhere in a stream.
const UNKNOWN: u64 = 0xffff_ffff;

/// First byte and end of the `data` chunk's payload.
pub(super) fn data<R: Read + Seek>(reader: &mut R) -> Result<(u64, u64), MediaError> {
    let end = bytes::length(reader)?;
    let mut at = 12;
    let mut long_size = None;
    while at + 8 <= end {
        reader.seek(SeekFrom::Start(at))?;
        let head = read_exactly(reader, 8)?;
        let size = little(&head[4..]);
        let start = at + 8;
        match &head[..4] {
            b"ds64" if size >= 24 => {
                let sizes = read_exactly(reader, 24)?;
                long_size = Some(little(&sizes[8..16]));
            }
            b"data" => {
                let size = if size == UNKNOWN {
                    long_size.unwrap_or(UNKNOWN)
                } else {
                    size
                };
                let stop = if size == UNKNOWN {
                    end
                } else {
                    start.saturating_add(size).min(end)
                };
                return Ok((start, stop));
            }
            _ => {}
        }
        at = start + size + size % 2;
    }
    Err(MediaError::Damaged {
        format: Format::Wav,
        what: "it has no data chunk",
    })
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}
