//! The kinds of asset that a track can be sold as.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What of a track is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// The whole track as mixed.
    FullMix,
    /// The whole track without voices.
    Instrumental,
    /// One stem.
    Stem,
    /// All stems, without the mix.
    StemPack,
    /// The mix and all stems.
    MixAndStems,
    /// A seamless loop.
    Loop,
    /// A cut of 15 seconds.
    #[serde(rename = "cut_15")]
    Cut15,
    /// A cut of 30 seconds.
    #[serde(rename = "cut_30")]
    Cut30,
    /// A cut of 60 seconds.
    #[serde(rename = "cut_60")]
    Cut60,
    /// An edit of exact length.
    Edit,
}

/// A text is no asset kind.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "unknown asset kind; use one of full_mix, instrumental, stem, stem_pack, mix_and_stems, loop, cut_15, cut_30, cut_60, edit"
)]
pub struct UnknownAssetKind;

impl AssetKind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: [AssetKind; 10] = [
        AssetKind::FullMix,
        AssetKind::Instrumental,
        AssetKind::Stem,
        AssetKind::StemPack,
        AssetKind::MixAndStems,
        AssetKind::Loop,
        AssetKind::Cut15,
        AssetKind::Cut30,
        AssetKind::Cut60,
        AssetKind::Edit,
    ];

    /// The stable code used in JSON, addresses and the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            AssetKind::FullMix => "full_mix",
            AssetKind::Instrumental => "instrumental",
            AssetKind::Stem => "stem",
            AssetKind::StemPack => "stem_pack",
            AssetKind::MixAndStems => "mix_and_stems",
            AssetKind::Loop => "loop",
            AssetKind::Cut15 => "cut_15",
            AssetKind::Cut30 => "cut_30",
            AssetKind::Cut60 => "cut_60",
            AssetKind::Edit => "edit",
        }
    }

    /// The label shown to people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            AssetKind::FullMix => "Full mix",
            AssetKind::Instrumental => "Instrumental",
            AssetKind::Stem => "Single stem",
            AssetKind::StemPack => "Stem pack",
            AssetKind::MixAndStems => "Mix and stems",
            AssetKind::Loop => "Loop",
            AssetKind::Cut15 => "15-second cut",
            AssetKind::Cut30 => "30-second cut",
            AssetKind::Cut60 => "60-second cut",
            AssetKind::Edit => "Exact-length edit",
        }
    }

    /// The length of a standard cut in milliseconds; `None` for everything else.
    #[must_use]
    pub const fn cut_ms(self) -> Option<u32> {
        match self {
            AssetKind::Cut15 => Some(15_000),
            AssetKind::Cut30 => Some(30_000),
            AssetKind::Cut60 => Some(60_000),
            _ => None,
        }
    }

    /// Does a licence of this asset also serve someone who asked for `other`? A whole contains
    /// its cuts, a longer cut serves for a shorter one, and the mix with stems contains both.
    #[must_use]
    pub fn includes(self, other: AssetKind) -> bool {
        use AssetKind::{Edit, FullMix, Instrumental, Loop, MixAndStems, Stem, StemPack};
        if self == other {
            return true;
        }
        match (self.cut_ms(), other.cut_ms()) {
            (Some(mine), Some(asked)) => return mine >= asked,
            (None, Some(_)) => return matches!(self, FullMix | MixAndStems | Edit),
            _ => {}
        }
        match self {
            FullMix => matches!(other, Loop | Edit),
            MixAndStems => matches!(
                other,
                FullMix | StemPack | Stem | Loop | Edit | Instrumental
            ),
            StemPack => other == Stem,
            _ => false,
        }
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for AssetKind {
    type Err = UnknownAssetKind;

    fn from_str(text: &str) -> Result<AssetKind, UnknownAssetKind> {
        AssetKind::ALL
            .into_iter()
            .find(|kind| kind.code() == text)
            .ok_or(UnknownAssetKind)
    }
}
