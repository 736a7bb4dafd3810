//! Results: each line settles alone, and a file twice is as good as once.

use app::payouts::results::Done;
use domain::payout::State;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use domain::{PayeeId, PayoutId};
use ledger::Currency;
use spec::on_both_engines;
use spec::world::World;

use super::propose::paid_by_hand;

const USD: Currency = Currency::USD;

on_both_engines! {
    async fn p_a_partial_file_settles_line_by_line_and_what_is_unknown_stays_in_transit(
        world: World,
    ) {
        let sent = sent(&world, &[12_340_000, 50_000_000, 10_000_000]).await;
        let text = format!(
            "payout,state,reason,amount\n{},paid,,12.34 USD\n{},failed,account closed,\n\
             {},unknown,ask again,\n",
            sent[0].1, sent[1].1, sent[2].1
        );
        let lines = world.reads_results(&text).await.unwrap();
        let done: Vec<_> = lines.iter().map(|line| line.outcome.clone().unwrap()).collect();
        assert_eq!(done, [Done::Paid, Done::Returned, Done::Unknown]);
        let mut stands = Vec::new();
        for (payee, _) in &sent {
            let b = world.stands(*payee, USD).await.balance;
            stands.push((b.available, b.in_transit, b.paid));
        }
        let wanted = [(0, 0, 12_340_000), (50_000_000, 0, 0), (0, 10_000_000, 0)];
        assert_eq!(stands, wanted);
        assert_eq!((world.balance("in-transit").await, world.balance("paid-out").await),
                   (10_000_000, 12_340_000));
        let (failed, _) = world.payout(sent[1].1).await;
        assert_eq!(failed.reason.as_deref(), Some("account closed"));
        // It is never sent again under a new id.
        assert_eq!(world.sends_payouts(Rail::Manual, USD).await.unwrap_err().code, "nothing_to_send");
        assert_eq!(world.asks_to_be_paid(sent[2].0, USD).await.unwrap_err().code, "nothing_to_pay");
        let before = world.everything_booked().await;
        let lines = world.reads_results(&text).await.unwrap();
        assert!(lines.iter().all(|line| line.outcome == Ok(Done::Unchanged)), "{lines:?}");
        assert_eq!(world.everything_booked().await, before);
        let text = format!("payout,state\n{},paid\n", sent[2].1);
        world.reads_results(&text).await.unwrap();
        assert_eq!(world.payout(sent[2].1).await.0.state, State::Paid);
        // What came back may be paid anew: that is another payout.
        assert_ne!(world.asks_to_be_paid(sent[1].0, USD).await.unwrap().id, sent[1].1);
    }

    async fn a_line_that_cannot_be_right_is_told_and_the_others_count(world: World) {
        let sent = sent(&world, &[5_000_000, 6_000_000]).await;
        let nobody = PayoutId::from_bytes([7; 16]);
        let text = format!(
            "payout,state,amount\n{nobody},paid,\nx,paid,\n{0},paid,4.99 USD\n{0},paid,5.00 EUR\n\
             {1},paid,6.00 USD\n{1},failed,\n{0},maybe,\n",
            sent[0].1, sent[1].1
        );
        let lines = world.reads_results(&text).await.unwrap();
        let good: Vec<_> = lines.iter().map(|line| line.outcome.is_ok()).collect();
        assert_eq!(good, [false, false, false, false, true, false, false]);
        assert_eq!(world.payout(sent[0].1).await.0.state, State::Sent);
        assert_eq!(world.payout(sent[1].1).await.0.state, State::Paid);
        let refused = world.reads_results("who,what\n").await.unwrap_err();
        assert_eq!(refused.code, "bad_payout_results");
    }

    async fn what_a_bank_sends_back_after_it_was_paid_is_available_again_once(world: World) {
        let sent = sent(&world, &[5_000_000]).await;
        let (payee, id) = sent[0];
        let returned = format!("payout,state,reason\n{id},paid,\n{id},returned,closed\n");
        let lines = world.reads_results(&returned).await.unwrap();
        let done: Vec<_> = lines.into_iter().map(|line| line.outcome).collect();
        assert_eq!(done, [Ok(Done::Paid), Ok(Done::Returned)]);
        let journal = world.journal("payout_bank_return", &id.to_string()).await;
        assert_eq!(journal, [("paid-out".into(), -5_000_000), ("payee Ada".into(), 5_000_000)]);
        let balance = world.stands(payee, USD).await.balance;
        assert_eq!((balance.available, balance.paid), (5_000_000, 0));
        let before = world.everything_booked().await;
        world.reads_results(&returned).await.unwrap();
        assert_eq!(world.everything_booked().await, before);
    }

    async fn a_payout_that_is_called_paid_without_a_transfer_is_named_by_the_audit(world: World) {
        let sent = sent(&world, &[5_000_000]).await;
        world.does("update payouts set state = 'paid'", &[]).await;
        let breaches = world.breaches().await;
        let wanted = [
            ("in_transit_is_open_payouts", "manual USD".to_owned()),
            ("each_payout_is_sent_once", sent[0].1.to_string()),
        ];
        assert_eq!(breaches, wanted);
        world.has_broken(&["in_transit_is_open_payouts", "each_payout_is_sent_once"]);
    }

    async fn a_list_that_is_ticked_off_by_hand_is_read_back_as_it_is(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        let file = world.sends_payouts(Rail::Manual, USD).await.unwrap();
        let list = world.payout_file(&file).await;
        let ticked = list.replace("Fridays\",,", "Fridays\",paid,");
        assert_ne!(list, ticked);
        world.reads_results(&ticked).await.unwrap();
        assert_eq!(world.payout(payout.id).await.0.state, State::Paid);
        settled_again(&world, payout.id).await;
    }
}

/// One payee for each amount, with a payout of it that was sent.
async fn sent(world: &World, amounts: &[i64]) -> Vec<(PayeeId, PayoutId)> {
    let mut out = Vec::new();
    for micros in amounts {
        let payee = paid_by_hand(world, Schedule::OnRequest).await;
        world.earns(payee, *micros, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(payee, USD).await.unwrap();
        out.push((payee, payout.id));
    }
    world.sends_payouts(Rail::Manual, USD).await.unwrap();
    out
}

async fn settled_again(world: &World, id: PayoutId) {
    let lines = world
        .reads_results(&format!("payout,state\n{id},paid\n"))
        .await
        .unwrap();
    assert_eq!(lines[0].outcome, Ok(Done::Unchanged));
}
