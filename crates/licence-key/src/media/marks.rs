//! What is written into a file, and what was found in one.

use std::borrow::Cow;

use crate::code::Code;

use super::format::Format;

/// The free field that holds the token, in every format's own spelling of it.
pub(super) const TOKEN_FIELD: &str = "LICENCE_TOKEN";

/// The longest text that is reported from a file's tags, in bytes; longer ones are cut.
pub(super) const MAX_TEXT: usize = 64 * 1024;

/// The most tokens and the most codes that are reported of one file; further ones are left out.
pub(super) const MAX_KEYS: usize = 64;

/// What to write into a media file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// The licence's code.
    pub code: Code,
    /// The licence page's address.
    pub page_url: String,
    /// The signed token.
    pub token: String,
    /// The title to set; `None` leaves the file's own.
    pub title: Option<String>,
    /// The artist to set; `None` leaves the file's own.
    pub artist: Option<String>,
    /// A notice to put before the licence in the copyright field, such as `© 2026 Ada Byron`.
    pub copyright: Option<String>,
}

impl Marks {
    /// The line for people: `Licence 7K3M9-QXD4T-0RWPD https://store.example/l/7K3M9QXD4T0RWPD`.
    #[must_use]
    pub fn line(&self) -> String {
        format!("Licence {} {}", self.code, one_line(&self.page_url))
    }

    /// Whether a text is such a line, of whatever licence.
    pub(super) fn is_line(text: &str) -> bool {
        text.strip_prefix("Licence ")
            .and_then(|rest| rest.get(..17))
            .is_some_and(|code| code.parse::<Code>().is_ok())
    }

    /// The copyright field: the notice, if there is one, and the line.
    #[must_use]
    pub fn copyright_line(&self) -> String {
        match &self.copyright {
            Some(notice) => format!(
                "{}. {}",
                one_line(notice).trim_end_matches('.'),
                self.line()
            ),
            None => self.line(),
        }
    }

    pub(super) fn title_line(&self) -> Option<String> {
        self.title.as_deref().map(one_line)
    }

    pub(super) fn artist_line(&self) -> Option<String> {
        self.artist.as_deref().map(one_line)
    }
}

/// Control characters would end a text early in one format or another.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// What a media file says about its licences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file's format.
    pub format: Format,
    /// The codes in its text fields, in order, each once. They prove nothing by themselves.
    pub codes: Vec<Code>,
    /// The tokens, in order, each once. They still have to be verified.
    pub tokens: Vec<String>,
    /// The title.
    pub title: Option<String>,
    /// The artist.
    pub artist: Option<String>,
    /// The comment.
    pub comment: Option<String>,
    /// The copyright notice.
    pub copyright: Option<String>,
}

/// The fields that are told apart when reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Artist,
    Comment,
    Copyright,
    Token,
    Other,
}

impl Found {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            codes: Vec::new(),
            tokens: Vec::new(),
            title: None,
            artist: None,
            comment: None,
            copyright: None,
        }
    }

    /// Takes one text of the file in; the first of a kind is kept.
    pub(super) fn note(&mut self, field: Field, text: &str) {
        let text = cut(text.trim_end_matches('\0').trim());
        if text.is_empty() {
            return;
        }
        if field == Field::Token {
            let known = self.tokens.iter().any(|known| known == text);
            if !known && self.tokens.len() < MAX_KEYS {
                self.tokens.push(text.to_owned());
            }
            return;
        }
        for code in Code::all_in(text) {
            if !self.codes.contains(&code) && self.codes.len() < MAX_KEYS {
                self.codes.push(code);
            }
        }
        let slot = match field {
            Field::Title => &mut self.title,
            Field::Artist => &mut self.artist,
            Field::Comment => &mut self.comment,
            Field::Copyright => &mut self.copyright,
            Field::Token | Field::Other => return,
        };
        slot.get_or_insert_with(|| text.to_owned());
    }
}

/// A text that should be UTF-8, up to its first zero. What isn't UTF-8 is shown as such; codes
/// and tokens are ASCII and are found all the same.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    let end = bytes.iter().position(|&byte| byte == 0);
    let bytes = &bytes[..end.unwrap_or(bytes.len())];
    // No more is looked at than is reported.
    let bytes = &bytes[..bytes.len().min(MAX_TEXT + 4)];
    String::from_utf8_lossy(bytes)
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
