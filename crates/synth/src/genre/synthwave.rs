//! Synthwave: driving eighths, wide saws, gated drums, arpeggios.

use super::{DOTTED, MACHINE, PLATE};
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{BELL, SUPERSAW, SYNTH_BASS, SYNTH_LEAD, SYNTH_PLUCK, WARM_PAD};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part};
use crate::theory::{MAJOR as MAJOR_SCALE, MINOR as MINOR_SCALE};

const MAJOR: &[&str] = &[
    "0:add9 7:M 9:m7 5:maj7",
    "5:maj7 7:M 0:add9 9:m7",
    "0:M 4:m7 5:maj7 7:sus4",
];
const MINOR: &[&str] = &[
    "0:m 8:M 3:M 10:M",
    "0:madd9 10:M 8:maj7 10:M",
    "8:maj7 10:M 0:m 0:m",
    "0:m 5:m7 8:M 7:sus4/2 7:M/2",
];
const ARPS: &[&str] = &["0123210301232103", "0213021302130213", "0321032403210324"];
const BASS: &[&str] = &["R.r.r.r.R.r.r.o.", "RrorRrorRrorRror", "R.rrR.rrR.rrR.or"];
const TUNE: &[&str] = &[
    "x-----x-x---x---",
    "x---x---x-x-x---",
    "x-x-x-----x-x---",
    "..x-x---x-----x-",
];
const GATED: Kit = Kit {
    snare_seconds: 0.42,
    wires: 1.1,
    snare_hz: 165.0,
    ..MACHINE
};

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor { MINOR_SCALE } else { MAJOR_SCALE },
        swing: 0.0,
        loose: 0.001,
        parts: parts(palette),
        kit: GATED,
        lanes: lanes(),
        lift: &[],
        fill: Fill::Toms,
        room: PLATE,
        echo: DOTTED,
    }
}

fn parts(palette: u8) -> Vec<Part> {
    let lead = if palette == 2 { BELL } else { SYNTH_LEAD };
    let chords = if palette == 1 {
        part("harmony", SYNTH_PLUCK, Figure::Comp(ARPS), (57, 76)).wet(0.25, 0.35)
    } else {
        part("harmony", SYNTH_PLUCK, Figure::Comp(ARPS), (55, 74)).wet(0.2, 0.3)
    };
    let pad = if palette == 1 {
        part("pads", SUPERSAW, Figure::Hold, (57, 76)).plays("hb")
    } else {
        part("pads", WARM_PAD, Figure::Hold, (55, 76)).plays("ivhbo")
    };
    vec![
        chords.plays("vhbo").at(0.0, 0.15).ducked(0.3),
        pad.wet(0.4, 0.0).ducked(0.5),
        part("bass", SYNTH_BASS, Figure::Bass(BASS), (31, 50))
            .plays("vhb")
            .ducked(0.3),
        part("lead", lead, Figure::Tune(TUNE, 5), (67, 86))
            .plays("hi")
            .wet(0.35, 0.4),
    ]
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(
            Drum::Kick,
            0.0,
            &["X.......X.......", "X.....x.X.......", "X...X...X...X..."],
        )
        .room(0.0),
        lane(Drum::Snare, -1.0, &["....X.......X..."]).room(0.4),
        lane(Drum::Hat, -10.0, &["x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo"])
            .plays("vhbo")
            .pan(0.2),
        lane(Drum::OpenHat, -12.0, &["..x...x...x...x."])
            .plays("h")
            .pan(-0.2),
        lane(Drum::Crash, -9.0, &["X..............."])
            .plays("hb")
            .when(When::First)
            .room(0.3),
        lane(Drum::Riser, -9.0, &["X..............."])
            .plays("v")
            .when(When::Last),
    ]
}
