//! The command line: every command, its flags, one line about it, and an example.

mod agreements;
mod basic;
mod deals;
mod events;
mod money;
mod offers;
mod papers;
mod payments;
mod payouts;
mod pool;
mod proofs;
mod reports;
mod rights;
mod simulate;
mod statements;
mod uses;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Said;
pub use agreements::{AdvanceGrant, AdvanceVerb, PayeeVerb, SplitPropose, SplitVerb};
pub use basic::{
    Demo, Import, Init, KeyVerb, Link, RoleWord, Serve, SigningKeyVerb, Stamp, Verify,
};
pub use deals::{
    CuratorVerb, CurrencySet, CurrencyVerb, PromoMake, PromoVerb, TaxMode, TaxSet, TaxVerb,
};
pub use events::Events;
pub use money::RateVerb;
pub use offers::{Attest, OffersChange, OffersSale, OffersVerb};
pub use papers::{Claim, CueSheet, TrackSet, TrackVerb};
pub use payments::{PaymentVerb, Refund};
pub use payouts::{PayoutFile, PayoutVerb};
pub use pool::{Close, IdleWord, PlanSet, PlansVerb, RotationVerb};
pub use proofs::ProofVerb;
pub use reports::{ReportUses, ReportVerb};
pub use rights::{ChannelFields, ChannelsVerb, Check, LicenceVerb, Named, Reasoned};
pub use simulate::Simulate;
pub use statements::{StatementVerb, Whose};
pub use uses::{Delimiter, UncoveredState, UsesImport, UsesVerb};

