//! Gaps of a reporter's sequence.

use std::collections::BTreeSet;

use meter::sequence::{Gap, RUNS_MAX, STREAMS_MAX, Sequence, Sequences};
use proptest::prelude::*;

use crate::common::config;

#[test]
fn gaps_close_as_late_numbers_come() {
    let mut seen = Sequence::default();
    for number in [5, 6, 9, 5] {
        seen.note(number);
    }
    assert_eq!(seen.gaps().collect::<Vec<_>>(), [Gap { from: 7, to: 8 }]);
    seen.note(8);
    seen.note(7);
    assert_eq!((seen.gaps().count(), seen.span()), (0, Some((5, 9))));
}

#[test]
fn the_ends_of_the_numbers_are_no_trap() {
    let mut seen = Sequence::default();
    for number in [u64::MAX, 0, u64::MAX, u64::MAX - 1, 1] {
        seen.note(number);
    }
    let (from, to) = (2, u64::MAX - 2);
    assert_eq!(seen.gaps().collect::<Vec<_>>(), [Gap { from, to }]);
}

#[test]
fn a_reporter_that_skips_numbers_fills_no_memory() {
    let mut seen = Sequence::default();
    for n in 0..10_000 {
        seen.note(n * 3);
    }
    assert_eq!(seen.gaps().count(), RUNS_MAX - 1);
    let open: u64 = seen.gaps().map(|gap| gap.to - gap.from + 1).sum();
    assert_eq!(
        seen.given_up() + open,
        9_999 * 2,
        "none is forgotten unsaid"
    );
}

#[test]
fn a_reporter_that_invents_streams_fills_no_memory() {
    let mut all = Sequences::default();
    for n in 0..STREAMS_MAX + 5 {
        all.note("liar", &n.to_string(), 1);
    }
    all.note("liar", "7", 3);
    assert_eq!((all.iter().count(), all.untracked()), (STREAMS_MAX, 5));
    assert_eq!(all.get("liar", "7").unwrap().gaps().count(), 1);
    assert!(all.get("other", "7").is_none());
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn gaps_are_what_has_not_come(numbers in prop::collection::vec(0..120_u64, 1..60)) {
        let mut seen = Sequence::default();
        numbers.iter().for_each(|number| seen.note(*number));
        let came: BTreeSet<u64> = numbers.iter().copied().collect();
        let (first, last) = (*came.first().unwrap(), *came.last().unwrap());
        let missing: Vec<u64> = (first..=last).filter(|number| !came.contains(number)).collect();
        let gaps: Vec<u64> = seen.gaps().flat_map(|gap| gap.from..=gap.to).collect();
        prop_assert_eq!(gaps, missing);
    }
}
