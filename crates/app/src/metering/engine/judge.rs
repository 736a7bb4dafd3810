//! Judging the events of a commit, one after the other, onto the book.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::Arc;

use domain::Timestamp;
use domain::usage::UseRefusal;
use licence_key::Code;
use meter::book::{Accepted, LicenceNo, TrackNo, Verdict};
use meter::event::Event;
use meter::id::{EventId, Key};
use meter::pack::{CodeText, Stored};
use meter::window::Place;
use store::db::Tx;

use super::super::batch::{Asked, Judged, Lacks};
use super::super::report::{Answer, Counted};
use super::Engine;
use super::blobs;
use super::channels;
use super::each;
use super::keyed::{self, Keyed};
use super::old::Old;
use super::state::State;
use super::uncovered::Refused;
use crate::Fault;

/// How many events are judged together: what they are judged by stays in the processor's caches.
const TOGETHER: usize = 256;

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
    event: &'a Event<'a>,
    key: Key,
    /// The use as its blob says it.
    stored: Stored<'a>,
    licence: LicenceNo,
    track: TrackNo,
    video: Option<String>,
    counted: Counted,
}

impl Counting<'_> {
    /// The use as it is folded.
    pub(super) fn judged(&self) -> each::Judged<'_> {
        each::Judged {
            event: &self.stored,
            licence: self.licence,
            track: self.track,
            video: self.video.as_deref(),
        }
    }
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

/// What was read of each request's events, and what must be known before they are judged.
pub(super) type Prepared<'a> = (Vec<Vec<Option<Keyed<'a>>>>, Earlier, Old);

/// Reads all that requests' events are judged by.
pub(super) async fn prepare<'a>(
    engine: &Engine,
    state: &mut State,
    tx: &mut Tx,
    asked: &'a [Asked],
    now: Timestamp,
) -> Result<Prepared<'a>, Fault> {
    let mut keys = keyed::keys(engine, asked);
    let earlier = earlier(state, tx, &keys).await?;
    let before: Vec<Code> = earlier.values().filter_map(|one| one.code).collect();
    keyed::learn(state, tx, (asked, &mut keys), &before, now).await?;
    let old = Old::find(state, tx, asked, now.0).await?;
    Ok((keys, earlier, old))
}

/// Reads the events of earlier commits that may have come again.
async fn earlier(
    state: &mut State,
    tx: &mut Tx,
    keys: &[Vec<Option<Keyed<'_>>>],
) -> Result<Earlier, Fault> {
    let mut needed: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    for keys in keys {
        let keys: Vec<Key> = keys.iter().flatten().map(|keyed| keyed.key).collect();
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
        self.counted.reserve(events.len());
        let mut licences = Vec::with_capacity(TOGETHER);
        for (events, keys) in events.chunks(TOGETHER).zip(keys.chunks(TOGETHER)) {
            licences.clear();
            licences.extend(keys.iter().flatten().filter_map(|keyed| keyed.licence));
            state.known.book.touch(&licences);
            for (event, key) in events.iter().zip(keys) {
                let answer = match (event, key) {
                    (Err(receipt), _) => receipt.answer.clone(),
                    (Ok(event), Some(keyed)) => {
                        let from = (asked, event);
                        self.one(state, old, from, keyed, &mut judged)?
                    }
                    (Ok(_), None) => return Err(Fault::because("judging a use", "it has no key")),
                };
                judged.answers.push(answer);
            }
        }
        Ok(judged)
    }

    fn one(
        &mut self,
        state: &mut State,
        old: &Old,
        (asked, event): (&'a Asked, &'a Event<'a>),
        keyed: &Keyed<'a>,
        judged: &mut Judged,
    ) -> Result<Answer, Fault> {
        let reporter = asked.reporter.as_str();
        if let Some(answer) = old.answer(reporter, event) {
            return Ok(answer);
        }
        for place in places(state, keyed.key) {
            if let Some(answer) = self.again(state, place, reporter, event, &keyed.id)? {
                return Ok(answer);
            }
        }
        let book = &state.known.book;
        let (code, verdict) = match (keyed.code, keyed.licence) {
            (Some(code), Some(licence)) => (code.code(), book.judge_for(licence, event, self.now)),
            (Some(code), None) => {
                let unknown = vec![UseRefusal::UnknownLicence];
                (code.code(), Verdict::Refuse(unknown))
            }
            (None, _) => channels::judge(&state.known, asked.whose, event, self.now),
        };
        match verdict {
            Verdict::Refuse(reasons) => {
                let from = (reporter, event);
                let refused = &mut self.refused;
                let lacking = refused.note(&state.known, keyed.key, from, (code, &reasons));
                judged.lacks.extend(lacking.map(|(licence, track)| Lacks {
                    at: judged.answers.len(),
                    licence,
                    track,
                }));
                Ok(Answer::Refused(reasons))
            }
            Verdict::Accept(mut accepted) => {
                let counted = of_accepted(&accepted);
                let from = (reporter, event);
                self.count(state, from, keyed, (&mut accepted, counted.clone()))?;
                Ok(Answer::Accepted(counted))
            }
        }
    }

    /// Counts an event. Where that fails the commit does, and the book is made again; a trial ends.
    fn count(
        &mut self,
        state: &mut State,
        (reporter, event): (&'a str, &'a Event<'a>),
        keyed: &Keyed<'a>,
        (accepted, counted): (&mut Accepted, Counted),
    ) -> Result<(), Fault> {
        state.known.book.apply(accepted);
        let under = accepted.under();
        let channel =
            || CodeText::Channel(under.code, event.channel.as_deref().unwrap_or_default());
        let code = keyed.code.unwrap_or_else(channel);
        let read = (event, keyed.id, code);
        let one = Counting {
            event,
            key: keyed.key,
            licence: accepted.licence_no(),
            track: accepted.track_no(),
            video: accepted.take_video(),
            stored: Stored::of_read(reporter, read, accepted.take_outcome()),
            counted,
        };
        let packed = state.packer.add_stored(&one.stored, Some(under));
        let index = packed.map_err(Fault::while_("packing a use"))?;
        let place = Place {
            commit: self.no,
            index,
        };
        let put = state
            .window
            .insert_if_absent(keyed.key, place, |_| Ok::<_, Infallible>(false));
        put.map_err(Fault::while_("noting a use"))?;
        self.refused
            .covers(&state.watched, keyed.key, reporter, &event.id);
        self.counted.push(one);
        Ok(())
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
            return Ok(before.and_then(|one| one.answer(reporter, event, id)));
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
    fn answer(&self, reporter: &str, event: &Event<'_>, id: &EventId<'_>) -> Option<Answer> {
        if self.stored.reporter != reporter || self.stored.id != *id {
            return None;
        }
        Some(if self.event == event {
            Answer::Duplicate(self.counted.clone())
        } else {
            Answer::Conflict
        })
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
