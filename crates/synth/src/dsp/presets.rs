//! The instruments' settings.

use super::Patch;
use super::additive::Additive;
use super::analog::Analog;
use super::fm::{Fm, Pair};
use super::osc::Wave;
use super::pluck::Pluck;

const INIT: Analog = Analog {
    wave: Wave::Saw,
    unison: 1,
    detune: 0.0,
    width: 0.0,
    sub: 0.0,
    noise: 0.0,
    cutoff: 2000.0,
    resonance: 0.1,
    sweep: 0.0,
    sweep_seconds: 1.0,
    amp: [0.005, 1.0, 0.8, 0.15],
    vibrato: 0.0,
    drive: 0.0,
    glide: 0.0,
};

pub(crate) const WARM_PAD: Patch = Patch::Analog(Analog {
    unison: 4,
    detune: 12.0,
    width: 0.9,
    cutoff: 1100.0,
    sweep: 0.6,
    sweep_seconds: 6.0,
    amp: [0.5, 3.0, 0.8, 1.6],
    ..INIT
});
pub(crate) const AIR_PAD: Patch = Patch::Analog(Analog {
    wave: Wave::Triangle,
    unison: 4,
    detune: 9.0,
    width: 1.0,
    noise: 0.03,
    cutoff: 3200.0,
    amp: [1.1, 3.0, 0.85, 2.6],
    ..INIT
});
pub(crate) const STRINGS: Patch = Patch::Analog(Analog {
    unison: 5,
    detune: 14.0,
    width: 1.0,
    noise: 0.02,
    cutoff: 2300.0,
    sweep: 0.3,
    sweep_seconds: 3.0,
    amp: [0.22, 2.0, 0.85, 0.9],
    vibrato: 7.0,
    ..INIT
});
pub(crate) const SPICCATO: Patch = Patch::Analog(Analog {
    unison: 4,
    detune: 12.0,
    width: 0.8,
    noise: 0.05,
    cutoff: 1900.0,
    sweep: 1.2,
    sweep_seconds: 0.25,
    amp: [0.012, 0.5, 0.25, 0.22],
    ..INIT
});
pub(crate) const BRASS: Patch = Patch::Analog(Analog {
    unison: 3,
    detune: 8.0,
    width: 0.5,
    cutoff: 1300.0,
    sweep: 1.5,
    sweep_seconds: 0.7,
    amp: [0.035, 0.6, 0.75, 0.16],
    drive: 0.8,
    ..INIT
});
pub(crate) const SUPERSAW: Patch = Patch::Analog(Analog {
    unison: 6,
    detune: 18.0,
    width: 1.0,
    cutoff: 4200.0,
    sweep: 0.5,
    sweep_seconds: 1.0,
    amp: [0.008, 1.5, 0.7, 0.3],
    ..INIT
});
pub(crate) const STAB: Patch = Patch::Analog(Analog {
    unison: 3,
    detune: 10.0,
    width: 0.9,
    cutoff: 900.0,
    resonance: 0.3,
    sweep: 2.2,
    sweep_seconds: 0.45,
    amp: [0.003, 0.6, 0.3, 0.18],
    ..INIT
});
pub(crate) const SYNTH_PLUCK: Patch = Patch::Analog(Analog {
    wave: Wave::Pulse(0.36),
    unison: 2,
    detune: 7.0,
    width: 0.8,
    cutoff: 750.0,
    resonance: 0.25,
    sweep: 2.6,
    sweep_seconds: 0.5,
    amp: [0.002, 0.7, 0.12, 0.25],
    ..INIT
});
pub(crate) const SYNTH_LEAD: Patch = Patch::Analog(Analog {
    unison: 2,
    detune: 9.0,
    width: 0.5,
    cutoff: 2600.0,
    resonance: 0.2,
    sweep: 0.8,
    sweep_seconds: 0.8,
    amp: [0.012, 1.2, 0.75, 0.22],
    vibrato: 14.0,
    glide: 0.05,
    ..INIT
});
pub(crate) const SYNTH_BASS: Patch = Patch::Analog(Analog {
    unison: 2,
    detune: 4.0,
    width: 0.15,
    sub: 0.6,
    cutoff: 620.0,
    resonance: 0.2,
    sweep: 1.9,
    sweep_seconds: 0.4,
    amp: [0.004, 0.8, 0.6, 0.08],
    drive: 1.1,
    ..INIT
});
pub(crate) const SUB_BASS: Patch = Patch::Analog(Analog {
    wave: Wave::Triangle,
    cutoff: 700.0,
    amp: [0.008, 2.0, 0.75, 0.12],
    drive: 1.3,
    ..INIT
});
pub(crate) const EIGHT_OH_EIGHT: Patch = Patch::Analog(Analog {
    wave: Wave::Sine,
    cutoff: 2400.0,
    amp: [0.003, 2.6, 0.25, 0.1],
    drive: 2.2,
    glide: 0.13,
    ..INIT
});
pub(crate) const REESE: Patch = Patch::Analog(Analog {
    unison: 3,
    detune: 22.0,
    width: 0.35,
    sub: 0.9,
    cutoff: 520.0,
    resonance: 0.25,
    sweep: 0.9,
    sweep_seconds: 0.9,
    amp: [0.006, 2.0, 0.85, 0.1],
    drive: 1.2,
    ..INIT
});
pub(crate) const FLUTE: Patch = Patch::Analog(Analog {
    wave: Wave::Triangle,
    noise: 0.12,
    cutoff: 1900.0,
    amp: [0.06, 1.0, 0.85, 0.16],
    vibrato: 16.0,
    ..INIT
});
pub(crate) const WHISTLE: Patch = Patch::Analog(Analog {
    wave: Wave::Sine,
    noise: 0.06,
    cutoff: 2600.0,
    amp: [0.05, 1.0, 0.9, 0.12],
    vibrato: 22.0,
    glide: 0.06,
    ..INIT
});
pub(crate) const MELODICA: Patch = Patch::Analog(Analog {
    wave: Wave::Pulse(0.3),
    unison: 2,
    detune: 6.0,
    width: 0.3,
    noise: 0.02,
    cutoff: 1900.0,
    amp: [0.03, 1.0, 0.8, 0.12],
    vibrato: 10.0,
    ..INIT
});
pub(crate) const CLAV: Patch = Patch::Analog(Analog {
    wave: Wave::Pulse(0.2),
    unison: 2,
    detune: 3.0,
    width: 0.4,
    cutoff: 1300.0,
    resonance: 0.35,
    sweep: 1.8,
    sweep_seconds: 0.2,
    amp: [0.002, 0.55, 0.1, 0.05],
    ..INIT
});
pub(crate) const PULSE_LEAD: Patch = Patch::Analog(Analog {
    wave: Wave::Pulse(0.25),
    cutoff: 9000.0,
    resonance: 0.0,
    amp: [0.002, 0.8, 0.65, 0.05],
    vibrato: 18.0,
    ..INIT
});
pub(crate) const PULSE_ARP: Patch = Patch::Analog(Analog {
    wave: Wave::Pulse(0.5),
    cutoff: 7000.0,
    resonance: 0.0,
    amp: [0.002, 0.3, 0.35, 0.03],
    ..INIT
});
pub(crate) const CHIP_BASS: Patch = Patch::Analog(Analog {
    wave: Wave::Steps,
    cutoff: 5000.0,
    resonance: 0.0,
    amp: [0.002, 1.0, 0.9, 0.02],
    ..INIT
});

