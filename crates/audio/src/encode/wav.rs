//! RIFF WAVE, 16 or 24 bits, plain PCM (Microsoft/IBM "Multimedia Programming Interface and Data
//! Specifications 1.0", with `WAVE_FORMAT_PCM`).

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "samples are clamped to the integer range before the cast; sizes are checked first"
)]

use super::EncodeError;
use crate::pcm::Pcm;

/// Bits per sample of a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    /// 16 bits: what video editors expect.
    Sixteen,
    /// 24 bits: for stems that will be mixed again.
    TwentyFour,
}

/// What is added before rounding to integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dither {
    /// Nothing: for sound that came from integers of the same width.
    None,
    /// Triangular noise of ±1 step, from a generator with a fixed start: the same sound always
    /// gives the same bytes.
    Triangular,
}

/// Writes a whole WAV file into memory.
///
/// # Errors
/// [`EncodeError::Empty`] without a frame, [`EncodeError::TooLong`] past four gigabytes.
pub fn wav(pcm: &Pcm, bits: Bits, dither: Dither) -> Result<Vec<u8>, EncodeError> {
    if pcm.frames() == 0 {
        return Err(EncodeError::Empty);
    }
    let width = match bits {
        Bits::Sixteen => 2_u16,
        Bits::TwentyFour => 3,
    };
    let data = pcm.samples.len() as u64 * u64::from(width);
    let data = u32::try_from(data)
        .ok()
        .filter(|d| *d < u32::MAX - 64)
        .ok_or(EncodeError::TooLong)?;
    let mut bytes = header(pcm, width, data);
    bytes.reserve(data as usize + 1);
    let mut noise = Noise::new(dither);
    let full = f64::from(1_i32 << (width * 8 - 1));
    for &sample in &pcm.samples {
        let stepped = (f64::from(sample) * full + noise.next()).round();
        let value = stepped.clamp(-full, full - 1.0) as i32;
        bytes.extend_from_slice(&value.to_le_bytes()[..usize::from(width)]);
    }
    if data % 2 == 1 {
        bytes.push(0);
    }
    Ok(bytes)
}

fn header(pcm: &Pcm, width: u16, data: u32) -> Vec<u8> {
    let frame = pcm.channels * width;
    let mut bytes = Vec::with_capacity(44);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(36 + data + data % 2).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16_u32.to_le_bytes());
    bytes.extend_from_slice(&1_u16.to_le_bytes());
    bytes.extend_from_slice(&pcm.channels.to_le_bytes());
    bytes.extend_from_slice(&pcm.sample_rate.to_le_bytes());
    bytes.extend_from_slice(&(pcm.sample_rate * u32::from(frame)).to_le_bytes());
    bytes.extend_from_slice(&frame.to_le_bytes());
    bytes.extend_from_slice(&(width * 8).to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&data.to_le_bytes());
    bytes
}

/// Triangular dither from Marsaglia's xorshift64 ("Xorshift RNGs", 2003) with a fixed start.
struct Noise {
    state: Option<u64>,
}

impl Noise {
    fn new(dither: Dither) -> Self {
        let start = 0x9e37_79b9_7f4a_7c15;
        Self {
            state: (dither == Dither::Triangular).then_some(start),
        }
    }

    /// Within −1.0 to 1.0 steps, two uniform values summed; always 0 without dither.
    fn next(&mut self) -> f64 {
        let Some(state) = &mut self.state else {
            return 0.0;
        };
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        let uniform = |bits: u64| bits as u32 as f64 / f64::from(u32::MAX) - 0.5;
        uniform(*state >> 32) + uniform(*state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(channels: u16) -> Pcm {
        let samples = (-50..50).map(|n| n as f32 / 50.0).collect();
        Pcm {
            sample_rate: 44_100,
            channels,
            samples,
        }
    }

    #[test]
    fn the_header_counts_what_follows_it() {
        let bytes = wav(&ramp(2), Bits::Sixteen, Dither::None).unwrap();
        assert_eq!(bytes.len(), 44 + 200);
        assert_eq!(
            u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize,
            bytes.len() - 8
        );
        assert_eq!(u32::from_le_bytes(bytes[40..44].try_into().unwrap()), 200);
        let odd = Pcm {
            samples: vec![0.5],
            channels: 1,
            sample_rate: 8000,
        };
        let bytes = wav(&odd, Bits::TwentyFour, Dither::None).unwrap();
        assert_eq!(bytes.len(), 44 + 3 + 1, "chunks are padded to even length");
    }

    #[test]
    fn full_scale_is_clamped_and_never_wraps() {
        let loud = Pcm {
            sample_rate: 8000,
            channels: 1,
            samples: vec![2.0, -2.0, 1.0],
        };
        let bytes = wav(&loud, Bits::Sixteen, Dither::Triangular).unwrap();
        let value = |n: usize| i16::from_le_bytes([bytes[44 + 2 * n], bytes[45 + 2 * n]]);
        assert_eq!((value(0), value(1)), (32_767, -32_768));
        assert!(value(2) > 32_700);
    }

    #[test]
    fn dither_is_the_same_every_time_and_moves_silence_by_a_step_at_most() {
        let silence = Pcm {
            sample_rate: 8000,
            channels: 1,
            samples: vec![0.0; 4000],
        };
        let bytes = wav(&silence, Bits::Sixteen, Dither::Triangular).unwrap();
        assert_eq!(
            bytes,
            wav(&silence, Bits::Sixteen, Dither::Triangular).unwrap()
        );
        let values: Vec<i16> = bytes[44..]
            .chunks(2)
            .map(|b| i16::from_le_bytes([b[0], b[1]]))
            .collect();
        assert!(values.iter().all(|v| v.abs() <= 1) && values.iter().any(|v| *v != 0));
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / 4000.0;
        assert!(mean.abs() < 0.05, "no offset: {mean}");
    }

    #[test]
    fn nothing_is_not_encoded() {
        let empty = Pcm {
            sample_rate: 8000,
            channels: 1,
            samples: vec![],
        };
        assert_eq!(
            wav(&empty, Bits::Sixteen, Dither::None),
            Err(EncodeError::Empty)
        );
    }
}
