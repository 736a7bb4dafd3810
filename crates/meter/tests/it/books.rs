//! The book decides as the domain does, and the blobs give it again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use domain::cycle::{Cycle, entry};
use domain::envelope::Credit;
use domain::offer::BUNDLE_PLANS;
use domain::pool::pay::{PaidFrom, pay};
use domain::usage::{Known, LicenceFacts, LicenceState, PaidBy, UseRefusal, judge};
use domain::{Bundle, Decision, Pool, Timestamp, TrackId};
use ledger::Currency;
use licence_key::Code;
use meter::book::{
    Book, CycleTerms, Fault, LicenceTerms, Paid, ReplayError, Settlement, Span, TrackTerms, Verdict,
};
use meter::event::Event;
use meter::pack::{Blob, Outcome, Packer, Part};
use proptest::prelude::*;

use crate::common::{HOUR, NOW, book, bundles, code, config, cycles, events, licence, track};

/// The same world in the domain's own terms, changed as a database would be.
struct Model {
    bundles: HashMap<u8, Vec<Bundle>>,
    videos: HashMap<u8, HashSet<String>>,
    pools: HashMap<u8, BTreeMap<u32, Pool>>,
}

/// What the model says: accepted with its draws or pool, or the words of the refusal.
#[derive(Debug, PartialEq)]
enum Said {
    Counts(Outcome),
    Refused(Vec<UseRefusal>),
    Unpaid(domain::pool::pay::Unpaid),
}

impl Model {
    fn new() -> Model {
        let mut all: HashMap<u8, Vec<Bundle>> = HashMap::new();
        for (n, _, bundle) in bundles() {
            all.entry(n).or_default().push(bundle);
        }
        let pools = cycles().map(|one| {
            let uses = one.uses.iter().copied().collect();
            let pool = Pool::new(one.contribution, one.guarantee, one.per_track_cap, uses);
            (one.nth, pool.unwrap())
        });
        let pools: BTreeMap<u32, Pool> = pools.into_iter().collect();
        Model {
            bundles: all,
            videos: HashMap::new(),
            pools: [(6, pools.clone()), (7, pools)].into(),
        }
    }

    fn judge(&mut self, event: &Event<'_>, terms: &Book) -> Said {
        let report = event.to_report();
        let parsed = report.licence_code.parse::<Code>().ok();
        let Some(n) = (1..=8).find(|n| parsed == Some(code(*n))) else {
            return Said::Refused(vec![UseRefusal::UnknownLicence]);
        };
        if report
            .track
            .is_some_and(|used| !(1..=5).map(track).any(|known| known == used))
        {
            return Said::Refused(vec![UseRefusal::UnknownTrack]);
        }
        let video = event.video_name().to_owned();
        let paid_by = match n {
            1 | 2 => {
                let videos = self.videos.entry(n).or_default();
                let others = videos.iter().filter(|one| **one != video).count();
                PaidBy::Tier {
                    track: track(n),
                    other_videos: others.try_into().unwrap(),
                }
            }
            _ => PaidBy::Bundle,
        };
        let barred = report.track.filter(|_| paid_by == PaidBy::Bundle);
        let facts = LicenceFacts {
            state: if n == 8 {
                LicenceState::Suspended
            } else {
                LicenceState::Active
            },
            paid_by,
            barred: barred.and_then(|used| terms_of(used).barred(report.published_at)),
        };
        let held = self.bundles.get(&n).cloned().unwrap_or_default();
        // Clip time without end, where a pool may pay instead: then payment comes after.
        let endless = Bundle {
            total_ms: i64::MAX / 2,
            unearned_micros: 0,
            ..bundles()[3].2.clone()
        };
        let endless = [Bundle {
            expires_at: Timestamp(i64::MAX),
            ..endless
        }];
        let pooled = n == 6 || n == 7;
        let known = Known {
            earlier: None,
            licence: &facts,
            envelope: &terms.envelope(licence(n)).unwrap(),
            bundles: if pooled { &endless } else { &held },
            pool: None,
        };
        match judge(&report, &known, NOW) {
            Decision::Refuse(reasons) => Said::Refused(reasons),
            Decision::Accept { .. } if pooled => self.pay(n, report.track.unwrap(), event),
            Decision::Accept { draws, .. } => {
                if matches!(paid_by, PaidBy::Tier { .. }) {
                    self.videos.entry(n).or_default().insert(video);
                    return Said::Counts(Outcome::Free);
                }
                Said::Counts(self.draw(n, &draws))
            }
            other => panic!("{other:?}"),
        }
    }

