//! Composing: a piece and its genre's recipe become a score.

use crate::arrange;
use crate::groove;
use crate::harmony::Harmony;
use crate::piece::Piece;
use crate::recipe::Recipe;
use crate::rng::Rng;
use crate::score::{Score, bars};

/// Writes a piece out.
pub(crate) fn write(piece: &Piece, recipe: &Recipe) -> Score {
    let bars = bars(&piece.plan.form);
    let harmony = Harmony::new(piece, recipe, &bars);
    let parts = recipe
        .parts
        .iter()
        .enumerate()
        .map(|(n, part)| {
            let mut rng = Rng::fork(piece.seed, &format!("part {n}"));
            (
                part.clone(),
                arrange::notes(part, recipe, &harmony, &bars, &mut rng),
            )
        })
        .collect();
    let (lanes, kicks) = groove::lanes(piece, recipe, &bars);
    Score {
        parts,
        lanes,
        kicks,
    }
}
