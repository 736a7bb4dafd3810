//! What a genre's recipe says: which parts play which figures on which sounds, and where.
//!
//! Figures are drawn as text, one character for each sixteenth of a bar of sixteen.

use crate::dsp::Patch;
use crate::dsp::delay::Echo;
use crate::dsp::drums::{Drum, Kit};
use crate::dsp::reverb::Room;
use crate::theory::Scale;

/// A genre's way of making a piece.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    /// Progressions to choose from, in the notation of [`crate::theory::progression`].
    pub(crate) progressions: &'static [&'static str],
    /// What melodies are made of.
    pub(crate) scale: Scale,
    /// How late every second sixteenth comes, as a share of a sixteenth.
    pub(crate) swing: f64,
    /// How loosely the players keep time, in seconds.
    pub(crate) loose: f64,
    pub(crate) parts: Vec<Part>,
    pub(crate) kit: Kit,
    pub(crate) lanes: Vec<Lane>,
    /// Decibels by which stems stand above or below their usual balance.
    pub(crate) lift: &'static [(&'static str, f64)],
    /// The fill in the last bar before a new section.
    pub(crate) fill: Fill,
    pub(crate) room: Room,
    pub(crate) echo: Echo,
}

/// A pitched instrument and what it plays.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) stem: &'static str,
    pub(crate) patch: Patch,
    pub(crate) figure: Figure,
    /// Lowest and highest pitch.
    pub(crate) range: (u8, u8),
    /// Letters of the sections it plays in (see [`crate::piece::Kind::letter`]).
    pub(crate) plays: &'static str,
    /// Gain in decibels against the other parts of its stem.
    pub(crate) level: f32,
    /// From -1 (left) to 1 (right).
    pub(crate) pan: f32,
    /// Gains into the room and the echo.
    pub(crate) room: f32,
    pub(crate) echo: f32,
    /// Depth from 0 to 1 to which the kick pushes the part down.
    pub(crate) duck: f32,
    /// Rate in hertz and depth from 0 to 1 of a tremolo that wanders between the sides.
    pub(crate) tremolo: (f32, f32),
}

/// What a part plays.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    /// Each chord held for its length.
    Hold,
    /// Chords in rhythm: `x` a chord, `X` a strong one, `u` strummed upwards, `l` its lowest tone,
    /// a digit one of its tones, `-` held on.
    Comp(&'static [&'static str]),
    /// As `Comp`, with the tones one after the other as by a hand over strings.
    Strum(&'static [&'static str]),
    /// A line under the chords: `r` root, `f` fifth, `t` third, `s` seventh or sixth, `o` octave,
    /// `a` a step below the next root, `g` the root after a slide from the octave; capitals are
    /// strong.
    Bass(&'static [&'static str]),
    /// A tune on rhythms of `x` and `-`; the number is how many scale steps it likes to wander.
    Tune(&'static [&'static str], i32),
}

/// A drum and when it is struck.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane {
    pub(crate) stem: &'static str,
    pub(crate) drum: Drum,
    /// Patterns to choose from, of one or two bars: `X` strong, `x` plain, `o` a ghost, `r` two
    /// quick strokes, `t` three.
    pub(crate) patterns: &'static [&'static str],
    pub(crate) plays: &'static str,
    pub(crate) when: When,
    /// Gain in decibels.
    pub(crate) level: f32,
    pub(crate) pan: f32,
    pub(crate) room: f32,
}

/// In which bars of a section a lane plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// In all of them.
    Always,
    /// In the first only: crashes.
    First,
    /// In the last only: risers.
    Last,
}

/// How drums lead into the next section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    None,
    /// A run on the snare that grows.
    Snare,
    /// Snare and toms downwards.
    Toms,
    /// Only hats, doubled.
    Hats,
}

/// A part with everyday settings, to be changed where a recipe needs it.
pub(crate) fn part(stem: &'static str, patch: Patch, figure: Figure, range: (u8, u8)) -> Part {
    Part {
        stem,
        patch,
        figure,
        range,
        plays: "ivuhbo",
        level: 0.0,
        pan: 0.0,
        room: 0.15,
        echo: 0.0,
        duck: 0.0,
        tremolo: (0.0, 0.0),
    }
}

/// A lane of the drum stem with everyday settings.
pub(crate) fn lane(drum: Drum, level: f32, patterns: &'static [&'static str]) -> Lane {
    Lane {
        stem: "drums",
        drum,
        patterns,
        plays: "vh",
        when: When::Always,
        level,
        pan: 0.0,
        room: 0.06,
    }
}

/// A lane of the percussion stem, to one side.
pub(crate) fn perc(drum: Drum, level: f32, pan: f32, patterns: &'static [&'static str]) -> Lane {
    Lane {
        stem: "percussion",
        pan,
        room: 0.12,
        ..lane(drum, level, patterns)
    }
}

impl Part {
    /// The same part, played only in these sections.
    pub(crate) fn plays(self, plays: &'static str) -> Self {
        Self { plays, ..self }
    }

    /// The same part at a level in decibels and a place.
    pub(crate) fn at(self, level: f32, pan: f32) -> Self {
        Self { level, pan, ..self }
    }

    /// The same part with gains into the room and the echo.
    pub(crate) fn wet(self, room: f32, echo: f32) -> Self {
        Self { room, echo, ..self }
    }

    /// The same part pushed down by the kick.
    pub(crate) fn ducked(self, duck: f32) -> Self {
        Self { duck, ..self }
    }

    /// The same part with a tremolo.
    pub(crate) fn trembling(self, rate: f32, depth: f32) -> Self {
        Self {
            tremolo: (rate, depth),
            ..self
        }
    }
}

impl Lane {
    /// The same lane, played only in these sections.
    pub(crate) fn plays(self, plays: &'static str) -> Self {
        Self { plays, ..self }
    }

    /// The same lane in some bars only.
    pub(crate) fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    /// The same lane at a place.
    pub(crate) fn pan(self, pan: f32) -> Self {
        Self { pan, ..self }
    }

    /// The same lane with a gain into the room.
    pub(crate) fn room(self, room: f32) -> Self {
        Self { room, ..self }
    }
}
