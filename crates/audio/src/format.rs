//! What a file is, decided by its content alone: a name proves nothing.
//!
//! Knows magic numbers; decodes nothing.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use thiserror::Error;

/// The containers and codecs this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RIFF WAVE: uncompressed PCM.
    Wav,
    /// Native FLAC.
    Flac,
    /// MPEG-1/2 Layer III.
    Mp3,
    /// Vorbis in Ogg.
    OggVorbis,
    /// Opus in Ogg (RFC 7845).
    Opus,
    /// AAC or ALAC in an ISO base media file.
    M4a,
}

/// The bytes are not of a format that can be imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this is not audio that can be imported: it looks like {looks_like}")]
pub struct NotAudio {
    /// What the content looked like instead, as a phrase with its article: "a PNG picture".
    pub looks_like: &'static str,
}

/// How many leading bytes decide the format; an ID3v2 tag before them is skipped by [`Format::of`].
pub const HEAD_BYTES: usize = 64;

impl Format {
    /// Every format, in the order they are documented.
    pub const ALL: [Self; 6] = [
        Self::Wav,
        Self::Flac,
        Self::Mp3,
        Self::OggVorbis,
        Self::Opus,
        Self::M4a,
    ];

    /// The file name extension without its dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
            Self::OggVorbis => "ogg",
            Self::Opus => "opus",
            Self::M4a => "m4a",
        }
    }

    /// The media type as browsers expect it in `Content-Type`.
    #[must_use]
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Mp3 => "audio/mpeg",
            Self::OggVorbis | Self::Opus => "audio/ogg",
            Self::M4a => "audio/mp4",
        }
    }

    /// Reads as little of `source` as decides what it is, and rewinds it to its start.
    ///
    /// # Errors
    /// The outer error is the reader's own; the inner one names what else the content looks like.
    pub fn of<R: Read + Seek>(source: &mut R) -> io::Result<Result<Self, NotAudio>> {
        source.rewind()?;
        let mut head = read_head(source)?;
        if let Some(skip) = id3v2_length(&head) {
            source.seek(SeekFrom::Start(skip))?;
            let after = read_head(source)?;
            // A tag alone does not make a file audio, but MPEG frames may follow some padding.
            let padded = after.iter().all(|&byte| byte == 0) && !after.is_empty();
            head = if padded {
                vec![0xff, 0xfb, 0x90, 0x00]
            } else {
                after
            };
        }
        source.rewind()?;
        Ok(Self::sniff(&head))
    }

    /// Decides from the first [`HEAD_BYTES`] bytes, which must not be an ID3v2 tag.
    ///
    /// # Errors
    /// [`NotAudio`] says what the bytes look like instead.
    pub fn sniff(head: &[u8]) -> Result<Self, NotAudio> {
        let at = |offset: usize, magic: &[u8]| {
            head.get(offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        };
        if at(0, b"RIFF") && at(8, b"WAVE") {
            return Ok(Self::Wav);
        }
        if at(0, b"fLaC") {
            return Ok(Self::Flac);
        }
        if at(0, b"OggS") {
            return first_ogg_packet(head);
        }
        if at(4, b"ftyp") {
            return Ok(Self::M4a);
        }
        if is_mpeg_layer_3(head) {
            return Ok(Self::Mp3);
        }
        Err(NotAudio {
            looks_like: looks_like(head),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::OggVorbis => "Ogg Vorbis",
            Self::Opus => "Opus",
            Self::M4a => "M4A",
        })
    }
}

fn read_head<R: Read>(source: &mut R) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    source.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Length in bytes of a leading ID3v2 tag, header and footer included (ID3v2.4 §3.1).
pub(crate) fn id3v2_length(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', major, _, flags, a, b, c, d, ..] = *head else {
        return None;
    };
    if major == 0xff || [a, b, c, d].iter().any(|size| size & 0x80 != 0) {
        return None;
    }
    let size = [a, b, c, d]
        .iter()
        .fold(0_u64, |size, &seven| size << 7 | u64::from(seven));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// The codec named by the first packet of an Ogg page (RFC 3533 §6 for the page's layout).
