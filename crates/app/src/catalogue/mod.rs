//! The catalogue: tracks come in, are found, shown and heard.

pub mod add;
pub mod credits;
mod find;
pub mod import;
pub mod index;
mod meta;
pub mod prepare;
mod refresh;
pub(crate) mod rights;
pub mod search;
pub mod show;
pub mod tags;
pub(crate) mod templates;

pub(crate) use find::money as find_money;
pub use index::SHAPE;
pub use meta::{Declared, slug};
pub use refresh::Change;
pub(crate) use refresh::{in_turn, refresh};
pub use templates::{Effective, Reach};

use audio::Peak;
use domain::{ArtistId, AssetKind, PayeeId, TrackId};
use ledger::Money;

/// A track on sale, as lists and pages show it.
#[derive(Debug, Clone)]
pub struct Track {
    /// Its id.
    pub id: TrackId,
    /// Its word in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Who made it.
    pub artist: Artist,
    /// A sentence about it; may be empty.
    pub description: String,
    /// Its genre; empty where nobody said.
    pub genre: String,
    /// Tempo in thousandths of a beat per minute; none without a steady beat.
    pub bpm_milli: Option<i64>,
    /// Key, such as `A minor`.
    pub key: Option<String>,
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// Integrated loudness in hundredths of LUFS (EBU R 128).
    pub loudness_clufs: i64,
    /// From 0 (still) to 100 (relentless).
    pub energy: i64,
    /// Where the part most worth hearing begins, in milliseconds.
    pub hook_ms: i64,
    /// Whether its end runs into its beginning without a seam.
    pub loopable: bool,
    /// Whether somebody sings.
    pub vocal: bool,
    /// Moods, in order of the alphabet.
    pub moods: Vec<String>,
    /// Instruments, likewise.
    pub instruments: Vec<String>,
    /// Names of its stems, likewise.
    pub stems: Vec<String>,
    /// What can be licensed of it: kinds with their lengths in milliseconds.
    pub assets: Vec<(AssetKind, i64)>,
    /// The lowest price it can be had for; none when it isn't on sale.
    pub from_price: Option<Money>,
    /// Whether master and composition are attested; nothing of it is on sale before.
    pub attested: bool,
    /// Until when the last exclusive licence of it holds; nothing of it is on sale before.
    pub exclusive_until: Option<domain::Timestamp>,
    /// The waveform.
    pub peaks: Vec<Peak>,
    /// When it came in, in milliseconds since 1970.
    pub created_ms: i64,
}

/// Who makes tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artist {
    /// Their id.
    pub id: ArtistId,
    /// Their name.
    pub name: String,
    /// Their word in addresses.
    pub slug: String,
}

/// One line of a track's split sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who is paid.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// Their part of the whole, in parts per million.
    pub ppm: i64,
}
