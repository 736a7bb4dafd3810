//! Judging the events of a commit, one after the other, onto the book.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::Arc;

use domain::Timestamp;
use domain::usage::UseRefusal;
use licence_key::Code;
use meter::book::{Accepted, Verdict};
use meter::event::Event;
use meter::id::{EventId, Key};
use meter::pack::Stored;
use meter::window::Place;
use store::db::Tx;

use super::super::batch::{Asked, Judged, Lacks};
use super::super::report::{Answer, Counted};
use super::Engine;
use super::blobs;
use super::channels;
use super::old::Old;
use super::state::State;
use super::uncovered::Refused;
use crate::Fault;

/// A commit in the making: what was counted, so that it can be taken back.
pub(super) struct Draft<'a> {
    pub(super) no: u64,
    pub(super) now: Timestamp,
    pub(super) earlier: Earlier,
    pub(super) counted: Vec<Counting<'a>>,
    pub(super) refused: Refused<'a>,
}

/// An event that counts in this commit.
pub(super) struct Counting<'a> {
    reporter: &'a str,
    event: &'a Event<'a>,
    id: EventId<'a>,
    key: Key,
    accepted: Box<Accepted>,
}

impl<'a> Counting<'a> {
    /// The use as its blob says it. Once: it takes the outcome with it.
    pub(super) fn stored(&mut self) -> (Stored<'a>, &Accepted) {
        let outcome = self.accepted.take_outcome();
        let code = self.accepted.code();
        let stored = Stored::of(self.reporter, (self.event, self.id), code, outcome);
        (stored, &self.accepted)
    }
}

/// Reads the licences and tracks that events name and the book doesn't know yet.
pub(super) async fn learn(
    state: &mut State,
    tx: &mut Tx,
    asked: &[Asked],
    earlier: &Earlier,
    now: Timestamp,
) -> Result<(), Fault> {
    let book = &state.known.book;
    let unknown = |code: &Code| book.licence_of_code(*code).is_none();
    let (mut codes, mut tracks) = (BTreeSet::new(), BTreeSet::new());
    let mut by_channel = Vec::new();
    for event in asked.iter().flat_map(Asked::good) {
        match &event.licence_code {
            Some(code) => codes.extend(meter::code::read(code).filter(unknown)),
            None => by_channel.extend(event.named_channel().zip(event.track)),
        }
        tracks.extend(event.track.filter(|track| book.track(*track).is_none()));
    }
    if !by_channel.is_empty() {
        // One that has come again is told its licence, whatever lists say by now.
        let before = earlier.values().filter_map(|before| before.code);
        codes.extend(before.filter(unknown));
        let channels = by_channel.iter().map(|(channel, _)| channel.clone());
        let channels = channels.collect();
        state.known.channels.learn(tx, &channels).await?;
        let listed = &state.known.channels;
        for (channel, track) in &by_channel {
            let holdings = listed.of(channel, *track).map(|one| one.code);
            codes.extend(holdings.filter(unknown));
        }
    }
    state.known.learn(tx, &codes, &tracks, now).await
}

/// An event's id, and the key that it has in the window.
pub(super) type Keyed<'a> = (EventId<'a>, Key);

/// The ids and keys of each request's events: of every event, so that they stand at the same place; one
/// that couldn't be read has none.
pub(super) fn keys<'a>(engine: &Engine, asked: &'a [Asked]) -> Vec<Vec<Option<Keyed<'a>>>> {
    let of = |one: &'a Asked| {
        let keyed = |event: &'a Event<'a>| {
            let id = event.event_id();
            (id, engine.seed.of_event(&one.reporter, &id))
        };
        let events = one.events().iter();
        events
            .map(|event| event.as_ref().ok().map(keyed))
            .collect::<Vec<_>>()
    };
    asked.iter().map(of).collect()
}

/// An event of an earlier commit.
pub(super) struct Before {
    reporter: String,
    event: Event<'static>,
    /// That of the licence it fell under.
    code: Option<Code>,
    billed_ms: i64,
    earned: i64,
}

