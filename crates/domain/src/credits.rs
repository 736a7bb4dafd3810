//! Who made a work and a recording, as the trade writes it down: writers with their roles and
//! shares, publishers, and the numbers both are known by.
//!
//! Everything is optional, stored as given and never invented. Numbers are checked by their own
//! rules ([`crate::identifier`]). The shares of the writers add up to the whole work by
//! themselves, and so do the publishers', as cue sheets have it; a split sheet, which says who is
//! paid for a track, is another matter and says nothing about who wrote it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::identifier::{self, IdentifierError};
use crate::split::WHOLE_PPM;

/// The most writers, and the most publishers, of a work.
pub const MAX_PARTIES: usize = 32;
/// The longest name, title or line, in characters.
pub const TEXT_MAX: usize = 200;

/// What is known of a recording and its work.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Credits {
    /// The recording's ISRC.
    pub isrc: Option<String>,
    /// The version of the title, such as `Instrumental`.
    pub version: Option<String>,
    /// The work's title, where it isn't the track's.
    pub work_title: Option<String>,
    /// The work's ISWC.
    pub iswc: Option<String>,
    /// The line of the recording's rights, such as `℗ 2026 Night Market Music`.
    pub label_line: Option<String>,
    /// Who wrote the work.
    pub writers: Vec<Writer>,
    /// Who publishes it.
    pub publishers: Vec<Publisher>,
}

/// Somebody who wrote a work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writer {
    /// Their name.
    pub name: String,
    /// What they did.
    pub role: Role,
    /// Their IPI name number.
    #[serde(default)]
    pub ipi: Option<String>,
    /// Their share of the work in parts per million.
    #[serde(default)]
    pub share_ppm: Option<u32>,
}

/// Somebody who publishes a work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// Their name.
    pub name: String,
    /// Their IPI name number.
    #[serde(default)]
    pub ipi: Option<String>,
    /// Their share of the publishers' side in parts per million.
    #[serde(default)]
    pub share_ppm: Option<u32>,
}

/// What a writer did, as CISAC's codes have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Composer and author: music and words.
    #[serde(rename = "CA")]
    ComposerAuthor,
    /// Composer: music.
    #[serde(rename = "C")]
    Composer,
    /// Author: words.
    #[serde(rename = "A")]
    Author,
    /// Arranger.
    #[serde(rename = "AR")]
    Arranger,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [
        Role::ComposerAuthor,
        Role::Composer,
        Role::Author,
        Role::Arranger,
    ];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Role::ComposerAuthor => "CA",
            Role::Composer => "C",
            Role::Author => "A",
            Role::Arranger => "AR",
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Role::ComposerAuthor => "composer and author",
            Role::Composer => "composer",
            Role::Author => "author",
            Role::Arranger => "arranger",
        }
    }

    /// The role of a code or a word, in any case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Role> {
        let word = word.trim();
        Role::ALL.into_iter().find(|role| {
            role.code().eq_ignore_ascii_case(word) || role.label().eq_ignore_ascii_case(word)
        })
    }
}

/// Something that credits can't be: where, and why.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{field}: {cause}")]
pub struct CreditsError {
    /// The field at fault: `isrc`, `writers.0.ipi`.
    pub field: String,
    /// Why.
    pub cause: CreditsFault,
}

/// Why a field of credits can't be kept.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CreditsFault {
    /// A number that breaks its own rule.
    #[error(transparent)]
    Identifier(IdentifierError),
    /// No name.
    #[error("somebody without a name can't be credited: give one, or leave them out")]
    NoName,
    /// Too long, or with characters that are no text.
    #[error("it must be one line of at most 200 characters")]
    Text,
    /// Too many.
    #[error("a work has at most 32 of them here")]
    TooMany,
    /// Only some of the shares are given, or they don't make the whole.
    #[error("the shares must all be given and sum to 1000000, or none of them")]
    Shares,
}

