//! What the set of ids accepted lately weighs.

use std::convert::Infallible;

use meter::id::Key;
use meter::window::{KEPT_MS, Place, Window};

use crate::common::{HOUR, NOW};

fn no(_: Place) -> Result<bool, Infallible> {
    Ok(false)
}

fn key(of: u32) -> Key {
    Key(u128::from(of).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

/// Thousandths of a byte that an id takes.
fn weight(window: &Window) -> u64 {
    u64::try_from(window.bytes()).unwrap() * 1000 / window.len()
}

#[test]
fn an_id_takes_ten_bytes_and_never_twelve() {
    let mut window = Window::new();
    assert!(window.bytes() <= 16_000, "{} bytes of none", window.bytes());
    let (mut sum, mut times) = (0, 0);
    for n in 0..600_000_u32 {
        let (commit, index) = (u64::from(n / 1000 + 1), n % 1000);
        if index == 0 {
            window.begin(commit, NOW).unwrap();
        }
        let at = Place { commit, index };
        window.insert_if_absent(key(n), at, no).unwrap();
        if n >= 200_000 && index == 0 {
            let weight = weight(&window);
            // At least that, or the table would be too full to be quick.
            assert!((9_100..11_500).contains(&weight), "{weight} at {n}");
            (sum, times) = (sum + weight, times + 1);
        }
    }
    assert!(sum / times <= 10_500, "{} on average", sum / times);
}

#[test]
fn a_commit_takes_four_bytes_and_a_missing_one_nothing() {
    let (mut many, mut few) = (Window::new(), Window::new());
    few.begin(1, NOW).unwrap();
    for n in 0..100_000_u32 {
        let commit = u64::from(n) + 1;
        many.begin(commit, NOW).unwrap();
        let (own, none) = (
            Place { commit, index: 0 },
            Place {
                commit: 1,
                index: n,
            },
        );
        many.insert_if_absent(key(n), own, no).unwrap();
        few.insert_if_absent(key(n), none, no).unwrap();
    }
    let taken = many.bytes() - few.bytes();
    assert!(taken <= 450_000, "{taken} bytes of 100000 commits");
    let before = few.bytes();
    let near = (1..=1000).map(|n| 500 * n);
    let far = (1..=1000).map(|n| n << 24);
    for (n, commit) in (200_000..).zip(near.chain(far)) {
        few.begin(commit, NOW).unwrap();
        let at = Place { commit, index: 0 };
        few.insert_if_absent(key(n), at, no).unwrap();
    }
    let taken = few.bytes() - before;
    assert!(taken <= 150_000, "{taken} bytes of 2000 commits apart");
}

#[test]
fn what_is_forgotten_makes_room_for_what_comes() {
    let mut window = Window::new();
    let mut worst = 0;
    // A commit an hour, so that some 841 are kept; three times over.
    for commit in 1..=2600_u32 {
        let at = NOW.plus_ms(i64::from(commit) * HOUR);
        window.begin(commit.into(), at).unwrap();
        for index in 0..150 {
            let place = Place {
                commit: commit.into(),
                index,
            };
            window
                .insert_if_absent(key(commit * 150 + index), place, no)
                .unwrap();
        }
        if commit > 1000 {
            worst = worst.max(weight(&window));
        }
    }
    let kept = u64::try_from(KEPT_MS / HOUR).unwrap() + 2;
    assert!(window.len() <= kept * 150, "{} ids", window.len());
    // A shard has some five hundred ids, and whole pages of 256 slots.
    assert!(worst <= 13_000, "{worst}");
}
