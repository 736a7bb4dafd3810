//! Bossa nova: the guitar carries both samba and song; everything else stays out of its way.

use super::{ACOUSTIC, DOTTED, STUDIO};
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::presets::{FLUTE, NYLON, RHODES, UPRIGHT, VIBES};
use crate::dsp::reverb::Room;
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, lane, part, perc};
use crate::theory::{DORIAN, MAJOR as MAJOR_SCALE};

const MAJOR: &[&str] = &[
    "0:maj9 0:69 2:9 2:9 2:m9 7:13 0:maj9 7:7b9",
    "0:maj9 9:7b9 2:m9 7:13 4:m7 9:7b9 2:m9 7:7b9",
    "0:69 3:maj9 2:m9 1:maj7 0:69 9:m9 2:m9 7:13",
];
const MINOR: &[&str] = &[
    "0:m9 0:m6 5:m9 5:m6 2:m7b5 7:7b9 0:m9 7:7b9",
    "0:m9 10:13 8:maj9 7:7b9 0:m9 5:m9 2:m7b5 7:7b9",
    "5:m9 10:13 3:maj9 8:maj9 2:m7b5 7:7b9 0:m9 0:m6",
];
const GUITAR: &[&str] = &[
    "x..x..x...x..x..x..x..x...x..xx.",
    "x--x--x-..x--x--..x--x..x--x--x-",
];
const BASS: &[&str] = &["R-----f-f-----r-", "R-----r-f-----a-"];
const TUNE: &[&str] = &[
    "..x-x-x-x---x-x-",
    "x-----x-x-----x-",
    "x-x---x-----x-x-",
    "....x-x---x-x---",
];
const BRUSHES: Kit = Kit {
    kick_hz: 58.0,
    kick_seconds: 0.22,
    click: 0.08,
    hat_hz: 6800.0,
    bright: 11_000.0,
    ..ACOUSTIC
};

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor { DORIAN } else { MAJOR_SCALE },
        swing: 0.04,
        loose: 0.006,
        parts: parts(palette),
        kit: BRUSHES,
        lanes: lanes(),
        lift: &[("percussion", 1.5), ("harmony", 1.0)],
        fill: Fill::None,
        room: Room {
            seconds: 1.1,
            size: 0.6,
            ..STUDIO
        },
        echo: DOTTED,
    }
}

fn parts(palette: u8) -> Vec<Part> {
    let (chords, lead) = if palette == 0 {
        (NYLON, FLUTE)
    } else {
        (RHODES, VIBES)
    };
    vec![
        part("harmony", chords, Figure::Comp(GUITAR), (52, 72))
            .at(0.0, -0.2)
            .wet(0.25, 0.0),
        part("bass", UPRIGHT, Figure::Bass(BASS), (31, 50))
            .plays("vho")
            .wet(0.06, 0.0),
        part("lead", lead, Figure::Tune(TUNE, 5), (67, 86))
            .plays("ih")
            .at(0.0, 0.2)
            .wet(0.4, 0.12),
    ]
}

fn lanes() -> Vec<Lane> {
    let kick = lane(Drum::Kick, -4.0, &["X.....x.X.....x.", "X.......X.....x."]);
    vec![
        Lane {
            stem: "percussion",
            ..kick
        },
        perc(
            Drum::Rim,
            -3.0,
            0.2,
            &["x..x..x...x..x..", "..x..x....x..x.."],
        )
        .plays("vhi"),
        perc(
            Drum::Shaker,
            -4.0,
            -0.35,
            &["xoxoxoxoxoxoxoxo", "xooxxooxxooxxoox"],
        )
        .plays("ivho"),
        perc(Drum::Hat, -10.0, 0.3, &["x.x.x.x.x.x.x.x."]).plays("h"),
        perc(
            Drum::Bongo,
            -5.0,
            0.45,
            &["......x.......xo", "..x...x.....x.x."],
        )
        .plays("h"),
    ]
}
