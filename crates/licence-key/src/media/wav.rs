//! Tags of WAV files: the RIFF INFO list, and an ID3v2 chunk for the token. Every other chunk
//! (broadcast extension, iXML, cues, whatever nobody here knows) is copied byte for byte.
//!
//! RIFF INFO `ISRC` means "source": no recording code is ever written there.

use std::io::{Read, Seek, SeekFrom, Write};

use super::bytes::{self, read_exactly};
use super::error::MediaError;
use super::format::Format;
use super::id3;
use super::marks::{Field, Found, Marks, lossy};
use super::riff::{self, Chunk, FORM, little};

/// The most of one chunk of tags that is read.
const MAX_TAGS: u64 = 64 * 1024 * 1024;

const UNSTATED: u32 = u32::MAX;

/// Copies the file with the marks in it.
pub(super) fn write<R, W>(input: &mut R, output: &mut W, marks: &Marks) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    let chunks = riff::chunks(input)?;
    let (mut items, mut tags) = (Vec::new(), Vec::new());
    let mut old = Vec::new();
    for chunk in &chunks {
        match kind(input, chunk)? {
            Kind::Info => items.extend(info_items(&load(input, chunk)?)),
            Kind::Id3 => tags.extend(load(input, chunk)?),
            Kind::Other => continue,
        }
        old.push(chunk.start);
    }
    let ours = [
        made(b"LIST", &info(&items, marks))?,
        made(b"id3 ", &id3::marked(&tags, marks)?)?,
    ]
    .concat();
    let layout = Layout::new(input, &chunks, old, &ours)?;
    layout.copy(input, output, &chunks, &ours)
}

/// Which chunks stay, and where ours go.
struct Layout {
    /// Where chunks begin that ours replace.
    old: Vec<u64>,
    /// The chunk that begins here gets the size it really has: the writer never filled it in,
    /// or the file was cut short. Then ours can follow it.
    mended: Option<(u64, u32)>,
    /// Where it can't be said, ours go before the chunk that begins here.
    before: Option<u64>,
    /// The new file's length.
    length: u64,
    /// Whether the bytes behind the last chunk need a pad byte first.
    pad: bool,
}

impl Layout {
    fn new<R: Read + Seek>(
        input: &mut R,
        chunks: &[Chunk],
        old: Vec<u64>,
        ours: &[u8],
    ) -> Result<Self, MediaError> {
        let gone = chunks.iter().filter(|chunk| old.contains(&chunk.start));
        let gone: u64 = gone.map(|chunk| chunk.next - chunk.start).sum();
        let end = chunks.last().map_or(FORM, |chunk| chunk.next);
        let open = chunks.iter().find(|chunk| chunk.open);
        let mended = open.and_then(|chunk| mended(chunk, chunks));
        let before = open.filter(|_| mended.is_none()).map(|chunk| chunk.start);
        let pad = before.is_none() && (end - gone) % 2 == 1;
        let length = bytes::length(input)? - gone
            + u64::try_from(ours.len()).unwrap_or(u64::MAX)
            + u64::from(pad);
        Ok(Self {
            old,
            mended,
            before,
            length,
            pad,
        })
    }

    fn copy<R, W>(
        &self,
        input: &mut R,
        output: &mut W,
        chunks: &[Chunk],
        ours: &[u8],
    ) -> Result<(), MediaError>
    where
        R: Read + Seek,
        W: Write,
    {
        output.write_all(&self.form(input)?)?;
        for chunk in chunks {
            if self.before == Some(chunk.start) {
                output.write_all(ours)?;
            }
            if self.old.contains(&chunk.start) {
                continue;
            }
            let mut from = chunk.start;
            if &chunk.id == b"ds64" && chunk.end - chunk.payload() >= 24 {
                input.seek(SeekFrom::Start(from))?;
                output.write_all(&read_exactly(input, 8)?)?;
                output.write_all(&(self.length - 8).to_le_bytes())?;
                from += 16;
            }
            if let Some((_, size)) = self.mended.filter(|(start, _)| *start == chunk.start) {
                output.write_all(&chunk.id)?;
                output.write_all(&size.to_le_bytes())?;
                from += 8;
            }
            input.seek(SeekFrom::Start(from))?;
            bytes::copy(input, output, chunk.next - from)?;
        }
        if self.before.is_none() {
            output.write_all(if self.pad { &[0] } else { &[] })?;
            output.write_all(ours)?;
        }
        // What follows the last chunk belongs to nobody we know; it stays.
        let end = chunks.last().map_or(FORM, |chunk| chunk.next);
        input.seek(SeekFrom::Start(end))?;
        let stray = bytes::length(input)?.saturating_sub(end);
        Ok(bytes::copy(input, output, stray)?)
    }

