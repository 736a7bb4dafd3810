//! Hostile tags: overlong, countless, nested, lying. Each has its stated answer, in little memory
//! and time.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![cfg(feature = "media")]

mod common;
#[path = "common/media.rs"]
mod files;

use std::io::Cursor;
use std::time::{Duration, Instant};

use files::{atom, chunk, marks, pcm};
use licence_key::media::{Found, Marks, MediaError, embed_bytes, essence_sha256, read};

/// Far above what any of these takes on a slow machine, far below a loop gone wrong.
const LONG: Duration = Duration::from_secs(20);

fn found(file: &[u8]) -> Result<Found, MediaError> {
    let began = Instant::now();
    let found = read(&mut Cursor::new(file));
    assert!(began.elapsed() < LONG, "took {:?}", began.elapsed());
    found
}

fn marked(file: &[u8], marks: &Marks) -> Vec<u8> {
    let began = Instant::now();
    let marked = embed_bytes(file, marks).unwrap();
    assert!(began.elapsed() < LONG, "took {:?}", began.elapsed());
    marked
}

fn all() -> Vec<Vec<u8>> {
    vec![
        files::wav(),
        files::flac(),
        files::mp3(),
        files::vorbis(),
        files::opus(),
        files::mp4(b"M4A ", &["moov", "mdat"]),
        files::mp4(b"qt  ", &["moov", "mdat"]),
    ]
}

#[test]
fn texts_of_any_unicode_are_written_on_one_line_and_read_back() {
    let nasty = "a\0b\r\nc\u{202e}cba\u{2066}\u{200f} e\u{301}\u{301}\u{301} 👩‍👩‍👧 \u{fdd0}\u{10ffff}";
    let clean = nasty.replace(['\0', '\r', '\n'], " ");
    let marks = Marks {
        title: Some(nasty.to_owned()),
        artist: Some(nasty.to_owned()),
        copyright: Some(nasty.to_owned()),
        ..marks()
    };
    for file in all() {
        let found = found(&marked(&file, &marks)).unwrap();
        assert_eq!(found.title.as_deref(), Some(&*clean), "{}", found.format);
        assert_eq!(found.artist.as_deref(), Some(&*clean), "{}", found.format);
        assert_eq!(found.copyright, Some(marks.copyright_line()));
        assert_eq!(found.tokens, std::slice::from_ref(&marks.token));
    }
}

#[test]
fn a_text_longer_than_64_kib_is_written_whole_and_reported_cut() {
    let marks = Marks {
        title: Some("ü".repeat(100_000)),
        ..marks()
    };
    for file in all() {
        let file = marked(&file, &marks);
        let title = found(&file).unwrap().title.unwrap();
        assert_eq!(title, "ü".repeat(32 * 1024));
        assert!(file.len() > 200_000, "the whole title is there");
    }
}

fn id3(version: u8, flags: u8, frames: &[u8]) -> Vec<u8> {
    let size = u32::try_from(frames.len()).unwrap();
    let size = [21, 14, 7, 0].map(|by| u8::try_from(size >> by & 0x7f).unwrap());
    [&b"ID3"[..], &[version, 0, flags], &size, frames].concat()
}

fn frame(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap();
    assert!(size < 128, "the same in both versions");
    [&kind[..], &size.to_be_bytes(), &[0, 0], payload].concat()
}

#[test]
fn ten_thousand_frames_are_read_and_only_so_many_keys_reported() {
    let frames: Vec<u8> = (0..10_000)
        .flat_map(|n| frame(b"TXXX", format!("\x03LICENCE_TOKEN{n}\0x{n}").as_bytes()))
        .collect();
    let tokens: Vec<u8> = (0..200_u32)
        .flat_map(|n| {
            [
                &30_u32.to_le_bytes()[..],
                format!("LICENCE_TOKEN={n:016}").as_bytes(),
            ]
            .concat()
        })
        .collect();
    let list = [&0_u32.to_le_bytes()[..], &200_u32.to_le_bytes(), &tokens].concat();
    let mp3 = [id3(4, 0, &frames), files::mp3()].concat();
    assert!(found(&mp3).unwrap().tokens.is_empty());
    let again = found(&marked(&mp3, &marks())).unwrap();
    assert_eq!(again.tokens, [marks().token]);
    let opus = files::opus_with(&list);
    assert_eq!(found(&opus).unwrap().tokens.len(), 64);
    assert_eq!(
        found(&marked(&opus, &marks())).unwrap().tokens,
        [marks().token]
    );
}

#[test]
fn lone_surrogates_and_unsynchronised_tags_hide_nothing() {
    let lone = frame(b"TIT2", b"\x01\xff\xfe\x00\xd8a\0");
    let comment = frame(b"COMM", format!("\x00eng\0{}", marks().line()).as_bytes());
    for (version, flags) in [(3, 0), (4, 0), (3, 0x80), (4, 0x80)] {
        let tag = id3(version, flags, &[lone.clone(), comment.clone()].concat());
        let file = [tag, files::mp3()].concat();
        let found = found(&file).unwrap();
        assert_eq!(
            found.codes,
            [marks().code],
            "version {version}, flags {flags}"
        );
        let marked = marked(&file, &marks());
        assert_eq!(
            read(&mut Cursor::new(marked)).unwrap().tokens,
            [marks().token]
        );
    }
}

