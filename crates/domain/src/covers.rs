//! Does this envelope cover this use? Total and pure: the answer is yes, or every reason why not.
//!
//! It allocates only the list of reasons: a quote asks thousands of envelopes.

use crate::axes::{Audience, Credit, Exclusivity, Territory, Videos};
use crate::envelope::Envelope;
use crate::intended::IntendedUse;
use crate::shortfall::Why;

pub use crate::axis::Axis;
pub use crate::shortfall::{Shortfall, ShortfallCode};

/// Checks every axis of `envelope` against `wanted`. `published_at` left open asks about an
/// instant inside the window.
///
/// # Errors
/// Every [`Shortfall`], in the order of the axes.
pub fn covers(envelope: &Envelope, wanted: &IntendedUse) -> Result<(), Vec<Shortfall>> {
    let mut found = Vec::new();
    let mut lacks = |why: Why| found.push(Shortfall::of(why));
    material(envelope, wanted, &mut lacks);
    amount(envelope, wanted, &mut lacks);
    channels(envelope, wanted, &mut lacks);
    place_and_time(envelope, wanted, &mut lacks);
    conditions(envelope, wanted, &mut lacks);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// What of the track, where and what for.
fn material(envelope: &Envelope, wanted: &IntendedUse, lacks: &mut impl FnMut(Why)) {
    if let Some(asked) = wanted.asset
        && !envelope.asset.includes(asked)
    {
        lacks(Why::Asset(envelope.asset, asked));
    }
    if wanted.placements.is_empty() {
        lacks(Why::NoPlacement);
    }
    for place in (wanted.placements - envelope.placements).iter() {
        lacks(Why::Placement(place));
    }
    if !envelope.purposes.contains(wanted.purpose) {
        lacks(Why::Purpose(wanted.purpose));
    }
}

/// How many videos, how long a clip.
fn amount(envelope: &Envelope, wanted: &IntendedUse, lacks: &mut impl FnMut(Why)) {
    if let Videos::Count(most) = envelope.videos
        && !matches!(wanted.videos, Videos::Count(count) if count <= most)
    {
        lacks(Why::Videos(most, wanted.videos));
    }
    if let Some(most) = envelope.clip_ms
        && wanted.clip_ms > most
    {
        lacks(Why::Clip(most, wanted.clip_ms));
    }
}

fn channels(envelope: &Envelope, wanted: &IntendedUse, lacks: &mut impl FnMut(Why)) {
    let limits = &envelope.channels;
    if limits.owner != wanted.owner {
        lacks(Why::Owner(limits.owner.clone(), wanted.owner.clone()));
    }
    match wanted.channel_audience {
        None if limits.audience != Audience::Any => {
            lacks(Why::AudienceNotGiven(limits.audience));
        }
        Some(size) if size > limits.audience => lacks(Why::Audience(limits.audience, size)),
        _ => {}
    }
}

fn place_and_time(envelope: &Envelope, wanted: &IntendedUse, lacks: &mut impl FnMut(Why)) {
    if !within(&envelope.territory, &wanted.territory) {
        let (licensed, asked) = (envelope.territory.clone(), wanted.territory.clone());
        lacks(Why::Territory(licensed, asked));
    }
    let Some(at) = wanted.published_at else {
        return;
    };
    let window = envelope.publish_window;
    if let Some(from) = window.from.filter(|from| at < *from) {
        lacks(Why::TooEarly(from, at));
    }
    if let Some(until) = window.until.filter(|until| at >= *until) {
        lacks(Why::TooLate(until, at));
    }
}

/// Does `licensed` hold all of `asked`? A list of all the world's countries doesn't count as
/// worldwide, since countries come and go.
pub(crate) fn within(licensed: &Territory, asked: &Territory) -> bool {
    match (licensed, asked) {
        (Territory::Worldwide, _) => true,
        (Territory::Only(mine), Territory::Only(asked)) => mine.includes(asked),
        (Territory::Except(barred), Territory::Only(asked)) => !barred.meets(asked),
        (Territory::Except(barred), Territory::Except(spared)) => spared.includes(barred),
        (Territory::Except(barred), Territory::Worldwide) => barred.is_empty(),
        (Territory::Only(_), Territory::Worldwide | Territory::Except(_)) => false,
    }
}

fn conditions(envelope: &Envelope, wanted: &IntendedUse, lacks: &mut impl FnMut(Why)) {
    for change in (wanted.alterations - envelope.alterations).iter() {
        lacks(Why::Alteration(change));
    }
    if let Credit::Required(text) = &envelope.credit
        && !wanted.credits
    {
        lacks(Why::Credit(text.clone()));
    }
    for wish in wanted.wants_forbidden.iter() {
        if envelope.forbidden.forbids(wish) {
            lacks(Why::Forbidden(wish));
        }
    }
    if let Some(wish) = wanted.exclusive_until
        && !matches!(envelope.exclusivity, Exclusivity::Until(end) if end >= wish)
    {
        lacks(Why::Exclusivity(wish));
    }
}
