//! Videos of unusual layout and size: stamped with their media untouched, or refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![cfg(feature = "media")]

mod common;
#[path = "common/media.rs"]
mod files;

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use files::{atom, marks, moov, mp4};
use licence_key::media::{Marks, MediaError, essence_sha256, read, stamp, stamp_all};

fn stamped(file: &[u8]) -> Vec<u8> {
    let once = stamp_with(file, &[marks()]);
    assert_eq!(
        stamp_with(&once, &[marks()]),
        once,
        "stamping twice is stamping once"
    );
    assert_eq!(
        read(&mut Cursor::new(&once)).unwrap().tokens,
        [marks().token]
    );
    once
}

fn stamp_with(file: &[u8], marks: &[Marks]) -> Vec<u8> {
    let mut out = Vec::new();
    stamp_all(&mut Cursor::new(file), &mut out, marks).unwrap();
    out
}

fn refused(file: &[u8]) -> MediaError {
    stamp(&mut Cursor::new(file), &mut Vec::new(), &marks()).unwrap_err()
}

fn at(file: &[u8], needle: &[u8]) -> usize {
    file.windows(needle.len())
        .position(|w| w == needle)
        .unwrap()
}

/// The first position in the first `stco`.
fn first_chunk(file: &[u8]) -> usize {
    let entry = at(file, b"stco") + 12;
    let bytes = file[entry..entry + 4].try_into().unwrap();
    usize::try_from(u32::from_be_bytes(bytes)).unwrap()
}

fn ftyp() -> Vec<u8> {
    atom(b"ftyp", b"isom\0\0\0\0isom")
}

/// `parts` after a movie box whose only chunk is `ABCD`.
fn movie(inner: impl Fn(u32) -> Vec<u8>, parts: &[Vec<u8>]) -> Vec<u8> {
    let build = |position| [ftyp(), inner(position), parts.concat()].concat();
    let position = at(&build(0), b"ABCD");
    build(u32::try_from(position).unwrap())
}

#[test]
fn media_behind_a_long_header_or_up_to_the_end_are_found() {
    let long = [
        &[0, 0, 0, 1][..],
        b"mdat",
        &24_u64.to_be_bytes(),
        b"ABCDEFGH",
    ]
    .concat();
    let open = [&[0, 0, 0, 0][..], b"mdat", b"ABCDEFGH"].concat();
    for media in [long, open] {
        let file = movie(|at| moov(&[vec![at]]), std::slice::from_ref(&media));
        let out = stamped(&file);
        assert_eq!(&out[first_chunk(&out)..][..4], b"ABCD");
        assert!(out.ends_with(&media));
    }
}

#[test]
fn several_licences_stand_in_one_video_and_all_are_replaced_by_the_next_stamp() {
    let mut second = marks();
    second.code = licence_key::Code::from_value(1).unwrap();
    second.page_url = format!("https://store.example/l/{}", second.code);
    second.token = "a.b.c".to_owned();
    for brand in [b"isom", b"qt  "] {
        let both = stamp_with(&mp4(brand, &["moov", "mdat"]), &[marks(), second.clone()]);
        let found = read(&mut Cursor::new(&both)).unwrap();
        assert_eq!(found.tokens, [marks().token, second.token.clone()]);
        assert_eq!(found.codes, [marks().code, second.code]);
        let comment = found.comment.unwrap();
        assert_eq!(comment, format!("{}; {}", marks().line(), second.line()));
        let one = stamp_with(&both, std::slice::from_ref(&second));
        let found = read(&mut Cursor::new(&one)).unwrap();
        assert_eq!(
            (found.tokens, found.codes),
            (vec![second.token.clone()], vec![second.code])
        );
    }
}

/// QuickTime's keyed metadata with these names and texts.
fn keyed(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut keys = [[0; 4], u32::try_from(entries.len()).unwrap().to_be_bytes()].concat();
    let mut items = Vec::new();
    for ((name, text), number) in entries.iter().zip(1_u32..) {
        keys.extend(atom(b"mdta", name.as_bytes()));
        let value = [&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat();
        items.extend(atom(&number.to_be_bytes(), &atom(b"data", &value)));
    }
    let handler = [&[0; 8], &b"mdta"[..], &[0; 13]].concat();
    let parts = [
        atom(b"hdlr", &handler),
        atom(b"keys", &keys),
        atom(b"ilst", &items),
    ];
    atom(b"meta", &parts.concat())
}

#[test]
fn keyed_metadata_of_phones_shows_the_licence_and_keeps_the_rest() {
    let entries = [
        ("com.apple.quicktime.make", "A Phone"),
        ("com.apple.quicktime.comment", "an old comment"),
        ("com.apple.quicktime.copyright", "an old notice"),
    ];
    let inner = |position| {
        let tracks = moov(&[vec![position]]);
        atom(b"moov", &[&tracks[8..], &keyed(&entries)].concat())
    };
    let out = stamped(&movie(inner, &[atom(b"mdat", b"ABCD")]));
    assert!(!out.windows(6).any(|w| w == b"an old"));
    at(&out, b"A Phone");
    assert_eq!(&out[first_chunk(&out)..][..4], b"ABCD");
}

#[test]
fn positions_of_items_stay_true_because_nothing_moves() {
    let items = atom(b"meta", &[vec![0; 4], atom(b"iloc", &[7; 24])].concat());
    let file = movie(
        |at| moov(&[vec![at]]),
        &[items.clone(), atom(b"mdat", b"ABCD")],
    );
    let out = stamp_with(&file, &[marks()]);
    let moved = [at(&file, b"iloc"), at(&file, b"ABCD")];
    assert_eq!([at(&out, b"iloc"), at(&out, b"ABCD")], moved);
    assert_eq!(&out[first_chunk(&out)..][..4], b"ABCD");
    assert!(
        at(&out, b"moov") > at(&out, b"ABCD"),
        "the movie box went to the end"
    );
    assert_eq!(stamp_with(&out, &[marks()]), out);
    let fragments = [file, atom(b"moof", b"")].concat();
    assert!(matches!(refused(&fragments), MediaError::NoRoom { .. }));
}

#[test]
fn tracks_whose_media_lie_in_another_file_keep_their_positions() {
    let reference = |flags: u8| {
        let entry = atom(b"url ", &[0, 0, 0, flags]);
        let list = atom(b"dref", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &entry].concat());
        atom(b"dinf", &list)
    };
    let track = |flags: u8, position: u32| {
        let table = [&[0; 4][..], &[0, 0, 0, 1], &position.to_be_bytes()].concat();
        let tables = atom(b"stbl", &atom(b"stco", &table));
        let media = atom(b"minf", &[reference(flags), tables].concat());
        atom(b"trak", &atom(b"mdia", &media))
    };
    let elsewhere = movie(
        |_| atom(b"moov", &track(0, 4_000)),
        &[atom(b"mdat", b"ABCD")],
    );
    assert_eq!(first_chunk(&stamped(&elsewhere)), 4_000);
    let here = stamped(&movie(
        |at| atom(b"moov", &track(1, at)),
        &[atom(b"mdat", b"ABCD")],
    ));
    assert_eq!(&here[first_chunk(&here)..][..4], b"ABCD");
}

