//! A subtractive synthesiser: a bank of detuned oscillators, a filter with its envelope, an
//! amplitude envelope.

use super::filter::Svf;
use super::osc::{Wave, sine, soft, wrap};
use super::{Frame, RATE, Voice, decay, frames};
use crate::rng::Rng;

/// Attack, decay, sustain and release: seconds, except sustain, a level from 0 to 1.
pub(crate) type Adsr = [f32; 4];

/// Frames between two moves of the filter.
const BLOCK: usize = 32;

/// The most oscillators in a voice.
const BANK: usize = 6;

/// The settings of a sound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Analog {
    pub(crate) wave: Wave,
    /// Oscillators, up to six.
    pub(crate) unison: usize,
    /// Spread of the outermost oscillators, in cents.
    pub(crate) detune: f32,
    /// How far the oscillators are spread over the stereo field, from 0 to 1.
    pub(crate) width: f32,
    /// Level of a sine an octave below.
    pub(crate) sub: f32,
    /// Level of breath: noise through the same filter.
    pub(crate) noise: f32,
    /// Cutoff in hertz at middle C with the envelope at rest.
    pub(crate) cutoff: f32,
    /// From 0 to below 1.
    pub(crate) resonance: f32,
    /// Octaves by which the filter opens at the start of a note.
    pub(crate) sweep: f32,
    /// Seconds for the sweep to fall by 60 dB.
    pub(crate) sweep_seconds: f32,
    pub(crate) amp: Adsr,
    /// Depth of the vibrato in cents; it comes in after a third of a second.
    pub(crate) vibrato: f32,
    /// Gain into a soft limit; none at 0.
    pub(crate) drive: f32,
    /// Seconds that a slide takes.
    pub(crate) glide: f32,
}

struct Bank {
    phase: [f32; BANK],
    ratio: [f32; BANK],
    left: [f32; BANK],
    right: [f32; BANK],
}

impl Analog {
    pub(crate) fn play(&self, voice: &Voice) -> Vec<Frame> {
        let mut rng = Rng::new(voice.seed);
        let mut bank = self.bank(&mut rng);
        let total = frames(voice.seconds + self.amp[3]).max(BLOCK);
        let mut out = Vec::with_capacity(total + BLOCK);
        let mut amp = Envelope::new(self.amp, frames(voice.seconds));
        let mut filters = [Svf::default(); 2];
        let mut sub = 0.0_f32;
        let mut sweep = 1.0;
        let fall = decay(self.sweep_seconds).powi(32);
        let track = (voice.hz / 261.6).powf(0.4) * (0.6 + 0.4 * voice.velocity);
        while out.len() < total {
            let seconds = out.len() as f32 / RATE;
            let cutoff = self.cutoff * track * (self.sweep * sweep).exp2();
            filters
                .iter_mut()
                .for_each(|f| f.set(cutoff, self.resonance));
            sweep *= fall;
            let step = self.pitch(voice, seconds) / RATE;
            for _ in 0..BLOCK {
                let [mut l, mut r] = self.sum(&mut bank, step);
                if self.sub > 0.0 {
                    sub = wrap(sub + step * 0.5);
                    let low = sine(sub) * self.sub;
                    l += low;
                    r += low;
                }
                if self.noise > 0.0 {
                    l += rng.bipolar() * self.noise;
                    r += rng.bipolar() * self.noise;
                }
                if self.drive > 0.0 {
                    l = soft(l * self.drive);
                    r = soft(r * self.drive);
                }
                let gain = amp.next() * voice.velocity;
                out.push([filters[0].low(l) * gain, filters[1].low(r) * gain]);
            }
        }
        out.truncate(total);
        out
    }

    fn bank(&self, rng: &mut Rng) -> Bank {
        let mut bank = Bank {
            phase: [0.0; BANK],
            ratio: [1.0; BANK],
            left: [0.0; BANK],
            right: [0.0; BANK],
        };
        let level = 1.0 / (self.unison as f32).sqrt();
        for n in 0..self.unison.min(BANK) {
            // From -1 to 1 over the bank; a lone oscillator stands in the middle.
            let place = if self.unison < 2 {
                0.0
            } else {
                2.0 * n as f32 / (self.unison - 1) as f32 - 1.0
            };
            bank.phase[n] = if self.unison < 2 { 0.0 } else { rng.unit() };
            bank.ratio[n] = (place * self.detune / 1200.0).exp2();
            // Neighbours in pitch go to opposite sides, or the field would lean.
            let side = if n % 2 == 0 {
                place.abs()
            } else {
                -place.abs()
            } * self.width;
            bank.left[n] = level * (1.0 - side * 0.8).min(1.0);
            bank.right[n] = level * (1.0 + side * 0.8).min(1.0);
        }
        bank
    }

    #[inline]
    fn sum(&self, bank: &mut Bank, step: f32) -> Frame {
        let mut frame = [0.0; 2];
        for n in 0..self.unison.min(BANK) {
            let step = step * bank.ratio[n];
            let value = self.wave.at(bank.phase[n], step);
            bank.phase[n] = wrap(bank.phase[n] + step);
            frame[0] += value * bank.left[n];
            frame[1] += value * bank.right[n];
        }
        frame
    }

    fn pitch(&self, voice: &Voice, seconds: f32) -> f32 {
        let mut hz = voice.hz;
        if self.glide > 0.0 && seconds < self.glide {
            let left = 1.0 - seconds / self.glide;
            hz *= (voice.from_hz / voice.hz).powf(left * left);
        }
        if self.vibrato > 0.0 {
            let depth = self.vibrato * (seconds * 3.0 - 0.6).clamp(0.0, 1.0);
            hz *= (depth * sine(seconds * 5.3) / 1200.0).exp2();
        }
        hz
    }
}

/// An envelope: straight up, exponential down.
pub(crate) struct Envelope {
    level: f32,
    rise: f32,
    fall: f32,
    sustain: f32,
    release: f32,
    attack_left: usize,
    hold_left: usize,
}

impl Envelope {
    pub(crate) fn new([attack, fall, sustain, release]: Adsr, hold: usize) -> Self {
        // At least two milliseconds: faster than that is a click, not an attack.
        let attack = frames(attack.max(0.002));
        Self {
            level: 0.0,
            rise: 1.0 / attack as f32,
            fall: decay(fall),
            sustain,
            release: decay(release),
            attack_left: attack,
            hold_left: hold,
        }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        if self.hold_left == 0 {
            self.level *= self.release;
        } else {
            self.hold_left -= 1;
            if self.attack_left > 0 {
                self.attack_left -= 1;
                self.level += self.rise;
            } else {
                self.level = self.sustain + (self.level - self.sustain) * self.fall;
            }
        }
        self.level
    }
}
