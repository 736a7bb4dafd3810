//! Arguments of the commands about tax, promotion codes, curators and currencies.

use clap::{Args, Subcommand, ValueEnum};

/// `tax …`.
#[derive(Debug, Subcommand)]
pub enum TaxVerb {
    /// Set the tax of a country's buyers
    #[command(
        after_help = "Example:\n  clearcue tax set DE inclusive 19% --from 2027-01-01\n\nQuotes given before keep the tax they were given with."
    )]
    Set(TaxSet),
    /// Show every line of the table
    #[command(after_help = "Example:\n  clearcue tax list --json")]
    List,
    /// Take a country out of the table: the store's own tax counts for it again
    #[command(after_help = "Example:\n  clearcue tax remove DE --from 2027-01-01")]
    Remove {
        /// The country, ISO 3166-1
        #[arg(value_name = "COUNTRY")]
        country: String,
        /// From when: a day or an RFC 3339 time [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
    },
}

/// `tax set`.
#[derive(Debug, Args)]
pub struct TaxSet {
    /// The country, ISO 3166-1
    #[arg(value_name = "COUNTRY")]
    pub country: String,
    /// Within the price, added to it, or none
    pub mode: TaxMode,
    /// The rate, such as 19% or 8.25%
    #[arg(default_value = "0%")]
    pub rate: String,
    /// From when: a day or an RFC 3339 time [default: now]
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
}

/// How tax stands to the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TaxMode {
    /// No tax
    None,
    /// Within the price
    Inclusive,
    /// Added to the price
    Exclusive,
}

/// `promo …`.
#[derive(Debug, Subcommand)]
pub enum PromoVerb {
    /// Make a code
    #[command(
        after_help = "Example:\n  clearcue promo make SPRING25 --off 25% --until 2027-06-01 --uses 100\n  clearcue promo make WELCOME --off \"2.00 USD\" --tier creator"
    )]
    Make(PromoMake),
    /// Show every code, and how often it was used
    #[command(after_help = "Example:\n  clearcue promo list")]
    List,
    /// Accept a code no more
    #[command(after_help = "Example:\n  clearcue promo close SPRING25")]
    Close {
        /// The code
        code: String,
    },
}

/// `promo make`.
#[derive(Debug, Args)]
pub struct PromoMake {
    /// The code: letters, digits and hyphens
    pub code: String,
    /// What it takes off: 25%, or an amount with its currency
    #[arg(long, value_name = "OFF")]
    pub off: String,
    /// From when: a day or an RFC 3339 time [default: now]
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Until when
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// How often in all
    #[arg(long)]
    pub uses: Option<u32>,
    /// For one tier only
    #[arg(long)]
    pub tier: Option<String>,
    /// For one track only
    #[arg(long)]
    pub track: Option<String>,
}

/// `curator …`.
#[derive(Debug, Subcommand)]
pub enum CuratorVerb {
    /// Give a payee a share of the commission of what comes by their links
    #[command(
        after_help = "Example:\n  clearcue curator add night-shift --payee \"Ada Byron\" --share 5%\n\nTheir links carry ?via=night-shift."
    )]
    Add {
        /// The word in their links
        slug: String,
        /// The payee's name or id
        #[arg(long)]
        payee: String,
        /// The share of the net, at most the commission
        #[arg(long, value_name = "PERCENT")]
        share: String,
    },
    /// Show every curator
    #[command(after_help = "Example:\n  clearcue curator list")]
    List,
    /// End a curator's share
    #[command(after_help = "Example:\n  clearcue curator close night-shift")]
    Close {
        /// The word in their links
        slug: String,
    },
}

/// `currency …`.
#[derive(Debug, Subcommand)]
pub enum CurrencyVerb {
    /// Sell in another currency too, at a stated rate
    #[command(
        after_help = "Example:\n  clearcue currency set EUR 0.92 --step 50 --fee 0.25\n  clearcue currency set JPY 150 --step 100 --less 20 --fee 40\n\nWith a step of 100 and 10 less, prices end in .90."
    )]
    Set(CurrencySet),
    /// Show the currencies on sale
    #[command(after_help = "Example:\n  clearcue currency list")]
    List,
    /// Sell in a currency no more
    #[command(after_help = "Example:\n  clearcue currency close JPY")]
    Close {
        /// The currency, ISO 4217
        currency: String,
    },
}

/// `currency set`.
#[derive(Debug, Args)]
pub struct CurrencySet {
    /// The currency, ISO 4217
    pub currency: String,
    /// What one unit of the store's own currency buys
    pub rate: String,
    /// Prices are whole steps of so many minor units (cents)
    #[arg(long, default_value_t = 1)]
    pub step: i64,
    /// Less so many minor units
    #[arg(long, default_value_t = 0)]
    pub less: i64,
    /// The payment provider's fixed fee in this currency
    #[arg(long, default_value = "0")]
    pub fee: String,
}
