//! The command line of who is paid: split sheets, payees, advances.

use clap::{Args, Subcommand};

pub(super) const SPLIT_HELP: &str = "\
Example:
  clearcue split propose night-market --share \"Ada Byron=60\" --share \"Ben <ben@example.org>=40\"
  clearcue split show night-market

A version counts from the next event once everybody it concerns has accepted it: composers on
their Splits page, who isn't registered by the link that is printed. Earlier events stay as shared.";

pub(super) const ADVANCE_HELP: &str = "\
Example:
  clearcue advance grant \"Ada Byron\" --amount 250.00 --reference \"contract 7\"";

/// `split …`.
#[derive(Debug, Subcommand)]
pub enum SplitVerb {
    /// Show how a track is shared now, and what is proposed
    #[command(after_help = "Example:\n  clearcue split show night-market")]
    Show {
        /// The track's id or slug
        track: String,
    },
    /// Propose another split
    #[command(
        after_help = "Example:\n  clearcue split propose night-market --kind stem --share \"Ada Byron=100\"\n  clearcue split propose night-market --share \"Ada Byron=50\" --share \"Ben=50\" --agreed-on-paper \"contract of 2026-03-01\""
    )]
    Propose(SplitPropose),
    /// Accept by an invitation's link, for whoever it was made for
    #[command(
        after_help = "Example:\n  clearcue split accept https://music.example/invitations/Jx3…"
    )]
    Accept {
        /// The link, or its last part
        #[arg(value_name = "LINK", allow_hyphen_values = true)]
        link: String,
    },
    /// Take an open proposal back
    #[command(after_help = "Example:\n  clearcue split withdraw prp_01k2m3n4p5q6r7s8t9v0w1x2y3")]
    Withdraw {
        /// The proposal
        proposal: String,
    },
    /// Make an invitation's link anew; the one before is void
    #[command(
        after_help = "Example:\n  clearcue split invite prp_01k2m3n4p5q6r7s8t9v0w1x2y3 --payee Ben"
    )]
    Invite {
        /// The proposal
        proposal: String,
        /// Whom, by name
        #[arg(long, value_name = "NAME")]
        payee: String,
    },
    /// Every version of a track's splits, and every proposal
    #[command(after_help = "Example:\n  clearcue split history night-market --json")]
    History {
        /// The track's id or slug
        track: String,
    },
}

/// `split propose`.
#[derive(Debug, Args)]
pub struct SplitPropose {
    /// The track's id or slug
    pub track: String,
    /// Somebody's part: `NAME=PER CENT`, or `NAME <E-MAIL>=PER CENT` for somebody new; again for
    /// more, up to 32
    #[arg(long = "share", value_name = "SHARE", required = true)]
    pub shares: Vec<String>,
    /// One kind of asset alone, such as stem or cut_15
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// All have signed elsewhere: it counts at once, and this is recorded as the reason
    #[arg(long, value_name = "PAPER")]
    pub agreed_on_paper: Option<String>,
}

/// `payee …`.
#[derive(Debug, Subcommand)]
pub enum PayeeVerb {
    /// Show everybody who is paid, with what they have
    #[command(after_help = "Example:\n  clearcue payee list")]
    List,
    /// Show one payee
    #[command(after_help = "Example:\n  clearcue payee show \"Ada Byron\"")]
    Show {
        /// Their name or id
        payee: String,
    },
    /// Register a payee: what waits in escrow for them becomes theirs
    #[command(after_help = "Example:\n  clearcue payee register Ben")]
    Register {
        /// Their name or id
        payee: String,
    },
}

/// `advance …`.
#[derive(Debug, Subcommand)]
pub enum AdvanceVerb {
    /// Pay a payee in advance; what they earn from now on pays it back first
    #[command(
        after_help = "Example:\n  clearcue advance grant \"Ada Byron\" --amount 250.00 --reference \"contract 7\"\n\nThe same reference again pays nothing again."
    )]
    Grant(AdvanceGrant),
    /// Show every advance, and what of it is paid back
    #[command(after_help = "Example:\n  clearcue advance list --json")]
    List,
}

/// `advance grant`.
#[derive(Debug, Args)]
pub struct AdvanceGrant {
    /// The payee's name or id
    pub payee: String,
    /// How much, in the store's currency
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub amount: String,
    /// Your own word for it, such as a contract's number
    #[arg(long, value_name = "TEXT")]
    pub reference: String,
}