    fn pay(&mut self, n: u8, used: TrackId, event: &Event<'_>) -> Said {
        let anchor = cycles()[0].cycle.start;
        // The world's cycles aren't months, so the domain's `entry` is asked in its own.
        let edge = cycles()[0].cycle.end;
        let counted = event.published_at.min(NOW);
        let nth = if counted >= edge {
            Some(1)
        } else {
            (counted >= anchor).then_some(0)
        };
        let nth = nth.filter(|_| !terms_of(used).rotation.is_empty());
        let pools = self.pools.get_mut(&n).unwrap();
        let pool = nth.and_then(|nth| pools.get(&nth)).cloned();
        let held = self.bundles.get(&n).cloned().unwrap_or_default();
        match pay(
            pool.as_ref(),
            &held,
            used,
            event.clip_ms,
            event.published_at,
        ) {
            Ok(PaidFrom::Pool(accrual)) => {
                let cycle = nth.unwrap();
                pools.insert(cycle, pool.unwrap().after(&accrual));
                Said::Counts(Outcome::Pooled {
                    cycle,
                    micros: accrual.micros,
                })
            }
            Ok(PaidFrom::Bundles(draws)) => Said::Counts(self.draw(n, &draws)),
            Err(unpaid) => Said::Unpaid(unpaid),
        }
    }

    fn draw(&mut self, n: u8, draws: &[domain::Draw]) -> Outcome {
        let mut parts = Vec::new();
        for draw in draws {
            let (_, nth, _) = bundles()
                .into_iter()
                .find(|(_, _, one)| one.id == draw.bundle)
                .unwrap();
            let held = self.bundles.get_mut(&n).unwrap();
            let one = held.iter_mut().find(|one| one.id == draw.bundle).unwrap();
            *one = one.clone().after(draw);
            parts.push(Part {
                nth,
                billed_ms: draw.billed_ms,
                earns: draw.earns,
            });
        }
        Outcome::Drawn(parts)
    }
}

fn terms_of(used: TrackId) -> TrackTerms {
    book().track(used).unwrap().clone()
}

fn said(verdict: Verdict) -> Said {
    match verdict {
        Verdict::Accept(accepted) => Said::Counts(accepted.outcome().clone()),
        Verdict::Refuse(reasons) => Said::Refused(reasons),
        Verdict::Unpaid(unpaid) => Said::Unpaid(unpaid),
    }
}

