//! The drum kit: kick, snare, clap, hats and toms from sweeps, resonances and noise.

use super::filter::{OnePole, Svf};
use super::osc::{sine, soft, wrap};
use super::{Frame, RATE, decay, fade_out, frames, percussion};
use crate::rng::Rng;

/// What is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Drum {
    Kick,
    Snare,
    Clap,
    Hat,
    OpenHat,
    Ride,
    Crash,
    HighTom,
    LowTom,
    Taiko,
    Rim,
    Shaker,
    Tambourine,
    Conga,
    Bongo,
    Cowbell,
    Stomp,
    Crackle,
    Riser,
}

/// The sound of a kit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kit {
    /// Where the kick's pitch comes to rest, in hertz.
    pub(crate) kick_hz: f32,
    /// Seconds for the kick to fall by 60 dB.
    pub(crate) kick_seconds: f32,
    /// Level of the beater.
    pub(crate) click: f32,
    /// Pitch of the snare's head in hertz.
    pub(crate) snare_hz: f32,
    /// Level of the snare's wires against its head.
    pub(crate) wires: f32,
    /// Seconds for the wires to fall by 60 dB.
    pub(crate) snare_seconds: f32,
    /// Cutoff of the hats' high-pass in hertz.
    pub(crate) hat_hz: f32,
    /// Seconds for a closed hat to fall by 60 dB.
    pub(crate) hat_seconds: f32,
    /// Cutoff over the whole kit in hertz: dust.
    pub(crate) bright: f32,
    /// Gain into a soft limit over the whole kit.
    pub(crate) drive: f32,
}

impl Kit {
    /// One stroke at a velocity from 0 to 1; `seconds` is the length of sounds that fill a time.
    pub(crate) fn strike(&self, drum: Drum, velocity: f32, seconds: f32, seed: u64) -> Vec<Frame> {
        let mut rng = Rng::new(seed);
        let mut sound = match drum {
            Drum::Kick => self.kick(velocity),
            Drum::Snare => self.snare(velocity, &mut rng),
            Drum::Clap => clap(velocity, &mut rng),
            Drum::Hat => self.metal(velocity, self.hat_seconds, &mut rng),
            Drum::OpenHat => self.metal(velocity, self.hat_seconds * 4.5, &mut rng),
            Drum::Ride => percussion::ride(velocity, &mut rng),
            Drum::Crash => percussion::crash(velocity, &mut rng),
            Drum::HighTom => tom(165.0, 0.45, velocity, &mut rng),
            Drum::LowTom => tom(98.0, 0.6, velocity, &mut rng),
            Drum::Taiko => tom(62.0, 1.5, velocity, &mut rng),
            Drum::Rim => percussion::rim(velocity, &mut rng),
            Drum::Shaker => percussion::shaker(velocity, &mut rng),
            Drum::Tambourine => percussion::tambourine(velocity, &mut rng),
            Drum::Conga => percussion::skin(196.0, 0.3, velocity, &mut rng),
            Drum::Bongo => percussion::skin(330.0, 0.2, velocity, &mut rng),
            Drum::Cowbell => percussion::cowbell(velocity),
            Drum::Stomp => percussion::stomp(velocity, &mut rng),
            Drum::Crackle => percussion::crackle(seconds, &mut rng),
            Drum::Riser => percussion::riser(seconds, velocity, &mut rng),
        };
        self.colour(&mut sound);
        if !matches!(drum, Drum::Crackle) {
            fade_out(&mut sound, 256);
        }
        sound
    }

    fn colour(&self, sound: &mut [Frame]) {
        let mut dust = [OnePole::new(self.bright); 2];
        for frame in sound {
            for (x, dust) in frame.iter_mut().zip(&mut dust) {
                let driven = if self.drive > 0.0 {
                    soft(*x * self.drive)
                } else {
                    *x
                };
                *x = if self.bright < 18_000.0 {
                    dust.low(driven)
                } else {
                    driven
                };
            }
        }
    }

    fn kick(&self, velocity: f32) -> Vec<Frame> {
        let total = frames(self.kick_seconds);
        let (fall, drop, snap) = (decay(self.kick_seconds), decay(0.16), decay(0.03));
        let (mut level, mut above, mut spike, mut phase) = (velocity, 1.0, 1.0, 0.0_f32);
        let mut tick = self.click * velocity;
        let tick_fall = decay(0.012);
        (0..total)
            .map(|n| {
                let hz = self.kick_hz * (1.0 + 2.2 * above + 3.5 * spike);
                phase = wrap(phase + hz / RATE);
                above *= drop;
                spike *= snap;
                level *= fall;
                tick *= tick_fall;
                let onset = (n as f32 / 40.0).min(1.0);
                let body = soft(1.6 * sine(phase)) * level;
                let click = sine(n as f32 * 3100.0 / RATE) * tick;
                [(body + click * 0.5) * onset; 2]
            })
            .collect()
    }

