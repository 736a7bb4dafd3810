//! Limits in a currency that isn't the store's: at the operator's rate, or named as missing.

use app::payouts::waiting::Waiting;
use domain::payout::State;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use ledger::Currency;
use spec::on_both_engines;

use super::propose::paid_by_hand;

const USD: Currency = Currency::USD;

fn yen() -> Currency {
    Currency::from_code("JPY").unwrap()
}

on_both_engines! {
    async fn without_a_rate_or_an_amount_nothing_is_proposed_and_both_sides_are_told(
        world: World,
    ) {
        let ada = paid_by_hand(&world, Schedule::Weekly).await;
        world.earns(ada, 60_000_000_000, yen()).await;
        world.days_pass(60);
        assert_eq!(world.upkeep_does("payouts proposed").await, 0);
        let why = world.stands(ada, yen()).await.why.unwrap();
        assert_eq!(why.code(), "limits_not_set");
        let words = why.to_string();
        for part in ["JPY", "`two_people_above_micros`", "USD"] {
            assert!(words.contains(part), "{part} in {words}");
        }
        let refused = world.asks_to_be_paid(ada, yen()).await.unwrap_err();
        assert_eq!(refused.code, "limits_not_set");
        let to_set = world.operator_has_to_set().await;
        assert!(matches!(&to_set[..], [Waiting::Unset(unset)] if unset.currency == yen()));
        // A rate is enough, and the money goes on the same day.
        world.states_rate("USD", "JPY", "150").await.unwrap();
        assert!(world.operator_has_to_set().await.is_empty());
        assert_eq!(world.upkeep_does("payouts proposed").await, 1);
        let (seen, why) = world.payouts_wait().await.remove(0);
        assert_eq!((seen.amount.micros(), seen.state), (60_000_000_000, State::Ready));
        assert_eq!(why, Some(Waiting::File));
        assert_eq!(world.sends_payouts(Rail::Manual, yen()).await.unwrap().batch.lines, 1);
    }

    async fn amounts_named_for_a_currency_need_no_rate_and_go_before_it(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 60_000_000_000, yen()).await;
        world.days_pass(14);
        world.sets_payout_rules(|rules| {
            rules.two_people_above_micros.insert("JPY".into(), 50_000_000_000);
            rules.daily_cap_micros.insert("JPY".into(), 1_500_000_000_000);
        }).await.unwrap();
        let refused = world.asks_to_be_paid(ada, yen()).await.unwrap_err();
        assert!(refused.sentence.contains("rails.manual.minimum_micros"), "{}", refused.sentence);
        world.sets_payout_rules(|rules| {
            rules.two_people_above_micros.insert("JPY".into(), 50_000_000_000);
            rules.daily_cap_micros.insert("JPY".into(), 1_500_000_000_000);
            let manual = rules.rails.get_mut(&Rail::Manual).unwrap();
            manual.minimum_micros.insert("JPY".into(), 100_000_000);
        }).await.unwrap();
        let payout = world.asks_to_be_paid(ada, yen()).await.unwrap();
        assert_eq!(payout.state, State::AwaitingRelease { first: None });
    }

    async fn a_payout_that_no_day_lets_out_says_so_and_leaves_once_the_cap_is_raised(
        world: World,
    ) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.sets_payout_rules(|rules| {
            rules.daily_cap_micros.insert("USD".into(), 100_000_000);
        }).await.unwrap();
        world.earns(ada, 120_000_000, USD).await;
        world.days_pass(14);
        world.asks_to_be_paid(ada, USD).await.unwrap();
        let (_, why) = world.payouts_wait().await.remove(0);
        let why = why.unwrap();
        assert_eq!(why.code(), "above_daily_cap");
        assert!(why.to_string().contains("`daily_cap_micros` for USD"), "{why}");
        let refused = world.sends_payouts(Rail::Manual, USD).await.unwrap_err();
        assert!(refused.sentence.contains("`daily_cap_micros`"), "{}", refused.sentence);
        world.sets_payout_rules(|_| ()).await.unwrap();
        assert_eq!(world.sends_payouts(Rail::Manual, USD).await.unwrap().batch.lines, 1);
    }
}
