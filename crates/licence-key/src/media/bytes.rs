//! Reading and copying with bounds: nothing here trusts a length that a file states.

use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

/// How much is copied or hashed at a time.
const CHUNK: u64 = 1024 * 1024;

/// At most `limit` bytes; fewer where the input ends.
pub(super) fn read_up_to<R: Read>(reader: &mut R, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Exactly `count` bytes, growing with what really arrives rather than with what is claimed.
pub(super) fn read_exactly<R: Read>(reader: &mut R, count: u64) -> io::Result<Vec<u8>> {
    let bytes = read_up_to(reader, count)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) == count {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// The input's length in bytes; the position is kept.
pub(super) fn length<S: Seek>(seek: &mut S) -> io::Result<u64> {
    let here = seek.stream_position()?;
    let end = seek.seek(SeekFrom::End(0))?;
    seek.seek(SeekFrom::Start(here))?;
    Ok(end)
}

/// Hands `count` bytes to `sink` piece by piece; an early end is an error.
fn pump<R: Read>(
    reader: &mut R,
    count: u64,
    mut sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; usize::try_from(count.min(CHUNK)).unwrap_or(usize::MAX)];
    let mut left = count;
    while left > 0 {
        let want = usize::try_from(left.min(CHUNK)).unwrap_or(usize::MAX);
        let part = &mut buffer[..want];
        reader.read_exact(part)?;
        sink(part)?;
        left -= left.min(CHUNK);
    }
    Ok(())
}

/// Copies exactly `count` bytes.
pub(super) fn copy<R: Read, W: Write>(
    reader: &mut R,
    writer: &mut W,
    count: u64,
) -> io::Result<()> {
    pump(reader, count, |part| writer.write_all(part))
}

/// Hashes the bytes from `start` up to `end`.
pub(super) fn hash_range<R: Read + Seek>(
    reader: &mut R,
    start: u64,
    end: u64,
    hash: &mut Sha256,
) -> io::Result<()> {
    reader.seek(SeekFrom::Start(start))?;
    pump(reader, end.saturating_sub(start), |part| {
        hash.update(part);
        Ok(())
    })
}

/// Leaves the reader behind any number of ID3v2 tags at its current position, and returns it.
pub(super) fn skip_id3v2<R: Read + Seek>(reader: &mut R) -> io::Result<u64> {
    let mut at = reader.stream_position()?;
    let end = length(reader)?;
    loop {
        reader.seek(SeekFrom::Start(at))?;
        let head = read_up_to(reader, 10)?;
        let [b'I', b'D', b'3', _, _, flags, size @ ..] = head.as_slice() else {
            break;
        };
        let Ok(size) = <[u8; 4]>::try_from(size) else {
            break;
        };
        let size = size
            .iter()
            .fold(0_u64, |sum, &byte| sum << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        at = (at + 10 + size + footer).min(end);
    }
    reader.seek(SeekFrom::Start(at))?;
    Ok(at)
}
