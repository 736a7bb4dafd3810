//! Filters: a state-variable filter for sounds and a one-pole for the rest.

use super::RATE;

/// A two-pole filter with trapezoidal integrators: stable while its cutoff moves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Svf {
    a1: f32,
    a2: f32,
    a3: f32,
    k: f32,
    z1: f32,
    z2: f32,
}

impl Svf {
    /// A filter at a cutoff in hertz with a resonance from 0 (none) to below 1.
    pub(crate) fn new(cutoff: f32, resonance: f32) -> Self {
        let mut filter = Self::default();
        filter.set(cutoff, resonance);
        filter
    }

    /// Moves the cutoff, keeping what is in flight.
    pub(crate) fn set(&mut self, cutoff: f32, resonance: f32) {
        let g = (std::f32::consts::PI * cutoff.clamp(15.0, RATE * 0.45) / RATE).tan();
        self.k = 2.0 - 1.9 * resonance;
        self.a1 = 1.0 / (1.0 + g * (g + self.k));
        self.a2 = g * self.a1;
        self.a3 = g * self.a2;
    }

    #[inline]
    fn run(&mut self, x: f32) -> (f32, f32) {
        let v3 = x - self.z2;
        let v1 = self.a1 * self.z1 + self.a2 * v3;
        let v2 = self.z2 + self.a2 * self.z1 + self.a3 * v3;
        self.z1 = 2.0 * v1 - self.z1;
        self.z2 = 2.0 * v2 - self.z2;
        (v1, v2)
    }

    /// One sample, low-passed.
    #[inline]
    pub(crate) fn low(&mut self, x: f32) -> f32 {
        self.run(x).1
    }

    /// One sample, band-passed.
    #[inline]
    pub(crate) fn band(&mut self, x: f32) -> f32 {
        self.run(x).0 * self.k
    }

    /// One sample, high-passed.
    #[inline]
    pub(crate) fn high(&mut self, x: f32) -> f32 {
        let (band, low) = self.run(x);
        x - self.k * band - low
    }
}

/// A one-pole low-pass.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OnePole {
    a: f32,
    z: f32,
}

impl OnePole {
    /// A filter at a cutoff in hertz.
    pub(crate) fn new(cutoff: f32) -> Self {
        Self {
            a: 1.0 - (-std::f32::consts::TAU * cutoff / RATE).exp(),
            z: 0.0,
        }
    }

    /// One sample, low-passed.
    #[inline]
    pub(crate) fn low(&mut self, x: f32) -> f32 {
        self.z += self.a * (x - self.z);
        self.z
    }

    /// One sample, high-passed.
    #[inline]
    pub(crate) fn high(&mut self, x: f32) -> f32 {
        x - self.low(x)
    }
}
