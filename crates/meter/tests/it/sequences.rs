//! Gaps of a reporter's sequence.

use std::collections::BTreeSet;

use domain::Timestamp;
use meter::sequence::{Gap, RUNS_MAX, Sequence};
use proptest::prelude::*;

use crate::common::config;

fn gap(from: u64, to: u64, since: i64) -> Gap {
    let since = Timestamp(since);
    Gap { from, to, since }
}

#[test]
fn gaps_close_as_late_numbers_come_and_say_since_when_they_are_known() {
    let mut seen = Sequence::default();
    for (number, at) in [(5, 1), (6, 2), (9, 3), (5, 4), (20, 5)] {
        seen.note(number, Timestamp(at));
    }
    let gaps: Vec<_> = seen.gaps().collect();
    assert_eq!(gaps, [gap(7, 8, 3), gap(10, 19, 5)]);
    seen.note(8, Timestamp(6));
    seen.note(15, Timestamp(7));
    let gaps: Vec<_> = seen.gaps().collect();
    assert_eq!(gaps, [gap(7, 7, 3), gap(10, 14, 5), gap(16, 19, 5)]);
    seen.note(7, Timestamp(8));
    assert_eq!(seen.gaps().next(), Some(gap(10, 14, 5)));
    assert_eq!(seen.span(), Some((5, 20)));
    assert_eq!(Sequence::of(seen.runs(), 0), seen);
}

#[test]
fn the_ends_of_the_numbers_are_no_trap() {
    let mut seen = Sequence::default();
    for number in [u64::MAX, 0, u64::MAX, u64::MAX - 1, 1] {
        seen.note(number, Timestamp(1));
    }
    let gaps: Vec<_> = seen.gaps().collect();
    assert_eq!(gaps, [gap(2, u64::MAX - 2, 1)]);
}

#[test]
fn a_reporter_that_skips_numbers_fills_no_memory() {
    let mut seen = Sequence::default();
    for n in 0..10_000 {
        seen.note(n * 3, Timestamp(1));
    }
    assert_eq!(seen.gaps().count(), RUNS_MAX - 1);
    let open: u64 = seen.gaps().map(|gap| gap.to - gap.from + 1).sum();
    assert_eq!(
        seen.given_up() + open,
        9_999 * 2,
        "none is forgotten unsaid"
    );
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn gaps_are_what_has_not_come(numbers in prop::collection::vec(0..120_u64, 1..60)) {
        let mut seen = Sequence::default();
        numbers.iter().for_each(|number| seen.note(*number, Timestamp(1)));
        let came: BTreeSet<u64> = numbers.iter().copied().collect();
        let (first, last) = (*came.first().unwrap(), *came.last().unwrap());
        let missing: Vec<u64> = (first..=last).filter(|number| !came.contains(number)).collect();
        let gaps: Vec<u64> = seen.gaps().flat_map(|gap| gap.from..=gap.to).collect();
        prop_assert_eq!(gaps, missing);
    }
}
