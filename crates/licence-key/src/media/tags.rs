//! Tags of WAV, FLAC, MP3, Ogg Vorbis and Opus, through the `lofty` crate.
//!
//! | format | comment and copyright | token |
//! |---|---|---|
//! | WAV | RIFF INFO `ICMT`, `ICOP`, and ID3v2 as MP3 | ID3v2 `TXXX:LICENCE_TOKEN` |
//! | MP3 | ID3v2 `COMM`, `TCOP` | ID3v2 `TXXX:LICENCE_TOKEN` |
//! | FLAC, Ogg, Opus | `COMMENT`, `COPYRIGHT`, `LICENSE` (the page's address) | `LICENCE_TOKEN` |
//!
//! RIFF INFO `ISRC` means "source": no recording code is ever written there.

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};

use lofty::TextEncoding;
use lofty::config::{ParseOptions, WriteOptions};
use lofty::file::AudioFile;
use lofty::flac::FlacFile;
use lofty::id3::v2::{Frame, FrameId, Id3v2Tag, TextInformationFrame};
use lofty::iff::wav::{RiffInfoList, WavFile};
use lofty::io::FileLike;
use lofty::mpeg::MpegFile;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OpusFile, VorbisFile};
use lofty::tag::Accessor;

use super::error::MediaError;
use super::format::Format;
use super::marks::{Field, Found, Marks, TOKEN_FIELD};

fn options() -> ParseOptions {
    ParseOptions::new().read_properties(false)
}

fn refused<E: std::fmt::Display>(format: Format) -> impl Fn(E) -> MediaError {
    move |error| MediaError::Tags {
        format,
        reason: error.to_string(),
    }
}

/// Marks the file in place; everything else in its tags stays.
pub(super) fn write<F: FileLike>(
    file: &mut F,
    format: Format,
    marks: &Marks,
) -> Result<(), MediaError> {
    file.seek(SeekFrom::Start(0))?;
    let write = WriteOptions::default();
    // Reads the file, lets the statement change its tags, and saves it.
    macro_rules! change {
        ($kind:ty, |$media:ident| $change:expr) => {{
            let mut $media = <$kind>::read_from(file, options()).map_err(refused(format))?;
            $change;
            file.seek(SeekFrom::Start(0))?;
            $media.save_to(file, write).map_err(refused(format))
        }};
    }
    match format {
        Format::Wav => change!(WavFile, |wav| {
            let mut info = wav.remove_riff_info().unwrap_or_default();
            mark_riff(&mut info, marks);
            wav.set_riff_info(info);
            let mut id3 = wav.remove_id3v2().unwrap_or_default();
            mark_id3(&mut id3, marks);
            wav.set_id3v2(id3)
        }),
        Format::Mp3 => change!(MpegFile, |mpeg| {
            let mut id3 = mpeg.remove_id3v2().unwrap_or_default();
            mark_id3(&mut id3, marks);
            mpeg.set_id3v2(id3)
        }),
        Format::Flac => change!(FlacFile, |flac| {
            let mut comments = flac.remove_vorbis_comments().unwrap_or_default();
            mark_vorbis(&mut comments, marks);
            flac.set_vorbis_comments(comments)
        }),
        Format::OggVorbis => {
            change!(VorbisFile, |ogg| mark_vorbis(
                ogg.vorbis_comments_mut(),
                marks
            ))
        }
        Format::Opus => change!(OpusFile, |ogg| mark_vorbis(
            ogg.vorbis_comments_mut(),
            marks
        )),
        Format::Mp4 | Format::Mov => Err(MediaError::UnknownFormat),
    }
}

fn mark_riff(info: &mut RiffInfoList, marks: &Marks) {
    info.insert("ICMT".to_owned(), marks.line());
    info.insert("ICOP".to_owned(), marks.copyright_line());
    if let Some(title) = marks.title_line() {
        info.insert("INAM".to_owned(), title);
    }
    if let Some(artist) = marks.artist_line() {
        info.insert("IART".to_owned(), artist);
    }
}

fn mark_id3(tag: &mut Id3v2Tag, marks: &Marks) {
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
}

fn mark_vorbis(comments: &mut VorbisComments, marks: &Marks) {
    let mut set = |key: &str, value: String| comments.insert(key.to_owned(), value);
    set("COMMENT", marks.line());
    set("COPYRIGHT", marks.copyright_line());
    set("LICENSE", marks.page_url.clone());
    set(TOKEN_FIELD, marks.token.clone());
    if let Some(title) = marks.title_line() {
        set("TITLE", title);
    }
    if let Some(artist) = marks.artist_line() {
        set("ARTIST", artist);
    }
}

/// What the file's tags say.
pub(super) fn read<R: Read + Seek>(reader: &mut R, format: Format) -> Result<Found, MediaError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut found = Found::new(format);
    let options = options();
    match format {
        Format::Wav => {
            let wav = WavFile::read_from(reader, options).map_err(refused(format))?;
            note_id3(&mut found, wav.id3v2());
            note_riff(&mut found, wav.riff_info());
        }
        Format::Mp3 => {
            let mpeg = MpegFile::read_from(reader, options).map_err(refused(format))?;
            note_id3(&mut found, mpeg.id3v2());
        }
        Format::Flac => {
            let flac = FlacFile::read_from(reader, options).map_err(refused(format))?;
            note_id3(&mut found, flac.id3v2());
            note_vorbis(&mut found, flac.vorbis_comments());
        }
        Format::OggVorbis => {
            let ogg = VorbisFile::read_from(reader, options).map_err(refused(format))?;
            note_vorbis(&mut found, Some(ogg.vorbis_comments()));
        }
        Format::Opus => {
            let ogg = OpusFile::read_from(reader, options).map_err(refused(format))?;
            note_vorbis(&mut found, Some(ogg.vorbis_comments()));
        }
        Format::Mp4 | Format::Mov => return Err(MediaError::UnknownFormat),
    }
    Ok(found)
}

fn note_riff(found: &mut Found, info: Option<&RiffInfoList>) {
    for (key, text) in info.into_iter().flat_map(|info| info.into_iter()) {
        let field = match key.as_str() {
            "ICMT" => Field::Comment,
            "ICOP" => Field::Copyright,
            "INAM" => Field::Title,
            "IART" => Field::Artist,
            _ => Field::Other,
        };
        found.note(field, text);
    }
}

fn note_id3(found: &mut Found, tag: Option<&Id3v2Tag>) {
    for frame in tag.into_iter().flat_map(|tag| tag.iter()) {
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

fn note_vorbis(found: &mut Found, comments: Option<&VorbisComments>) {
    for (key, text) in comments.into_iter().flat_map(VorbisComments::items) {
        let field = match key.to_ascii_uppercase().as_str() {
            "COMMENT" | "DESCRIPTION" => Field::Comment,
            "COPYRIGHT" => Field::Copyright,
            "TITLE" => Field::Title,
            "ARTIST" => Field::Artist,
            TOKEN_FIELD => Field::Token,
            _ => Field::Other,
        };
        found.note(field, text);
    }
}
