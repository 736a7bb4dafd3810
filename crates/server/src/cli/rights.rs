//! The commands about a sold licence: its channels, its standing, and videos made under it.

use std::path::PathBuf;

use app::Timestamp;
use app::licensing::check::{Audience, Country, Placement, Platform, Purpose};
use clap::{Args, Subcommand};

pub(super) const CHECK_HELP: &str = "\
Example:
  clearcue check holiday.mp4 --channel https://www.youtube.com/@ada
  clearcue check holiday.mp4 --channel @ada --platform tiktok --issuer jwks.json --json

Finds every key in the video, beside it and in its name, and judges each without a network. With the
store at hand (--store) it also knows how the licence stands now and which channels it lists; without
it, a channel can't be cleared, and the answer says so. Without --channel no safelist is looked at, and
without --clip-ms no limit of the music's length: the answer notes either.

The answer is one of: cleared, not covered, not valid, no key, unknown. Exit code 0 only for cleared.
Music that carries no key isn't noticed: a check goes by the keys.";

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The video; a sound file, a code or a token will do too
    #[arg(value_name = "VIDEO")]
    pub video: String,
    /// The channel it is published on: its address, or @name with --platform
    #[arg(long, value_name = "URL")]
    pub channel: Option<String>,
    /// The channel's platform, where its address doesn't say it
    #[arg(long)]
    pub platform: Option<Platform>,
    /// Where it is seen, such as youtube_shorts [default: what the channel is]
    #[arg(long = "placement", value_name = "PLACEMENT")]
    pub placements: Vec<Placement>,
    /// What it is for, such as paid_ad
    #[arg(long, default_value_t = Purpose::MonetisedCreator)]
    pub purpose: Purpose,
    /// When it is or was published, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub published_at: Option<Timestamp>,
    /// A country it is shown in, such as DE; may be given several times [default: worldwide]
    #[arg(long = "territory", value_name = "COUNTRY")]
    pub territory: Vec<Country>,
    /// The channel's followers: up_to_10k, up_to_100k, up_to_1m, any
    #[arg(long)]
    pub audience: Option<Audience>,
    /// Milliseconds of music in it [default: not looked at]
    #[arg(long, value_name = "MS")]
    pub clip_ms: Option<u32>,
    /// The issuer's public keys (its jwks.json); nothing else is trusted then
    #[arg(long, value_name = "JWKS")]
    pub issuer: Option<PathBuf>,
    /// The issuer's signed status list
    #[arg(long, value_name = "FILE")]
    pub status: Option<PathBuf>,
}

/// `channels …`.
#[derive(Debug, Subcommand)]
pub enum ChannelsVerb {
    /// The channels listed now
    #[command(after_help = "Example:\n  clearcue channels list 7K3M9-QXD4T-0RWPD --json")]
    List(Named),
    /// Put a channel on the list
    #[command(
        after_help = "Example:\n  clearcue channels add 7K3M9-QXD4T-0RWPD https://www.tiktok.com/@ada --audience up_to_10k"
    )]
    Add {
        /// The licence's code
        code: String,
        /// The channel's address, or @name with --platform
        channel: String,
        /// What is said of it.
        #[command(flatten)]
        fields: ChannelFields,
    },
    /// Change a listed channel; what isn't given stays
    #[command(
        after_help = "Example:\n  clearcue channels change 7K3M9-QXD4T-0RWPD https://www.tiktok.com/@ada --to https://www.tiktok.com/@ada.b"
    )]
    Change {
        /// The licence's code
        code: String,
        /// The channel's id or address as it is listed
        channel: String,
        /// Its new address, where it has moved
        #[arg(long, value_name = "URL")]
        to: Option<String>,
        /// What is said of it.
        #[command(flatten)]
        fields: ChannelFields,
    },
    /// Take a channel off the list; what was published on it stays covered
    #[command(
        after_help = "Example:\n  clearcue channels remove 7K3M9-QXD4T-0RWPD https://www.tiktok.com/@ada"
    )]
    Remove {
        /// The licence's code
        code: String,
        /// The channel's id or address as it is listed
        channel: String,
        /// The channel's platform, where its address doesn't say it
        #[arg(long)]
        platform: Option<Platform>,
    },
    /// What was changed, by whom and when
    #[command(after_help = "Example:\n  clearcue channels history 7K3M9-QXD4T-0RWPD")]
    History(Named),
}

/// What is said of a channel.
#[derive(Debug, Args)]
pub struct ChannelFields {
    /// Its platform, where its address doesn't say it
    #[arg(long)]
    pub platform: Option<Platform>,
    /// What its owner calls it
    #[arg(long)]
    pub label: Option<String>,
    /// Its followers: up_to_10k, up_to_100k, up_to_1m, any
    #[arg(long)]
    pub audience: Option<Audience>,
}

/// A licence by its code.
#[derive(Debug, Args)]
pub struct Named {
    /// The licence's code
    #[arg(value_name = "CODE")]
    pub code: String,
}

/// A licence and a reason.
#[derive(Debug, Args)]
pub struct Reasoned {
    /// The licence's code
    #[arg(value_name = "CODE")]
    pub code: String,
    /// Why; the licence's holder reads it
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

/// `licence …`.
#[derive(Debug, Subcommand)]
pub enum LicenceVerb {
    /// How it stands, and what happened to it
    #[command(after_help = "Example:\n  clearcue licence show 7K3M9-QXD4T-0RWPD")]
    Show(Named),
    /// Put it on hold: no files, no uses, and every check says so
    #[command(
        after_help = "Example:\n  clearcue licence suspend 7K3M9-QXD4T-0RWPD --reason \"the payment is disputed\""
    )]
    Suspend(Reasoned),
    /// End the hold
    #[command(
        after_help = "Example:\n  clearcue licence restore 7K3M9-QXD4T-0RWPD --reason \"the dispute was won\""
    )]
    Restore(Reasoned),
    /// Withdraw it for good; no money moves by this
    #[command(
        after_help = "Example:\n  clearcue licence revoke 7K3M9-QXD4T-0RWPD --reason \"the payment was charged back\""
    )]
    Revoke(Reasoned),
}
