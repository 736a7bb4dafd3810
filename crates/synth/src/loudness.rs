//! Integrated loudness after ITU-R BS.1770-4: K-weighting, blocks of 400 ms, two gates.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "signal processing: counts of frames and samples within their types by construction"
)]

use crate::dsp::{Frame, RATE};

/// A second-order section in direct form II transposed, for both sides at once.
#[derive(Debug, Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    z: [[f64; 2]; 2],
}

impl Biquad {
    #[inline]
    fn run(&mut self, x: [f64; 2]) -> [f64; 2] {
        let mut y = [0.0; 2];
        for side in 0..2 {
            y[side] = self.b[0] * x[side] + self.z[0][side];
            self.z[0][side] = self.b[1] * x[side] - self.a[0] * y[side] + self.z[1][side];
            self.z[1][side] = self.b[2] * x[side] - self.a[1] * y[side];
        }
        y
    }
}

/// The recommendation's head filter and its high-pass. It gives coefficients for 48 kHz only; these
/// are the analogue prototypes that they stand for, warped to our rate.
fn k_weighting() -> [Biquad; 2] {
    let rate = f64::from(RATE);
    let k = (std::f64::consts::PI * 1_681.974_450_955_533 / rate).tan();
    let (vh, q) = (
        10.0_f64.powf(3.999_843_853_973_347 / 20.0),
        0.707_175_236_955_419_6,
    );
    let vb = vh.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    let shelf = Biquad {
        b: [
            (vh + vb * k / q + k * k) / a0,
            2.0 * (k * k - vh) / a0,
            (vh - vb * k / q + k * k) / a0,
        ],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        z: [[0.0; 2]; 2],
    };
    let k = (std::f64::consts::PI * 38.135_470_876_024_44 / rate).tan();
    let q = 0.500_327_037_323_877_3;
    let a0 = 1.0 + k / q + k * k;
    let pass = Biquad {
        b: [1.0, -2.0, 1.0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        z: [[0.0; 2]; 2],
    };
    [shelf, pass]
}

/// Integrated loudness in LUFS; far below -70 for silence.
pub(crate) fn integrated(sound: &[Frame]) -> f64 {
    let hop = (RATE / 10.0) as usize;
    let [mut shelf, mut pass] = k_weighting();
    let hops: Vec<f64> = sound
        .chunks(hop)
        .map(|chunk| {
            let mut sum = 0.0;
            for frame in chunk {
                let y = pass.run(shelf.run(frame.map(f64::from)));
                sum += y[0] * y[0] + y[1] * y[1];
            }
            sum / hop as f64
        })
        .collect();
    let blocks: Vec<f64> = hops
        .windows(4)
        .map(|w| w.iter().sum::<f64>() / 4.0)
        .collect();
    let absolute = gated(&blocks, -70.0);
    decibels(gated(&blocks, decibels(absolute) - 10.0))
}

/// Mean power of the blocks louder than a gate.
fn gated(blocks: &[f64], gate: f64) -> f64 {
    let loud: Vec<f64> = blocks
        .iter()
        .copied()
        .filter(|b| decibels(*b) > gate)
        .collect();
    if loud.is_empty() {
        0.0
    } else {
        loud.iter().sum::<f64>() / loud.len() as f64
    }
}

fn decibels(power: f64) -> f64 {
    -0.691 + 10.0 * power.max(1e-12).log10()
}
