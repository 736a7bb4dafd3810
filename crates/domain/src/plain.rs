//! The envelope as a page anyone can read: you may, you may not, you must.
//!
//! The words live in [`crate::plain_en`]; here stands only which of them apply, and in what
//! order: how many videos comes first, because that is what buyers get wrong elsewhere.

use serde::{Deserialize, Serialize};

use crate::envelope::{
    Alteration, Credit, Envelope, Exclusivity, ForbiddenUse, Placement, Purpose,
};
use crate::plain_en as words;
use crate::set::Set;

/// The three lists. Each sentence continues its heading: "You may …", "You may not …",
/// "You must …".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plain {
    /// What is allowed.
    pub may: Vec<String>,
    /// What isn't.
    pub may_not: Vec<String>,
    /// What is asked in return.
    pub must: Vec<String>,
}

/// The plain page of an envelope.
#[must_use]
pub fn plain(envelope: &Envelope) -> Plain {
    Plain {
        may: may(envelope),
        may_not: may_not(envelope),
        must: must(envelope),
    }
}

fn may(envelope: &Envelope) -> Vec<String> {
    let places = names(envelope.placements.iter().map(words::placement));
    let purposes = names(envelope.purposes.iter().map(words::purpose));
    let channels = words::channel_owner(&envelope.channels.owner);
    let window = &envelope.publish_window;
    let mut may = vec![
        words::may_videos(envelope.videos),
        words::may_clip(envelope.asset, envelope.clip_ms),
    ];
    if !places.is_empty() {
        may.push(words::may_publish(
            &places,
            &channels,
            envelope.channels.audience,
        ));
    }
    if !purposes.is_empty() {
        may.push(words::may_purposes(&purposes));
    }
    may.push(words::may_territory(&envelope.territory));
    may.push(words::may_window(window.from, window.until));
    may.push(words::MAY_ALTER.to_owned());
    may.extend(
        envelope
            .alterations
            .iter()
            .map(|change| words::alteration(change).to_owned()),
    );
    if !envelope.forbidden.forbids(ForbiddenUse::AiTraining) {
        may.push(words::forbidden(ForbiddenUse::AiTraining).to_owned());
    }
    if let Exclusivity::Until(end) = envelope.exclusivity {
        may.push(words::may_exclusive(end));
    }
    may
}

fn may_not(envelope: &Envelope) -> Vec<String> {
    let barred = Set::<ForbiddenUse>::from(envelope.forbidden);
    let mut may_not: Vec<String> = barred
        .iter()
        .map(|one| words::forbidden(one).to_owned())
        .collect();
    let places = Placement::ALL
        .iter()
        .filter(|place| !envelope.placements.contains(**place));
    let places = names(places.map(|place| words::placement(*place)));
    if !places.is_empty() {
        may_not.push(words::may_not_publish(&places));
    }
    let purposes = Purpose::ALL
        .iter()
        .filter(|purpose| !envelope.purposes.contains(**purpose));
    let purposes = names(purposes.map(|purpose| words::purpose(*purpose)));
    if !purposes.is_empty() {
        may_not.push(words::may_not_purposes(&purposes));
    }
    let changes = [Alteration::PitchTempo, Alteration::Remix];
    let changes = changes
        .iter()
        .filter(|change| !envelope.alterations.contains(**change));
    may_not.extend(changes.map(|change| words::alteration(*change).to_owned()));
    may_not
}

fn must(envelope: &Envelope) -> Vec<String> {
    let mut must = Vec::new();
    if let Credit::Required(text) = &envelope.credit {
        must.push(words::must_credit(text));
    }
    must.push(words::MUST_KEEP_KEY.to_owned());
    must
}

fn names<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.map(str::to_owned).collect()
}