impl Credits {
    /// The same, trimmed, with empty texts left out; the first fault otherwise.
    ///
    /// # Errors
    /// [`CreditsError`].
    pub fn checked(mut self) -> Result<Credits, CreditsError> {
        for (field, text) in [
            ("version", &mut self.version),
            ("work_title", &mut self.work_title),
            ("label_line", &mut self.label_line),
        ] {
            tidy(text);
            one_line(field, text.as_deref())?;
        }
        tidy(&mut self.isrc);
        number("isrc", self.isrc.as_deref(), identifier::isrc)?;
        tidy(&mut self.iswc);
        number("iswc", self.iswc.as_deref(), identifier::iswc)?;
        let writers = self.writers.iter_mut();
        let writers = writers.map(|w| (&mut w.name, &mut w.ipi, w.share_ppm));
        parties("writers", writers.collect())?;
        let publishers = self.publishers.iter_mut();
        let publishers = publishers.map(|p| (&mut p.name, &mut p.ipi, p.share_ppm));
        parties("publishers", publishers.collect())?;
        Ok(self)
    }

    /// Whether nothing at all is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Credits::default()
    }
}

type Party<'a> = (&'a mut String, &'a mut Option<String>, Option<u32>);

fn parties(list: &str, parties: Vec<Party<'_>>) -> Result<(), CreditsError> {
    let fault = |field: String, cause| Err(CreditsError { field, cause });
    if parties.len() > MAX_PARTIES {
        return fault(list.to_owned(), CreditsFault::TooMany);
    }
    let shares: Vec<_> = parties.iter().map(|(.., share)| *share).collect();
    for (at, (name, ipi, share)) in parties.into_iter().enumerate() {
        *name = name.trim().to_owned();
        if name.is_empty() {
            return fault(format!("{list}.{at}.name"), CreditsFault::NoName);
        }
        one_line(&format!("{list}.{at}.name"), Some(name))?;
        tidy(ipi);
        number(
            &format!("{list}.{at}.ipi"),
            ipi.as_deref(),
            identifier::ipi_name,
        )?;
        if share == Some(0) {
            return fault(format!("{list}.{at}.share_ppm"), CreditsFault::Shares);
        }
    }
    let given: Vec<u64> = shares.iter().flatten().map(|s| u64::from(*s)).collect();
    let whole = given.iter().sum::<u64>() == u64::from(WHOLE_PPM);
    if given.is_empty() || (whole && given.len() == shares.len()) {
        return Ok(());
    }
    fault(list.to_owned(), CreditsFault::Shares)
}

fn tidy(text: &mut Option<String>) {
    *text = text
        .take()
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
}

fn one_line(field: &str, text: Option<&str>) -> Result<(), CreditsError> {
    let turns = |c: char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let good = text.is_none_or(|text| {
        text.chars().count() <= TEXT_MAX && !text.chars().any(|c| c.is_control() || turns(c))
    });
    if good {
        return Ok(());
    }
    Err(CreditsError {
        field: field.to_owned(),
        cause: CreditsFault::Text,
    })
}

fn number(
    field: &str,
    text: Option<&str>,
    check: fn(&str) -> Result<String, IdentifierError>,
) -> Result<(), CreditsError> {
    let Some(text) = text else { return Ok(()) };
    check(text).map(|_| ()).map_err(|e| CreditsError {
        field: field.to_owned(),
        cause: CreditsFault::Identifier(e),
    })
}

/// Parts per million as a percentage without needless zeros: `333_333` is `33.3333`.
#[must_use]
pub fn percent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// A percentage as people write it (`50`, `33.3333`, `12.5 %`) in parts per million.
#[must_use]
pub fn from_percent(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 4 {
        return None;
    }
    let part: u32 = format!("{part:0<4}").parse().ok()?;
    let ppm = whole.parse::<u32>().ok()?.checked_mul(10_000)?;
    ppm.checked_add(part).filter(|ppm| *ppm <= WHOLE_PPM)
}
