//! Bundles of clip time.

use domain::bundle::{billed_ms, clips_left, draw, expiry_shares, refund_of_rest};
use domain::{Bundle, BundleId, NotEnough, Timestamp, TrackId};
use proptest::prelude::*;

use crate::support::{golden, int, usd};

const OPEN: Timestamp = Timestamp(0);

fn bundle(n: u8, total_ms: i64, consumed_ms: i64, unearned_micros: i64, expires: i64) -> Bundle {
    let id = BundleId::from_bytes([n; 16]);
    Bundle {
        id,
        total_ms,
        consumed_ms,
        unearned_micros,
        expires_at: Timestamp(expires),
    }
}

#[test]
fn e_bundle_every_use_is_billed_and_earns_as_stated() {
    let golden = golden("E_bundle");
    let pool = int(&golden, "composer_pool");
    let mut held = bundle(1, int(&golden, "total_ms"), 0, pool, 1);
    for row in golden["uses"].as_array().unwrap() {
        let drawn = draw(std::slice::from_ref(&held), int(row, "clip_ms"), OPEN);
        if row["status"].is_string() {
            assert_eq!(
                drawn,
                Err(NotEnough::Missing {
                    missing_ms: 1_000,
                    left_ms: 66_000
                })
            );
        } else {
            let drawn = drawn.unwrap();
            assert_eq!(drawn[0].billed_ms, int(row, "billed_ms"), "{row}");
            assert_eq!(drawn[0].earns, int(row, "value"), "{row}");
            held = held.after(&drawn[0]);
        }
        assert_eq!(held.left_ms(), int(row, "remaining_ms"), "{row}");
    }
    assert_eq!(held.earned_micros(), Ok(int(&golden, "recognised")));
    assert_eq!(held.left_micros(), Ok(int(&golden, "left_value")));
    let refund = refund_of_rest(usd(int(&golden, "price")), held.left_ms(), held.total_ms);
    assert_eq!(refund, Ok(usd(int(&self::golden("E_refund"), "refund"))));
}

#[test]
fn a_clip_is_billed_in_whole_seconds_rounded_up() {
    for (clip, billed) in [(0, 0), (1, 1_000), (1_000, 1_000), (1_001, 2_000), (-5, 0)] {
        assert_eq!(billed_ms(clip), billed);
    }
    assert_eq!(billed_ms(i64::MAX), i64::MAX);
    assert_eq!((clips_left(66_000, 14_500), clips_left(66_000, 0)), (4, 0));
}

#[test]
fn the_earliest_expiry_is_drawn_first_and_one_use_may_span_two() {
    let late = bundle(1, 10_000, 0, 100, 200);
    let soon = bundle(2, 10_000, 6_000, 50, 100);
    let tied = bundle(3, 10_000, 0, 70, 200);
    let drawn = draw(&[tied, late, soon], 15_000, OPEN).unwrap();
    let seen: Vec<(u8, i64, i64)> = drawn
        .iter()
        .map(|d| (d.bundle.bytes()[0], d.billed_ms, d.earns))
        .collect();
    assert_eq!(seen, [(2, 4_000, 20), (1, 10_000, 100), (3, 1_000, 7)]);
}

#[test]
fn expired_and_empty_bundles_hold_nothing() {
    let expired = bundle(1, 10_000, 0, 100, 5);
    let empty = bundle(2, 10_000, 10_000, 100, 50);
    let missing = |missing_ms| {
        Err(NotEnough::Missing {
            missing_ms,
            left_ms: 0,
        })
    };
    assert_eq!(
        draw(&[expired.clone(), empty], 1, Timestamp(5)),
        missing(1_000)
    );
    assert!(
        draw(&[expired], 1, Timestamp(4)).is_ok(),
        "the last millisecond still counts"
    );
    assert_eq!(draw(&[], 2_500, OPEN), missing(3_000));
}

#[test]
fn at_expiry_the_rest_goes_to_the_tracks_by_time() {
    let track = |n| TrackId::from_bytes([n; 16]);
    let parts = expiry_shares(100, &[(track(1), 15_000), (track(2), 30_000)]).unwrap();
    assert_eq!(parts, [(track(1), 33), (track(2), 67)]);
    assert!(expiry_shares(100, &[]).is_err());
}

proptest! {
    #[test]
    fn the_whole_bundle_earns_exactly_what_it_held(
        clips in prop::collection::vec(1..300_000_i64, 1..80),
        unearned in 0..100_000_000_i64,
        seconds in 1..7_000_i64,
    ) {
        let mut held = [bundle(1, seconds * 1_000, 0, unearned, 1), bundle(2, 9_000, 0, 777, 2)];
        let mut earned = 0;
        let last = held.iter().map(Bundle::left_ms).sum::<i64>();
        for clip in clips.into_iter().chain([last]) {
            let left: i64 = held.iter().map(Bundle::left_ms).sum();
            let clip = clip.min(left);
            let drawn = draw(&held, clip, OPEN).unwrap();
            prop_assert_eq!(drawn.iter().map(|d| d.billed_ms).sum::<i64>(), billed_ms(clip));
            for one in drawn {
                earned += one.earns;
                let at = held.iter().position(|b| b.id == one.bundle).unwrap();
                held[at] = held[at].clone().after(&one);
                prop_assert!(held[at].consumed_ms <= held[at].total_ms);
            }
        }
        let rest: i64 = held.iter().map(|b| b.left_micros().unwrap()).sum();
        prop_assert_eq!(earned + rest, unearned + 777);
        prop_assert_eq!(rest, 0);
    }
}
