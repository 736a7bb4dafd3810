//! The harmony of a piece: which chord sounds where in its form.

use std::collections::BTreeMap;

use crate::piece::{Kind, Piece};
use crate::recipe::Recipe;
use crate::rng::Rng;
use crate::score::Bar;
use crate::theory::{self, Chord, Scale};

/// The chords of the whole piece.
#[derive(Debug)]
pub(crate) struct Harmony {
    pub(crate) chords: Vec<Chord>,
    pub(crate) tonic: u8,
    pub(crate) scale: Scale,
    /// The closing chord of a piece that ends; it rings after the last bar.
    pub(crate) ending: Option<Chord>,
}

impl Harmony {
    pub(crate) fn new(piece: &Piece, recipe: &Recipe, bars: &[Bar]) -> Self {
        let mut rng = Rng::fork(piece.seed, "harmony");
        let tonic = piece.key.tonic;
        let first = rng.below(recipe.progressions.len());
        let second = rng.below(recipe.progressions.len());
        let choice = [first, second].map(|n| theory::progression(recipe.progressions[n], tonic));
        let mut chords = Vec::new();
        for bar in bars.iter().filter(|bar| bar.inside == 0) {
            let source = &choice[usize::from(matches!(bar.kind, Kind::Hook | Kind::Break))];
            repeat(source, bar.beat(), f64::from(bar.of) * 4.0, &mut chords);
        }
        let home = if piece.key.minor { "0:madd9" } else { "0:add9" };
        let ending = (!piece.loopable).then(|| {
            let at = bars.last().map_or(0.0, |bar| bar.beat() + 4.0);
            Chord {
                at,
                ..theory::progression(home, tonic).remove(0)
            }
        });
        Self {
            chords,
            tonic,
            scale: recipe.scale,
            ending,
        }
    }

    /// The chord that sounds at a beat, and the one after it.
    pub(crate) fn at(&self, beat: f64) -> (&Chord, &Chord) {
        let after = self.chords.partition_point(|chord| chord.at <= beat + 1e-6);
        let now = &self.chords[after.saturating_sub(1)];
        (
            now,
            self.chords
                .get(after)
                .or(self.ending.as_ref())
                .unwrap_or(&self.chords[0]),
        )
    }

    /// The voicing of every chord in a range; a chord that comes again is voiced as before.
    pub(crate) fn voicings(&self, range: (u8, u8)) -> BTreeMap<(u8, &'static [u8]), Vec<u8>> {
        let mut voicings = BTreeMap::new();
        let mut before: Vec<u8> = Vec::new();
        for chord in self.chords.iter().chain(&self.ending) {
            before = voicings
                .entry((chord.root, chord.tones))
                .or_insert_with(|| theory::voice(chord, &before, range))
                .clone();
        }
        voicings
    }
}

/// Repeats a progression from a beat for a length, cutting the last chord to fit.
fn repeat(source: &[Chord], start: f64, beats: f64, chords: &mut Vec<Chord>) {
    let round: f64 = source.iter().map(|chord| chord.beats).sum();
    let mut offset = 0.0;
    while offset < beats {
        for chord in source {
            let at = offset + chord.at;
            if at < beats {
                let fits = chord.beats.min(beats - at);
                chords.push(Chord {
                    at: start + at,
                    beats: fits,
                    ..chord.clone()
                });
            }
        }
        offset += round;
    }
}
