//! Files of payouts: made once, the same bytes whenever asked, under the day's cap.

use app::payouts::waiting::Waiting;
use app::payouts::{Destination, Hand, send};
use domain::payout::State;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use ledger::Currency;
use spec::on_both_engines;
use spec::world::bank_account;

use super::propose::paid_by_hand;

const USD: Currency = Currency::USD;
const EUR: Currency = Currency::EUR;

on_both_engines! {
    async fn a_sepa_file_holds_every_transfer_once_and_stays_the_same_bytes(world: World) {
        world.states_rate("USD", "EUR", "0.9").await.unwrap();
        let debtor = bank_account("The Store GmbH");
        world.sets_payout_rules(|rules| rules.debtor = Some(debtor)).await.unwrap();
        let mut ids = Vec::new();
        for (name, micros) in [("Zoë Müller", 12_345_678), ("Ben & Söhne", 50_000_000)] {
            let payee = world.payee(name).await;
            let to = Destination::Sepa(bank_account(name));
            world.pays_to(payee, to, "p@example.com").await.unwrap();
            world.earns(payee, micros, EUR).await;
            world.days_pass(14);
            ids.push(world.asks_to_be_paid(payee, EUR).await.unwrap().id);
        }
        let sent = world.sends_payouts(Rail::Sepa, EUR).await.unwrap();
        assert_eq!((sent.batch.lines, sent.batch.total.micros()), (2, 62_340_000));
        let xml = world.payout_file(&sent).await;
        for part in [
            "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
            "<NbOfTxs>2</NbOfTxs><CtrlSum>62.34</CtrlSum>",
            "<Nm>Zoe Mueller</Nm><PstlAdr><TwnNm>Koeln</TwnNm><Ctry>DE</Ctry></PstlAdr>",
            "<Nm>Ben + Soehne</Nm>",
        ] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
        for id in &ids {
            assert_eq!(xml.matches(&format!("<EndToEndId>{id}</EndToEndId>")).count(), 1);
            assert_eq!(world.payout(*id).await.0.state, State::Sent);
        }
        world.days_pass(1);
        assert_eq!(world.payout_file(&sent).await, xml);
        assert_eq!(world.sends_payouts(Rail::Sepa, EUR).await.unwrap_err().code, "nothing_to_send");
        world.is_kept_from("update payout_batches set made_ms = 0").await;
    }

    async fn without_an_account_to_pay_from_no_sepa_file_is_made(world: World) {
        world.states_rate("USD", "EUR", "0.9").await.unwrap();
        let ada = world.payee("Ada").await;
        world.pays_to(ada, Destination::Sepa(bank_account("Ada")), "a@b.de").await.unwrap();
        world.earns(ada, 5_000_000, EUR).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, EUR).await.unwrap();
        assert_eq!(world.sends_payouts(Rail::Sepa, EUR).await.unwrap_err().code, "debtor_required");
        assert_eq!(world.payout(payout.id).await.0.state, State::Ready);
        assert_eq!(world.operator_has_to_set().await, [Waiting::NoDebtor]);
        assert_eq!(world.payouts_wait().await[0].1, Some(Waiting::NoDebtor));
    }

    async fn what_the_days_cap_does_not_allow_stays_ready_for_the_next_day(world: World) {
        world.sets_payout_rules(|rules| {
            rules.daily_cap_micros.insert("USD".into(), 12_000_000);
        }).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..3 {
            let payee = paid_by_hand(&world, Schedule::OnRequest).await;
            world.earns(payee, 5_000_000, USD).await;
            world.days_pass(14);
            ids.push(world.asks_to_be_paid(payee, USD).await.unwrap().id);
        }
        let sent = world.sends_payouts(Rail::Manual, USD).await.unwrap();
        assert_eq!((sent.batch.lines, sent.left_out.len()), (2, 1));
        assert_eq!(sent.left_out[0].0, ids[2]);
        let refused = world.sends_payouts(Rail::Manual, USD).await.unwrap_err();
        assert!(refused.sentence.contains("2.000000 USD"), "{}", refused.sentence);
        world.days_pass(1);
        assert_eq!(world.sends_payouts(Rail::Manual, USD).await.unwrap().batch.lines, 1);
    }

    async fn the_same_key_answers_with_the_same_file(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        world.asks_to_be_paid(ada, USD).await.unwrap();
        let sends = async || {
            let key = app::payouts::Key { who: "per_x", key: "k" };
            let what = (Rail::Manual, USD);
            let mut call = world.call();
            send::send(world.app(), &mut call, Hand::Console, what, Some(key)).await.unwrap()
        };
        let (first, second) = (sends().await, sends().await);
        assert_eq!(first.batch, second.batch);
        assert!(!first.repeated && second.repeated);
    }

    async fn two_files_at_once_hold_a_payout_once(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        world.asks_to_be_paid(ada, USD).await.unwrap();
        let files = (0..4).map(|_| {
            let world = world.clone();
            tokio::spawn(async move { world.sends_payouts(Rail::Manual, USD).await.is_ok() })
        });
        let mut made = 0;
        for file in files.collect::<Vec<_>>() {
            made += usize::from(file.await.unwrap());
        }
        assert_eq!(made, 1);
    }

    async fn a_payout_that_slips_out_of_its_file_is_named_by_the_audit(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        world.asks_to_be_paid(ada, USD).await.unwrap();
        let sent = world.sends_payouts(Rail::Manual, USD).await.unwrap();
        world.does("update payouts set batch_id = null", &[]).await;
        let wanted = [("payout_files_are_whole", sent.batch.id.to_string())];
        assert_eq!(world.breaches().await, wanted);
        world.has_broken(&["payout_files_are_whole"]);
    }
}
