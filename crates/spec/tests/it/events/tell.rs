//! Each kind of event is told once, with what it tells of, and never without it.

use app::events::Kind;
use app::licensing::standing::Move;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use domain::{AssetKind, PayeeId, Tier};
use ledger::Currency;
use serde_json::json;
use spec::on_both_engines;
use spec::world::{World, accepted};

use crate::payouts::propose::paid_by_hand;

const USD: Currency = Currency::USD;

on_both_engines! {
    async fn a_sale_is_told_once_with_its_ids_and_its_price_and_nobodys_name(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let quote = mia.quotes(&track, spec::world::monetised_short()).await;
        let of_it = quote.options.iter().find(|option| option.bundle_ms.is_none() && !option.is_pool());
        let order = mia.order(&quote, of_it.unwrap());
        let bought = mia.sends("once", &order).await.unwrap().licence;
        assert!(mia.sends("once", &order).await.unwrap().repeated);
        let told = world.told().await;
        let [event] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((event.n, event.kind, event.at), (1, Kind::SaleCompleted, world.now()));
        assert_eq!(event.subject, bought.id.to_string());
        assert_eq!(event.data, json!({
            "licence": bought.id.to_string(), "payment": world.payment_of(&bought).await.to_string(),
            "track": track.id.to_string(), "buyer": event.data["buyer"], "offer": order.offer,
            "price_micros": bought.price.micros(), "currency": "USD",
        }));
        assert!(!event.data.to_string().contains("Mia"), "{}", event.data);
    }

    async fn what_is_refused_halfway_is_not_told(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.buyer("Mia");
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        let before = world.told().await;
        // The licence was written when this is seen, and taken back.
        let refused = mia.sends("again", &mia.order(&quote, &quote.options[0])).await;
        assert_eq!(refused.unwrap_err().code, "already_upgraded");
        assert_eq!(world.told().await, before);
        assert_eq!(world.kinds_told().await, [Kind::SaleCompleted; 2]);
    }

    async fn a_settlement_is_one_event_however_many_uses_it_has(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let licence = mia.buys_clip_time().await;
        let reporter = world.reporter().await;
        let events: Vec<_> = (0..40)
            .map(|n| world.used(&format!("cam:{n}"), &licence, &track))
            .collect();
        reporter.sends(&events).await.unwrap();
        // The same again counts nothing, so it tells nothing.
        reporter.sends(&events).await.unwrap();
        let told = world.told().await;
        let [_, event] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((event.n, event.kind), (2, Kind::UseSettled));
        assert_eq!(event.data["settlement"], event.subject);
        assert_eq!((&event.data["uses"], &event.data["currency"]), (&json!(40), &json!("USD")));
        let (lines, earned) = world.settlement(&event.subject).await;
        assert_eq!((&event.data["lines"], &event.data["earned_micros"]), (&json!(lines), &json!(earned)));
        assert_eq!(event.data["first_commit"], event.data["last_commit"]);
    }

    async fn each_move_of_a_licence_is_told_once(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        for wanted in [Move::Suspend, Move::Suspend, Move::Restore, Move::Revoke, Move::Revoke] {
            world.moves(&licence, wanted, "looked into").await.unwrap();
        }
        assert_eq!(world.kinds_told().await, [
            Kind::SaleCompleted, Kind::LicenceSuspended, Kind::LicenceRestored, Kind::LicenceRevoked,
        ]);
        let last = world.told().await.pop().unwrap();
        assert_eq!(last.subject, licence.id.to_string());
        // Why is between the store and the licence's holder.
        assert_eq!(last.data, json!({ "licence": licence.id.to_string(), "cause": "operator" }));
    }

    async fn refunds_are_told_with_what_each_gave_back(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.refunds(&licence, "one", Some(1_000_000)).await.unwrap();
        world.refunds(&licence, "one", Some(1_000_000)).await.unwrap();
        world.refunds(&licence, "rest", None).await.unwrap();
        let told = world.told().await;
        let back: Vec<_> = told.iter()
            .filter(|event| event.kind == Kind::RefundCompleted)
            .map(|event| (&event.data["refunded_micros"], &event.data["refunded_total_micros"]))
            .map(|(one, all)| (one.as_i64().unwrap(), all.as_i64().unwrap()))
            .collect();
        let price = licence.price.micros();
        assert_eq!(back, [(1_000_000, 1_000_000), (price - 1_000_000, price)]);
        // What the refund made of the licence is told, too.
        let revoked = told.iter().find(|event| event.kind == Kind::LicenceRevoked).unwrap();
        assert_eq!(revoked.data["cause"], "payment");
    }

    async fn a_payout_is_told_from_its_making_to_its_end(world: World) {
        let arrives = payable(&world, 12_340_000).await;
        let first = world.asks_to_be_paid(arrives, USD).await.unwrap().id;
        let comes_back = payable(&world, 5_000_000).await;
        let second = world.asks_to_be_paid(comes_back, USD).await.unwrap().id;
        let called_off = payable(&world, 6_000_000).await;
        let third = world.asks_to_be_paid(called_off, USD).await.unwrap().id;
        world.withdraws(third).await.unwrap();
        world.sends_payouts(Rail::Manual, USD).await.unwrap();
        let text = format!("payout,state\n{first},paid\n{second},failed\n");
        world.reads_results(&text).await.unwrap();
        world.reads_results(&text).await.unwrap();
        let told = world.told().await;
        let of = |id: domain::PayoutId| -> Vec<Kind> {
            let of = told.iter().filter(|event| event.subject == id.to_string());
            of.map(|event| event.kind).collect()
        };
        assert_eq!(of(first), [Kind::PayoutCreated, Kind::PayoutSent, Kind::PayoutPaid]);
        assert_eq!(of(second), [Kind::PayoutCreated, Kind::PayoutSent, Kind::PayoutFailed]);
        assert_eq!(of(third), [Kind::PayoutCreated, Kind::PayoutWithdrawn]);
        assert_eq!(told.len(), 8);
        let data = &told[0].data;
        assert_eq!((&data["payee"], &data["amount_micros"]), (&json!(arrives.to_string()), &json!(12_340_000)));
    }

    async fn an_event_that_is_missing_or_untrue_is_named_by_the_audit(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("cam:1", &licence, &track)).await);
        assert_eq!(world.told().await.len(), 2);
        assert!(world.breaches().await.is_empty());
        let never = world.is_kept_from("update events set data = '{}'").await;
        assert!(never.contains("append-only"), "{never}");
        let never = world.is_kept_from("update events set n = n + 10").await;
        assert!(never.contains("append-only"), "{never}");
        world.must("delete from events where kind = 'use.settled'", &[]).await;
        world.must("delete from events where kind = 'sale.completed'", &[]).await;
        let named = world.breaches().await;
        assert_eq!(named.len(), 3, "{named:?}");
        assert!(named.iter().all(|(name, _)| *name == "events_match_facts"), "{named:?}");
        world.has_broken(&["events_match_facts"]);
    }
}

/// A payee who can be paid so much.
async fn payable(world: &World, micros: i64) -> PayeeId {
    let payee = paid_by_hand(world, Schedule::OnRequest).await;
    world.earns(payee, micros, USD).await;
    world.days_pass(14);
    payee
}
