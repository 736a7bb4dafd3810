//! The command line of what is sold: attesting rights, templates and prices.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `attest`.
#[derive(Debug, Args)]
pub struct Attest {
    /// The track's id or slug
    #[arg(value_name = "TRACK", required_unless_present = "all")]
    pub track: Option<String>,
    /// Every track that isn't attested yet
    #[arg(long, conflicts_with = "track")]
    pub all: bool,
    /// Only the recording
    #[arg(long, conflicts_with = "composition")]
    pub master: bool,
    /// Only the composition
    #[arg(long)]
    pub composition: bool,
}

/// `offers …`.
#[derive(Debug, Subcommand)]
pub enum OffersVerb {
    /// The tiers that count, with their prices and where they come from
    #[command(after_help = "Example:\n  clearcue offers show --for track:paper-lantern")]
    Show {
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Write a tier's template as JSON, to be changed and applied
    #[command(after_help = "Example:\n  clearcue offers export business > business.json")]
    Export {
        /// The tier
        tier: String,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Make a template from a JSON file the one that counts
    #[command(
        after_help = "Example:\n  clearcue offers apply podcast.json --for artist:mira-vantoor --dry-run"
    )]
    Apply {
        /// The file, as `offers export` writes it
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Whose, and whether to try only
        #[command(flatten)]
        change: OffersChange,
    },
    /// Stop selling a tier, or one asset of it
    #[command(after_help = "Example:\n  clearcue offers close creator --asset stem --for store")]
    Close(OffersSale),
    /// Sell it again
    #[command(after_help = "Example:\n  clearcue offers reopen creator --asset stem --for store")]
    Reopen(OffersSale),
    /// Go back to the version before the last change
    #[command(after_help = "Example:\n  clearcue offers undo creator --for artist:mira-vantoor")]
    Undo {
        /// The tier
        tier: String,
        /// Whose, and whether to try only
        #[command(flatten)]
        change: OffersChange,
    },
    /// Every version of a tier: who changed it, and when
    #[command(after_help = "Example:\n  clearcue offers history creator --for artist:mira-vantoor")]
    History {
        /// The tier
        tier: String,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose offers.
#[derive(Debug, Args)]
pub struct Whose {
    /// store, artist:NAME or track:NAME
    #[arg(long = "for", default_value = "store", value_name = "WHOSE")]
    pub of: String,
}

/// A change of offers.
#[derive(Debug, Args)]
pub struct OffersChange {
    /// Whose
    #[command(flatten)]
    pub whose: Whose,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `offers close` and `offers reopen`.
#[derive(Debug, Args)]
pub struct OffersSale {
    /// The tier
    pub tier: String,
    /// One asset of it, such as stem or cut_15
    #[arg(long)]
    pub asset: Option<String>,
    /// Whose, and whether to try only
    #[command(flatten)]
    pub change: OffersChange,
}
