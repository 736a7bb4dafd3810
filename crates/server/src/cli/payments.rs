//! The commands about payments after they were captured.

use clap::{ArgGroup, Args, Subcommand};

pub(super) const HELP: &str = "\
Example:
  clearcue payment list
  clearcue payment refund pmt_01… --all --reason \"it was bought by mistake\"
  clearcue payment refund pmt_01… --amount 0.29 --reason \"a discount was forgotten\"

What goes back comes out of every share of the sale alike; the store bears the payment fee that the
provider keeps. When all is back, the licence is withdrawn.";

/// `payment …`.
#[derive(Debug, Subcommand)]
pub enum PaymentVerb {
    /// The payments, the latest first
    #[command(after_help = "Example:\n  clearcue payment list --json")]
    List {
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=100))]
        limit: u16,
    },
    /// One payment, and what the provider told of it
    #[command(after_help = "Example:\n  clearcue payment show pmt_01…")]
    Show {
        /// The payment's id
        #[arg(value_name = "PAYMENT")]
        payment: String,
    },
    /// Give a payment back, whole or in part
    #[command(
        after_help = "Example:\n  clearcue payment refund pmt_01… --amount 0.29 --reason \"a discount was forgotten\" --key ticket-4711\n\nThe same --key again is the same refund: nothing is given back twice."
    )]
    Refund(Refund),
    /// Raise or decide a dispute at the sandbox, to see what it does
    #[command(
        after_help = "Example:\n  clearcue payment dispute pmt_01… --open\n  clearcue payment dispute pmt_01… --won"
    )]
    Dispute {
        /// The payment's id
        #[arg(value_name = "PAYMENT")]
        payment: String,
        /// What happens
        #[command(flatten)]
        act: Act,
    },
}

/// `payment refund`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("how_much").required(true).args(["amount", "all"])))]
pub struct Refund {
    /// The payment's id
    #[arg(value_name = "PAYMENT")]
    pub payment: String,
    /// How much, such as 0.29, in the payment's currency
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
    /// All that is left
    #[arg(long)]
    pub all: bool,
    /// Why; it stands on the credit note
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
    /// A word of yours for this refund [default: a new one]
    #[arg(long, value_name = "WORD")]
    pub key: Option<String>,
}

/// What happens to a dispute: one of the three.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Act {
    /// The payer disputes all that isn't back
    #[arg(long)]
    pub open: bool,
    /// It is decided for the store
    #[arg(long)]
    pub won: bool,
    /// It is decided for the payer
    #[arg(long)]
    pub lost: bool,
}
