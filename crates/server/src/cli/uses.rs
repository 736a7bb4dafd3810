//! The arguments of the commands about uses.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(super) const USES_HELP: &str = "\
Example:
  clearcue uses import report.csv --dry-run
  clearcue uses import tiktok.csv --map \"Music code=licence_code\" --map \"Length (s)=clip_seconds\" \\
    --set placement=tiktok --set purpose=monetised_creator --utc";

/// `uses …`.
#[derive(Debug, Subcommand)]
pub enum UsesVerb {
    /// Count the uses of a table, such as a platform's report
    #[command(after_help = IMPORT_HELP)]
    Import(UsesImport),
    /// Who reports, and which numbers of their sequences are missing
    #[command(
        after_help = "Example:\n  clearcue uses gaps\n  clearcue uses gaps \"My editor\" --json\n\nA sequence is what stands before the number in ids such as editor-7:000123."
    )]
    Gaps {
        /// Only of this one: as listed, or its key's name
        #[arg(value_name = "REPORTER")]
        reporter: Option<String>,
    },
    /// Drop raw reports that are older than the store keeps them; what they earned stays
    #[command(after_help = DROP_HELP)]
    DropRaw {
        /// How many days they are kept, 36 at least [default: the setting meter_keep_raw_days]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(36..=36_500))]
        older_than_days: Option<u32>,
        /// Only say what would be dropped
        #[arg(long)]
        dry_run: bool,
    },
    /// Uses that no licence covers, each with what would cover it
    #[command(
        after_help = "Example:\n  clearcue uses uncovered\n  clearcue uses uncovered --state dismissed --json\n\nThey earn nothing; each counts once its event is sent again under what covers it."
    )]
    Uncovered {
        /// Only in this state
        #[arg(long, value_enum, default_value_t = UncoveredState::Open)]
        state: UncoveredState,
        /// How many, the latest first
        #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=100))]
        limit: u16,
    },
    /// The receipt of an event that was sent before
    #[command(
        after_help = "Example:\n  clearcue uses receipt editor-7:000123 --reporter \"My editor\" --json"
    )]
    Receipt {
        /// The event's id, as it was sent
        #[arg(value_name = "EVENT")]
        event: String,
        /// Who sent it: as `uses gaps` lists them, or the key's name
        #[arg(long, value_name = "NAME")]
        reporter: String,
    },
}

const DROP_HELP: &str = "\
Example:
  clearcue uses drop-raw --older-than-days 90 --dry-run
  clearcue uses drop-raw

Days begin at midnight UTC. Lines, sums, statements and their proofs stay as they are; `replay` and
`audit` check from the first report that is left. A store that is open drops by itself where
meter_keep_raw_days is set.";

const IMPORT_HELP: &str = "\
Example:
  clearcue uses import report.csv --dry-run --report answers.csv
  clearcue uses import tiktok.csv --map \"Music code=licence_code\" --set placement=tiktok --utc

Fields: id, licence_code or channel, track, placement, purpose, clip_ms or clip_seconds,
published_at, territory, video, url, views, followers, source. A row without an id is given one by
what it says: the same file again counts nothing twice, and of a file that has grown only what is
new. What lacks cover is told what would cover it, and what covering all of it would cost.";

/// `uses import`.
#[derive(Debug, Args)]
pub struct UsesImport {
    /// The table: CSV with a header, in UTF-8
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only say what would count
    #[arg(long)]
    pub dry_run: bool,
    /// A column that is called otherwise; may be repeated
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = column)]
    pub map: Vec<(String, String)>,
    /// What holds for every row; may be repeated
    #[arg(long, value_name = "FIELD=VALUE", value_parser = always)]
    pub set: Vec<(String, String)>,
    /// Who reports: ids are told apart by reporters
    #[arg(long, value_name = "NAME", default_value = "import")]
    pub reporter: String,
    /// What lies between cells [default: what the header has most of]
    #[arg(long, value_enum)]
    pub delimiter: Option<Delimiter>,
    /// Times without a zone are in UTC (they are refused otherwise)
    #[arg(long)]
    pub utc: bool,
    /// Write what became of every row into a CSV file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What has become of a use that wasn't covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UncoveredState {
    /// It waits for cover
    Open,
    /// It counts by now
    Bought,
    /// Nothing is to be done
    Dismissed,
}

/// What lies between the cells of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Delimiter {
    /// Commas
    #[value(alias = ",")]
    Comma,
    /// Semicolons
    #[value(alias = ";")]
    Semicolon,
    /// Tabs
    Tab,
}

fn column(text: &str) -> Result<(String, String), String> {
    pair(text.rsplit_once('='), "COLUMN=FIELD")
}

fn always(text: &str) -> Result<(String, String), String> {
    pair(text.split_once('='), "FIELD=VALUE")
}

fn pair(found: Option<(&str, &str)>, wanted: &str) -> Result<(String, String), String> {
    let (one, other) = found.ok_or_else(|| format!("write {wanted}"))?;
    Ok((one.to_owned(), other.to_owned()))
}
