//! Short-time spectra of a mono sound.
//!
//! Knows windows and transforms; knows nothing of music.

#![allow(
    clippy::cast_precision_loss,
    reason = "window lengths are a few thousand samples"
)]

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Magnitudes of Hann-windowed frames, one every `hop` samples. A full-scale sine has magnitude
/// about 1 in its bin.
pub(super) struct Spectrum {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    hop: usize,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    magnitudes: Vec<f32>,
}

impl Spectrum {
    pub(super) fn new(size: usize, hop: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(size);
        let hann = |n: usize| {
            let turn = std::f32::consts::TAU * n as f32 / size as f32;
            // The Hann window halves amplitude and the transform of a sine yields half its length.
            (0.5 - 0.5 * turn.cos()) * 4.0 / size as f32
        };
        Self {
            window: (0..size).map(hann).collect(),
            hop,
            input: transform.make_input_vec(),
            output: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            magnitudes: vec![0.0; size / 2 + 1],
            transform,
        }
    }

    /// Calls `each` with the magnitudes of every frame. Frame `n` is centred on sample `n * hop`;
    /// what lies outside the sound counts as silence.
    pub(super) fn frames(&mut self, samples: &[f32], mut each: impl FnMut(&[f32])) {
        let half = self.window.len() / 2;
        for centre in (0..samples.len()).step_by(self.hop) {
            self.load(samples, centre, half);
            let done = self.transform.process_with_scratch(
                &mut self.input,
                &mut self.output,
                &mut self.scratch,
            );
            debug_assert!(done.is_ok(), "the buffers come from the plan itself");
            for (magnitude, bin) in self.magnitudes.iter_mut().zip(&self.output) {
                *magnitude = bin.norm_sqr().sqrt();
            }
            each(&self.magnitudes);
        }
    }

    fn load(&mut self, samples: &[f32], centre: usize, half: usize) {
        let before = half.saturating_sub(centre);
        let from = centre.saturating_sub(half);
        let to = (centre + half).min(samples.len());
        self.input.fill(0.0);
        let windowed = self.input[before..].iter_mut().zip(&self.window[before..]);
        for ((slot, weight), sample) in windowed.zip(&samples[from..to]) {
            *slot = sample * weight;
        }
    }
}
