//! Ogg Vorbis and Opus: the comment packet of every link of the chain is rewritten, pages with
//! sound keep their bodies. Streams of other codecs in the same file are left alone.

mod page;

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::comments::Comments;
use super::error::MediaError;
use super::format::Format;
use super::marks::{Found, Marks};
use page::{Page, Serial};

/// More logical streams at a time than any sound file has; a hostile one could name a new one
/// per page.
const MAX_STREAMS: usize = 256;

/// The most that the headers of one stream may take: comments with a large cover.
const MAX_HEADERS: usize = 64 * 1024 * 1024;

const OPUS_TAGS: &[u8] = b"OpusTags";
const VORBIS_COMMENTS: &[u8] = b"\x03vorbis";

/// What a logical stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Vorbis,
    Opus,
    Other,
}

impl Codec {
    fn of(first_packet: &[u8]) -> Self {
        if first_packet.starts_with(b"\x01vorbis") {
            Self::Vorbis
        } else if first_packet.starts_with(b"OpusHead") {
            Self::Opus
        } else {
            Self::Other
        }
    }

    /// How many packets come before the sound.
    fn headers(self) -> u8 {
        match self {
            Self::Vorbis => 3,
            Self::Opus => 2,
            Self::Other => 0,
        }
    }

    /// The bytes before a comment list in its packet.
    fn magic(self) -> &'static [u8] {
        match self {
            Self::Vorbis => VORBIS_COMMENTS,
            Self::Opus => OPUS_TAGS,
            Self::Other => &[],
        }
    }
}

/// One logical stream while the file is gone through.
struct Stream {
    codec: Codec,
    /// Header packets still to come.
    pending: u8,
    /// Header packets behind the first, the last one perhaps unfinished.
    packets: Vec<Vec<u8>>,
    /// How many pages those took so far.
    pages: u32,
    /// How many bytes of headers are in memory.
    held: usize,
    /// By how much the numbers of the pages that follow change.
    shift: u32,
}

impl Stream {
    fn new(page: &Page) -> Self {
        let codec = Codec::of(&page.body);
        Self {
            codec,
            pending: codec.headers(),
            packets: vec![Vec::new()],
            pages: 0,
            held: 0,
            shift: 0,
        }
    }

    /// Takes a page's share of header packets in; answers how many of its bytes they are.
    fn take(&mut self, page: &Page) -> usize {
        let mut at = 0;
        for &length in &page.lacing {
            if self.pending == 0 {
                break;
            }
            let end = at + usize::from(length);
            let part = page.body.get(at..end).unwrap_or_default();
            self.held += part.len();
            if let Some(packet) = self.packets.last_mut() {
                packet.extend(part);
            }
            at = end;
            // A length of 255 says that the packet goes on.
            if length < 255 {
                self.pending -= 1;
                self.packets.push(Vec::new());
            }
        }
        at
    }

    /// Lets go of the headers that were taken in.
    fn forget(&mut self) {
        self.packets = vec![Vec::new()];
        self.held = 0;
    }

    /// The comment list, once all headers are here.
    fn comments(&self) -> Option<Comments> {
        let packet = self.packets.get(1)?.strip_prefix(self.codec.magic())?;
        Some(Comments::parse(packet))
    }

    /// The pages of the headers behind the first, marked.
    fn marked(&mut self, serial: Serial, marks: &Marks) -> Option<Vec<Page>> {
        let mut comments = self.comments()?;
        comments.mark(marks);
        let rest: &[u8] = match self.codec {
            // The framing bit.
            Codec::Vorbis => &[1],
            // RFC 7845 §5.2: what begins with a set bit is data to be kept, else padding.
            _ if comments.rest.first().is_some_and(|byte| byte & 1 == 1) => &comments.rest,
            _ => &[],
        };
        let comment = [self.codec.magic(), &comments.bytes(), rest].concat();
        let setup = self.packets.get(2).filter(|packet| !packet.is_empty());
        let packets: Vec<&[u8]> = std::iter::once(&comment[..])
            .chain(setup.map(Vec::as_slice))
            .collect();
        let pages = page::paged(&packets, serial, 1);
        let new = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        self.shift = new.wrapping_sub(self.pages);
        self.forget();
        Some(pages)
    }
}

