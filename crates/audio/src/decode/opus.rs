//! Opus in Ogg (RFC 7845), mono and stereo (channel mapping family 0).

#![allow(
    clippy::cast_possible_truncation,
    reason = "a gain computed in 64 bits is applied in 32, where the samples live"
)]

use std::io::Read;

use ropus::{Channels, DecodeMode, Decoder};

use super::DecodeError;
use super::sink::Sink;
use crate::ogg::{NO_GRANULE, Page, PageError};

/// Opus always decodes at 48 kHz.
const RATE: u32 = 48_000;
/// 120 ms, the longest packet (RFC 6716 §3.2.5).
const MAX_FRAMES: usize = 5760;
/// A packet of 48 frames of 2.5 ms at 1275 bytes each is the largest the codec allows.
const MAX_PACKET: usize = 61_440;

/// Decodes the first logical stream of `source` into `sink`.
pub(super) fn decode<R: Read>(source: &mut R, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
    let first = next_page(source, sink)?.ok_or_else(|| sink.truncated("it is empty"))?;
    let head = Head::parse(&first.body, sink)?;
    let mut stream = Stream::new(&head, sink)?;
    while !stream.ended {
        let Some(page) = next_page(source, sink)? else {
            return Err(sink.truncated("its last page is missing"));
        };
        if page.serial == first.serial {
            stream.page(&page, sink)?;
        }
    }
    stream.finish(&head, sink)
}

/// The next page; one with a wrong checksum counts as a lost packet and is passed on empty.
fn next_page<R: Read>(source: &mut R, sink: &mut Sink<'_>) -> Result<Option<Page>, DecodeError> {
    let page = Page::read(source).map_err(|error| match error {
        PageError::CutShort => sink.truncated("it ends in the middle of a page"),
        PageError::NotAPage => sink.corrupt("a page is missing where one should begin"),
        PageError::Io(e) => DecodeError::Unreadable(e),
    })?;
    Ok(page)
}

/// The identification header (RFC 7845 §5.1).
struct Head {
    channels: Channels,
    count: usize,
    pre_skip: u64,
    gain: f32,
}

impl Head {
    fn parse(packet: &[u8], sink: &Sink<'_>) -> Result<Self, DecodeError> {
        let Some(fields) = packet
            .get(8..19)
            .filter(|_| packet.starts_with(b"OpusHead"))
        else {
            return Err(sink.corrupt("its first packet is no Opus header"));
        };
        if fields[0] & 0xf0 != 0 {
            return Err(sink.unsupported("a later version of the container"));
        }
        let channels = match (fields[10], fields[1]) {
            (0, 1) => Channels::Mono,
            (0, 2) => Channels::Stereo,
            _ => return Err(sink.unsupported("more than two channels of Opus")),
        };
        let decibels = f64::from(i16::from_le_bytes([fields[8], fields[9]])) / 256.0;
        Ok(Self {
            channels,
            count: usize::from(fields[1]),
            pre_skip: u64::from(u16::from_le_bytes([fields[2], fields[3]])),
            gain: 10_f64.powf(decibels / 20.0) as f32,
        })
    }
}

/// The state of one logical stream.
struct Stream {
    decoder: Decoder,
    channels: usize,
    gain: f32,
    /// A packet begun on an earlier page.
    partial: Vec<u8>,
    /// Header packets still to be skipped: the comments.
    headers: u32,
    output: Vec<f32>,
    /// Granule position at which the first packet began; above 0 in recordings of live streams.
    start: Option<u64>,
    /// Granule position at the end of the last page with one.
    end: Option<u64>,
    sequence: Option<u32>,
    ended: bool,
}

impl Stream {
    fn new(head: &Head, sink: &mut Sink<'_>) -> Result<Self, DecodeError> {
        sink.shape(RATE, head.count)?;
        let decoder = Decoder::new(RATE, head.channels);
        let decoder = decoder.map_err(|_| sink.unsupported("its Opus profile"))?;
        Ok(Self {
            decoder,
            channels: head.count,
            gain: head.gain,
            partial: Vec::new(),
            headers: 1,
            output: vec![0.0; MAX_FRAMES * head.count],
            start: None,
            end: None,
            sequence: Some(0),
            ended: false,
        })
    }

    fn page(&mut self, page: &Page, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        let expected = self.sequence.map(|last| last.wrapping_add(1));
        if !page.sound || expected != Some(page.sequence) {
            sink.lost(0)?;
        }
        self.sequence = Some(page.sequence);
        if !page.is_continued() {
            self.partial.clear();
        }
        let before = sink.frames();
        self.packets(page, sink)?;
        if page.granule != NO_GRANULE && self.headers == 0 {
            let done = sink.frames() - before;
            // On a page that both starts and ends the sound the granule tells the end alone.
            let start = if page.is_last() {
                0
            } else {
                page.granule.saturating_sub(sink.frames())
            };
            let sounded = done > 0 || page.is_last();
            if sounded {
                self.start.get_or_insert(start);
                self.end = Some(page.granule);
            }
        }
        self.ended = page.is_last();
        Ok(())
    }

    fn packets(&mut self, page: &Page, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        let mut at = 0;
        for &segment in &page.lacing {
            let end = at + usize::from(segment);
            // Comment packets may carry pictures of any size; only sound is kept.
            if self.headers == 0 {
                self.partial.extend_from_slice(&page.body[at..end]);
                if self.partial.len() > MAX_PACKET {
                    return Err(sink.corrupt("a packet is longer than the codec allows"));
                }
            }
            at = end;
            if segment < 255 {
                self.packet(sink)?;
                self.partial.clear();
            }
        }
        Ok(())
    }

    fn packet(&mut self, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        if self.headers > 0 {
            self.headers -= 1;
            return Ok(());
        }
        if self.partial.is_empty() {
            return sink.lost(960);
        }
        match self
            .decoder
            .decode_float(&self.partial, &mut self.output, DecodeMode::Normal)
        {
            Ok(frames) => {
                let samples = &mut self.output[..frames * self.channels];
                samples.iter_mut().for_each(|sample| *sample *= self.gain);
                sink.push(samples)
            }
            Err(_) => sink.lost(960),
        }
    }

    /// Drops the decoder's lead-in and the padding after the end (RFC 7845 §4.2 to §4.5).
    fn finish(self, head: &Head, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        let (Some(start), Some(end)) = (self.start, self.end) else {
            return Err(sink.truncated("it holds no sound"));
        };
        let declared = end.saturating_sub(start);
        if declared > sink.frames() {
            return Err(sink.truncated("it declares more sound than it holds"));
        }
        sink.trim(head.pre_skip, declared.saturating_sub(head.pre_skip));
        Ok(())
    }
}
