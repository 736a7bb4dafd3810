//! Each invariant of the rules holds for sound rows and names what is wrong with broken ones.

use domain::invariant::{
    BundleRow, DrawRow, ExclusiveRow, SheetRow, TrackSaleRow, bundles_are_consumed_by_uses,
    bundles_hold_what_they_sold, each_use_is_paid_once, exclusives_stand_alone,
    split_sheets_are_conserved,
};

fn sheet() -> SheetRow {
    let (weights, posted) = (vec![1, 1, 1], vec![33, 33, 33]);
    SheetRow {
        sheet: "spl_1".into(),
        weights,
        shared_micros: 100,
        posted,
        carry: 1,
    }
}

fn bundle() -> BundleRow {
    BundleRow {
        bundle: "bun_1".into(),
        total_ms: 3_000,
        consumed_ms: 1_000,
        unearned_micros: 100,
        balance: 67,
    }
}

fn drawn(use_id: &str, bundle: &str, billed_ms: i64) -> DrawRow {
    DrawRow {
        use_id: use_id.into(),
        bundle: bundle.into(),
        billed_ms,
    }
}

#[test]
fn a_sheet_whose_parts_or_carry_differ_is_named() {
    assert_eq!(split_sheets_are_conserved(&[sheet()]), []);
    let broken = [
        SheetRow {
            carry: 0,
            ..sheet()
        },
        SheetRow {
            posted: vec![34, 33, 33],
            ..sheet()
        },
        SheetRow {
            posted: vec![34, 32, 33],
            ..sheet()
        },
        SheetRow {
            posted: vec![33, 33],
            ..sheet()
        },
        SheetRow {
            weights: vec![0, 0, 0],
            ..sheet()
        },
    ];
    for row in broken {
        assert_eq!(split_sheets_are_conserved(&[row])[0].subject, "spl_1");
    }
}

#[test]
fn a_bundle_overdrawn_or_out_of_step_with_its_account_is_named() {
    assert_eq!(bundles_hold_what_they_sold(&[bundle()]), []);
    let broken = [
        BundleRow {
            consumed_ms: 3_001,
            ..bundle()
        },
        BundleRow {
            consumed_ms: -1,
            ..bundle()
        },
        BundleRow {
            total_ms: 0,
            consumed_ms: 0,
            ..bundle()
        },
        BundleRow {
            balance: 66,
            ..bundle()
        },
    ];
    for row in broken {
        assert_eq!(bundles_hold_what_they_sold(&[row])[0].subject, "bun_1");
    }
}

#[test]
fn a_bundle_that_its_uses_do_not_explain_is_named() {
    let bundles = [bundle()];
    assert_eq!(
        bundles_are_consumed_by_uses(&bundles, &[drawn("u1", "bun_1", 1_000)]),
        []
    );
    assert_eq!(
        bundles_are_consumed_by_uses(&bundles, &[])[0].subject,
        "bun_1"
    );
    let stray = [drawn("u1", "bun_1", 1_000), drawn("u1", "bun_2", 5)];
    assert_eq!(
        bundles_are_consumed_by_uses(&bundles, &stray)[0].subject,
        "bun_2"
    );
}

#[test]
fn a_use_unpaid_paid_twice_or_paid_without_being_accepted_is_named() {
    assert_eq!(each_use_is_paid_once(&["a", "b"], &["b", "a"]), []);
    let cases: [(&[&str], &[&str], &str); 4] = [
        (&["a", "b"], &["a"], "b"),
        (&["a"], &["a", "a"], "a"),
        (&["a"], &["a", "z"], "z"),
        (&["a", "a"], &["a"], "a"),
    ];
    for (accepted, settled, named) in cases {
        let breaches = each_use_is_paid_once(accepted, settled);
        assert_eq!(breaches.len(), 1);
        assert_eq!(breaches[0].subject, named);
    }
}

#[test]
fn nothing_is_sold_of_a_track_that_somebody_holds_alone() {
    let alone = |licence: &str, from_ms, until_ms| ExclusiveRow {
        licence: licence.into(),
        track: "t".into(),
        from_ms,
        until_ms,
    };
    let sale = |licence: &str, track: &str, at_ms| TrackSaleRow {
        licence: licence.into(),
        track: track.into(),
        at_ms,
    };
    let held = [alone("a", 10, 20), alone("b", 20, 30)];
    let fine = [
        sale("x", "t", 10),
        sale("y", "t", 30),
        sale("z", "u", 15),
        sale("a", "t", 10),
    ];
    assert_eq!(exclusives_stand_alone(&held, &fine), []);
    let found = |exclusives: &[ExclusiveRow], sales: &[TrackSaleRow]| {
        let breaches = exclusives_stand_alone(exclusives, sales);
        breaches
            .into_iter()
            .map(|one| one.subject)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found(&held, &[sale("x", "t", 11), sale("y", "t", 29)]),
        ["x", "y"]
    );
    assert_eq!(found(&[alone("a", 10, 20), alone("c", 10, 20)], &[]), ["a"]);
}
