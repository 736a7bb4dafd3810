//! Sound files as writers really leave them: marked without losing anything, each fault that was
//! found once with a test of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![cfg(feature = "media")]

mod common;
#[path = "common/media.rs"]
mod files;

use std::io::Cursor;

use files::{chunk, marks, no_comments, page, pcm};
use licence_key::media::{Format, Found, MediaError, embed_bytes, essence_sha256, read};

fn marked(file: &[u8]) -> Vec<u8> {
    let marked = embed_bytes(file, &marks()).unwrap();
    assert_eq!(essence(&marked), essence(file));
    assert_eq!(found(&marked).tokens, [marks().token]);
    assert_eq!(found(&marked).codes, [marks().code]);
    let twice = embed_bytes(&marked, &marks()).unwrap();
    assert_eq!(twice, marked, "marking twice is marking once");
    marked
}

fn found(file: &[u8]) -> Found {
    read(&mut Cursor::new(file)).unwrap()
}

fn essence(file: &[u8]) -> String {
    essence_sha256(&mut Cursor::new(file)).unwrap()
}

fn at(file: &[u8], needle: &[u8]) -> Option<usize> {
    file.windows(needle.len()).position(|w| w == needle)
}

fn little(file: &[u8], at: usize) -> usize {
    usize::try_from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap())).unwrap()
}

/// Walks the chunks and answers their names; the form's size must be the file's.
fn chunks(wav: &[u8]) -> Vec<String> {
    assert_eq!(little(wav, 4), wav.len() - 8);
    let (mut names, mut at) = (Vec::new(), 12);
    while at < wav.len() {
        names.push(String::from_utf8(wav[at..at + 4].to_vec()).unwrap());
        let size = little(wav, at + 4);
        at += 8 + size + size % 2;
    }
    assert_eq!(at, wav.len(), "the last chunk ends where the file does");
    names
}

fn riff(form_size: u32, data_size: u32, sound: &[u8]) -> Vec<u8> {
    let size = data_size.to_le_bytes();
    [
        &b"RIFF"[..],
        &form_size.to_le_bytes(),
        b"WAVE",
        &pcm(),
        b"data",
        &size,
        sound,
    ]
    .concat()
}

#[test]
fn a_streamed_wav_gets_its_sizes_and_keeps_its_sound() {
    for unknown in [0, u32::MAX] {
        for sound in [&[7; 600][..], &[7; 601]] {
            let wav = marked(&riff(unknown, unknown, sound));
            assert_eq!(chunks(&wav), ["fmt ", "data", "LIST", "id3 "]);
            assert_eq!(little(&wav, at(&wav, b"data").unwrap() + 4), sound.len());
        }
    }
}

#[test]
fn tags_do_not_become_sound_in_a_wav_that_was_cut_short() {
    let wav = marked(&riff(90_000, 80_000, &[7; 601]));
    assert_eq!(chunks(&wav), ["fmt ", "data", "LIST", "id3 "]);
    assert_eq!(little(&wav, at(&wav, b"data").unwrap() + 4), 601);
}

#[test]
fn an_odd_chunk_without_its_pad_byte_hides_nothing_behind_it() {
    let info = chunk(
        b"LIST",
        &[&b"INFO"[..], &chunk(b"IPRD", b"An Album")].concat(),
    );
    let mut file = riff(0, 601, &[7; 601]);
    file.extend(info);
    let wav = marked(&file);
    assert!(at(&wav, b"An Album").is_some());
    assert_eq!(wav.windows(4).filter(|w| w == b"LIST").count(), 1);
}

