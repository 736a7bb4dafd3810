//! The arguments of the commands about statements.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const STATEMENT_HELP: &str = "\
Example:
  clearcue statement list \"Ada Byron\"
  clearcue statement export \"Ada Byron\" --period 2026-10 --format pdf --out ada.pdf
  clearcue statement verify statement.json --issuer jwks.json
  clearcue statement dsr --period 2026-10 --out reports/

A period is 2026, 2026-Q4, 2026-10 or 2026-10-01..2026-10-15 (UTC; the last day isn't in it).";

const VERIFY_HELP: &str = "\
Example:
  clearcue statement verify statement.json --issuer jwks.json && echo \"all of it is right\"

Trusted are the keys in --issuer; else those of the store at hand and those pinned in
~/.config/clearcue/issuers/*.json. Where none of them made the signature, the figures are checked
alone and the answer says so; with --issuer that is a failure.

Exit codes: 0 all of it is right, 1 something is wrong (the first is named), 2 asked wrongly.";

const DSR_HELP: &str = "\
Example:
  clearcue statement dsr --period 2026-10 --out reports/

Off until clearcue.toml says who reports to whom: ddex_sender_party_id, ddex_sender_name,
ddex_recipient_party_id, ddex_recipient_name. DDEX gives out party ids and implementation licences.
What the report holds, and what nobody has checked, is in docs/ddex.md.

Each run makes a message of its own, with an id that isn't used again.";

/// `statement …`.
#[derive(Debug, Subcommand)]
pub enum StatementVerb {
    /// Recompute a statement from its file and check who signed it, without any store
    #[command(after_help = VERIFY_HELP)]
    Verify {
        /// The JSON form of a statement; of the CSV form the figures alone can be checked
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The issuer's public keys (its jwks.json); nothing else is trusted then
        #[arg(long, visible_alias = "issuer-keys", value_name = "JWKS")]
        issuer: Option<PathBuf>,
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
    /// Write a period's report to the trade, as a DDEX Digital Sales Report (UGC profile)
    #[command(after_help = DSR_HELP)]
    Dsr {
        /// Of which time; it must be over
        #[arg(long)]
        period: String,
        /// Where to write; in a folder, under the name that the standard gives it
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
