//! Indie folk: strings under fingers, feet on the floor, a tune to whistle.

use super::{ACOUSTIC, DOTTED, PLATE};
use crate::dsp::drums::Drum;
use crate::dsp::presets::{BASS_GUITAR, GLOCK, STEEL, UPRIGHT, WHISTLE};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, lane, part, perc};
use crate::theory::MAJOR_PENTATONIC;

const PROGRESSIONS: &[&str] = &[
    "0:add9 7:M 9:m7 5:add9",
    "0:M 5:add9 0:M 7:sus4/2 7:M/2",
    "9:m7 5:add9 0:M 7:M",
    "0:add9 4:m7 5:add9 7:M",
];
const PICKING: &[&str] = &["l.2.1.3.l.2.1.3.", "l.1.2.1.3.1.2.1.", "l.213.2.l.213.2."];
const STRUMS: &[&str] = &["X---x-u-..u-x-u-", "X---x---u-x-x-u-"];
const CHIMES: &[&str] = &["X...............x...............", "X.......x......."];
const BASS: &[&str] = &["R-------f-----a-", "R-----r-f-----r-", "R-------r---f---"];
const TUNE: &[&str] = &[
    "x---x-x-x-------",
    "x-x-x---x---x---",
    "..x-x-x-x-x-x---",
    "x-----x-x---x-x-",
];

pub(super) fn recipe(palette: u8) -> Recipe {
    Recipe {
        progressions: PROGRESSIONS,
        scale: MAJOR_PENTATONIC,
        swing: 0.06,
        loose: 0.006,
        parts: parts(palette),
        kit: ACOUSTIC,
        lanes: lanes(palette),
        lift: &[("harmony", 2.0)],
        fill: Fill::None,
        room: PLATE,
        echo: DOTTED,
    }
}

fn parts(palette: u8) -> Vec<Part> {
    match palette {
        0 => vec![
            part("harmony", STEEL, Figure::Comp(PICKING), (50, 71))
                .at(0.0, -0.15)
                .wet(0.18, 0.0),
            part("harmony", STEEL, Figure::Strum(CHIMES), (55, 76))
                .plays("h")
                .at(-7.0, 0.5)
                .wet(0.25, 0.0),
            part("bass", UPRIGHT, Figure::Bass(BASS), (31, 50)).plays("vho"),
            part("lead", GLOCK, Figure::Tune(TUNE, 4), (74, 91))
                .plays("ihb")
                .wet(0.35, 0.2),
        ],
        _ => vec![
            part("harmony", STEEL, Figure::Strum(STRUMS), (50, 70))
                .at(0.0, -0.4)
                .wet(0.15, 0.0),
            part("harmony", STEEL, Figure::Strum(STRUMS), (55, 75))
                .plays("vh")
                .at(-2.0, 0.45)
                .wet(0.15, 0.0),
            part("bass", BASS_GUITAR, Figure::Bass(BASS), (31, 50)).plays("vhb"),
            part("lead", WHISTLE, Figure::Tune(TUNE, 4), (74, 91))
                .plays("ih")
                .wet(0.35, 0.2),
        ],
    }
}

fn lanes(palette: u8) -> Vec<Lane> {
    let mut lanes = vec![
        perc(
            Drum::Shaker,
            -2.0,
            0.35,
            &["xoxoxoxoxoxoxoxo", "x.xox.xox.xox.xo"],
        )
        .plays("vho"),
        perc(
            Drum::Tambourine,
            -5.0,
            -0.3,
            &["....x.......x...", "..x...x...x...x."],
        )
        .plays("h"),
    ];
    if palette == 0 {
        lanes.push(
            perc(
                Drum::Stomp,
                -3.0,
                0.0,
                &["x.......x.......", "x.......o......."],
            )
            .plays("h"),
        );
    } else {
        lanes.push(lane(Drum::Stomp, 0.0, &["X.......X.......", "X.......X.x....."]).room(0.15));
        lanes.push(
            lane(Drum::Clap, -6.0, &["....X.......X..."])
                .room(0.25)
                .plays("hb"),
        );
        lanes.push(lane(Drum::Rim, -6.0, &["....x.......x..o"]).plays("v"));
    }
    lanes
}
