//! What may be put while uses are unsettled, and which cycle takes a use.

use std::collections::HashSet;

use domain::cycle::{Cycle, entry};
use domain::subscription::Run;
use domain::usage::UseRefusal;
use domain::{Bundle, Timestamp};
use meter::book::{
    Book, CycleTerms, Holder, Paid, PurseId, Roll, Source, TermsError, Verdict, unite,
};
use meter::event::Event;
use meter::pack::Outcome;

use crate::common::{HOUR, NOW, code, event, licence, track};
use crate::model::{Said, said};
use crate::world::{book, bundles, cycles, terms, track_terms};

/// A subscription whose second cycle is running, anchored forty days before [`NOW`].
fn subscribed(anchor: Timestamp) -> Book {
    let mut book = Book::new();
    book.put_track(track(1), track_terms(1));
    book.put_licence(terms(6)).unwrap();
    let run = Run {
        anchor,
        until: None,
    };
    for nth in 0..3 {
        let terms = CycleTerms {
            nth,
            cycle: Cycle::nth(anchor, nth),
            closed: false,
            ..cycles()[0].1.clone()
        };
        book.put_cycle(licence(6), &terms).unwrap();
    }
    // Before or after the cycles: as it comes.
    book.put_runs(licence(6), vec![run]).unwrap();
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
            Said::Counts(Outcome::Pooled { cycle, .. }, origin) => {
                let posted = Cycle::nth(anchor, cycle);
                assert_eq!(origin.is_some(), !posted.contains(published_at));
                Some(posted)
            }
            Said::Refused(reasons) if reasons == [UseRefusal::SubscriptionNotRunning] => None,
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

/// Counts one use of track 1 under a licence.
fn counted(book: &mut Book, n: u8) {
    match book.judge(&event(&code(n).to_string(), 1), NOW) {
        Verdict::Accept(accepted) => book.apply(&accepted),
        Verdict::Refuse(reasons) => panic!("{reasons:?}"),
    }
}

fn bundle(id: u8) -> (u8, u32, Bundle) {
    let mut all = bundles().into_iter();
    all.find(|(.., one)| *one.id.bytes() == [id; 16]).unwrap()
}

#[test]
fn figures_that_decided_unsettled_uses_stay() {
    let (owner, nth, stored) = bundle(100);
    let mut book = book();
    counted(&mut book, 10);
    let before = book.clone();
    let cut = Bundle {
        total_ms: stored.total_ms - 1_000,
        ..stored.clone()
    };
    let refused = book.put_bundle(licence(owner), nth, cut.clone());
    assert_eq!(refused, Err(TermsError::Unsettled));
    let mut used = cycles()
        .into_iter()
        .find(|(n, one)| (*n, one.nth) == (6, 1));
    counted(&mut book, 6);
    let terms = &mut used.as_mut().unwrap().1;
    terms.guarantee += 1;
    assert_eq!(
        book.put_cycle(licence(6), terms),
        Err(TermsError::Unsettled)
    );
    assert!(book.bundles(licence(10)) == before.bundles(licence(10)));
    book.settled();
    assert_eq!(book.put_bundle(licence(owner), nth, cut), Ok(()));
    assert_eq!(book.put_cycle(licence(6), terms), Ok(()));
}

#[test]
fn a_bundle_that_is_put_again_keeps_what_was_drawn() {
    let (owner, nth, stored) = bundle(100);
    let mut book = book();
    counted(&mut book, 10);
    counted(&mut book, 10);
    let longer = Bundle {
        expires_at: NOW.plus_ms(500 * HOUR),
        ..stored.clone()
    };
    book.put_bundle(licence(owner), nth, longer).unwrap();
    let held = book.bundles(licence(10)).remove(0);
    assert_eq!(held.consumed_ms, stored.consumed_ms + 2_000);
    assert_eq!(held.expires_at, NOW.plus_ms(500 * HOUR));
    let settled = book.settlement();
    assert_eq!(settled.taken[0].billed_ms, 2_000);
}

#[test]
fn what_is_removed_stays_in_the_settlement() {
    let (owner, nth, stored) = bundle(100);
    let mut book = book();
    counted(&mut book, 10);
    counted(&mut book, 6);
    let before = book.settlement();
    book.remove_bundle(licence(owner), nth).unwrap();
    book.remove_cycle(licence(6), 1).unwrap();
    let refused = |book: &Book, n| match book.judge(&event(&code(n).to_string(), 1), NOW) {
        Verdict::Refuse(reasons) => reasons,
        Verdict::Accept(accepted) => panic!("{accepted:?}"),
    };
    let (missing_ms, left_ms) = (1_000, 0);
    let nothing = UseRefusal::NotEnoughTime {
        missing_ms,
        left_ms,
    };
    assert_eq!(refused(&book, 10), [nothing]);
    assert_eq!(refused(&book, 6), [UseRefusal::SubscriptionNotRunning]);
    assert_eq!(book.settlement(), before);
    assert_eq!(before.taken[0].bundle, stored.id);
    assert_eq!(before.pools[0].licence, licence(6));
    book.settled();
    assert!(book.bundles(licence(10)).is_empty());
    // It comes back when the dispute is won.
    book.put_bundle(licence(owner), nth, stored).unwrap();
    counted(&mut book, 10);
}

#[test]
fn a_removed_bundle_that_comes_back_unsettled_is_drawn_on_again() {
    let (owner, nth, stored) = bundle(100);
    let mut book = book();
    counted(&mut book, 10);
    book.remove_bundle(licence(owner), nth).unwrap();
    book.put_bundle(licence(owner), nth, stored).unwrap();
    counted(&mut book, 10);
    book.settled();
    assert_eq!(book.bundles(licence(10))[0].consumed_ms, 2_000);
}

#[test]
fn what_never_changes_is_refused() {
    let mut book = book();
    let before = book.clone();
    let mut moved = terms(10);
    moved.purse = PurseId([99; 16]);
    assert_eq!(book.put_licence(moved), Err(TermsError::Fixed));
    let mut paid = terms(10);
    paid.paid_by = Paid::Pool;
    assert_eq!(book.put_licence(paid), Err(TermsError::Fixed));
    let mut renamed = terms(10);
    renamed.code = code(50);
    assert_eq!(book.put_licence(renamed), Err(TermsError::Code));
    let (_, _, stored) = bundle(100);
    let tier = book.put_bundle(licence(1), 0, stored.clone());
    assert_eq!(tier, Err(TermsError::Fixed));
    let unknown = book.put_bundle(licence(77), 0, stored);
    assert_eq!(unknown, Err(TermsError::UnknownLicence));
    assert_eq!(book.put_runs(licence(3), vec![]), Err(TermsError::Fixed));
    assert!(book == before);
}

#[test]
fn a_late_use_has_its_own_line_with_the_day_it_was_published() {
    let mut book = book();
    counted(&mut book, 11);
    // Its own cycle was closed before the 48 hours were over.
    let published_at = NOW.plus_ms(-26 * HOUR);
    let late = Event {
        published_at,
        ..event(&code(11).to_string(), 1)
    };
    let Verdict::Accept(accepted) = book.judge(&late, NOW) else {
        panic!("the open cycle takes it");
    };
    assert_eq!(accepted.origin(), Some(published_at));
    assert_eq!(
        (accepted.licence(), accepted.track()),
        (licence(11), track(1))
    );
    assert_eq!((accepted.earned(), accepted.billed_ms()), (50_000, 0));
    book.apply(&accepted);
    let settled = book.settlement();
    let [in_time, late] = &settled.lines[..] else {
        panic!("{:?}", settled.lines);
    };
    let day = |at: Timestamp| Timestamp(at.0.div_euclid(24 * HOUR) * 24 * HOUR);
    assert_eq!(in_time.origin, None);
    assert_eq!(late.origin, Some(day(published_at)));
    assert_eq!((in_time.day, late.day), (day(NOW), day(NOW)));
    assert_eq!(
        (in_time.source, late.source),
        (Source::Cycle(1), Source::Cycle(1))
    );
    assert_eq!(settled.pools.len(), 1);
    assert_eq!(
        (settled.pools[0].uses, settled.pools[0].micros),
        (2, 100_000)
    );
}

#[test]
fn a_roll_names_its_licensees_up_to_ten() {
    let mut book = Book::new();
    book.put_track(track(1), track_terms(1));
    for n in 1..=12 {
        let mut one = terms(1);
        (one.id, one.code) = (licence(n), code(n));
        one.holder = Holder([n.min(11); 16]);
        one.envelope = terms(5).envelope;
        book.put_licence(one).unwrap();
        counted(&mut book, n);
        counted(&mut book, n);
        let settled = book.settlement();
        let [
            Roll {
                licensees, uses, ..
            },
        ] = &settled.rolls[..]
        else {
            panic!("one track, hour, placement and purpose");
        };
        let expected: Vec<Holder> = (1..=n.min(10)).map(|n| Holder([n; 16])).collect();
        assert_eq!((licensees, *uses), (&expected, u64::from(n) * 2));
    }
    let mut set = vec![Holder([3; 16])];
    unite(&mut set, &[Holder([1; 16]), Holder([3; 16])]);
    assert_eq!(set, [Holder([1; 16]), Holder([3; 16])]);
    let many: Vec<Holder> = (20..60).map(|n| Holder([n; 16])).collect();
    unite(&mut set, &many);
    assert_eq!(set.len(), 10);
}
