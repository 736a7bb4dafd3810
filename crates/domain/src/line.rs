//! One line of text that an envelope carries: a credit, a client's name.
//!
//! It is shown beside what the licence allows, so it may not hide or reorder anything there:
//! no control characters, no bidirectional controls, not blank, not endless. It knows nothing of
//! what the line says.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most characters of a line.
pub const LINE_MAX_CHARS: usize = 300;

/// A line of text, cheap to copy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line(Arc<str>);

/// A text can't be a line.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LineError {
    /// Nothing that can be seen.
    #[error("the text is blank")]
    Blank,
    /// More than [`LINE_MAX_CHARS`].
    #[error("the text has more than {LINE_MAX_CHARS} characters")]
    TooLong,
    /// A character that hides or reorders text, by its code point.
    #[error("the text holds the control character U+{0:04X}")]
    Control(u32),
}

impl Line {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The line nearest to a text from outside: controls dropped, blanks at the ends trimmed, cut
    /// to [`LINE_MAX_CHARS`]. `None` where nothing visible is left.
    #[must_use]
    pub fn cleaned(text: &str) -> Option<Line> {
        let kept = text.chars().filter(|c| !is_control(*c));
        let kept: String = kept.collect();
        let kept: String = kept.trim().chars().take(LINE_MAX_CHARS).collect();
        kept.parse().ok()
    }
}

/// Is this a character that a line refuses: a control, or one that reorders, separates or tags
/// text without being seen?
#[must_use]
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Characters without a mark of their own.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{AD}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{200C}'
                | '\u{200D}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FFA0}'
        )
}

impl FromStr for Line {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Line, LineError> {
        if let Some(control) = text.chars().find(|c| is_control(*c)) {
            return Err(LineError::Control(u32::from(control)));
        }
        if text.chars().all(is_blank) {
            return Err(LineError::Blank);
        }
        if text.chars().nth(LINE_MAX_CHARS).is_some() {
            return Err(LineError::TooLong);
        }
        Ok(Line(text.into()))
    }
}

impl TryFrom<String> for Line {
    type Error = LineError;

    fn try_from(text: String) -> Result<Line, LineError> {
        text.parse()
    }
}

impl From<Line> for String {
    fn from(line: Line) -> String {
        line.as_str().to_owned()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}
