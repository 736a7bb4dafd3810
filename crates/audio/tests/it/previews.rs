//! Previews are valid Ogg Opus of the right length that sounds like the original.

use std::io::Cursor;

use audio::{EncodeError, Limits, Pcm, decode, opus_preview};
use realfft::RealFftPlanner;

use crate::signals::song;

/// Mean power in octave bands from 60 Hz to 15 kHz, in decibels, of a sound at 48 kHz.
fn bands(pcm: &Pcm) -> Vec<f64> {
    let mono = pcm.to_mono().samples;
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(4096);
    let mut power = vec![0.0; 2049];
    for block in mono.chunks_exact(4096) {
        let (mut input, mut output) = (block.to_vec(), transform.make_output_vec());
        transform.process(&mut input, &mut output).unwrap();
        power
            .iter_mut()
            .zip(&output)
            .for_each(|(sum, bin)| *sum += f64::from(bin.norm_sqr()));
    }
    let bin = |hz: f64| (hz * 4096.0 / 48_000.0) as usize;
    let band = |n: i32| {
        power[bin(60.0 * 2_f64.powi(n))..bin(60.0 * 2_f64.powi(n + 1))]
            .iter()
            .sum::<f64>()
    };
    (0..8).map(|n| 10.0 * (band(n) + 1e-9).log10()).collect()
}

#[test]
fn a_preview_decodes_to_the_same_length_and_the_same_bands() {
    for rate in [44_100, 48_000] {
        let song = song(rate, 120.0, 6.0);
        let bytes = opus_preview(&song, 96).unwrap();
        let back = decode(Cursor::new(bytes.clone()), &Limits::default()).unwrap();
        let original = song.resample(48_000);
        assert_eq!(back.frames(), original.frames());
        for (n, (got, want)) in bands(&back).iter().zip(bands(&original)).enumerate() {
            assert!(
                (got - want).abs() < 3.0,
                "band {n} at {rate}: {got} for {want}"
            );
        }
        let kbit = bytes.len() as f64 * 8.0 / 6.0 / 1000.0;
        assert!((50.0..130.0).contains(&kbit), "{kbit}");
    }
}

#[test]
fn a_preview_is_in_time_with_its_original() {
    let original = song(48_000, 120.0, 4.0);
    let back = decode(
        Cursor::new(opus_preview(&original, 128).unwrap()),
        &Limits::default(),
    )
    .unwrap();
    let product = |shift: usize| {
        let pairs = original.samples[4800..96_000]
            .iter()
            .zip(&back.samples[4800 + 2 * shift - 200..]);
        pairs.map(|(a, b)| f64::from(a * b)).sum::<f64>()
    };
    let best = (0..200)
        .max_by(|a, b| product(*a).total_cmp(&product(*b)))
        .unwrap();
    assert!(best.abs_diff(100) <= 2, "off by {best} − 100 frames");
}

#[test]
fn a_preview_starts_and_ends_as_rfc_7845_asks() {
    let song = song(48_000, 120.0, 3.5);
    let bytes = opus_preview(&song, 96).unwrap();
    assert_eq!(&bytes[28..37], b"OpusHead\x01");
    assert_eq!((bytes[5], bytes[37]), (2, 2), "first page, two channels");
    let pre_skip = u64::from(u16::from_le_bytes([bytes[38], bytes[39]]));
    let last = bytes.windows(4).rposition(|four| four == b"OggS").unwrap();
    assert_eq!(bytes[last + 5], 4, "last page");
    let granule = u64::from_le_bytes(bytes[last + 6..last + 14].try_into().unwrap());
    assert_eq!(granule, pre_skip + 3 * 48_000 + 24_000);
    assert!(bytes.windows(8).any(|eight| eight == b"OpusTags"));
}

#[test]
fn the_same_sound_gives_the_same_bytes_and_mono_is_welcome() {
    let song = song(44_100, 96.0, 2.0).to_mono();
    assert_eq!(
        opus_preview(&song, 64).unwrap(),
        opus_preview(&song, 64).unwrap()
    );
}

#[test]
fn nothing_and_odd_bit_rates_are_refused() {
    let song = song(48_000, 120.0, 1.0);
    let empty = Pcm {
        samples: vec![],
        ..song.clone()
    };
    assert_eq!(opus_preview(&empty, 96), Err(EncodeError::Empty));
    assert_eq!(
        opus_preview(&song, 8),
        Err(EncodeError::BitRate { kbit: 8 })
    );
}
