//! Cycles, the uses that belong to them, and the life of a subscription.

use domain::cycle::{Entry, EntryRefusal, GRACE_MS, LATE_MS, counted_at, entry};
use domain::subscription::{
    Ask, AskRefusal, ProRataRefusal, Run, Then, entry_in_runs, rest_refund, upgrade_charge,
};
use domain::{Cycle, Subscription, Timestamp};
use ledger::round::mul_div_floor;
use ledger::{Currency, Money};
use proptest::prelude::*;

use crate::support::{at, golden, usd};

const DAY: i64 = 86_400_000;

fn cycle(start: &str, end: &str) -> Cycle {
    Cycle {
        start: at(start),
        end: at(end),
    }
}

#[test]
fn t_anchors_fall_on_the_last_day_of_a_short_month_and_return() {
    let golden = golden("T month anchors");
    for (day, starts) in golden.as_object().unwrap() {
        let anchor = at(&format!("2026-01-{day}T00:00:00Z"));
        for (n, start) in (0..).zip(starts.as_array().unwrap()) {
            let nth = Cycle::nth(anchor, n);
            assert_eq!(nth.start.day(), start.as_str().unwrap(), "{day}");
            assert_eq!(Cycle::at(anchor, nth.start), Some(nth));
            assert_eq!(Cycle::at(anchor, nth.end.plus_ms(-1)), Some(nth));
        }
    }
}

#[test]
fn a_leap_day_is_an_anchor_like_any_other() {
    let anchor = at("2028-02-29T12:00:00Z");
    for (months, day) in [(1, "2028-03-29"), (12, "2029-02-28"), (48, "2032-02-29")] {
        assert_eq!(Cycle::nth(anchor, months).start.day(), day);
    }
}

#[test]
fn t_late_events_stand_where_the_design_puts_them() {
    let golden = golden("T late events");
    let time = |row: usize, field: &str| {
        let text = golden[row][field].as_str().unwrap();
        // The file leaves seconds out where they are zero, and adds a remark.
        let text = text.split(' ').next().unwrap();
        at(&if text.len() == "2026-02-01T00:03Z".len() {
            text.replace('Z', ":00Z")
        } else {
            text.to_owned()
        })
    };
    let anchor = at("2025-12-31T00:00:00Z");
    let january = cycle("2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z");
    let first = entry(anchor, time(0, "event"), time(0, "recv"));
    assert_eq!(first, Ok(Entry::InTime(january)));
    let second = entry(anchor, time(1, "event"), time(1, "event"));
    let next = cycle("2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z");
    assert_eq!(second, Ok(Entry::InTime(next)));
    let third = entry(anchor, time(2, "event"), time(2, "recv"));
    let late = Entry::Late {
        cycle: january,
        origin: at("2026-01-30T12:00:00Z"),
    };
    assert_eq!(third, Ok(late));
}

#[test]
fn late_uses_enter_their_cycle_for_48_hours_and_not_a_millisecond_more() {
    let anchor = at("2026-03-10T08:00:00Z");
    let first = Cycle::nth(anchor, 0);
    let published = first.end.plus_ms(-1);
    let last = first.end.plus_ms(GRACE_MS - 1);
    assert_eq!(entry(anchor, published, last), Ok(Entry::InTime(first)));
    assert!(!first.may_close(last));
    let closed = last.plus_ms(1);
    let late = Entry::Late {
        cycle: Cycle::nth(anchor, 1),
        origin: published,
    };
    assert_eq!(entry(anchor, published, closed), Ok(late));
    assert!(first.may_close(closed));
}

#[test]
fn a_clock_may_be_ten_minutes_ahead_and_a_report_35_days_late() {
    let now = at("2026-06-15T12:00:00Z");
    let ten_minutes = 600_000;
    assert_eq!(counted_at(now.plus_ms(ten_minutes), now), Ok(now));
    let early = EntryRefusal::TooEarly { ahead_ms: 600_001 };
    assert_eq!(counted_at(now.plus_ms(600_001), now), Err(early));
    let old = now.plus_ms(-LATE_MS);
    assert_eq!(counted_at(old, now), Ok(old));
    let age_ms = LATE_MS + 1;
    assert_eq!(
        counted_at(old.plus_ms(-1), now),
        Err(EntryRefusal::TooLate { age_ms })
    );
    let before = entry(now, now.plus_ms(-1), now);
    assert_eq!(before, Err(EntryRefusal::BeforeStart));
    assert!(counted_at(Timestamp(i64::MAX), Timestamp(i64::MIN)).is_err());
    assert!(counted_at(Timestamp(i64::MIN), Timestamp(i64::MAX)).is_err());
}

