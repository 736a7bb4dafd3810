//! Does this envelope cover this use? Total and pure: the answer is yes, or every reason why not.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::country::Country;
use crate::envelope::{Audience, Credit, Envelope, Exclusivity, Territory, Videos};
use crate::intended::IntendedUse;
use crate::plain_en as words;
use crate::time::Timestamp;

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

/// The stable code of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortfallCode {
    /// Another asset is licensed.
    AssetNotIncluded,
    /// A placement isn't in the list.
    PlacementNotIncluded,
    /// The question names no placement.
    NoPlacementGiven,
    /// The purpose isn't in the list.
    PurposeNotIncluded,
    /// More videos than allowed.
    TooManyVideos,
    /// A longer clip than allowed.
    ClipTooLong,
    /// Somebody else's channel.
    WrongChannel,
    /// A larger audience than allowed.
    AudienceTooLarge,
    /// The licence limits the audience and the question doesn't say.
    AudienceNotGiven,
    /// Shown where it isn't licensed.
    TerritoryNotIncluded,
    /// Published before the window.
    TooEarly,
    /// Published after the window.
    TooLate,
    /// An alteration isn't in the list.
    AlterationNotIncluded,
    /// The composer must be named.
    CreditMissing,
    /// No licence of this store allows it.
    Forbidden,
    /// Exclusivity wasn't sold.
    NotExclusive,
}

/// One reason why a use isn't covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// Stable, for programs.
    pub code: ShortfallCode,
    /// The axis that would have to be wider.
    pub axis: Axis,
    /// What is wrong, for people.
    pub sentence: String,
    /// What the axis would have to allow: its JSON code or value.
    pub needed: String,
}

fn shortfall(
    code: ShortfallCode,
    axis: Axis,
    sentence: String,
    needed: impl Into<String>,
) -> Shortfall {
    Shortfall {
        code,
        axis,
        sentence,
        needed: needed.into(),
    }
}

