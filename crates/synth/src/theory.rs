//! Scales, chords and voice leading. Pitches are MIDI numbers: 60 is middle C, 69 is 440 Hz.

/// Semitones above the tonic.
pub(crate) type Scale = &'static [u8];

pub(crate) const MAJOR: Scale = &[0, 2, 4, 5, 7, 9, 11];
pub(crate) const MINOR: Scale = &[0, 2, 3, 5, 7, 8, 10];
pub(crate) const DORIAN: Scale = &[0, 2, 3, 5, 7, 9, 10];
pub(crate) const MIXOLYDIAN: Scale = &[0, 2, 4, 5, 7, 9, 10];
pub(crate) const MAJOR_PENTATONIC: Scale = &[0, 2, 4, 7, 9];
pub(crate) const MINOR_PENTATONIC: Scale = &[0, 3, 5, 7, 10];

/// A chord in time.
#[derive(Debug, Clone)]
pub(crate) struct Chord {
    /// Start in beats.
    pub(crate) at: f64,
    /// Length in beats.
    pub(crate) beats: f64,
    /// Pitch class of the root.
    pub(crate) root: u8,
    /// Semitones of the chord's tones above the root, the root first.
    pub(crate) tones: &'static [u8],
}

impl Chord {
    /// True if the pitch is one of the chord's tones in any octave.
    pub(crate) fn has(&self, pitch: u8) -> bool {
        self.tones
            .iter()
            .any(|tone| (self.root + tone) % 12 == pitch % 12)
    }

    /// The nth tone as pitch class, counting round.
    pub(crate) fn tone(&self, n: usize) -> u8 {
        (self.root + self.tones[n % self.tones.len()]) % 12
    }
}

/// The tones of a chord by its short name; an unknown name is a plain fifth.
fn tones(quality: &str) -> &'static [u8] {
    match quality {
        "M" => &[0, 4, 7],
        "m" => &[0, 3, 7],
        "maj7" => &[0, 4, 7, 11],
        "m7" => &[0, 3, 7, 10],
        "7" => &[0, 4, 7, 10],
        "maj9" => &[0, 4, 7, 11, 14],
        "m9" => &[0, 3, 7, 10, 14],
        "9" => &[0, 4, 7, 10, 14],
        "13" => &[0, 4, 10, 14, 21],
        "7b9" => &[0, 4, 7, 10, 13],
        "m11" => &[0, 3, 7, 10, 17],
        "6" => &[0, 4, 7, 9],
        "m6" => &[0, 3, 7, 9],
        "69" => &[0, 4, 7, 9, 14],
        "add9" => &[0, 4, 7, 14],
        "madd9" => &[0, 3, 7, 14],
        "sus2" => &[0, 2, 7],
        "sus4" => &[0, 5, 7],
        "7sus" => &[0, 5, 7, 10],
        "m7b5" => &[0, 3, 6, 10],
        _ => &[0, 7],
    }
}

/// Reads a progression such as `"2:m9 7:13/2 0:maj9"`: semitones above the tonic, quality, and the
/// length in beats if it isn't the bar's four.
pub(crate) fn progression(text: &str, tonic: u8) -> Vec<Chord> {
    let mut at = 0.0;
    text.split(' ')
        .map(|word| {
            let (chord, beats) = word.split_once('/').unwrap_or((word, "4"));
            let (degree, quality) = chord.split_once(':').unwrap_or((chord, "M"));
            let beats = beats.parse().unwrap_or(4.0);
            let degree: u8 = degree.parse().unwrap_or(0);
            at += beats;
            Chord {
                at: at - beats,
                beats,
                root: (tonic + degree) % 12,
                tones: tones(quality),
            }
        })
        .collect()
}

/// The pitch of a class nearest to `near`, inside `low..=high` where an octave allows it.
pub(crate) fn nearest(class: u8, near: u8, (low, high): (u8, u8)) -> u8 {
    (low..=high)
        .filter(|pitch| pitch % 12 == class % 12)
        .min_by_key(|pitch| pitch.abs_diff(near))
        .unwrap_or(near)
}

