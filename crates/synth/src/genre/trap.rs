//! Trap: half-time, rolling hats, a sub bass that slides, one dark little tune.

use super::{MACHINE, PLATE};
use crate::dsp::delay::Echo;
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{AIR_PAD, BELL, EIGHT_OH_EIGHT, SYNTH_PLUCK, WARM_PAD};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part, perc};
use crate::theory::{MINOR, MINOR_PENTATONIC};

const PROGRESSIONS: &[&str] = &[
    "0:m/8 8:M/8",
    "0:m9/8 8:maj7/4 7:m7/4",
    "0:m/8 1:M/8",
    "0:m9/8 5:m9/8",
];
const BASS: &[&str] = &[
    "R-----......r---....g-------..r-",
    "R-------..r-....R---..g-----....",
    "R-----..r-......g-----..r-o-....",
];
const BELLS: &[&str] = &["x-x-x---x-x-....", "x--x--x-..x-x---", "x---x-x-x---..x-"];
const BOOM: Kit = Kit {
    kick_hz: 48.0,
    kick_seconds: 0.4,
    click: 0.45,
    snare_hz: 200.0,
    hat_hz: 8800.0,
    hat_seconds: 0.045,
    ..MACHINE
};

pub(super) fn recipe(palette: u8) -> Recipe {
    Recipe {
        progressions: PROGRESSIONS,
        scale: if palette == 0 {
            MINOR
        } else {
            MINOR_PENTATONIC
        },
        swing: 0.0,
        loose: 0.001,
        parts: parts(palette),
        kit: BOOM,
        lanes: lanes(),
        lift: &[("bass", 1.0)],
        fill: Fill::Hats,
        room: PLATE,
        echo: Echo {
            beats: 0.75,
            feedback: 0.4,
            bright: 3400.0,
        },
    }
}

fn parts(palette: u8) -> Vec<Part> {
    let (lead, pad) = if palette == 0 {
        (BELL, WARM_PAD)
    } else {
        (SYNTH_PLUCK, AIR_PAD)
    };
    vec![
        part("bass", EIGHT_OH_EIGHT, Figure::Bass(BASS), (29, 46))
            .plays("vh")
            .wet(0.0, 0.0),
        part("lead", lead, Figure::Tune(BELLS, 4), (65, 84))
            .plays("ivhbo")
            .wet(0.4, 0.35),
        part("pads", pad, Figure::Hold, (56, 75))
            .plays("ihbo")
            .wet(0.5, 0.0)
            .ducked(0.4),
    ]
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(
            Drum::Kick,
            0.0,
            &[
                "X.........x.....X.....x...x.....",
                "X.....x...X.....X..........x....",
            ],
        )
        .room(0.0),
        lane(Drum::Clap, -2.0, &["........X......."])
            .plays("vho")
            .room(0.25),
        lane(Drum::Snare, -7.0, &["........X......."])
            .plays("h")
            .room(0.2),
        lane(
            Drum::Hat,
            -10.0,
            &[
                "x.x.x.x.x.x.r.x.x.x.t.x.x.r.x.xx",
                "x.x.xrx.x.x.x.t.x.x.x.x.rrx.x.x.",
            ],
        )
        .plays("vhbo")
        .pan(0.15),
        lane(Drum::OpenHat, -12.0, &["..............x."])
            .plays("h")
            .pan(-0.2),
        lane(Drum::Crash, -12.0, &["X..............."])
            .plays("h")
            .when(When::First)
            .room(0.3),
        lane(Drum::Riser, -10.0, &["X..............."])
            .plays("vb")
            .when(When::Last),
        perc(
            Drum::Rim,
            -2.0,
            -0.4,
            &["...x......x.....", "......x.......xo"],
        )
        .plays("vhb"),
        perc(Drum::Shaker, -4.0, 0.4, &["..x...x...x...x."]).plays("hb"),
    ]
}
