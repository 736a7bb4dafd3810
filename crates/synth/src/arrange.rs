//! The figures of chords and basses that follow the harmony.

use crate::harmony::Harmony;
use crate::melody;
use crate::recipe::{Figure, Part, Recipe};
use crate::rng::Rng;
use crate::score::{Bar, Note, sixteenth};
use crate::theory::{Chord, local_scale, nearest};

/// Everything one part plays.
pub(crate) fn notes(
    part: &Part,
    recipe: &Recipe,
    harmony: &Harmony,
    bars: &[Bar],
    rng: &mut Rng,
) -> Vec<Note> {
    let mine: Vec<Bar> = bars
        .iter()
        .filter(|b| part.plays.contains(b.kind.letter()))
        .copied()
        .collect();
    let mut notes = match part.figure {
        Figure::Hold => hold(part, harmony, &mine),
        Figure::Comp(patterns) => comp(part, recipe, harmony, &mine, (rng.pick(patterns), 0.0)),
        Figure::Strum(patterns) => comp(part, recipe, harmony, &mine, (rng.pick(patterns), 0.025)),
        Figure::Bass(patterns) => bass(part, recipe, harmony, &mine, rng.pick(patterns)),
        Figure::Tune(rhythms, wander) => {
            melody::tune(part, recipe.swing, harmony, &mine, (rhythms, wander), rng)
        }
    };
    for note in &mut notes {
        note.velocity *= 0.94 + 0.06 * rng.unit();
        note.at = (note.at + f64::from(rng.bipolar()) * recipe.loose).max(0.0);
    }
    close(part, harmony, &mut notes);
    notes
}

/// The last chord of a piece that ends, by those who play the outro.
fn close(part: &Part, harmony: &Harmony, notes: &mut Vec<Note>) {
    let Some(ending) = harmony.ending.as_ref().filter(|_| part.plays.contains('o')) else {
        return;
    };
    let pitches = match part.figure {
        Figure::Tune(..) => return,
        Figure::Bass(_) => vec![nearest(ending.root, part.range.0 + 5, part.range)],
        _ => harmony
            .voicings(part.range)
            .remove(&(ending.root, ending.tones))
            .unwrap_or_default(),
    };
    notes.extend(pitches.into_iter().enumerate().map(|(n, pitch)| Note {
        at: ending.at + 0.03 * n as f64,
        beats: ending.beats,
        pitch,
        from: pitch,
        velocity: 0.62,
    }));
}

fn hold(part: &Part, harmony: &Harmony, bars: &[Bar]) -> Vec<Note> {
    let voicings = harmony.voicings(part.range);
    let mut notes = Vec::new();
    for chord in &harmony.chords {
        let Some(bar) = bars
            .iter()
            .find(|b| (0.0..4.0).contains(&(chord.at - b.beat())))
        else {
            continue;
        };
        for pitch in &voicings[&(chord.root, chord.tones)] {
            let velocity = 0.8 * bar.force();
            let (at, beats) = (chord.at, chord.beats * 0.98);
            notes.push(Note {
                at,
                beats,
                pitch: *pitch,
                from: *pitch,
                velocity,
            });
        }
    }
    notes
}

/// The sixteenths from a mark until it ends: held on by `-`, but not over the bar line.
fn held(pattern: &[u8], at: usize) -> u8 {
    let bar_end = (at / 16 + 1) * 16;
    let tail = (at + 1..bar_end)
        .take_while(|n| pattern[n % pattern.len()] == b'-')
        .count();
    u8::try_from(tail + 1).unwrap_or(16)
}

fn comp(
    part: &Part,
    recipe: &Recipe,
    harmony: &Harmony,
    bars: &[Bar],
    (pattern, strum): (&str, f64),
) -> Vec<Note> {
    let voicings = harmony.voicings(part.range);
    let pattern = pattern.as_bytes();
    let mut notes = Vec::new();
    for bar in bars {
        for step in 0..16 {
            let place = (usize::from(bar.inside) * 16 + step) % pattern.len();
            let mark = pattern[place];
            if matches!(mark, b'.' | b'-') {
                continue;
            }
            let at = sixteenth(bar, step, recipe.swing);
            let (chord, _) = harmony.at(bar.beat() + step as f64 * 0.25);
            let voicing = &voicings[&(chord.root, chord.tones)];
            let beats = f64::from(held(pattern, place)) * 0.25 * 0.94;
            let level = if mark == b'X' { 1.0 } else { 0.78 };
            for (order, pitch) in struck(mark, voicing).into_iter().enumerate() {
                notes.push(Note {
                    at: at + strum * order as f64,
                    beats: (beats - strum * order as f64).max(0.1),
                    pitch,
                    from: pitch,
                    velocity: level * bar.force() * if mark == b'u' { 0.75 } else { 1.0 },
                });
            }
        }
    }
    notes
}

/// The pitches that a mark sounds, in the order in which a hand strikes them.
fn struck(mark: u8, voicing: &[u8]) -> Vec<u8> {
    match mark {
        b'0'..=b'9' => {
            let n = usize::from(mark - b'0');
            let octave = u8::try_from(n / voicing.len()).unwrap_or(0) * 12;
            vec![voicing[n % voicing.len()] + octave]
        }
        b'l' => voicing[..1].to_vec(),
        b'u' => voicing.iter().rev().take(3).copied().collect(),
        _ => voicing.to_vec(),
    }
}

fn bass(part: &Part, recipe: &Recipe, harmony: &Harmony, bars: &[Bar], pattern: &str) -> Vec<Note> {
    let pattern = pattern.as_bytes();
    let mut notes = Vec::new();
    for bar in bars {
        for step in 0..16 {
            let place = (usize::from(bar.inside) * 16 + step) % pattern.len();
            let mark = pattern[place];
            if matches!(mark, b'.' | b'-') {
                continue;
            }
            let beat = bar.beat() + step as f64 * 0.25;
            let (chord, next) = harmony.at(beat);
            let root = nearest(chord.root, part.range.0 + 5, part.range);
            let pitch = bass_pitch(
                mark.to_ascii_lowercase(),
                root,
                (chord, next),
                part,
                harmony,
            );
            notes.push(Note {
                at: sixteenth(bar, step, recipe.swing),
                beats: f64::from(held(pattern, place)) * 0.25 * 0.95,
                pitch,
                from: if mark.eq_ignore_ascii_case(&b'g') {
                    pitch + 12
                } else {
                    pitch
                },
                velocity: bar.force().sqrt() * if mark.is_ascii_uppercase() { 1.0 } else { 0.82 },
            });
        }
    }
    notes
}

fn bass_pitch(
    mark: u8,
    root: u8,
    (chord, next): (&Chord, &Chord),
    part: &Part,
    harmony: &Harmony,
) -> u8 {
    let interval = |range: std::ops::RangeInclusive<u8>, otherwise: u8| {
        chord
            .tones
            .iter()
            .copied()
            .find(|tone| range.contains(tone))
            .unwrap_or(otherwise)
    };
    match mark {
        b'f' => root + interval(6..=8, 7),
        b't' => root + interval(2..=5, 12),
        b's' => root + interval(9..=11, 12),
        b'o' => root + 12,
        b'a' => {
            let target = nearest(next.root, root, part.range);
            let scale = local_scale(harmony.scale, harmony.tonic, chord);
            (1..=3)
                .map(|down| target.saturating_sub(down))
                .find(|pitch| scale.contains(&(pitch % 12)))
                .unwrap_or(target)
        }
        _ => root,
    }
}
