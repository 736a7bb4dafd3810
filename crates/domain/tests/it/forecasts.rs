//! Forecasts: worked by hand, and what holds of every one.

use domain::forecast::{MONTHS, Month, NotEnough, Past, Range, Share, WEEK_MS, forecast};
use proptest::prelude::*;

/// Months of four weeks each.
const ENDS: [i64; MONTHS] = [4 * WEEK_MS, 8 * WEEK_MS, 12 * WEEK_MS];

fn months(past: &Past) -> [Month; MONTHS] {
    forecast(past, &ENDS).unwrap()
}

fn of_weeks(weeks: &[i64]) -> Past {
    let weeks = weeks.to_vec();
    Past {
        weeks,
        ..Past::default()
    }
}

#[test]
fn under_four_weeks_nothing_is_said() {
    for weeks in 0..4 {
        let told = forecast(&of_weeks(&vec![5; weeks]), &ENDS);
        assert_eq!(told, Err(NotEnough { weeks }));
    }
    assert!(forecast(&of_weeks(&[5; 4]), &ENDS).is_ok());
}

#[test]
fn what_comes_evenly_goes_on_evenly_without_a_range() {
    let flat = |micros| Range {
        low: micros,
        expected: micros,
        high: micros,
    };
    let trend = months(&of_weeks(&[7_000_000; 9])).map(|month| month.trend);
    assert_eq!(trend, [flat(28_000_000); MONTHS]);
    // A month of thirty days takes its days' part of the fifth week.
    let ends = [30, 60, 90].map(|days| days * domain::time::DAY_MS);
    let trend = forecast(&of_weeks(&[7_000_000; 9]), &ends).unwrap()[0].trend;
    assert_eq!(trend, flat(30_000_000));
}

#[test]
fn a_slope_is_followed_as_far_ahead_as_it_was_seen() {
    // 10, 20, … 60 go on as 70, 80, … 120 and stay there.
    let weeks: Vec<i64> = (1..=6).map(|n| n * 10).collect();
    let told = months(&of_weeks(&weeks)).map(|month| month.trend.expected);
    assert_eq!(told, [70 + 80 + 90 + 100, 110 + 120 + 120 + 120, 480]);
    let falling: Vec<i64> = weeks.into_iter().rev().collect();
    let told = months(&of_weeks(&falling)).map(|month| month.total.expected);
    assert_eq!(told, [0, 0, 0]);
}

#[test]
fn one_odd_week_bends_nothing_but_the_range() {
    let mut weeks = vec![100_i64; 12];
    weeks[3] = 90_000;
    let [first, ..] = months(&of_weeks(&weeks));
    assert_eq!((first.trend.expected, first.trend.low), (400, 400));
    // Of twelve residuals the lowest and the highest are left out, so a second one is needed.
    assert_eq!(first.trend.high, 400);
    weeks[7] = 90_000;
    assert_eq!(months(&of_weeks(&weeks))[0].trend.high, 360_000);
}

#[test]
fn only_the_last_twelve_weeks_count() {
    let mut weeks = vec![1_000_000; 5];
    weeks.extend([30; 12]);
    assert_eq!(months(&of_weeks(&weeks)), months(&of_weeks(&[30; 12])));
}

#[test]
fn subscriptions_bring_the_part_that_closed_cycles_brought() {
    let past = Past {
        weeks: vec![0; 4],
        renewing: 9_000_000,
        shares: vec![
            share(1_000_000, 10_000_000),
            share(6_000_000, 20_000_000),
            share(5, 0),
        ],
    };
    let [first, _, last] = months(&past);
    let wanted = Range {
        low: 900_000,
        expected: 2_100_000,
        high: 2_700_000,
    };
    assert_eq!((first.subscriptions, last.total), (wanted, wanted));
    assert_eq!(first.trend, Range::default());
    let none = Past {
        shares: Vec::new(),
        ..past
    };
    assert_eq!(months(&none)[0].total, Range::default());
}

fn share(earned: i64, contributed: i64) -> Share {
    Share {
        earned,
        contributed,
    }
}

fn past() -> impl Strategy<Value = Past> {
    let micros = -2_000_000_000_i64..50_000_000_000;
    let weeks = prop::collection::vec(micros, 4..15);
    let shares = prop::collection::vec((0..9_000_000_000_i64, 0..9_000_000_000_i64), 0..4);
    (weeks, 0..80_000_000_000_i64, shares).prop_map(|(weeks, renewing, shares)| Past {
        weeks,
        renewing,
        shares: shares.into_iter().map(|(a, b)| share(a, b)).collect(),
    })
}

fn expected(past: &Past) -> [i64; MONTHS] {
    months(past).map(|month| month.total.expected)
}

proptest! {
    #[test]
    fn a_range_holds_its_point_and_nothing_is_below_zero(past in past()) {
        for month in months(&past) {
            for range in [month.subscriptions, month.trend, month.total] {
                prop_assert!(0 <= range.low, "{range:?}");
                prop_assert!(range.low <= range.expected && range.expected <= range.high, "{range:?}");
            }
            prop_assert_eq!(month.total.expected, month.subscriptions.expected + month.trend.expected);
        }
    }

    #[test]
    fn what_is_constant_stays_so(micros in 0..i64::MAX / 64, weeks in 4_usize..20) {
        for month in months(&of_weeks(&vec![micros; weeks])) {
            let wanted = Range { low: 4 * micros, expected: 4 * micros, high: 4 * micros };
            prop_assert_eq!(month.trend, wanted);
        }
    }

    #[test]
    fn more_of_anything_that_counts_never_brings_less(past in past(), more in 0..9_000_000_000_i64) {
        let before = expected(&past);
        let grown = |past: Past| expected(&past).into_iter().zip(before).all(|(now, then)| now >= then);
        let renewing = Past { renewing: past.renewing + more, ..past.clone() };
        prop_assert!(grown(renewing));
        let mut theirs = past.clone();
        theirs.shares.iter_mut().for_each(|share| share.earned += more);
        prop_assert!(grown(theirs));
        // A better last week, and better weeks all along. (A better early week is a worse trend.)
        let mut last = past.clone();
        *last.weeks.last_mut().unwrap() += more;
        prop_assert!(grown(last));
        let mut all = past.clone();
        all.weeks.iter_mut().for_each(|week| *week += more);
        prop_assert!(grown(all));
    }

    #[test]
    fn twice_the_money_is_twice_the_forecast(past in past()) {
        let weeks = past.weeks.iter().map(|week| week * 2).collect();
        let double = Past { weeks, ..past.clone() };
        for (two, one) in months(&double).into_iter().zip(months(&past)) {
            // Each is floored by itself.
            prop_assert!((0..=1).contains(&(two.trend.expected - 2 * one.trend.expected)));
        }
    }
}
