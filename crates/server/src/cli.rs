//! The command line: every command, its flags, one line about it, and an example.

mod agreements;
mod deals;
mod money;
mod offers;
mod papers;
mod payments;
mod payouts;
mod pool;
mod rights;
mod statements;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Said;
pub use agreements::{AdvanceGrant, AdvanceVerb, PayeeVerb, SplitPropose, SplitVerb};
pub use deals::{
    CuratorVerb, CurrencySet, CurrencyVerb, PromoMake, PromoVerb, TaxMode, TaxSet, TaxVerb,
};
pub use money::RateVerb;
pub use offers::{Attest, OffersChange, OffersSale, OffersVerb};
pub use papers::{Claim, CueSheet, TrackSet, TrackVerb};
pub use payments::{PaymentVerb, Refund};
pub use payouts::{PayoutFile, PayoutVerb};
pub use pool::{Close, IdleWord, PlanSet, PlansVerb, RotationVerb};
pub use rights::{ChannelFields, ChannelsVerb, Check, LicenceVerb, Named, Reasoned};
pub use statements::{StatementVerb, Whose};

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
    #[command(after_help = IMPORT_HELP)]
    Import(Import),
    /// Say that master and composition of tracks are yours to license
    #[command(after_help = ATTEST_HELP)]
    Attest(Attest),
    /// Show and change what is sold, and for how much
    #[command(after_help = OFFERS_HELP)]
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
    #[command(after_help = VERIFY_HELP)]
    Verify(Verify),
    /// Write a licence key into a finished video
    #[command(after_help = STAMP_HELP)]
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
    /// Recompute every sum and check every key and file
    #[command(
        after_help = "Example:\n  clearcue audit && echo \"all in order\"\n\nExit code 1 when anything is not."
    )]
    Audit,
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
    #[command(after_help = SIGNING_KEY_HELP)]
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

const IMPORT_HELP: &str = "\
Example:
  clearcue import ~/Music/finished --artist \"Ada Byron\"

Files are grouped by name: `Title.wav` is a track, `Title/stems/drums.wav` and
`Title - drums.wav` are its stems. WAV, FLAC, MP3, Ogg Vorbis, Opus and M4A are read.
Run it again at any time: what is in the store already is left alone.";

const ATTEST_HELP: &str = "\
Example:
  clearcue attest paper-lantern
  clearcue attest --all

Nothing of a track is sold before both are attested; who said so and when is kept.";

const OFFERS_HELP: &str = "\
Example:
  clearcue offers show --for artist:mira-vantoor
  clearcue offers export creator > creator.json
  clearcue offers apply creator.json --for track:paper-lantern --dry-run
  clearcue offers close ad --for artist:mira-vantoor

A template is one tier's terms and prices. The nearest one counts: track, artist, store, shipped.";

const SIGNING_KEY_HELP: &str = "\
Example:
  clearcue signing-key list
  clearcue signing-key rotate --at 2027-01-31T00:00:00Z

Public halves stay in keys/jwks.json for ever, so what was sold under an earlier key verifies.
A running store takes changes up within seconds.";

const VERIFY_HELP: &str = "\
Example:
  clearcue verify \"Ada - Dawn [7K3M9-QXD4T-0RWPD].wav\" --issuer jwks.json
  clearcue verify 7K3M9-QXD4T-0RWPD --store my-store

