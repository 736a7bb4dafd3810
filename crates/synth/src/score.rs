//! A piece written out: every note and every stroke with its time in beats.

use crate::piece::Kind;
use crate::recipe::{Lane, Part};

/// A note of a pitched part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Note {
    /// Start in beats.
    pub(crate) at: f64,
    /// Length in beats.
    pub(crate) beats: f64,
    /// MIDI pitch.
    pub(crate) pitch: u8,
    /// The pitch it slides from; its own if it doesn't.
    pub(crate) from: u8,
    /// From 0 to 1.
    pub(crate) velocity: f32,
}

/// A stroke on a drum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// Time in beats.
    pub(crate) at: f64,
    /// From 0 to 1.
    pub(crate) velocity: f32,
}

/// The whole piece.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    pub(crate) parts: Vec<(Part, Vec<Note>)>,
    pub(crate) lanes: Vec<(Lane, Vec<Hit>)>,
    /// Times of the kick in beats.
    pub(crate) kicks: Vec<f64>,
}

/// One bar's place in the form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar {
    /// Counted from the beginning of the piece.
    pub(crate) index: u16,
    pub(crate) kind: Kind,
    /// Counted from the beginning of the section.
    pub(crate) inside: u16,
    /// Bars in the section.
    pub(crate) of: u16,
    /// True in the last section of the piece.
    pub(crate) closing: bool,
}

impl Bar {
    /// Its first beat.
    pub(crate) fn beat(&self) -> f64 {
        f64::from(self.index) * 4.0
    }

    /// True if the next bar opens another section.
    pub(crate) fn turns(&self) -> bool {
        self.inside + 1 == self.of
    }

    /// How hard one plays here, from 0 to 1: what gives the waveform its shape.
    pub(crate) fn force(&self) -> f32 {
        match self.kind {
            Kind::Intro => 0.66,
            Kind::Verse => 0.8,
            Kind::Build => 0.66 + 0.3 * f32::from(self.inside + 1) / f32::from(self.of),
            Kind::Hook => 1.0,
            Kind::Break => 0.64,
            Kind::Outro => 0.7,
        }
    }
}

/// The bars of a form.
pub(crate) fn bars(form: &[(Kind, u8)]) -> Vec<Bar> {
    let mut all = Vec::new();
    for (n, (kind, of)) in form.iter().enumerate() {
        for inside in 0..u16::from(*of) {
            let index = u16::try_from(all.len()).unwrap_or(u16::MAX);
            let closing = n + 1 == form.len();
            all.push(Bar {
                index,
                kind: *kind,
                inside,
                of: u16::from(*of),
                closing,
            });
        }
    }
    all
}

/// The time of a sixteenth of a bar, in beats: late by the swing if it is an odd one.
pub(crate) fn sixteenth(bar: &Bar, step: usize, swing: f64) -> f64 {
    let late = if step % 2 == 1 { swing * 0.25 } else { 0.0 };
    bar.beat() + f64::from(u8::try_from(step).unwrap_or(0)) * 0.25 + late
}