pub(crate) const FELT_PIANO: Patch = Patch::Additive(Additive {
    partials: &[
        (1.0, 0.5, 5.0),
        (2.0, 0.24, 3.4),
        (3.0, 0.1, 2.4),
        (4.0, 0.05, 1.7),
        (5.0, 0.025, 1.2),
        (6.0, 0.012, 0.9),
        (7.0, 0.006, 0.7),
    ],
    stiffness: 0.0004,
    touch: 0.9,
    thud: 0.25,
    attack: 0.006,
    release: 0.35,
    spread: 2.5,
});
pub(crate) const PIANO: Patch = Patch::Additive(Additive {
    partials: &[
        (1.0, 0.42, 6.0),
        (2.0, 0.3, 4.5),
        (3.0, 0.2, 3.6),
        (4.0, 0.15, 2.8),
        (5.0, 0.1, 2.2),
        (6.0, 0.08, 1.7),
        (7.0, 0.03, 1.3),
        (8.0, 0.04, 1.1),
        (9.0, 0.03, 0.9),
        (10.0, 0.02, 0.7),
        (11.0, 0.015, 0.6),
        (12.0, 0.01, 0.5),
    ],
    stiffness: 0.0005,
    touch: 0.8,
    thud: 0.3,
    attack: 0.002,
    release: 0.25,
    spread: 2.0,
});
pub(crate) const VIBES: Patch = Patch::Additive(Additive {
    partials: &[(1.0, 0.6, 4.0), (4.0, 0.16, 1.4), (9.9, 0.04, 0.4)],
    stiffness: 0.0,
    touch: 0.6,
    thud: 0.12,
    attack: 0.002,
    release: 0.9,
    spread: 3.0,
});
pub(crate) const GLOCK: Patch = Patch::Additive(Additive {
    partials: &[
        (1.0, 0.5, 2.6),
        (2.76, 0.18, 1.2),
        (5.4, 0.08, 0.5),
        (8.93, 0.03, 0.25),
    ],
    stiffness: 0.0,
    touch: 0.5,
    thud: 0.05,
    attack: 0.0015,
    release: 1.2,
    spread: 2.0,
});
pub(crate) const KALIMBA: Patch = Patch::Additive(Additive {
    partials: &[
        (1.0, 0.6, 1.5),
        (2.0, 0.06, 0.8),
        (5.9, 0.1, 0.25),
        (11.4, 0.03, 0.1),
    ],
    stiffness: 0.0,
    touch: 0.5,
    thud: 0.35,
    attack: 0.002,
    release: 0.8,
    spread: 2.0,
});
pub(crate) const MARIMBA: Patch = Patch::Additive(Additive {
    partials: &[(1.0, 0.65, 0.8), (3.93, 0.14, 0.3), (9.2, 0.04, 0.12)],
    stiffness: 0.0,
    touch: 0.6,
    thud: 0.25,
    attack: 0.002,
    release: 0.4,
    spread: 1.5,
});
pub(crate) const ORGAN: Patch = Patch::Additive(Additive {
    partials: &[
        (0.5, 0.2, 60.0),
        (1.0, 0.3, 60.0),
        (1.5, 0.1, 60.0),
        (2.0, 0.16, 60.0),
        (3.0, 0.1, 60.0),
        (4.0, 0.06, 60.0),
    ],
    stiffness: 0.0,
    touch: 0.2,
    thud: 0.08,
    attack: 0.008,
    release: 0.09,
    spread: 6.0,
});

