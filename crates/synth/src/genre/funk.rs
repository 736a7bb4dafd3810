//! Funk: the one, ghost notes, sixteenths that interlock.

use super::{ACOUSTIC, DOTTED, STUDIO};
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{BASS_GUITAR, BRASS, CLAV, ELECTRIC, ORGAN, RHODES};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part, perc};
use crate::theory::{DORIAN, MIXOLYDIAN};

const MINOR: &[&str] = &[
    "0:m9 0:m9 5:9 5:9",
    "0:m7 5:9 0:m7 5:9/2 7:7b9/2",
    "0:m9 10:9 5:9 7:m7",
];
const MAJOR: &[&str] = &[
    "0:9 0:9 5:9 0:9",
    "0:9 10:M 5:9 0:13",
    "0:13 3:9/2 5:9/2 0:13 7:9",
];
const CHOPS: &[&str] = &["x..x..x...x.xx..", "..x.x..x..x.x..x", "x.xx..x..x..x.x."];
const STABS: &[&str] = &["x-.....x-.......", "......x-..x-....", "x-....x-......x-"];
const BASS: &[&str] = &["R..r..o.r..s.f.a", "R.r...o.ro..s.f.", "R...r.so..r..sa."];
const TUNE: &[&str] = &[
    "x-x-..x-x---....",
    "x--xx-..x-x-....",
    "..x-x-x-..x---..",
    "x-..x-x---..x-x-",
];
const TIGHT: Kit = Kit {
    kick_seconds: 0.24,
    snare_hz: 215.0,
    snare_seconds: 0.2,
    ..ACOUSTIC
};

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor { DORIAN } else { MIXOLYDIAN },
        swing: 0.14,
        loose: 0.004,
        parts: parts(palette),
        kit: TIGHT,
        lanes: lanes(),
        lift: &[("bass", 1.0)],
        fill: Fill::Toms,
        room: STUDIO,
        echo: DOTTED,
    }
}

fn parts(palette: u8) -> Vec<Part> {
    let bass = part("bass", BASS_GUITAR, Figure::Bass(BASS), (29, 47)).wet(0.03, 0.0);
    let brass = part("lead", BRASS, Figure::Tune(TUNE, 4), (62, 81))
        .plays("h")
        .wet(0.25, 0.0);
    match palette {
        0 => vec![
            part("harmony", CLAV, Figure::Comp(CHOPS), (55, 74))
                .at(0.0, -0.25)
                .wet(0.12, 0.0),
            bass.plays("vhb"),
            brass.at(0.0, 0.2),
        ],
        1 => vec![
            part("harmony", ELECTRIC, Figure::Strum(CHOPS), (55, 76))
                .at(0.0, -0.35)
                .wet(0.12, 0.0),
            part("harmony", ORGAN, Figure::Comp(STABS), (57, 76))
                .at(-8.0, 0.35)
                .wet(0.2, 0.0),
            bass,
            part("lead", CLAV, Figure::Tune(TUNE, 4), (67, 84))
                .plays("h")
                .wet(0.2, 0.2),
        ],
        _ => vec![
            part("harmony", RHODES, Figure::Comp(STABS), (55, 74))
                .at(0.0, -0.2)
                .wet(0.2, 0.0),
            part("harmony", CLAV, Figure::Comp(CHOPS), (60, 79))
                .plays("h")
                .at(-8.0, -0.4)
                .wet(0.1, 0.0),
            bass.plays("vho"),
            brass.plays("ho").at(0.0, 0.15),
        ],
    }
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(
            Drum::Kick,
            0.0,
            &["X.....x...X.....", "X..x......x.....", "X.x.......X..x.."],
        ),
        lane(
            Drum::Snare,
            -1.0,
            &["....X..o.o..X..o", "....X.oo.o..X...", ".o..X..o.o.oX..o"],
        ),
        lane(Drum::Hat, -9.0, &["xoxoxoxoxoxoxoxo", "x.xox.xox.xox.xo"])
            .plays("ivhb")
            .pan(0.25),
        lane(
            Drum::OpenHat,
            -11.0,
            &["......x.......x.", "..............x."],
        )
        .plays("h")
        .pan(0.25),
        lane(Drum::Crash, -10.0, &["X..............."])
            .plays("h")
            .when(When::First)
            .room(0.2),
        perc(
            Drum::Tambourine,
            -3.0,
            -0.35,
            &["....x.......x...", "..x...x...x...x."],
        )
        .plays("vh"),
        perc(
            Drum::Conga,
            -1.0,
            0.4,
            &["..xo..x...xo.xx.", "x..x..xo..x..x.x"],
        )
        .plays("ivhb"),
        perc(Drum::Cowbell, -8.0, 0.2, &["x...x...x...x..."]).plays("h"),
    ]
}