/// Counts events in commits that end after each of `sizes` events.
fn run(events: &[Event<'_>], sizes: &[usize]) -> (Book, Vec<Vec<u8>>) {
    let (mut book, mut packer, mut blobs) = (book(), Packer::new(), Vec::new());
    let (mut rest, mut commit, mut sizes) = (events, 0, sizes.iter().cycle());
    while !rest.is_empty() {
        let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        rest = later;
        for event in now {
            if let Verdict::Accept(accepted) = book.judge(event, NOW) {
                book.apply(&accepted);
                packer.add("camera", event, accepted.outcome()).unwrap();
            }
        }
        commit += 1;
        book.reached(commit);
        blobs.push(packer.seal(commit, NOW));
    }
    (book, blobs)
}

/// Everything but the number of the last commit, which depends on how it was cut.
fn balances(book: &Book) -> (Settlement, Vec<Vec<Bundle>>) {
    let settlement = Settlement {
        through: 0,
        ..book.settlement()
    };
    (
        settlement,
        (1..=8).map(|n| book.bundles(licence(n)).to_vec()).collect(),
    )
}

/// A subscription whose second cycle is running, anchored forty days before [`NOW`].
fn subscribed(anchor: Timestamp) -> Book {
    let mut book = Book::new();
    let (from, until) = (Timestamp(0), Timestamp(i64::MAX));
    let terms = TrackTerms {
        attested: true,
        exclusive: Vec::new(),
        rotation: vec![Span { from, until }],
    };
    book.put_track(track(1), terms);
    let envelope = BUNDLE_PLANS[0].envelope(Credit::NotRequired, anchor.plus_ms(-100 * 24 * HOUR));
    let terms = LicenceTerms {
        id: licence(6),
        code: code(6),
        state: LicenceState::Active,
        envelope: Arc::new(envelope),
        currency: Currency::USD,
        paid_by: Paid::Pool,
    };
    book.put_licence(terms).unwrap();
    for nth in 0..3 {
        let terms = CycleTerms {
            nth,
            cycle: Cycle::nth(anchor, nth),
            ..cycles()[0].clone()
        };
        book.put_cycle(licence(6), &terms).unwrap();
    }
    book
}

#[test]
fn a_use_is_posted_in_the_cycle_that_the_domain_says() {
    let anchor = NOW.plus_ms(-40 * 24 * HOUR);
    let book = subscribed(anchor);
    let end = Cycle::nth(anchor, 0).end;
    let mut seen = HashSet::new();
    for (after, age) in [
        (1, 0),
        (1, 2),
        (47, 50),
        (49, 48),
        (49, 50),
        (200, 300),
        (1, 800),
        (800, 10),
    ] {
        let now = end.plus_ms(after * HOUR);
        let published_at = now.plus_ms(-age * HOUR);
        let event = Event {
            published_at,
            ..event(&code(6).to_string(), 1)
        };
        let posted = match said(book.judge(&event, now)) {
            Said::Counts(Outcome::Pooled { cycle, .. }) => Some(Cycle::nth(anchor, cycle)),
            Said::Unpaid(unpaid) if unpaid.pool.is_none() => None,
            other => panic!("{other:?}"),
        };
        let rule = entry(anchor, published_at, now)
            .ok()
            .map(|entry| entry.cycle());
        assert_eq!(posted, rule, "{after} hours after the end, {age} hours old");
        seen.insert(posted);
    }
    assert_eq!(seen.len(), 4, "three cycles, and before the first");
}

fn event(code: &str, used: u8) -> Event<'static> {
    let json = serde_json::json!({
        "id": "a", "licence_code": code, "placement": "tiktok",
        "purpose": "monetised_creator", "clip_ms": 1_000, "published_at": NOW,
        "track": track(used),
    });
    Event::from(serde_json::from_value::<domain::UseReport>(json).unwrap())
}

#[test]
fn an_event_that_lies_is_named_by_the_replay() {
    let part = Part {
        nth: 0,
        billed_ms: 1_000,
        earns: 109_783,
    };
    let drawn = |part| Outcome::Drawn(vec![part]);
    let cases = [
        (code(9).to_string(), 1, Outcome::Free, Fault::UnknownLicence),
        (code(1).to_string(), 6, Outcome::Free, Fault::UnknownTrack),
        (code(1).to_string(), 1, drawn(part), Fault::PaidOtherwise),
        (code(3).to_string(), 1, Outcome::Free, Fault::PaidOtherwise),
        (
            code(3).to_string(),
            1,
            Outcome::Drawn(vec![]),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            Outcome::Drawn(vec![part, part]),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            drawn(Part {
                earns: 109_785,
                ..part
            }),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            drawn(Part { nth: 3, ..part }),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            drawn(Part {
                billed_ms: 40_000,
                ..part
            }),
            Fault::Bundle,
        ),
        (
            code(6).to_string(),
            1,
            Outcome::Pooled {
                cycle: 1,
                micros: 49_999,
            },
            Fault::Pool,
        ),
        (
            code(6).to_string(),
            1,
            Outcome::Pooled {
                cycle: 2,
                micros: 50_000,
            },
            Fault::Pool,
        ),
    ];
    for (code, used, outcome, fault) in cases {
        let mut packer = Packer::new();
        packer.add("camera", &event(&code, used), &outcome).unwrap();
        let bytes = packer.seal(4, NOW);
        let (mut book, before) = (book(), book());
        let replayed = book.replay(&Blob::read(&bytes).unwrap());
        let (commit, index) = (4, 0);
        assert_eq!(
            replayed,
            Err(ReplayError::Event {
                commit,
                index,
                fault
            }),
            "{outcome:?}"
        );
        assert!(book == before);
    }
}