pub(crate) const RHODES: Patch = Patch::Fm(Fm {
    pairs: [
        Pair {
            carrier: 1.0,
            modulator: 1.0,
            depth: 0.2,
            depth_seconds: 2.2,
            level: 0.6,
            seconds: 5.0,
        },
        Pair {
            carrier: 1.0,
            modulator: 14.0,
            depth: 0.09,
            depth_seconds: 0.6,
            level: 0.22,
            seconds: 2.0,
        },
    ],
    release: 0.3,
    spread: 3.0,
});
pub(crate) const BELL: Patch = Patch::Fm(Fm {
    pairs: [
        Pair {
            carrier: 1.0,
            modulator: 3.51,
            depth: 0.24,
            depth_seconds: 1.8,
            level: 0.5,
            seconds: 4.0,
        },
        Pair {
            carrier: 2.0,
            modulator: 5.03,
            depth: 0.1,
            depth_seconds: 0.7,
            level: 0.16,
            seconds: 1.8,
        },
    ],
    release: 1.6,
    spread: 4.0,
});

pub(crate) const NYLON: Patch = Patch::Pluck(Pluck {
    bright: 2400.0,
    damping: 0.42,
    seconds: 3.2,
    place: 0.22,
    body: 0.5,
    release: 0.12,
});
pub(crate) const STEEL: Patch = Patch::Pluck(Pluck {
    bright: 5000.0,
    damping: 0.22,
    seconds: 4.2,
    place: 0.16,
    body: 0.4,
    release: 0.2,
});
pub(crate) const ELECTRIC: Patch = Patch::Pluck(Pluck {
    bright: 3600.0,
    damping: 0.32,
    seconds: 3.0,
    place: 0.12,
    body: 0.0,
    release: 0.05,
});
pub(crate) const HARP: Patch = Patch::Pluck(Pluck {
    bright: 3200.0,
    damping: 0.36,
    seconds: 4.0,
    place: 0.4,
    body: 0.2,
    release: 1.0,
});
pub(crate) const BASS_GUITAR: Patch = Patch::Pluck(Pluck {
    bright: 700.0,
    damping: 0.72,
    seconds: 3.0,
    place: 0.2,
    body: 0.0,
    release: 0.08,
});
pub(crate) const UPRIGHT: Patch = Patch::Pluck(Pluck {
    bright: 380.0,
    damping: 0.8,
    seconds: 1.6,
    place: 0.3,
    body: 0.35,
    release: 0.15,
});
