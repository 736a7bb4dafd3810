//! The operator gives a payment back.

use app::payments::refund::Wanted;
use domain::{AssetKind, PaymentId, Rates, Tier};
use spec::on_both_engines;
use spec::world::Music;

use super::{PRICE, shared, sold, stands, track};

on_both_engines! {
    async fn a_whole_refund_reverses_every_leg_and_the_store_bears_the_fee(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        let refunded = world.refunds(&licence, "r1", None).await.unwrap();
        assert_eq!((refunded.money.micros(), refunded.repeated), (PRICE, false));
        let moved = world.moved_for(&licence).await;
        let words: Vec<_> = moved.iter().map(|(a, m)| (a.as_str(), *m)).collect();
        assert_eq!(words, [("commission", -450_000), ("provider-fees", 450_000)]);
        assert_eq!(world.balance("payee").await, 0);
        assert_eq!(world.balance("carry").await, 0);
        assert_eq!(world.balance("reserve").await, 0);
        assert_eq!(stands(&world, &licence).await, "revoked");
    }

    async fn any_number_of_refunds_that_sum_to_all_end_as_one_does(world: World) {
        let track = shared(&world).await;
        let first = sold(&world, &track).await;
        world.refunds(&first, "whole", None).await.unwrap();
        let wanted = world.moved_for(&first).await;
        for steps in [vec![290_000; 17], vec![10_000; 40], vec![4_990_000], vec![3_330_000, 1_660_000]] {
            let licence = sold(&world, &track).await;
            for (n, micros) in steps.iter().enumerate() {
                let key = format!("{}-{n}", licence.id);
                world.refunds(&licence, &key, Some(*micros)).await.unwrap();
                assert_eq!(stands(&world, &licence).await, "valid");
            }
            let rest = format!("{}-rest", licence.id);
            world.refunds(&licence, &rest, None).await.unwrap();
            assert_eq!(world.moved_for(&licence).await, wanted);
            assert_eq!(stands(&world, &licence).await, "revoked");
        }
    }

    async fn f_partial_refunds_of_ten_dollars_are_the_designs_to_the_micro_unit(world: World) {
        let rates = Rates { commission_bp: 3_000, reserve_bp: 0, ..Rates::default() };
        let splits = [("Ada", 500_000), ("Ben", 300_000), ("Cleo", 200_000)];
        let track = world.compose(Music::titled("Ten").shared(&splits)).await;
        world.reprices(&track, 10_000_000).await;
        let store = world.reopened_at(rates).await;
        let licence = store.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../../ledger/tests/golden-money.json")).unwrap();
        let steps = golden["F partial refunds of 10.00"]["steps"].as_array().unwrap().clone();
        let mut before = store.moved_for(&licence).await;
        for (n, step) in steps.iter().enumerate() {
            let int = |value: &serde_json::Value| value.as_i64().unwrap();
            store.refunds(&licence, &format!("f{n}"), Some(int(&step["refund"]))).await.unwrap();
            let after = store.moved_for(&licence).await;
            let at = |books: &[(String, i64)], account: &str| {
                books.iter().find(|(a, _)| a == account).map_or(0, |(_, m)| *m)
            };
            for (payee, leg) in [("payee Ada", "c1"), ("payee Ben", "c2"), ("payee Cleo", "c3")] {
                assert_eq!(at(&before, payee) - at(&after, payee), int(&step["legs"][leg]), "{step}");
            }
            let platform = int(&step["legs"]["platform"]) + int(&step["fee_absorbed_by_platform"]);
            assert_eq!(at(&before, "commission") - at(&after, "commission"), platform, "{step}");
            before = after;
        }
    }

    async fn the_same_request_twice_gives_back_once(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        let first = world.refunds(&licence, "r1", Some(1_000_000)).await.unwrap();
        let booked = world.everything_booked().await;
        let again = world.refunds(&licence, "r1", Some(1_000_000)).await.unwrap();
        assert_eq!((again.request, again.repeated), (first.request, true));
        assert_eq!(world.everything_booked().await, booked);
        let other = world.refunds(&licence, "r1", Some(2_000_000)).await.unwrap_err();
        assert_eq!(other.code, "idempotency_key_reused");
        assert_eq!(world.paid_for(&licence).await.returned().micros(), 1_000_000);
    }

    async fn sixteen_refunds_at_once_never_give_back_more_than_was_paid(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..16 {
            let (world, licence) = (world.clone(), licence.clone());
            sent.spawn(async move {
                world.refunds(&licence, &format!("r{n}"), Some(1_000_000)).await
            });
        }
        let answers = sent.join_all().await;
        let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
        let codes: Vec<_> = refused.map(|refusal| refusal.code).collect();
        assert_eq!(codes.len(), 11, "{codes:?}");
        assert!(codes.iter().all(|code| ["nothing_left", "refund_too_large"].contains(code)));
        assert_eq!(world.paid_for(&licence).await.returned().micros(), PRICE);
    }

    async fn what_can_not_be_given_back_is_refused_and_nothing_moves(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        let payment = world.payment_of(&licence).await;
        let booked = world.everything_booked().await;
        let wanted = |amount: Option<(i64, &str)>, reason: &str| Wanted {
            payment,
            amount: amount.map(|(micros, code)| (micros, code.to_owned())),
            reason: reason.to_owned(),
        };
        let nowhere = Wanted { payment: PaymentId::from_bytes([1; 16]), ..wanted(None, "x") };
        for (wanted, code, field) in [
            (wanted(Some((0, "USD")), "x"), "bad_amount", "amount"),
            (wanted(Some((-10_000, "USD")), "x"), "bad_amount", "amount"),
            (wanted(Some((5, "USD")), "x"), "bad_amount", "amount"),
            (wanted(Some((10_000, "EUR")), "x"), "other_currency", "amount"),
            (wanted(Some((PRICE + 10_000, "USD")), "x"), "refund_too_large", "amount"),
            (wanted(Some((i64::MAX / 10_000 * 10_000, "USD")), "x"), "refund_too_large", "amount"),
            (wanted(None, " "), "bad_reason", "reason"),
            (wanted(None, "two\nlines"), "bad_reason", "reason"),
            (nowhere, "unknown_payment", "payment"),
        ] {
            let refused = world.refunds_as_said("r", &wanted).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)));
        }
        let refused = world.refunds_as_said("", &wanted(None, "x")).await.unwrap_err();
        assert_eq!(refused.code, "idempotency_key_required");
        assert_eq!(world.everything_booked().await, booked);
        world.refunds(&licence, "r", None).await.unwrap();
        let refused = world.refunds(&licence, "again", None).await.unwrap_err();
        assert_eq!(refused.code, "nothing_left");
    }

    async fn each_refund_has_a_credit_note_with_the_tax_it_gave_back(world: World) {
        let rates = Rates { tax: domain::Tax::Inclusive { bp: 1_900 }, ..Rates::default() };
        let store = world.reopened_at(rates).await;
        let licence = sold(&store, &track(&world).await).await;
        store.refunds(&licence, "r1", Some(290_000)).await.unwrap();
        store.days_pass(1);
        store.refunds(&licence, "r2", None).await.unwrap();
        let notes = store.credit_notes_of(&licence).await;
        let told: Vec<_> = notes
            .iter()
            .map(|note| (note.number.as_str(), note.money.micros(), note.tax.micros()))
            .collect();
        // 0.29 of 5.00 takes 0.0464 of the tax of 0.80: 0.04 in whole cents.
        assert_eq!(
            told,
            [("CN-2026-0001", 290_000, 40_000), ("CN-2026-0002", 4_710_000, 760_000)]
        );
        assert!(notes.iter().all(|note| note.invoice == "2026-0001"));
        assert!(notes.iter().all(|note| note.reason == "it was bought by mistake"));
    }

    async fn an_upgrade_given_back_leaves_the_licence_before_it_in_force(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.buyer("Mia");
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let mix = mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        world.refunds(&mix, "r1", None).await.unwrap();
        assert_eq!(stands(&world, &mix).await, "revoked");
        assert_eq!(stands(&world, &cut).await, "valid");
    }

    async fn a_licence_given_back_takes_its_upgrade_with_it(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.buyer("Mia");
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let mix = mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        world.refunds(&cut, "r1", None).await.unwrap();
        assert_eq!(stands(&world, &cut).await, "revoked");
        assert_eq!(stands(&world, &mix).await, "revoked");
    }

    async fn a_payee_who_registered_since_gives_back_out_of_their_account(world: World) {
        let track = track(&world).await;
        world.must("update payees set registered_ms = null", &[]).await;
        let licence = sold(&world, &track).await;
        assert!(world.balance("escrow").await > 0);
        for payee in app::payees::list::list(world.app()).await.unwrap() {
            world.registers(&payee.name).await;
        }
        assert_eq!(world.balance("escrow").await, 0, "what lay in escrow is claimed whole");
        assert!(world.balance("payee").await > 0);
        world.refunds(&licence, "r1", None).await.unwrap();
        assert_eq!((world.balance("escrow").await, world.balance("payee").await), (0, 0));
    }
}
