//! The recipe books, one for each genre: pure data and a choice of instruments.

mod ambient;
mod bossa;
mod chiptune;
mod cinematic;
mod drum_and_bass;
mod dub;
mod folk;
mod funk;
mod house;
mod lofi;
mod synthwave;
mod trap;

use crate::dsp::delay::Echo;
use crate::dsp::drums::Kit;
use crate::dsp::reverb::Room;
use crate::piece::{Piece, Style};
use crate::recipe::Recipe;

/// The recipe that a piece is made by.
pub(crate) fn recipe(piece: &Piece) -> Recipe {
    let (palette, minor) = (piece.plan.palette, piece.key.minor);
    match piece.plan.style {
        Style::Lofi => lofi::recipe(palette, minor),
        Style::House => house::recipe(palette, minor),
        Style::Synthwave => synthwave::recipe(palette, minor),
        Style::Ambient => ambient::recipe(palette, minor),
        Style::DrumAndBass => drum_and_bass::recipe(palette),
        Style::Trap => trap::recipe(palette),
        Style::Funk => funk::recipe(palette, minor),
        Style::Folk => folk::recipe(palette),
        Style::Cinematic => cinematic::recipe(palette),
        Style::Chiptune => chiptune::recipe(minor),
        Style::Bossa => bossa::recipe(palette, minor),
        Style::Dub => dub::recipe(palette, minor),
    }
}

const STUDIO: Room = Room {
    size: 0.45,
    seconds: 0.7,
    bright: 7000.0,
    predelay: 0.008,
};
const PLATE: Room = Room {
    size: 0.7,
    seconds: 1.6,
    bright: 8000.0,
    predelay: 0.015,
};
const HALL: Room = Room {
    size: 1.0,
    seconds: 2.8,
    bright: 5500.0,
    predelay: 0.03,
};

const DOTTED: Echo = Echo {
    beats: 0.75,
    feedback: 0.42,
    bright: 4200.0,
};

const ACOUSTIC: Kit = Kit {
    kick_hz: 54.0,
    kick_seconds: 0.32,
    click: 0.25,
    snare_hz: 188.0,
    wires: 0.8,
    snare_seconds: 0.26,
    hat_hz: 7400.0,
    hat_seconds: 0.075,
    bright: 16_000.0,
    drive: 0.0,
};
const DUSTY: Kit = Kit {
    kick_hz: 50.0,
    kick_seconds: 0.36,
    click: 0.12,
    snare_hz: 172.0,
    wires: 0.65,
    snare_seconds: 0.24,
    hat_hz: 6000.0,
    hat_seconds: 0.07,
    bright: 6500.0,
    drive: 1.3,
};
const MACHINE: Kit = Kit {
    kick_hz: 47.0,
    kick_seconds: 0.46,
    click: 0.35,
    snare_hz: 185.0,
    wires: 0.9,
    snare_seconds: 0.3,
    hat_hz: 8200.0,
    hat_seconds: 0.06,
    bright: 20_000.0,
    drive: 1.1,
};
