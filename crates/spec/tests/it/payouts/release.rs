//! Releasing and withdrawing: two people stand behind what is large.

use app::access::{Principal, Role};
use app::payouts::{Hand, propose, release};
use domain::payout::State;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use ledger::Currency;
use spec::on_both_engines;

use super::propose::{cash, paid_by_hand, settled};

const USD: Currency = Currency::USD;

on_both_engines! {
    async fn above_the_limit_two_people_release_and_neither_twice(world: World) {
        for name in ["Olga", "Otto"] {
            world.signed_in(Role::Operator, name).await;
        }
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 600_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        assert_eq!(payout.state, State::AwaitingRelease { first: None });
        let refused = world.sends_payouts(Rail::Manual, USD).await.unwrap_err();
        assert_eq!(refused.code, "nothing_to_send");
        assert_eq!(world.releases(payout.id, "Nobody").await.unwrap_err().code, "releaser_required");
        world.releases(payout.id, "Olga").await.unwrap();
        let again = world.releases(payout.id, "Olga").await.unwrap_err();
        assert_eq!(again.code, "second_person_required");
        let ready = world.releases(payout.id, "Otto").await.unwrap();
        assert_eq!(ready.state, State::Ready);
        assert_eq!(ready.released_by.as_deref(), Some("Olga, Otto"));
        assert_eq!(world.releases(payout.id, "Otto").await.unwrap_err().code, "nothing_to_release");
        settled(&world, payout.id, "paid").await;
        let (_, history) = world.payout(payout.id).await;
        let states: Vec<_> = history.iter().map(|past| past.state.as_str()).collect();
        let wanted = ["awaiting_release", "awaiting_release", "ready", "sent", "paid"];
        assert_eq!(states, wanted);
    }

    async fn whoever_proposed_in_person_does_not_release_alone(world: World) {
        let olga = world.signed_in(Role::Operator, "Olga").await;
        world.signed_in(Role::Operator, "Otto").await;
        let ada = paid_by_hand(&world, Schedule::Weekly).await;
        world.earns(ada, 600_000_000, USD).await;
        world.days_pass(21);
        let mut call = world.call();
        let run = propose::due(world.app(), &mut call, Hand::Asker(&olga), None).await.unwrap();
        let id = run.proposed[0].id;
        assert_eq!(world.releases(id, "Olga").await.unwrap_err().code, "second_person_required");
        assert_eq!(world.releases(id, "Otto").await.unwrap().state, State::Ready);
    }

    async fn nobody_releases_a_payout_to_themself(world: World) {
        world.signed_in(Role::Operator, "Ada").await;
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 600_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        assert_eq!(world.releases(payout.id, "Ada").await.unwrap_err().code, "own_payout");
    }

    async fn a_payout_is_withdrawn_before_it_is_sent_and_never_after(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let first = world.asks_to_be_paid(ada, USD).await.unwrap();
        assert_eq!(world.withdraws(first.id).await.unwrap().state, State::Withdrawn);
        assert_eq!(world.stands(ada, USD).await.balance.available, 5_000_000);
        assert_eq!(world.withdraws(first.id).await.unwrap_err().code, "payout_over");
        let second = world.asks_to_be_paid(ada, USD).await.unwrap();
        world.sends_payouts(Rail::Manual, USD).await.unwrap();
        assert_eq!(world.withdraws(second.id).await.unwrap_err().code, "payout_sent");
        let text = format!("payout,state\n{},paid\n", first.id);
        let lines = world.reads_results(&text).await.unwrap();
        assert!(lines[0].outcome.is_err(), "what was never sent can't be paid");
    }

    async fn somebody_else_may_do_nothing(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        let strangers = [Principal::Guest, world.signed_in(Role::Composer, "Mallory").await];
        for who in &strangers {
            let (app, hand) = (world.app(), Hand::Asker(who));
            let mut call = world.call();
            assert!(propose::request(app, &mut call, hand, (ada, USD), None).await.is_err());
            assert!(propose::due(app, &mut call, hand, None).await.is_err());
            assert!(release::release(app, &mut call, hand, payout.id).await.is_err());
            assert!(release::withdraw(app, &mut call, hand, payout.id, "").await.is_err());
            let to = app::payouts::destination::set(app, &mut call, hand, ada, cash(), "m@m.de");
            assert!(to.await.is_err());
        }
        assert_eq!(world.payout(payout.id).await.0.state, State::Ready);
    }
}
