//! The set of ids accepted lately.

use std::collections::HashMap;
use std::convert::Infallible;

use meter::id::Key;
use meter::window::{COMMIT_MAX, INDEX_MAX, KEPT_MS, Place, PlaceError, Window, WindowError};
use proptest::prelude::*;

use crate::common::{HOUR, NOW, config};

fn place(commit: u64, index: u32) -> Place {
    Place { commit, index }
}

fn no(_: Place) -> Result<bool, Infallible> {
    Ok(false)
}

fn yes(_: Place) -> Result<bool, Infallible> {
    Ok(true)
}

#[test]
fn an_id_is_found_where_it_was_put_first() {
    let mut window = Window::new();
    window.begin(3, NOW).unwrap();
    assert_eq!(window.insert_if_absent(Key(9), place(3, 0), yes), Ok(None));
    let again = window.insert_if_absent(Key(9), place(3, 1), yes);
    assert_eq!((again, window.len()), (Ok(Some(place(3, 0))), 1));
}

#[test]
fn ids_of_one_hash_are_never_taken_for_each_other() {
    // Wherever in the table they lie, also at its very end.
    for key in [7, u128::from(u32::MAX), u128::MAX] {
        let mut window = Window::new();
        window.begin(1, NOW).unwrap();
        // All keys are one; only the caller can tell the ids apart.
        for index in 0..1000 {
            let put = window.insert_if_absent(Key(key), place(1, index), no);
            assert_eq!(put, Ok(None));
        }
        for index in 0..1000 {
            let same = |at: Place| Ok::<_, Infallible>(at.index == index);
            assert_eq!(window.find(Key(key), same), Ok(Some(place(1, index))));
        }
        assert_eq!(window.find(Key(key - 1), yes), Ok(None));
    }
}

#[test]
fn touching_changes_nothing_and_reads_nothing() {
    let mut window = Window::new();
    assert_eq!(
        window.touch(&[Key(1), Key(u128::MAX)]),
        0,
        "there is nothing yet"
    );
    window.begin(1, NOW).unwrap();
    window.insert_if_absent(Key(3), place(1, 0), yes).unwrap();
    assert_eq!(window.touch(&[Key(3), Key(3)]), 0, "the same twice");
    assert_eq!((window.touch(&[Key(3)]), window.len()), (3, 1));
}

#[test]
fn a_failing_reader_is_an_error_and_changes_nothing() {
    let mut window = Window::new();
    window.begin(1, NOW).unwrap();
    window.insert_if_absent(Key(1), place(1, 0), yes).unwrap();
    let fails = |_| Err("disk");
    assert_eq!(window.find(Key(1), fails), Err("disk"));
    let put = window.insert_if_absent(Key(1), place(1, 1), fails);
    assert_eq!((put, window.len()), (Err(WindowError::Read("disk")), 1));
}

#[test]
fn ids_are_kept_for_35_days_and_ten_minutes_and_then_forgotten() {
    let mut window = Window::new();
    window.begin(1, NOW).unwrap();
    window.insert_if_absent(Key(1), place(1, 0), yes).unwrap();
    window.begin(2, NOW.plus_ms(KEPT_MS)).unwrap();
    window.insert_if_absent(Key(2), place(2, 0), yes).unwrap();
    assert_eq!(window.find(Key(1), yes), Ok(Some(place(1, 0))));
    window.begin(3, NOW.plus_ms(KEPT_MS + 2 * HOUR)).unwrap();
    assert_eq!(window.find(Key(1), yes), Ok(None));
    assert_eq!(window.find(Key(2), yes), Ok(Some(place(2, 0))));
    assert_eq!((window.len(), window.first_kept()), (1, 2));
    assert_eq!(window.insert_if_absent(Key(1), place(3, 0), yes), Ok(None));
}

#[test]
fn what_was_dropped_is_forgotten_even_where_nothing_came_since() {
    let mut window = Window::new();
    for commit in 1..=3 {
        window.begin(commit, NOW).unwrap();
        let key = Key(commit.into());
        let put = window.insert_if_absent(key, place(commit, 0), yes);
        put.unwrap();
    }
    window.forget_through(2);
    assert_eq!((window.len(), window.first_kept()), (1, 3));
    assert_eq!(window.find(Key(2), yes), Ok(None));
    assert_eq!(window.find(Key(3), yes), Ok(Some(place(3, 0))));
    window.forget_through(1);
    assert_eq!(window.first_kept(), 3, "nothing comes back");
    window.forget_through(9);
    assert!(window.is_empty());
    window.begin(10, NOW).unwrap();
    assert_eq!(window.insert_if_absent(Key(1), place(10, 0), yes), Ok(None));
    assert_eq!(window.len(), 1);
}

#[test]
fn a_clock_that_goes_back_forgets_nothing_early() {
    let mut window = Window::new();
    window.begin(1, NOW).unwrap();
    window.begin(2, NOW.plus_ms(-5 * HOUR)).unwrap();
    window.insert_if_absent(Key(1), place(2, 0), yes).unwrap();
    window.begin(3, NOW.plus_ms(HOUR)).unwrap();
    assert_eq!(window.find(Key(1), yes), Ok(Some(place(2, 0))));
}

