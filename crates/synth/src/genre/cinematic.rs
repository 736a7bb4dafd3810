//! Cinematic: strings, brass and great drums that climb; or a piano alone, and then not alone.

use super::{ACOUSTIC, HALL};
use crate::dsp::delay::Echo;
use crate::dsp::drums::Drum;
use crate::dsp::presets::{BRASS, HARP, PIANO, SPICCATO, STRINGS, SUB_BASS};
use crate::recipe::{Figure, Fill, Lane, Part, Recipe, When, lane, part, perc};
use crate::theory::MINOR;

const PROGRESSIONS: &[&str] = &[
    "0:madd9 8:maj7 3:M 10:M",
    "0:m 5:m7 8:M 7:sus4/2 7:M/2",
    "8:maj7 3:add9 10:M 0:m",
    "0:madd9 10:M 8:maj7 5:m7/2 7:M/2",
];
const OSTINATO: &[&str] = &["0010202010103020", "0.100.200.100.30", "0120012001300130"];
const PIANOS: &[&str] = &["l.1.2.3.2.1.2.1.", "l...2...3...2...", "l.2.3.2.4.2.3.2."];
const HARPS: &[&str] = &["01234567....3...", "0.1.2.3.4.5.4.3.", "..0123456......."];
const BASS: &[&str] = &["R---------------", "R-------r-------"];
const TUNE: &[&str] = &[
    "x-------x---x---",
    "x---x---x-------",
    "x-----x-x-------",
    "....x---x---x---",
];

pub(super) fn recipe(palette: u8) -> Recipe {
    Recipe {
        progressions: PROGRESSIONS,
        scale: MINOR,
        swing: 0.0,
        loose: 0.006,
        parts: parts(palette),
        kit: ACOUSTIC,
        lanes: lanes(palette),
        lift: if palette == 0 {
            &[("pads", 3.0)]
        } else {
            &[("pads", 2.0), ("percussion", 1.0)]
        },
        fill: Fill::None,
        room: HALL,
        echo: Echo {
            beats: 1.0,
            feedback: 0.3,
            bright: 3000.0,
        },
    }
}

fn parts(palette: u8) -> Vec<Part> {
    match palette {
        0 => vec![
            part("harmony", SPICCATO, Figure::Comp(OSTINATO), (53, 72))
                .plays("vuh")
                .at(0.0, -0.3)
                .wet(0.35, 0.0),
            part("harmony", PIANO, Figure::Comp(PIANOS), (50, 70))
                .plays("ivo")
                .wet(0.4, 0.0),
            part("pads", STRINGS, Figure::Hold, (55, 79))
                .plays("ivuho")
                .wet(0.5, 0.0),
            part("bass", SUB_BASS, Figure::Bass(BASS), (29, 46))
                .plays("vuho")
                .wet(0.15, 0.0),
            part("bass", BRASS, Figure::Bass(BASS), (38, 55))
                .plays("uh")
                .at(-6.0, 0.2)
                .wet(0.3, 0.0),
            part("lead", BRASS, Figure::Tune(TUNE, 4), (60, 77))
                .plays("h")
                .at(0.0, 0.2)
                .wet(0.5, 0.0),
        ],
        _ => vec![
            part("harmony", PIANO, Figure::Comp(PIANOS), (48, 69)).wet(0.4, 0.0),
            part("harmony", HARP, Figure::Comp(HARPS), (60, 79))
                .plays("h")
                .at(-5.0, 0.4)
                .wet(0.5, 0.0),
            part("pads", STRINGS, Figure::Hold, (55, 79))
                .plays("vho")
                .wet(0.5, 0.0),
            part("bass", SUB_BASS, Figure::Bass(BASS), (29, 46))
                .plays("vho")
                .wet(0.15, 0.0),
            part("lead", PIANO, Figure::Tune(TUNE, 5), (67, 86))
                .plays("ivo")
                .wet(0.5, 0.15),
            part("lead", STRINGS, Figure::Tune(TUNE, 5), (67, 86))
                .plays("h")
                .wet(0.5, 0.0),
        ],
    }
}

fn lanes(palette: u8) -> Vec<Lane> {
    if palette != 0 {
        return vec![
            perc(
                Drum::Taiko,
                0.0,
                0.0,
                &["X...............", "X.........x....."],
            )
            .plays("h")
            .room(0.5),
            perc(Drum::Riser, -6.0, 0.0, &["X..............."])
                .plays("v")
                .when(When::Last),
            perc(Drum::Crash, -8.0, 0.2, &["X..............."])
                .plays("h")
                .when(When::First)
                .room(0.5),
            perc(Drum::Shaker, -8.0, 0.3, &["o.x.o.x.o.x.o.x."])
                .plays("vh")
                .room(0.3),
        ];
    }
    vec![
        lane(Drum::Taiko, 0.0, &["X.......x.......", "X.....x.X......."])
            .plays("vo")
            .room(0.4),
        lane(Drum::Taiko, 1.0, &["X..x..x.X..x.xx.", "X...x.x.X..x..xx"])
            .plays("h")
            .room(0.4),
        lane(Drum::Taiko, 0.0, &["x.x.x.x.x.x.xxxx"])
            .plays("u")
            .room(0.4),
        lane(
            Drum::LowTom,
            -4.0,
            &["....x.......x.x.", "..x...x...x.x.x."],
        )
        .plays("uh")
        .pan(-0.4)
        .room(0.4),
        lane(
            Drum::HighTom,
            -6.0,
            &[".......o.....x.x", "...x.....x.....x"],
        )
        .plays("h")
        .pan(0.4)
        .room(0.4),
        lane(Drum::Crash, -7.0, &["X..............."])
            .plays("ho")
            .when(When::First)
            .room(0.5),
        lane(Drum::Riser, -5.0, &["X..............."])
            .plays("uv")
            .when(When::Last)
            .room(0.3),
    ]
}
