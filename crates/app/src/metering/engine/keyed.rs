//! What a commit's events are called: read once of each, for all that ask for it.

use std::collections::BTreeSet;

use domain::Timestamp;
use licence_key::Code;
use meter::book::LicenceNo;
use meter::event::Event;
use meter::id::{EventId, Key};
use meter::pack::CodeText;
use store::db::Tx;

use super::super::batch::Asked;
use super::Engine;
use super::state::State;
use crate::Fault;

/// Reads the licences and tracks that events name and the book doesn't know yet, and finds which
/// licences they are. Those under which some of the events were counted before are read with them.
pub(super) async fn learn(
    state: &mut State,
    tx: &mut Tx,
    (asked, keys): (&[Asked], &mut [Vec<Option<Keyed<'_>>>]),
    before: &[Code],
    now: Timestamp,
) -> Result<(), Fault> {
    let mut codes = find(state, keys);
    let book = &state.known.book;
    let unknown = |code: &Code| book.find(*code).is_none();
    let mut tracks = BTreeSet::new();
    let mut by_channel = Vec::new();
    for event in asked.iter().flat_map(Asked::good) {
        if event.licence_code.is_none() {
            by_channel.extend(event.named_channel().zip(event.track));
        }
        tracks.extend(event.track.filter(|track| book.track(*track).is_none()));
    }
    if !by_channel.is_empty() {
        // One that has come again is told its licence, whatever lists say by now.
        codes.extend(before.iter().copied().filter(unknown));
        let channels = by_channel.iter().map(|(channel, _)| channel.clone());
        let channels = channels.collect();
        state.known.channels.learn(tx, &channels).await?;
        let listed = &state.known.channels;
        for (channel, track) in &by_channel {
            let holdings = listed.of(channel, *track).map(|one| one.code);
            codes.extend(holdings.filter(unknown));
        }
    }
    state.known.learn(tx, &codes, &tracks, now).await?;
    if !codes.is_empty() {
        find(state, keys);
    }
    Ok(())
}

/// Finds the licences of codes; those that the book doesn't know are the answer.
fn find(state: &State, keys: &mut [Vec<Option<Keyed<'_>>>]) -> BTreeSet<Code> {
    let mut unknown = BTreeSet::new();
    for keyed in keys.iter_mut().flatten().flatten() {
        let code = keyed.code.and_then(|code| code.code());
        if let (Some(code), None) = (code, keyed.licence) {
            keyed.licence = state.known.book.find(code);
            if keyed.licence.is_none() {
                unknown.insert(code);
            }
        }
    }
    unknown
}

/// What was read of an event once, for all that ask for it.
#[derive(Clone, Copy)]
pub(super) struct Keyed<'a> {
    pub(super) id: EventId<'a>,
    /// The one that it has in the window.
    pub(super) key: Key,
    /// The licence's code, where the event names one.
    pub(super) code: Option<CodeText<'a>>,
    /// That licence, once it was looked for.
    pub(super) licence: Option<LicenceNo>,
}

/// What was read of each request's events: of every event, so that they stand at the same place; of one
/// that couldn't be read, nothing.
pub(super) fn keys<'a>(engine: &Engine, asked: &'a [Asked]) -> Vec<Vec<Option<Keyed<'a>>>> {
    let of = |one: &'a Asked| {
        let keyed = |event: &'a Event<'a>| {
            let id = event.event_id();
            Keyed {
                id,
                key: engine.seed.of_event(&one.reporter, &id),
                code: event.licence_code.as_deref().map(CodeText::read),
                licence: None,
            }
        };
        let events = one.events().iter();
        events
            .map(|event| event.as_ref().ok().map(keyed))
            .collect::<Vec<_>>()
    };
    asked.iter().map(of).collect()
}
