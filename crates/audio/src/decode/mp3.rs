//! Is an MP3 all there? Walks its frame headers (ISO 11172-3 §2.4.1.3, ISO 13818-3) and counts.
//!
//! Decodes nothing.

use std::io::{BufReader, Read, Seek};

use super::DecodeError;
use super::source::read_at;
use crate::format::id3v2_length;

/// Bytes searched for the next frame after something that is none.
const MAX_RESYNC: usize = 64 * 1024;

/// What is missing at the end of a file of `length` bytes: the rest of its last frame, or frames
/// that its Xing or Info header counted.
pub(super) fn check<R: Read + Seek>(
    source: &mut BufReader<R>,
    length: u64,
) -> Result<Option<&'static str>, DecodeError> {
    let mut at = after_tag(source)?;
    let (mut frames, mut counted, mut unknown) = (0_u64, None, 0);
    while at + 4 <= length {
        let word = read_at::<_, 4>(source, at)?;
        if is_tag(word) && frames > 0 {
            break;
        }
        let Some(frame) = Frame::parse(word) else {
            at += 1;
            unknown += 1;
            if unknown > MAX_RESYNC {
                break;
            }
            continue;
        };
        unknown = 0;
        if at + frame.length > length {
            return Ok(Some("its last frame is incomplete"));
        }
        if frames == 0 && counted.is_none() {
            counted = count(source, at, frame)?;
            frames += u64::from(counted.is_none());
        } else {
            frames += 1;
        }
        at += frame.length;
    }
    let missing = counted.is_some_and(|counted| frames < u64::from(counted));
    Ok(missing.then_some("it holds fewer frames than it counts"))
}

fn after_tag<R: Read + Seek>(source: &mut BufReader<R>) -> Result<u64, DecodeError> {
    let mut head = Vec::with_capacity(10);
    source.rewind()?;
    source.take(10).read_to_end(&mut head)?;
    Ok(id3v2_length(&head).unwrap_or(0))
}

/// Tags that follow the sound: ID3v1, APE, Lyrics3, ID3v2 appended.
fn is_tag(word: [u8; 4]) -> bool {
    word.starts_with(b"TAG") || word == *b"APET" || word == *b"LYRI" || word.starts_with(b"ID3")
}

/// A Layer III frame as its header tells it.
#[derive(Clone, Copy)]
struct Frame {
    /// Bytes, header included.
    length: u64,
    /// Bytes between header and the first main data: the side information.
    side: u64,
}

impl Frame {
    fn parse([a, b, c, d]: [u8; 4]) -> Option<Self> {
        const KBIT_1: [u64; 16] = [
            0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0,
        ];
        const KBIT_2: [u64; 16] = [
            0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0,
        ];
        let version = b >> 3 & 3;
        let layer_3 = b >> 1 & 3 == 1;
        if a != 0xff || b & 0xe0 != 0xe0 || version == 1 || !layer_3 {
            return None;
        }
        let full = version == 3;
        let kbit = if full { KBIT_1 } else { KBIT_2 }[usize::from(c >> 4)];
        let base = *[44_100, 48_000, 32_000].get(usize::from(c >> 2 & 3))?;
        let rate = match version {
            3 => base,
            2 => base / 2,
            _ => base / 4,
        };
        if kbit == 0 {
            return None;
        }
        let samples_by_8 = if full { 144 } else { 72 };
        let length = samples_by_8 * kbit * 1000 / rate + u64::from(c >> 1 & 1);
        let mono = d >> 6 == 3;
        let side = match (full, mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Self { length, side })
    }
}

/// The frame count of a Xing or Info header, if the frame holds one. Only such a frame is no
/// sound itself, so its presence also says not to count it.
fn count<R: Read + Seek>(
    source: &mut BufReader<R>,
    at: u64,
    frame: Frame,
) -> Result<Option<u32>, DecodeError> {
    if frame.length < 4 + frame.side + 12 {
        return Ok(None);
    }
    let [m0, m1, m2, m3, _, _, _, flags, count @ ..] =
        read_at::<_, 12>(source, at + 4 + frame.side)?;
    let marked = matches!(&[m0, m1, m2, m3], b"Xing" | b"Info");
    let present = flags & 1 == 1;
    Ok(marked.then(|| {
        if present {
            u32::from_be_bytes(count)
        } else {
            0
        }
    }))
}
