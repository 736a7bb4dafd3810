//! Pools: allowance, guarantees, closing, the idle rule, and money taken back.

use std::collections::BTreeMap;

use domain::pool::close::{Close, CloseReport, Totals, Unused, close, share_idle};
use domain::pool::pay::{PaidFrom, Unpaid, pay};
use domain::pool::taken_back::{Stage, entitled};
use domain::pool::{Beyond, IdleRule, PoolError};
use domain::{
    Bundle, BundleId, Cycle, NotEnough, Plan, Pool, Rates, Timestamp, TrackId, split_sale,
};
use ledger::{Currency, Money, largest_remainder};
use serde_json::Value;

use crate::support::{golden, int, usd};

const A: i64 = 3_025_750;
const G: i64 = 50_000;

fn track(n: u8) -> TrackId {
    TrackId::from_bytes([n; 16])
}

/// `T3` of the design's cases is track 3.
fn named(name: &str) -> TrackId {
    track(name.trim_start_matches('T').parse().unwrap())
}

fn pool(uses: &[(u8, u32)]) -> Pool {
    let uses = uses.iter().map(|(n, count)| (track(*n), *count)).collect();
    Pool::new(A, G, None, uses).unwrap()
}

fn uses_of(row: &Value) -> BTreeMap<TrackId, u32> {
    let counts = row["uses"].as_object().unwrap().iter();
    counts
        .map(|(name, count)| (named(name), u32::try_from(count.as_u64().unwrap()).unwrap()))
        .collect()
}

fn take(mut pool: Pool, n: u8, times: u32) -> (Pool, u32) {
    let mut taken = 0;
    for _ in 0..times {
        if let Ok(accrual) = pool.accept(track(n)) {
            pool = pool.after(&accrual);
            taken += 1;
        }
    }
    (pool, taken)
}

#[test]
fn j_k_each_plan_allows_as_many_uses_as_its_share_guarantees() {
    for row in golden("J_k").as_array().unwrap() {
        let plan = Plan::new(usd(5_000_000), usd(int(row, "g")), None, IdleRule::Share).unwrap();
        let pool = plan.fund(usd(int(row, "pool"))).unwrap();
        assert_eq!(pool.allowance(), int(row, "K"), "{row}");
    }
}

#[test]
fn b_net_the_composers_share_of_a_sale_funds_the_pool() {
    let rates = Rates {
        commission_bp: 3_000,
        ..Rates::default()
    };
    let sale = split_sale(Plan::shipped().price(), &rates).unwrap();
    let pool = Plan::shipped().fund(sale.composers).unwrap();
    let row = &golden("B_net")[0];
    assert_eq!(pool.contribution(), int(row, "pool"));
    assert_eq!((pool.allowance(), pool.held()), (60, A));
}

#[test]
fn c1_a_cycle_closes_as_stated() {
    for row in golden("C1 cycle close").as_array().unwrap() {
        let pool = Pool::new(A, G, None, uses_of(row)).unwrap();
        let closed = close(&pool, IdleRule::Share).unwrap();
        if pool.used() == 0 {
            let tracks = Vec::new();
            let unused = Unused::Idle(int(row, "idle"));
            assert_eq!(closed, Close { tracks, unused });
            continue;
        }
        assert_eq!(pool.used(), int(row, "n"));
        assert_eq!(A / pool.used(), int(row, "effective_rate"), "{row}");
        assert_eq!(closed.unused, Unused::Nothing);
        assert_eq!(closed.tracks.len(), row["pay"].as_object().unwrap().len());
        for name in row["pay"].as_object().unwrap().keys() {
            let share = closed.tracks.iter().find(|one| one.track == named(name));
            let share = share.unwrap();
            assert_eq!(share.share_micros, int(&row["pay"], name), "{row}");
            assert_eq!(share.accrued_micros, int(&row["guaranteed"], name), "{row}");
            assert_eq!(share.top_up_micros, int(&row["topup"], name), "{row}");
        }
    }
}

