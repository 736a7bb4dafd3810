//! The books are append-only: not even a hand on the database changes or deletes a line.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::priced;

on_both_engines! {
    async fn no_journal_and_no_posting_is_changed_or_deleted(world: World) {
        let track = world.track("Night Market").await;
        world
            .buyer("Mia")
            .buys(&track, AssetKind::FullMix, Tier::Creator)
            .await;
        let before = world.everything_booked().await;
        for statement in [
            "update journals set memo = 'gift'",
            "delete from journals",
            "update postings set amount_micros = amount_micros + 1",
            "delete from postings",
        ] {
            let said = world.is_kept_from(statement).await;
            assert!(said.contains("append-only"), "{statement}: {said}");
        }
        assert_eq!(world.everything_booked().await, before);
    }

    async fn no_version_number_upgrade_or_exclusive_is_changed_or_deleted(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let alone = domain::Template { exclusive_months: Some(6), ..priced(Tier::Business, AssetKind::FullMix, 9_000) };
        world.puts("store", alone).await.unwrap();
        let mia = world.buyer("Mia");
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        let licence = mia.buys(&track, AssetKind::FullMix, Tier::Business).await;
        app::billing::invoice::invoice(world.app(), &world.call(), licence.id).await.unwrap();
        for statement in [
            "update offer_templates set changed_by = 'nobody'",
            "delete from offer_templates",
            "update invoices set number = number + 1",
            "delete from invoices",
            "update upgrades set credit_micros = 1",
            "delete from upgrades",
            "update exclusives set until_ms = until_ms + 1",
            "delete from exclusives",
        ] {
            let said = world.is_kept_from(statement).await;
            assert!(said.contains("append-only"), "{statement}: {said}");
        }
    }
}