/// Voices a chord in close position within a range so that the hand moves least from `before`.
///
/// Of a chord of five tones the root is left to the bass.
pub(crate) fn voice(chord: &Chord, before: &[u8], range: (u8, u8)) -> Vec<u8> {
    let mut classes: Vec<u8> = (0..chord.tones.len()).map(|n| chord.tone(n)).collect();
    if classes.len() > 4 {
        classes.remove(0);
    }
    let mut best: Vec<u8> = Vec::new();
    let mut least = u32::MAX;
    for turn in 0..classes.len() {
        classes.rotate_left(usize::from(turn > 0));
        for base in (range.0..=range.1).filter(|pitch| pitch % 12 == classes[0]) {
            let voicing = stack(base, &classes);
            let cost = movement(&voicing, before, range);
            if cost < least {
                least = cost;
                best = voicing;
            }
        }
    }
    best
}

/// The classes upwards from a base note, each above the one before.
fn stack(base: u8, classes: &[u8]) -> Vec<u8> {
    let mut top = base;
    let mut voicing = vec![base];
    for class in &classes[1..] {
        top += 1 + (class + 24 - (top + 1) % 12) % 12;
        voicing.push(top);
    }
    voicing
}

/// Semitones moved by all voices, with what leaves the range, rubs at the bottom or starts a
/// piece away from the middle counting extra.
fn movement(voicing: &[u8], before: &[u8], (low, high): (u8, u8)) -> u32 {
    let distance: u32 = if before.is_empty() {
        voicing
            .iter()
            .map(|p| u32::from(p.abs_diff(low.midpoint(high))))
            .sum()
    } else {
        let near = |p: &u8, all: &[u8]| {
            all.iter()
                .map(|q| u32::from(p.abs_diff(*q)))
                .min()
                .unwrap_or(0)
        };
        voicing.iter().map(|p| near(p, before)).sum::<u32>()
            + before.iter().map(|p| near(p, voicing)).sum::<u32>()
    };
    let out: u32 = voicing
        .iter()
        .map(|p| u32::from(p.saturating_sub(high)) + u32::from(low.saturating_sub(*p)))
        .sum();
    let rubs = voicing
        .windows(2)
        .filter(|pair| pair[1] - pair[0] == 1)
        .count();
    distance + out * 6 + if rubs > 0 { 4 } else { 0 }
}

/// The scale around a chord: the key's scale, with degrees that the chord alters replaced, as
/// pitch classes in rising order.
pub(crate) fn local_scale(scale: Scale, tonic: u8, chord: &Chord) -> Vec<u8> {
    let mut classes: Vec<u8> = scale.iter().map(|step| (tonic + step) % 12).collect();
    for n in 0..chord.tones.len() {
        let tone = chord.tone(n);
        if !classes.contains(&tone) {
            classes.retain(|c| chord.has(*c) || !matches!((c + 12 - tone) % 12, 1 | 11));
            classes.push(tone);
        }
    }
    classes.sort_unstable();
    classes
}

/// Frequency in hertz of a MIDI pitch in equal temperament with A at 440 Hz.
pub(crate) fn hertz(pitch: f32) -> f32 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_chord_moves_little_to_its_neighbour() {
        let chords = progression("0:maj7 5:maj7/2 7:7/2", 0);
        assert!((chords[2].at - 6.0).abs() < 1e-9);
        let first = voice(&chords[0], &[], (55, 74));
        let second = voice(&chords[1], &first, (55, 74));
        let third = voice(&chords[2], &second, (55, 74));
        for (a, b) in [(&first, &second), (&second, &third)] {
            assert!(
                a.iter().zip(b).all(|(p, q)| p.abs_diff(*q) <= 5),
                "{a:?} to {b:?}"
            );
        }
    }

    #[test]
    fn an_altered_chord_bends_the_scale() {
        let dominant = &progression("7:7", 9)[0];
        let scale = local_scale(MINOR, 9, dominant);
        assert!(scale.contains(&8), "the leading note is in");
        assert!(!scale.contains(&7), "the flat seventh is out");
    }

    #[test]
    fn concert_pitch_is_440() {
        assert!((hertz(69.0) - 440.0).abs() < 1e-3);
        assert!((hertz(57.0) - 220.0).abs() < 1e-3);
    }
}
