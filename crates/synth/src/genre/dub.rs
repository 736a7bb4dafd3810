//! Dub reggae: the third beat, the off-beat, and a great deal of echo.

use super::{ACOUSTIC, PLATE};
use crate::dsp::delay::Echo;
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{BASS_GUITAR, ELECTRIC, MELODICA, ORGAN};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part, perc};
use crate::theory::{MAJOR_PENTATONIC, MINOR_PENTATONIC};

const MINOR: &[&str] = &[
    "0:m7 0:m7 5:m7 5:m7",
    "0:m7 10:M 0:m7 7:m7",
    "0:m7 5:m7 0:m7 10:M/2 7:m7/2",
];
const MAJOR: &[&str] = &["0:M 5:M 0:M 7:M", "0:M 9:m7 5:M 7:M", "0:M 2:m7 5:M 0:M"];
const SKANK: &[&str] = &["....x.......x...", "....x-......x-.x"];
const BUBBLE: &[&str] = &["..x.x.x...x.x.x.", "..x...x...x...x."];
const BASS: &[&str] = &[
    "R---r-..f-r-..s-",
    "R-..r-r-..f-s-..",
    "....R-r-f---r-t-",
    "R---..r-t-f---..",
];
const TUNE: &[&str] = &[
    "x-x-x---........",
    "..x-x-x---......",
    "x---x-x-x---....",
    "x-----x-........",
];
const ONE_DROP: Kit = Kit {
    kick_hz: 49.0,
    kick_seconds: 0.36,
    snare_hz: 230.0,
    ..ACOUSTIC
};

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor {
            MINOR_PENTATONIC
        } else {
            MAJOR_PENTATONIC
        },
        swing: 0.18,
        loose: 0.005,
        parts: parts(palette),
        kit: ONE_DROP,
        lanes: lanes(),
        lift: &[("bass", 2.0)],
        fill: Fill::Toms,
        room: PLATE,
        echo: Echo {
            beats: 0.75,
            feedback: 0.58,
            bright: 2600.0,
        },
    }
}

fn parts(palette: u8) -> Vec<Part> {
    let (send, lead) = if palette == 0 {
        (0.4, MELODICA)
    } else {
        (0.15, ORGAN)
    };
    vec![
        part("harmony", ELECTRIC, Figure::Strum(SKANK), (57, 76))
            .at(0.0, -0.3)
            .wet(0.2, send),
        part("harmony", ORGAN, Figure::Comp(BUBBLE), (52, 71))
            .at(-7.0, 0.3)
            .wet(0.15, send * 0.4),
        part("bass", BASS_GUITAR, Figure::Bass(BASS), (29, 46))
            .plays("vhb")
            .wet(0.02, 0.0),
        part("lead", lead, Figure::Tune(TUNE, 4), (65, 82))
            .plays("ih")
            .at(0.0, 0.15)
            .wet(0.3, 0.5),
    ]
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(Drum::Kick, 0.0, &["........X.......", "X.......X......."]),
        lane(Drum::Snare, -2.0, &["........X.......", "........X......o"]).room(0.3),
        lane(Drum::Hat, -9.0, &["x.o.x.o.x.o.x.o.", "..x...x...x...xo"])
            .plays("ivhbo")
            .pan(0.25),
        lane(Drum::OpenHat, -12.0, &["..............x."])
            .plays("h")
            .pan(0.25),
        lane(Drum::Crash, -12.0, &["X..............."])
            .plays("h")
            .when(When::First)
            .room(0.4),
        perc(
            Drum::Rim,
            -1.0,
            -0.3,
            &["...x..x.....x...", "......x....x.x.."],
        )
        .plays("ivhb")
        .room(0.5),
        perc(
            Drum::Bongo,
            -1.0,
            0.4,
            &["..x..x....x..xo.", "x...o.x....x..x."],
        )
        .plays("vhb"),
        perc(Drum::Shaker, -8.0, 0.2, &["xoxoxoxoxoxoxoxo"]).plays("vho"),
    ]
}
