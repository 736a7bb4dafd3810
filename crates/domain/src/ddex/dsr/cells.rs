//! Records and cells of a flat file. Every record has all its cells, empty ones too.
//!
//! Versions of the standard differ in how a pipe or a backslash inside a cell is escaped. No cell
//! written here holds a character that would need it: whoever reads it gets the same cells by
//! every version's rule.

use std::fmt::Write;

/// A record of `N` cells.
pub(super) struct Row<const N: usize>([String; N]);

impl<const N: usize> Row<N> {
    pub(super) fn of(kind: &str) -> Self {
        let mut cells = [const { String::new() }; N];
        if let Some(first) = cells.first_mut() {
            kind.clone_into(first);
        }
        Self(cells)
    }

    /// Fills a cell by its place in the standard's table, from 1.
    pub(super) fn text(self, place: usize, text: &str) -> Self {
        self.many(place, clean(text))
    }

    /// Fills a cell of several values, which are clean already.
    pub(super) fn many(mut self, place: usize, text: String) -> Self {
        debug_assert!((2..=N).contains(&place), "no cell {place} in {N}");
        if let Some(cell) = place.checked_sub(1).and_then(|at| self.0.get_mut(at)) {
            *cell = text;
        }
        self
    }

    pub(super) fn line(self) -> String {
        self.0.join("\t") + "\n"
    }
}

/// One line without delimiters: blanks and control characters become one blank, and pipes and
/// backslashes, which would be delimiters or escapes, become strokes.
pub(super) fn clean(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '|' | '\\' => '/',
        letter if letter.is_control() || letter.is_whitespace() => ' ',
        letter => letter,
    });
    let text: String = letters.collect();
    let words: Vec<_> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Names, and their IPI name numbers in the same order; a number that isn't known is an empty
/// value, and where none is known there are no values at all.
pub(super) fn listed<'a>(
    parties: impl Iterator<Item = (&'a str, Option<&'a str>)>,
) -> (String, String) {
    let (names, numbers): (Vec<_>, Vec<_>) = parties
        .map(|(name, ipi)| {
            let number = ipi.map(|ipi| format!("IPI::{}", clean(ipi)));
            (clean(name), number.unwrap_or_default())
        })
        .unzip();
    let known = numbers.iter().any(|number| !number.is_empty());
    let numbers = if known {
        numbers.join("|")
    } else {
        String::new()
    };
    (names.join("|"), numbers)
}

/// A length as ISO 8601 has it: `PT1H2M3.5S`.
pub(super) fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let mut text = String::from("PT");
    // Writing to a text never fails.
    if hours > 0 {
        let _ = write!(text, "{hours}H");
    }
    if hours > 0 || minutes > 0 {
        let _ = write!(text, "{minutes}M");
    }
    let fraction = format!("{:03}", ms % 1000);
    let _ = match fraction.trim_end_matches('0') {
        "" => write!(text, "{seconds}S"),
        part => write!(text, "{seconds}.{part}S"),
    };
    text
}
