//! Habits read from what was used: the same kinds of video are expected again.
//!
//! Videos for one purpose and of about one length are a habit. Each is taken as demanding as the
//! most demanding of its videos: the longest clip, every placement, every country, the largest
//! audience. So what covers the habit would have covered each of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{HABIT_CLIP_MAX_MS, HABITS_MAX, Habit, VIDEOS_MAX};
use crate::asset::AssetKind;
use crate::country::Countries;
use crate::envelope::{Audience, Purpose, Territory, Videos};
use crate::id::TrackId;
use crate::intended::IntendedUse;
use crate::report::UseReport;

/// Lengths that tell one habit from another, in ms: up to a quarter, half or whole minute, longer.
const LENGTHS_MS: [u32; 4] = [15_000, 30_000, 60_000, HABIT_CLIP_MAX_MS];

/// The asset that a video with this much music needs: the cut that is long enough, or an edit of
/// its length. (A use that names no asset would be covered by a mere loop or stem.)
#[must_use]
pub const fn asset_of(clip_ms: u32) -> AssetKind {
    match clip_ms {
        0..=15_000 => AssetKind::Cut15,
        15_001..=30_000 => AssetKind::Cut30,
        30_001..=60_000 => AssetKind::Cut60,
        _ => AssetKind::Edit,
    }
}

#[derive(Default)]
struct Seen {
    uses: Vec<IntendedUse>,
    videos: BTreeSet<(String, TrackId)>,
    tracks: BTreeSet<TrackId>,
}

/// The habits that these accepted uses of the last month show, the most frequent first; without
/// licences, which are for whoever knows what is on sale. A video on several placements counts
/// once. At most [`VIDEOS_MAX`] videos of a kind are reckoned with.
#[must_use]
pub fn habits_of(uses: &[(TrackId, UseReport)]) -> Vec<Habit> {
    let by_length = grouped(uses, |clip_ms| {
        let length = LENGTHS_MS.iter().find(|most| clip_ms <= **most);
        length.copied().unwrap_or(HABIT_CLIP_MAX_MS)
    });
    // There are fewer purposes than habits allowed, so this always fits.
    let seen = if by_length.len() > HABITS_MAX {
        grouped(uses, |_| 0)
    } else {
        by_length
    };
    let mut habits: Vec<Habit> = seen.values().map(habit).collect();
    habits.sort_by_key(|habit| std::cmp::Reverse(habit.videos));
    habits
}

fn grouped(
    uses: &[(TrackId, UseReport)],
    length: impl Fn(u32) -> u32,
) -> BTreeMap<(Purpose, u32), Seen> {
    let mut groups: BTreeMap<(Purpose, u32), Seen> = BTreeMap::new();
    for (track, report) in uses {
        let clip_ms = u32::try_from(report.clip_ms.max(1)).unwrap_or(u32::MAX);
        let clip_ms = clip_ms.min(HABIT_CLIP_MAX_MS);
        let seen = groups.entry((report.purpose, length(clip_ms))).or_default();
        let named = report.video.as_ref().or(report.url.as_ref());
        let video = named.unwrap_or(&report.id).clone();
        seen.videos.insert((video, *track));
        seen.tracks.insert(*track);
        seen.uses.push(IntendedUse {
            placements: [report.placement].into(),
            purpose: report.purpose,
            clip_ms,
            channel_audience: report.followers.map(Audience::of),
            territory: report.territory.map_or(Territory::Worldwide, |country| {
                Territory::Only([country].into())
            }),
            ..IntendedUse::default()
        });
    }
    groups
}

fn habit(seen: &Seen) -> Habit {
    let most = |count: usize| {
        u32::try_from(count)
            .unwrap_or(VIDEOS_MAX)
            .clamp(1, VIDEOS_MAX)
    };
    let videos = most(seen.videos.len());
    let mut each = seen.uses.first().cloned().unwrap_or_default();
    for one in &seen.uses {
        each.placements = each.placements | one.placements;
        each.clip_ms = each.clip_ms.max(one.clip_ms);
        each.channel_audience = each.channel_audience.max(one.channel_audience);
        each.territory = match (&each.territory, &one.territory) {
            (Territory::Only(a), Territory::Only(b)) => Territory::Only(Countries::either(a, b)),
            _ => Territory::Worldwide,
        };
    }
    each.videos = Videos::Count(1);
    each.asset = Some(asset_of(each.clip_ms));
    Habit {
        each,
        videos,
        tracks: most(seen.tracks.len()).min(videos),
        licences: Vec::new(),
    }
}
