//! Tiny media files, built here from the formats' own rules.

#![allow(dead_code, reason = "each test file uses a part of it")]

use licence_key::media::Marks;

/// 16-bit mono PCM with a chunk that no tagger knows.
pub(crate) fn wav() -> Vec<u8> {
    let samples: Vec<u8> = (0..2_001_u32)
        .map(|n| (n * 7 % 251).to_le_bytes()[0])
        .collect();
    let body = [
        b"WAVE".to_vec(),
        pcm(),
        chunk(
            b"LIST",
            &[b"INFO".to_vec(), chunk(b"IPRD", b"An Album\0\0")].concat(),
        ),
        chunk(b"data", &samples),
        chunk(b"zzzz", b"keep me!"),
    ]
    .concat();
    chunk(b"RIFF", &body)
}

/// Stream info, and something that begins as a frame does.
pub(crate) fn flac() -> Vec<u8> {
    let mut info = vec![0; 34];
    info[..4].copy_from_slice(&[0x10, 0, 0x10, 0]);
    info[10..14].copy_from_slice(&[0x0a, 0xc4, 0x42, 0xf0]);
    let frame: Vec<u8> = [0xff, 0xf8, 0x69, 0x18]
        .into_iter()
        .chain((0..500_u32).map(|n| n.to_le_bytes()[0]))
        .collect();
    [b"fLaC".to_vec(), vec![0x80, 0, 0, 34], info, frame].concat()
}

/// Forty frames of MPEG 1 layer III at 128 kbit/s and 44.1 kHz.
pub(crate) fn mp3() -> Vec<u8> {
    let frame = |n: u8| {
        let mut frame = vec![n; 417];
        frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0xc4]);
        frame
    };
    (0..40).flat_map(frame).collect()
}

pub(crate) fn vorbis() -> Vec<u8> {
    let ident = [
        &b"\x01vorbis"[..],
        &[0; 4],
        &[1],
        &44_100_u32.to_le_bytes(),
        &[0; 12],
        &[0xb8, 1],
    ]
    .concat();
    let setup = [&b"\x05vorbis"[..], &[0x55; 700]].concat();
    ogg(
        &ident,
        &[[&b"\x03vorbis"[..], &no_comments(), &[1]].concat(), setup],
    )
}

pub(crate) fn opus() -> Vec<u8> {
    opus_with(&no_comments())
}

/// With this comment list and what follows it.
pub(crate) fn opus_with(comments: &[u8]) -> Vec<u8> {
    let head = [
        &b"OpusHead"[..],
        &[1, 1, 0, 0],
        &48_000_u32.to_le_bytes(),
        &[0; 3],
    ]
    .concat();
    ogg(&head, &[[&b"OpusTags"[..], comments].concat()])
}

pub(crate) fn no_comments() -> Vec<u8> {
    [&4_u32.to_le_bytes()[..], b"test", &0_u32.to_le_bytes()].concat()
}

pub(crate) fn ogg(first: &[u8], headers: &[Vec<u8>]) -> Vec<u8> {
    let sound: Vec<Vec<u8>> = (0..20_u8).map(|n| vec![n; 100 + usize::from(n)]).collect();
    let mut out = page(2, 0, 0, &[first.to_vec()]);
    let mut number = 1;
    let mut lacing: Vec<u8> = Vec::new();
    for packet in headers {
        lacing.extend(vec![255; packet.len() / 255]);
        lacing.push(u8::try_from(packet.len() % 255).unwrap());
    }
    let (mut body, mut goes_on) = (&headers.concat()[..], false);
    for lacing in lacing.chunks(255) {
        let size = lacing.iter().map(|&length| usize::from(length)).sum();
        let (part, rest) = body.split_at(size);
        out.extend(raw_page(u8::from(goes_on), 0, number, lacing, part));
        goes_on = lacing.last() == Some(&255);
        (body, number) = (rest, number + 1);
    }
    out.extend(page(4, 960, number, &sound));
    out
}

