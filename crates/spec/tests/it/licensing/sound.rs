//! The sound of a delivered file is the master's, sample by sample, proven by decoding both; the
//! master itself is never written to. Formats that nothing in this tree can encode are decoded
//! by ffmpeg in `scripts/judges/check-media.py`.

use std::io::Cursor;

use audio::{Bits, Dither, Limits, Pcm};
use domain::{AssetKind, Tier};
use licence_key::media;
use spec::on_both_engines;
use spec::world::{Folder, Tone, Track};

on_both_engines! {
    async fn every_delivered_format_sounds_like_its_master_sample_by_sample(world: World) {
        let pcm = heard(Tone::new(331.0, 3_000).wav());
        let wav = |pcm: &Pcm, bits| audio::wav(pcm, bits, Dither::None).expect("three seconds");
        let mut streamed = wav(&slower(&pcm, 1), Bits::Sixteen);
        let data = streamed.windows(4).position(|w| w == b"data").expect("a data chunk");
        streamed[data + 4..data + 8].fill(0xff);
        streamed[4..8].fill(0xff);
        let files = [
            ("plain.wav", wav(&pcm, Bits::Sixteen)),
            ("deep.wav", wav(&slower(&pcm, 3), Bits::TwentyFour)),
            ("streamed.wav", streamed),
            ("lossless.flac", flac(&slower(&pcm, 4))),
            ("small.opus", audio::opus_preview(&slower(&pcm, 5), 96).expect("three seconds")),
        ];
        for (name, master) in files {
            let folder = Folder::new().with(name, &master);
            let import = world.imports(&folder).await;
            let [id] = import.added().try_into().unwrap_or_else(|_| panic!("{name}: {:?}", import.refused()));
            let track = Track { id, title: name.into() };
            let mia = world.buyer("Mia");
            let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
            let delivered = mia.downloads(&licence, 0).await.expect("it was bought").bytes;
            assert_ne!(delivered, master, "{name} was marked");
            let found = media::read(&mut Cursor::new(&delivered)).expect("its tags can be read");
            assert_eq!(found.tokens, [licence.token], "{name}");
            assert!(heard(delivered) == heard(master.clone()), "{name} sounds different");
            assert!(world.master_of(&track).await == master, "{name}: the master was written to");
        }
    }
}

fn heard(bytes: Vec<u8>) -> Pcm {
    audio::decode(Cursor::new(bytes), &Limits::default()).expect("a file made here")
}

/// The same with a few frames less, so that no two files hold one sound.
fn slower(pcm: &Pcm, less: usize) -> Pcm {
    pcm.slice(0, pcm.frames() - less)
}

/// FLAC of verbatim subframes (RFC 9639 §9.2.2): every sample as it is, in 16 bits.
fn flac(pcm: &Pcm) -> Vec<u8> {
    let block = 4_096;
    let channels = usize::from(pcm.channels);
    let frames = u64::try_from(pcm.frames()).expect("few");
    let mut info = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0];
    let packed =
        u64::from(pcm.sample_rate) << 44 | u64::from(pcm.channels - 1) << 41 | 15 << 36 | frames;
    info.extend(packed.to_be_bytes());
    info.extend([0; 16]);
    let mut out = [&b"fLaC\x80\0\0\x22"[..], &info].concat();
    for (samples, number) in pcm.samples.chunks(block * channels).zip(0_u8..) {
        let count = u16::try_from(samples.len() / channels - 1).expect("a block");
        let assignment = u8::try_from(channels - 1).expect("few channels") << 4;
        let mut frame = vec![0xff, 0xf8, 0x70, assignment | 0x08, number & 0x7f];
        frame.extend(count.to_be_bytes());
        frame.push(checksum(&frame, 0x07, 8).to_be_bytes()[1]);
        for channel in 0..channels {
            frame.push(0x02);
            for sample in samples.iter().skip(channel).step_by(channels) {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a tone stays within 16 bits"
                )]
                let value = (sample * 32_768.0).round() as i16;
                frame.extend(value.to_be_bytes());
            }
        }
        let sum = checksum(&frame, 0x8005, 16).to_be_bytes();
        out.extend(frame);
        out.extend(sum);
    }
    out
}

/// A cyclic checksum of so many bits, most significant first, from zero.
fn checksum(bytes: &[u8], polynomial: u32, bits: u32) -> u16 {
    let top = 1_u32 << (bits - 1);
    let sum = bytes.iter().fold(0_u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << (bits - 8), |sum, _| {
            let shifted = sum << 1;
            (if sum & top == 0 {
                shifted
            } else {
                shifted ^ polynomial
            }) & (top << 1).wrapping_sub(1)
        })
    });
    u16::try_from(sum).expect("at most 16 bits")
}