/// Checks every axis of `envelope` against `wanted`. `published_at` left open asks about an
/// instant inside the window.
///
/// # Errors
/// Every [`Shortfall`], in the order of the axes.
pub fn covers(envelope: &Envelope, wanted: &IntendedUse) -> Result<(), Vec<Shortfall>> {
    let mut found = Vec::new();
    asset(envelope, wanted, &mut found);
    placements(envelope, wanted, &mut found);
    purpose(envelope, wanted, &mut found);
    videos(envelope, wanted, &mut found);
    clip(envelope, wanted, &mut found);
    channels(envelope, wanted, &mut found);
    territory(envelope, wanted, &mut found);
    window(envelope, wanted, &mut found);
    alterations(envelope, wanted, &mut found);
    conditions(envelope, wanted, &mut found);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn asset(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    if let Some(asked) = wanted
        .asset
        .filter(|asked| !envelope.asset.includes(*asked))
    {
        let sentence = words::asset_not_included(envelope.asset, asked);
        found.push(shortfall(
            ShortfallCode::AssetNotIncluded,
            Axis::Asset,
            sentence,
            asked.code(),
        ));
    }
}

fn placements(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    if wanted.placements.is_empty() {
        let sentence = words::NO_PLACEMENT_GIVEN.to_owned();
        let needed = "at least one placement";
        found.push(shortfall(
            ShortfallCode::NoPlacementGiven,
            Axis::Placements,
            sentence,
            needed,
        ));
    }
    for place in wanted.placements.difference(&envelope.placements) {
        let sentence = words::placement_not_included(*place);
        let code = ShortfallCode::PlacementNotIncluded;
        found.push(shortfall(code, Axis::Placements, sentence, place.code()));
    }
}

fn purpose(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    if !envelope.purposes.contains(&wanted.purpose) {
        let sentence = words::purpose_not_included(wanted.purpose);
        let code = ShortfallCode::PurposeNotIncluded;
        found.push(shortfall(
            code,
            Axis::Purposes,
            sentence,
            wanted.purpose.code(),
        ));
    }
}

fn videos(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    let Videos::Count(most) = envelope.videos else {
        return;
    };
    let needed = match wanted.videos {
        Videos::Count(count) if count <= most => return,
        Videos::Count(count) => count.to_string(),
        Videos::Unlimited => "unlimited".to_owned(),
    };
    let sentence = words::too_many_videos(most, wanted.videos);
    found.push(shortfall(
        ShortfallCode::TooManyVideos,
        Axis::Videos,
        sentence,
        needed,
    ));
}

fn clip(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    if let Some(most) = envelope.clip_ms.filter(|most| wanted.clip_ms > *most) {
        let sentence = words::clip_too_long(most, wanted.clip_ms);
        let needed = wanted.clip_ms.to_string();
        found.push(shortfall(
            ShortfallCode::ClipTooLong,
            Axis::Clip,
            sentence,
            needed,
        ));
    }
}

fn channels(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    let limits = &envelope.channels;
    if limits.owner != wanted.owner {
        let sentence = words::wrong_channel(&limits.owner);
        let needed = words::channel_owner(&wanted.owner);
        found.push(shortfall(
            ShortfallCode::WrongChannel,
            Axis::Channels,
            sentence,
            needed,
        ));
    }
    match wanted.channel_audience {
        None if limits.audience != Audience::Any => {
            let sentence = words::audience_not_given(limits.audience);
            let needed = "say how large the channel is";
            found.push(shortfall(
                ShortfallCode::AudienceNotGiven,
                Axis::Channels,
                sentence,
                needed,
            ));
        }
        Some(size) if size > limits.audience => {
            let sentence = words::audience_too_large(limits.audience);
            found.push(shortfall(
                ShortfallCode::AudienceTooLarge,
                Axis::Channels,
                sentence,
                size.code(),
            ));
        }
        _ => {}
    }
}

fn territory(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    if let Some(needed) = outside(&envelope.territory, &wanted.territory) {
        let sentence = words::territory_not_included(&envelope.territory, &needed);
        let code = ShortfallCode::TerritoryNotIncluded;
        found.push(shortfall(code, Axis::Territory, sentence, needed));
    }
}

/// What of `wanted` lies outside `allowed`, as text; `None` when nothing does. A list of all the
/// world's countries doesn't count as worldwide, since countries come and go.
fn outside(allowed: &Territory, wanted: &Territory) -> Option<String> {
    let list = |countries: BTreeSet<Country>| {
        let codes: Vec<String> = countries.iter().map(Country::to_string).collect();
        if codes.is_empty() {
            None
        } else {
            Some(codes.join(" "))
        }
    };
    match (allowed, wanted) {
        (Territory::Worldwide, _) => None,
        (Territory::Only(mine), Territory::Only(asked)) => list(asked - mine),
        (Territory::Except(barred), Territory::Only(asked)) => list(asked & barred),
        (Territory::Except(barred), Territory::Except(spared)) => list(barred - spared),
        (Territory::Except(barred), Territory::Worldwide) => list(barred.clone()),
        (Territory::Only(_), Territory::Worldwide | Territory::Except(_)) => {
            Some("worldwide".to_owned())
        }
    }
}

fn window(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    let Some(at) = wanted.published_at else {
        return;
    };
    let window = &envelope.publish_window;
    if let Some(from) = window.from.filter(|from| at < *from) {
        let sentence = words::too_early(from);
        let code = ShortfallCode::TooEarly;
        found.push(shortfall(
            code,
            Axis::PublishWindow,
            sentence,
            at.to_string(),
        ));
    }
    if let Some(until) = window.until.filter(|until| at >= *until) {
        let sentence = words::too_late(until);
        let code = ShortfallCode::TooLate;
        found.push(shortfall(
            code,
            Axis::PublishWindow,
            sentence,
            at.to_string(),
        ));
    }
}

fn alterations(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    for change in wanted.alterations.difference(&envelope.alterations) {
        let sentence = words::alteration_not_included(*change);
        let code = ShortfallCode::AlterationNotIncluded;
        found.push(shortfall(code, Axis::Alterations, sentence, change.code()));
    }
}

fn conditions(envelope: &Envelope, wanted: &IntendedUse, found: &mut Vec<Shortfall>) {
    if let Credit::Required(text) = &envelope.credit
        && !wanted.credits
    {
        let sentence = words::credit_missing(text);
        found.push(shortfall(
            ShortfallCode::CreditMissing,
            Axis::Credit,
            sentence,
            text.clone(),
        ));
    }
    for forbidden in wanted
        .wants_forbidden
        .iter()
        .filter(|one| envelope.forbidden.forbids(**one))
    {
        let sentence = words::is_forbidden(*forbidden);
        let code = ShortfallCode::Forbidden;
        found.push(shortfall(code, Axis::Forbidden, sentence, forbidden.code()));
    }
    if let Some(wish) = wanted
        .exclusive_until
        .filter(|wish| !exclusive(envelope, *wish))
    {
        let sentence = words::not_exclusive(wish);
        let code = ShortfallCode::NotExclusive;
        found.push(shortfall(
            code,
            Axis::Exclusivity,
            sentence,
            wish.to_string(),
        ));
    }
}

fn exclusive(envelope: &Envelope, wish: Timestamp) -> bool {
    matches!(envelope.exclusivity, Exclusivity::Until(end) if end >= wish)
}
