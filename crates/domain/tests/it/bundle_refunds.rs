//! What comes back of a bundle: the rest on request, or all of it after a dispute.

use domain::bundle_refund::{BundleSale, RestRefusal, entitled, refund_rest};
use domain::{Bundle, BundleId, Timestamp, TrackId};
use ledger::Money;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{golden, int, usd};

fn track(n: usize) -> TrackId {
    TrackId::from_bytes([u8::try_from(n).unwrap(); 16])
}

#[test]
fn e_refund_the_rest_of_a_bundle_comes_out_of_its_legs() {
    let golden = golden("E_bundle");
    let bundle = Bundle {
        id: BundleId::from_bytes([1; 16]),
        total_ms: int(&golden, "total_ms"),
        consumed_ms: int(&golden, "total_ms") - int(&golden, "left_ms"),
        unearned_micros: int(&golden, "composer_pool"),
        expires_at: Timestamp(1),
    };
    let gross = usd(int(&golden, "price"));
    let sale = BundleSale {
        gross,
        tax_micros: 0,
    };
    let rest = refund_rest(&sale, &bundle).unwrap();
    assert_eq!(
        rest.refund,
        usd(int(&crate::support::golden("E_refund"), "refund"))
    );
    assert_eq!(rest.unearned, int(&golden, "left_value"));
    assert_eq!(
        (rest.platform, rest.tax, rest.to_composers),
        (375_430, 0, 0)
    );
    let empty = Bundle {
        consumed_ms: bundle.total_ms - 1,
        ..bundle
    };
    assert_eq!(refund_rest(&sale, &empty), Err(RestRefusal::Nothing));
}

#[test]
fn a_dispute_takes_what_is_unearned_first_and_then_from_the_tracks() {
    let earned = [(track(1), 60), (track(2), 30)];
    let seen = |left| {
        let (tracks, unearned) = entitled(&earned, left).unwrap();
        (tracks[0].1, tracks[1].1, unearned)
    };
    assert_eq!(seen(100), (60, 30, 10));
    assert_eq!(seen(90), (60, 30, 0));
    assert_eq!(seen(89), (59, 30, 0));
    assert_eq!(seen(0), (0, 0, 0));
    assert_eq!(seen(-1), (0, 0, 0));
    assert_eq!(entitled(&[], 7), Ok((vec![], 7)));
    assert!(entitled(&[(track(1), -1)], 7).is_err());
    assert!(entitled(&[(track(1), i64::MAX), (track(2), 1)], 7).is_err());
}

proptest! {
    #[test]
    fn refunding_the_rest_empties_a_bundle(
        cents in 100..100_000_i64,
        unearned_bp in 1..=10_000_i64,
        tax_bp in 0..2_000_i64,
        seconds in 1..10_000_i64,
        used in 0..10_000_i64,
    ) {
        let gross = usd(cents * 10_000);
        let unearned = gross.micros() * unearned_bp / 10_000;
        let tax_micros = (gross.micros() - unearned).min(cents * tax_bp / 10_000 * 10_000);
        let tax_micros = tax_micros - tax_micros % 10_000;
        let bundle = Bundle {
            id: BundleId::from_bytes([1; 16]),
            total_ms: seconds * 1_000,
            consumed_ms: (used % (seconds + 1)) * 1_000,
            unearned_micros: unearned,
            expires_at: Timestamp(1),
        };
        match refund_rest(&BundleSale { gross, tax_micros }, &bundle) {
            Err(why) => prop_assert_eq!(why, RestRefusal::Nothing),
            Ok(rest) => {
                let held = bundle.left_micros().unwrap();
                prop_assert_eq!(rest.unearned + rest.to_composers, held);
                prop_assert_eq!(rest.tax + rest.unearned + rest.platform, rest.refund.micros());
                let parts = [rest.tax, rest.unearned, rest.platform, rest.to_composers];
                prop_assert!(parts.iter().all(|part| *part >= 0), "{:?}", rest);
                prop_assert_eq!(rest.refund, Money::floor_to_minor(rest.refund).unwrap());
            }
        }
    }

    #[test]
    fn what_a_dispute_leaves_is_shared_to_the_last_micro_unit(
        earned in vec(0..1_000_000_000_i64, 0..8),
        unearned in 0..1_000_000_000_i64,
        taken in 0..10_000_000_000_i64,
    ) {
        let whole = earned.iter().sum::<i64>() + unearned;
        let earned: Vec<_> = earned.iter().enumerate().map(|(n, e)| (track(n), *e)).collect();
        let (before, rest) = entitled(&earned, whole).unwrap();
        prop_assert_eq!((&before, rest), (&earned, unearned));
        let left = (whole - taken).max(0);
        let (after, rest) = entitled(&earned, left).unwrap();
        prop_assert_eq!(after.iter().map(|(_, part)| part).sum::<i64>() + rest, left);
        for ((_, had), (_, has)) in before.iter().zip(&after) {
            prop_assert!((0..=*had).contains(has));
        }
    }
}
