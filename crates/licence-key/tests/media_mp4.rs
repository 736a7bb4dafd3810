//! Stamping MP4 and MOV: positions follow the media wherever it goes.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![cfg(feature = "media")]

mod common;
#[path = "common/media.rs"]
mod files;

use std::io::Cursor;

use files::{atom, marks, moov, mp4};
use licence_key::media::{MediaError, read, stamp};

fn stamped(file: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    stamp(&mut Cursor::new(file), &mut out, &marks()).unwrap();
    out
}

/// The positions in every table of this kind, wherever it stands.
fn positions(file: &[u8], kind: &[u8; 4], width: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for at in (0..file.len() - 4).filter(|&at| &file[at..at + 4] == kind) {
        let count = usize::from(file[at + 11]);
        for entry in file[at + 12..at + 12 + count * width].chunks(width) {
            found.push(
                entry
                    .iter()
                    .fold(0, |sum, &byte| sum << 8 | usize::from(byte)),
            );
        }
    }
    found
}

#[test]
fn every_chunk_is_found_where_the_tables_say() {
    for parts in [
        &["moov", "mdat"][..],
        &["mdat", "moov"],
        &["moov", "free", "mdat"],
        &["free", "moov", "mdat", "free"],
        &["mdat", "moov", "free"],
    ] {
        for brand in [b"isom", b"qt  "] {
            let out = stamped(&mp4(brand, parts));
            let chunks: Vec<_> = positions(&out, b"stco", 4)
                .iter()
                .map(|&at| &out[at..at + 4])
                .collect();
            assert_eq!(chunks, [b"ABCD", b"IJKL", b"EFGH", b"MNOP"], "{parts:?}");
        }
    }
}

#[test]
fn free_space_behind_the_movie_box_is_used_first() {
    let file = mp4(b"isom", &["moov", "free", "mdat"]);
    assert_eq!(stamped(&file).len(), file.len());
}

#[test]
fn stamping_again_changes_nothing() {
    for parts in [
        &["moov", "mdat"][..],
        &["mdat", "moov"],
        &["moov", "free", "mdat"],
    ] {
        let once = stamped(&mp4(b"mp42", parts));
        assert_eq!(stamped(&once), once, "{parts:?}");
    }
}

#[test]
fn positions_that_outgrow_32_bits_get_64() {
    let file = [
        atom(b"ftyp", b"isom\0\0\0\0"),
        moov(&[vec![100, u32::MAX - 10]]),
        atom(b"mdat", b"x"),
    ]
    .concat();
    let out = stamped(&file);
    assert!(!out.windows(4).any(|w| w == b"stco"));
    let grown = out.len() - file.len();
    let wide = positions(&out, b"co64", 8);
    assert_eq!(wide, [100, usize::try_from(u32::MAX).unwrap() - 10 + grown]);
}

#[test]
fn fragments_with_absolute_bases_and_their_index_follow() {
    let start = atom(b"ftyp", b"iso5\0\0\0\0").len() + moov(&[]).len();
    let start32 = u32::try_from(start).unwrap().to_be_bytes();
    let start64 = u64::try_from(start).unwrap().to_be_bytes();
    let tfhd = atom(b"tfhd", &[&[0, 0, 0, 1, 0, 0, 0, 1][..], &start64].concat());
    let tfra = atom(
        b"tfra",
        &[
            &[0; 4][..],
            &[0, 0, 0, 1],
            &[0; 4],
            &[0, 0, 0, 1],
            &[0; 4],
            &start32,
            &[1, 1, 1],
        ]
        .concat(),
    );
    let file = [
        atom(b"ftyp", b"iso5\0\0\0\0"),
        moov(&[]),
        atom(b"moof", &atom(b"traf", &tfhd)),
        atom(b"mdat", b"ABCDEFGH"),
        atom(b"mfra", &tfra),
    ]
    .concat();
    let out = stamped(&file);
    let at = |kind: &[u8; 4]| out.windows(4).position(|w| w == kind).unwrap();
    let moof = at(b"moof") - 4;
    assert_ne!(moof, start);
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |sum, &byte| sum << 8 | usize::from(byte))
    };
    assert_eq!(number(&out[at(b"tfhd") + 12..][..8]), moof);
    assert_eq!(number(&out[at(b"tfra") + 24..][..4]), moof);
}

#[test]
fn a_segment_index_before_the_movie_box_still_reaches_its_segments() {
    let sidx = atom(
        b"sidx",
        &[
            &[0; 12][..],
            &[0; 4],
            &u32::try_from(moov(&[]).len()).unwrap().to_be_bytes(),
            &[0; 4],
        ]
        .concat(),
    );
    let file = [
        atom(b"ftyp", b"iso5\0\0\0\0"),
        sidx,
        moov(&[]),
        atom(b"moof", b""),
        atom(b"mdat", b"ABCD"),
    ]
    .concat();
    let out = stamped(&file);
    let at = |kind: &[u8; 4]| out.windows(4).position(|w| w == kind).unwrap();
    let field = at(b"sidx") + 4 + 16;
    let first = out[field..field + 4]
        .iter()
        .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    assert_eq!(at(b"moov") - 4 + first, at(b"moof") - 4);
}

#[test]
fn an_xmp_packet_of_others_keeps_its_content() {
    let uuid = [
        0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf,
        0xac,
    ];
    let packet = b"<x:xmpmeta><rdf:RDF><rdf:Description theirs='1'/></rdf:RDF></x:xmpmeta>";
    let xmp = atom(b"uuid", &[&uuid[..], packet].concat());
    let file = [mp4(b"isom", &["mdat", "moov"]), atom(b"abcd", b"keep"), xmp].concat();
    let once = stamped(&file);
    let count = |needle: &[u8]| once.windows(needle.len()).filter(|w| *w == needle).count();
    assert_eq!(count(b"clearcue:code="), 1);
    assert_eq!(count(b"keep"), 1);
    assert!(count(b"theirs='1'") >= 1);
    assert_eq!(stamped(&once), once);
    assert_eq!(
        read(&mut Cursor::new(once)).unwrap().tokens,
        [marks().token]
    );
}

#[test]
fn files_whose_structure_cannot_be_followed_are_refused() {
    let whole = mp4(b"isom", &["moov", "mdat"]);
    let refused =
        |file: &[u8]| stamp(&mut Cursor::new(file), &mut Vec::new(), &marks()).unwrap_err();
    for file in [
        whole[..whole.len() - 1].to_vec(),
        mp4(b"isom", &["moov", "mdat"])[..20].to_vec(),
        [atom(b"ftyp", b"isom\0\0\0\0"), atom(b"mdat", b"ABCD")].concat(),
        [whole.clone(), moov(&[])].concat(),
        [
            atom(b"ftyp", b"isom\0\0\0\0"),
            vec![0, 0, 0, 1],
            b"moov".to_vec(),
            vec![255; 8],
        ]
        .concat(),
    ] {
        assert!(matches!(refused(&file), MediaError::Damaged { .. }));
    }
}
