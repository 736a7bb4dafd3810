//! Uses between changes of what the store knows: licences are suspended, cycles closed, topped up
//! and refunded, bundles' expiry moved, commits fail, settlements happen, time passes. The book is
//! told what a database holds, which is what was settled; the model says what must come out.

use std::collections::BTreeMap;

use domain::envelope::{Placement, Purpose};
use domain::usage::{LicenceState, UseRefusal};
use domain::{BundleId, LicenceId, TrackId};
use licence_key::Code;
use meter::book::{Book, Settlement, Verdict};
use meter::event::Event;
use meter::pack::Outcome;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::common::{HOUR, NOW, code, config, events, licence, track};
use crate::model::{Model, Said, said};
use crate::world::{LICENCES, book};

#[derive(Clone, Debug)]
enum Step {
    Report(Box<Event<'static>>),
    Fails(Vec<Event<'static>>),
    Settle,
    Waits(i64),
    Standing(u8, LicenceState),
    Closes(Index),
    Funds(Index, i64),
    Expires(Index, i64),
}

fn steps() -> impl Strategy<Value = Step> {
    let states = [
        LicenceState::Active,
        LicenceState::Active,
        LicenceState::Suspended,
        LicenceState::Revoked,
    ];
    prop_oneof![
        12 => events().prop_map(|event| Step::Report(Box::new(event))),
        48 => usual().prop_map(|event| Step::Report(Box::new(event))),
        2 => prop::collection::vec(events(), 1..9).prop_map(Step::Fails),
        4 => Just(Step::Settle),
        1 => (0..8 * HOUR).prop_map(Step::Waits),
        4 => (LICENCES, select(states.to_vec())).prop_map(|(n, state)| Step::Standing(n, state)),
        1 => any::<Index>().prop_map(Step::Closes),
        4 => (any::<Index>(), -300_000..300_000_i64).prop_map(|(at, more)| Step::Funds(at, more)),
        4 => (any::<Index>(), -50..100_i64).prop_map(|(at, hours)| Step::Expires(at, hours)),
    ]
}

/// Events with nothing wrong but, perhaps, what pays for them.
fn usual() -> impl Strategy<Value = Event<'static>> {
    let used = prop_oneof![4 => Just(1), 1 => 1..=5_u8];
    (events(), LICENCES, used).prop_map(|(event, n, used)| Event {
        id: "a".into(),
        licence_code: Some(code(n).to_string().into()),
        channel: None,
        track: Some(track(if n <= 2 { n } else { used })),
        placement: Placement::Tiktok,
        purpose: Purpose::MonetisedCreator,
        clip_ms: event.clip_ms.clamp(1, 16_000),
        published_at: event.published_at.min(NOW),
        territory: None,
        url: None,
        followers: None,
        source: "editor".into(),
        ..event
    })
}

/// The book and the model, and the model as it was at the last settlement.
struct Store {
    book: Book,
    model: Model,
    consumed: BTreeMap<BundleId, i64>,
    uses: BTreeMap<(u8, u32), Vec<(TrackId, u32)>>,
    now: domain::Timestamp,
}

impl Store {
    fn new() -> Store {
        let (model, book) = (Model::new(), book());
        Store {
            consumed: consumed(&model),
            uses: uses(&model),
            book,
            model,
            now: NOW,
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Report(event) => {
                let verdict = self.book.judge(event, self.now);
                if let Verdict::Accept(accepted) = &verdict {
                    self.book.apply(accepted);
                }
                let says = self.model.judge(event, self.now);
                prop_assert_eq!(said(verdict), says, "{:?}", event);
            }
            Step::Fails(events) => self.fails(events)?,
            Step::Settle => self.settle()?,
            Step::Waits(ms) => self.now = self.now.plus_ms(*ms),
            Step::Standing(n, state) => {
                let terms = self.model.terms.get_mut(n).unwrap();
                terms.state = *state;
                self.book.put_licence(terms.clone()).unwrap();
            }
            Step::Closes(at) => self.cycle(*at, |one| one.closed = true),
            Step::Funds(at, more) => self.cycle(*at, |one| one.contribution += more),
            Step::Expires(at, hours) => {
                let (owner, nth, held) = at.get(&self.model.bundles).clone();
                let mut all = self.model.bundles.iter_mut();
                let (.., kept) = all.find(|(.., one)| one.id == held.id).unwrap();
                kept.expires_at = NOW.plus_ms(hours * HOUR);
                let mut stored = kept.clone();
                stored.consumed_ms = self.consumed[&held.id];
                self.book.put_bundle(licence(owner), nth, stored).unwrap();
            }
        }
        Ok(())
    }

    fn cycle(&mut self, at: Index, change: impl FnOnce(&mut meter::book::CycleTerms)) {
        let keys: Vec<(u8, u32)> = self.model.cycles.keys().copied().collect();
        let key = *at.get(&keys);
        let one = self.model.cycles.get_mut(&key).unwrap();
        change(one);
        // A database keeps no less than nothing.
        one.contribution = one.contribution.max(0);
        let mut stored = one.clone();
        stored.uses = self.uses[&key].clone();
        self.book.put_cycle(licence(key.0), &stored).unwrap();
    }