/// Events of earlier commits that may be among these.
pub(super) type Earlier = HashMap<Place, Before>;

/// Reads the events of earlier commits that may have come again.
pub(super) async fn earlier(
    state: &mut State,
    tx: &mut Tx,
    keys: &[Vec<Option<Keyed<'_>>>],
) -> Result<Earlier, Fault> {
    let mut needed: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    for keys in keys {
        let keys: Vec<Key> = keys.iter().flatten().map(|(_, key)| *key).collect();
        let _ = state.window.touch(&keys);
        for place in keys.into_iter().flat_map(|key| places(state, key)) {
            needed.entry(place.commit).or_default().insert(place.index);
        }
    }
    let mut found = Earlier::new();
    for (commit, indices) in needed {
        let bytes = blob(tx, commit, state.kept.get(commit).cloned()).await?;
        let blob = state.known.codes.open(tx, &bytes).await?;
        for index in indices {
            let stored = blob.event(index);
            let stored = stored.map_err(Fault::while_("reading a blob of uses"))?;
            let stored = stored.ok_or_else(|| missing(commit))?;
            let before = Before {
                reporter: stored.reporter.to_owned(),
                event: Event::from(stored.event().to_report()),
                code: stored.code.code(),
                billed_ms: stored.outcome.billed_ms(),
                earned: stored.outcome.earned(),
            };
            found.insert(Place { commit, index }, before);
        }
    }
    Ok(found)
}

/// The blob of a commit that there is: the one in memory, or it is read.
pub(super) async fn blob(
    tx: &mut Tx,
    commit: u64,
    kept: Option<Arc<Vec<u8>>>,
) -> Result<Arc<Vec<u8>>, Fault> {
    match kept {
        Some(bytes) => Ok(bytes),
        None => blobs::one(tx, commit).await?.ok_or_else(|| missing(commit)),
    }
}

pub(super) fn missing(commit: u64) -> Fault {
    let what = format!("blob {commit} of uses isn't whole");
    Fault::because("looking an event up", what)
}

/// Where an event with a key may lie.
pub(super) fn places(state: &State, key: Key) -> Vec<Place> {
    let mut found = Vec::new();
    let look = |place| {
        found.push(place);
        Ok::<_, Infallible>(false)
    };
    let Ok(_) = state.window.find(key, look);
    found
}

impl<'a> Draft<'a> {
    /// Judges a request's events.
    pub(super) fn judge(
        &mut self,
        state: &mut State,
        old: &Old,
        asked: &'a Asked,
        keys: &[Option<Keyed<'a>>],
    ) -> Result<Judged, Fault> {
        let events = asked.events();
        let mut judged = Judged::default();
        judged.answers.reserve(events.len());
        for (event, key) in events.iter().zip(keys) {
            let answer = match (event, key) {
                (Err(receipt), _) => receipt.answer.clone(),
                (Ok(event), Some(keyed)) => {
                    let from = (asked, event);
                    self.one(state, old, from, *keyed, &mut judged)?
                }
                (Ok(_), None) => return Err(Fault::because("judging a use", "it has no key")),
            };
            judged.answers.push(answer);
        }
        Ok(judged)
    }

    fn one(
        &mut self,
        state: &mut State,
        old: &Old,
        (asked, event): (&'a Asked, &'a Event<'a>),
        (id, key): Keyed<'a>,
        judged: &mut Judged,
    ) -> Result<Answer, Fault> {
        let reporter = asked.reporter.as_str();
        if let Some(answer) = old.answer(reporter, event) {
            return Ok(answer);
        }
        for place in places(state, key) {
            if let Some(answer) = self.again(state, place, reporter, event, &id)? {
                return Ok(answer);
            }
        }
        let (code, verdict) = match &event.licence_code {
            Some(code) => (
                meter::code::read(code),
                state.known.book.judge(event, self.now),
            ),
            None => channels::judge(&state.known, asked.whose, event, self.now),
        };
        let accepted = match verdict {
            Verdict::Refuse(reasons) => {
                let from = (reporter, event);
                let refused = &mut self.refused;
                let lacking = refused.note(&state.known, key, from, (code, &reasons));
                judged.lacks.extend(lacking.map(|(licence, track)| Lacks {
                    at: judged.answers.len(),
                    licence,
                    track,
                }));
                return Ok(Answer::Refused(reasons));
            }
            Verdict::Accept(accepted) => accepted,
        };
        // Whatever can fail comes before anything is noted, so that a fault leaves nothing half counted.
        let counted = of_accepted(&accepted);
        let packed = state
            .packer
            .add_under(reporter, event, accepted.under(), accepted.outcome());
        let index = packed.map_err(Fault::while_("packing a use"))?;
        let place = Place {
            commit: self.no,
            index,
        };
        let put = state
            .window
            .insert_if_absent(key, place, |_| Ok::<_, Infallible>(false));
        put.map_err(Fault::while_("noting a use"))?;
        state.known.book.apply(&accepted);
        self.refused
            .covers(&state.watched, key, reporter, &event.id);
        self.counted.push(Counting {
            reporter,
            event,
            id,
            key,
            accepted,
        });
        Ok(Answer::Accepted(counted))
    }

    /// The answer, where the event at a place has this id.
    fn again(
        &self,
        state: &State,
        place: Place,
        reporter: &str,
        event: &Event<'_>,
        id: &EventId<'_>,
    ) -> Result<Option<Answer>, Fault> {
        if place.commit == self.no {
            let before = usize::try_from(place.index).ok();
            let before = before.and_then(|at| self.counted.get(at));
            return before.map_or(Ok(None), |one| one.answer(reporter, event, id));
        }
        let before = self
            .earlier
            .get(&place)
            .ok_or_else(|| missing(place.commit))?;
        let same = before.reporter == reporter && before.event.event_id() == *id;
        Ok(same.then(|| before.answer(state, event)))
    }

    /// Takes everything back: the commit failed. The book is made again at the next one, since what
    /// was read for this one may never have been.
    pub(super) fn undo(self, state: &mut State) {
        for (index, one) in (0..).zip(&self.counted) {
            let place = Place {
                commit: self.no,
                index,
            };
            state.window.remove(one.key, place);
        }
        state.packer.clear();
        state.torn = false;
    }
}

impl Counting<'_> {
    fn answer(
        &self,
        reporter: &str,
        event: &Event<'_>,
        id: &EventId<'_>,
    ) -> Result<Option<Answer>, Fault> {
        if self.reporter != reporter || self.event.event_id() != *id {
            return Ok(None);
        }
        if self.event != event {
            return Ok(Some(Answer::Conflict));
        }
        Ok(Some(Answer::Duplicate(of_accepted(&self.accepted))))
    }
}

impl Before {
    /// What an event is answered that has this one's id.
    fn answer(&self, state: &State, event: &Event<'_>) -> Answer {
        if self.event != *event {
            return Answer::Conflict;
        }
        let book = &state.known.book;
        let known = self
            .code
            .and_then(|code| Some((code, book.licence_of_code(code)?)));
        match known {
            Some((licence, terms)) => Answer::Duplicate(Counted {
                licence,
                billed_ms: self.billed_ms,
                earned_micros: self.earned,
                currency: terms.currency,
            }),
            // A licence is never forgotten; if it was, its uses can't be told either.
            None => Answer::Refused(vec![UseRefusal::UnknownLicence]),
        }
    }
}

/// What the receipt says of an event that counts.
fn of_accepted(accepted: &Accepted) -> Counted {
    Counted {
        licence: accepted.code(),
        billed_ms: accepted.billed_ms(),
        earned_micros: accepted.earned(),
        currency: accepted.currency(),
    }
}