Works without a network. Read are WAV, FLAC, MP3, Ogg Vorbis, Opus, M4A, MP4 and MOV files, and a
.licence.jwt beside them. Trusted are the keys in --issuer; else those of the store at hand and
those pinned in ~/.config/clearcue/issuers/*.json.

Exit codes, the worst of a file's keys: 0 valid, 10 expired, 11 revoked, 12 suspended,
13 unknown issuer, 14 altered, 15 none. 1 when there is no answer, 2 when asked wrongly.";

const STAMP_HELP: &str = "\
Example:
  clearcue stamp holiday.mp4 --licence \"Ada - Dawn [7K3M9-QXD4T-0RWPD].wav.licence.jwt\"
  clearcue stamp film.mov --licence one.wav --licence two.wav --out stamped.mov

MP4, M4A and MOV files, plain or fragmented, of any size. The video is copied to a new file; its
picture and sound stay as they are, bit for bit. Keys from an earlier stamp are replaced.";

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder; made if it isn't there
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The store's name
    #[arg(long)]
    pub name: Option<String>,
    /// The address the store will be reached at
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

/// `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The artist of tracks whose tags name none
    #[arg(long, value_name = "NAME")]
    pub artist: Option<String>,
    /// Attest that master and composition of all of it are yours to license: it is on sale at once
    #[arg(long)]
    pub one_stop: bool,
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port [default: 127.0.0.1:8080; env: CLEARCUE_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// A file, a licence code or a token
    #[arg(value_name = "FILE|CODE|TOKEN")]
    pub what: String,
    /// The issuer's public keys (its jwks.json); nothing else is trusted then
    #[arg(long, value_name = "JWKS")]
    pub issuer: Option<PathBuf>,
    /// The issuer's signed status list
    #[arg(long, value_name = "FILE")]
    pub status: Option<PathBuf>,
}

/// `stamp`.
#[derive(Debug, Args)]
pub struct Stamp {
    /// An MP4, M4A or MOV file
    #[arg(value_name = "VIDEO")]
    pub video: PathBuf,
    /// A licence.jwt file, a delivered sound file, or the token itself; again for more music
    #[arg(long, value_name = "FILE|TOKEN", required = true)]
    pub licence: Vec<String>,
    /// Where to write [default: beside the video, with the code in its name]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace a file that is there already; never the video itself
    #[arg(long)]
    pub force: bool,
}

/// `key …`.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// Make a key; its secret is shown once
    #[command(
        after_help = "Example:\n  clearcue key create --name \"My editor\" --scope usage:write --scope report:read"
    )]
    Create {
        /// What to call it
        #[arg(long)]
        name: String,
        /// What it allows: licence:buy, usage:write, report:read, offers:write
        #[arg(long = "scope", default_value = "usage:write")]
        scopes: Vec<String>,
    },
}

/// `signing-key …`.
#[derive(Debug, Subcommand)]
pub enum SigningKeyVerb {
    /// Show all keys, and which one signs
    #[command(after_help = "Example:\n  clearcue signing-key list --json")]
    List,
    /// Make a key that signs from now on, or from a time to come
    #[command(
        after_help = "Example:\n  clearcue signing-key rotate --at 2027-01-31T00:00:00Z\n\nThe new key is published at once; with --at verifiers can learn it before it signs."
    )]
    Rotate {
        /// When it begins to sign (RFC 3339) [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Take away the private half of a key that no longer signs
    #[command(
        after_help = "Example:\n  clearcue signing-key retire kPrK_qmx\n\nIt can't be undone. What the key signed verifies as before."
    )]
    Retire {
        /// The key's thumbprint, or its beginning
        #[arg(value_name = "KID", allow_hyphen_values = true)]
        kid: String,
    },
    /// Seal the private halves by a passphrase
    #[command(
        after_help = "Example:\n  CLEARCUE_KEY_PASSPHRASE_FILE=~/passphrase clearcue signing-key encrypt\n\nThe passphrase is asked for where neither CLEARCUE_KEY_PASSPHRASE nor\nCLEARCUE_KEY_PASSPHRASE_FILE is set. `openssl pkey` opens the files too."
    )]
    Encrypt,
    /// Keep the private halves without a passphrase again
    #[command(after_help = "Example:\n  clearcue signing-key decrypt")]
    Decrypt,
}

/// `link`.
#[derive(Debug, Args)]
pub struct Link {
    /// What they are
    #[arg(long, value_enum)]
    pub role: RoleWord,
    /// Their name; a composer's is the payee's
    #[arg(long)]
    pub name: String,
}

/// A role on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Buys licences
    Buyer,
    /// Is paid for music
    Composer,
    /// Runs the store
    Operator,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The demo store's folder
    #[arg(long, default_value = "clearcue-demo", value_name = "DIR")]
    pub dir: PathBuf,
    /// Address and port [default: 127.0.0.1:8080; env: CLEARCUE_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Walk through the main job and stop, without serving
    #[arg(long)]
    pub walk: bool,
    /// What the music is composed from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
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