#[test]
fn a_video_without_room_for_metadata_is_told_from_a_damaged_one() {
    let segment = [
        atom(b"styp", b"msdh\0\0\0\0"),
        atom(b"moof", b""),
        atom(b"mdat", b"x"),
    ];
    let compressed = [
        ftyp(),
        atom(b"moov", &atom(b"cmov", b"")),
        atom(b"mdat", b"x"),
    ];
    for file in [segment.concat(), compressed.concat()] {
        assert!(matches!(refused(&file), MediaError::NoRoom { .. }));
    }
    let unfinished = [ftyp(), atom(b"mdat", b"x")].concat();
    assert!(matches!(refused(&unfinished), MediaError::Damaged { .. }));
}

#[test]
fn the_key_of_a_video_that_was_cut_off_is_still_read() {
    let whole = stamped(&mp4(b"isom", &["moov", "mdat"]));
    let cut = &whole[..whole.len() - 5];
    assert_eq!(read(&mut Cursor::new(cut)).unwrap().tokens, [marks().token]);
    assert!(matches!(refused(cut), MediaError::Damaged { .. }));
}

/// A file that is there in its first bytes and full of zeros behind them.
struct Huge {
    head: Vec<u8>,
    length: u64,
    at: u64,
}

impl Read for Huge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.at).unwrap();
        let count = buffer.len().min(left);
        let from = usize::try_from(self.at).unwrap().min(self.head.len());
        let known = (self.head.len() - from).min(count);
        buffer[..known].copy_from_slice(&self.head[from..from + known]);
        buffer[known..count].fill(0);
        self.at += u64::try_from(count).unwrap();
        Ok(count)
    }
}

impl Seek for Huge {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at.min(self.length),
            SeekFrom::End(by) => self.length.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// Keeps the first bytes that are written and counts all.
#[derive(Default)]
struct Counted {
    head: Vec<u8>,
    length: u64,
    largest: usize,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.head.len() < 100_000 {
            self.head.extend(&bytes[..bytes.len().min(100_000)]);
        }
        self.length += u64::try_from(bytes.len()).unwrap();
        self.largest = self.largest.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn five_gibibytes_are_stamped_piece_by_piece() {
    let media = 5_u64 << 30;
    let build = |first: u32| {
        // The last chunk lies where 32 bits just reach; the stamp moves it beyond.
        let tables = moov(&[vec![first, u32::MAX - 20]]);
        let long = [&[0, 0, 0, 1][..], b"mdat", &media.to_be_bytes(), b"ABCD"].concat();
        [ftyp(), tables, long].concat()
    };
    let first = u32::try_from(at(&build(0), b"ABCD")).unwrap();
    let head = build(first);
    let length = u64::from(first) - 16 + media;
    let mut huge = Huge {
        head,
        length,
        at: 0,
    };
    let mut out = Counted::default();
    stamp(&mut huge, &mut out, &marks()).unwrap();
    let grown = out.length - length;
    assert!(grown < 10_000, "only the tags were added");
    assert!(out.largest <= 1 << 20, "in pieces of at most a mebibyte");
    let table = at(&out.head, b"co64") + 12;
    let entry = |n: usize| {
        let bytes = out.head[table + 8 * n..][..8].try_into().unwrap();
        u64::from_be_bytes(bytes)
    };
    assert_eq!(entry(1), u64::from(u32::MAX - 20) + grown);
    let moved = usize::try_from(entry(0)).unwrap();
    assert_eq!(&out.head[moved..moved + 4], b"ABCD");
    assert_eq!(u64::from(first) + grown, entry(0));
}

#[test]
fn the_essence_of_a_stamped_video_is_that_of_the_video() {
    for parts in [
        &["moov", "mdat"][..],
        &["mdat", "moov"],
        &["moov", "free", "mdat"],
    ] {
        let file = mp4(b"isom", parts);
        let before = essence_sha256(&mut Cursor::new(&file)).unwrap();
        assert_eq!(
            essence_sha256(&mut Cursor::new(stamped(&file))).unwrap(),
            before
        );
    }
}
