//! Drum and bass: breaks at speed over half-time harmony.

use super::{DOTTED, MACHINE, PLATE};
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{AIR_PAD, REESE, RHODES, STAB, SYNTH_LEAD, WARM_PAD};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part, perc};
use crate::theory::MINOR_PENTATONIC;

const PROGRESSIONS: &[&str] = &[
    "0:m9/8 8:maj9/8",
    "0:m9/8 5:m9/4 10:13/4",
    "8:maj9/8 10:M/4 0:m7/4",
    "0:m9/4 3:maj9/4 8:maj9/8",
];
const RHODES_COMP: &[&str] = &[
    "X-----x-----x---..x---------....",
    "X--x--------x-..x--x------......",
];
const STABS: &[&str] = &[
    "x.....x...........x...x.........",
    "...x..x.............x..x..x.....",
];
const BASS: &[&str] = &[
    "R-----r-....o-..R---..r-f-..s-..",
    "R---..R-..r---..R---..o-r-..a-..",
    "R-r-..R-....r-o-",
];
const TUNE: &[&str] = &["x-----x-----x---", "x---x-----x-x---", "....x-x---x-----"];
const BREAK: Kit = Kit {
    kick_hz: 52.0,
    kick_seconds: 0.26,
    snare_hz: 205.0,
    snare_seconds: 0.2,
    ..MACHINE
};

pub(super) fn recipe(palette: u8) -> Recipe {
    Recipe {
        progressions: PROGRESSIONS,
        scale: MINOR_PENTATONIC,
        swing: 0.05,
        loose: 0.001,
        parts: parts(palette),
        kit: BREAK,
        lanes: lanes(),
        lift: &[("drums", 1.0)],
        fill: Fill::Snare,
        room: PLATE,
        echo: DOTTED,
    }
}

fn parts(palette: u8) -> Vec<Part> {
    match palette {
        0 => vec![
            part("harmony", RHODES, Figure::Comp(RHODES_COMP), (55, 74)).wet(0.3, 0.25),
            part("pads", AIR_PAD, Figure::Hold, (60, 79))
                .plays("iuhbo")
                .wet(0.5, 0.0)
                .ducked(0.4),
            part("bass", REESE, Figure::Bass(BASS), (31, 48))
                .plays("vh")
                .ducked(0.35),
            part("lead", SYNTH_LEAD, Figure::Tune(TUNE, 4), (67, 86))
                .plays("h")
                .wet(0.4, 0.4),
        ],
        _ => vec![
            part("harmony", STAB, Figure::Comp(STABS), (53, 72))
                .plays("vhb")
                .wet(0.35, 0.4),
            part("pads", WARM_PAD, Figure::Hold, (55, 76))
                .wet(0.45, 0.0)
                .ducked(0.5),
            part("bass", REESE, Figure::Bass(BASS), (29, 46))
                .plays("vh")
                .ducked(0.35),
        ],
    }
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(
            Drum::Kick,
            0.0,
            &["X.........X.....", "X.........X.....X.x.......X....."],
        )
        .room(0.0),
        lane(
            Drum::Snare,
            -1.0,
            &["....X..o.o..X...", "....X..o....X..o", "....X..o.o..X.oo"],
        )
        .room(0.12),
        lane(Drum::Hat, -10.0, &["x.x.x.x.x.x.x.x.", "xox.xoxoxox.xoxo"])
            .plays("ivhuo")
            .pan(0.2),
        lane(Drum::Ride, -12.0, &["x...x...x...x...", "x.x.x.x.x.x.x.x."])
            .plays("h")
            .pan(-0.25),
        lane(Drum::Crash, -10.0, &["X..............."])
            .plays("hb")
            .when(When::First)
            .room(0.2),
        lane(Drum::Riser, -8.0, &["X..............."])
            .plays("uvb")
            .when(When::Last),
        lane(Drum::Rim, -10.0, &["..x....x..x....."])
            .plays("b")
            .pan(0.3)
            .room(0.3),
        perc(Drum::Shaker, -3.0, -0.4, &["xoxoxoxoxoxoxoxo"]).plays("vhb"),
        perc(
            Drum::Bongo,
            -2.0,
            0.4,
            &["...x..x.....x.x.", "..x..x....x...xo"],
        )
        .plays("hb"),
    ]
}
