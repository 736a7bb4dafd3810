//! A cut: the stretch of a track that a short video needs, from the hook, on the beat, without
//! a click at either end.
//!
//! Knows where beats are (it is told); knows nothing of what a cut costs.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "fade lengths are a few thousand frames: exact in 32-bit floats"
)]

use thiserror::Error;

use crate::analyse::Facts;
use crate::pcm::Pcm;

/// Long enough to swallow the step of starting mid-wave, short enough to keep the attack.
const FADE_IN_MS: u32 = 5;
/// About a beat: an ending, not an accident.
const FADE_OUT_MS: u32 = 400;
/// The fade of a cut that is the whole of a loop: only the click is taken out.
const LOOP_FADE_MS: u32 = 5;

/// A stretch of a track, ready to deliver.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// Where in the track it begins, in milliseconds.
    pub start_ms: u32,
    /// Its sound: exactly the length asked for, faded at both ends.
    pub pcm: Pcm,
}

/// Why no cut could be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CutError {
    /// A cut of no length.
    #[error("a cut must last at least {} ms", FADE_IN_MS + FADE_OUT_MS)]
    TooShort,
    /// The track is shorter than the cut.
    #[error("the track lasts {duration_ms} ms, too short for a cut of {length_ms} ms")]
    LongerThanTrack {
        /// The cut's length in milliseconds.
        length_ms: u32,
        /// The track's length in milliseconds.
        duration_ms: u32,
    },
}

/// Cuts `length_ms` milliseconds from the hook on. Where the track ends too soon the start moves
/// back, to the last beat from which the whole length fits.
///
/// # Errors
/// [`CutError::LongerThanTrack`] and [`CutError::TooShort`].
pub fn cut(pcm: &Pcm, facts: &Facts, length_ms: u32) -> Result<Cut, CutError> {
    let length = checked_length(pcm, length_ms)?;
    let latest = pcm.frames() - length;
    cut_at(pcm, start(pcm, facts, latest), length_ms, facts.loopable)
}

/// The cut of `length_ms` milliseconds that begins at `start_ms` (moved back where the track
/// ends too soon). `loopable` says that the track's end runs into its beginning: a cut that is
/// the whole of it then keeps its end.
///
/// # Errors
/// [`CutError::LongerThanTrack`] and [`CutError::TooShort`].
pub fn cut_at(pcm: &Pcm, start_ms: u32, length_ms: u32, loopable: bool) -> Result<Cut, CutError> {
    let length = checked_length(pcm, length_ms)?;
    let latest = pcm.frames() - length;
    let mut sound = pcm.slice(pcm.frame_at(start_ms).min(latest), length);
    let whole = latest == 0;
    let out_ms = if whole && loopable {
        LOOP_FADE_MS
    } else {
        FADE_OUT_MS
    };
    fade(&mut sound, FADE_IN_MS, out_ms);
    Ok(Cut {
        start_ms,
        pcm: sound,
    })
}

/// The cut's length in frames, if the track has that many.
fn checked_length(pcm: &Pcm, length_ms: u32) -> Result<usize, CutError> {
    if length_ms < FADE_IN_MS + FADE_OUT_MS {
        return Err(CutError::TooShort);
    }
    let length = pcm.frame_at(length_ms);
    if length > pcm.frames() {
        return Err(CutError::LongerThanTrack {
            length_ms,
            duration_ms: pcm.duration_ms(),
        });
    }
    Ok(length)
}

/// The hook, or the last beat (failing that, the start) from which `latest` is not passed.
fn start(pcm: &Pcm, facts: &Facts, latest: usize) -> u32 {
    let fits = |ms: u32| pcm.frame_at(ms) <= latest;
    if fits(facts.hook_ms) {
        return facts.hook_ms;
    }
    let beats = facts
        .tempo
        .as_ref()
        .map_or(&[][..], |tempo| &tempo.beats_ms);
    beats
        .iter()
        .rev()
        .copied()
        .find(|&ms| fits(ms))
        .unwrap_or(0)
}

/// Fades in over `in_ms` and out over `out_ms`, both along a quarter sine (equal power). The
/// first and last frames come out silent.
fn fade(sound: &mut Pcm, in_ms: u32, out_ms: u32) {
    let channels = usize::from(sound.channels.max(1));
    let (rise, fall) = (sound.frame_at(in_ms), sound.frame_at(out_ms));
    let quarter =
        |n: usize, of: usize| (std::f32::consts::FRAC_PI_2 * n as f32 / of.max(1) as f32).sin();
    for (n, frame) in sound
        .samples
        .chunks_exact_mut(channels)
        .take(rise)
        .enumerate()
    {
        frame
            .iter_mut()
            .for_each(|sample| *sample *= quarter(n, rise));
    }
    for (n, frame) in sound
        .samples
        .rchunks_exact_mut(channels)
        .take(fall)
        .enumerate()
    {
        frame
            .iter_mut()
            .for_each(|sample| *sample *= quarter(n, fall));
    }
}
