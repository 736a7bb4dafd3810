//! A small reverb: four diffusers into eight delay lines that feed each other through a Hadamard
//! matrix (the feedback delay network of Jot and Chaigne, 1991), with their highs damped.

use super::filter::OnePole;
use super::{Frame, RATE, frames};

/// The character of a space.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Scale of the delays: 0.4 is a small room, 1 a hall.
    pub(crate) size: f32,
    /// Seconds for the sound to fall by 60 dB.
    pub(crate) seconds: f32,
    /// Cutoff of the damping in hertz.
    pub(crate) bright: f32,
    /// Seconds before the first reflection.
    pub(crate) predelay: f32,
}

/// Line lengths in milliseconds at full size: mutually prime in samples, near enough, so that
/// their echoes don't pile up.
const LINES: [f32; 8] = [31.7, 37.9, 41.3, 47.1, 53.9, 59.3, 67.7, 73.1];
const DIFFUSERS: [f32; 4] = [4.77, 3.59, 12.73, 9.31];

/// Frames in the ring that holds all eight lines: more than the longest. A power of two, so that
/// going round is a mask.
const RING: usize = 4096;

/// An all-pass that smears a sound in time.
struct Diffuser {
    ring: [f32; 1024],
    delay: usize,
}

impl Diffuser {
    #[inline]
    fn run(&mut self, x: f32, at: usize) -> f32 {
        let old = self.ring[(at + 1024 - self.delay) & 1023];
        let new = x + 0.6 * old;
        self.ring[at & 1023] = new;
        old - 0.6 * new
    }
}

impl Room {
    /// Adds the room's answer to `input` to `out`; both have the same length.
    pub(crate) fn add(&self, input: &[Frame], out: &mut [Frame]) {
        let mut ring = Box::new([[0.0_f32; 8]; RING]);
        let delays = LINES.map(|ms| frames(ms * self.size / 1000.0).clamp(1, RING - 1));
        let mut diffusers = DIFFUSERS.map(|ms| Diffuser {
            ring: [0.0; 1024],
            delay: frames(ms / 1000.0).clamp(1, 1023),
        });
        let gains = LINES.map(|ms| 10.0_f32.powf(-3.0 * ms * self.size / 1000.0 / self.seconds));
        let open = 1.0 - (-std::f32::consts::TAU * self.bright / RATE).exp();
        let mut damped = [0.0_f32; 8];
        // Rumble in a reverb is only mud.
        let mut rumble = [OnePole::new(140.0); 2];
        // Louder rooms for longer tails would drown the dry sound: level the energy.
        let level = 0.6 * (1.0 / self.seconds.max(0.3)).sqrt();
        let before = frames(self.predelay);
        for (at, out) in out.iter_mut().enumerate() {
            let sound = if at >= before {
                input[at - before]
            } else {
                [0.0; 2]
            };
            let mut side = [0.0; 2];
            for channel in 0..2 {
                let x = rumble[channel].high(sound[channel]);
                let once = diffusers[channel * 2].run(x, at);
                side[channel] = diffusers[channel * 2 + 1].run(once, at);
            }
            let mut state = [0.0; 8];
            for n in 0..8 {
                let old = ring[(at + RING - delays[n]) & (RING - 1)][n];
                damped[n] += open * (old - damped[n]);
                state[n] = damped[n] * gains[n];
            }
            out[0] += (state[0] + state[2] - state[4] + state[6]) * level;
            out[1] += (state[1] - state[3] + state[5] + state[7]) * level;
            mingle(&mut state);
            for (n, x) in state.iter_mut().enumerate() {
                *x += side[n % 2];
            }
            ring[at & (RING - 1)] = state;
        }
    }
}

/// The eight-point Hadamard transform, scaled to keep the energy.
#[inline]
fn mingle(state: &mut [f32; 8]) {
    for width in [1, 2, 4] {
        for start in (0..8).step_by(width * 2) {
            for n in start..start + width {
                let (a, b) = (state[n], state[n + width]);
                state[n] = a + b;
                state[n + width] = a - b;
            }
        }
    }
    for x in state {
        *x *= 0.353_553_4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_falls_silent_in_its_time() {
        let room = Room {
            size: 0.7,
            seconds: 1.0,
            bright: 9000.0,
            predelay: 0.01,
        };
        let mut input = vec![[0.0; 2]; 66_150];
        input[0] = [1.0, 1.0];
        let mut out = vec![[0.0; 2]; input.len()];
        room.add(&input, &mut out);
        let power = |from: usize, to: usize| out[from..to].iter().map(|f| f[0] * f[0]).sum::<f32>();
        let early = power(4410, 8820);
        assert!(early > 1e-4, "it answers: {early}");
        assert!(
            power(57_330, 61_740) < early * 1e-5,
            "it falls by 60 dB and more"
        );
    }
}
