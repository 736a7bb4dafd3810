//! How an offer's price and dates depend on who asks, and when. Data alone: what is made of it
//! stands in [`crate::pricing`].

use serde::{Deserialize, Serialize};

use crate::envelope::Audience;

/// Percent of an asset's price by the length of the clip. A cut has its length in its own price
/// and takes none of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClipPercent {
    /// At most 15 seconds.
    pub up_to_15s: u32,
    /// At most 30 seconds.
    pub up_to_30s: u32,
    /// At most 60 seconds.
    pub up_to_60s: u32,
    /// Longer, or all of it.
    pub whole: u32,
}

/// Percent of the price so far by the audience of the buyer's largest channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AudiencePercent {
    /// Up to 10,000 followers.
    pub up_to_10k: u32,
    /// Up to 100,000.
    pub up_to_100k: u32,
    /// Up to 1,000,000.
    pub up_to_1m: u32,
    /// Any number.
    pub any: u32,
}

impl Default for ClipPercent {
    /// The length isn't priced.
    fn default() -> ClipPercent {
        ClipPercent {
            up_to_15s: 100,
            up_to_30s: 100,
            up_to_60s: 100,
            whole: 100,
        }
    }
}

impl Default for AudiencePercent {
    /// The audience isn't priced.
    fn default() -> AudiencePercent {
        AudiencePercent {
            up_to_10k: 100,
            up_to_100k: 100,
            up_to_1m: 100,
            any: 100,
        }
    }
}

impl ClipPercent {
    /// The percents, from the shortest clip to all of it.
    #[must_use]
    pub const fn steps(&self) -> [u32; 4] {
        [self.up_to_15s, self.up_to_30s, self.up_to_60s, self.whole]
    }

    /// The percent for a clip of this many milliseconds, and the longest clip it pays for
    /// (`None` for all of it).
    #[must_use]
    pub const fn of(&self, clip_ms: u32) -> (u32, Option<u32>) {
        match clip_ms {
            0..=15_000 => (self.up_to_15s, Some(15_000)),
            15_001..=30_000 => (self.up_to_30s, Some(30_000)),
            30_001..=60_000 => (self.up_to_60s, Some(60_000)),
            _ => (self.whole, None),
        }
    }
}

impl AudiencePercent {
    /// The percents, from the smallest audience to any.
    #[must_use]
    pub const fn steps(&self) -> [u32; 4] {
        [self.up_to_10k, self.up_to_100k, self.up_to_1m, self.any]
    }

    /// The percent for this audience.
    #[must_use]
    pub const fn of(&self, audience: Audience) -> u32 {
        match audience {
            Audience::UpTo10k => self.up_to_10k,
            Audience::UpTo100k => self.up_to_100k,
            Audience::UpTo1m => self.up_to_1m,
            Audience::Any => self.any,
        }
    }
}

/// How an offer's price and envelope depend on who asks, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfferRule {
    /// By the clip's length.
    pub clip_percent: ClipPercent,
    /// By the audience.
    pub audience_percent: AudiencePercent,
    /// For how many months from the sale videos may be published; without an end where `None`.
    pub window_months: Option<u32>,
    /// For how many months from the sale nobody else can buy the track.
    pub exclusive_months: Option<u32>,
}