#[test]
fn c2_pooling_everybodys_money_would_pay_other_tracks() {
    // The first four subscribers of C1, one of whom used nothing.
    let cases = golden("C1 cycle close");
    let rows = &cases.as_array().unwrap()[..4];
    let mut counts: BTreeMap<TrackId, u64> = BTreeMap::new();
    let mut totals = Totals::default();
    for row in rows {
        let pool = Pool::new(A, G, None, uses_of(row)).unwrap();
        for (track, uses) in pool.uses() {
            *counts.entry(*track).or_default() += u64::from(*uses);
        }
        let closed = close(&pool, IdleRule::Share).unwrap();
        totals = totals.plus(&pool, &closed).unwrap();
    }
    let weights: Vec<u64> = counts.values().copied().collect();
    let pro_rata = largest_remainder(4 * A, &weights).unwrap();
    for (track, part) in counts.keys().zip(&pro_rata) {
        let name = format!("T{}", track.bytes()[0]);
        assert_eq!(
            *part,
            int(&golden("C2 same subs pro-rata"), &name),
            "{name}"
        );
    }
    // User-centric, T4's one listener pays it all of their money; pro-rata they'd fund T3.
    let four = totals.tracks[&track(4)];
    assert_eq!(four.accrued_micros + four.top_up_micros, A);
    assert_eq!((totals.idle_micros, totals.contribution_micros), (A, 4 * A));
}

#[test]
fn c3_self_dealers_get_back_their_own_share_and_no_more() {
    let golden = golden("C3 self-dealing");
    let (fakes, tries) = (5, 200);
    let mut got = 0;
    for _ in 0..fakes {
        let (pool, taken) = take(pool(&[]), 9, tries);
        assert_eq!(taken, 60);
        let closed = close(&pool, IdleRule::Share).unwrap();
        got += closed.tracks[0].share_micros;
    }
    assert_eq!(got, int(&golden, "capped"));
    assert_eq!(got, int(&golden, "user_centric"));
    assert_eq!(fakes * 5_000_000, int(&golden, "cost"));
    assert!(got < int(&golden, "cost"));
    let unlimited = fakes * i64::from(tries) * G;
    assert_eq!(unlimited, int(&golden, "unlimited_guarantee_200_uses_x5"));
    // Among a hundred subscribers of 60 uses each, a pro-rata pool would pay the fakes this.
    let uses = [100 * 60, u64::from(tries) * 5];
    let pro_rata = largest_remainder(105 * A, &uses).unwrap();
    assert_eq!(pro_rata[1], int(&golden, "pro_rata"));
}

#[test]
fn c4_a_guarantee_cannot_be_pumped() {
    for row in golden("C4 guarantee pump").as_array().unwrap() {
        let tries = u32::try_from(int(row, "uses")).unwrap();
        let (pool, _) = take(pool(&[]), 1, tries);
        let closed = close(&pool, IdleRule::Share).unwrap();
        let paid = closed.tracks[0].share_micros;
        assert_eq!(paid, int(row, "capped_max"), "{row}");
        assert_eq!(paid - 5_000_000, int(row, "capped_profit"), "{row}");
        assert_eq!(i64::from(tries) * G, int(row, "unlimited"), "{row}");
    }
}

#[test]
fn beyond_the_allowance_or_a_tracks_cap_a_use_is_not_taken() {
    let (full, taken) = take(pool(&[]), 1, 61);
    assert_eq!((taken, full.used(), full.held()), (60, 60, 25_750));
    let beyond = Beyond::Allowance { allowance: 60 };
    assert_eq!(full.accept(track(2)), Err(beyond));
    let capped = Pool::new(A, G, Some(2), BTreeMap::new()).unwrap();
    let (capped, taken) = take(capped, 1, 5);
    assert_eq!(taken, 2);
    assert_eq!(capped.accept(track(1)), Err(Beyond::TrackCap { cap: 2 }));
    assert_eq!(capped.accept(track(2)).map(|one| one.micros), Ok(G));
    let poor = Pool::new(G - 1, G, None, BTreeMap::new()).unwrap();
    assert_eq!(
        poor.accept(track(1)),
        Err(Beyond::Allowance { allowance: 0 })
    );
}

