//! The envelope's words as DDEX spells them, for exports that go to the trade.
//!
//! The values are of the DDEX data dictionary's allowed value sets: `avs:RightsCoverage` for the
//! rights, `avs:UseType` for what a recording is dubbed for, and the release types of stems
//! (`AudioStem`, `StemBundle`). Most of our words have no counterpart there and answer `None`: an
//! export then says the word itself as user-defined, and never a neighbour that means more.

pub mod dsr;

use crate::asset::AssetKind;
use crate::axes::{Purpose, Rights};

impl AssetKind {
    /// The DDEX type of what is delivered.
    #[must_use]
    pub const fn ddex(self) -> Option<&'static str> {
        match self {
            AssetKind::Stem => Some("AudioStem"),
            AssetKind::StemPack => Some("StemBundle"),
            AssetKind::FullMix
            | AssetKind::Instrumental
            | AssetKind::MixAndStems
            | AssetKind::Loop
            | AssetKind::Cut15
            | AssetKind::Cut30
            | AssetKind::Cut60
            | AssetKind::Edit => None,
        }
    }
}

impl Rights {
    /// The DDEX rights that are granted together (`avs:RightsCoverage`).
    #[must_use]
    pub const fn ddex(self) -> &'static [&'static str] {
        match self {
            Rights::OneStop => &[
                "SynchronizationRight",
                "ReproductionRight",
                "MakeAvailableRight",
            ],
        }
    }
}

impl Purpose {
    /// The DDEX use (`avs:UseType`).
    #[must_use]
    pub const fn ddex(self) -> Option<&'static str> {
        match self {
            Purpose::PaidAd => Some("DubForAdvertisement"),
            Purpose::Personal
            | Purpose::MonetisedCreator
            | Purpose::ClientWork
            | Purpose::BrandOrganic => None,
        }
    }
}
