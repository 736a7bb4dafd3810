//! The arguments of the commands about statements.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const STATEMENT_HELP: &str = "\
Example:
  clearcue statement list \"Ada Byron\"
  clearcue statement export \"Ada Byron\" --period 2026-10 --format pdf --out ada.pdf
  clearcue statement verify statement.json

A period is 2026, 2026-Q4, 2026-10 or 2026-10-01..2026-10-15 (UTC; the last day isn't in it).";

/// `statement …`.
#[derive(Debug, Subcommand)]
pub enum StatementVerb {
    /// Recompute a statement from its JSON file, without any store
    #[command(
        after_help = "Example:\n  clearcue statement verify statement.json && echo \"all of it is right\"\n\nExit codes: 0 all of it is right, 1 something is wrong (the first is named), 2 asked wrongly."
    )]
    Verify {
        /// The JSON form of a statement
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List a payee's months with what each changed
    #[command(after_help = "Example:\n  clearcue statement list \"Ada Byron\" --currency USD")]
    List(Whose),
    /// Show a payee's statement
    #[command(after_help = "Example:\n  clearcue statement show \"Ada Byron\" --period 2026-10")]
    Show {
        /// Whose.
        #[command(flatten)]
        whose: Whose,
        /// Of which time
        #[arg(long)]
        period: String,
    },
    /// Write a payee's statement to a file
    #[command(
        after_help = "Example:\n  clearcue statement export \"Ada Byron\" --period 2026-10 --format csv --out ada.csv"
    )]
    Export {
        /// Whose.
        #[command(flatten)]
        whose: Whose,
        /// Of which time
        #[arg(long)]
        period: String,
        /// json, csv or pdf
        #[arg(long, default_value = "json")]
        format: String,
        /// Where to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write a year for tax: payees by kind, and tax collected by country and rate, as CSV
    #[command(after_help = "Example:\n  clearcue statement taxes 2026 --out taxes-2026.csv")]
    Taxes {
        /// The year
        year: String,
        /// Where to write [default: the terminal]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Whose statement, and of which money.
#[derive(Debug, Args)]
pub struct Whose {
    /// The payee's id or name
    #[arg(value_name = "PAYEE")]
    pub payee: String,
    /// Of which money [default: the store's currency]
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
}
