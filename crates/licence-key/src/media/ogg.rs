//! The pages of an Ogg file (RFC 3533), as far as telling sound from headers needs it.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use super::bytes::read_up_to;
use super::error::MediaError;
use super::format::Format;

/// More logical streams than any sound file has; a hostile one could name a new one per page.
const MAX_STREAMS: usize = 256;

const PAGE_HEAD: u64 = 27;

/// Hashes the page bodies of a Vorbis or Opus file in file order, without the header packets
/// of each logical stream.
pub(super) fn hash_audio<R: Read + Seek>(
    reader: &mut R,
    format: Format,
    hash: &mut Sha256,
) -> Result<(), MediaError> {
    let headers = if format == Format::Opus { 2 } else { 3 };
    let damaged = |what| MediaError::Damaged { format, what };
    reader.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(reader);
    // Header packets still to come, by the stream's serial number.
    let mut pending: HashMap<[u8; 4], u8> = HashMap::new();
    loop {
        let head = read_up_to(&mut reader, PAGE_HEAD)?;
        if head.is_empty() {
            return Ok(());
        }
        let Ok(head) = <[u8; 27]>::try_from(head) else {
            return Err(damaged("it ends within a page"));
        };
        if !head.starts_with(b"OggS") {
            return Err(damaged(
                "a page does not begin where the one before it ends",
            ));
        }
        let lacing = read_up_to(&mut reader, u64::from(head[26]))?;
        let size: usize = lacing.iter().map(|&length| usize::from(length)).sum();
        let mut body = vec![0; size];
        reader.read_exact(&mut body)?;
        let serial = [head[14], head[15], head[16], head[17]];
        let starts_stream = head[5] & 2 != 0;
        if starts_stream && pending.len() >= MAX_STREAMS {
            return Err(damaged("it has too many streams"));
        }
        if starts_stream {
            pending.insert(serial, headers);
        }
        let left = pending.entry(serial).or_insert(0);
        hash.update(&body[header_bytes(&lacing, left)..]);
        if pending.len() > MAX_STREAMS {
            return Err(damaged("it has too many streams"));
        }
    }
}

/// How many bytes of a page belong to header packets, of which `left` are still to come.
fn header_bytes(lacing: &[u8], left: &mut u8) -> usize {
    let mut bytes = 0;
    for &length in lacing {
        if *left == 0 {
            break;
        }
        bytes += usize::from(length);
        // A length of 255 says that the packet goes on.
        *left -= u8::from(length < 255);
    }
    bytes
}