    fn snare(&self, velocity: f32, rng: &mut Rng) -> Vec<Frame> {
        let total = frames(self.snare_seconds.max(0.15));
        let (head_fall, wire_fall) = (decay(0.16), decay(self.snare_seconds));
        let (mut head, mut wires) = (velocity * 0.7, velocity * self.wires);
        let (mut low, mut high) = (0.0_f32, 0.0_f32);
        let mut noise = [Svf::new(2400.0, 0.1), Svf::new(2600.0, 0.1)];
        let mut air = [Svf::new(5200.0, 0.0), Svf::new(5400.0, 0.0)];
        let mut bend = 1.0;
        (0..total)
            .map(|n| {
                bend *= 0.9985;
                low = wrap(low + self.snare_hz * (1.0 + 0.5 * bend) / RATE);
                high = wrap(high + self.snare_hz * 1.72 * (1.0 + 0.3 * bend) / RATE);
                let tone = (sine(low) + 0.5 * sine(high)) * head;
                head *= head_fall;
                wires *= wire_fall;
                let onset = (n as f32 / 24.0).min(1.0);
                let mut wire = || rng.bipolar() * wires;
                let (a, b) = (wire(), wire());
                let l = noise[0].band(a) * 1.1 + air[0].high(a) * 0.45;
                let r = noise[1].band(b) * 1.1 + air[1].high(b) * 0.45;
                [(tone + l) * onset, (tone + r) * onset]
            })
            .collect()
    }

    /// Hats: six square waves that agree on nothing, and noise, without their lows.
    fn metal(&self, velocity: f32, seconds: f32, rng: &mut Rng) -> Vec<Frame> {
        let fall = decay(seconds);
        let mut level = velocity * 0.5;
        let mut high = [
            Svf::new(self.hat_hz, 0.2),
            Svf::new(self.hat_hz * 1.04, 0.2),
        ];
        let mut metal = percussion::Metal::new(1.0);
        (0..frames(seconds))
            .map(|n| {
                let ring = metal.next() * 0.5;
                level *= fall;
                let onset = (n as f32 / 30.0).min(1.0);
                let l = high[0].high(ring + rng.bipolar() * 0.6) * level * onset;
                let r = high[1].high(ring + rng.bipolar() * 0.6) * level * onset;
                [l, r]
            })
            .collect()
    }
}

/// Several hands that don't quite meet.
fn clap(velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let hands = [0.0, 0.011, 0.019, 0.027].map(|s| frames(s + rng.unit() * 0.002));
    let (short, long) = (decay(0.03), decay(0.22));
    let mut level = 0.0;
    let mut fall = short;
    let mut band = [Svf::new(1150.0, 0.45), Svf::new(1300.0, 0.45)];
    (0..frames(0.3))
        .map(|n| {
            if hands.contains(&n) {
                level = velocity;
                fall = if n == hands[3] { long } else { short };
            }
            level *= fall;
            [
                band[0].band(rng.bipolar() * level) * 2.4,
                band[1].band(rng.bipolar() * level) * 2.4,
            ]
        })
        .collect()
}

/// A tom, or with a low pitch and a long fall a great drum.
fn tom(hz: f32, seconds: f32, velocity: f32, rng: &mut Rng) -> Vec<Frame> {
    let (fall, drop) = (decay(seconds), decay(0.3));
    let (mut level, mut above, mut phase, mut upper) = (velocity, 1.0, 0.0_f32, 0.0_f32);
    let mut stick = velocity * 0.6;
    let stick_fall = decay(0.06);
    let mut skin = Svf::new(hz * 6.0, 0.2);
    (0..frames(seconds))
        .map(|n| {
            phase = wrap(phase + hz * (1.0 + 0.6 * above) / RATE);
            upper = wrap(upper + hz * 1.59 * (1.0 + 0.5 * above) / RATE);
            above *= drop;
            level *= fall;
            stick *= stick_fall;
            let onset = (n as f32 / 50.0).min(1.0);
            let noise = skin.low(rng.bipolar()) * stick;
            [(soft(1.3 * sine(phase)) * level + 0.3 * sine(upper) * level * above + noise) * onset;
                2]
        })
        .collect()
}
