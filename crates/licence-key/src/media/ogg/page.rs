//! The pages of an Ogg file (RFC 3533 §6): read, made from packets, written.

use std::io::Read;

use crate::media::bytes::read_up_to;
use crate::media::error::MediaError;
use crate::media::format::Format;

use super::damaged;

/// Which logical stream a page belongs to.
pub(super) type Serial = [u8; 4];

const HEAD: usize = 27;
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;
/// The most segments of a page.
const MAX_SEGMENTS: usize = 255;
/// The position of a page on which no packet ends.
const NOWHERE: [u8; 8] = [0xff; 8];

/// One page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Version, flags and position, as they are in the file.
    flags: u8,
    position: [u8; 8],
    pub(super) serial: Serial,
    pub(super) number: u32,
    checksum: [u8; 4],
    pub(super) lacing: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Page {
    /// The next page; none where the file ends.
    pub(super) fn read<R: Read>(
        reader: &mut R,
        format: Format,
    ) -> Result<Option<Self>, MediaError> {
        let head = read_up_to(reader, HEAD as u64)?;
        if head.is_empty() {
            return Ok(None);
        }
        let Ok(head) = <[u8; HEAD]>::try_from(head) else {
            return Err(damaged(format, "it ends within a page"));
        };
        if !head.starts_with(b"OggS\0") {
            let what = "a page does not begin where the one before it ends";
            return Err(damaged(format, what));
        }
        let part = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
        let mut position = [0; 8];
        position.copy_from_slice(&head[6..14]);
        let lacing = read_up_to(reader, u64::from(head[26]))?;
        let size: usize = lacing.iter().map(|&length| usize::from(length)).sum();
        let mut body = vec![0; size];
        reader.read_exact(&mut body)?;
        Ok(Some(Self {
            flags: head[5],
            position,
            serial: part(14),
            number: u32::from_le_bytes(part(18)),
            checksum: part(22),
            lacing,
            body,
        }))
    }

    /// Whether a logical stream begins here.
    pub(super) fn starts_stream(&self) -> bool {
        self.flags & FIRST != 0
    }

    /// Whether a logical stream ends here.
    pub(super) fn ends_stream(&self) -> bool {
        self.flags & LAST != 0
    }

    /// The page as bytes. One that was not changed keeps its checksum, right or wrong.
    pub(super) fn bytes(&self, changed: bool) -> Vec<u8> {
        let segments = u8::try_from(self.lacing.len()).unwrap_or(u8::MAX);
        let mut out = Vec::with_capacity(HEAD + self.lacing.len() + self.body.len());
        out.extend(b"OggS\0");
        out.push(self.flags);
        out.extend(self.position);
        out.extend(self.serial);
        out.extend(self.number.to_le_bytes());
        out.extend(if changed { [0; 4] } else { self.checksum });
        out.push(segments);
        out.extend(&self.lacing);
        out.extend(&self.body);
        if changed {
            let sum = checksum(&out).to_le_bytes();
            out[22..26].copy_from_slice(&sum);
        }
        out
    }
}

/// Pages for whole header packets, numbered from `number` on; the last ends with the last packet.
pub(super) fn paged(packets: &[&[u8]], serial: Serial, number: u32) -> Vec<Page> {
    let mut lacing = Vec::new();
    for packet in packets {
        lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        lacing.push(u8::try_from(packet.len() % 255).unwrap_or(0));
    }
    let body = packets.concat();
    let (mut at, mut goes_on) = (0, false);
    let mut pages = Vec::new();
    for (lacing, number) in lacing.chunks(MAX_SEGMENTS).zip(number..) {
        let size: usize = lacing.iter().map(|&length| usize::from(length)).sum();
        let ends_one = lacing.iter().any(|&length| length < 255);
        pages.push(Page {
            flags: if goes_on { CONTINUED } else { 0 },
            position: if ends_one { [0; 8] } else { NOWHERE },
            serial,
            number,
            checksum: [0; 4],
            lacing: lacing.to_vec(),
            body: body[at..at + size].to_vec(),
        });
        at += size;
        goes_on = lacing.last() == Some(&255);
    }
    pages
}

/// CRC-32 with the polynomial 0x04c11db7, most significant bit first, from zero.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &byte| {
        sum << 8 ^ TABLE[usize::from(sum.to_be_bytes()[0] ^ byte)]
    })
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let (mut index, mut high) = (0, 0_u32);
    while index < 256 {
        let (mut sum, mut bit) = (high, 0);
        while bit < 8 {
            sum = sum << 1
                ^ if sum & 0x8000_0000 == 0 {
                    0
                } else {
                    0x04c1_1db7
                };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
        high = high.wrapping_add(0x0100_0000);
    }
    table
}
