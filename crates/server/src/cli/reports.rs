//! The arguments of the commands about reports.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const REPORT_HELP: &str = "\
Example:
  clearcue report uses --by month
  clearcue report uses --by placement --payee \"Ada Byron\" --period 2026-10
  clearcue report uses --by day --format parquet --out uses.parquet
  clearcue report forecast \"Ada Byron\"";

const USES_HELP: &str = "\
Example:
  clearcue report uses --by territory --period 2026-Q4
  clearcue report uses --by day --track paper-lantern --format csv --out days.csv

By track, asset, placement, territory, day or month. Money is in micro-units in files: millionths of
the currency's unit. With --payee it is what they see: of assets, placements and territories one month
at a time, with groups of fewer than ten licensees merged.";

const FORECAST_HELP: &str = "\
Example:
  clearcue report forecast \"Ada Byron\"
  clearcue report forecast \"Ada Byron\" --json

The next three months: what renewing subscriptions bring, and where up to twelve past weeks of sales
and other uses are heading. docs/reports.md says how it is reckoned.";

/// `report …`.
#[derive(Debug, Subcommand)]
pub enum ReportVerb {
    /// Sum up uses, seconds and money
    #[command(after_help = USES_HELP)]
    Uses(ReportUses),
    /// What a payee's next three months should bring
    #[command(after_help = FORECAST_HELP)]
    Forecast {
        /// The payee, by id or name
        #[arg(value_name = "PAYEE")]
        payee: String,
    },
}

/// What is summed up.
#[derive(Debug, Args)]
pub struct ReportUses {
    /// By what
    #[arg(long, default_value = "track", value_name = "GROUP")]
    pub by: String,
    /// Of which time: 2026, 2026-Q4, 2026-10 or 2026-10-01..2026-10-15 (UTC) [default: all of it]
    #[arg(long)]
    pub period: Option<String>,
    /// What this payee earned, by id or name [default: what everybody earned]
    #[arg(long)]
    pub payee: Option<String>,
    /// What came by this payee as a curator
    #[arg(long, requires = "payee")]
    pub curator: bool,
    /// Of this track alone, by id or its word in addresses
    #[arg(long)]
    pub track: Option<String>,
    /// Of licences of this kind of asset
    #[arg(long)]
    pub asset: Option<String>,
    /// On this placement
    #[arg(long)]
    pub placement: Option<String>,
    /// In this country
    #[arg(long)]
    pub territory: Option<String>,
    /// json, csv or parquet
    #[arg(long, default_value = "csv", requires = "out")]
    pub format: String,
    /// Where to write [default: the terminal]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
