//! The cue sheet of a production, from the licences of the music in it.
//!
//! Nothing is changed. Each licence is opened as its papers are: by its grant, or by the
//! operator. What the catalogue doesn't know stays blank; the split sheet is never asked.

use std::fmt;

use domain::cue::{Cue, CueSheet, CueUse, MAX_CUES};
use domain::envelope::Credit;
use domain::{LicenceId, Line, credits};
use thiserror::Error;

use super::{Licence, Standing, papers, show};
use crate::catalogue::credits as kept;
use crate::{App, Fault, Refusal, Stop};

/// The longest title of a production, in characters.
const TITLE_MAX: usize = 200;

/// What a cue sheet is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The production's title.
    pub production: String,
    /// The episode.
    pub episode: Option<String>,
    /// The music, in the order of the production.
    pub cues: Vec<WantedCue>,
}

/// One piece of music that is used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WantedCue {
    /// The licence's code or id.
    pub licence: String,
    /// The word that opens it.
    pub grant: Option<String>,
    /// How it is used.
    pub usage: Option<CueUse>,
    /// Where it begins, in milliseconds.
    pub start_ms: Option<u32>,
    /// How long it is heard, in milliseconds; where it isn't said, the licence's clip or cut.
    pub duration_ms: Option<u32>,
}

/// Who asks for a cue sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// The operator: every licence.
    All,
    /// Anybody else: those whose grant they send.
    ByGrant,
}

/// Why there is no cue sheet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CueSheetRefusal {
    /// No title, or one that is too long or no line.
    #[error("say the production's title: one line of 1 to 200 characters")]
    Title(&'static str),
    /// None, or too many.
    #[error("a cue sheet has 1 to {MAX_CUES} cues, not {0}")]
    Count(usize),
    /// No licence of that name opens by that word: which of the two is wrong isn't told.
    #[error("cue {}: no licence `{licence}` opens so: check its code, or paste its private link again", .at + 1)]
    NotOpened {
        /// Its place, from 0.
        at: usize,
        /// What was named.
        licence: String,
    },
    /// Clip time holds for any track, so it doesn't say which music it is.
    #[error("cue {}: a licence of clip time is for any track: cue sheets need a track's own", .0 + 1)]
    ClipTime(usize),
    /// A licence that is on hold or withdrawn covers nothing now.
    #[error("cue {}: this licence is {}: no cue sheet is made from it now", .at + 1, .standing.word())]
    NotValid {
        /// Its place, from 0.
        at: usize,
        /// How it stands.
        standing: Standing,
    },
}

impl Refusal for CueSheetRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Title(_) => "bad_production",
            Self::Count(_) => "bad_cue_count",
            Self::NotOpened { .. } => "cue_not_opened",
            Self::ClipTime(_) => "cue_without_track",
            Self::NotValid { .. } => "licence_not_valid",
        }
    }

    fn field(&self) -> Option<String> {
        Some(match self {
            Self::Title(field) => format!("production.{field}"),
            Self::Count(_) => "cues".into(),
            Self::NotOpened { at, .. } | Self::ClipTime(at) | Self::NotValid { at, .. } => {
                format!("cues.{at}.licence")
            }
        })
    }
}

