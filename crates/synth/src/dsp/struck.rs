//! The settings of instruments that are struck or plucked: pianos, bells, mallets, organ, strings.

use super::Patch;
use super::additive::Additive;
use super::fm::{Fm, Pair};
use super::pluck::Pluck;

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
