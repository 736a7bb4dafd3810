//! The command line of payouts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const PAYOUT_HELP: &str = "\
Example:
  clearcue payout run
  clearcue payout release out_01h2xcejqtf2nbrexx3vqjhp41 --by \"Olga Operator\"
  clearcue payout file sepa --out payouts.xml
  clearcue payout results answers.csv

Money is in transit from the run on. A file is made once; what it holds counts as sent.";

/// `payout …`.
#[derive(Debug, Subcommand)]
pub enum PayoutVerb {
    /// Show everybody's payouts, those that aren't over first
    #[command(after_help = "Example:\n  clearcue payout list --json")]
    List,
    /// Show one payout and everything that happened to it
    #[command(after_help = "Example:\n  clearcue payout show out_01h2xcejqtf2nbrexx3vqjhp41")]
    Show {
        /// The payout's id
        id: String,
    },
    /// Propose payouts for everybody whose pay day has come
    #[command(after_help = "Example:\n  clearcue payout run")]
    Run,
    /// Release a payout above the limit, in the name of an operator who has signed in before
    #[command(
        after_help = "Example:\n  clearcue payout release out_01h2xcejqtf2nbrexx3vqjhp41 --by \"Olga Operator\""
    )]
    Release {
        /// The payout's id
        id: String,
        /// Who releases it
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Call a payout off before it is sent
    #[command(
        after_help = "Example:\n  clearcue payout withdraw out_01h2xcejqtf2nbrexx3vqjhp41 --reason \"wrong account\""
    )]
    Withdraw {
        /// The payout's id
        id: String,
        /// Why; the payee reads it
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Write what is ready into a file, which counts as sending it; or write a file again
    #[command(
        after_help = "Example:\n  clearcue payout file sepa --out payouts.xml\n  clearcue payout file --again pob_01h2xcejqtf2nbrexx3vqjhp41"
    )]
    File(PayoutFile),
    /// Read what became of payouts: CSV with payout, state and, where known, reason, fee, amount
    #[command(after_help = "Example:\n  clearcue payout results answers.csv")]
    Results {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show the rules: holds, limits, rails and fees; or set them from a JSON file
    #[command(
        after_help = "Example:\n  clearcue payout rules --json > rules.json\n  clearcue payout rules --set rules.json"
    )]
    Rules {
        /// A file as --json writes it
        #[arg(long, value_name = "FILE")]
        set: Option<PathBuf>,
    },
    /// Write the letters that weren't sent into a folder, an .eml file each
    #[command(after_help = "Example:\n  clearcue payout mails outbox/")]
    Mails {
        /// The folder
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

/// `payout file`.
#[derive(Debug, Args)]
pub struct PayoutFile {
    /// sepa, paypal, wise or manual
    #[arg(value_name = "RAIL", required_unless_present = "again")]
    pub rail: Option<String>,
    /// The currency [default: EUR for sepa, else the store's]
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// A file that was made before, by its id
    #[arg(long, value_name = "ID", conflicts_with = "rail")]
    pub again: Option<String>,
    /// Where to write it [default: its own name, in the current folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