#[test]
fn an_rf64_file_gets_its_new_length_in_the_64_bit_size() {
    let sound = [7; 600];
    let mut sizes = [0_u64, 600, 300].map(u64::to_le_bytes).concat();
    sizes.extend([0; 4]);
    let body = [chunk(b"ds64", &sizes), pcm()].concat();
    let size = u32::MAX.to_le_bytes();
    let file = [&b"RF64"[..], &size, b"WAVE", &body, b"data", &size, &sound].concat();
    let rf64 = marked(&file);
    assert_eq!(&rf64[4..8], size);
    let stated = u64::from_le_bytes(rf64[20..28].try_into().unwrap());
    assert_eq!(stated, u64::try_from(rf64.len()).unwrap() - 8);
    assert_eq!(&rf64[28..36], &600_u64.to_le_bytes());
}

#[test]
fn texts_of_others_that_are_no_utf8_are_kept_byte_for_byte() {
    let info = chunk(
        b"LIST",
        &[&b"INFO"[..], &chunk(b"IPRD", b"Caf\xe9\0")].concat(),
    );
    let file = riff(0, 0, &[7; 600]);
    let (head, sound) = file.split_at(36);
    let wav = marked(&[head, &info, sound].concat());
    assert!(at(&wav, b"Caf\xe9").is_some());
    let entry = b"ALBUM=Caf\xe9";
    let list = [
        &4_u32.to_le_bytes()[..],
        b"test",
        &1_u32.to_le_bytes(),
        &10_u32.to_le_bytes(),
        entry,
    ];
    let opus = files::opus_with(&list.concat());
    assert!(at(&marked(&opus), entry).is_some());
}

#[test]
fn id3_in_front_of_flac_does_not_make_it_an_mp3() {
    let id3 = [b"ID3\x04\0\0\0\0\x01\0".to_vec(), vec![0; 128]].concat();
    let flac = marked(&[id3, files::flac()].concat());
    assert_eq!(found(&flac).format, Format::Flac);
    assert!(at(&flac, b"LICENCE_TOKEN=").is_some());
}

#[test]
fn flac_padding_takes_the_growth_and_is_not_added_where_there_is_none() {
    let plain = files::flac();
    let (info, frames) = (&plain[8..42], &plain[42..]);
    let padding = [vec![0x81, 0, 0x20, 0], vec![0; 0x2000]].concat();
    let head = [b"fLaC".to_vec(), vec![0, 0, 0, 34], info.to_vec()].concat();
    let padded = [head, padding, frames.to_vec()].concat();
    assert_eq!(marked(&padded).len(), padded.len());
    assert!(marked(&plain).len() < plain.len() + 2_000);
}

#[test]
fn flac_comments_that_would_not_fit_are_refused() {
    let entry = vec![b'x'; (1 << 24) - 40];
    let length = u32::try_from(entry.len()).unwrap().to_le_bytes();
    let list = [
        &0_u32.to_le_bytes()[..],
        &1_u32.to_le_bytes(),
        &length,
        &entry,
    ]
    .concat();
    let [_, a, b, c] = u32::try_from(list.len()).unwrap().to_be_bytes();
    let plain = files::flac();
    let file = [
        &b"fLaC\0\0\0\x22"[..],
        &plain[8..42],
        &[0x84, a, b, c],
        &list,
        &plain[42..],
    ]
    .concat();
    let refused = embed_bytes(&file, &marks()).unwrap_err();
    assert!(matches!(refused, MediaError::NoRoom { .. }), "{refused}");
}

#[test]
fn a_comment_that_ffmpeg_keeps_elsewhere_is_replaced_too() {
    let text = b"\x03comment\0old";
    let size = u8::try_from(text.len()).unwrap();
    let frame = [&b"TXXX\0\0\0"[..], &[size, 0, 0], text].concat();
    let tag = [&b"ID3\x04\0\0\0\0\0"[..], &[size + 10], &frame].concat();
    let mp3 = marked(&[tag, files::mp3()].concat());
    assert!(at(&mp3, b"old").is_none());
}

#[test]
fn an_id3v1_comment_gets_the_code_and_keeps_the_track_number() {
    let mut old = [b"TAG".to_vec(), vec![b'x'; 125]].concat();
    old[125..127].copy_from_slice(&[0, 9]);
    let mp3 = marked(&[files::mp3(), old.clone()].concat());
    let new = &mp3[mp3.len() - 128..];
    assert!(new[97..].starts_with(format!("Licence {}\0", marks().code).as_bytes()));
    assert_eq!((&new[..97], &new[125..]), (&old[..97], &old[125..]));
}

