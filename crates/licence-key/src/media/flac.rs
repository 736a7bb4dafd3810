//! Native FLAC (RFC 9639 §8): a marker, metadata blocks, frames. Only the comment block and the
//! padding are touched.

use std::io::{Read, Seek, SeekFrom, Write};

use super::bytes::{self, read_exactly};
use super::comments::Comments;
use super::error::MediaError;
use super::format::Format;
use super::id3;
use super::marks::{Found, Marks};

const STREAM_INFO: u8 = 0;
const PADDING: u8 = 1;
const COMMENTS: u8 = 4;
const LAST: u8 = 0x80;
/// A block's length has 24 bits.
const MAX_BLOCK: u64 = (1 << 24) - 1;
/// Real files have a dozen.
const MAX_BLOCKS: usize = 65_536;

/// One metadata block's place in the file.
#[derive(Clone, Copy, Debug)]
struct Block {
    kind: u8,
    payload: u64,
    size: u64,
}

/// The blocks, where the marker begins, and where the frames do.
struct Layout {
    marker: u64,
    blocks: Vec<Block>,
    frames: u64,
}

impl Layout {
    fn of<R: Read + Seek>(reader: &mut R) -> Result<Self, MediaError> {
        let end = bytes::length(reader)?;
        reader.seek(SeekFrom::Start(0))?;
        let marker = bytes::skip_id3v2(reader)?;
        let mut blocks = Vec::new();
        let mut at = marker + 4;
        loop {
            if at + 4 > end || blocks.len() >= MAX_BLOCKS {
                return Err(damaged("it ends within the metadata"));
            }
            reader.seek(SeekFrom::Start(at))?;
            let head = read_exactly(reader, 4)?;
            let size = head[1..]
                .iter()
                .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
            blocks.push(Block {
                kind: head[0] & !LAST,
                payload: at + 4,
                size,
            });
            at += 4 + size;
            if head[0] & LAST != 0 {
                break;
            }
        }
        if at >= end {
            return Err(damaged("it holds no audio frame"));
        }
        Ok(Self {
            marker,
            blocks,
            frames: at,
        })
    }

    /// The first comment block's content; the format allows no second.
    fn comments<R: Read + Seek>(&self, reader: &mut R) -> Result<Comments, MediaError> {
        let Some(block) = self.blocks.iter().find(|block| block.kind == COMMENTS) else {
            return Ok(Comments::default());
        };
        reader.seek(SeekFrom::Start(block.payload))?;
        Ok(Comments::parse(&read_exactly(reader, block.size)?))
    }
}

/// Where the frames begin.
pub(super) fn frames<R: Read + Seek>(reader: &mut R) -> Result<u64, MediaError> {
    Ok(Layout::of(reader)?.frames)
}

/// Copies the file with the marks in it. Padding is used up first, so that frames stay where
/// they are as long as there is some.
pub(super) fn write<R, W>(input: &mut R, output: &mut W, marks: &Marks) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    let layout = Layout::of(input)?;
    if layout
        .blocks
        .first()
        .is_none_or(|block| block.kind != STREAM_INFO)
    {
        return Err(damaged("it does not begin with stream info"));
    }
    let mut comments = layout.comments(input)?;
    comments.mark(marks);
    let comments = comments.bytes();
    let size = u64::try_from(comments.len()).unwrap_or(u64::MAX);
    if size > MAX_BLOCK {
        return Err(MediaError::NoRoom {
            format: Format::Flac,
            what: "its comments would be larger than 16 MiB",
        });
    }
    let kept: Vec<Block> = layout
        .blocks
        .iter()
        .copied()
        .filter(|block| block.kind != PADDING && block.kind != COMMENTS)
        .collect();
    let used: u64 = kept.iter().map(|block| block.size + 4).sum::<u64>() + size + 4;
    let room = layout.frames - layout.marker - 4;
    // A padding block needs four bytes for its own head.
    let padding = room.checked_sub(used + 4).map(|left| left.min(MAX_BLOCK));
    let mut left = kept.len() + 1 + usize::from(padding.is_some());
    let mut head = |kind: u8, size: u64| {
        left -= 1;
        let [.., a, b, c] = size.to_be_bytes();
        [kind | if left == 0 { LAST } else { 0 }, a, b, c]
    };
    input.seek(SeekFrom::Start(0))?;
    bytes::copy(input, output, layout.marker + 4)?;
    for (index, block) in kept.iter().enumerate() {
        output.write_all(&head(block.kind, block.size))?;
        input.seek(SeekFrom::Start(block.payload))?;
        bytes::copy(input, output, block.size)?;
        // Stream info must come first; everything else may follow.
        if index == 0 {
            output.write_all(&head(COMMENTS, size))?;
            output.write_all(&comments)?;
        }
    }
    if let Some(padding) = padding {
        output.write_all(&head(PADDING, padding))?;
        std::io::copy(&mut std::io::repeat(0).take(padding), output)?;
    }
    input.seek(SeekFrom::Start(layout.frames))?;
    let rest = bytes::length(input)?.saturating_sub(layout.frames);
    Ok(bytes::copy(input, output, rest)?)
}

/// What the file's tags say.
pub(super) fn read<R: Read + Seek>(reader: &mut R, found: &mut Found) -> Result<(), MediaError> {
    Layout::of(reader)?.comments(reader)?.note(found);
    // Some taggers put ID3 in front of FLAC.
    id3::note(&id3::leading(reader, Format::Flac)?, found);
    Ok(())
}

fn damaged(what: &'static str) -> MediaError {
    MediaError::Damaged {
        format: Format::Flac,
        what,
    }
}
