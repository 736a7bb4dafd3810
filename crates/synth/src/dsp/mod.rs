//! Sound makers and effects over blocks of stereo frames. They know nothing of music: only of
//! hertz, seconds and levels.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "signal processing: counts of frames and samples within their types by construction"
)]

pub(crate) mod additive;
pub(crate) mod analog;
pub(crate) mod delay;
pub(crate) mod drums;
pub(crate) mod filter;
pub(crate) mod fm;
pub(crate) mod osc;
pub(crate) mod percussion;
pub(crate) mod pluck;
pub(crate) mod presets;
pub(crate) mod reverb;
pub(crate) mod struck;

use crate::piece::SAMPLE_RATE;

/// Frames a second.
pub(crate) const RATE: f32 = SAMPLE_RATE as f32;

/// A left and a right sample.
pub(crate) type Frame = [f32; 2];

/// One note for an instrument to play.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Voice {
    /// Pitch in hertz.
    pub(crate) hz: f32,
    /// The pitch it slides from, in hertz; the same where it doesn't slide.
    pub(crate) from_hz: f32,
    /// Seconds until the key is let go.
    pub(crate) seconds: f32,
    /// From 0 to 1.
    pub(crate) velocity: f32,
    /// For phases and noise.
    pub(crate) seed: u64,
}

/// An instrument's sound.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patch {
    Analog(analog::Analog),
    Additive(additive::Additive),
    Fm(fm::Fm),
    Pluck(pluck::Pluck),
}

impl Patch {
    /// Renders a whole note, with its release.
    pub(crate) fn play(&self, voice: &Voice) -> Vec<Frame> {
        let mut sound = match self {
            Self::Analog(patch) => patch.play(voice),
            Self::Additive(patch) => patch.play(voice),
            Self::Fm(patch) => patch.play(voice),
            Self::Pluck(patch) => patch.play(voice),
        };
        fade_out(&mut sound, 128);
        sound
    }
}

/// Brings the last frames down to silence so that a cut sound doesn't click.
pub(crate) fn fade_out(sound: &mut [Frame], frames: usize) {
    let frames = frames.min(sound.len());
    let start = sound.len() - frames;
    for (n, frame) in sound[start..].iter_mut().enumerate() {
        let gain = 1.0 - (n + 1) as f32 / frames as f32;
        frame[0] *= gain;
        frame[1] *= gain;
    }
}

/// Whole frames in a time.
pub(crate) fn frames(seconds: f32) -> usize {
    (seconds.max(0.0) * RATE) as usize
}

/// The factor a sample by which an exponential falls by 60 dB in `seconds`.
pub(crate) fn decay(seconds: f32) -> f32 {
    (-6.907_755 / (seconds.max(1e-4) * RATE)).exp()
}
