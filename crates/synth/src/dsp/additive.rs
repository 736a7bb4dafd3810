//! Struck and blown sounds from partials that each ring for their own time: pianos, bells,
//! mallets, organs.

use super::filter::OnePole;
use super::{Frame, RATE, Voice, decay, frames};
use crate::rng::Rng;

/// The most partials in a note.
const MOST: usize = 16;

/// Level of what differs between the sides. It has opposite signs there, so that a telephone's
/// single loudspeaker hears the middle alone, without beating.
pub(super) const SIDE: f32 = 0.4;

/// A bank of partials as rotating pointers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Additive {
    /// For each partial: frequency ratio, level, and seconds to fall by 60 dB at middle C.
    pub(crate) partials: &'static [(f32, f32, f32)],
    /// Stiffness of a string: stretches the upper partials.
    pub(crate) stiffness: f32,
    /// How much darker a soft note is, from 0 to 1.
    pub(crate) touch: f32,
    /// Level of the hammer's or mallet's thud.
    pub(crate) thud: f32,
    /// Attack and release in seconds.
    pub(crate) attack: f32,
    pub(crate) release: f32,
    /// Cents between the middle and the sides: some width.
    pub(crate) spread: f32,
}

#[derive(Default)]
struct Bank {
    x: [f32; MOST],
    y: [f32; MOST],
    cos: [f32; MOST],
    sin: [f32; MOST],
}

impl Bank {
    /// Turns every pointer a step on; the sum of their heights.
    #[inline]
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for n in 0..MOST {
            let x = self.x[n] * self.cos[n] - self.y[n] * self.sin[n];
            let y = self.x[n] * self.sin[n] + self.y[n] * self.cos[n];
            self.x[n] = x;
            self.y[n] = y;
            sum += y;
        }
        sum
    }
}

impl Additive {
    pub(crate) fn play(&self, voice: &Voice) -> Vec<Frame> {
        let mut rng = Rng::new(voice.seed);
        let mut banks = [
            self.bank(voice, -0.5, &mut rng),
            self.bank(voice, 0.5, &mut rng),
        ];
        // Low strings ring longer than high ones.
        let ring = self.partials.iter().fold(0.0_f32, |most, p| most.max(p.2)) * length(voice.hz);
        let total = frames((voice.seconds + self.release).min(ring.max(0.05)));
        let held = frames(voice.seconds);
        let attack = frames(self.attack.max(0.0015));
        let release = decay(self.release);
        let mut gain = voice.velocity;
        let mut thud = OnePole::new(900.0);
        let mut knock = self.thud * voice.velocity;
        let knock_fall = decay(0.05);
        let mut out = Vec::with_capacity(total);
        for n in 0..total {
            if n > held {
                gain *= release;
            }
            let onset = if n < attack {
                n as f32 / attack as f32
            } else {
                1.0
            };
            let mut hammer = 0.0;
            // Once it can't be heard it isn't computed either: numbers that small are slow.
            if knock > 1e-5 {
                hammer = thud.low(rng.bipolar()) * knock;
                knock *= knock_fall;
            }
            let middle = banks[0].next() * gain + hammer;
            let apart = banks[1].next() * gain * SIDE;
            out.push([(middle + apart) * onset, (middle - apart) * onset]);
        }
        out
    }

    fn bank(&self, voice: &Voice, side: f32, rng: &mut Rng) -> Bank {
        let mut bank = Bank::default();
        let soft = self.touch * (1.0 - voice.velocity);
        for (n, (ratio, level, seconds)) in self.partials.iter().take(MOST).enumerate() {
            let stretch = (1.0 + self.stiffness * ratio * ratio).sqrt();
            let cents = self.spread * side * (1.0 + rng.bipolar() * 0.3);
            let hz = voice.hz * ratio * stretch * (cents / 1200.0).exp2();
            if hz > RATE * 0.42 {
                continue;
            }
            let shrink = decay(seconds * length(voice.hz));
            let angle = std::f32::consts::TAU * hz / RATE;
            let phase = std::f32::consts::TAU * rng.unit() * 0.15;
            let dull = (-soft * (ratio - 1.0).max(0.0) * 0.35).exp();
            bank.cos[n] = angle.cos() * shrink;
            bank.sin[n] = angle.sin() * shrink;
            bank.x[n] = phase.cos() * level * dull;
            bank.y[n] = phase.sin() * level * dull;
        }
        bank
    }
}

/// How much longer than at middle C a note rings.
fn length(hz: f32) -> f32 {
    (261.6 / hz).powf(0.45).clamp(0.35, 2.0)
}
