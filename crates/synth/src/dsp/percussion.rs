//! Everything struck or shaken beside the kit: cymbals, shakers, skins, bells; and two sounds that
//! fill a time: the crackle of a record and a riser.

use super::filter::Svf;
use super::osc::{sine, soft, wrap};
use super::{Frame, RATE, decay, frames};
use crate::rng::Rng;

/// Six square waves at ratios that share no harmonics.
pub(super) struct Metal {
    phases: [f32; 6],
    steps: [f32; 6],
}

impl Metal {
    pub(super) fn new(scale: f32) -> Self {
        let steps = [322.0, 451.0, 619.0, 843.0, 1187.0, 1531.0].map(|hz| hz * scale / RATE);
        Self {
            phases: [0.0, 0.13, 0.31, 0.47, 0.62, 0.83],
            steps,
        }
    }

    #[inline]
    pub(super) fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for (phase, step) in self.phases.iter_mut().zip(self.steps) {
            *phase = wrap(*phase + step);
            sum += if *phase < 0.5 { 0.33 } else { -0.33 };
        }
        sum
    }
}

pub(super) fn ride(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let fall = decay(1.1);
    let mut level = velocity * 0.35;
    let mut ping = velocity * 0.22;
    let ping_fall = decay(0.5);
    let mut high = [Svf::new(6200.0, 0.1), Svf::new(6600.0, 0.1)];
    let mut metal = Metal::new(1.31);
    (0..frames(1.0))
        .map(|n| {
            level *= fall;
            ping *= ping_fall;
            let onset = (n as f32 / 30.0).min(1.0);
            let ring = metal.next();
            let bell = sine(n as f32 * 3520.0 / RATE) * ping;
            let l = high[0].high(ring + rng.bipolar() * 0.4) * level + bell;
            let r = high[1].high(ring + rng.bipolar() * 0.4) * level + bell;
            [l * onset, r * onset]
        })
        .collect()
}

pub(super) fn crash(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let fall = decay(2.2);
    let mut level = velocity * 0.6;
    let mut high = [Svf::new(3800.0, 0.0), Svf::new(4300.0, 0.0)];
    let mut metal = Metal::new(1.07);
    (0..frames(2.2))
        .map(|n| {
            level *= fall;
            let onset = (n as f32 / 120.0).min(1.0);
            let ring = metal.next() * 0.5;
            let l = high[0].high(ring + rng.bipolar()) * level * onset;
            let r = high[1].high(ring + rng.bipolar()) * level * onset;
            [l, r]
        })
        .collect()
}

/// A stick across the rim: three short resonances.
pub(super) fn rim(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let fall = decay(0.07);
    let mut level = velocity;
    let mut wood = Svf::new(1700.0, 0.6);
    (0..frames(0.09))
        .map(|n| {
            level *= fall;
            let t = n as f32 / RATE;
            let tone = 0.6 * sine(t * 1720.0) + 0.4 * sine(t * 812.0) + 0.2 * sine(t * 2480.0);
            let onset = (n as f32 / 16.0).min(1.0);
            [(tone + wood.band(rng.bipolar())) * level * onset * 0.7; 2]
        })
        .collect()
}

/// Seeds that start to move, hit and settle.
pub(super) fn shaker(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let total = frames(0.11);
    let peak = total / 4;
    let fall = decay(0.1);
    let mut level = 0.0;
    let mut band = [Svf::new(6800.0, 0.3), Svf::new(7400.0, 0.3)];
    (0..total)
        .map(|n| {
            level = if n < peak {
                n as f32 / peak as f32
            } else {
                level * fall
            };
            let x = level * velocity * 0.9;
            [
                band[0].band(rng.bipolar()) * x,
                band[1].band(rng.bipolar()) * x,
            ]
        })
        .collect()
}

