//! What a buyer wants to do: the question that quotes and checks answer.

use serde::{Deserialize, Serialize};

use crate::asset::AssetKind;
use crate::axes::{
    Alteration, Audience, ChannelOwner, ForbiddenUse, Placement, Purpose, Territory, Videos,
};
use crate::set::Set;
use crate::time::Timestamp;

/// An intended (or finished) use. Every field has a sensible default, so that a question may
/// say as little as it likes: one monetised short of 15 seconds on YouTube Shorts, worldwide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntendedUse {
    /// The asset asked for; `None` takes whichever serves.
    pub asset: Option<AssetKind>,
    /// Where it will be published; an empty set asks about nothing and is never covered.
    pub placements: Set<Placement>,
    /// What it is for.
    pub purpose: Purpose,
    /// Milliseconds of music in one video.
    pub clip_ms: u32,
    /// How many videos.
    pub videos: Videos,
    /// Whose channels they are on.
    pub owner: ChannelOwner,
    /// The audience of the largest channel; `None` where it wasn't said, which only a licence
    /// for any audience covers.
    pub channel_audience: Option<Audience>,
    /// Where they will be shown.
    pub territory: Territory,
    /// When; `None` asks about now.
    pub published_at: Option<Timestamp>,
    /// Alterations beyond trimming, fading, looping and ducking.
    pub alterations: Set<Alteration>,
    /// Will the composer be named?
    pub credits: bool,
    /// Uses that licences forbid by name and the buyer nevertheless wants.
    pub wants_forbidden: Set<ForbiddenUse>,
    /// Until when nobody else may buy the track, where that is wanted.
    pub exclusive_until: Option<Timestamp>,
}

impl Default for IntendedUse {
    fn default() -> IntendedUse {
        IntendedUse {
            asset: None,
            placements: Set::from([Placement::YoutubeShorts]),
            purpose: Purpose::MonetisedCreator,
            clip_ms: 15_000,
            videos: Videos::Count(1),
            owner: ChannelOwner::Licensee,
            channel_audience: None,
            territory: Territory::Worldwide,
            published_at: None,
            alterations: Set::new(),
            credits: true,
            wants_forbidden: Set::new(),
            exclusive_until: None,
        }
    }
}
