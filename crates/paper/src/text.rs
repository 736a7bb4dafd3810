//! Lines of text: cleaned, measured, wrapped, and turned where they run from right to left.

use unicode_bidi::BidiInfo;

use crate::font::{Face, Glyph, glyph};

/// The longest text of one block that is set, in characters: what is longer ends with an
/// ellipsis. (A page holds some five thousand.)
const TEXT_MAX: usize = 20_000;

/// A line's glyphs from left to right, and its width at a size of one point.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Line {
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) width: f32,
}

/// The characters of a text that are drawn. Tabs become blanks; other control characters and
/// those that turn the direction or have no width are left out.
fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter_map(|c| match c {
        '\n' => Some('\n'),
        '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => None,
        c if c.is_control() => None,
        c => Some(c),
    })
}

/// One line, not wrapped. Line feeds become blanks.
pub(crate) fn line(text: &str, face: Face) -> Line {
    set(
        &visible(text)
            .take(TEXT_MAX)
            .map(|c| if c == '\n' { ' ' } else { c })
            .collect::<String>(),
        face,
    )
}

/// The lines of a text that are at most `width` wide at `size`.
pub(crate) fn wrap(text: &str, face: Face, size: f32, width: f32) -> Vec<Line> {
    let mut clean: String = visible(text).take(TEXT_MAX).collect();
    if visible(text).nth(TEXT_MAX).is_some() {
        clean.push('…');
    }
    let most = (width / size).max(1.0);
    clean
        .split('\n')
        .flat_map(|paragraph| fill(paragraph, face, most))
        .map(|text| set(&text, face))
        .collect()
}

/// Breaks a paragraph at its blanks; a word that is too long for a line is broken anywhere.
fn fill(paragraph: &str, face: Face, most: f32) -> Vec<String> {
    let blank = glyph(face, ' ').width;
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0.0);
    for word in paragraph.split(' ') {
        let wide = measure(word, face);
        if !line.is_empty() && used + blank + wide <= most {
            line.push(' ');
            line.push_str(word);
            used += blank + wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        used = 0.0;
        for c in word.chars() {
            let wide = glyph(face, c).width;
            if used + wide > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(c);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

/// How wide a text is at a size of one point.
pub(crate) fn measure(text: &str, face: Face) -> f32 {
    text.chars().map(|c| glyph(face, c).width).sum()
}

fn set(text: &str, face: Face) -> Line {
    let glyphs: Vec<_> = as_seen(text).into_iter().map(|c| glyph(face, c)).collect();
    let width = glyphs.iter().map(|glyph| glyph.width).sum();
    Line { glyphs, width }
}

/// The characters of a line from left to right as they are seen (Unicode's bidirectional
/// algorithm); nearly all lines are as they are written.
fn as_seen(text: &str) -> Vec<char> {
    if !text.chars().any(|c| c >= '\u{590}') {
        return text.chars().collect();
    }
    let info = BidiInfo::new(text, None);
    let Some(paragraph) = info.paragraphs.first() else {
        return text.chars().collect();
    };
    let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
    let mut seen = Vec::new();
    for run in runs {
        let turned = levels.get(run.start).is_some_and(|level| level.is_rtl());
        let part = text.get(run).unwrap_or_default();
        if turned {
            seen.extend(part.chars().rev().map(mirrored));
        } else {
            seen.extend(part.chars());
        }
    }
    seen
}

const fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lines: &[Line]) -> Vec<String> {
        let word = |line: &Line| line.glyphs.iter().map(|glyph| glyph.means).collect();
        lines.iter().map(word).collect()
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_anywhere() {
        let lines = wrap("one two three", Face::Mono, 10.0, 50.0);
        assert_eq!(words(&lines), ["one two", "three"]);
        let lines = wrap("abcdefghijklmnop", Face::Mono, 10.0, 50.0);
        assert_eq!(words(&lines), ["abcdefgh", "ijklmnop"]);
        let lines = wrap("one\n\ntwo", Face::Mono, 10.0, 500.0);
        assert_eq!(words(&lines), ["one", "", "two"]);
    }

    #[test]
    fn a_line_from_right_to_left_is_turned_and_its_latin_part_is_not() {
        let line = line("שלום (abc)", Face::Serif);
        assert_eq!(words(&[line]), ["(abc) םולש"]);
    }

    #[test]
    fn no_hidden_character_turns_a_name_into_another() {
        let line = line("a\u{202e}b\u{0}c\td\ne", Face::Serif);
        assert_eq!(words(&[line]), ["abc d e"]);
    }
}
