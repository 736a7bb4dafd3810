//! Ogg pages, read and written (RFC 3533 §6).
//!
//! Knows pages, lacing and checksums; knows nothing of the packets inside.

#![allow(
    clippy::cast_possible_truncation,
    reason = "only a table index below 256 is narrowed, where `From` is not const"
)]

use std::io::{self, Read};

/// Granule position of a page on which no packet ends.
pub(crate) const NO_GRANULE: u64 = u64::MAX;

const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// One page: at most 255 segments and 65,025 bytes of body, so reading it is bounded.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) flags: u8,
    pub(crate) granule: u64,
    pub(crate) serial: u32,
    pub(crate) sequence: u32,
    pub(crate) lacing: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// The stored checksum is the computed one.
    pub(crate) sound: bool,
}

/// Why no further page could be read.
#[derive(Debug)]
pub(crate) enum PageError {
    /// The file ends inside a page.
    CutShort,
    /// What follows is not a page.
    NotAPage,
    /// The reader failed.
    Io(io::Error),
}

impl Page {
    pub(crate) fn is_last(&self) -> bool {
        self.flags & LAST != 0
    }

    pub(crate) fn is_continued(&self) -> bool {
        self.flags & CONTINUED != 0
    }

    /// The next page, or `None` at the end of the file.
    pub(crate) fn read<R: Read>(source: &mut R) -> Result<Option<Self>, PageError> {
        let mut header = [0; 27];
        match fill(source, &mut header)? {
            0 => return Ok(None),
            n if !header[..n].starts_with(&b"OggS\0"[..n.min(5)]) => {
                return Err(PageError::NotAPage);
            }
            27 => {}
            _ => return Err(PageError::CutShort),
        }
        let mut lacing = vec![0; usize::from(header[26])];
        let mut sum = checksum(0, &zeroed_sum(&header));
        whole(source, &mut lacing)?;
        let mut body = vec![0; lacing.iter().map(|&n| usize::from(n)).sum()];
        whole(source, &mut body)?;
        sum = checksum(checksum(sum, &lacing), &body);
        let word = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        Ok(Some(Self {
            flags: header[5],
            granule: u64::from(word(10)) << 32 | u64::from(word(6)),
            serial: word(14),
            sequence: word(18),
            sound: sum == word(22),
            lacing,
            body,
        }))
    }

    /// The bytes of a page holding whole packets. `packets` must fit: 255 segments of 255 bytes.
    pub(crate) fn write(
        flags: Ends,
        granule: u64,
        serial: u32,
        sequence: u32,
        packets: &[&[u8]],
    ) -> Vec<u8> {
        let lacing: Vec<u8> = packets
            .iter()
            .flat_map(|packet| segments(packet.len()))
            .collect();
        let count = u8::try_from(lacing.len()).unwrap_or(u8::MAX);
        let mut page = b"OggS\0".to_vec();
        page.push(flags.bits());
        page.extend_from_slice(&granule.to_le_bytes());
        page.extend_from_slice(&serial.to_le_bytes());
        page.extend_from_slice(&sequence.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        page.push(count);
        page.extend_from_slice(&lacing);
        packets
            .iter()
            .for_each(|packet| page.extend_from_slice(packet));
        let sum = checksum(0, &page);
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        page
    }
}

/// Where in its stream a written page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    First,
    Middle,
    Last,
}

impl Ends {
    fn bits(self) -> u8 {
        match self {
            Self::First => FIRST,
            Self::Middle => 0,
            Self::Last => LAST,
        }
    }
}

/// Lacing values of a packet: full segments, then one below 255 that ends it.
pub(crate) fn segments(length: usize) -> impl Iterator<Item = u8> {
    let rest = u8::try_from(length % 255).unwrap_or(0);
    std::iter::repeat_n(255, length / 255).chain([rest])
}

fn zeroed_sum(header: &[u8; 27]) -> [u8; 27] {
    let mut zeroed = *header;
    zeroed[22..26].fill(0);
    zeroed
}

/// Fills as much of `buffer` as the source holds and says how much.
fn fill<R: Read>(source: &mut R, buffer: &mut [u8]) -> Result<usize, PageError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(PageError::Io(e)),
        }
    }
    Ok(filled)
}

fn whole<R: Read>(source: &mut R, buffer: &mut [u8]) -> Result<(), PageError> {
    if fill(source, buffer)? == buffer.len() {
        Ok(())
    } else {
        Err(PageError::CutShort)
    }
}

/// CRC-32 with polynomial 0x04c11db7, unreflected, as RFC 3533 §6 asks.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    let mut top = 0_u32;
    while byte < 256 {
        let mut remainder = top;
        let mut bit = 0;
        while bit < 8 {
            let carry = remainder & 0x8000_0000 != 0;
            remainder <<= 1;
            if carry {
                remainder ^= 0x04c1_1db7;
            }
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
        top = top.wrapping_add(1 << 24);
    }
    table
};

fn checksum(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |sum, &byte| {
        let [top, ..] = sum.to_be_bytes();
        sum << 8 ^ TABLE[usize::from(top ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_page_reads_back_and_its_sum_holds() {
        let long = vec![7; 600];
        let bytes = Page::write(Ends::Last, 960, 5, 9, &[&[1, 2, 3], &long, &[]]);
        let page = Page::read(&mut &bytes[..]).unwrap().unwrap();
        assert!(page.sound && page.is_last() && !page.is_continued());
        assert_eq!((page.granule, page.serial, page.sequence), (960, 5, 9));
        assert_eq!(page.lacing, [3, 255, 255, 90, 0]);
        assert_eq!(page.body.len(), 603);
        assert!(Page::read(&mut &[][..]).unwrap().is_none());
    }

    #[test]
    fn a_changed_bit_spoils_the_sum_and_a_missing_byte_is_noticed() {
        let mut bytes = Page::write(Ends::First, 0, 1, 0, &[b"hello"]);
        let short = &bytes[..bytes.len() - 1];
        assert!(matches!(
            Page::read(&mut &short[..]),
            Err(PageError::CutShort)
        ));
        assert!(matches!(
            Page::read(&mut &bytes[1..]),
            Err(PageError::NotAPage)
        ));
        *bytes.last_mut().unwrap() ^= 1;
        assert!(!Page::read(&mut &bytes[..]).unwrap().unwrap().sound);
    }
}
