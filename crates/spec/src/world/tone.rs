//! Small sounds, made on the spot: steady tones with a click on each beat. They are cheap to
//! decode, differ by pitch, and stems of one length lie on one another.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sample counts of a few seconds are exact in 32-bit floats"
)]

use audio::{Bits, Dither, Pcm};

/// A tone to be rendered as a WAV file.
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    /// Its pitch, in Hz.
    pub hz: f32,
    /// Its length, in milliseconds.
    pub length_ms: u32,
    /// Samples a second, in Hz.
    pub rate: u32,
    /// Its amplitude: 1.0 is 0 dBFS.
    pub level: f32,
}

impl Tone {
    /// A tone of this pitch and length, mono at 16 kHz, 12 dB below full scale.
    #[must_use]
    pub const fn new(hz: f32, length_ms: u32) -> Self {
        Self {
            hz,
            length_ms,
            rate: 16_000,
            level: 0.25,
        }
    }

    /// The samples.
    #[must_use]
    pub fn pcm(self) -> Pcm {
        let frames = self.rate as usize * self.length_ms as usize / 1000;
        let beat = self.rate as usize / 2;
        let turn = std::f32::consts::TAU * self.hz / self.rate as f32;
        let sample = |n: usize| {
            let click = if n % beat < 40 { 0.5 } else { 0.0 };
            self.level * ((turn * n as f32).sin() + click)
        };
        Pcm {
            sample_rate: self.rate,
            channels: 1,
            samples: (0..frames).map(sample).collect(),
        }
    }

    /// The WAV file, 16 bits.
    ///
    /// # Panics
    /// When the length is nothing.
    #[must_use]
    pub fn wav(self) -> Vec<u8> {
        audio::wav(&self.pcm(), Bits::Sixteen, Dither::None).expect("a tone has a length")
    }

    /// The WAV file with chunks of its own behind the sound.
    ///
    /// # Panics
    /// When the length is nothing, or a chunk is past four gigabytes.
    #[must_use]
    pub fn wav_with(self, chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut wav = self.wav();
        let size = |bytes: usize| u32::try_from(bytes).expect("a chunk of a test is small");
        for (id, data) in chunks {
            wav.extend_from_slice(*id);
            wav.extend_from_slice(&size(data.len()).to_le_bytes());
            wav.extend_from_slice(data);
            // Chunks begin at even places.
            wav.resize(wav.len().next_multiple_of(2), 0);
        }
        let riff = size(wav.len() - 8).to_le_bytes();
        wav.splice(4..8, riff);
        wav
    }
}
