//! Leaves: each licence and each settlement of uses is in the log in the transaction that makes it.

use app::proofs::Form;
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{accepted, read_proof};

on_both_engines! {
    async fn every_way_to_a_licence_leads_to_a_leaf(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        world.rotates(&[&track]).await;
        let mia = world.buyer("Mia");
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        let clip = mia.buys_clip_time().await;
        let gift = world.gives(&clip, "g1", 100).await.unwrap();
        world.takes_gift(&gift.token, "A client").await.unwrap();
        mia.subscribes().await;
        assert_eq!((world.licences().await, world.leaves().await), (5, 5));
        let sixth = world.takes_gift(&gift.token, "Late").await;
        assert!(sixth.is_err());
        assert_eq!(world.leaves().await, 5, "what is refused leaves nothing");
    }

    async fn a_batch_of_uses_is_one_leaf_over_those_that_count(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        let event = |id: &str| world.used(id, &licence, &track);
        let batch = [event("a"), event("b"), event("c").without("placement"), event("a")];
        reporter.sends(&batch).await.unwrap();
        assert_eq!(world.leaves().await, 2);
        reporter.sends(&batch).await.unwrap();
        assert_eq!(world.leaves().await, 2, "a batch sent again counts nothing");
        accepted(reporter.reports(&event("d")).await);
        assert_eq!(world.leaves().await, 3);
    }

    async fn sixty_four_clients_at_once_get_numbers_without_a_gap(world: World) {
        let track = world.track("Night Market").await;
        let clip = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        let through = spec::world::race(64, |n| {
            let (world, track) = (world.clone(), track.clone());
            let (reporter, event) = (
                reporter.clone(),
                world.used(&format!("e{n}"), &clip, &track).lasting(1_000),
            );
            async move {
                if n % 2 == 0 {
                    accepted(reporter.reports(&event).await);
                } else {
                    let buyer = world.buyer(&format!("Buyer {n}"));
                    buyer.buys(&track, AssetKind::FullMix, Tier::Creator).await;
                }
                true
            }
        })
        .await;
        assert_eq!(through, 64);
        // One for each of 33 licences; uses that were counted together share one.
        let leaves = world.leaves().await;
        assert!((34..=65).contains(&leaves), "{leaves}");
        assert_eq!(i64::try_from(world.signs_the_log().await), Ok(leaves));
        let gaps = world.breaches().await;
        assert!(gaps.is_empty(), "{gaps:?}");
    }

    async fn a_store_from_before_the_log_catches_up_once(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let clip = mia.buys_clip_time().await;
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let reporter = world.reporter().await;
        for n in 0..3 {
            accepted(reporter.reports(&world.used(&format!("e{n}"), &clip, &track)).await);
        }
        assert!(world.leaves().await > 2, "all uses are settled");
        world.forgets_the_log().await;
        let missing = world.breaches().await;
        let of = |name| missing.iter().filter(|(found, _)| *found == name).count();
        assert_eq!((of("licences_are_logged"), of("uses_are_logged")), (2, 3));
        let call = world.call();
        assert_eq!(app::proofs::catch_up(world.app(), &call).await.unwrap(), 5);
        assert_eq!(world.leaves().await, 2);
        assert_eq!(app::proofs::catch_up(world.app(), &call).await.unwrap(), 0);
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!((world.leaves().await, world.signs_the_log().await), (3, 3));
        // What was logged one by one and what is logged by its settlement is proven alike.
        accepted(reporter.reports(&world.used("e3", &clip, &track)).await);
        world.app().engine.settle().await.unwrap();
        world.signs_the_log().await;
        assert_eq!(world.breaches().await, []);
        for (event, place) in [("e0", (1, 0)), ("e2", (1, 2)), ("e3", (3, 0))] {
            let bytes = world.use_proof(reporter.principal(), event, Form::Text).await.unwrap();
            let proven = tlog::verify_use(&read_proof(&bytes), &world.log_key()).unwrap();
            let position = proven.event.map(|(position, _)| position);
            assert_eq!((proven.leaf.sequence, position), (place.0, Some(place.1)), "{event}");
        }
    }

    async fn nothing_in_the_log_is_changed_or_deleted(world: World) {
        let track = world.track("Night Market").await;
        let clip = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &clip, &track)).await);
        world.signs_the_log().await;
        // As a store from before the log has it.
        world.runs("insert into use_leaves (use_id, leaf, position) select id, 0, 0 from uses").await;
        for statement in [
            "update log_leaves set kind = 2",
            "delete from log_leaves",
            "update log_tiles set bytes = bytes",
            "delete from log_tiles",
            "update log_checkpoints set at_ms = 0",
            "delete from log_checkpoints",
            "update licence_leaves set leaf = 1",
            "update settlement_leaves set first_position = 9",
            "delete from settlement_leaves",
            "update use_leaves set position = 9",
            "delete from use_leaves",
            "update log_end set size = 1",
            "delete from log_end",
        ] {
            let said = world.is_kept_from(statement).await;
            assert!(said.contains("append-only"), "{statement}: {said}");
        }
        world.has_broken(&["uses_are_logged"]);
    }
}
