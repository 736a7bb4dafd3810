//! The audit of payments: what was tampered with is named.

use app::payments::dispute::Act;
use domain::{AssetKind, Tier};
use spec::on_both_engines;

use super::{shared, sold};

on_both_engines! {
    async fn facts_that_the_ledger_does_not_follow_are_named(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        world.refunds(&licence, "r1", Some(1_000_000)).await.unwrap();
        world.must("update payment_facts set facts = replace(facts, '1000000', '1010000')", &[]).await;
        let payment = world.payment_of(&licence).await.to_string();
        let found = world.breaches().await;
        assert!(found.contains(&("payments_follow_their_facts", payment)), "{found:?}");
        world.has_broken(&["payments_follow_their_facts", "reserves_are_held"]);
    }

    async fn a_licence_that_was_set_right_by_a_hand_on_the_database_is_named(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        world.must("update licences set status = 'valid'", &[]).await;
        let wanted = [("licences_follow_their_payments", licence.code.plain())];
        assert_eq!(world.breaches().await, wanted);
        world.has_broken(&["licences_follow_their_payments"]);
    }

    async fn a_hold_that_is_not_in_the_reserve_is_named(world: World) {
        sold(&world, &shared(&world).await).await;
        world.must("update reserve_holds set micros = micros + 1", &[]).await;
        let found = world.breaches().await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "reserves_are_held");
        world.has_broken(&["reserves_are_held"]);
    }

    async fn a_credit_note_number_that_was_drawn_for_nothing_is_named(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        world.refunds(&licence, "r1", None).await.unwrap();
        world.must("update counters set next_no = next_no + 1 where name like 'credit_note:%'", &[]).await;
        let wanted = [("credit_note_numbers_have_no_gaps", "2026".to_owned())];
        assert_eq!(world.breaches().await, wanted);
        world.has_broken(&["credit_note_numbers_have_no_gaps"]);
    }

    async fn what_was_heard_posted_and_numbered_is_never_changed(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        world.refunds(&licence, "r1", None).await.unwrap();
        for table in ["payment_events", "payment_steps", "payment_journals", "credit_notes"] {
            let said = world.is_kept_from(&format!("delete from {table}")).await;
            assert!(said.contains("append-only"), "{table}: {said}");
        }
        let said = world.is_kept_from("update credit_notes set micros = 1").await;
        assert!(said.contains("append-only"), "{said}");
    }

    async fn every_paid_sale_has_its_invoice_at_once(world: World) {
        let track = shared(&world).await;
        sold(&world, &track).await;
        let mia = world.buyer("Mia");
        mia.buys_clip_time().await;
        mia.buys(&track, AssetKind::FullMix, Tier::Business).await;
        let found = app::accounts::audit::audit(world.app()).await.unwrap();
        let invoices = found.iter().find(|one| one.invariant == "invoice_numbers_have_no_gaps");
        assert_eq!(invoices.unwrap().looked_at, 3);
    }
}
