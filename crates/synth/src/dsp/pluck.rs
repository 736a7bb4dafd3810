//! Plucked strings: a burst of noise that goes round a delay line and loses its edge (Karplus and
//! Strong, 1983), with a place to pluck and a body.

use super::filter::{OnePole, Svf};
use super::{Frame, RATE, Voice, decay, frames};
use crate::rng::Rng;

/// The settings of a string.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pluck {
    /// Brightness of the pluck: cutoff in hertz at full velocity.
    pub(crate) bright: f32,
    /// Loss of highs each time round, from 0 (none) to below 1.
    pub(crate) damping: f32,
    /// Seconds for the string to fall by 60 dB at middle C.
    pub(crate) seconds: f32,
    /// Where it is plucked, as a share of its length.
    pub(crate) place: f32,
    /// Level of the body's resonance.
    pub(crate) body: f32,
    /// Seconds of release when damped.
    pub(crate) release: f32,
}

impl Pluck {
    pub(crate) fn play(&self, voice: &Voice) -> Vec<Frame> {
        let period = RATE / voice.hz;
        // The loss filter delays the fundamental itself: the line is shorter by that much.
        let left = period - self.damping / (1.0 - self.damping);
        let whole = left.floor().max(2.0);
        let part = (left - whole).clamp(0.0, 1.0);
        let mut line = self.burst(voice, whole as usize);
        let ring = self.seconds * (261.6 / voice.hz).powf(0.5).clamp(0.3, 2.0);
        let loss = (-6.907_755 * period / (ring * RATE)).exp();
        let total = frames((voice.seconds + self.release).min(ring));
        let held = frames(voice.seconds);
        let release = decay(self.release);
        let mut bodies = [
            Svf::new(118.0, 0.75),
            Svf::new(236.0, 0.7),
            Svf::new(410.0, 0.6),
        ];
        // As if the string had been going round before: a start from rest would be an edge.
        let last = line[line.len() - 1];
        let (mut at, mut before, mut lagged, mut gain) = (0, last, last, voice.velocity);
        let mut out = Vec::with_capacity(total);
        for n in 0..total {
            let read = line[at];
            let fraction = read + (before - read) * part;
            before = read;
            lagged = fraction + (lagged - fraction) * self.damping;
            line[at] = lagged * loss;
            at = if at + 1 == line.len() { 0 } else { at + 1 };
            if n > held {
                gain *= release;
            }
            // A finger lets go within a millisecond, not within a sample.
            let string = read * gain * (n as f32 / 50.0).min(1.0);
            let mut body = 0.0;
            if self.body > 0.0 {
                body = bodies.iter_mut().map(|b| b.band(string)).sum::<f32>() * self.body;
            }
            out.push([string + body, string + body * 0.9]);
        }
        out
    }

    /// One period of filtered noise without the harmonics that have a node where it is plucked,
    /// and without a constant part, which would never die away.
    fn burst(&self, voice: &Voice, len: usize) -> Vec<f32> {
        let mut rng = Rng::new(voice.seed);
        let cutoff = (self.bright * (0.35 + 0.65 * voice.velocity)).min(RATE * 0.4);
        let mut soft = [OnePole::new(cutoff), OnePole::new(cutoff)];
        let white: Vec<f32> = (0..len).map(|_| rng.bipolar()).collect();
        // Filtered going round: an edge between its end and its beginning would be a click in
        // every period.
        let noise: Vec<f32> = white
            .iter()
            .chain(&white)
            .map(|x| {
                let once = soft[0].low(*x);
                soft[1].low(once)
            })
            .skip(len)
            .collect();
        let gap = ((len as f32 * self.place) as usize).clamp(1, len - 1);
        let comb: Vec<f32> = (0..len)
            .map(|n| noise[n] - noise[(n + gap) % len])
            .collect();
        let mean = comb.iter().sum::<f32>() / len as f32;
        let power = comb.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / len as f32;
        let scale = 0.35 / power.sqrt().max(1e-6);
        comb.into_iter().map(|x| (x - mean) * scale).collect()
    }
}
