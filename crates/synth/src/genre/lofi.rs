//! Lo-fi hip hop: jazz chords behind the beat, dusty drums, the surface of a record.

use super::{DOTTED, DUSTY, STUDIO};
use crate::dsp::drums::Drum;
use crate::dsp::presets::{
    BASS_GUITAR, FELT_PIANO, KALIMBA, NYLON, RHODES, SUB_BASS, UPRIGHT, WARM_PAD,
};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part};
use crate::theory::{DORIAN, MAJOR_PENTATONIC};

const MAJOR: &[&str] = &[
    "2:m9 7:13 0:maj9 9:m9",
    "5:maj9 4:m7 2:m9 7:13",
    "0:maj9 9:m9 2:m9 7:7sus/2 7:7b9/2",
    "5:maj9 7:7sus 4:m7/2 9:m7/2 2:m9",
];
const MINOR: &[&str] = &[
    "0:m9 5:m9 10:13 3:maj9",
    "0:m9 8:maj7 5:m9 7:7b9",
    "8:maj9 7:m7 5:m9 0:m9",
    "0:m11 10:9 8:maj9 7:7b9",
];
const COMP: &[&str] = &[
    "X-----x---..x---",
    "x------x--..x--.",
    "X--...x-----x---..x-..x---..x---",
];
const TUNE: &[&str] = &[
    "x-x---x-....x-x-",
    "..x-x---x-x-....",
    "x---x-x-..x-----",
    "....x-x-x---x-..",
];
const BASS: &[&str] = &["R-----..r-o-f---", "R------.r---..a-", "R---..f-r-----a-"];

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor { DORIAN } else { MAJOR_PENTATONIC },
        swing: 0.3,
        loose: 0.007,
        parts: parts(palette),
        kit: DUSTY,
        lanes: lanes(),
        lift: &[],
        fill: Fill::Hats,
        room: STUDIO,
        echo: DOTTED,
    }
}

fn parts(palette: u8) -> Vec<Part> {
    match palette {
        0 => vec![
            part("harmony", RHODES, Figure::Comp(COMP), (52, 72))
                .wet(0.3, 0.0)
                .trembling(4.2, 0.4),
            part("bass", UPRIGHT, Figure::Bass(BASS), (31, 50))
                .plays("vho")
                .wet(0.04, 0.0),
            part("lead", RHODES, Figure::Tune(TUNE, 4), (67, 84))
                .plays("hb")
                .at(0.0, 0.25)
                .wet(0.3, 0.35),
        ],
        1 => vec![
            part("harmony", FELT_PIANO, Figure::Comp(COMP), (50, 70)).wet(0.35, 0.0),
            part("pads", WARM_PAD, Figure::Hold, (55, 74))
                .plays("vhbo")
                .wet(0.4, 0.0)
                .ducked(0.4),
            part("bass", SUB_BASS, Figure::Bass(BASS), (31, 50)).plays("vho"),
            part("lead", FELT_PIANO, Figure::Tune(TUNE, 4), (69, 86))
                .plays("ih")
                .wet(0.4, 0.3),
        ],
        _ => vec![
            part("harmony", NYLON, Figure::Strum(COMP), (50, 70))
                .wet(0.25, 0.0)
                .at(0.0, -0.2),
            part("bass", BASS_GUITAR, Figure::Bass(BASS), (31, 50)).plays("vhbo"),
            part("lead", KALIMBA, Figure::Tune(TUNE, 4), (69, 86))
                .plays("ihb")
                .at(0.0, 0.25)
                .wet(0.35, 0.4),
        ],
    }
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(
            Drum::Kick,
            0.0,
            &[
                "X.......x.X.....",
                "X.....x...X.....",
                "X.........x.....X.......x.x.....",
            ],
        ),
        lane(
            Drum::Snare,
            -2.0,
            &["....X.......X...", "....X.......X..o", "....X..o.o..X..."],
        ),
        lane(
            Drum::Hat,
            -9.0,
            &["x.o.x.o.x.o.x.oo", "x.x.x.oox.x.x.x.", "xooxx.o.x.oxx.o."],
        )
        .plays("ivh")
        .pan(0.2),
        lane(Drum::Crackle, -10.0, &["X..............."]).plays("ivuhbo"),
        lane(Drum::Rim, -8.0, &[".......x........", "..........x...o."])
            .plays("b")
            .pan(-0.3),
        lane(Drum::OpenHat, -12.0, &["..............x."])
            .when(When::Last)
            .pan(0.2),
    ]
}
