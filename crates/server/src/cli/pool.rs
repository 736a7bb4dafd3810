//! The command line of the pool: its plans, its calendar, its closes.

use std::path::PathBuf;

use app::Timestamp;
use clap::{Args, Subcommand, ValueEnum};

pub(super) const CLOSE_HELP: &str = "\
Example:
  clearcue close --dry-run
  clearcue close
  clearcue close --report cls_01J8… > close.json
  clearcue close --verify close.json

A cycle is closed 48 hours after its end. An interrupted run is simply run again: what is closed is
closed, and closing twice is the same as once. The reports name no subscriber.";

pub(super) const ROTATION_HELP: &str = "\
Example:
  clearcue rotation add paper-lantern --from 2026-12-01T00:00:00Z --until 2027-03-01T00:00:00Z
  clearcue rotation import calendar.csv
  clearcue rotation list";

pub(super) const PLANS_HELP: &str = "\
Example:
  clearcue plans set pool_10 --label \"Rotating library, large\" --price 1000 --guarantee 0.05

A plan's changes hold from each subscriber's next cycle on.";

/// `close`.
#[derive(Debug, Args)]
pub struct Close {
    /// Close what could be closed by then (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Only say how many cycles would be closed
    #[arg(long, conflicts_with_all = ["report", "verify"])]
    pub dry_run: bool,
    /// Write a batch's public report
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["until", "verify"])]
    pub report: Option<String>,
    /// Recompute a report from a file; needs no store
    #[arg(long, value_name = "FILE", conflicts_with = "until")]
    pub verify: Option<PathBuf>,
}

/// `rotation …`.
#[derive(Debug, Subcommand)]
pub enum RotationVerb {
    /// Put a track on the calendar
    #[command(
        after_help = "Example:\n  clearcue rotation add paper-lantern --until 2027-03-01T00:00:00Z"
    )]
    Add {
        /// The track's id or slug
        track: String,
        /// From when (RFC 3339) [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<Timestamp>,
        /// Until when [default: open]
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
    },
    /// Take a track out; videos that were cleared stay cleared
    #[command(after_help = "Example:\n  clearcue rotation remove paper-lantern")]
    Remove {
        /// The track's id or slug
        track: String,
        /// From when on (RFC 3339) [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// What is in, and what comes
    #[command(after_help = "Example:\n  clearcue rotation list --json")]
    List,
    /// Put the lines of a CSV file on the calendar: track,from,until
    #[command(
        after_help = "Example:\n  clearcue rotation import calendar.csv\n\nAll of its lines, or none."
    )]
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// `plans …`.
#[derive(Debug, Subcommand)]
pub enum PlansVerb {
    /// Make a plan of the pool, or change one
    #[command(after_help = PLANS_HELP)]
    Set(PlanSet),
    /// Every plan
    #[command(after_help = "Example:\n  clearcue plans list --json")]
    List,
}

/// `plans set`.
#[derive(Debug, Args)]
pub struct PlanSet {
    /// Its code, such as pool_10
    pub code: String,
    /// Its name
    #[arg(long)]
    pub label: String,
    /// The price of a month in minor units (cents)
    #[arg(long, value_name = "CENTS")]
    pub price: i64,
    /// What each use is guaranteed, such as 0.05
    #[arg(long, value_name = "AMOUNT")]
    pub guarantee: String,
    /// The most uses of one track in a cycle
    #[arg(long, value_name = "USES")]
    pub track_cap: Option<u32>,
    /// What becomes of a month without uses
    #[arg(long, value_enum, default_value = "share")]
    pub idle: IdleWord,
    /// Sell it no longer; those who have it keep it
    #[arg(long)]
    pub not_on_sale: bool,
}

/// What becomes of a month without uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IdleWord {
    /// It is shared over all tracks used that month
    Share,
    /// It joins the subscriber's next month
    RollOver,
}
