//! House: four to the floor, off-beat basses, chords that breathe with the kick.

use super::{DOTTED, MACHINE, PLATE};
use crate::dsp::drums::Drum;
use crate::dsp::presets::{
    MARIMBA, ORGAN, PIANO, STAB, STRINGS, SUB_BASS, SYNTH_BASS, SYNTH_LEAD, SYNTH_PLUCK,
};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part, perc};
use crate::theory::{MAJOR_PENTATONIC, MINOR_PENTATONIC};

const MAJOR: &[&str] = &[
    "0:maj9 9:m7 5:maj9 7:7sus",
    "5:maj7 7:M 4:m7 9:m7",
    "9:m9 5:maj9 0:add9 7:7sus",
];
const MINOR: &[&str] = &[
    "0:m9 8:maj7 3:maj7 10:M",
    "0:m9 0:m9 5:m9 7:m7",
    "8:maj9 10:M 0:m7 7:m7",
    "0:m7 3:maj7 5:m9 8:maj7",
];
const STABS: &[&str] = &["x..x..x...x..x..", "..x..x..x..x..x.", "x..x...x..x..x.."];
const PIANOS: &[&str] = &["X--x--x--x-x--x-", "X--x--x-..x-x--x"];
const BASS: &[&str] = &["..R-..r-..r-..o-", "..R-..ro..r-.fr-", "R..r..r.r..r..o."];
const TUNE: &[&str] = &[
    "x--x--x-x---....",
    "x-x---x-x-x-....",
    "..x-x-x---x-x-..",
    "x-----x-x---x-..",
];

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor {
            MINOR_PENTATONIC
        } else {
            MAJOR_PENTATONIC
        },
        swing: 0.08,
        loose: 0.002,
        parts: parts(palette),
        kit: MACHINE,
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
            part("harmony", STAB, Figure::Comp(STABS), (53, 74))
                .wet(0.3, 0.25)
                .ducked(0.5),
            part("bass", SYNTH_BASS, Figure::Bass(BASS), (33, 52))
                .plays("vh")
                .wet(0.02, 0.0),
            part("lead", SYNTH_PLUCK, Figure::Tune(TUNE, 4), (67, 86))
                .plays("hb")
                .wet(0.3, 0.4)
                .ducked(0.3),
        ],
        1 => vec![
            part("harmony", PIANO, Figure::Comp(PIANOS), (53, 74))
                .plays("ivuhb")
                .wet(0.22, 0.0),
            part("pads", STRINGS, Figure::Hold, (60, 81))
                .plays("iuho")
                .wet(0.35, 0.0)
                .ducked(0.7),
            part("bass", SYNTH_BASS, Figure::Bass(BASS), (33, 52)).plays("vh"),
            part("lead", SYNTH_LEAD, Figure::Tune(TUNE, 4), (69, 88))
                .plays("h")
                .wet(0.3, 0.3),
        ],
        _ => vec![
            part("harmony", ORGAN, Figure::Comp(STABS), (55, 74))
                .wet(0.2, 0.15)
                .ducked(0.4),
            part("bass", SUB_BASS, Figure::Bass(BASS), (33, 52)).plays("ivho"),
            part("lead", MARIMBA, Figure::Tune(TUNE, 4), (67, 86))
                .plays("hu")
                .wet(0.3, 0.35),
        ],
    }
}

fn lanes() -> Vec<Lane> {
    vec![
        lane(Drum::Kick, 0.0, &["X...X...X...X..."])
            .plays("ivho")
            .room(0.0),
        lane(Drum::Clap, -4.0, &["....X.......X..."]).room(0.25),
        lane(Drum::OpenHat, -9.0, &["..X...X...X...X."]).pan(0.15),
        lane(Drum::Hat, -11.0, &["xoooxoooxoooxooo", "xo.oxo.oxo.oxooo"])
            .plays("vhuo")
            .pan(-0.2),
        lane(Drum::Crash, -10.0, &["X..............."])
            .plays("hb")
            .when(When::First)
            .room(0.2),
        lane(Drum::Riser, -8.0, &["X..............."])
            .plays("uv")
            .when(When::Last),
        lane(Drum::Snare, -6.0, &["x...x...x.x.xxxx", "o.o.x.x.x.x.xxxx"]).plays("u"),
        perc(
            Drum::Shaker,
            -4.0,
            0.4,
            &["oxoxoxoxoxoxoxox", "xoxoxoxoxoxoxoxo"],
        )
        .plays("ivhbo"),
        perc(
            Drum::Conga,
            -3.0,
            -0.45,
            &["...x..x....x..xo", "..x....x..x..x.."],
        )
        .plays("hb"),
        perc(
            Drum::Rim,
            -7.0,
            0.3,
            &["...x.......x..x.", ".......x.....x.."],
        )
        .plays("vh"),
    ]
}