fn first_ogg_packet(head: &[u8]) -> Result<Format, NotAudio> {
    let segments = head.get(26).copied().unwrap_or(0);
    let packet = head.get(27 + usize::from(segments)..).unwrap_or_default();
    if packet.starts_with(b"OpusHead") {
        Ok(Format::Opus)
    } else if packet.starts_with(b"\x01vorbis") {
        Ok(Format::OggVorbis)
    } else if packet.starts_with(b"\x7fFLAC") {
        Err(NotAudio {
            looks_like: "FLAC inside Ogg, which is not read: use a .flac file",
        })
    } else if packet.starts_with(b"Speex") {
        Err(NotAudio {
            looks_like: "Speex speech in an Ogg file",
        })
    } else if packet.starts_with(b"\x80theora") {
        Err(NotAudio {
            looks_like: "an Ogg video",
        })
    } else {
        Err(NotAudio {
            looks_like: "an Ogg file without Vorbis or Opus",
        })
    }
}

/// A frame header of MPEG-1, 2 or 2.5 Layer III with a legal rate (ISO 11172-3 §2.4.1.3).
fn is_mpeg_layer_3(head: &[u8]) -> bool {
    let [0xff, second, third, ..] = *head else {
        return false;
    };
    let sync = second & 0xe0 == 0xe0;
    let version_known = second & 0x18 != 0x08;
    let layer_3 = second & 0x06 == 0x02;
    let bitrate_legal = !matches!(third >> 4, 0 | 15);
    let rate_legal = third & 0x0c != 0x0c;
    sync && version_known && layer_3 && bitrate_legal && rate_legal
}

/// A phrase for the refusal, so that whoever dragged the wrong file sees what they dragged.
fn looks_like(head: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 16] = [
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or office document"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a Windows program"),
        (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
        (
            b"FORM",
            "an AIFF file, which is not read: convert it to WAV or FLAC",
        ),
        (
            b"RF64",
            "an RF64 file, which is not read: convert it to FLAC",
        ),
        (b"MThd", "a MIDI file: notes without sound"),
        (b"RIFF", "a RIFF file that is not WAVE"),
        (b"ID3", "a tag without any sound after it"),
        (b"<", "a web page or XML"),
    ];
    if head.is_empty() {
        return "an empty file";
    }
    if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return name;
    }
    let printable = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
    if head.iter().all(printable) {
        "text"
    } else {
        "data of no known kind"
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(bytes: &[u8]) -> Result<Format, NotAudio> {
        Format::of(&mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn content_decides_and_the_tag_before_it_does_not() {
        assert_eq!(of(b"RIFF\0\0\0\0WAVEfmt "), Ok(Format::Wav));
        assert_eq!(of(b"fLaC\0\0\0\x22"), Ok(Format::Flac));
        assert_eq!(of(b"\xff\xfb\x90\x64\0\0"), Ok(Format::Mp3));
        assert_eq!(of(b"\0\0\0\x20ftypM4A \0\0\0\0"), Ok(Format::M4a));
        assert_eq!(
            of(b"ID3\x04\0\0\0\0\0\x02xx\xff\xfb\x90\x64"),
            Ok(Format::Mp3)
        );
        assert_eq!(of(b"ID3\x04\0\0\0\0\0\x02xxfLaC"), Ok(Format::Flac));
    }

    #[test]
    fn ogg_is_told_apart_by_its_first_packet() {
        let page = |packet: &[u8]| {
            let mut page = b"OggS\0\x02".to_vec();
            page.extend([0; 20]);
            page.extend([1, u8::try_from(packet.len()).unwrap()]);
            page.extend(packet);
            page
        };
        assert_eq!(of(&page(b"OpusHead\x01\x02")), Ok(Format::Opus));
        assert_eq!(of(&page(b"\x01vorbis\0\0")), Ok(Format::OggVorbis));
        assert!(
            of(&page(b"\x80theora"))
                .unwrap_err()
                .looks_like
                .contains("video")
        );
    }

    #[test]
    fn what_is_not_audio_is_named() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"hello there\n", "text"),
            (b"\x89PNG\r\n\x1a\n", "PNG"),
            (b"RIFF\0\0\0\0AVI ", "RIFF"),
            (b"ID3\x04\0\0\0\0\0\x02xx", "empty"),
            (b"\xff\xfb\xf0\x00", "no known kind"),
        ] {
            let refusal = of(bytes).unwrap_err();
            assert!(refusal.looks_like.contains(word), "{refusal}");
        }
    }

    #[test]
    fn every_format_has_its_own_extension() {
        let mut seen: Vec<_> = Format::ALL.iter().map(|f| f.extension()).collect();
        seen.dedup();
        assert_eq!(seen.len(), Format::ALL.len());
        assert!(
            Format::ALL
                .iter()
                .all(|f| f.mime_type().starts_with("audio/"))
        );
    }
}