/// The arguments of one run.
#[derive(Debug, Parser)]
#[command(
    name = "clearcue",
    version,
    about = "A store for licensing music to short videos"
)]
#[command(
    after_help = "Example:\n  clearcue demo            a whole store with music of its own\n  clearcue init my-store   a new, empty one"
)]
#[command(propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// The store's folder [default: the current folder or one above it; env: CLEARCUE_STORE]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// The database: sqlite:FILE or postgres://… [env: CLEARCUE_DATABASE]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub database: Option<String>,
    /// Answer with JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a store in a folder
    #[command(
        after_help = "Example:\n  clearcue init my-store --name \"Night Market Music\" --public-url https://music.example"
    )]
    Init(Init),
    /// Bring music into the store
    #[command(after_help = basic::IMPORT_HELP)]
    Import(Import),
    /// Say that master and composition of tracks are yours to license
    #[command(after_help = basic::ATTEST_HELP)]
    Attest(Attest),
    /// Show and change what is sold, and for how much
    #[command(after_help = basic::OFFERS_HELP)]
    Offers {
        /// What to do with offers.
        #[command(subcommand)]
        verb: OffersVerb,
    },
    /// Keep the table of taxes by country
    #[command(after_help = "Example:\n  clearcue tax set DE inclusive 19% --from 2027-01-01")]
    Tax {
        /// What to do with it.
        #[command(subcommand)]
        verb: TaxVerb,
    },
    /// Make, list and close promotion codes
    #[command(after_help = "Example:\n  clearcue promo make SPRING25 --off 25% --uses 100")]
    Promo {
        /// What to do with codes.
        #[command(subcommand)]
        verb: PromoVerb,
    },
    /// Pay those who send buyers, out of the commission
    #[command(
        after_help = "Example:\n  clearcue curator add night-shift --payee \"Ada Byron\" --share 5%"
    )]
    Curator {
        /// What to do with curators.
        #[command(subcommand)]
        verb: CuratorVerb,
    },
    /// Sell in several currencies
    #[command(after_help = "Example:\n  clearcue currency set EUR 0.92 --step 50 --fee 0.25")]
    Currency {
        /// What to do with currencies.
        #[command(subcommand)]
        verb: CurrencyVerb,
    },
    /// Open the store: the pages and the API
    #[command(after_help = "Example:\n  clearcue serve --listen 127.0.0.1:8080")]
    Serve(Serve),
    /// Say whether a licence key is good
    #[command(after_help = basic::VERIFY_HELP)]
    Verify(Verify),
    /// Write a licence key into a finished video
    #[command(after_help = basic::STAMP_HELP)]
    Stamp(Stamp),
    /// Write everything about a licence into one zip: files, certificate, invoice, texts
    #[command(after_help = "Example:\n  clearcue claim 7K3M9-QXD4T-0RWPD --out licence.zip")]
    Claim(Claim),
    /// Show or set who wrote and published a track
    #[command(
        after_help = "Example:\n  clearcue track set paper-lantern --isrc GB-ABC-26-00001 --writer \"Ada Byron;CA;00045620792;100\""
    )]
    Track {
        /// What to do with the track.
        #[command(subcommand)]
        verb: TrackVerb,
    },
    /// Make a cue sheet or credit lines for licences
    #[command(after_help = papers::CUE_SHEET_HELP)]
    CueSheet(CueSheet),
    /// Check a finished video: are its keys valid, and do they cover its channel and use
    #[command(after_help = rights::CHECK_HELP)]
    Check(Check),
    /// Keep the channels that a licence's videos are published on
    #[command(
        after_help = "Example:\n  clearcue channels add 7K3M9-QXD4T-0RWPD https://www.youtube.com/@ada --label \"Ada's channel\""
    )]
    Channels {
        /// What to do with them.
        #[command(subcommand)]
        verb: ChannelsVerb,
    },
    /// Show how a licence stands; suspend, restore or revoke it
    #[command(
        after_help = "Example:\n  clearcue licence suspend 7K3M9-QXD4T-0RWPD --reason \"the payment is disputed\""
    )]
    Licence {
        /// What to do with it.
        #[command(subcommand)]
        verb: LicenceVerb,
    },
    /// Show payments, give them back, and play disputes at the sandbox
    #[command(after_help = payments::HELP)]
    Payment {
        /// What to do with them.
        #[command(subcommand)]
        verb: PaymentVerb,
    },
    /// Show and change how a track's money is shared
    #[command(after_help = agreements::SPLIT_HELP)]
    Split {
        /// What to do with it.
        #[command(subcommand)]
        verb: SplitVerb,
    },
    /// Show who is paid; register who isn't yet
    #[command(after_help = "Example:\n  clearcue payee register Ben")]
    Payee {
        /// What to do with them.
        #[command(subcommand)]
        verb: PayeeVerb,
    },
    /// Pay payees in advance of what they earn
    #[command(after_help = agreements::ADVANCE_HELP)]
    Advance {
        /// What to do with advances.
        #[command(subcommand)]
        verb: AdvanceVerb,
    },
    /// State and show the rates at which payees exchange currencies
    #[command(after_help = "Example:\n  clearcue rate set USD EUR 0.92")]
    Rate {
        /// What to do with rates.
        #[command(subcommand)]
        verb: RateVerb,
    },
    /// What has happened, in order: sales, uses settled, licences moved, payouts, refunds
    #[command(after_help = events::EVENTS_HELP)]
    Events(Events),
    /// Sum up uses, seconds and money by track, asset, placement, territory, day or month
    #[command(after_help = reports::REPORT_HELP)]
    Report {
        /// What to sum up.
        #[command(subcommand)]
        verb: ReportVerb,
    },
    /// A payee's statements; recompute one from its file
    #[command(after_help = statements::STATEMENT_HELP)]
    Statement {
        /// What to do.
        #[command(subcommand)]
        verb: StatementVerb,
    },
    /// Pay payees: propose, release, send by file, read back what became of it
    #[command(after_help = payouts::PAYOUT_HELP)]
    Payout {
        /// What to do about payouts.
        #[command(subcommand)]
        verb: PayoutVerb,
    },
    /// Check proofs that something was counted, without any store; and hand them out
    #[command(after_help = proofs::PROOF_HELP)]
    Proof {
        /// What to do.
        #[command(subcommand)]
        verb: ProofVerb,
    },
    /// Recompute every sum and check every key and file
    #[command(
        after_help = "Example:\n  clearcue audit && echo \"all in order\"\n\nExit code 1 when anything is not."
    )]
    Audit,
    /// Sum what uses made again from the reports as they came, and compare
    #[command(
        after_help = "Example:\n  clearcue replay\n\nExit code 1 when anything was settled otherwise."
    )]
    Replay,
    /// Count uses that come as a table
    #[command(after_help = uses::USES_HELP)]
    Uses {
        /// What to do with uses.
        #[command(subcommand)]
        verb: UsesVerb,
    },
    /// Close the cycles of subscriptions that are over, and pay their tracks
    #[command(after_help = pool::CLOSE_HELP)]
    Close(Close),
    /// Keep the calendar of the pool: which tracks are in rotation
    #[command(after_help = pool::ROTATION_HELP)]
    Rotation {
        /// What to do with it.
        #[command(subcommand)]
        verb: RotationVerb,
    },
    /// Show and set the plans that buyers subscribe to
    #[command(after_help = pool::PLANS_HELP)]
    Plans {
        /// What to do with plans.
        #[command(subcommand)]
        verb: PlansVerb,
    },
    /// Do everything that is due: renewals, closes, idle money, reserves
    #[command(
        after_help = "Example:\n  clearcue upkeep\n\nA store that is open does it by itself, every minute."
    )]
    Upkeep,
    /// Play a described store through the real rules, day by day, and see every balance
    #[command(after_help = simulate::HELP)]
    Simulate(Simulate),
    /// Show the settings in force, and who said them
    #[command(after_help = "Example:\n  CLEARCUE_LISTEN=0.0.0.0:80 clearcue config")]
    Config,
    /// Make keys for programs that use the API
    #[command(
        after_help = "Example:\n  clearcue key create --name \"My editor\" --scope usage:write"
    )]
    Key {
        /// What to do with keys.
        #[command(subcommand)]
        verb: KeyVerb,
    },
    /// The keys that licences are signed with
    #[command(after_help = basic::SIGNING_KEY_HELP)]
    SigningKey {
        /// What to do with them.
        #[command(subcommand)]
        verb: SigningKeyVerb,
    },
    /// Make a sign-in link for somebody
    #[command(after_help = "Example:\n  clearcue link --role composer --name \"Ada Byron\"")]
    Link(Link),
    /// Make music, fill a store with it, and show everything once
    #[command(
        after_help = "Example:\n  clearcue demo                 make the store, walk through it, serve it\n  clearcue demo --walk --json   the same without serving, as JSON"
    )]
    Demo(Demo),
}

impl Cli {
    /// What the flags say of the configuration.
    #[must_use]
    pub fn said(&self) -> Said {
        let listen = match &self.command {
            Command::Serve(serve) => serve.listen.as_deref(),
            Command::Demo(demo) => demo.listen.as_deref(),
            _ => None,
        };
        let (name, url) = match &self.command {
            Command::Init(init) => (init.name.as_deref(), init.public_url.as_deref()),
            _ => (None, None),
        };
        Said::default()
            .with("database", self.common.database.as_deref())
            .with("listen", listen)
            .with("name", name)
            .with("public_url", url)
    }
}
