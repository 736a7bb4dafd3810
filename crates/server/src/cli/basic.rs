//! The arguments of the commands about the store itself, its music and its keys.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(super) const IMPORT_HELP: &str = "\
Example:
  clearcue import ~/Music/finished --artist \"Ada Byron\"

Files are grouped by name: `Title.wav` is a track, `Title/stems/drums.wav` and
`Title - drums.wav` are its stems. WAV, FLAC, MP3, Ogg Vorbis, Opus and M4A are read.
Run it again at any time: what is in the store already is left alone.";

pub(super) const ATTEST_HELP: &str = "\
Example:
  clearcue attest paper-lantern
  clearcue attest --all

Nothing of a track is sold before both are attested; who said so and when is kept.";

pub(super) const OFFERS_HELP: &str = "\
Example:
  clearcue offers show --for artist:mira-vantoor
  clearcue offers export creator > creator.json
  clearcue offers apply creator.json --for track:paper-lantern --dry-run
  clearcue offers close ad --for artist:mira-vantoor

A template is one tier's terms and prices. The nearest one counts: track, artist, store, shipped.";

pub(super) const SIGNING_KEY_HELP: &str = "\
Example:
  clearcue signing-key list
  clearcue signing-key rotate --at 2027-01-31T00:00:00Z

Public halves stay in keys/jwks.json for ever, so what was sold under an earlier key verifies.
A running store takes changes up within seconds.";

pub(super) const VERIFY_HELP: &str = "\
Example:
  clearcue verify \"Ada - Dawn [7K3M9-QXD4T-0RWPD].wav\" --issuer jwks.json
  clearcue verify 7K3M9-QXD4T-0RWPD --store my-store

Works without a network. Read are WAV, FLAC, MP3, Ogg Vorbis, Opus, M4A, MP4 and MOV files, and a
.licence.jwt beside them. Trusted are the keys in --issuer; else those of the store at hand and
those pinned in ~/.config/clearcue/issuers/*.json.

Exit codes, the worst of a file's keys: 0 valid, 10 expired, 11 revoked, 12 suspended,
13 unknown issuer, 14 altered, 15 none. 1 when there is no answer, 2 when asked wrongly.";

pub(super) const STAMP_HELP: &str = "\
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
        /// What it allows: licence:buy, usage:write, usage:channels, report:read, offers:write
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
