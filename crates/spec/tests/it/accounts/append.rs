//! The books are append-only: not even a hand on the database changes or deletes a line.

use domain::{AssetKind, Tier};
use spec::on_both_engines;

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
}
