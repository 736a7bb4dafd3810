//! Tunes: a motif of rhythm and contour that is stated, answered, varied and brought home.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "pitches and steps are small numbers"
)]

use crate::harmony::Harmony;
use crate::piece::Kind;
use crate::recipe::Part;
use crate::rng::Rng;
use crate::score::{Bar, Note, sixteenth};
use crate::theory::local_scale;

/// One bar's worth of an idea.
#[derive(Debug, Clone)]
struct Motif {
    /// Sixteenths at which notes start, and their lengths.
    rhythm: Vec<(usize, u8)>,
    /// Scale steps from the motif's first note.
    contour: Vec<i32>,
}

impl Motif {
    fn new(text: &str, wander: i32, rng: &mut Rng) -> Self {
        let cells = text.as_bytes();
        let rhythm: Vec<(usize, u8)> = (0..cells.len())
            .filter(|n| cells[*n] == b'x')
            .map(|n| {
                let tail = cells[n + 1..].iter().take_while(|c| **c == b'-').count();
                (n, u8::try_from(tail + 1).unwrap_or(16))
            })
            .collect();
        let mut height = 0_i32;
        let mut lean = if rng.chance(0.5) { 1 } else { -1 };
        let contour = (0..rhythm.len())
            .map(|n| {
                if n > 0 {
                    // Mostly steps, now and then a leap, which is then filled in by turning back.
                    let leap = rng.chance(0.22);
                    height += lean
                        * if leap {
                            2 + i32::from(rng.chance(0.3))
                        } else {
                            1
                        };
                    if leap || height.abs() >= wander || rng.chance(0.25) {
                        lean = -lean;
                    }
                    if rng.chance(0.12) {
                        height -= lean;
                    }
                }
                height
            })
            .collect();
        Self { rhythm, contour }
    }

    /// The same rhythm with the contour upside down.
    fn mirrored(&self) -> Self {
        Self {
            contour: self.contour.iter().map(|step| -step).collect(),
            ..self.clone()
        }
    }

    /// The motif's head and then a long note.
    fn cadence(&self) -> Self {
        let keep = self.rhythm.len().div_ceil(2).clamp(1, 3);
        let mut rhythm: Vec<(usize, u8)> = self.rhythm[..keep].to_vec();
        let (last, _) = rhythm[keep - 1];
        rhythm[keep - 1].1 = u8::try_from(16 - last.min(15)).unwrap_or(1).min(10);
        Self {
            rhythm,
            contour: self.contour[..keep].to_vec(),
        }
    }

    /// Every second note, twice as long: for quiet sections.
    fn spread(&self) -> Self {
        let pick = |n: &usize| n.is_multiple_of(2);
        let kept: Vec<usize> = (0..self.rhythm.len()).filter(pick).collect();
        let rhythm = kept
            .iter()
            .enumerate()
            .map(|(i, n)| {
                let start = self.rhythm[*n].0;
                let end = kept.get(i + 1).map_or(16, |m| self.rhythm[*m].0);
                (start, u8::try_from(end - start).unwrap_or(1))
            })
            .collect();
        Self {
            rhythm,
            contour: kept.iter().map(|n| self.contour[*n]).collect(),
        }
    }
}

/// A part's tune through all its bars. The motifs belong to the part: every section tells of the
/// same ones, each kind of section in its way.
pub(crate) fn tune(
    part: &Part,
    swing: f64,
    harmony: &Harmony,
    bars: &[Bar],
    (rhythms, wander): (&[&str], i32),
    rng: &mut Rng,
) -> Vec<Note> {
    let first = Motif::new(rng.pick(rhythms), wander, rng);
    let second = Motif::new(rng.pick(rhythms), wander, rng);
    let mut notes: Vec<Note> = Vec::new();
    for bar in bars {
        let motif = shape(bar, &first, &second);
        let home = bar.inside % 8 == 7 || (bar.turns() && bar.closing);
        notes.extend(sing(part, swing, harmony, bar, (&motif, home)));
    }
    notes
}

/// Which form of which motif a bar has: statement, answer, statement, cadence.
fn shape(bar: &Bar, first: &Motif, second: &Motif) -> Motif {
    let motif = match (bar.inside % 4, bar.inside / 4 % 2) {
        (0 | 2, 0) | (0, _) => first.clone(),
        (1, 0) => second.clone(),
        (1, _) => first.mirrored(),
        (2, _) => second.clone(),
        _ => first.cadence(),
    };
    match bar.kind {
        Kind::Break | Kind::Intro | Kind::Outro => motif.spread(),
        _ => motif,
    }
}

/// Sets a bar's motif into the harmony of the moment.
fn sing(
    part: &Part,
    swing: f64,
    harmony: &Harmony,
    bar: &Bar,
    (motif, home): (&Motif, bool),
) -> Vec<Note> {
    let (low, high) = part.range;
    // Second halves of phrases lie a little higher: that is what makes them sound like a goal.
    let lift = if bar.inside % 4 == 2 { 3 } else { 0 };
    let centre = (low + (high - low) / 3 + lift).min(high);
    let mut notes = Vec::with_capacity(motif.rhythm.len());
    for (n, (step, length)) in motif.rhythm.iter().enumerate() {
        let (chord, _) = harmony.at(bar.beat() + *step as f64 * 0.25);
        let scale = local_scale(harmony.scale, harmony.tonic, chord);
        let ladder: Vec<u8> = (low..=high).filter(|p| scale.contains(&(p % 12))).collect();
        let steady = |pitch: u8| chord.has(pitch);
        let start = rung(&ladder, centre, steady);
        let wanted = (start as i32 + motif.contour[n]).clamp(0, ladder.len() as i32 - 1);
        let mut pitch = ladder[wanted as usize];
        let last = n + 1 == motif.rhythm.len();
        let strong = step % 4 == 0 || *length >= 4;
        if last && home {
            let goal = |p: u8| {
                p % 12 == harmony.tonic && steady(p) || steady(p) && !has_home(chord, harmony)
            };
            pitch = ladder[rung(&ladder, pitch, goal)];
        } else if strong {
            pitch = ladder[rung(&ladder, pitch, steady)];
        }
        let accent = if step % 8 == 0 { 1.0 } else { 0.86 };
        notes.push(Note {
            at: sixteenth(bar, *step, swing),
            beats: f64::from(*length) * 0.25 * 0.93,
            pitch,
            from: notes.last().map_or(pitch, |before: &Note| before.pitch),
            velocity: accent * bar.force(),
        });
    }
    notes
}

fn has_home(chord: &crate::theory::Chord, harmony: &Harmony) -> bool {
    chord.has(harmony.tonic)
}

/// The index of the pitch nearest to `near` among those of the ladder that are `good`.
fn rung(ladder: &[u8], near: u8, good: impl Fn(u8) -> bool) -> usize {
    (0..ladder.len())
        .filter(|n| good(ladder[*n]))
        .min_by_key(|n| ladder[*n].abs_diff(near))
        .unwrap_or(ladder.len() / 2)
}
