//! Keys in audio files: written, read, and the sound left alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![cfg(feature = "media")]

mod common;
#[path = "common/media.rs"]
mod files;

use std::io::Cursor;

use files::marks;
use licence_key::media::{Format, MediaError, embed_bytes, essence_sha256, read, stamp};
use sha2::{Digest, Sha256};

fn all() -> Vec<(Format, Vec<u8>)> {
    vec![
        (Format::Wav, files::wav()),
        (Format::Flac, files::flac()),
        (Format::Mp3, files::mp3()),
        (Format::OggVorbis, files::vorbis()),
        (Format::Opus, files::opus()),
        (Format::Mp4, files::mp4(b"M4A ", &["moov", "mdat"])),
        (Format::Mov, files::mp4(b"qt  ", &["moov", "mdat"])),
    ]
}

fn essence(file: &[u8]) -> String {
    essence_sha256(&mut Cursor::new(file)).unwrap()
}

#[test]
fn a_key_written_into_any_format_is_read_back() {
    for (format, file) in all() {
        let marked = embed_bytes(&file, &marks()).unwrap();
        let found = read(&mut Cursor::new(&marked)).unwrap();
        assert_eq!(found.format, format);
        assert_eq!(found.codes, [marks().code], "{format}");
        assert_eq!(found.tokens, [marks().token], "{format}");
        assert_eq!(found.comment.as_deref(), Some(&*marks().line()), "{format}");
        assert_eq!(
            found.copyright.as_deref(),
            Some(&*marks().copyright_line()),
            "{format}"
        );
        assert_eq!(found.artist, marks().artist, "{format}");
        assert_eq!(found.title, None, "{format}");
    }
}

#[test]
fn the_essence_survives_and_writing_again_adds_nothing() {
    for (format, file) in all() {
        let once = embed_bytes(&file, &marks()).unwrap();
        assert_ne!(once, file, "{format}");
        assert_eq!(essence(&once), essence(&file), "{format}");
        let twice = embed_bytes(&once, &marks()).unwrap();
        // The tag library may use up its padding, but nothing may pile up.
        assert!(twice.len() <= once.len(), "{format}");
        assert_eq!(
            read(&mut Cursor::new(&twice)).unwrap(),
            read(&mut Cursor::new(&once)).unwrap()
        );
    }
}

#[test]
fn another_licence_replaces_the_one_before() {
    let mut other = marks();
    other.code = licence_key::Code::from_value(1).unwrap();
    other.page_url = format!("https://store.example/l/{}", other.code.plain());
    other.token = "a.b.c".to_owned();
    for (format, file) in all() {
        let once = embed_bytes(&file, &marks()).unwrap();
        let twice = embed_bytes(&once, &other).unwrap();
        let found = read(&mut Cursor::new(&twice)).unwrap();
        assert_eq!(found.codes, [other.code], "{format}");
        assert_eq!(found.tokens, [other.token.clone()], "{format}");
    }
}

#[test]
fn a_single_changed_byte_of_sound_changes_the_essence() {
    for (format, mut file) in all() {
        let before = essence(&file);
        // In every fixture but WAV and fast-start MP4 the sound comes last.
        let at = match format {
            Format::Wav => file.len() - 200,
            _ => file.len() - 3,
        };
        file[at] ^= 1;
        assert_ne!(essence(&file), before, "{format}");
    }
}

#[test]
fn the_essence_is_the_bytes_the_documentation_names() {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let wav = files::wav();
    let data = wav.windows(4).position(|w| w == b"data").unwrap() + 8;
    assert_eq!(essence(&wav), hex(&wav[data..data + 2_001]));
    assert_eq!(essence(&files::flac()), hex(&files::flac()[42..]));
    assert_eq!(
        essence(&files::mp4(b"isom", &["moov", "mdat"])),
        hex(b"ABCDEFGHIJKLMNOP")
    );
    let sound: Vec<u8> = (0..20_u8)
        .flat_map(|n| vec![n; 100 + usize::from(n)])
        .collect();
    assert_eq!(essence(&files::vorbis()), hex(&sound));
    assert_eq!(essence(&files::opus()), hex(&sound));
}

#[test]
fn tags_around_mpeg_frames_are_no_part_of_the_essence() {
    let plain = files::mp3();
    let id3v2 = [b"ID3\x04\0\0\0\0\x01\x00".to_vec(), vec![0; 128]].concat();
    let id3v1 = [b"TAG".to_vec(), vec![b' '; 125]].concat();
    let item = b"\x04\0\0\0\0\0\0\0Year\x002026";
    let size = u32::try_from(item.len() + 32).unwrap().to_le_bytes();
    let ape = |flags: u32| {
        [
            &b"APETAGEX\xd0\x07\0\0"[..],
            &size,
            &[1, 0, 0, 0],
            &flags.to_le_bytes(),
            &[0; 8],
        ]
        .concat()
    };
    let ape = [ape(0xa000_0000), item.to_vec(), ape(0x8000_0000)].concat();
    let lyrics = b"LYRICSBEGININD0000200000021LYRICS200".to_vec();
    let whole = [id3v2.clone(), id3v2, plain.clone(), ape, lyrics, id3v1].concat();
    assert_eq!(essence(&whole), essence(&plain));
}

#[test]
fn chunks_and_tags_of_others_are_kept() {
    let wav = embed_bytes(&files::wav(), &marks()).unwrap();
    for kept in [&b"keep me!"[..], b"An Album"] {
        assert!(wav.windows(kept.len()).any(|w| w == kept));
    }
    assert!(!wav.windows(4).any(|w| w == b"ISRC"));
}

#[test]
fn what_is_no_media_is_refused() {
    for file in [&b""[..], b"RIFF", b"hello, this is text", &[0; 100]] {
        assert!(matches!(
            embed_bytes(file, &marks()),
            Err(MediaError::UnknownFormat)
        ));
        assert!(matches!(
            read(&mut Cursor::new(file)),
            Err(MediaError::UnknownFormat)
        ));
    }
    let stamped = stamp(&mut Cursor::new(files::mp3()), &mut Vec::new(), &marks());
    assert!(matches!(
        stamped,
        Err(MediaError::NotStampable(Format::Mp3))
    ));
}
