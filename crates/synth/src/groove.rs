//! Drum patterns over the form, with fills where sections turn.

use crate::dsp::drums::Drum;
use crate::piece::{Kind, Piece};
use crate::recipe::{Fill, Lane, Recipe, When, lane};
use crate::rng::Rng;
use crate::score::{Bar, Hit, sixteenth};

/// Every lane's strokes, and the times of the kicks in beats.
pub(crate) fn lanes(
    piece: &Piece,
    recipe: &Recipe,
    bars: &[Bar],
) -> (Vec<(Lane, Vec<Hit>)>, Vec<f64>) {
    let mut all: Vec<(Lane, Vec<Hit>)> = recipe
        .lanes
        .iter()
        .enumerate()
        .map(|(n, lane)| {
            let mut rng = Rng::fork(piece.seed, &format!("lane {n}"));
            (*lane, strokes(lane, recipe, bars, &mut rng))
        })
        .collect();
    let kicks = all
        .iter()
        .filter(|(lane, _)| matches!(lane.drum, Drum::Kick))
        .flat_map(|(_, hits)| hits.iter().map(|hit| hit.at))
        .collect();
    all.extend(fills(recipe, bars));
    (all, kicks)
}

fn strokes(lane: &Lane, recipe: &Recipe, bars: &[Bar], rng: &mut Rng) -> Vec<Hit> {
    let pattern = rng.pick(lane.patterns).as_bytes();
    // The low drums carry the grid: they neither swing nor drift.
    let anchor = matches!(lane.drum, Drum::Kick | Drum::Stomp | Drum::Taiko);
    let swing = if anchor { 0.0 } else { recipe.swing };
    let mut hits = Vec::new();
    for bar in bars.iter().filter(|bar| plays(lane, bar)) {
        let start = usize::from(bar.inside) * 16;
        for step in 0..16 {
            let mark = pattern[(start + step) % pattern.len()];
            let at = sixteenth(bar, step, swing);
            let human = if anchor {
                1.0
            } else {
                0.93 + 0.07 * rng.unit()
            };
            let force = bar.force().sqrt() * human;
            let mut hit = |late: f64, velocity: f32| {
                hits.push(Hit {
                    at: at + late,
                    velocity: velocity * force,
                });
            };
            match mark {
                b'X' => hit(0.0, 1.0),
                b'x' => hit(0.0, 0.78),
                b'o' => hit(0.0, 0.36),
                b'r' => [0.0, 0.125]
                    .into_iter()
                    .zip([0.7, 0.5])
                    .for_each(|(l, v)| hit(l, v)),
                b't' => (0..3).for_each(|n| hit(f64::from(n) / 12.0, 0.68 - 0.08 * n as f32)),
                _ => {}
            }
        }
    }
    hits
}

fn plays(lane: &Lane, bar: &Bar) -> bool {
    let here = match lane.when {
        When::Always => true,
        When::First => bar.inside == 0,
        When::Last => bar.turns(),
    };
    here && lane.plays.contains(bar.kind.letter())
}

/// The fills: only where drums play and another section follows.
fn fills(recipe: &Recipe, bars: &[Bar]) -> Vec<(Lane, Vec<Hit>)> {
    let turning: Vec<&Bar> = bars
        .iter()
        .filter(|b| b.turns() && !b.closing)
        .filter(|b| matches!(b.kind, Kind::Verse | Kind::Hook | Kind::Build))
        .collect();
    let run = |drum: Drum, level: f32, steps: &[(usize, f32)]| {
        let hits = turning
            .iter()
            .flat_map(|bar| {
                steps.iter().map(|(step, velocity)| Hit {
                    at: sixteenth(bar, *step, recipe.swing),
                    velocity: *velocity,
                })
            })
            .collect();
        (lane(drum, level, &["."]).room(0.15), hits)
    };
    match recipe.fill {
        Fill::None => Vec::new(),
        Fill::Snare => vec![run(
            Drum::Snare,
            -3.0,
            &[(10, 0.35), (11, 0.42), (13, 0.55), (14, 0.68), (15, 0.85)],
        )],
        Fill::Toms => vec![
            run(Drum::Snare, -2.0, &[(10, 0.6), (11, 0.5)]),
            run(Drum::HighTom, -1.0, &[(12, 0.8), (13, 0.65)]),
            run(Drum::LowTom, 0.0, &[(14, 0.9), (15, 0.75)]),
        ],
        Fill::Hats => vec![run(Drum::Hat, -8.0, &[(13, 0.5), (14, 0.6), (15, 0.8)])],
    }
}