#[test]
fn places_out_of_range_are_refused() {
    let mut window = Window::new();
    assert_eq!(window.begin(0, NOW), Err(PlaceError::OutOfRange));
    assert_eq!(
        window.begin(COMMIT_MAX + 1, NOW),
        Err(PlaceError::OutOfRange)
    );
    let out = Err(WindowError::Place(PlaceError::OutOfRange));
    assert_eq!(
        window.insert_if_absent(Key(1), place(1, 0), yes),
        out,
        "none has begun"
    );
    window.begin(5, NOW).unwrap();
    assert_eq!(window.begin(4, NOW), Err(PlaceError::Backwards(4)));
    for bad in [
        place(4, 0),
        place(5, INDEX_MAX + 1),
        place(COMMIT_MAX + 1, 0),
    ] {
        assert_eq!(window.insert_if_absent(Key(1), bad, yes), out, "{bad:?}");
    }
    let most = place(COMMIT_MAX, INDEX_MAX);
    window.insert_if_absent(Key(1), most, yes).unwrap();
    assert_eq!(window.find(Key(1), yes), Ok(Some(most)));
    assert_eq!(window.begin(6, NOW), Err(PlaceError::Backwards(6)));
}

#[test]
fn a_commit_that_was_followed_grows_no_more() {
    let mut window = Window::new();
    window.begin(1, NOW).unwrap();
    window.insert_if_absent(Key(1), place(1, 5), yes).unwrap();
    window.begin(4, NOW).unwrap();
    window.insert_if_absent(Key(2), place(4, 0), yes).unwrap();
    let out = Err(WindowError::Place(PlaceError::OutOfRange));
    for late in [place(1, 6), place(2, 0), place(3, 0)] {
        assert_eq!(window.insert_if_absent(Key(3), late, yes), out, "{late:?}");
        window.remove(Key(2), late);
    }
    assert_eq!(window.insert_if_absent(Key(3), place(1, 4), yes), Ok(None));
    window.begin(5, NOW).unwrap();
    window.insert_if_absent(Key(4), place(5, 0), yes).unwrap();
    let places = [place(1, 5), place(4, 0), place(1, 4), place(5, 0)];
    for (key, at) in (1..).zip(places) {
        assert_eq!(window.find(Key(key), yes), Ok(Some(at)));
    }
    assert_eq!(window.len(), 4);
}

#[test]
fn a_commit_that_begins_again_an_hour_later_can_still_be_taken_back() {
    let mut window = Window::new();
    window.begin(5, NOW).unwrap();
    window.insert_if_absent(Key(1), place(5, 0), yes).unwrap();
    window.begin(5, NOW.plus_ms(2 * HOUR)).unwrap();
    window.remove(Key(1), place(5, 0));
    assert!(window.is_empty());
    window.insert_if_absent(Key(2), place(5, 0), yes).unwrap();
    assert_eq!(window.find(Key(1), yes), Ok(None));
    assert_eq!(window.find(Key(2), yes), Ok(Some(place(5, 0))));
}

#[test]
fn places_too_far_apart_are_refused_until_the_first_are_forgotten() {
    let mut window = Window::new();
    // Each as long as a commit can be: 255 of 2²⁴ places.
    for commit in 1..=255 {
        window.begin(commit, NOW).unwrap();
        let put = window.insert_if_absent(Key(commit.into()), place(commit, INDEX_MAX), yes);
        assert_eq!(put, Ok(None));
    }
    window.begin(256, NOW).unwrap();
    let out = Err(WindowError::Place(PlaceError::OutOfRange));
    let beyond = place(256, INDEX_MAX);
    assert_eq!(window.insert_if_absent(Key(256), beyond, yes), out);
    assert_eq!(window.len(), 255);
    window.forget_through(1);
    assert_eq!(window.insert_if_absent(Key(256), beyond, yes), Ok(None));
    for commit in 2..=255 {
        let found = window.find(Key(commit.into()), yes);
        assert_eq!(found, Ok(Some(place(commit, INDEX_MAX))));
    }
}

#[test]
fn places_are_numbered_for_ever() {
    let mut window = Window::new();
    // Two thousand commits as long as can be are seven times more places than there are numbers.
    for commit in 1..=2000_u64 {
        window.begin(commit, NOW).unwrap();
        let last = place(commit, INDEX_MAX);
        for at in [place(commit, 0), last] {
            let key = Key(u128::from(commit) << 1 | u128::from(at.index & 1));
            assert_eq!(window.insert_if_absent(key, at, yes), Ok(None));
        }
        window.forget_through(commit.saturating_sub(100));
    }
    for commit in 1..=2000 {
        let found = window.find(Key(u128::from(commit) << 1 | 1), yes);
        let kept = (commit > 1900).then(|| place(commit, INDEX_MAX));
        assert_eq!(found, Ok(kept));
    }
    assert_eq!(window.len(), 200);
}

proptest! {
    #![proptest_config(config(300))]

    /// Against a map, with commits that fail, hours that pass and blobs that are dropped.
    #[test]
    fn it_is_the_set_it_should_be(
        steps in prop::collection::vec((0..200_u128, 0..30_u8, 0..400_i64), 1..400),
    ) {
        let (mut window, mut model, mut now) = (Window::new(), HashMap::new(), NOW);
        for (commit, (key, what, hours)) in (1..).zip(steps) {
            if what == 0 {
                now = now.plus_ms(hours * HOUR);
            }
            if what == 2 {
                let kept = u64::try_from(key % 20).unwrap();
                window.forget_through((commit - 1_u64).saturating_sub(kept));
            }
            window.begin(commit, now).unwrap();
            model.retain(|_, at: &mut Place| at.commit >= window.first_kept());
            let put = window.insert_if_absent(Key(key), place(commit, 0), yes).unwrap();
            prop_assert_eq!(put, model.get(&key).copied());
            if put.is_none() && what == 1 {
                window.remove(Key(key), place(commit, 0));
            } else {
                model.entry(key).or_insert(place(commit, 0));
            }
            prop_assert_eq!(window.len(), u64::try_from(model.len()).unwrap());
        }
        for key in 0..200 {
            prop_assert_eq!(window.find(Key(key), yes).unwrap(), model.get(&key).copied());
        }
    }
}
