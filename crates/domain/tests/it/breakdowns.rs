//! Breakdowns: what of them is merged.

use domain::breakdown::{By, LICENSEES_MIN, Licensees, merged, merged_in, month_of};
use proptest::prelude::*;

fn of(count: u32) -> Licensees {
    (0..count).collect()
}

fn from(first: u32, count: u32) -> Licensees {
    (first..first + count).collect()
}

#[test]
fn groups_of_few_licensees_are_merged_and_no_other() {
    for (groups, wanted) in [
        (vec![], vec![]),
        (vec![of(10)], vec![false]),
        (vec![of(9)], vec![true]),
        (vec![of(30), of(10)], vec![false, false]),
        // Nine and one more: ten together.
        (vec![of(30), of(9), from(50, 1)], vec![false, true, true]),
        // One alone could be told by subtraction, so the smallest goes with it.
        (vec![of(30), of(12), of(1)], vec![false, true, true]),
        // The same nine twice are nine: the rest goes with them.
        (vec![of(9), of(9)], vec![true, true]),
        (vec![of(9), of(9), of(10)], vec![true, true, true]),
        // Nobody's group is none.
        (vec![of(0), of(10)], vec![false, false]),
    ] {
        assert_eq!(merged(&groups, LICENSEES_MIN), wanted, "{groups:?}");
    }
}

#[test]
fn a_cell_that_its_column_would_tell_is_merged() {
    // Of the first column 3 licensees of the second line are merged: shown beside the column's
    // total, the first line's 20 would tell them.
    let lines = [
        vec![of(20), of(20), of(20)],
        vec![of(3), of(20), from(100, 12)],
    ];
    let merged = merged_in(&lines, &[], LICENSEES_MIN);
    assert!(merged[1][0] && merged[0][0], "{merged:?}");
    // And neither stands merged alone in its line with too few.
    assert!(merged[1][1] || merged[1][2], "{merged:?}");
}

#[test]
fn months_are_those_of_the_calendar() {
    for (day, month) in [
        (0, "1970-01"),
        (30, "1970-01"),
        (31, "1970-02"),
        (19_782, "2024-02"),
        (-1, "1969-12"),
    ] {
        assert_eq!(month_of(day), month);
    }
}

#[test]
fn what_licensees_do_is_asset_placement_and_territory() {
    let told: Vec<_> = By::ALL
        .into_iter()
        .filter(|by| by.is_about_licensees())
        .collect();
    assert_eq!(told, [By::Asset, By::Placement, By::Territory]);
    for by in By::ALL {
        assert_eq!(by.code().parse(), Ok(by));
    }
}

fn table() -> impl Strategy<Value = (Vec<Vec<Licensees>>, Vec<usize>)> {
    let cell = || prop::collection::btree_set(0..24_u32, 0..20);
    (1..5_usize, 1..6_usize).prop_flat_map(move |(lines, width)| {
        let table = prop::collection::vec(prop::collection::vec(cell(), width), lines);
        (table, prop::collection::vec(0..width, 0..2))
    })
}

/// Whoever knows the total of these cells and sees what isn't merged knows the merged ones' sum.
fn told(lines: &[Vec<Licensees>], merged: &[Vec<bool>], places: &[(usize, usize)]) -> bool {
    let cells = places
        .iter()
        .filter(|(line, at)| !lines[*line][*at].is_empty());
    let (hidden, shown): (Vec<_>, Vec<_>) = cells.partition(|(line, at)| merged[*line][*at]);
    let of: Licensees = hidden
        .iter()
        .flat_map(|(line, at)| lines[*line][*at].clone())
        .collect();
    !hidden.is_empty() && !shown.is_empty() && of.len() < LICENSEES_MIN
}

proptest! {
    #[test]
    fn report_k_anonymity((lines, columns) in table()) {
        let merged = merged_in(&lines, &columns, LICENSEES_MIN);
        let width = lines[0].len();
        for line in 0..lines.len() {
            for at in 0..width {
                let few = lines[line][at].len() < LICENSEES_MIN || columns.contains(&at);
                prop_assert!(!few || merged[line][at] || lines[line][at].is_empty());
            }
            let places: Vec<_> = (0..width).map(|at| (line, at)).collect();
            prop_assert!(!told(&lines, &merged, &places), "line {line}: {merged:?}");
        }
        if lines.len() > 1 {
            for at in (0..width).filter(|at| !columns.contains(at)) {
                let places: Vec<_> = (0..lines.len()).map(|line| (line, at)).collect();
                prop_assert!(!told(&lines, &merged, &places), "column {at}: {merged:?}");
            }
        }
    }

    #[test]
    fn where_all_have_enough_nothing_is_merged(count in 1..6_usize, size in 10..30_u32) {
        let groups = vec![of(size); count];
        prop_assert!(merged(&groups, LICENSEES_MIN).iter().all(|merged| !merged));
    }
}