/// The form of a cue sheet or of its credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The sheet as data.
    Json,
    /// The sheet as a table.
    Csv,
    /// The sheet as a paper.
    Pdf,
    /// The credit lines.
    Text,
    /// The credit lines as a list in Markdown.
    Markdown,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Pdf, Self::Text, Self::Markdown];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
            Self::Text => "text",
            Self::Markdown => "markdown",
        }
    }

    /// The form of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The ending of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            other => other.word(),
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }

    /// The sheet in this form.
    ///
    /// # Errors
    /// [`Fault`] when it can't be written as JSON.
    pub fn write(self, app: &App, sheet: &CueSheet) -> Result<Vec<u8>, Fault> {
        Ok(match self {
            Self::Json => {
                let document = serde_json::json!({ "sheet": sheet, "missing": sheet.missing() });
                serde_json::to_vec(&document).map_err(Fault::while_("writing a cue sheet"))?
            }
            Self::Csv => sheet.to_csv().into_bytes(),
            Self::Pdf => papers::cue_sheet::paper(app, sheet).to_pdf(),
            Self::Text => sheet.to_text().into_bytes(),
            Self::Markdown => sheet.to_markdown().into_bytes(),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The cue sheet of a production.
///
/// # Errors
/// [`CueSheetRefusal`], the first that holds.
pub async fn cue_sheet(
    app: &App,
    opens: Opens,
    wanted: &Wanted,
) -> Result<CueSheet, Stop<CueSheetRefusal>> {
    let production = title(&wanted.production, "title")?;
    let episode = wanted.episode.as_deref().filter(|e| !e.trim().is_empty());
    let episode = episode.map(|e| title(e, "episode")).transpose()?;
    if !(1..=MAX_CUES).contains(&wanted.cues.len()) {
        return Err(Stop::Refused(CueSheetRefusal::Count(wanted.cues.len())));
    }
    // All of them are opened before anything else is read.
    let mut licences = Vec::new();
    for (at, wanted) in wanted.cues.iter().enumerate() {
        licences.push(opened(app, opens, at, wanted).await?);
    }
    let mut cues = Vec::new();
    for (at, (wanted, licence)) in wanted.cues.iter().zip(&licences).enumerate() {
        cues.push(cue(app, at, wanted, licence).await?);
    }
    Ok(CueSheet {
        production,
        episode,
        cues,
    })
}

fn title(text: &str, field: &'static str) -> Result<String, Stop<CueSheetRefusal>> {
    let text = text.trim();
    let length = text.chars().count();
    // What hides or reorders text would do so on the whole sheet.
    if length <= TITLE_MAX && text.parse::<Line>().is_ok() {
        return Ok(text.to_owned());
    }
    Err(Stop::Refused(CueSheetRefusal::Title(field)))
}

/// The licence of a cue. An unknown one and a wrong grant are refused alike, so that nobody
/// learns which codes exist.
async fn opened(
    app: &App,
    opens: Opens,
    at: usize,
    wanted: &WantedCue,
) -> Result<Licence, Stop<CueSheetRefusal>> {
    let no = || {
        Stop::Refused(CueSheetRefusal::NotOpened {
            at,
            licence: wanted.licence.chars().take(40).collect(),
        })
    };
    let named = wanted.licence.trim();
    let grant = wanted.grant.as_deref().unwrap_or_default();
    let opens = |id: LicenceId| opens == Opens::All || app.issuer.grants(id, grant);
    let found = match (named.parse::<LicenceId>(), named.parse()) {
        (Ok(id), _) if !opens(id) => return Err(no()),
        (Ok(id), _) => show::licence(app, id).await,
        (_, Ok(code)) => show::by_code(app, code).await,
        _ => return Err(no()),
    };
    let licence = found.map_err(|stop| match stop {
        Stop::Refused(_) => no(),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if !opens(licence.id) {
        return Err(no());
    }
    match licence.standing {
        Standing::Valid => Ok(licence),
        standing => Err(Stop::Refused(CueSheetRefusal::NotValid { at, standing })),
    }
}

async fn cue(
    app: &App,
    at: usize,
    wanted: &WantedCue,
    licence: &Licence,
) -> Result<Cue, Stop<CueSheetRefusal>> {
    let Some(track) = licence.track else {
        return Err(Stop::Refused(CueSheetRefusal::ClipTime(at)));
    };
    let credits: credits::Credits = kept::read(&mut app.read().await?, track).await?;
    let clip = licence.asset.cut_ms().or(licence.envelope.clip_ms);
    Ok(Cue {
        sequence: u32::try_from(at + 1).unwrap_or(u32::MAX),
        title: licence.title.clone(),
        artist: licence.artist.clone(),
        page_url: papers::page(app, licence),
        licence: licence.code.to_string(),
        required_credit: match &licence.envelope.credit {
            Credit::Required(text) => Some(text.to_string()),
            Credit::NotRequired => None,
        },
        usage: wanted.usage,
        start_ms: wanted.start_ms,
        duration_ms: wanted.duration_ms.or(clip),
        credits,
    })
}