/// Number and checksum of every page are right, stream by stream.
fn assert_pages(ogg: &[u8]) {
    let mut next = std::collections::HashMap::new();
    let mut at = 0;
    while at < ogg.len() {
        let lacing = &ogg[at + 27..][..usize::from(ogg[at + 26])];
        let size: usize = lacing.iter().map(|&length| usize::from(length)).sum();
        let end = at + 27 + lacing.len() + size;
        let mut page = ogg[at..end].to_vec();
        page[22..26].fill(0);
        assert_eq!(ogg[at + 22..at + 26], files::checksum(&page).to_le_bytes());
        let number = next.entry(ogg[at + 14..at + 18].to_vec()).or_insert(0);
        if page[5] & 2 != 0 {
            *number = 0;
        }
        assert_eq!(little(ogg, at + 18), *number);
        *number += 1;
        at = end;
    }
}

#[test]
fn a_comment_over_several_ogg_pages_moves_the_numbers_and_checksums_behind_it() {
    let entry = vec![b'x'; 200_000];
    let length = u32::try_from(entry.len()).unwrap().to_le_bytes();
    let list = [
        &0_u32.to_le_bytes()[..],
        &1_u32.to_le_bytes(),
        &length,
        &entry,
    ]
    .concat();
    let long = marked(&files::opus_with(&list));
    assert_pages(&long);
    assert!(at(&long, &entry[..1_000]).is_some());
    let mut longer = marks();
    longer.copyright = Some("©".repeat(100_000));
    for file in [files::opus(), files::vorbis()] {
        let grown = embed_bytes(&file, &longer).unwrap();
        assert_pages(&grown);
        assert_eq!(essence(&grown), essence(&file));
        assert_eq!(found(&grown).tokens, [marks().token]);
        let back = embed_bytes(&grown, &marks()).unwrap();
        assert_pages(&back);
        assert_eq!(back, marked(&file));
    }
}

#[test]
fn every_link_of_a_chained_ogg_is_marked() {
    let chained = marked(&[files::vorbis(), files::vorbis()].concat());
    assert_pages(&chained);
    let tokens = chained.windows(14).filter(|w| w == b"LICENCE_TOKEN=");
    assert_eq!(tokens.count(), 2);
    let links: Vec<u8> = (0..300).flat_map(|_| files::vorbis()).collect();
    assert_pages(&marked(&links));
}

#[test]
fn streams_of_other_codecs_in_an_ogg_file_are_left_alone() {
    let renamed = |mut page: Vec<u8>| {
        page[14] = 99;
        page[22..26].fill(0);
        let sum = files::checksum(&page).to_le_bytes();
        page[22..26].copy_from_slice(&sum);
        page
    };
    let begin = renamed(page(2, 0, 0, &[b"\x80theora".to_vec()]));
    let goes_on = renamed(page(4, 9, 1, &[b"a picture".to_vec()]));
    let vorbis = files::vorbis();
    let second = at(&vorbis[1..], b"OggS").unwrap() + 1;
    let file = [&begin, &vorbis[..second], &goes_on, &vorbis[second..]].concat();
    let both = marked(&file);
    assert_pages(&both);
    assert!(at(&both, &begin).is_some() && at(&both, &goes_on).is_some());
}

#[test]
fn opus_data_behind_the_comments_is_kept_and_padding_is_not() {
    let kept = marked(&files::opus_with(
        &[no_comments(), b"\x01binary".to_vec()].concat(),
    ));
    assert!(at(&kept, b"\x01binary").is_some());
    let dropped = marked(&files::opus_with(
        &[no_comments(), b"\0padding".to_vec()].concat(),
    ));
    assert!(at(&dropped, b"padding").is_none());
}
