//! What must hold for any pool, any uses, any order.

use std::collections::BTreeMap;

use domain::invariant_money::{
    ClosedRow, CycleRow, closed_cycles_are_paid_out, guarantees_are_funded,
};
use domain::pool::IdleRule;
use domain::pool::close::{Totals, Unused, close, share_idle};
use domain::pool::taken_back::{Stage, entitled};
use domain::{Pool, TrackId};
use proptest::collection::vec;
use proptest::prelude::*;

fn track(n: usize) -> TrackId {
    TrackId::from_bytes([u8::try_from(n).unwrap(); 16])
}

/// A pool with up to eight tracks, some of them unused, that guarantees all its uses.
fn pools() -> impl Strategy<Value = Pool> {
    let figures = (vec(0..40_u32, 0..8), 1..3_000_000_i64, 0..200_000_000_i64);
    figures.prop_map(|(counts, guarantee, more)| {
        let used: i64 = counts.iter().map(|count| i64::from(*count)).sum();
        let uses = counts.iter().enumerate().map(|(n, c)| (track(n), *c));
        Pool::new(used * guarantee + more, guarantee, None, uses.collect()).unwrap()
    })
}

fn row(pool: &Pool, closed: Option<ClosedRow>) -> CycleRow {
    CycleRow {
        cycle: "cycle".into(),
        contribution: pool.contribution(),
        guaranteed: pool.accrued(),
        held: if closed.is_some() { 0 } else { pool.held() },
        closed,
    }
}

proptest! {
    #[test]
    fn closing_pays_out_the_contribution_and_never_less_than_the_guarantee(
        pool in pools(),
        roll_over: bool,
    ) {
        let rule = if roll_over { IdleRule::RollOver } else { IdleRule::Share };
        let closed = close(&pool, rule).unwrap();
        prop_assert_eq!(&close(&pool, rule).unwrap(), &closed, "twice is the same as once");
        prop_assert!(closed.tracks.iter().all(|one| one.top_up_micros >= 0));
        let unused = match closed.unused {
            Unused::Nothing => 0,
            Unused::Idle(micros) | Unused::NextCycle(micros) => micros,
        };
        let digest = String::new();
        let top_ups = closed.tracks.iter().map(|one| one.top_up_micros).sum();
        let row = row(&pool, Some(ClosedRow {
            top_ups,
            unused,
            digest_then: digest.clone(),
            digest_now: digest,
        }));
        let rows = [row];
        prop_assert_eq!(closed_cycles_are_paid_out(&rows), []);
        prop_assert_eq!(guarantees_are_funded(&rows), []);
    }

    #[test]
    fn accepting_keeps_the_guarantees_funded_whatever_is_asked(
        contribution in 0..4_000_000_i64,
        guarantee in 50_000..1_000_000_i64,
        cap in prop::option::of(1..6_u32),
        asked in vec(0..4_usize, 0..90),
    ) {
        let mut pool = Pool::new(contribution, guarantee, cap, BTreeMap::new()).unwrap();
        let mut accrued = 0;
        for n in asked {
            if let Ok(accrual) = pool.accept(track(n)) {
                accrued += accrual.micros;
                pool = pool.after(&accrual);
            }
            prop_assert!(pool.held() >= 0 && pool.used() <= pool.allowance());
            prop_assert!(pool.uses().values().all(|count| cap.is_none_or(|cap| *count <= cap)));
        }
        prop_assert_eq!(accrued, pool.accrued());
        prop_assert_eq!(guarantees_are_funded(&[row(&pool, None)]), []);
    }

    #[test]
    fn nobody_gains_by_using_their_own_tracks(pool in pools(), own in vec(any::<bool>(), 8)) {
        // Whoever pays the price P ≥ A gets at most A back, by whichever tracks.
        let closed = close(&pool, IdleRule::Share).unwrap();
        let theirs = closed.tracks.iter().filter(|one| own[usize::from(one.track.bytes()[0])]);
        let got: i64 = theirs.map(|one| one.share_micros).sum();
        prop_assert!(got <= pool.contribution());
    }

    #[test]
    fn a_use_of_another_track_never_raises_what_a_track_gets(pool in pools(), n in 0..8_usize) {
        if pool.used() >= pool.allowance() {
            return Ok(());
        }
        let before = close(&pool, IdleRule::Share).unwrap();
        let accrual = pool.accept(track(n)).unwrap();
        let after = close(&pool.after(&accrual), IdleRule::Share).unwrap();
        for one in before.tracks.iter().filter(|one| one.track != track(n)) {
            let then = after.tracks.iter().find(|then| then.track == one.track).unwrap();
            // Of largest remainders, one micro-unit may go the other way.
            prop_assert!(then.share_micros <= one.share_micros + 1);
        }
    }

    #[test]
    fn a_run_of_closes_may_stop_anywhere_and_go_in_any_order(
        pools in vec(pools(), 1..12),
        order in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let add = |totals: Totals, pool: &Pool| {
            totals.plus(pool, &close(pool, IdleRule::Share).unwrap()).unwrap()
        };
        let whole = pools.iter().fold(Totals::default(), add);
        let mut turned = pools.clone();
        turned.rotate_left(order.index(pools.len()));
        turned.reverse();
        let (first, rest) = turned.split_at(cut.index(pools.len()));
        let interrupted = first.iter().fold(Totals::default(), add);
        prop_assert_eq!(&rest.iter().fold(interrupted, add), &whole);
        let paid: i64 = whole.tracks.values().map(|t| t.accrued_micros + t.top_up_micros).sum();
        prop_assert_eq!(paid + whole.idle_micros, whole.contribution_micros);
    }

    #[test]
    fn idle_money_is_shared_to_the_last_micro_unit(
        micros in 0..i64::MAX,
        counts in vec(0..1_000_000_u64, 0..12),
    ) {
        let uses = counts.iter().enumerate().map(|(n, count)| (track(n), *count)).collect();
        let parts = share_idle(micros, &uses).unwrap();
        let shared: i128 = parts.iter().map(|(_, part)| i128::from(*part)).sum();
        let used = counts.iter().any(|count| *count > 0);
        prop_assert_eq!(shared, if used { i128::from(micros) } else { 0 });
    }

    #[test]
    fn taking_money_back_in_steps_ends_where_one_step_would(
        pool in pools(),
        closed: bool,
        steps in vec(0..=100_i64, 0..6),
    ) {
        let stage = if closed { Stage::Closed } else { Stage::Open };
        let whole = pool.contribution();
        let mut posted = entitled(&pool, stage, whole).unwrap();
        let mut left = whole;
        for percent in steps.into_iter().chain([100]) {
            left -= left * percent / 100;
            let due = entitled(&pool, stage, left).unwrap();
            let sum: i64 = due.tracks.values().sum::<i64>() + due.unused;
            prop_assert_eq!(sum, left);
            for (track, micros) in &due.tracks {
                // A smaller total can't give more, but for the one micro-unit of a remainder.
                prop_assert!((0..=posted.tracks[track] + 1).contains(micros));
            }
            posted = due;
        }
        prop_assert_eq!(left, 0);
        prop_assert!(posted.unused == 0 && posted.tracks.values().all(|micros| *micros == 0));
    }
}
