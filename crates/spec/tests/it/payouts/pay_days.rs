//! Pay days that come by themselves: the store's upkeep proposes, people release and send.

use domain::payout::State;
use domain::payout::terms::Schedule;
use ledger::Currency;
use spec::on_both_engines;
use spec::world::race;

use super::propose::{cash, paid_by_hand};

const USD: Currency = Currency::USD;
const PROPOSED: &str = "payouts proposed";

on_both_engines! {
    async fn upkeep_proposes_on_each_payees_own_pay_day_and_once(world: World) {
        let weekly = paid_by_hand(&world, Schedule::Weekly).await;
        let monthly = paid_by_hand(&world, Schedule::Monthly).await;
        let asks = paid_by_hand(&world, Schedule::OnRequest).await;
        for payee in [weekly, monthly, asks] {
            world.earns(payee, 7_000_000, USD).await;
        }
        world.days_pass(13);
        assert_eq!(world.upkeep_does(PROPOSED).await, 0, "earnings are held for 14 days");
        world.days_pass(8);
        assert_eq!(world.upkeep_does(PROPOSED).await, 1);
        let all = world.payouts_wait().await;
        assert_eq!((all[0].0.payee, all[0].0.state), (weekly, State::Ready));
        assert_eq!(all[0].0.proposed_by, "upkeep");
        assert_eq!(all[0].1.as_ref().map(|why| why.code()), Some("next_file"));
        assert_eq!(world.upkeep_does(PROPOSED).await, 0, "a round again proposes nothing again");
        world.days_pass(14);
        assert_eq!(world.upkeep_does(PROPOSED).await, 1);
        let all = world.payouts_wait().await;
        assert!(all.iter().any(|(seen, _)| seen.payee == monthly));
        world.days_pass(365);
        assert_eq!(world.upkeep_does(PROPOSED).await, 0, "who asks each time is never proposed");
        assert!(world.payouts_wait().await.iter().all(|(seen, _)| seen.batch.is_none()));
    }

    async fn a_threshold_keeps_a_pay_day_and_the_next_one_pays(world: World) {
        let ada = paid_by_hand(&world, Schedule::Weekly).await;
        world.pays_on(ada, (14, 20_000_000, Schedule::Weekly)).await.unwrap();
        world.earns(ada, 12_000_000, USD).await;
        world.days_pass(21);
        assert_eq!(world.upkeep_does(PROPOSED).await, 0);
        world.earns(ada, 9_000_000, USD).await;
        world.days_pass(14);
        assert_eq!(world.upkeep_does(PROPOSED).await, 1);
        assert_eq!(world.payouts_wait().await[0].0.amount.micros(), 21_000_000);
    }

    async fn who_has_said_no_place_or_changed_it_is_paid_as_soon_as_they_can_be(world: World) {
        let ada = world.payee("Ada").await;
        world.pays_on(ada, (14, 0, Schedule::Monthly)).await.unwrap();
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(40);
        assert_eq!(world.upkeep_does(PROPOSED).await, 0);
        world.pays_to(ada, cash(), "ada@example.com").await.unwrap();
        world.pays_to(ada, cash(), "ada@example.org").await.unwrap();
        assert_eq!(world.upkeep_does(PROPOSED).await, 0, "a change holds payouts");
        world.days_pass(3);
        assert_eq!(world.upkeep_does(PROPOSED).await, 1);
    }

    async fn what_upkeep_proposes_above_the_limit_waits_for_two_people(world: World) {
        let ada = paid_by_hand(&world, Schedule::Weekly).await;
        world.earns(ada, 600_000_000, USD).await;
        world.days_pass(21);
        assert_eq!(world.upkeep_does(PROPOSED).await, 1);
        let (seen, why) = world.payouts_wait().await.remove(0);
        assert_eq!(seen.state, State::AwaitingRelease { first: None });
        assert_eq!(why.unwrap().code(), "release_required");
    }

    async fn nodes_that_come_round_at_once_or_again_after_a_start_propose_once(world: World) {
        for _ in 0..6 {
            let payee = paid_by_hand(&world, Schedule::Weekly).await;
            world.earns(payee, 7_000_000, USD).await;
        }
        world.days_pass(21);
        let node = world.reopened_without_a_signing_key().await;
        let rounds = race(6, |n| {
            let world = if n % 2 == 0 { world.clone() } else { node.clone() };
            async move {
                let mut call = world.call();
                app::payouts::pay_days::due(world.app(), &mut call).await.is_ok()
            }
        });
        assert_eq!(rounds.await, 6);
        let all = world.payouts_wait().await;
        assert_eq!(all.len(), 6);
        assert!(all.iter().all(|(seen, _)| seen.amount.micros() == 7_000_000));
        assert_eq!(node.upkeep_does(PROPOSED).await, 0);
    }
}
