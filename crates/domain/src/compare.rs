//! Two envelopes beside each other: which is wider, and what both allow.
//!
//! Both answers follow from [`covers`](crate::covers::covers) alone: a wider envelope covers every
//! use that the narrower one covers, and the intersection covers exactly what both do. They know
//! nothing of prices.

use crate::asset::AssetKind;
use crate::axes::{
    AiTraining, Channels, Credit, Exclusivity, Forbidden, PublishWindow, Territory, Videos,
};
use crate::axis::Axis;
use crate::covers::within;
use crate::envelope::{Envelope, Version};
use crate::line::Line;
use crate::set::Set;

/// Is `wide` at least as wide as `narrow` on every axis, so that it covers each use that `narrow`
/// covers?
#[must_use]
pub fn includes(wide: &Envelope, narrow: &Envelope) -> bool {
    narrower(wide, narrow).is_empty()
}

/// The axes on which `envelope` is narrower than `than`.
#[must_use]
pub fn narrower(envelope: &Envelope, than: &Envelope) -> Set<Axis> {
    let (a, b) = (envelope, than);
    let holds = [
        (Axis::Asset, a.asset.includes(b.asset)),
        (Axis::Placements, a.placements.includes(b.placements)),
        (Axis::Purposes, a.purposes.includes(b.purposes)),
        (Axis::Videos, fewer(b.videos, a.videos) == b.videos),
        (Axis::Clip, shorter(b.clip_ms, a.clip_ms) == b.clip_ms),
        (
            Axis::Channels,
            a.channels.owner == b.channels.owner && a.channels.audience >= b.channels.audience,
        ),
        (Axis::Territory, within(&a.territory, &b.territory)),
        (
            Axis::PublishWindow,
            overlap(a.publish_window, b.publish_window) == b.publish_window,
        ),
        (Axis::Alterations, a.alterations.includes(b.alterations)),
        (
            Axis::Credit,
            a.credit == Credit::NotRequired || b.credit != Credit::NotRequired,
        ),
        (Axis::Forbidden, both_forbid(a, b) == b.forbidden),
        (
            Axis::Exclusivity,
            sooner(a.exclusivity, b.exclusivity) == b.exclusivity,
        ),
    ];
    let lacking = holds.iter().filter(|(_, holds)| !holds);
    lacking.map(|(axis, _)| *axis).collect()
}

/// What both envelopes allow. It covers exactly the uses that both cover.
///
/// # Errors
/// The axes on which they have nothing in common: no use that names its asset and its time is
/// covered by both. [`Axis::Credit`] where each asks for a credit and the two don't fit one line.
pub fn intersect(a: &Envelope, b: &Envelope) -> Result<Envelope, Set<Axis>> {
    let asset = narrower_asset(a.asset, b.asset);
    let placements = a.placements & b.placements;
    let purposes = a.purposes & b.purposes;
    let territory = common_territory(&a.territory, &b.territory);
    let publish_window = overlap(a.publish_window, b.publish_window);
    let credit = both_credits(&a.credit, &b.credit);
    let empty = [
        (Axis::Asset, asset.is_none()),
        (Axis::Placements, placements.is_empty()),
        (Axis::Purposes, purposes.is_empty()),
        (Axis::Channels, a.channels.owner != b.channels.owner),
        (Axis::Territory, territory.is_none()),
        (Axis::PublishWindow, publish_window.is_reversed()),
        (Axis::Credit, credit.is_none()),
    ];
    let empty = empty.iter().filter(|(_, empty)| *empty);
    let empty: Set<Axis> = empty.map(|(axis, _)| *axis).collect();
    let (Some(asset), Some(territory), Some(credit), true) =
        (asset, territory, credit, empty.is_empty())
    else {
        return Err(empty);
    };
    Ok(Envelope {
        version: Version,
        asset,
        rights: a.rights,
        placements,
        purposes,
        videos: fewer(a.videos, b.videos),
        clip_ms: shorter(a.clip_ms, b.clip_ms),
        channels: Channels {
            owner: a.channels.owner.clone(),
            audience: a.channels.audience.min(b.channels.audience),
        },
        territory,
        publish_window,
        alterations: a.alterations & b.alterations,
        credit,
        forbidden: both_forbid(a, b),
        exclusivity: sooner(a.exclusivity, b.exclusivity),
    })
}

/// Of two assets one contains the other, or they share nothing.
fn narrower_asset(a: AssetKind, b: AssetKind) -> Option<AssetKind> {
    if a.includes(b) {
        Some(b)
    } else {
        b.includes(a).then_some(a)
    }
}

fn fewer(a: Videos, b: Videos) -> Videos {
    match (a, b) {
        (Videos::Unlimited, other) | (other, Videos::Unlimited) => other,
        (Videos::Count(a), Videos::Count(b)) => Videos::Count(a.min(b)),
    }
}

fn shorter(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    a.into_iter().chain(b).min()
}

fn overlap(a: PublishWindow, b: PublishWindow) -> PublishWindow {
    PublishWindow {
        from: a.from.max(b.from),
        until: a.until.into_iter().chain(b.until).min(),
    }
}

fn common_territory(a: &Territory, b: &Territory) -> Option<Territory> {
    let only =
        |list: crate::country::Countries| (!list.is_empty()).then_some(Territory::Only(list));
    match (a, b) {
        (Territory::Worldwide, other) | (other, Territory::Worldwide) => Some(other.clone()),
        (Territory::Only(a), Territory::Only(b)) => only(a.both(b)),
        (Territory::Only(mine), Territory::Except(barred))
        | (Territory::Except(barred), Territory::Only(mine)) => only(mine.without(barred)),
        (Territory::Except(a), Territory::Except(b)) => Some(Territory::Except(a.either(b))),
    }
}

/// Where both ask for a credit, both must be given.
fn both_credits(a: &Credit, b: &Credit) -> Option<Credit> {
    match (a, b) {
        (Credit::NotRequired, other) | (other, Credit::NotRequired) => Some(other.clone()),
        (Credit::Required(a), Credit::Required(b)) if a == b => Some(Credit::Required(a.clone())),
        (Credit::Required(a), Credit::Required(b)) => {
            let both = format!("{a}; {b}").parse::<Line>();
            both.ok().map(Credit::Required)
        }
    }
}

fn both_forbid(a: &Envelope, b: &Envelope) -> Forbidden {
    let trained = [a, b].map(|one| one.forbidden.ai_training);
    let ai_training = if trained == [AiTraining::Allowed; 2] {
        AiTraining::Allowed
    } else {
        AiTraining::Forbidden
    };
    Forbidden { ai_training }
}

fn sooner(a: Exclusivity, b: Exclusivity) -> Exclusivity {
    match (a, b) {
        (Exclusivity::Until(a), Exclusivity::Until(b)) => Exclusivity::Until(a.min(b)),
        _ => Exclusivity::None,
    }
}
