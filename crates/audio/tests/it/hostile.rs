//! Bytes from strangers: whatever they are, an answer, no panic, and memory within the limits.

use std::io::Cursor;
use std::sync::LazyLock;

use audio::{Limits, Pcm, analyse, decode, opus_preview, peaks};
use proptest::prelude::*;

use crate::signals::{song, wav_of};

const HEADS: [&[u8]; 6] = [
    b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\xee\x02\0\x04\0\x10\0data",
    b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\x0e\0\x10\x72\x0a\xc4\x42\xf0",
    b"\xff\xfb\x90\x64",
    b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02",
    b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x1e\x01vorbis\0\0\0\0\x02",
    b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42\0\0\xff\xffmoov",
];

static WHOLE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let song = song(48_000, 120.0, 1.5);
    [wav_of(&song), opus_preview(&song, 64).unwrap()]
});

fn limits() -> Limits {
    Limits {
        max_samples: 500_000,
        max_duration_ms: 5_000,
        ..Limits::default()
    }
}

/// Decodes, and holds whatever comes out against the limits.
fn survive(bytes: Vec<u8>) {
    if let Ok(pcm) = decode(Cursor::new(bytes), &limits()) {
        assert!(pcm.samples.len() <= 500_000 && pcm.duration_ms() <= 5_000);
        assert!(pcm.samples.iter().all(|sample| sample.is_finite()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_after_a_true_head_get_an_answer(
        head in 0..HEADS.len(),
        rest in prop::collection::vec(any::<u8>(), 0..4000),
    ) {
        survive([HEADS[head], &rest].concat());
    }

    #[test]
    fn a_whole_file_with_a_few_bytes_changed_gets_an_answer(
        file in 0..2_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        near_head in any::<bool>(),
    ) {
        let mut bytes = WHOLE[file].clone();
        let reach = if near_head { 128 } else { bytes.len() };
        changes.iter().for_each(|(at, value)| bytes[at.index(reach)] = *value);
        survive(bytes);
    }

    #[test]
    fn any_short_sound_is_analysed_to_finite_facts(
        samples in prop::collection::vec(-2.0_f32..2.0, 0..3000),
        channels in 1..4_u16,
        rate in prop::sample::select(vec![8_000_u32, 11_025, 44_100, 96_000, 191_999]),
    ) {
        let whole = samples.len() / usize::from(channels) * usize::from(channels);
        let pcm = Pcm { sample_rate: rate, channels, samples: samples[..whole].to_vec() };
        let facts = analyse(&pcm);
        prop_assert!(facts.loudness_lufs.is_finite() && facts.true_peak_dbtp.is_finite());
        prop_assert!(facts.hook_ms <= facts.duration_ms);
        prop_assert!(peaks(&pcm, 800).len() <= 800);
    }
}