pub(super) fn tambourine(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let fall = decay(0.22);
    let mut level = velocity * 0.5;
    let mut high = [Svf::new(7200.0, 0.3), Svf::new(7900.0, 0.3)];
    let mut metal = Metal::new(3.1);
    (0..frames(0.22))
        .map(|n| {
            level *= fall;
            let onset = (n as f32 / 60.0).min(1.0);
            // Jingles shiver against each other.
            let shiver = 0.7 + 0.3 * sine(n as f32 * 31.0 / RATE);
            let x = metal.next() * 0.5;
            let gain = level * onset * shiver;
            let l = high[0].high(x + rng.bipolar() * 0.7) * gain;
            let r = high[1].high(x + rng.bipolar() * 0.7) * gain;
            [l, r]
        })
        .collect()
}

/// A hand on a skin.
pub(super) fn skin(hz: f32, seconds: f32, velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let (fall, drop, slap) = (decay(seconds), decay(0.12), decay(0.03));
    let (mut level, mut above, mut hand, mut phase) = (velocity, 1.0, velocity * 0.5, 0.0_f32);
    let mut band = Svf::new(hz * 7.0, 0.3);
    (0..frames(seconds))
        .map(|n| {
            phase = wrap(phase + hz * (1.0 + 0.25 * above) / RATE);
            above *= drop;
            level *= fall;
            hand *= slap;
            let onset = (n as f32 / 30.0).min(1.0);
            [(sine(phase) * level * 0.8 + band.band(rng.bipolar()) * hand) * onset; 2]
        })
        .collect()
}

pub(super) fn cowbell(velocity: f32) -> Vec<Frame> {
    let fall = decay(0.35);
    let mut level = velocity * 0.5;
    let mut band = Svf::new(1250.0, 0.45);
    (0..frames(0.35))
        .map(|n| {
            level *= fall;
            let t = n as f32 / RATE;
            let pair = soft(3.0 * sine(t * 562.0)) + soft(3.0 * sine(t * 845.0));
            let onset = (n as f32 / 30.0).min(1.0);
            [band.band(pair) * level * onset; 2]
        })
        .collect()
}

/// A boot on a wooden floor.
pub(super) fn stomp(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let (fall, knock_fall) = (decay(0.28), decay(0.06));
    let (mut level, mut knock, mut phase) = (velocity, velocity * 1.2, 0.0_f32);
    let mut wood = Svf::new(320.0, 0.4);
    let mut drop = 1.0;
    (0..frames(0.28))
        .map(|n| {
            phase = wrap(phase + (62.0 + 60.0 * drop) / RATE);
            drop *= 0.999;
            level *= fall;
            knock *= knock_fall;
            let onset = (n as f32 / 60.0).min(1.0);
            [(soft(1.5 * sine(phase)) * level + wood.band(rng.bipolar()) * knock) * onset; 2]
        })
        .collect()
}

/// The surface of an old record: a hiss and sparse specks of dust.
pub(super) fn crackle(seconds: f32, rng: &mut Rng) -> Vec<Frame> {
    let mut hiss = [Svf::new(3000.0, 0.0), Svf::new(3000.0, 0.0)];
    let mut speck = [Svf::new(2600.0, 0.3), Svf::new(3300.0, 0.3)];
    (0..frames(seconds))
        .map(|_| {
            let pop = if rng.chance(0.0003) {
                rng.bipolar() * 0.5
            } else {
                0.0
            };
            let lean = rng.unit();
            [
                hiss[0].low(rng.bipolar()) * 0.004 + speck[0].band(pop * lean),
                hiss[1].low(rng.bipolar()) * 0.004 + speck[1].band(pop * (1.0 - lean)),
            ]
        })
        .collect()
}

/// Noise that climbs towards the next section.
pub(super) fn riser(seconds: f32, velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let total = frames(seconds);
    let mut band = [Svf::new(400.0, 0.5), Svf::new(400.0, 0.5)];
    (0..total)
        .map(|n| {
            let way = n as f32 / total as f32;
            if n % 64 == 0 {
                let cutoff = 400.0 * (way * 4.2).exp2();
                band[0].set(cutoff, 0.5);
                band[1].set(cutoff * 1.05, 0.5);
            }
            let gain = way * way * velocity * 0.6;
            [
                band[0].band(rng.bipolar()) * gain,
                band[1].band(rng.bipolar()) * gain,
            ]
        })
        .collect()
}
