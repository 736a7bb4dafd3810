//! Chiptune: two pulses, a stepped triangle, noise; harmony by running through the chord.

use super::{DOTTED, STUDIO};
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{CHIP_BASS, PULSE_ARP, PULSE_LEAD};
use crate::recipe::{Figure, Fill, Part, Recipe, When, lane, part};
use crate::theory::{MAJOR as MAJOR_SCALE, MINOR as MINOR_SCALE};

const MAJOR: &[&str] = &[
    "0:M 7:M 9:m 5:M",
    "0:M 9:m 5:M 7:M",
    "5:M 7:M 0:M 0:M",
    "0:M 10:M 5:M 7:M",
];
const MINOR: &[&str] = &[
    "0:m 8:M 10:M 7:M",
    "0:m 10:M 8:M 7:M",
    "0:m 0:m 8:M 10:M",
    "5:m 0:m 8:M 7:M",
];
const ARPS: &[&str] = &["0123012301230123", "0121012101210121", "0213021302130213"];
const BASS: &[&str] = &["R.r.o.r.R.r.f.o.", "R.rrR.rrR.rrf.oo", "R.o.r.o.R.o.f.o."];
const TUNE: &[&str] = &[
    "x-x-x---x-x-x---",
    "x--x--x-x-x-x---",
    "x-xxx-x-x---x-x-",
    "x---x-x-x-xxx---",
];
const NOISE: Kit = Kit {
    kick_hz: 60.0,
    kick_seconds: 0.16,
    click: 0.5,
    snare_hz: 240.0,
    wires: 1.2,
    snare_seconds: 0.14,
    hat_hz: 6500.0,
    hat_seconds: 0.04,
    bright: 12_000.0,
    drive: 1.6,
};

pub(super) fn recipe(minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor { MINOR_SCALE } else { MAJOR_SCALE },
        swing: 0.0,
        loose: 0.0,
        parts: parts(),
        kit: NOISE,
        lanes: vec![
            lane(Drum::Kick, 0.0, &["X...X...X...X...", "X.....x.X......."])
                .plays("vho")
                .room(0.0),
            lane(Drum::Snare, -2.0, &["....X.......X...", "....X.......X.xx"]).room(0.0),
            lane(Drum::Hat, -8.0, &["x.x.x.x.x.x.x.x.", "xoxxxoxxxoxxxoxx"])
                .plays("vhbi")
                .room(0.0),
            lane(Drum::Crash, -12.0, &["X..............."])
                .plays("h")
                .when(When::First)
                .room(0.0),
        ],
        lift: &[],
        fill: Fill::Snare,
        room: STUDIO,
        echo: DOTTED,
    }
}

fn parts() -> Vec<Part> {
    vec![
        part("harmony", PULSE_ARP, Figure::Comp(ARPS), (60, 79))
            .at(0.0, -0.3)
            .wet(0.05, 0.15),
        part("bass", CHIP_BASS, Figure::Bass(BASS), (36, 55))
            .plays("vhb")
            .wet(0.0, 0.0),
        part("lead", PULSE_LEAD, Figure::Tune(TUNE, 6), (67, 88))
            .plays("ihb")
            .at(0.0, 0.2)
            .wet(0.08, 0.25),
    ]
}
