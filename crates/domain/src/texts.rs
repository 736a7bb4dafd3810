//! The words about an envelope, one file a language.
//!
//! `texts/en.txt` holds every English sentence; another language is another file with the same
//! keys, and [`Texts::parse`] reports all that such a file lacks. Here stands how a file is read
//! and filled in. It knows nothing of envelopes: which sentences apply, and to what, is for
//! `words` and [`crate::plain`](mod@crate::plain).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use thiserror::Error;

use crate::asset::AssetKind;
use crate::axes::{Alteration, Audience, ForbiddenUse, Placement, Purpose};

/// The most bytes of a language's file.
pub const TEXTS_MAX_BYTES: usize = 256 * 1024;

/// One language.
#[derive(Clone, Debug)]
pub struct Texts {
    lines: BTreeMap<String, String>,
}

/// What is wrong with a language's file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TextFault {
    /// Longer than [`TEXTS_MAX_BYTES`].
    #[error("the file is longer than {TEXTS_MAX_BYTES} bytes")]
    TooLong,
    /// A line that is neither empty, a remark nor `key = text`.
    #[error("line {0} isn't `key = text`")]
    Line(usize),
    /// A key has two texts.
    #[error("{0} stands twice")]
    Twice(String),
    /// A key has no text.
    #[error("{0} is missing")]
    Missing(String),
    /// Nothing uses this key.
    #[error("{0} isn't a key")]
    Unknown(String),
    /// A text has other words in braces than its key gives.
    #[error("{key} must hold {expected} and holds {found}")]
    Holes {
        /// The key.
        key: String,
        /// What the program fills in.
        expected: String,
        /// What the text has.
        found: String,
    },
}

macro_rules! keys {
    ($($variant:ident $key:literal [$($hole:ident),*])+) => {
        /// A sentence, or a part of one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Key { $($variant),+ }

        impl Key {
            const ALL: &'static [Key] = &[$(Key::$variant),+];

            const fn word(self) -> &'static str {
                match self { $(Key::$variant => $key),+ }
            }

            const fn holes(self) -> &'static [&'static str] {
                match self { $(Key::$variant => &[$(stringify!($hole)),*]),+ }
            }
        }
    };
}

keys! {
    HeadingMay "heading.may" []
    HeadingMayNot "heading.may_not" []
    HeadingMust "heading.must" []
    ListMore "list.more" [first, next]
    ListAnd "list.and" [first, next]
    ListOr "list.or" [first, next]
    Point "number.point" []
    Second "length.second" []
    Seconds "length.seconds" [n]
    Minute "length.minute" []
    Minutes "length.minutes" [n]
    LengthBoth "length.both" [minutes, seconds]
    OwnerLicensee "owner.licensee" []
    OwnerClient "owner.client" [name]
    MayVideosUnlimited "may.videos.unlimited" []
    MayVideosOne "may.videos.one" []
    MayVideosMany "may.videos.many" [n]
    MayClipWhole "may.clip.whole" [asset]
    MayClipMost "may.clip.most" [length, asset]
    MayPublishAny "may.publish.any" [places, channels]
    MayPublishLimited "may.publish.limited" [places, channels, audience]
    MayPurposes "may.purposes" [purposes]
    MayTerritory "may.territory" [where]
    Worldwide "territory.worldwide" []
    OnlyIn "territory.only" [countries]
    ButIn "territory.except" [countries]
    MayWindowOpen "may.window.open" []
    MayWindowFrom "may.window.from" [from]
    MayWindowUntil "may.window.until" [until]
    MayWindowBoth "may.window.both" [from, until]
    MayAlter "may.alter" []
    MayExclusive "may.exclusive" [until]
    MayNotPublish "may_not.publish" [places]
    MayNotPurposes "may_not.purposes" [purposes]
    MustCredit "must.credit" [credit]
    MustKeep "must.keep_key" []
    NoPlacement "short.no_placement" []
    ShortAsset "short.asset" [licensed, asked]
    ShortPlacement "short.placement" [place]
    ShortPurpose "short.purpose" [purpose]
    ShortVideosOne "short.videos.one" [asked]
    ShortVideosMany "short.videos.many" [most, asked]
    AnyNumber "short.videos.any" []
    ShortClip "short.clip" [most, asked]
    ShortOwner "short.owner" [channels]
    AudienceUnsaid "short.audience.unsaid" [audience]
    ShortAudience "short.audience" [audience]
    ShortTerritory "short.territory" [where, needed]
    AllTheWorld "short.territory.all" []
    ShortEarly "short.early" [from]
    ShortLate "short.late" [until]
    ShortAlteration "short.alteration" [change]
    ShortCredit "short.credit" [credit]
    ShortForbidden "short.forbidden" [use]
    ShortExclusive "short.exclusive" [until]
}

