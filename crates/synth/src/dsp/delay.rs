//! A ping-pong delay in time with the music, darker with each repeat.

use super::Frame;
use super::filter::OnePole;

/// The settings of an echo.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Echo {
    /// Beats between repeats.
    pub(crate) beats: f64,
    /// Gain of each repeat over the one before, below 1.
    pub(crate) feedback: f32,
    /// Cutoff of the repeats in hertz.
    pub(crate) bright: f32,
}

impl Echo {
    /// Adds the repeats of `input` to `out`; `beat` is the length of a beat in frames.
    pub(crate) fn add(&self, beat: f64, input: &[Frame], out: &mut [Frame]) {
        let len = ((self.beats * beat).round() as usize).max(1);
        let mut line = vec![[0.0_f32; 2]; len];
        let mut dark = [OnePole::new(self.bright); 2];
        let mut thin = [OnePole::new(160.0); 2];
        let mut at = 0;
        for (sound, out) in input.iter().zip(out) {
            let old = line[at];
            out[0] += old[0];
            out[1] += old[1];
            // The sides swap places on each round; the dry sound enters on the left.
            let mono = (sound[0] + sound[1]) * 0.5;
            let left = mono + old[1] * self.feedback;
            let right = old[0] * self.feedback;
            line[at] = [
                thin[0].high(dark[0].low(left)),
                thin[1].high(dark[1].low(right)),
            ];
            at = if at + 1 == len { 0 } else { at + 1 };
        }
    }
}
