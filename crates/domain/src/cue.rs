//! The cue sheet of a production: which music it uses, for how long, and whose it is.
//!
//! It goes to broadcasters and collecting societies, who pay writers by it, so nothing in it is
//! guessed: what isn't known stays blank and is listed as missing.

use serde::{Deserialize, Serialize};

use crate::credits::{Credits, percent};
use crate::csv;

/// The most cues of one sheet.
pub const MAX_CUES: usize = 200;

/// How music is used, as cue sheets have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CueUse {
    /// Background, instrumental.
    BI,
    /// Background, vocal.
    BV,
    /// Visual (somebody in the picture plays it), instrumental.
    VI,
    /// Visual, vocal.
    VV,
    /// Theme at the opening.
    TO,
    /// Theme at the close.
    TC,
    /// Theme elsewhere.
    T,
    /// Featured: in the foreground.
    F,
    /// A logo's sound.
    L,
}

impl CueUse {
    /// Every use, in the order in which lists show them.
    pub const ALL: [CueUse; 9] = [
        CueUse::BI,
        CueUse::BV,
        CueUse::VI,
        CueUse::VV,
        CueUse::TO,
        CueUse::TC,
        CueUse::T,
        CueUse::F,
        CueUse::L,
    ];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            CueUse::BI => "BI",
            CueUse::BV => "BV",
            CueUse::VI => "VI",
            CueUse::VV => "VV",
            CueUse::TO => "TO",
            CueUse::TC => "TC",
            CueUse::T => "T",
            CueUse::F => "F",
            CueUse::L => "L",
        }
    }

    /// The words for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            CueUse::BI => "background instrumental",
            CueUse::BV => "background vocal",
            CueUse::VI => "visual instrumental",
            CueUse::VV => "visual vocal",
            CueUse::TO => "theme, opening",
            CueUse::TC => "theme, closing",
            CueUse::T => "theme",
            CueUse::F => "featured",
            CueUse::L => "logo",
        }
    }

    /// The use of a code, in any case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<CueUse> {
        let code = code.trim();
        CueUse::ALL
            .into_iter()
            .find(|used| used.code().eq_ignore_ascii_case(code))
    }
}

/// A cue sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CueSheet {
    /// The production's title.
    pub production: String,
    /// The episode, where it is a part of one.
    pub episode: Option<String>,
    /// The cues, in the order of the production.
    pub cues: Vec<Cue>,
}

/// One piece of music in a production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cue {
    /// Its place, from 1.
    pub sequence: u32,
    /// The track's title.
    pub title: String,
    /// Who performs it.
    pub artist: String,
    /// The licence's code.
    pub licence: String,
    /// The licence's public page.
    pub page_url: String,
    /// The credit that the licence requires; `None` where it requires none.
    pub required_credit: Option<String>,
    /// How it is used.
    pub usage: Option<CueUse>,
    /// Where it begins in the production, in milliseconds.
    pub start_ms: Option<u32>,
    /// How long it is heard, in milliseconds.
    pub duration_ms: Option<u32>,
    /// Whose it is.
    pub credits: Credits,
}

/// The columns of a cue sheet as CSV.
pub const COLUMNS: [&str; 22] = [
    "production",
    "episode",
    "sequence",
    "title",
    "version",
    "work_title",
    "artist",
    "usage",
    "start",
    "duration",
    "writers",
    "writer_roles",
    "writer_ipis",
    "writer_shares",
    "publishers",
    "publisher_ipis",
    "publisher_shares",
    "isrc",
    "iswc",
    "label",
    "licence",
    "licence_page",
];

