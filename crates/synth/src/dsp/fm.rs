//! Electric pianos and bells by frequency modulation: two pairs of carrier and modulator
//! (Chowning, 1973).

use super::additive::SIDE;
use super::osc::sine;
use super::{Frame, RATE, Voice, decay, frames};

/// One carrier and the modulator that bends its phase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// The carrier's frequency over the note's.
    pub(crate) carrier: f32,
    /// The modulator's frequency over the note's.
    pub(crate) modulator: f32,
    /// Depth at full velocity, in cycles.
    pub(crate) depth: f32,
    /// Seconds for the depth to fall by 60 dB.
    pub(crate) depth_seconds: f32,
    pub(crate) level: f32,
    /// Seconds for the level to fall by 60 dB.
    pub(crate) seconds: f32,
}

/// The settings of a sound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fm {
    pub(crate) pairs: [Pair; 2],
    /// Seconds of release.
    pub(crate) release: f32,
    /// Cents between the middle and the sides.
    pub(crate) spread: f32,
}

impl Fm {
    pub(crate) fn play(&self, voice: &Voice) -> Vec<Frame> {
        let longest = self.pairs[0].seconds.max(self.pairs[1].seconds);
        let total = frames((voice.seconds + self.release).min(longest));
        let mut out = vec![[0.0; 2]; total];
        for pair in &self.pairs {
            self.add(pair, voice, &mut out);
        }
        let held = frames(voice.seconds).min(total);
        let release = decay(self.release);
        let mut gain = 1.0;
        for frame in &mut out[held..] {
            gain *= release;
            frame[0] *= gain;
            frame[1] *= gain;
        }
        for (n, frame) in out.iter_mut().take(88).enumerate() {
            frame[0] *= n as f32 / 88.0;
            frame[1] *= n as f32 / 88.0;
        }
        out
    }

    fn add(&self, pair: &Pair, voice: &Voice, out: &mut [Frame]) {
        let step = voice.hz / RATE;
        if step * pair.modulator > 0.4 {
            return;
        }
        let detuned = (self.spread / 1200.0).exp2();
        let (fall, depth_fall) = (decay(pair.seconds), decay(pair.depth_seconds));
        let mut level = pair.level * voice.velocity;
        let mut depth = pair.depth * voice.velocity * voice.velocity.sqrt();
        let (mut middle, mut apart, mut modulator) = (0.0_f32, 0.0_f32, 0.0_f32);
        for frame in out {
            let bend = depth * sine(modulator);
            let centre = level * sine(middle + bend);
            let side = level * sine(apart + bend) * SIDE;
            frame[0] += centre + side;
            frame[1] += centre - side;
            level *= fall;
            depth *= depth_fall;
            modulator += step * pair.modulator;
            middle += step * pair.carrier;
            apart += step * pair.carrier * detuned;
            modulator -= modulator.floor();
            middle -= middle.floor();
            apart -= apart.floor();
        }
    }
}
