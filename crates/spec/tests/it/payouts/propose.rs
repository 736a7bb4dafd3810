//! Proposing payouts: what is available and due, once, in whole cents.

use app::payouts::balance::Why;
use app::payouts::{Destination, Hand, propose};
use domain::payout::State;
use domain::payout::terms::{NotYet, Schedule};
use domain::{PayeeId, PayoutId};
use ledger::Currency;
use spec::on_both_engines;
use spec::world::World;

const USD: Currency = Currency::USD;

on_both_engines! {
    async fn earnings_are_pending_until_the_hold_is_over_and_then_paid_to_the_cent(world: World) {
        let ada = paid_by_hand(&world, Schedule::Weekly).await;
        world.earns(ada, 12_345_678, USD).await;
        let stands = world.stands(ada, USD).await;
        assert_eq!((stands.balance.pending, stands.balance.available), (12_345_678, 0));
        assert_eq!(stands.why, Some(Why::NotYet(NotYet::Nothing)));
        let next = stands.next.unwrap();
        assert_eq!((next.0, next.1.micros()), (world.now().plus_ms(14 * DAY), 12_345_678));
        // It is expected on the first pay day after it becomes available.
        assert_eq!(stands.expected, Some(world.now().plus_ms(21 * DAY)));
        world.days_pass(13);
        assert!(world.runs_payouts().await.proposed.is_empty());
        world.days_pass(8);
        let run = world.runs_payouts().await;
        let payout = &run.proposed[0];
        assert_eq!((payout.amount.micros(), payout.state), (12_340_000, State::Ready));
        let stands = world.stands(ada, USD).await;
        assert_eq!((stands.balance.available, stands.balance.in_transit), (5_678, 12_340_000));
        let journal = world.journal("payout", &payout.id.to_string()).await;
        let wanted = [("in-transit", 12_340_000), ("payee Ada", -12_340_000)];
        assert_eq!(journal, wanted.map(|(account, micros)| (account.to_owned(), micros)));
        assert!(world.runs_payouts().await.proposed.is_empty(), "a run again pays nothing again");
    }

    async fn g_a_clawback_goes_below_zero_nothing_negative_is_paid_and_earnings_fill_it_first(
        world: World,
    ) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        let balance = async || {
            let b = world.stands(ada, USD).await.balance;
            (b.pending, b.available, b.in_transit, b.paid)
        };
        world.earns(ada, 12_345_678, USD).await;
        assert_eq!(balance().await, (12_345_678, 0, 0, 0));
        world.days_pass(14);
        assert_eq!(balance().await, (0, 12_345_678, 0, 0));
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        assert_eq!(balance().await, (0, 5_678, 12_340_000, 0));
        settled(&world, payout.id, "paid").await;
        assert_eq!(balance().await, (0, 5_678, 0, 12_340_000));
        world.earns(ada, -4_000_000, USD).await;
        assert_eq!(balance().await, (0, -3_994_322, 0, 12_340_000));
        let refused = world.asks_to_be_paid(ada, USD).await.unwrap_err();
        assert_eq!(refused.code, "nothing_to_pay");
        assert!(refused.sentence.contains("3.994322"), "{}", refused.sentence);
        world.earns(ada, 1_500_000, USD).await;
        world.days_pass(14);
        assert_eq!(balance().await, (0, -2_494_322, 0, 12_340_000));
        world.earns(ada, 15_000_000, USD).await;
        world.days_pass(14);
        assert_eq!(balance().await, (0, 12_505_678, 0, 12_340_000));
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        assert_eq!(payout.amount.micros(), 12_500_000);
        assert_eq!(balance().await, (0, 5_678, 12_500_000, 12_340_000));
    }

    async fn a_payee_below_their_threshold_waits_and_is_told_what_is_missing(world: World) {
        let ada = paid_by_hand(&world, Schedule::Weekly).await;
        world.pays_on(ada, (14, 20_000_000, Schedule::Weekly)).await.unwrap();
        world.earns(ada, 12_345_678, USD).await;
        world.days_pass(21);
        let run = world.runs_payouts().await;
        assert!(run.proposed.is_empty());
        assert_eq!(run.not_yet[0].2.code(), "below_least");
        let why = world.stands(ada, USD).await.why.unwrap().to_string();
        assert!(why.contains("7.66"), "{why}");
    }

    async fn who_has_said_no_place_is_not_paid_and_is_paid_as_soon_as_they_have(world: World) {
        let ada = world.payee("Ada").await;
        world.pays_on(ada, (14, 0, Schedule::Monthly)).await.unwrap();
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(40);
        assert_eq!(world.runs_payouts().await.not_yet[0].2, Why::NoDestination);
        world.pays_to(ada, cash(), "ada@example.com").await.unwrap();
        assert_eq!(world.runs_payouts().await.proposed.len(), 1);
    }

    async fn a_fee_that_the_payee_bears_is_a_line_of_its_own_and_comes_back_with_the_payout(
        world: World,
    ) {
        let ada = world.payee("Ada").await;
        world.pays_on(ada, (14, 0, Schedule::OnRequest)).await.unwrap();
        let to = Destination::Paypal { email: "ada@example.com".into() };
        world.pays_to(ada, to, "ada@example.com").await.unwrap();
        world.earns(ada, 10_000_000, USD).await;
        world.days_pass(14);
        let preview = world.stands(ada, USD).await.preview.unwrap();
        assert_eq!((preview.fee.micros(), preview.arrives.micros()), (200_000, 9_800_000));
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        assert_eq!((payout.amount.micros(), payout.fee.micros()), (9_800_000, 200_000));
        assert_eq!(world.balance("payout-fees").await, 200_000);
        assert_eq!(world.stands(ada, USD).await.balance.available, 0);
        world.withdraws(payout.id).await.unwrap();
        assert_eq!(world.balance("payout-fees").await, 0);
        assert_eq!(world.stands(ada, USD).await.balance.available, 10_000_000);
    }

    async fn two_runs_at_once_pay_once(world: World) {
        let mut payees = Vec::new();
        for n in 0..8 {
            let one = world.payee(&format!("Payee {n}")).await;
            world.pays_on(one, (14, 0, Schedule::Weekly)).await.unwrap();
            world.pays_to(one, cash(), "p@example.com").await.unwrap();
            world.earns(one, 7_000_000, USD).await;
            payees.push(one);
        }
        world.days_pass(21);
        let runs = (0..6).map(|n| {
            let (world, payee) = (world.clone(), payees[n]);
            tokio::spawn(async move {
                let run = world.runs_payouts().await.proposed.len();
                run + usize::from(world.asks_to_be_paid(payee, USD).await.is_ok())
            })
        });
        let mut proposed = 0;
        for run in runs.collect::<Vec<_>>() {
            proposed += run.await.unwrap();
        }
        assert_eq!(proposed, 8);
        for payee in payees {
            let balance = world.stands(payee, USD).await.balance;
            assert_eq!((balance.available, balance.in_transit), (0, 7_000_000));
        }
    }

    async fn the_same_key_answers_with_the_same_payout_and_another_request_is_refused(
        world: World,
    ) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        let ben = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let asks = async |payee, key: &str| {
            let key = propose_key(key);
            let whose = (payee, USD);
            let mut call = world.call();
            propose::request(world.app(), &mut call, Hand::Console, whose, Some(key)).await
        };
        let first = asks(ada, "k1").await.unwrap();
        assert_eq!(asks(ada, "k1").await.unwrap().id, first.id);
        let code = |stop: app::Stop<propose::ProposeRefusal>| {
            app::Refusal::code(&stop.refusal().unwrap())
        };
        assert_eq!(code(asks(ben, "k1").await.unwrap_err()), "idempotency_key_reused");
        assert_eq!(code(asks(ada, "").await.unwrap_err()), "idempotency_key_required");
        assert_eq!(code(asks(ada, "k2").await.unwrap_err()), "nothing_to_pay");
    }

    async fn a_payout_of_more_than_was_available_is_named_by_the_audit(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        world.does("update payouts set available_micros = 4999999", &[]).await;
        let breaches = world.breaches().await;
        assert_eq!(breaches, [("payouts_were_available", payout.id.to_string())]);
        world.has_broken(&["payouts_were_available"]);
    }

    async fn a_payouts_fee_that_nobody_bore_is_named_by_the_audit(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_009, USD).await;
        world.days_pass(14);
        world.asks_to_be_paid(ada, USD).await.unwrap();
        world.does("update payouts set fee_micros = fee_micros + 1", &[]).await;
        world.has_broken(&["payout_fees_are_borne"]);
    }

    async fn terms_shorter_than_the_stores_hold_are_refused(world: World) {
        let ada = world.payee("Ada").await;
        let refused = world.pays_on(ada, (13, 0, Schedule::Weekly)).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("bad_payout_terms", Some("hold_days")));
        let refused = world.pays_on(ada, (14, 1, Schedule::Weekly)).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("threshold"));
        let nobody = PayeeId::from_bytes([1; 16]);
        let refused = world.pays_on(nobody, (14, 0, Schedule::Weekly)).await.unwrap_err();
        assert_eq!(refused.code, "unknown_payee");
    }
}

const DAY: i64 = domain::time::DAY_MS;

fn propose_key(key: &str) -> app::payouts::Key<'_> {
    app::payouts::Key { who: "per_x", key }
}

/// Paid by hand: no fee.
pub(crate) fn cash() -> Destination {
    Destination::Manual {
        note: "cash, on Fridays".into(),
    }
}

/// A payee with a place and terms.
pub(crate) async fn paid_by_hand(world: &World, schedule: Schedule) -> PayeeId {
    let name = match world.payees().await {
        0 => "Ada".to_owned(),
        count => format!("Payee {count}"),
    };
    let payee = world.payee(&name).await;
    world.pays_on(payee, (14, 0, schedule)).await.unwrap();
    world
        .pays_to(payee, cash(), "ada@example.com")
        .await
        .unwrap();
    payee
}

/// Sends what is ready by hand and reads what became of one payout.
pub(crate) async fn settled(world: &World, id: PayoutId, state: &str) {
    use domain::payout::destination::Rail;
    world.sends_payouts(Rail::Manual, USD).await.unwrap();
    let lines = world
        .reads_results(&format!("payout,state\n{id},{state}\n"))
        .await
        .unwrap();
    assert!(lines[0].outcome.is_ok(), "{lines:?}");
}