#[test]
fn a_clock_that_is_ahead_never_reaches_into_a_cycle_that_has_not_begun() {
    let anchor = at("2026-03-10T08:00:00Z");
    let first = Cycle::nth(anchor, 0);
    let published = first.end.plus_ms(60_000);
    let received = first.end.plus_ms(-60_000);
    assert_eq!(entry(anchor, published, received), Ok(Entry::InTime(first)));
}

#[test]
fn a_subscription_takes_every_step_or_says_why_not() {
    let start = at("2026-01-31T00:00:00Z");
    let now = at("2026-02-10T00:00:00Z");
    let ends_at = at("2026-02-28T00:00:00Z");
    let active = Subscription::sign_up(start);
    let leaving = |then| Subscription::Leaving {
        anchor: start,
        ends_at,
        then,
    };
    let paused = Subscription::Paused { since: start };
    let ended = Subscription::Ended { since: start };
    let over = Subscription::Ended { since: now };
    let table = [
        (active, Ask::Cancel, Ok(leaving(Then::Ended))),
        (active, Ask::Pause, Ok(leaving(Then::Paused))),
        (active, Ask::CancelNow, Ok(over)),
        (active, Ask::Resume, Err(AskRefusal::Running)),
        (leaving(Then::Ended), Ask::Resume, Ok(active)),
        (leaving(Then::Paused), Ask::Resume, Ok(active)),
        (leaving(Then::Paused), Ask::Cancel, Ok(leaving(Then::Ended))),
        (
            leaving(Then::Ended),
            Ask::Cancel,
            Err(AskRefusal::AlreadyCancelled),
        ),
        (
            leaving(Then::Ended),
            Ask::Pause,
            Err(AskRefusal::AlreadyCancelled),
        ),
        (
            leaving(Then::Paused),
            Ask::Pause,
            Err(AskRefusal::AlreadyPaused),
        ),
        (leaving(Then::Ended), Ask::CancelNow, Ok(over)),
        (paused, Ask::Resume, Ok(Subscription::sign_up(now))),
        (paused, Ask::Pause, Err(AskRefusal::AlreadyPaused)),
        (paused, Ask::Cancel, Ok(over)),
        (paused, Ask::CancelNow, Ok(over)),
        (ended, Ask::Cancel, Err(AskRefusal::Ended)),
        (ended, Ask::CancelNow, Err(AskRefusal::Ended)),
        (ended, Ask::Pause, Err(AskRefusal::Ended)),
        (ended, Ask::Resume, Err(AskRefusal::Ended)),
    ];
    for (state, ask, then) in table {
        let then = then.map_err(|why| (state, why));
        assert_eq!(state.step(ask, now), then, "{state:?} {ask:?}");
    }
    let left = leaving(Then::Paused);
    assert!(left.cycle(ends_at.plus_ms(-1)).is_some());
    assert_eq!(left.cycle(ends_at), None);
    assert_eq!(left.at(ends_at), Subscription::Paused { since: ends_at });
    let gone = leaving(Then::Ended).step(Ask::Resume, ends_at);
    let since = ends_at;
    assert_eq!(
        gone,
        Err((Subscription::Ended { since }, AskRefusal::Ended))
    );
}

#[test]
fn a_use_is_posted_in_the_run_that_holds_it() {
    let first = at("2026-01-10T00:00:00Z");
    let second = at("2026-03-20T00:00:00Z");
    let runs = [
        Run {
            anchor: first,
            until: Some(at("2026-03-10T00:00:00Z")),
        },
        Run {
            anchor: second,
            until: None,
        },
    ];
    let in_time = |day: &str| {
        let published = at(&format!("2026-{day}T00:00:00Z"));
        entry_in_runs(&runs, published, published.plus_ms(1)).unwrap()
    };
    let second_month = cycle("2026-02-10T00:00:00Z", "2026-03-10T00:00:00Z");
    assert_eq!(in_time("03-09"), Some(Entry::InTime(second_month)));
    assert_eq!(in_time("03-10"), None, "it rested");
    let resumed = cycle("2026-03-20T00:00:00Z", "2026-04-20T00:00:00Z");
    assert_eq!(in_time("03-20"), Some(Entry::InTime(resumed)));
    let published = at("2026-03-09T00:00:00Z");
    let during = entry_in_runs(&runs, published, at("2026-03-15T00:00:00Z"));
    assert_eq!(during, Ok(None), "late, and nothing is open");
    let after = entry_in_runs(&runs, published, at("2026-03-21T00:00:00Z"));
    let late = Entry::Late {
        cycle: resumed,
        origin: published,
    };
    assert_eq!(after, Ok(Some(late)));
}

