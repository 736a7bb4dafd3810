//! Everything but Opus, by symphonia: demux, decode, collect.

use std::io;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::DecodeError;
use super::sink::Sink;
use crate::format::Format;

/// Cover pictures are read elsewhere, under their own limits; here they only cost memory.
const MAX_PICTURE_BYTES: usize = 64 * 1024;
const MAX_TAG_BYTES: usize = 64 * 1024;
/// AAC declares its length with priming and padding counted in or not, depending on the encoder:
/// up to three frames of 1024 each way are no sign of loss.
const AAC_SLACK: u64 = 3 * 1024;

/// Decodes the default audio track of `source` into `sink`.
pub(super) fn decode<S>(format: Format, source: S, sink: &mut Sink<'_>) -> Result<(), DecodeError>
where
    S: MediaSource + 'static,
{
    let mut reader = open(format, source, sink)?;
    let track = reader.default_track(TrackType::Audio);
    let track = track
        .ok_or_else(|| sink.unsupported("it has no sound track"))?
        .clone();
    let mut decoder = decoder(&track, sink)?;
    match pump(reader.as_mut(), decoder.as_mut(), track.id, sink) {
        // A WAV of unknown length ends where the file does; any other was found whole before.
        Err(DecodeError::Truncated {
            format: Format::Wav,
            ..
        }) => {}
        done => done?,
    }
    check_length(format, &track, sink)
}

fn open<S>(format: Format, source: S, sink: &Sink<'_>) -> Result<Box<dyn FormatReader>, DecodeError>
where
    S: MediaSource + 'static,
{
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let mut hint = Hint::new();
    hint.with_extension(format.extension());
    let tags = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(MAX_TAG_BYTES))
        .limit_visual_bytes(Limit::Maximum(MAX_PICTURE_BYTES));
    symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), tags)
        .map_err(|error| explain(error, sink))
}

fn decoder(track: &Track, sink: &Sink<'_>) -> Result<Box<dyn AudioDecoder>, DecodeError> {
    let params = track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio());
    let params = params.ok_or_else(|| sink.unsupported("its coding is not named"))?;
    symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .map_err(|error| explain(error, sink))
}

fn pump(
    reader: &mut dyn FormatReader,
    decoder: &mut dyn AudioDecoder,
    track: u32,
    sink: &mut Sink<'_>,
) -> Result<(), DecodeError> {
    let mut samples = Vec::new();
    while let Some(packet) = reader.next_packet().map_err(|error| explain(error, sink))? {
        if packet.track_id != track {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(frames) if frames.frames() == 0 => {}
            Ok(frames) => {
                sink.shape(frames.spec().rate(), frames.num_planes())?;
                frames.copy_to_vec_interleaved(&mut samples);
                sink.push(&samples)?;
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) => sink.lost(packet.dur.get())?,
            Err(error) => return Err(explain(error, sink)),
        }
    }
    Ok(())
}

/// Holds the decoded length against the declared one, where the container declares it in frames
/// and nothing looked for the end of the file before.
fn check_length(format: Format, track: &Track, sink: &Sink<'_>) -> Result<(), DecodeError> {
    let decoded = sink.frames();
    let whole = match format {
        Format::Flac => track.num_frames.is_none_or(|declared| decoded >= declared),
        Format::M4a => declared_frames(track, sink).is_none_or(|d| decoded + AAC_SLACK >= d),
        Format::Wav | Format::Mp3 | Format::OggVorbis | Format::Opus => true,
    };
    if whole {
        Ok(())
    } else {
        Err(sink.truncated("it declares more sound than it holds"))
    }
}

/// The declared duration in frames, if it can be expressed so.
fn declared_frames(track: &Track, sink: &Sink<'_>) -> Option<u64> {
    let (base, duration) = (track.time_base?, track.duration?);
    let ticks = u128::from(duration.get()) * u128::from(base.numer.get());
    let frames = ticks * u128::from(sink.rate()?) / u128::from(base.denom.get());
    u64::try_from(frames).ok()
}

fn explain(error: Error, sink: &Sink<'_>) -> DecodeError {
    match error {
        Error::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            sink.truncated("it ends in the middle")
        }
        Error::IoError(e) => DecodeError::Unreadable(e),
        Error::Unsupported(found) => sink.unsupported(found),
        Error::DecodeError(found) | Error::LimitError(found) => sink.corrupt(found),
        Error::ResetRequired => sink.corrupt("it is several files joined end to end"),
        _ => sink.corrupt("its structure makes no sense"),
    }
}
