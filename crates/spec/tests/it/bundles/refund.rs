//! The rest of a bundle is paid back: P·left/T, floored to the cent; composers keep the remainder.

use domain::Rates;
use serde_json::Value;
use spec::on_both_engines;
use spec::world::{accepted, dollars, refusals};

fn golden(case: &str) -> Value {
    let text = include_str!("../../../../ledger/tests/golden-money.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all[case].clone()
}

/// The rates of the design's worked cases.
fn golden_rates() -> Rates {
    Rates {
        commission_bp: 3_000,
        ..Rates::default()
    }
}

on_both_engines! {
    async fn the_designs_worked_bundle_comes_out_to_the_micro_unit(world: World) {
        let (case, refund) = (golden("E_bundle"), golden("E_refund"));
        let track = world.track("Night Market").await;
        let licence = world.buys_plan_under(golden_rates(), "bundle_10").await;
        assert_eq!(world.balance("bundle-unearned").await, case["composer_pool"]);
        let reporter = world.reporter().await;
        for (n, one) in case["uses"].as_array().unwrap().iter().enumerate() {
            let clip = one["clip_ms"].as_i64().unwrap();
            let event = world.used(&format!("e{n}"), &licence, &track).lasting(clip);
            let said = reporter.reports(&event).await;
            if one["status"].is_null() {
                let counted = accepted(said);
                assert_eq!(counted.billed_ms, one["billed_ms"]);
                assert_eq!(counted.earned_micros, one["value"]);
            } else {
                assert!(!refusals(said).is_empty());
            }
            assert_eq!(world.bundle(&licence).await.left_ms, one["remaining_ms"]);
        }
        assert_eq!(world.balance("bundle-unearned").await, case["left_value"]);
        let earned = world.composer("Ada Byron").await.balance().await;
        assert_eq!(earned, case["recognised"]);
        let paid = world.refunds_rest(&licence, "r1").await.unwrap();
        assert_eq!(paid.refund.micros(), refund["refund"]);
        assert_eq!(paid.ms, refund["remaining_ms"]);
        assert_eq!(world.balance("bundle-unearned").await, 0);
        let journal = world.journal("bundle_rest_refund", &paid.id.to_string()).await;
        let wanted = [("bundle-unearned", -724_570), ("commission", -375_430), ("provider", 1_100_000)];
        assert_eq!(journal, wanted.map(|(account, micros)| (account.to_owned(), micros)));
    }

    async fn what_the_floor_leaves_goes_to_the_composers_and_the_bundle_is_empty(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track).lasting(7_000)).await);
        let before = world.composer("Ada Byron").await.balance().await;
        let told = world.looks_at_rest(&licence).await.unwrap();
        let paid = world.refunds_rest(&licence, "r1").await.unwrap();
        // 10.00 · 593/600 = 9.8833…: 9.88. Of N, 7.998500 · 0.988 = 7.902518 goes with it.
        assert_eq!((told.micros(), paid.refund.micros()), (9_880_000, 9_880_000));
        let rest = 7_998_500 - before - 7_902_518;
        assert_eq!(world.composer("Ada Byron").await.balance().await, before + rest);
        assert_eq!(world.balance("bundle-unearned").await, 0);
        let told = world.bundle(&licence).await;
        assert_eq!((told.left_ms, told.gone_ms), (0, 593_000));
        assert!(!refusals(reporter.reports(&world.used("e2", &licence, &track)).await).is_empty());
    }

    async fn a_bundle_never_used_leaves_what_the_floor_left_idle(world: World) {
        let licence = world.buyer("Mia").buys_plan("bundle_100").await;
        let paid = world.refunds_rest(&licence, "r1").await.unwrap();
        assert_eq!(paid.refund, dollars(100));
        assert_eq!(world.balance("idle").await, 0);
        assert_eq!(world.balance("provider:").await, 0);
    }

    async fn the_same_request_pays_once_and_another_finds_nothing(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let once = world.refunds_rest(&licence, "r1").await.unwrap();
        let again = world.refunds_rest(&licence, "r1").await.unwrap();
        assert_eq!((once.id, once.refund), (again.id, again.refund));
        assert!(again.repeated);
        assert_eq!(world.refunds_rest(&licence, "r2").await.unwrap_err().code, "nothing_to_refund");
        let mut other = licence.clone();
        other.grant = "wrong".into();
        assert_eq!(world.refunds_rest(&other, "r3").await.unwrap_err().code, "not_your_bundle");
    }

    async fn sixty_four_requests_and_uses_at_once_pay_the_rest_once(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        let paid = spec::world::race(64, |n| {
            let (world, licence) = (world.clone(), licence.clone());
            let event = world.used(&format!("e{n}"), &licence, &track);
            let reporter = reporter.clone();
            async move {
                if n % 2 == 0 {
                    reporter.reports(&event).await;
                    return false;
                }
                world.refunds_rest(&licence, &format!("r{n}")).await.is_ok()
            }
        })
        .await;
        assert_eq!(paid, 1);
        assert_eq!(world.balance("bundle-unearned").await, 0);
    }

    async fn expired_clip_time_isnt_paid_back(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        world.days_pass(366);
        assert_eq!(world.refunds_rest(&licence, "r1").await.unwrap_err().code, "clip_time_expired");
    }
}