#[test]
fn a_frame_that_cannot_be_read_says_nothing_and_is_left_out() {
    for frames in [
        &[0xff; 300][..],
        b"TXXX\x7f\xff\xff\xff\0\0",
        b"CHAP\0\0\0\x08\0\0CHAPCHAP",
    ] {
        let file = [id3(4, 0, frames), files::mp3()].concat();
        assert!(found(&file).unwrap().tokens.is_empty());
        let after = found(&marked(&file, &marks())).unwrap();
        assert_eq!(after.tokens, [marks().token]);
    }
}

#[test]
fn a_comment_list_that_lies_about_its_counts_is_read_as_far_as_it_goes() {
    let entry = b"COMMENT=theirs";
    let length = u32::try_from(entry.len()).unwrap().to_le_bytes();
    for count in [2_u32, 1_000_000, u32::MAX] {
        let list = [
            &0_u32.to_le_bytes()[..],
            &count.to_le_bytes(),
            &length,
            entry,
        ]
        .concat();
        let opus = files::opus_with(&list);
        assert_eq!(found(&opus).unwrap().comment.as_deref(), Some("theirs"));
        marked(&opus, &marks());
    }
    for vendor in [100_u32, u32::MAX] {
        assert_eq!(
            found(&files::opus_with(&vendor.to_le_bytes()))
                .unwrap()
                .comment,
            None
        );
    }
}

#[test]
fn boxes_nested_a_thousand_deep_are_only_as_deep_as_the_format() {
    let mut bomb = atom(b"stco", &[0; 8]);
    for _ in 0..1_000 {
        bomb = atom(b"trak", &bomb);
    }
    for kind in [b"moov", b"udta", b"meta"] {
        bomb = atom(kind, &bomb);
    }
    let file = [
        atom(b"ftyp", b"isom\0\0\0\0"),
        atom(b"moov", &bomb),
        atom(b"mdat", b"x"),
    ]
    .concat();
    assert!(found(&file).unwrap().tokens.is_empty());
    assert_eq!(
        found(&marked(&file, &marks())).unwrap().tokens,
        [marks().token]
    );
}

#[test]
fn a_small_file_that_claims_gigabytes_is_damaged_and_takes_no_memory() {
    let huge = u32::MAX.to_be_bytes();
    let box_of = |size: &[u8], kind: &[u8]| [size, kind, &[0; 60]].concat();
    let start = atom(b"ftyp", b"isom\0\0\0\0");
    let mut claims = vec![
        [start.clone(), box_of(&huge, b"moov")].concat(),
        [
            start.clone(),
            box_of(&[0, 0, 0, 1], b"moov\xff\xff\xff\xff\xff\xff\xff\xff"),
        ]
        .concat(),
        [
            start.clone(),
            box_of(&[0, 0, 0, 1], b"moov\x7f\xff\xff\xff\xff\xff\xff\xff"),
        ]
        .concat(),
        [start, atom(b"moov", &box_of(&huge, b"udta"))].concat(),
        [&b"fLaC\x04\xff\xff\xff"[..], &[0; 60]].concat(),
        [
            &b"RIFF\xff\xff\xff\x7fWAVE"[..],
            &pcm(),
            b"LIST\xff\xff\xff\xffINFO",
        ]
        .concat(),
        [
            &b"RIFF\xff\xff\xff\x7fWAVE"[..],
            &pcm(),
            b"id3 \xff\xff\xff\xffID3\x04",
        ]
        .concat(),
    ];
    let ogg = files::opus();
    claims.push(ogg[..60].to_vec());
    for file in &claims {
        assert!(file.len() < 200);
        let _ = found(file);
        let _ = essence_sha256(&mut Cursor::new(file));
        assert!(embed_bytes(file, &marks()).is_err(), "{:?}", &file[..20]);
    }
    if let Some(peak) = peak_memory() {
        assert!(peak < 256 << 20, "{peak} bytes at the peak");
    }
}

/// The most memory this process has had, in bytes; none where the system doesn't say.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[test]
fn metadata_larger_than_the_limits_is_refused_by_name() {
    let items = atom(b"free", &vec![0; 129 << 20]);
    let film = [
        atom(b"ftyp", b"isom\0\0\0\0"),
        atom(b"moov", &items),
        atom(b"mdat", b"x"),
    ]
    .concat();
    assert!(matches!(found(&film), Err(MediaError::TooLarge { .. })));
    let info = chunk(b"LIST", &[b"INFO".to_vec(), vec![0; 65 << 20]].concat());
    let wav = [
        &b"RIFF\0\0\0\0WAVE"[..],
        &pcm(),
        &info,
        &chunk(b"data", &[0; 8]),
    ]
    .concat();
    assert!(matches!(
        embed_bytes(&wav, &marks()),
        Err(MediaError::TooLarge { .. })
    ));
}