    /// The first twelve bytes. A size that stands elsewhere, or can't be said, stays as it is.
    fn form<R: Read + Seek>(&self, input: &mut R) -> Result<Vec<u8>, MediaError> {
        input.seek(SeekFrom::Start(0))?;
        let mut form = read_exactly(input, FORM)?;
        let stated = u32::try_from(little(&form[4..8])).unwrap_or(UNSTATED);
        let size = u32::try_from(self.length - 8).ok();
        match size.filter(|&size| size != UNSTATED) {
            Some(size) if form.starts_with(b"RIFF") => {
                form[4..8].copy_from_slice(&size.to_le_bytes());
            }
            None if stated != UNSTATED && stated != 0 => {
                return Err(MediaError::NoRoom {
                    format: Format::Wav,
                    what: "it would have to grow beyond the 4 GiB that a WAV file can have",
                });
            }
            _ => {}
        }
        Ok(form)
    }
}

/// Where an open chunk begins, and the size it has; none where 32 bits can't say it, or where
/// the size stands in `ds64`.
fn mended(open: &Chunk, chunks: &[Chunk]) -> Option<(u64, u32)> {
    let size = u32::try_from(open.end - open.payload()).ok()?;
    let long = chunks.iter().any(|chunk| &chunk.id == b"ds64");
    (!long && size != 0 && size != UNSTATED).then_some((open.start, size))
}

enum Kind {
    Info,
    Id3,
    Other,
}

fn kind<R: Read + Seek>(input: &mut R, chunk: &Chunk) -> Result<Kind, MediaError> {
    if chunk.id.eq_ignore_ascii_case(b"id3 ") {
        return Ok(Kind::Id3);
    }
    if &chunk.id != b"LIST" || chunk.end - chunk.payload() < 4 {
        return Ok(Kind::Other);
    }
    input.seek(SeekFrom::Start(chunk.payload()))?;
    Ok(if read_exactly(input, 4)? == b"INFO" {
        Kind::Info
    } else {
        Kind::Other
    })
}

fn load<R: Read + Seek>(input: &mut R, chunk: &Chunk) -> Result<Vec<u8>, MediaError> {
    let size = chunk.end - chunk.payload();
    if size > MAX_TAGS {
        return Err(MediaError::TooLarge {
            format: Format::Wav,
            limit: MAX_TAGS,
        });
    }
    input.seek(SeekFrom::Start(chunk.payload()))?;
    Ok(read_exactly(input, size)?)
}

/// Names and raw texts of an INFO list (its `INFO` included); what can't be an item ends it.
fn info_items(list: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let mut items = Vec::new();
    let mut rest = list.get(4..).unwrap_or_default();
    while let Some((head, behind)) = rest.split_at_checked(8) {
        let size = usize::try_from(little(&head[4..])).unwrap_or(usize::MAX);
        let text = &behind[..size.min(behind.len())];
        items.push(([head[0], head[1], head[2], head[3]], text.to_vec()));
        rest = behind
            .get(size.saturating_add(size % 2)..)
            .unwrap_or_default();
    }
    items
}

/// The payload of the new INFO list.
fn info(items: &[([u8; 4], Vec<u8>)], marks: &Marks) -> Vec<u8> {
    let ours = [
        (*b"ICMT", Some(marks.line())),
        (*b"ICOP", Some(marks.copyright_line())),
        (*b"INAM", marks.title_line()),
        (*b"IART", marks.artist_line()),
    ];
    let replaced = |id: &[u8; 4]| ours.iter().any(|(own, text)| own == id && text.is_some());
    let mut out = b"INFO".to_vec();
    let mut item = |id: [u8; 4], text: &[u8]| {
        out.extend(id);
        out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(text);
        out.extend(vec![0; text.len() % 2]);
    };
    for (id, text) in items.iter().filter(|(id, _)| !replaced(id)) {
        item(*id, text);
    }
    for (id, text) in &ours {
        if let Some(text) = text {
            item(*id, &[text.as_bytes(), &[0]].concat());
        }
    }
    out
}

fn made(id: &[u8; 4], payload: &[u8]) -> Result<Vec<u8>, MediaError> {
    let size = u32::try_from(payload.len()).map_err(|_| riff::damaged("its tags are too large"))?;
    let pad = vec![0; payload.len() % 2];
    Ok([id, &size.to_le_bytes()[..], payload, &pad].concat())
}

/// What the file's tags say.
pub(super) fn read<R: Read + Seek>(reader: &mut R, found: &mut Found) -> Result<(), MediaError> {
    for chunk in riff::chunks(reader)? {
        match kind(reader, &chunk)? {
            Kind::Id3 => id3::note(&load(reader, &chunk)?, found),
            Kind::Info => {
                for (id, text) in info_items(&load(reader, &chunk)?) {
                    let field = match &id {
                        b"ICMT" => Field::Comment,
                        b"ICOP" => Field::Copyright,
                        b"INAM" => Field::Title,
                        b"IART" => Field::Artist,
                        _ => Field::Other,
                    };
                    found.note(field, &lossy(&text));
                }
            }
            Kind::Other => {}
        }
    }
    Ok(())
}