#[test]
fn beyond_the_allowance_a_bundle_pays_or_the_use_is_refused_with_both_reasons() {
    let bundle = Bundle {
        id: BundleId::from_bytes([1; 16]),
        total_ms: 10_000,
        consumed_ms: 0,
        unearned_micros: 100,
        expires_at: Timestamp(9),
    };
    let bundles = [bundle];
    let ask = |pool: Option<&Pool>, clip| pay(pool, &bundles, track(1), clip, Timestamp(0));
    let (full, _) = take(pool(&[]), 1, 60);
    let open = pool(&[]);
    let accrual = open.accept(track(1)).unwrap();
    assert_eq!(ask(Some(&open), 99_000), Ok(PaidFrom::Pool(accrual)));
    for subscribed in [Some(&full), None] {
        let Ok(PaidFrom::Bundles(draws)) = ask(subscribed, 4_000) else {
            panic!("the bundle holds ten seconds");
        };
        assert_eq!((draws[0].billed_ms, draws[0].earns), (4_000, 40));
    }
    let bundles_lack = NotEnough::Missing {
        missing_ms: 1_000,
        left_ms: 10_000,
    };
    let unpaid = |pool| {
        Err(Unpaid {
            pool,
            bundles: bundles_lack,
        })
    };
    let beyond = Beyond::Allowance { allowance: 60 };
    assert_eq!(ask(Some(&full), 10_001), unpaid(Some(beyond)));
    assert_eq!(ask(None, 10_001), unpaid(None));
}

#[test]
fn figures_near_the_end_of_the_range_are_exact_or_refused() {
    let uses = BTreeMap::from([(track(1), 2), (track(2), 1)]);
    let vast = Pool::new(i64::MAX, i64::MAX / 3, None, uses).unwrap();
    assert_eq!((vast.allowance(), vast.held()), (3, 1));
    let closed = close(&vast, IdleRule::Share).unwrap();
    let paid: i64 = closed.tracks.iter().map(|one| one.share_micros).sum();
    assert_eq!(paid, i64::MAX);
    let totals = Totals::default().plus(&vast, &closed).unwrap();
    assert!(totals.plus(&vast, &closed).is_err());
}

#[test]
fn an_upgrade_or_a_roll_over_raises_the_allowance() {
    let (full, _) = take(pool(&[]), 1, 60);
    let more = full.topped_up(1_000_000).unwrap();
    assert_eq!((more.allowance(), more.held()), (80, 1_025_750));
    assert!(more.accept(track(2)).is_ok());
    assert_eq!(pool(&[]).topped_up(-1), Err(PoolError::Negative));
    assert!(matches!(
        pool(&[]).topped_up(i64::MAX),
        Err(PoolError::Arithmetic(_))
    ));
}

#[test]
fn a_cycle_without_uses_is_idle_or_rolls_over() {
    let unused = |rule| close(&pool(&[]), rule).unwrap().unused;
    assert_eq!(unused(IdleRule::Share), Unused::Idle(A));
    assert_eq!(unused(IdleRule::RollOver), Unused::NextCycle(A));
    let empty = Pool::new(0, G, None, BTreeMap::new()).unwrap();
    let closed = close(&empty, IdleRule::Share).unwrap();
    assert_eq!(closed.unused, Unused::Nothing);
    let used = close(&pool(&[(1, 1)]), IdleRule::RollOver).unwrap();
    assert_eq!(used.unused, Unused::Nothing, "one use is enough");
}