#[test]
fn an_uncovered_use_is_kept_and_changes_nothing() {
    let json = serde_json::json!({
        "id": "a", "licence_code": code(3), "placement": "tiktok", "purpose": "paid_ad",
        "clip_ms": 1_000, "published_at": NOW,
    });
    let event = Event::from(serde_json::from_value::<domain::UseReport>(json).unwrap());
    let mut packer = Packer::new();
    packer.add("camera", &event, &Outcome::Uncovered).unwrap();
    let bytes = packer.seal(1, NOW);
    let mut replayed = book();
    assert_eq!(replayed.replay(&Blob::read(&bytes).unwrap()), Ok(0));
    assert_eq!(balances(&replayed), balances(&book()));
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn it_judges_as_the_domain_does(events in prop::collection::vec(events(), 1..120)) {
        let (mut book, mut model) = (book(), Model::new());
        for event in &events {
            let verdict = book.judge(event, NOW);
            if let Verdict::Accept(accepted) = &verdict {
                book.apply(accepted);
            }
            prop_assert_eq!(said(verdict), model.judge(event, &book), "{:?}", event);
        }
        for (n, mut held) in model.bundles {
            held.sort_by_key(|one| (one.expires_at, one.id));
            prop_assert_eq!(book.bundles(licence(n)), held);
        }
    }

    #[test]
    fn any_batching_gives_the_same_balances_and_the_blobs_the_same_book(
        events in prop::collection::vec(events(), 1..150),
        sizes in prop::collection::vec(1..40_usize, 1..6),
    ) {
        let (one, _) = run(&events, &[events.len()]);
        let (cut, blobs) = run(&events, &sizes);
        prop_assert_eq!(balances(&one), balances(&cut));
        let mut again = book();
        for bytes in &blobs {
            let blob = Blob::read(bytes).unwrap();
            prop_assert_eq!(again.replay(&blob), Ok(blob.count()));
            prop_assert_eq!(again.replay(&blob), Ok(0), "a second time it is passed over");
        }
        prop_assert!(again == cut);
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace(
        before in prop::collection::vec(events(), 1..60),
        failed in prop::collection::vec(events(), 1..60),
    ) {
        let (mut book, _) = run(&before, &[10]);
        let kept = book.clone();
        let mut taken = Vec::new();
        for event in &failed {
            if let Verdict::Accept(accepted) = book.judge(event, NOW) {
                book.apply(&accepted);
                taken.push(accepted);
            }
        }
        taken.iter().rev().for_each(|accepted| book.undo(accepted));
        prop_assert!(book == kept);
    }

    /// Nothing is earned that isn't taken from somewhere, and every use stands in the reports.
    #[test]
    fn a_settlement_balances(events in prop::collection::vec(events(), 1..150)) {
        let (mut book, blobs) = run(&events, &[50]);
        let settled = book.settlement();
        let earned: i64 = settled.earned.iter().map(|one| one.micros).sum();
        let taken: i64 = settled.taken.iter().map(|one| one.micros).sum();
        let pools: i64 = settled.pools.iter().map(|one| one.micros).sum();
        let rolls: i64 = settled.rolls.iter().map(|one| one.micros).sum();
        prop_assert_eq!((earned, rolls), (taken + pools, earned));
        let uses: u64 = settled.rolls.iter().map(|one| one.uses).sum();
        let kept: u32 = blobs.iter().map(|bytes| Blob::read(bytes).unwrap().count()).sum();
        prop_assert_eq!(uses, u64::from(kept));
        book.settled();
        let nothing = Settlement { through: settled.through, ..Settlement::default() };
        prop_assert_eq!(book.settlement(), nothing);
    }
}
