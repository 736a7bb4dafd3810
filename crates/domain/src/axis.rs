//! The names of the envelope's axes: what a reason points at.

use serde::{Deserialize, Serialize};

use crate::set::Member;

/// An axis of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// What of the track.
    Asset,
    /// Where published.
    Placements,
    /// What for.
    Purposes,
    /// How many videos.
    Videos,
    /// How long a clip.
    Clip,
    /// Whose channels, and how large.
    Channels,
    /// Where in the world.
    Territory,
    /// When.
    PublishWindow,
    /// Which alterations.
    Alterations,
    /// Naming the composer.
    Credit,
    /// What every licence forbids.
    Forbidden,
    /// Exclusivity.
    Exclusivity,
}

impl Axis {
    /// Every axis, in the order in which reasons are given.
    pub const ALL: [Axis; 12] = [
        Axis::Asset,
        Axis::Placements,
        Axis::Purposes,
        Axis::Videos,
        Axis::Clip,
        Axis::Channels,
        Axis::Territory,
        Axis::PublishWindow,
        Axis::Alterations,
        Axis::Credit,
        Axis::Forbidden,
        Axis::Exclusivity,
    ];

    /// The envelope's JSON member that holds it.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Axis::Asset => "asset",
            Axis::Placements => "placements",
            Axis::Purposes => "purposes",
            Axis::Videos => "videos",
            Axis::Clip => "clip_ms",
            Axis::Channels => "channels",
            Axis::Territory => "territory",
            Axis::PublishWindow => "publish_window",
            Axis::Alterations => "alterations",
            Axis::Credit => "credit",
            Axis::Forbidden => "forbidden",
            Axis::Exclusivity => "exclusivity",
        }
    }
}

impl Member for Axis {
    const ALL: &'static [Axis] = &Axis::ALL;

    fn place(self) -> u32 {
        self as u32
    }
}
