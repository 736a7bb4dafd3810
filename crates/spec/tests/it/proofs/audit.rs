//! The audit of the log: whatever was altered, even by one bit, is named.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{LOG, World, accepted};

on_both_engines! {
    async fn a_log_that_nobody_touched_is_as_signed(world: World) {
        busy(&world).await;
        let checks = app::accounts::audit::audit(world.app()).await.unwrap();
        for name in [
            "log_leaves_follow_one_another",
            "log_is_as_signed",
            "licences_are_logged",
            "uses_are_logged",
            "statements_are_logged",
        ] {
            let check = checks.iter().find(|check| check.invariant == name).unwrap();
            assert!(check.looked_at > 0 && check.breaches.is_empty(), "{check:?}");
        }
    }

    async fn one_flipped_bit_anywhere_in_leaves_tiles_and_heads_is_named(world: World) {
        busy(&world).await;
        world.unguards_the_log().await;
        for part in LOG {
            let rows = world.rows_of(part.0).await;
            for nth in 0..rows {
                // Bytes throughout each row; the scenario of every byte would take an hour.
                for at in (0..700).step_by(37) {
                    let Some(key) = world.flips_in_the_log(part, nth, at).await else { continue };
                    let found = world.breaches().await;
                    let subject = match part.0 {
                        "log_leaves" => format!("leaf {key}"),
                        "log_checkpoints" => format!("checkpoint {key}"),
                        _ => key.clone(),
                    };
                    assert!(
                        found.iter().any(|(_, named)| named.starts_with(&subject)),
                        "{} {key}, byte {at}: {found:?}",
                        part.0
                    );
                    world.flips_in_the_log(part, nth, at).await.unwrap();
                }
            }
        }
        assert!(world.breaches().await.is_empty());
    }

    async fn a_licence_that_was_altered_after_it_was_logged_is_named(world: World) {
        let (licence, _) = busy(&world).await;
        world.rewrites_token(&licence, &licence.token.to_uppercase()).await;
        let found = world.breaches().await;
        assert!(found.contains(&("licences_are_logged", "leaf 0".to_owned())), "{found:?}");
        world.has_broken(&["licences_are_logged", "licences_verify"]);
    }

    async fn a_use_that_was_altered_after_it_was_logged_is_named(world: World) {
        busy(&world).await;
        world.runs("update uses set published_ms = published_ms + 1 where event_id = 'e1'").await;
        let found = world.breaches().await;
        assert_eq!(found, [("uses_are_logged", "leaf 3".to_owned())]);
        world.has_broken(&["uses_are_logged"]);
    }

    async fn a_licence_or_use_without_a_leaf_is_named(world: World) {
        let (licence, used) = busy(&world).await;
        world.unguards_the_log().await;
        let sql = "delete from licence_leaves where leaf = 0";
        world.runs(sql).await;
        world.runs("delete from settlement_leaves where leaf = 2").await;
        let found = world.breaches().await;
        for (invariant, subject) in [
            ("licences_are_logged", licence.id.to_string()),
            ("licences_are_logged", "leaf 0".to_owned()),
            ("uses_are_logged", used),
            ("uses_are_logged", "leaf 2".to_owned()),
        ] {
            assert!(found.contains(&(invariant, subject.clone())), "{invariant} {subject}: {found:?}");
        }
        world.has_broken(&["licences_are_logged", "uses_are_logged"]);
    }

    async fn a_settlement_that_was_moved_or_logged_twice_is_named(world: World) {
        let (_, used) = busy(&world).await;
        world.unguards_the_log().await;
        world.runs("update settlement_leaves set first_position = 1 where leaf = 2").await;
        assert_eq!(world.breaches().await, [("uses_are_logged", "leaf 2".to_owned())]);
        world.runs("update settlement_leaves set first_position = 0 where leaf = 2").await;
        let sql = "insert into use_leaves (use_id, leaf, position)
                   select id, 3, 9 from uses where event_id = 'e0'";
        world.runs(sql).await;
        let found = world.breaches().await;
        assert!(found.contains(&("uses_are_logged", used)), "{found:?}");
        world.has_broken(&["uses_are_logged"]);
    }

    async fn a_statement_that_was_taken_out_is_named(world: World) {
        busy(&world).await;
        world.unguards_the_log().await;
        world.runs("update statement_leaves set number = 2").await;
        let found = world.breaches().await;
        assert!(!found.is_empty() && found.iter().all(|(name, _)| *name == "statements_are_logged"));
        world.has_broken(&["statements_are_logged"]);
    }
}

/// A log of licences, uses and a statement, signed twice: a licence and a use in it.
async fn busy(world: &World) -> (app::licensing::Licence, String) {
    let track = world.track("Night Market").await;
    let mia = world.buyer("Mia");
    let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
    let clip = mia.buys_clip_time().await;
    let reporter = world.reporter().await;
    accepted(reporter.reports(&world.used("e0", &clip, &track)).await);
    let first = world.use_ids().await.remove(0);
    world.signs_the_log().await;
    let batch: Vec<_> = (1..4)
        .map(|n| world.used(&format!("e{n}"), &clip, &track))
        .collect();
    reporter.sends(&batch).await.unwrap();
    world.days_pass(31);
    app::upkeep::run(world.app()).await.unwrap();
    world.signs_the_log().await;
    (licence, first)
}
