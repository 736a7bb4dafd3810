//! Whole files, cut files, wrong files.

use std::io::Cursor;

use audio::{Bits, DecodeError, Dither, Limits, Pcm, decode, opus_preview, wav};

use crate::signals::{song, wav_of};

fn code(bytes: Vec<u8>, limits: &Limits) -> &'static str {
    decode(Cursor::new(bytes), limits).map_or_else(|e| e.code(), |_| "decoded")
}

#[test]
fn a_wav_comes_back_as_it_was_written() {
    let song = song(44_100, 120.0, 2.0);
    for (bits, step) in [
        (Bits::Sixteen, 1.0 / 32_768.0),
        (Bits::TwentyFour, 1.0 / 8_388_608.0),
    ] {
        let bytes = wav(&song, bits, Dither::None).unwrap();
        let back = decode(Cursor::new(bytes), &Limits::default()).unwrap();
        assert_eq!((back.sample_rate, back.channels), (44_100, 2));
        assert_eq!(back.frames(), song.frames());
        let far = back
            .samples
            .iter()
            .zip(&song.samples)
            .map(|(a, b)| (a - b).abs());
        assert!(far.fold(0.0, f32::max) <= step);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_as_cut_short() {
    let song = song(48_000, 120.0, 3.0);
    for whole in [wav_of(&song), opus_preview(&song, 96).unwrap()] {
        assert_eq!(code(whole.clone(), &Limits::default()), "decoded");
        for missing in [1, 2, 100, whole.len() / 3, whole.len() / 2] {
            let cut = whole[..whole.len() - missing].to_vec();
            assert_eq!(
                code(cut, &Limits::default()),
                "truncated",
                "{missing} bytes missing"
            );
        }
    }
}

#[test]
fn a_wav_of_unknown_length_lasts_as_long_as_it_lasts() {
    let mut bytes = wav_of(&song(48_000, 120.0, 2.0));
    // As encoders write them that cannot seek back.
    for length in [4..8, 40..44] {
        bytes[length].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    let back = decode(Cursor::new(bytes), &Limits::default()).unwrap();
    assert_eq!(back.duration_ms(), 2000);
}

#[test]
fn every_limit_has_its_own_refusal() {
    let bytes = wav_of(&song(48_000, 120.0, 2.0));
    let refused = |limits: Limits| code(bytes.clone(), &limits);
    let base = Limits::default();
    assert_eq!(
        refused(Limits {
            max_bytes: 1000,
            ..base.clone()
        }),
        "too_large"
    );
    assert_eq!(
        refused(Limits {
            max_samples: 1000,
            ..base.clone()
        }),
        "too_large"
    );
    assert_eq!(
        refused(Limits {
            max_duration_ms: 1999,
            ..base.clone()
        }),
        "too_long"
    );
    assert_eq!(
        refused(Limits {
            min_duration_ms: 2001,
            ..base.clone()
        }),
        "too_short"
    );
    assert_eq!(
        refused(Limits {
            max_channels: 1,
            ..base.clone()
        }),
        "too_many_channels"
    );
    assert_eq!(
        refused(Limits {
            max_rate: 44_100,
            ..base.clone()
        }),
        "bad_rate"
    );
    let exact = Limits {
        max_duration_ms: 2000,
        min_duration_ms: 2000,
        max_channels: 2,
        ..base
    };
    assert_eq!(refused(exact), "decoded");
}

#[test]
fn what_is_not_audio_says_what_it_looks_like() {
    let refusal = decode(Cursor::new(b"%PDF-1.7 ...".to_vec()), &Limits::default()).unwrap_err();
    assert_eq!(refusal.code(), "not_audio");
    assert!(refusal.to_string().contains("a PDF document"), "{refusal}");
    assert_eq!(code(Vec::new(), &Limits::default()), "not_audio");
}

#[test]
fn a_wav_of_another_coding_is_unsupported_and_not_damaged() {
    let mut bytes = wav_of(&song(48_000, 120.0, 2.0));
    // 0x0161: Windows Media Audio.
    bytes[20..22].copy_from_slice(&0x0161_u16.to_le_bytes());
    let refusal = decode(Cursor::new(bytes), &Limits::default()).unwrap_err();
    assert!(
        matches!(refusal, DecodeError::UnsupportedCodec { .. }),
        "{refusal:?}"
    );
}

#[test]
fn one_spoiled_page_is_forgiven_and_many_are_not() {
    let bytes = opus_preview(&song(48_000, 120.0, 8.0), 96).unwrap();
    let pages: Vec<usize> = (0..bytes.len() - 4)
        .filter(|&at| bytes[at..].starts_with(b"OggS"))
        .collect();
    let spoil = |count: usize| {
        let mut spoiled = bytes.clone();
        // Within the stored checksum, so that the packets stay readable.
        pages[2..2 + count]
            .iter()
            .for_each(|page| spoiled[page + 22] ^= 1);
        spoiled
    };
    assert_eq!(code(spoil(1), &Limits::default()), "decoded");
    assert_eq!(code(spoil(5), &Limits::default()), "corrupt");
}

#[test]
fn silence_is_a_fact_and_not_an_error() {
    let quiet = |peak: f32| {
        let wave = (0..96_000)
            .map(|n| peak * (n as f32 * 0.05).sin())
            .collect();
        audio::analyse(&Pcm {
            sample_rate: 48_000,
            channels: 1,
            samples: wave,
        })
    };
    assert!(quiet(0.0).silent && quiet(0.000_2).silent);
    assert!(!quiet(0.001).silent);
    assert_eq!((quiet(0.0).tempo, quiet(0.0).key), (None, None));
}