/// Goes through a file; `each` gets every page, its stream, and how many bytes of it belong to
/// header packets.
fn walk<R: Read + Seek>(
    reader: &mut R,
    format: Format,
    mut each: impl FnMut(Page, &mut Stream, usize) -> Result<(), MediaError>,
) -> Result<(), MediaError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(256 * 1024, reader);
    let mut streams: HashMap<Serial, Stream> = HashMap::new();
    while let Some(page) = Page::read(&mut reader, format)? {
        if page.starts_stream() || !streams.contains_key(&page.serial) {
            streams.insert(page.serial, Stream::new(&page));
        }
        if streams.len() > MAX_STREAMS {
            return Err(damaged(format, "it has too many streams"));
        }
        if streams.values().map(|stream| stream.held).sum::<usize>() > MAX_HEADERS {
            let limit = MAX_HEADERS as u64;
            return Err(MediaError::TooLarge { format, limit });
        }
        let Some(stream) = streams.get_mut(&page.serial) else {
            continue;
        };
        let headers = stream.take(&page);
        let (serial, ends) = (page.serial, page.ends_stream());
        each(page, stream, headers)?;
        if ends {
            streams.remove(&serial);
        }
    }
    Ok(())
}

/// Hashes the page bodies in file order, without the header packets of each Vorbis or Opus
/// stream.
pub(super) fn hash_audio<R: Read + Seek>(
    reader: &mut R,
    format: Format,
    hash: &mut Sha256,
) -> Result<(), MediaError> {
    walk(reader, format, |page, stream, headers| {
        stream.forget();
        hash.update(&page.body[headers..]);
        Ok(())
    })
}

/// Copies the file with the marks in every link of the chain.
pub(super) fn write<R, W>(
    input: &mut R,
    output: &mut W,
    marks: &Marks,
    format: Format,
) -> Result<(), MediaError>
where
    R: Read + Seek,
    W: Write,
{
    walk(input, format, |mut page, stream, headers| {
        let first = page.starts_stream() || stream.codec == Codec::Other;
        if headers == 0 || first {
            page.number = page.number.wrapping_add(stream.shift);
            return Ok(output.write_all(&page.bytes(stream.shift != 0))?);
        }
        if headers < page.body.len() {
            return Err(damaged(format, "its sound begins in the middle of a page"));
        }
        stream.pages += 1;
        if stream.pending > 0 {
            return Ok(());
        }
        let pages = stream.marked(page.serial, marks);
        let pages = pages.ok_or_else(|| damaged(format, "it has no comment header"))?;
        for page in pages {
            output.write_all(&page.bytes(true))?;
        }
        Ok(())
    })
}

/// What the comments of all links say.
pub(super) fn read<R: Read + Seek>(
    reader: &mut R,
    format: Format,
    found: &mut Found,
) -> Result<(), MediaError> {
    walk(reader, format, |_, stream, headers| {
        if headers > 0 && stream.pending == 0 {
            if let Some(comments) = stream.comments() {
                comments.note(found);
            }
            stream.forget();
        }
        Ok(())
    })
}

/// The sound in an Ogg file: the codec of the first stream that is one of ours. All streams
/// begin before any of them goes on.
pub(super) fn detect<R: Read + Seek>(reader: &mut R) -> Result<Option<Format>, MediaError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(reader);
    for _ in 0..MAX_STREAMS {
        let Ok(Some(page)) = Page::read(&mut reader, Format::OggVorbis) else {
            break;
        };
        match Codec::of(&page.body) {
            _ if !page.starts_stream() => break,
            Codec::Vorbis => return Ok(Some(Format::OggVorbis)),
            Codec::Opus => return Ok(Some(Format::Opus)),
            Codec::Other => {}
        }
    }
    Ok(None)
}

fn damaged(format: Format, what: &'static str) -> MediaError {
    MediaError::Damaged { format, what }
}
