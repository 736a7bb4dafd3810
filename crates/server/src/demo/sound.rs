//! Rendered samples as a sound file: WAV, 16-bit stereo.
//!
//! Format: RIFF WAVE with one `fmt ` chunk (PCM, format tag 1) and one `data` chunk, as in the
//! Multimedia Programming Interface and Data Specifications 1.0 of IBM and Microsoft (1991).

/// Two channels of two bytes.
const FRAME_BYTES: u32 = 4;

/// Interleaved stereo samples as the bytes of a file.
pub(crate) fn file(samples: &[i16], rate: u32) -> Vec<u8> {
    // The demo's pieces last a minute at most, far below the format's 4 GiB.
    let length = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX - 36);
    let mut bytes = Vec::with_capacity(44 + samples.len() * 2);
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * FRAME_BYTES).to_le_bytes());
    bytes.extend(4_u16.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}
