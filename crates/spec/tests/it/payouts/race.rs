//! Everything that moves payouts at once: lost races are tried again, nothing is lost or doubled.

use app::access::Role;
use app::payouts::{Hand, list};
use domain::payout::State;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use domain::{PayeeId, PayoutId};
use ledger::Currency;
use spec::on_both_engines;
use spec::world::{World, race};

use super::propose::paid_by_hand;

const USD: Currency = Currency::USD;
const EARNED: i64 = 600_000_000;

on_both_engines! {
    async fn sixty_four_at_once_ask_release_send_settle_and_withdraw_without_a_fault(
        world: World,
    ) {
        for name in ["Olga", "Otto"] {
            world.signed_in(Role::Operator, name).await;
        }
        // Half of the payees have so much that two people must release it.
        let mut payees = Vec::new();
        for n in 0..8 {
            let payee = paid_by_hand(&world, Schedule::Weekly).await;
            let earned = if n % 2 == 0 { EARNED } else { EARNED / 2 };
            world.earns(payee, earned, USD).await;
            payees.push((payee, earned));
        }
        world.days_pass(21);
        for _ in 0..3 {
            let whose: Vec<PayeeId> = payees.iter().map(|(payee, _)| *payee).collect();
            let done = race(64, |n| one(world.clone(), n / 8, whose[n % 8])).await;
            assert_eq!(done, 64);
        }
        for (payee, earned) in payees {
            let balance = world.stands(payee, USD).await.balance;
            let all = balance.available + balance.in_transit + balance.paid;
            assert_eq!((all, balance.pending), (earned, 0));
        }
    }

    async fn of_sixty_four_wishes_at_once_one_is_a_payout(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 7_000_000, USD).await;
        world.days_pass(14);
        let made = race(64, |_| {
            let world = world.clone();
            async move { world.asks_to_be_paid(ada, USD).await.is_ok() }
        });
        assert_eq!(made.await, 1);
        let id = world.payouts_wait().await[0].0.id;
        let withdrawn = race(64, |_| {
            let world = world.clone();
            async move { world.withdraws(id).await.is_ok() }
        });
        assert_eq!(withdrawn.await, 1);
        assert_eq!(world.stands(ada, USD).await.balance.available, 7_000_000);
    }
}

/// One client. A refusal is an answer; a fault would end the scenario.
async fn one(world: World, what: usize, payee: PayeeId) -> bool {
    match what {
        0 | 1 => drop(world.asks_to_be_paid(payee, USD).await),
        2 => drop(world.sends_payouts(Rail::Manual, USD).await),
        3 => {
            let lines = theirs(&world, payee).await.into_iter();
            let lines: String = lines.map(|id| format!("{id},paid\n")).collect();
            drop(world.reads_results(&format!("payout,state\n{lines}")).await);
        }
        4 | 5 => {
            let by = if what == 4 { "Olga" } else { "Otto" };
            for id in theirs(&world, payee).await {
                drop(world.releases(id, by).await);
            }
        }
        6 => {
            for id in theirs(&world, payee).await {
                drop(world.withdraws(id).await);
            }
        }
        _ => {
            world.runs_payouts().await;
        }
    }
    true
}

async fn theirs(world: &World, payee: PayeeId) -> Vec<PayoutId> {
    let all = list::of_payee(world.app(), Hand::Console, payee)
        .await
        .unwrap();
    let open = all
        .into_iter()
        .filter(|seen| seen.state != State::Withdrawn);
    open.map(|seen| seen.id).collect()
}