#[test]
fn idle_money_goes_to_the_months_tracks_by_their_uses() {
    let uses = BTreeMap::from([(track(1), 3), (track(2), 0), (track(3), 1)]);
    let parts = share_idle(10, &uses).unwrap();
    assert_eq!(parts, [(track(1), 8), (track(3), 2)]);
    let nobody = share_idle(10, &BTreeMap::from([(track(2), 0)])).unwrap();
    assert_eq!(nobody, [], "without uses the money waits");
}

#[test]
fn a_plan_or_pool_that_cannot_be_is_refused() {
    let plan = |price, guarantee, cap| {
        Plan::new(usd(price), usd(guarantee), cap, IdleRule::Share).map(|plan| plan.guarantee())
    };
    assert_eq!(plan(0, 1, None), Err(PoolError::NotPositive));
    assert_eq!(plan(5, 0, None), Err(PoolError::NotPositive));
    assert_eq!(plan(5, 6, None), Err(PoolError::GuaranteeAbovePrice));
    assert_eq!(plan(5, 5, Some(0)), Err(PoolError::CapOfZero));
    assert_eq!(plan(5, 5, Some(1)), Ok(usd(5)));
    let euros = Money::new(5, Currency::EUR);
    let wrong = PoolError::WrongCurrency {
        plan: Currency::USD,
        money: Currency::EUR,
    };
    assert_eq!(Plan::new(usd(5), euros, None, IdleRule::Share), Err(wrong));
    assert_eq!(Plan::shipped().fund(euros), Err(wrong));
    assert_eq!(Plan::shipped().fund(usd(-1)), Err(PoolError::Negative));
    let overdrawn = Pool::new(A, G, None, BTreeMap::from([(track(1), 61)]));
    let (used, allowance) = (61, 60);
    assert_eq!(overdrawn, Err(PoolError::Overdrawn { used, allowance }));
    assert_eq!(
        Pool::new(1, 0, None, BTreeMap::new()),
        Err(PoolError::NotPositive)
    );
}

#[test]
fn a_report_can_be_recomputed_and_a_wrong_one_is_found_out() {
    let cycle = Cycle::nth(Timestamp(0), 0);
    let report = CloseReport::of(cycle, &pool(&[(1, 2), (2, 1)]), IdleRule::Share).unwrap();
    let text = serde_json::to_string(&report).unwrap();
    let read: CloseReport = serde_json::from_str(&text).unwrap();
    assert_eq!(read, report);
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        text,
        "same bytes again"
    );
    assert_eq!(read.holds(), Ok(true));
    let mut wrong = read.clone();
    wrong.outputs.tracks[0].top_up_micros += 1;
    assert_eq!(wrong.holds(), Ok(false));
    let mut impossible = read;
    impossible.inputs.uses.insert(track(3), 1_000);
    assert!(matches!(
        impossible.holds(),
        Err(PoolError::Overdrawn { .. })
    ));
}

#[test]
fn money_taken_back_comes_from_the_pool_first_and_then_from_the_tracks() {
    let pool = pool(&[(1, 2), (2, 1)]);
    let seen = |stage, left| {
        let due = entitled(&pool, stage, left).unwrap();
        (due.tracks[&track(1)], due.tracks[&track(2)], due.unused)
    };
    assert_eq!(seen(Stage::Open, A), (100_000, 50_000, A - 150_000));
    assert_eq!(seen(Stage::Open, 150_000), (100_000, 50_000, 0));
    assert_eq!(seen(Stage::Open, 149_999), (99_999, 50_000, 0));
    assert_eq!(seen(Stage::Open, 0), (0, 0, 0));
    assert_eq!(seen(Stage::Closed, A), (2_017_167, 1_008_583, 0));
    assert_eq!(seen(Stage::Closed, 3), (2, 1, 0));
    assert_eq!(seen(Stage::Closed, -5), (0, 0, 0));
    let idle = entitled(&self::pool(&[]), Stage::Closed, 7).unwrap();
    assert_eq!((idle.tracks.len(), idle.unused), (0, 7));
}
