//! The command line of money: rates of exchange.

use clap::Subcommand;

/// `rate …`.
#[derive(Debug, Subcommand)]
pub enum RateVerb {
    /// State how much of one currency another buys, from now on
    #[command(after_help = "Example:\n  clearcue rate set USD EUR 0.92")]
    Set {
        /// The currency given, such as USD
        #[arg(value_name = "FROM")]
        from: String,
        /// The currency received, such as EUR
        #[arg(value_name = "TO")]
        to: String,
        /// What one unit of FROM buys: digits, a point, up to 9 decimals
        #[arg(value_name = "RATE", allow_hyphen_values = true)]
        rate: String,
    },
    /// Let nobody exchange one currency into another any more, until a rate is set again
    #[command(after_help = "Example:\n  clearcue rate end USD EUR")]
    End {
        /// The currency given, such as USD
        #[arg(value_name = "FROM")]
        from: String,
        /// The currency received, such as EUR
        #[arg(value_name = "TO")]
        to: String,
    },
    /// Every rate that was stated, each pair's latest first
    #[command(after_help = "Example:\n  clearcue rate list")]
    List,
}