impl CueSheet {
    /// As CSV: a head and a row for each cue. Where a cell names several people, they are
    /// separated by `; `, in the same order in each column.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let rows = self.cues.iter().map(|cue| csv::row(&self.cells(cue)));
        std::iter::once(csv::row(&COLUMNS)).chain(rows).collect()
    }

    fn cells(&self, cue: &Cue) -> Vec<String> {
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        let credits = &cue.credits;
        let (writers, publishers) = (&credits.writers, &credits.publishers);
        let share = |ppm: Option<u32>| ppm.map(percent).unwrap_or_default();
        let time = |ms: Option<u32>| ms.map(clock).unwrap_or_default();
        vec![
            self.production.clone(),
            some(&self.episode),
            cue.sequence.to_string(),
            cue.title.clone(),
            some(&credits.version),
            some(&credits.work_title),
            cue.artist.clone(),
            cue.usage.map_or("", CueUse::code).to_owned(),
            time(cue.start_ms),
            time(cue.duration_ms),
            list(writers.iter().map(|w| w.name.clone())),
            list(writers.iter().map(|w| w.role.code().to_owned())),
            list(writers.iter().map(|w| some(&w.ipi))),
            list(writers.iter().map(|w| share(w.share_ppm))),
            list(publishers.iter().map(|p| p.name.clone())),
            list(publishers.iter().map(|p| some(&p.ipi))),
            list(publishers.iter().map(|p| share(p.share_ppm))),
            some(&credits.isrc),
            some(&credits.iswc),
            some(&credits.label_line),
            cue.licence.clone(),
            cue.page_url.clone(),
        ]
    }

    /// The credit lines as plain text, a line each.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |cue: &Cue| format!("{}\n", cue.line());
        self.cues.iter().map(line).collect()
    }

    /// The credit lines as a list in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |cue: &Cue| {
            let address = cue.page_url.replace(['(', ')', ' ', '<', '>'], "");
            let code = markdown(&cue.licence);
            format!(
                "- {} [Licence {code}]({address})\n",
                markdown(&cue.credit())
            )
        };
        self.cues.iter().map(line).collect()
    }

    /// What is missing, a sentence for each cue that lacks something.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.cues.iter().filter_map(Cue::missing).collect()
    }
}

impl Cue {
    /// What the credits say: the text that is required, else title and artist; and the writers,
    /// where they are known.
    #[must_use]
    pub fn credit(&self) -> String {
        let mut line = match (&self.required_credit, self.artist.as_str()) {
            (Some(required), _) => required.trim_end_matches('.').to_owned() + ".",
            (None, "") => format!("\"{}\".", self.title),
            (None, artist) => format!("\"{}\" by {artist}.", self.title),
        };
        let writers: Vec<_> = self
            .credits
            .writers
            .iter()
            .map(|w| w.name.as_str())
            .collect();
        if !writers.is_empty() {
            line.push_str(&format!(" Written by {}.", writers.join(", ")));
        }
        let publishers: Vec<_> = self
            .credits
            .publishers
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        if !publishers.is_empty() {
            line.push_str(&format!(" Published by {}.", publishers.join(", ")));
        }
        if let Some(label) = &self.credits.label_line {
            line.push_str(&format!(" {label}."));
        }
        one_line(&line)
    }

    fn line(&self) -> String {
        format!(
            "{} Licence {} {}",
            self.credit(),
            self.licence,
            self.page_url
        )
    }

    fn missing(&self) -> Option<String> {
        let credits = &self.credits;
        let writers = &credits.writers;
        let lacks = [
            (self.usage.is_none(), "usage"),
            (self.duration_ms.is_none(), "duration"),
            (writers.is_empty(), "writers"),
            (writers.iter().any(|w| w.ipi.is_none()), "a writer's IPI"),
            (
                writers.iter().any(|w| w.share_ppm.is_none()),
                "the writers' shares",
            ),
            (credits.publishers.is_empty(), "publisher"),
            (credits.isrc.is_none(), "ISRC"),
            (credits.iswc.is_none(), "ISWC"),
        ];
        let lacks: Vec<_> = lacks
            .iter()
            .filter(|(no, _)| *no)
            .map(|(_, what)| *what)
            .collect();
        (!lacks.is_empty()).then(|| {
            format!(
                "{}, {}: {}",
                self.sequence,
                one_line(&self.title),
                lacks.join(", ")
            )
        })
    }
}

/// A length or position: `00:00:15`, with milliseconds where there are some.
#[must_use]
pub fn clock(ms: u32) -> String {
    let (seconds, rest) = (ms / 1000, ms % 1000);
    let text = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    match rest {
        0 => text,
        rest => format!("{text}.{rest:03}"),
    }
}

/// A length as people write it, in milliseconds: `15`, `0:15`, `1:02:03`.
#[must_use]
pub fn clock_ms(word: &str) -> Option<u32> {
    let mut sum = 0_u32;
    for part in word.split(':') {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let part: u32 = part.parse().ok().filter(|_| digits)?;
        sum = sum.checked_mul(60)?.checked_add(part)?;
    }
    sum.checked_mul(1000)
}

/// Several people in one cell; empty where nothing is known of any of them.
fn list(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<_> = parts.collect();
    if parts.iter().all(String::is_empty) {
        return String::new();
    }
    parts.join("; ")
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// Text that Markdown shows as it is.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | '\'' | '"' | '.' | '-' | ':' | ';' | '/')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