    fn fails(&mut self, events: &[Event<'_>]) -> Result<(), TestCaseError> {
        let before = self.book.clone();
        let mut taken = Vec::new();
        for event in events {
            if let Verdict::Accept(accepted) = self.book.judge(event, self.now) {
                self.book.apply(&accepted);
                taken.push(accepted);
            }
        }
        for accepted in taken.iter().rev() {
            self.book.undo(accepted);
        }
        prop_assert!(self.book == before);
        Ok(())
    }

    /// What is settled is what the model has counted since.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        let settled = self.book.settlement();
        self.book.settled();
        let consumed_now = consumed(&self.model);
        let mut taken = consumed_now.clone();
        for (id, before) in &self.consumed {
            *taken.get_mut(id).unwrap() -= before;
        }
        taken.retain(|_, ms| *ms != 0);
        let said = settled.taken.iter().map(|one| (one.bundle, one.billed_ms));
        prop_assert_eq!(said.collect::<BTreeMap<_, _>>(), taken);
        prop_assert_eq!(pooled(&settled), self.pooled());
        prop_assert!(self.book.is_settled());
        (self.consumed, self.uses) = (consumed_now, uses(&self.model));
        Ok(())
    }

    fn pooled(&self) -> BTreeMap<(LicenceId, u32, TrackId), u64> {
        let mut all = BTreeMap::new();
        for ((n, nth), now) in uses(&self.model) {
            let before: BTreeMap<_, _> = self.uses[&(n, nth)].iter().copied().collect();
            for (track, count) in now {
                let more = count - before.get(&track).copied().unwrap_or(0);
                if more > 0 {
                    all.insert((licence(n), nth, track), u64::from(more));
                }
            }
        }
        all
    }
}

fn pooled(settled: &Settlement) -> BTreeMap<(LicenceId, u32, TrackId), u64> {
    let pools = settled.pools.iter();
    pools
        .map(|one| ((one.licence, one.cycle, one.track), one.uses))
        .collect()
}

fn consumed(model: &Model) -> BTreeMap<BundleId, i64> {
    let all = model.bundles.iter();
    all.map(|(.., one)| (one.id, one.consumed_ms)).collect()
}

fn uses(model: &Model) -> BTreeMap<(u8, u32), Vec<(TrackId, u32)>> {
    let all = model.cycles.iter();
    all.map(|(key, one)| (*key, one.uses.clone())).collect()
}

/// What kind of answer this is, so that a property whose histories never meet it fails.
fn kind(said: &Said, n: u8) -> &'static str {
    match said {
        Said::Counts(Outcome::Free, _) => "free",
        Said::Counts(Outcome::Pooled { .. }, None) => "pooled",
        Said::Counts(Outcome::Pooled { .. }, Some(_)) => "pooled late",
        Said::Counts(Outcome::Drawn(_), _) if n == 7 => "beyond the allowance",
        Said::Counts(Outcome::Drawn(parts), _) if parts.len() > 1 => "several bundles",
        Said::Counts(Outcome::Drawn(parts), _) if n == 9 && parts[0].nth < 2 => "another's bundle",
        Said::Counts(..) => "drawn",
        Said::Refused(reasons) => match reasons[0] {
            UseRefusal::NotInRotation => "out of rotation",
            UseRefusal::SubscriptionNotRunning => "not running",
            UseRefusal::AllowanceUsedUp { .. } => "allowance",
            UseRefusal::TrackCapReached { .. } => "cap",
            UseRefusal::NotEnoughTime { .. } => "too little",
            UseRefusal::LicenceNotActive { .. } => "suspended",
            UseRefusal::TrackExclusive { .. } => "exclusive",
            UseRefusal::RightsNotAttested => "not attested",
            UseRefusal::NotCovered(_) => "not covered",
            _ => "else",
        },
    }
}

#[test]
fn an_event_by_its_channel_is_judged_as_if_it_named_the_licence() {
    let mut runner = TestRunner::deterministic();
    let store = Store::new();
    let mut met = BTreeMap::new();
    for n in LICENCES.cycle().take(600) {
        let named = usual().new_tree(&mut runner).unwrap().current();
        let named = Event {
            licence_code: Some(code(n).to_string().into()),
            ..named
        };
        let by_channel = Event {
            licence_code: None,
            channel: Some("@ada".into()),
            ..named.clone()
        };
        let said = store.book.judge(&named, store.now);
        assert_eq!(
            store.book.judge_under(code(n), &by_channel, store.now),
            said
        );
        *met.entry(matches!(said, Verdict::Accept(_))).or_insert(0) += 1;
        // By itself it names none.
        let alone = store.book.judge(&by_channel, store.now);
        assert_eq!(alone, Verdict::Refuse(vec![UseRefusal::UnknownLicence]));
    }
    assert!(met[&true] > 50 && met[&false] > 50, "{met:?}");
}

#[test]
fn histories_meet_every_kind_of_answer() {
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeMap::new();
    for _ in 0..300 {
        let history = prop::collection::vec(steps(), 100..200);
        let history = history.new_tree(&mut runner).unwrap().current();
        let mut store = Store::new();
        for step in &history {
            if let Step::Report(event) = step {
                let parsed = event.licence_code.as_deref();
                let parsed = parsed.and_then(|code| code.parse::<Code>().ok());
                let n = LICENCES.into_iter().find(|n| parsed == Some(code(*n)));
                let said = said(store.book.judge(event, store.now));
                *met.entry(kind(&said, n.unwrap_or(0))).or_insert(0) += 1;
            }
            store.step(step).unwrap();
        }
    }
    assert_eq!(met.len(), 17, "{met:?}");
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn the_book_keeps_up_with_the_store(steps in prop::collection::vec(steps(), 1..200)) {
        let mut store = Store::new();
        for step in &steps {
            store.step(step)?;
        }
        store.settle()?;
        for (owner, _, held) in &store.model.bundles {
            prop_assert!(store.book.bundles(licence(*owner)).contains(held));
        }
    }
}
