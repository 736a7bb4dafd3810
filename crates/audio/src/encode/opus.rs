//! Previews: Opus in Ogg (RFC 6716, RFC 7845), which every current browser plays.

#![allow(
    clippy::cast_possible_truncation,
    reason = "frame counts of a preview fit every field of the container by far"
)]

use ropus::{Application, Bitrate, Channels, Encoder, Signal};

use super::EncodeError;
use crate::ogg::{Ends, NO_GRANULE, Page, segments};
use crate::pcm::Pcm;

/// Opus counts granules at 48 kHz whatever the input (RFC 7845 §4).
pub(crate) const OPUS_RATE: u32 = 48_000;
/// 20 ms at 48 kHz: the frame length Opus is tuned for.
const FRAME: usize = 960;
/// Bytes of the largest packet of one frame (RFC 6716 §3.4), rounded up.
const MAX_PACKET: usize = 1500;
/// Packets on a page: one second of sound, so that players seek finely and overhead stays small.
const PACKETS_A_PAGE: usize = 50;
/// Where sound quality stops rising audibly at preview rates but encoding time still does.
const COMPLEXITY: u8 = 5;
/// One stream a file, so any constant serves; a fixed one makes equal input give equal bytes.
const SERIAL: u32 = 0x436c_6561;

/// Encodes a stereo preview at `kbit` kilobits a second as a whole Ogg Opus file. The sound is
/// folded to stereo and resampled to 48 kHz first; its decoded length is exact to the sample.
///
/// # Errors
/// [`EncodeError::Empty`] without a frame, [`EncodeError::BitRate`] outside 16 to 256.
pub fn opus_preview(pcm: &Pcm, kbit: u32) -> Result<Vec<u8>, EncodeError> {
    if pcm.frames() == 0 {
        return Err(EncodeError::Empty);
    }
    if !(16..=256).contains(&kbit) {
        return Err(EncodeError::BitRate { kbit });
    }
    let sound = pcm.to_stereo().resample(OPUS_RATE);
    let mut encoder = encoder(kbit)?;
    let pre_skip = encoder.lookahead();
    let packets = packets(&mut encoder, &sound, pre_skip as usize)?;
    Ok(container(&packets, pre_skip, sound.frames()))
}

fn encoder(kbit: u32) -> Result<Encoder, EncodeError> {
    Encoder::builder(OPUS_RATE, Channels::Stereo, Application::Audio)
        .bitrate(Bitrate::Bits(kbit * 1000))
        .complexity(COMPLEXITY)
        .signal(Signal::Music)
        .vbr(true)
        .build()
        .map_err(|e| EncodeError::Codec {
            reason: e.to_string(),
        })
}

/// Encodes until the decoder, having dropped `pre_skip` frames, has every frame of the sound.
fn packets(
    encoder: &mut Encoder,
    sound: &Pcm,
    pre_skip: usize,
) -> Result<Vec<Vec<u8>>, EncodeError> {
    let count = (sound.frames() + pre_skip).div_ceil(FRAME);
    let mut packets = Vec::with_capacity(count);
    let mut frame = [0.0; FRAME * 2];
    let mut packet = [0; MAX_PACKET];
    for n in 0..count {
        let from = (n * FRAME * 2).min(sound.samples.len());
        let rest = &sound.samples[from..];
        let filled = rest.len().min(frame.len());
        frame[..filled].copy_from_slice(&rest[..filled]);
        frame[filled..].fill(0.0);
        let length = encoder
            .encode_float(&frame, &mut packet)
            .map_err(|e| EncodeError::Codec {
                reason: e.to_string(),
            })?;
        packets.push(packet[..length].to_vec());
    }
    Ok(packets)
}

/// Lays packets out on pages: identification, comment, then sound. The last page's granule tells
/// players where the padding of the last frame begins (RFC 7845 §4.4).
fn container(packets: &[Vec<u8>], pre_skip: u32, frames: usize) -> Vec<u8> {
    let mut file = Page::write(Ends::First, 0, SERIAL, 0, &[&head(pre_skip)]);
    file.extend(Page::write(Ends::Middle, 0, SERIAL, 1, &[&tags()]));
    let mut sequence = 2;
    let mut done = 0_u64;
    let mut waiting = packets;
    while !waiting.is_empty() {
        let (page, rest) = waiting.split_at(page_length(waiting));
        waiting = rest;
        done += (page.len() * FRAME) as u64;
        let end = u64::from(pre_skip) + frames as u64;
        let last = waiting.is_empty();
        let (ends, granule) = if last {
            (Ends::Last, end)
        } else {
            (Ends::Middle, done)
        };
        debug_assert_ne!(granule, NO_GRANULE);
        let slices: Vec<&[u8]> = page.iter().map(Vec::as_slice).collect();
        file.extend(Page::write(ends, granule, SERIAL, sequence, &slices));
        sequence += 1;
    }
    file
}

/// How many packets fit the next page's 255 segments, at most [`PACKETS_A_PAGE`].
fn page_length(packets: &[Vec<u8>]) -> usize {
    let mut used = 0;
    let fits = |packet: &&Vec<u8>| {
        used += segments(packet.len()).count();
        used <= 255
    };
    packets
        .iter()
        .take(PACKETS_A_PAGE)
        .take_while(fits)
        .count()
        .max(1)
}

/// The identification header, channel mapping family 0 (RFC 7845 §5.1).
fn head(pre_skip: u32) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x02".to_vec();
    head.extend_from_slice(&(pre_skip as u16).to_le_bytes());
    head.extend_from_slice(&OPUS_RATE.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    head
}

/// The comment header, with the writer's name and no comments (RFC 7845 §5.2).
fn tags() -> Vec<u8> {
    let vendor = b"Clearcue";
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&(vendor.len() as u32).to_le_bytes());
    tags.extend_from_slice(vendor);
    tags.extend_from_slice(&[0; 4]);
    tags
}
