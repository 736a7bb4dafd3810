//! Standing: a licence is put on hold, restored, and withdrawn for good, each for a reason.

use app::licensing::{Licence, Standing};
use domain::standing::{Move, REASON_MAX};
use domain::{AssetKind, Tier};
use licence_key::Standing as Judged;
use spec::on_both_engines;
use spec::world::World;

on_both_engines! {
    async fn a_move_is_known_everywhere_at_once(world: World) {
        let licence = sold(&world).await;
        let mia = world.buyer("Mia");
        for (wanted, standing, judged, delivered) in [
            (Move::Suspend, Standing::Suspended, Judged::Suspended, false),
            (Move::Restore, Standing::Valid, Judged::Valid, true),
            (Move::Suspend, Standing::Suspended, Judged::Suspended, false),
            (Move::Revoke, Standing::Revoked, Judged::Revoked, false),
        ] {
            world.minutes_pass(1);
            assert_eq!(world.moves(&licence, wanted, "for a reason").await, Ok(false));
            assert_eq!(world.judges(&licence.token).await.standing, judged);
            let online = world.verifies(&licence.code.to_string()).await.unwrap();
            assert_eq!(online.standing, standing);
            assert_eq!(online.standing_since, Some(world.now()));
            assert_eq!(mia.downloads(&licence, 0).await.is_ok(), delivered);
        }
    }

    async fn the_history_keeps_every_move_with_its_time_and_reason(world: World) {
        let licence = sold(&world).await;
        let first = world.now();
        world.moves(&licence, Move::Suspend, "  a dispute ").await.unwrap();
        world.days_pass(3);
        world.moves(&licence, Move::Restore, "it was won").await.unwrap();
        let history = world.standing_history(&licence).await;
        let told: Vec<_> = history
            .iter()
            .map(|line| (line.at, line.before, line.after, line.reason.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (first, Standing::Valid, Standing::Suspended, "a dispute"),
                (world.now(), Standing::Suspended, Standing::Valid, "it was won"),
            ]
        );
    }

    async fn the_same_move_twice_changes_nothing(world: World) {
        let licence = sold(&world).await;
        assert_eq!(world.moves(&licence, Move::Restore, "nothing to do").await, Ok(true));
        for wanted in [Move::Suspend, Move::Revoke] {
            assert_eq!(world.moves(&licence, wanted, "first").await, Ok(false));
            assert_eq!(world.moves(&licence, wanted, "second").await, Ok(true));
        }
        let history = world.standing_history(&licence).await;
        assert!(history.iter().all(|line| line.reason == "first"), "{history:?}");
        assert_eq!(history.len(), 2);
    }

    async fn a_revoked_licence_stays_revoked(world: World) {
        let licence = sold(&world).await;
        world.revokes(&licence).await;
        for wanted in [Move::Restore, Move::Suspend] {
            let refused = world.moves(&licence, wanted, "a mistake").await.unwrap_err();
            assert_eq!(refused.code, "licence_revoked");
        }
        assert_eq!(world.judges(&licence.token).await.standing, Judged::Revoked);
    }

    async fn a_move_needs_a_reason_of_one_line(world: World) {
        let licence = sold(&world).await;
        let long = "x".repeat(REASON_MAX + 1);
        for reason in ["", "  \t ", "two\nlines", &long] {
            let refused = world.moves(&licence, Move::Suspend, reason).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), ("bad_reason", Some("reason")));
        }
        assert!(world.standing_history(&licence).await.is_empty());
    }

    async fn the_reason_is_the_holders_to_read_and_nobody_elses(world: World) {
        let licence = sold(&world).await;
        world.moves(&licence, Move::Suspend, "a dispute with Mia").await.unwrap();
        let public = world.verifies(&licence.code.to_string()).await.unwrap();
        assert_eq!(public.standing_reason, None);
        let held = app::licensing::show::licence(world.app(), licence.id).await.unwrap();
        assert_eq!(held.standing_reason.as_deref(), Some("a dispute with Mia"));
    }

    async fn a_move_touches_one_licence_and_no_money(world: World) {
        let (licence, other) = (sold(&world).await, sold(&world).await);
        let booked = world.everything_booked().await;
        world.revokes(&licence).await;
        assert_eq!(world.everything_booked().await, booked);
        assert_eq!(world.judges(&other.token).await.standing, Judged::Valid);
    }

    async fn a_licence_that_is_not_there_is_not_moved(world: World) {
        let mut licence = sold(&world).await;
        licence.id = domain::LicenceId::from_bytes([1; 16]);
        let refused = world.moves(&licence, Move::Suspend, "x").await.unwrap_err();
        assert_eq!(refused.code, "unknown_licence");
    }

    async fn eight_identical_moves_at_once_are_one(world: World) {
        let licence = sold(&world).await;
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (world, licence) = (world.clone(), licence.clone());
            sent.spawn(async move { world.moves(&licence, Move::Suspend, "x").await });
        }
        let moved = sent.join_all().await;
        assert_eq!(moved.iter().filter(|one| **one == Ok(false)).count(), 1);
        assert_eq!(world.standing_history(&licence).await.len(), 1);
    }
}

async fn sold(world: &World) -> Licence {
    let track = match world.shown("night-market").await {
        Ok(track) => spec::world::Track {
            id: track.id,
            title: track.title,
        },
        Err(_) => world.track("Night Market").await,
    };
    let mia = world.buyer("Mia");
    mia.buys(&track, AssetKind::FullMix, Tier::Creator).await
}