#[test]
fn an_upgrade_costs_the_difference_for_the_time_left() {
    let month = cycle("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
    let charge = |day: &str, old, new| {
        let instant = at(&format!("2026-{day}T00:00:00Z"));
        upgrade_charge(&month, instant, usd(old), usd(new))
    };
    assert_eq!(charge("04-01", 5_000_000, 12_000_000), Ok(usd(7_000_000)));
    assert_eq!(charge("04-11", 5_000_000, 12_000_000), Ok(usd(4_660_000)));
    let refused = [
        (charge("05-01", 5, 6), ProRataRefusal::OutsideCycle),
        (charge("03-31", 5, 6), ProRataRefusal::OutsideCycle),
        (charge("04-11", 6, 6), ProRataRefusal::NotDearer),
        (charge("04-11", 7, 6), ProRataRefusal::NotDearer),
    ];
    for (answer, why) in refused {
        assert_eq!(answer, Err(why));
    }
    let euros = Money::new(9_000_000, Currency::EUR);
    let mixed = upgrade_charge(&month, month.start, usd(5_000_000), euros);
    assert!(matches!(mixed, Err(ProRataRefusal::Money(_))));
}

#[test]
fn cancelling_at_once_returns_the_smaller_of_time_and_allowance() {
    let month = cycle("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
    let back = |day: &str, used, allowance| {
        let instant = at(&format!("2026-{day}T00:00:00Z"));
        rest_refund(&month, instant, usd(5_000_000), used, allowance)
    };
    assert_eq!(back("04-01", 0, 60), Ok(usd(5_000_000)));
    assert_eq!(back("04-16", 0, 60), Ok(usd(2_500_000)), "by time");
    assert_eq!(back("04-16", 45, 60), Ok(usd(1_250_000)), "by allowance");
    assert_eq!(back("04-16", 60, 60), Ok(usd(0)));
    assert_eq!(back("04-16", 0, 0), Ok(usd(2_500_000)));
    let damaged = ProRataRefusal::Allowance {
        used: 61,
        allowance: 60,
    };
    assert_eq!(back("04-16", 61, 60), Err(damaged));
    assert_eq!(back("05-01", 0, 60), Err(ProRataRefusal::OutsideCycle));
}

proptest! {
    #[test]
    fn cycles_tile_time_without_gap_or_overlap(
        anchor in 0..4_000_000_000_000_i64,
        after in 0..(400 * DAY),
        n in 0..600_u32,
    ) {
        let (anchor, instant) = (Timestamp(anchor), Timestamp(anchor + after));
        let own = Cycle::at(anchor, instant).unwrap();
        prop_assert!(own.contains(instant) && own.start >= anchor);
        prop_assert_eq!(Cycle::nth(anchor, n).end, Cycle::nth(anchor, n + 1).start);
        let nth = Cycle::nth(anchor, n);
        prop_assert!((28 * DAY..=31 * DAY).contains(&nth.length_ms()));
        prop_assert_eq!(Cycle::at(anchor, nth.start), Some(nth));
    }

    #[test]
    fn no_use_enters_a_cycle_that_may_be_closed_or_has_not_begun(
        anchor in 0..4_000_000_000_000_i64,
        published in -40 * DAY..400 * DAY,
        delay in -15 * 60_000..40 * DAY,
    ) {
        let (anchor, published) = (Timestamp(anchor), Timestamp(anchor + published));
        let received = published.plus_ms(delay);
        if let Ok(entered) = entry(anchor, published, received) {
            let cycle = entered.cycle();
            prop_assert!(!cycle.may_close(received) && cycle.start <= received);
            match entered {
                Entry::InTime(_) => prop_assert!(cycle.contains(published.min(received))),
                Entry::Late { origin, .. } => {
                    prop_assert!(cycle.contains(received) && origin == published);
                }
            }
        }
    }

    #[test]
    fn what_is_returned_at_once_leaves_every_guarantee_funded(
        price in 1..100_000_i64,
        share_bp in 0..=10_000_i64,
        guarantee in 1..1_000_000_i64,
        part_used in 0..=100_i64,
        elapsed in 0..30 * DAY,
    ) {
        let month = cycle("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
        let paid = price * 10_000;
        let contribution = paid * share_bp / 10_000;
        let allowance = contribution / guarantee;
        let used = allowance * part_used / 100;
        let instant = month.start.plus_ms(elapsed);
        let back = rest_refund(&month, instant, usd(paid), used, allowance).unwrap().micros();
        prop_assert!(back % 10_000 == 0 && (0..=paid).contains(&back));
        let left = contribution - mul_div_floor(contribution, back, paid).unwrap();
        prop_assert!(left >= used * guarantee, "{left} for {used} uses at {guarantee}");
    }
}