/// One page of whole packets (RFC 3533 §6).
pub(crate) fn page(flags: u8, granule: u64, number: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut lacing = Vec::new();
    for packet in packets {
        lacing.extend(vec![255; packet.len() / 255]);
        lacing.push(u8::try_from(packet.len() % 255).unwrap());
    }
    raw_page(flags, granule, number, &lacing, &packets.concat())
}

fn raw_page(flags: u8, granule: u64, number: u32, lacing: &[u8], body: &[u8]) -> Vec<u8> {
    let mut page = [
        &b"OggS"[..],
        &[0, flags],
        &granule.to_le_bytes(),
        &77_u32.to_le_bytes(),
        &number.to_le_bytes(),
        &[0; 4],
    ]
    .concat();
    page.push(u8::try_from(lacing.len()).unwrap());
    page.extend(lacing);
    page.extend(body);
    let crc = checksum(&page);
    page[22..26].copy_from_slice(&crc.to_le_bytes());
    page
}

/// RFC 3533's, bit by bit, over a page whose checksum is zero.
pub(crate) fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0_u32, |crc, &byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |crc, _| {
            if crc & 0x8000_0000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x04c1_1db7
            }
        })
    })
}

/// A RIFF chunk, padded to an even length.
pub(crate) fn chunk(id: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap();
    let pad = vec![0; payload.len() % 2];
    [id, &size.to_le_bytes()[..], payload, &pad].concat()
}

/// The `fmt ` chunk of 16-bit mono.
pub(crate) fn pcm() -> Vec<u8> {
    let format = [1, 0, 1, 0, 0x80, 0xbb, 0, 0, 0, 0x77, 1, 0, 2, 0, 16, 0];
    chunk(b"fmt ", &format)
}

pub(crate) fn atom(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, payload].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A movie box whose `trak`s have these chunk positions, one `stco` each.
pub(crate) fn moov(tracks: &[Vec<u32>]) -> Vec<u8> {
    let mut inner = atom(b"mvhd", &[0; 100]);
    for positions in tracks {
        let count = u32::try_from(positions.len()).unwrap();
        let table = atom(b"stco", &words(&[&[0, count], &positions[..]].concat()));
        let media = atom(b"minf", &atom(b"stbl", &table));
        inner.extend(atom(
            b"trak",
            &[atom(b"tkhd", &[0; 84]), atom(b"mdia", &media)].concat(),
        ));
    }
    atom(b"moov", &inner)
}

/// Two tracks; `parts` says in which order the boxes stand, and positions are those of the
/// chunks, which are the letters of `mdat`.
pub(crate) fn mp4(brand: &[u8; 4], parts: &[&str]) -> Vec<u8> {
    let build = |positions: &[Vec<u32>]| {
        let mut out = atom(b"ftyp", &[&brand[..], &[0; 4], brand].concat());
        for part in parts {
            out.extend(match *part {
                "moov" => moov(positions),
                "free" => atom(b"free", &[0; 8_000]),
                "mdat" => atom(b"mdat", b"ABCDEFGHIJKLMNOP"),
                other => panic!("no part {other}"),
            });
        }
        out
    };
    let draft = build(&[vec![0; 2], vec![0; 2]]);
    let at = |letters: &[u8]| {
        u32::try_from(draft.windows(4).position(|w| w == letters).unwrap()).unwrap()
    };
    build(&[
        vec![at(b"ABCD"), at(b"IJKL")],
        vec![at(b"EFGH"), at(b"MNOP")],
    ])
}

pub(crate) fn marks() -> Marks {
    let code = crate::common::code();
    Marks {
        code,
        page_url: format!("https://store.example/l/{}", code.plain()),
        token: licence_key::sign(&crate::common::claims(), &crate::common::key()).unwrap(),
        title: None,
        artist: Some("Zoë & <Ångström>".to_owned()),
        copyright: Some("© 2026 Zoë".to_owned()),
    }
}
