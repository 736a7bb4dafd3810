//! The envelope as a page anyone can read: you may, you may not, you must.
//!
//! The words stand in a language's file ([`crate::texts`]); here stands only which of them apply,
//! and in what order: how many videos comes first, because that is what buyers get wrong elsewhere.

use serde::{Deserialize, Serialize};

use crate::envelope::{
    Alteration, Credit, Envelope, Exclusivity, ForbiddenUse, Placement, Purpose,
};
use crate::set::Set;
use crate::texts::{Key, Texts};

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

/// The plain page of an envelope, in English.
#[must_use]
pub fn plain(envelope: &Envelope) -> Plain {
    plain_in(Texts::english(), envelope)
}

/// The plain page of an envelope in a language.
#[must_use]
pub fn plain_in(texts: &Texts, envelope: &Envelope) -> Plain {
    Plain {
        may: may(texts, envelope),
        may_not: may_not(texts, envelope),
        must: must(texts, envelope),
    }
}

fn may(texts: &Texts, envelope: &Envelope) -> Vec<String> {
    let (channels, window) = (&envelope.channels, &envelope.publish_window);
    let places = texts.and(&places(texts, envelope.placements));
    let purposes = texts.and(&purposes(texts, envelope.purposes));
    let territory = texts.territory(&envelope.territory);
    let mut may = vec![
        texts.may_videos(envelope.videos),
        texts.may_clip(envelope.asset, envelope.clip_ms),
        texts.may_publish(&places, &channels.owner, channels.audience),
        texts.say(Key::MayPurposes, &[("purposes", &purposes)]),
        texts.say(Key::MayTerritory, &[("where", &territory)]),
        texts.may_window(window.from, window.until),
        texts.say(Key::MayAlter, &[]),
    ];
    let changes = envelope.alterations.iter();
    may.extend(changes.map(|change| texts.alteration(change).to_owned()));
    if !envelope.forbidden.forbids(ForbiddenUse::AiTraining) {
        may.push(texts.forbidden(ForbiddenUse::AiTraining).to_owned());
    }
    if let Exclusivity::Until(end) = envelope.exclusivity {
        may.push(texts.say(Key::MayExclusive, &[("until", &end.day())]));
    }
    may
}

fn may_not(texts: &Texts, envelope: &Envelope) -> Vec<String> {
    let barred = Set::<ForbiddenUse>::from(envelope.forbidden);
    let barred = barred.iter().map(|one| texts.forbidden(one).to_owned());
    let mut may_not: Vec<String> = barred.collect();
    let elsewhere = places(texts, Set::all() - envelope.placements);
    if !elsewhere.is_empty() {
        let places = texts.or(&elsewhere);
        may_not.push(texts.say(Key::MayNotPublish, &[("places", &places)]));
    }
    let else_for = purposes(texts, Set::all() - envelope.purposes);
    if !else_for.is_empty() {
        let purposes = texts.or(&else_for);
        may_not.push(texts.say(Key::MayNotPurposes, &[("purposes", &purposes)]));
    }
    let unchanged = Set::<Alteration>::all() - envelope.alterations;
    may_not.extend(
        unchanged
            .iter()
            .map(|change| texts.alteration(change).to_owned()),
    );
    may_not
}

fn must(texts: &Texts, envelope: &Envelope) -> Vec<String> {
    let mut must = Vec::new();
    if let Credit::Required(text) = &envelope.credit {
        must.push(texts.say(Key::MustCredit, &[("credit", text.as_str())]));
    }
    must.push(texts.say(Key::MustKeep, &[]));
    must
}

fn places(texts: &Texts, set: Set<Placement>) -> Vec<&str> {
    set.iter().map(|place| texts.placement(place)).collect()
}

fn purposes(texts: &Texts, set: Set<Purpose>) -> Vec<&str> {
    set.iter().map(|purpose| texts.purpose(purpose)).collect()
}
