//! Damaged and hostile media: an answer or an error, never a panic, never a wrong file.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![cfg(feature = "media")]

mod common;
#[path = "common/media.rs"]
mod files;

use std::io::Cursor;
use std::sync::OnceLock;

use licence_key::media::{embed_bytes, essence_sha256, read};
use proptest::prelude::*;

fn seeds() -> &'static [Vec<u8>] {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(build)
}

fn build() -> Vec<Vec<u8>> {
    let plain = vec![
        files::wav(),
        files::flac(),
        files::mp3(),
        files::vorbis(),
        files::opus(),
        files::mp4(b"isom", &["moov", "free", "mdat"]),
        files::mp4(b"qt  ", &["mdat", "moov"]),
        [files::vorbis(), files::opus()].concat(),
        fragmented(),
    ];
    let marked = plain
        .iter()
        .map(|file| embed_bytes(file, &files::marks()).unwrap());
    let marked: Vec<_> = marked.collect();
    plain.into_iter().chain(marked).collect()
}

/// An MP4 with a fragment that states its position, and an index of it.
fn fragmented() -> Vec<u8> {
    let tfhd = files::atom(b"tfhd", &[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0]);
    let tfra = files::atom(b"tfra", &[&[0; 15][..], &[1], &[0; 11]].concat());
    [
        files::atom(b"ftyp", b"iso5\0\0\0\0"),
        files::moov(&[]),
        files::atom(b"moof", &files::atom(b"traf", &tfhd)),
        files::atom(b"mdat", b"ABCDEFGH"),
        files::atom(b"mfra", &tfra),
    ]
    .concat()
}

fn survives(file: &[u8]) {
    let before = essence_sha256(&mut Cursor::new(file));
    let _ = read(&mut Cursor::new(file));
    if let Ok(marked) = embed_bytes(file, &files::marks()) {
        assert!(
            marked.len() < file.len() + 20_000,
            "nothing but tags was added"
        );
        assert_eq!(before.ok(), essence_sha256(&mut Cursor::new(marked)).ok());
    }
}

#[test]
fn files_cut_anywhere_are_survived() {
    for seed in seeds() {
        for end in (0..seed.len()).step_by(7) {
            survives(&seed[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn files_with_some_bytes_changed_are_survived(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![Just(0_u8), Just(0xff), Just(0x7f), any::<u8>()]), 1..6),
        near_start in any::<bool>(),
    ) {
        let mut file = seeds()[which.index(seeds().len())].clone();
        let span = if near_start { file.len().min(120) } else { file.len() };
        for (at, byte) in changes {
            let at = at.index(span);
            file[at] = byte;
        }
        survives(&file);
    }
}
