//! Ambient: long chords in a great space, few notes, no drums.

use super::{ACOUSTIC, HALL};
use crate::dsp::delay::Echo;
use crate::dsp::presets::{AIR_PAD, BELL, FELT_PIANO, STRINGS, SUB_BASS, VIBES, WARM_PAD};
use crate::dsp::reverb::Room;
use crate::recipe::{Figure, Fill, Part, Recipe, part};
use crate::theory::{MAJOR_PENTATONIC, MINOR_PENTATONIC};

const MAJOR: &[&str] = &[
    "0:maj9/8 5:maj9/8",
    "0:add9/8 9:m9/8",
    "5:maj9/8 0:maj9/4 7:sus4/4",
];
const MINOR: &[&str] = &[
    "0:m9/8 8:maj9/8",
    "0:madd9/4 3:maj7/4 8:maj9/4 10:sus2/4",
    "8:maj9/8 0:m9/8",
];
const DROPS: &[&str] = &["0..2....3...1...", "..1...3.....2...", "0...3.....2...4..."];
const TUNE: &[&str] = &["x-------x---....", "....x-----x-----", "x---x-----......"];
const BASS: &[&str] = &["R---------------"];

pub(super) fn recipe(palette: u8, minor: bool) -> Recipe {
    Recipe {
        progressions: if minor { MINOR } else { MAJOR },
        scale: if minor {
            MINOR_PENTATONIC
        } else {
            MAJOR_PENTATONIC
        },
        swing: 0.0,
        loose: 0.012,
        parts: parts(palette),
        kit: ACOUSTIC,
        lanes: Vec::new(),
        lift: &[("pads", 5.0), ("bass", -3.0), ("lead", -1.0)],
        fill: Fill::None,
        room: Room {
            seconds: 3.6,
            ..HALL
        },
        echo: Echo {
            beats: 1.5,
            feedback: 0.5,
            bright: 3000.0,
        },
    }
}

fn parts(palette: u8) -> Vec<Part> {
    let (pad, drops, lead) = match palette {
        0 => (AIR_PAD, VIBES, BELL),
        _ => (STRINGS, FELT_PIANO, FELT_PIANO),
    };
    vec![
        part("pads", pad, Figure::Hold, (57, 78)).wet(0.7, 0.0),
        part("pads", WARM_PAD, Figure::Hold, (48, 67))
            .plays("vho")
            .at(-3.0, 0.0)
            .wet(0.5, 0.0),
        part("harmony", drops, Figure::Comp(DROPS), (60, 81))
            .plays("ivhb")
            .wet(0.6, 0.5),
        part("bass", SUB_BASS, Figure::Bass(BASS), (31, 48))
            .plays("vho")
            .wet(0.1, 0.0),
        part("lead", lead, Figure::Tune(TUNE, 4), (72, 91))
            .plays("h")
            .at(0.0, -0.2)
            .wet(0.7, 0.5),
    ]
}