/// The keys of the closed lists: a family's name and a word of it.
fn listed() -> impl Iterator<Item = String> {
    let names = |family: &'static str, codes: Vec<&'static str>| {
        codes
            .into_iter()
            .map(move |code| format!("{family}.{code}"))
    };
    names("asset", AssetKind::ALL.map(AssetKind::code).into())
        .chain(names(
            "placement",
            Placement::ALL.map(Placement::code).into(),
        ))
        .chain(names("purpose", Purpose::ALL.map(Purpose::code).into()))
        .chain(names("audience", Audience::ALL.map(Audience::code).into()))
        .chain(names(
            "alteration",
            Alteration::ALL.map(Alteration::code).into(),
        ))
        .chain(names(
            "forbidden",
            ForbiddenUse::ALL.map(ForbiddenUse::code).into(),
        ))
}

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| {
    Texts::parse(include_str!("../texts/en.txt"))
        .expect("a test reads the shipped file and finds no fault")
});

impl Texts {
    /// The shipped language.
    #[must_use]
    pub fn english() -> &'static Texts {
        &ENGLISH
    }

    /// Reads a language's file.
    ///
    /// # Errors
    /// Every [`TextFault`] of it: a file without one can say all that an envelope can.
    pub fn parse(file: &str) -> Result<Texts, Vec<TextFault>> {
        if file.len() > TEXTS_MAX_BYTES {
            return Err(vec![TextFault::TooLong]);
        }
        let (texts, mut faults) = read(file);
        let sentences = Key::ALL
            .iter()
            .map(|key| (key.word().to_owned(), key.holes()));
        let required: BTreeMap<String, &[&str]> = sentences
            .chain(listed().map(|key| (key, &[][..])))
            .collect();
        for (key, holes) in &required {
            match texts.lines.get(key) {
                None => faults.push(TextFault::Missing(key.clone())),
                Some(text) => faults.extend(other_holes(key, holes, text)),
            }
        }
        let unknown = texts
            .lines
            .keys()
            .filter(|key| !required.contains_key(*key) && !is_country(key));
        faults.extend(unknown.map(|key| TextFault::Unknown(key.clone())));
        if faults.is_empty() {
            Ok(texts)
        } else {
            Err(faults)
        }
    }

    /// A word of a closed list, such as `placement` `tiktok`.
    pub(crate) fn word(&self, family: &str, code: &str) -> &str {
        self.named(family, code).unwrap_or_default()
    }

    /// A name that the file may lack.
    pub(crate) fn named(&self, family: &str, code: &str) -> Option<&str> {
        self.lines
            .get(&format!("{family}.{code}"))
            .map(String::as_str)
    }

    /// A sentence, its braces filled in. What is filled in isn't looked through again, so a
    /// credit with braces stays as it is.
    pub(crate) fn say(&self, key: Key, filling: &[(&str, &str)]) -> String {
        let text = self.lines.get(key.word()).map_or("", String::as_str);
        let mut said = String::with_capacity(text.len() + 32);
        for part in parts(text) {
            match part {
                Part::Text(text) => said.push_str(text),
                Part::Hole(hole) => {
                    let filled = filling.iter().find(|(name, _)| *name == hole);
                    said.push_str(filled.map_or("", |(_, value)| value));
                }
            }
        }
        said
    }
}

fn read(file: &str) -> (Texts, Vec<TextFault>) {
    let mut lines = BTreeMap::new();
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line
            .split_once('=')
            .map(|(key, text)| (key.trim(), text.trim()))
        {
            Some((key, text)) if !key.is_empty() && !text.is_empty() => {
                if lines.insert(key.to_owned(), text.to_owned()).is_some() {
                    faults.push(TextFault::Twice(key.to_owned()));
                }
            }
            _ => faults.push(TextFault::Line(number)),
        }
    }
    (Texts { lines }, faults)
}

fn is_country(key: &str) -> bool {
    let code = key.strip_prefix("country.");
    code.is_some_and(|code| code.parse::<crate::country::Country>().is_ok())
}

fn other_holes(key: &str, holes: &[&str], text: &str) -> Option<TextFault> {
    let mut found: Vec<&str> = parts(text)
        .filter_map(|part| match part {
            Part::Hole(hole) => Some(hole),
            Part::Text(_) => None,
        })
        .collect();
    let mut expected = holes.to_vec();
    found.sort_unstable();
    found.dedup();
    expected.sort_unstable();
    let shown = |holes: &[&str]| match holes {
        [] => "no braces".to_owned(),
        some => format!("{{{}}}", some.join("}, {")),
    };
    (found != expected).then(|| TextFault::Holes {
        key: key.to_owned(),
        expected: shown(&expected),
        found: shown(&found),
    })
}

enum Part<'a> {
    Text(&'a str),
    Hole(&'a str),
}

/// A text as what stands in it and what is filled in, in turn.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    text.split('{').enumerate().flat_map(|(nth, piece)| {
        let (hole, rest) = match piece.split_once('}') {
            Some((hole, rest)) if nth > 0 => (Some(Part::Hole(hole)), rest),
            _ => (None, piece),
        };
        hole.into_iter().chain([Part::Text(rest)])
    })
}
