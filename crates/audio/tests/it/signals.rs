//! Sounds and files made for the tests.

use audio::{Bits, Dither, Pcm, wav};

/// A stereo chord over a kick on every beat: tonal, rhythmic, and with something in every band.
pub(crate) fn song(rate: u32, bpm: f64, seconds: f64) -> Pcm {
    let frames = (seconds * f64::from(rate)).round() as usize;
    let beat = 60.0 / bpm;
    let mut noise = 1_u32;
    let frame = |n: usize| {
        let t = n as f64 / f64::from(rate);
        let since = t % beat;
        let bar = (t / beat / 4.0) as usize;
        let root = [220.0, 174.61, 130.81, 196.0][bar % 4];
        let sine = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
        let chord = sine(root) + sine(root * 1.5) + 0.5 * sine(root * 2.0);
        let kick = (-since * 30.0).exp() * (std::f64::consts::TAU * 60.0 * since).sin();
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hat = (-since * 80.0).exp() * (f64::from(noise >> 8) / f64::from(1 << 23) - 1.0);
        let left = 0.1 * chord + 0.5 * kick + 0.1 * hat;
        let right = 0.08 * chord + 0.5 * kick - 0.1 * hat;
        [left as f32, right as f32]
    };
    Pcm {
        sample_rate: rate,
        channels: 2,
        samples: (0..frames).flat_map(frame).collect(),
    }
}

pub(crate) fn wav_of(pcm: &Pcm) -> Vec<u8> {
    wav(pcm, Bits::Sixteen, Dither::None).unwrap()
}
