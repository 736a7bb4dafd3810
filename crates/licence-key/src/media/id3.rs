//! ID3v2 tags through the `lofty` crate: a tag's bytes in, a marked tag's bytes out. How sound
//! and tag lie in a file is not known here.
//!
//! | what | frame |
//! |---|---|
//! | comment and copyright | `COMM`, `TCOP` |
//! | token | `TXXX:LICENCE_TOKEN` |

mod salvage;

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use lofty::TextEncoding;
use lofty::config::{ParseOptions, ParsingMode, WriteOptions};
use lofty::file::AudioFile;
use lofty::id3::v2::{Frame, FrameId, Id3v2Tag, TextInformationFrame};
use lofty::mpeg::MpegFile;
use lofty::tag::{Accessor, TagExt};

use super::bytes::{self, read_exactly};
use super::error::MediaError;
use super::format::Format;
use super::marks::{Field, Found, Marks, TOKEN_FIELD, lossy};

/// The most of a file's leading tags that is read: a large cover, many times over.
const MAX_TAGS: u64 = 64 * 1024 * 1024;

/// The length of an ID3v1 tag.
const V1: u64 = 128;

/// The comment of an ID3v1 tag lies here, at most 30 bytes long: enough for the code.
const V1_COMMENT: std::ops::Range<usize> = 97..127;

/// Copies MPEG audio with the marks in the tag before it.
pub(super) fn write<R, W>(input: &mut R, output: &mut W, marks: &Marks) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    let tags = leading(input, Format::Mp3)?;
    output.write_all(&marked(&tags, marks)?)?;
    let start = u64::try_from(tags.len()).unwrap_or(u64::MAX);
    let rest = bytes::length(input)?.saturating_sub(start);
    let old = v1_tag(input)?.map_or(0, |_| V1);
    input.seek(SeekFrom::Start(start))?;
    bytes::copy(input, output, rest.saturating_sub(old))?;
    if let Some(mut tag) = v1_tag(input)? {
        mark_v1(&mut tag, marks);
        output.write_all(&tag)?;
    }
    Ok(())
}

/// What the tags of MPEG audio say.
pub(super) fn read<R: Read + Seek>(reader: &mut R, found: &mut Found) -> Result<(), MediaError> {
    note(&leading(reader, Format::Mp3)?, found);
    if let Some(tag) = v1_tag(reader)? {
        found.note(Field::Comment, &lossy(&tag[V1_COMMENT]));
    }
    Ok(())
}

/// The ID3v1 tag at the end of a file.
fn v1_tag<R: Read + Seek>(reader: &mut R) -> Result<Option<Vec<u8>>, MediaError> {
    let Some(start) = bytes::length(reader)?.checked_sub(V1) else {
        return Ok(None);
    };
    reader.seek(SeekFrom::Start(start))?;
    let tag = read_exactly(reader, V1)?;
    Ok(tag.starts_with(b"TAG").then_some(tag))
}

/// Where there is an ID3v1 tag, some tools show nothing else: its comment gets the code. The
/// last two bytes of a comment are the track's number in version 1.1, and stay.
fn mark_v1(tag: &mut [u8], marks: &Marks) {
    let text = format!("Licence {}", marks.code);
    let room = &mut tag[V1_COMMENT.start..V1_COMMENT.end - 2];
    room.fill(0);
    for (place, byte) in room.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
}

/// The bytes of the tags at the start of a file.
pub(super) fn leading<R: Read + Seek>(
    reader: &mut R,
    format: Format,
) -> Result<Vec<u8>, MediaError> {
    reader.seek(SeekFrom::Start(0))?;
    let end = bytes::skip_id3v2(reader)?;
    if end > MAX_TAGS {
        let limit = MAX_TAGS;
        return Err(MediaError::TooLarge { format, limit });
    }
    reader.seek(SeekFrom::Start(0))?;
    Ok(read_exactly(reader, end)?)
}

/// A tag with the marks in it, and with what the given tags held. A frame that can't be read is
/// left out: no player could read it either.
pub(super) fn marked(tags: &[u8], marks: &Marks) -> Result<Vec<u8>, MediaError> {
    let mut tag = parsed(tags).unwrap_or_default();
    tag.retain(|frame| !is_shadow(frame));
    tag.set_comment(marks.line());
    tag.insert(Frame::Text(TextInformationFrame::new(
        FrameId::Valid(Cow::Borrowed("TCOP")),
        TextEncoding::UTF8,
        marks.copyright_line(),
    )));
    tag.insert_user_text(TOKEN_FIELD.to_owned(), marks.token.clone());
    if let Some(title) = marks.title_line() {
        tag.set_title(title);
    }
    if let Some(artist) = marks.artist_line() {
        tag.set_artist(artist);
    }
    let mut out = Vec::new();
    tag.dump_to(&mut out, WriteOptions::default())
        .map_err(|error| MediaError::Tags {
            format: Format::Mp3,
            reason: error.to_string(),
        })?;
    Ok(out)
}

/// A frame that says in another place what ours say. ffmpeg writes a comment as a text of the
/// user's, and shows that one first.
fn is_shadow(frame: &Frame<'_>) -> bool {
    match frame {
        Frame::UserText(text) => {
            let name = text.description.to_ascii_lowercase();
            name == "comment" || name == "copyright" || Marks::is_line(&text.content)
        }
        Frame::Comment(comment) => Marks::is_line(&comment.content),
        _ => false,
    }
}

fn parsed(tags: &[u8]) -> Option<Id3v2Tag> {
    if tags.is_empty() {
        return None;
    }
    one(tags).or_else(|| {
        let frames = salvage::frames(tags);
        let mut whole = Id3v2Tag::default();
        for tag in frames.iter().filter_map(|frame| one(frame)) {
            for frame in tag {
                whole.insert(frame);
            }
        }
        Some(whole)
    })
}

fn one(tags: &[u8]) -> Option<Id3v2Tag> {
    // The library looks for further tags behind the first, from the end: give it an end.
    let padded = [tags, &[0; 256]].concat();
    let options = ParseOptions::new()
        .read_properties(false)
        .parsing_mode(ParsingMode::Relaxed);
    let mut file = MpegFile::read_from(&mut Cursor::new(padded), options).ok()?;
    file.remove_id3v2()
}

/// Takes what a tag says into `found`; a frame that can't be read says nothing.
pub(super) fn note(tags: &[u8], found: &mut Found) {
    let tag = parsed(tags).unwrap_or_default();
    for frame in &tag {
        match frame {
            Frame::Comment(comment) => found.note(Field::Comment, &comment.content),
            Frame::UserText(text) if text.description.eq_ignore_ascii_case(TOKEN_FIELD) => {
                found.note(Field::Token, &text.content);
            }
            Frame::UserText(text) => found.note(Field::Other, &text.content),
            Frame::Text(text) => {
                let field = match frame.id_str() {
                    "TIT2" => Field::Title,
                    "TPE1" => Field::Artist,
                    "TCOP" => Field::Copyright,
                    _ => Field::Other,
                };
                found.note(field, &text.value);
            }
            _ => {}
        }
    }
}
