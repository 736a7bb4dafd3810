//! The settings of the subtractive synthesiser's instruments, and the names of all others.

use super::Patch;
use super::analog::Analog;
use super::osc::Wave;

pub(crate) use super::struck::{
    BASS_GUITAR, BELL, ELECTRIC, FELT_PIANO, GLOCK, HARP, KALIMBA, MARIMBA, NYLON, ORGAN, PIANO,
    RHODES, STEEL, UPRIGHT, VIBES,
};

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
