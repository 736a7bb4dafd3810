//! The arguments of the commands that write papers.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const CUE_SHEET_HELP: &str = "\
Example:
  clearcue cue-sheet 7K3M9-QXD4T-0RWPD --title \"Our Film\" --format pdf --out cues.pdf
  clearcue cue-sheet 7K3M9-QXD4T-0RWPD:BI:0:15 8N4PA-REYVW-1TXQH --title \"Our Film\" --format markdown

Behind a code may stand the use (BI, BV, VI, VV, TO, TC, T, F, L) and the length. What isn't known
stays blank and is listed.";

/// `claim`.
#[derive(Debug, Args)]
pub struct Claim {
    /// The licence's code or id
    #[arg(value_name = "CODE|ID")]
    pub licence: String,
    /// Where to write [default: "licence CODE.zip" here]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `track …`.
#[derive(Debug, Subcommand)]
pub enum TrackVerb {
    /// Show a track's credits
    #[command(after_help = "Example:\n  clearcue track show night-market")]
    Show {
        /// The track's id or slug
        track: String,
    },
    /// Set parts of a track's credits; what isn't named stays as it is
    #[command(
        after_help = "Example:\n  clearcue track set night-market --iswc T-034.524.680-1 --writer \"Ada Byron;CA;00045620792;50\" --writer \"Eve;A;;50\"\n\nAn empty value takes a part away: --isrc \"\""
    )]
    Set(TrackSet),
}

/// `track set`.
#[derive(Debug, Args)]
pub struct TrackSet {
    /// The track's id or slug
    pub track: String,
    /// The recording's ISRC
    #[arg(long)]
    pub isrc: Option<String>,
    /// The version of the title, such as Instrumental
    #[arg(long)]
    pub version_title: Option<String>,
    /// The work's title, where it isn't the track's
    #[arg(long)]
    pub work_title: Option<String>,
    /// The work's ISWC
    #[arg(long)]
    pub iswc: Option<String>,
    /// The line of the recording's rights
    #[arg(long, value_name = "LINE")]
    pub label_line: Option<String>,
    /// A writer: "Name;role;IPI;share in per cent"; the role is CA, C, A or AR. Replaces all
    /// writers there are
    #[arg(long = "writer", value_name = "WRITER")]
    pub writers: Vec<String>,
    /// A publisher: "Name;IPI;share in per cent". Replaces all publishers there are
    #[arg(long = "publisher", value_name = "PUBLISHER")]
    pub publishers: Vec<String>,
    /// Take all credits away first
    #[arg(long)]
    pub clear: bool,
}

/// `cue-sheet`.
#[derive(Debug, Args)]
pub struct CueSheet {
    /// Licences: CODE, CODE:USE or CODE:USE:LENGTH
    #[arg(required = true, value_name = "CODE[:USE[:LENGTH]]")]
    pub cues: Vec<String>,
    /// The production's title
    #[arg(long)]
    pub title: String,
    /// The episode
    #[arg(long)]
    pub episode: Option<String>,
    /// csv, pdf, text, markdown or json
    #[arg(long, default_value = "csv")]
    pub format: String,
    /// Where to write [default: the terminal; a PDF needs a file]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
