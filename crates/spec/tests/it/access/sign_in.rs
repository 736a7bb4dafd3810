//! Signing in: by a link, once, within a day.

use app::access::Role;
use spec::on_both_engines;

on_both_engines! {
    async fn a_link_signs_its_person_in(world: World) {
        let link = world.sends_link(Role::Operator, "Olive").await;
        let (session, person) = world.uses_link(&link).await.unwrap();
        assert_eq!(
            (person.name.as_str(), person.role),
            ("Olive", Role::Operator)
        );
        assert_eq!(world.whose_session(&session).await.unwrap().id, person.id);
    }

    async fn a_link_works_once(world: World) {
        let link = world.sends_link(Role::Buyer, "Mia").await;
        world.uses_link(&link).await.unwrap();
        assert_eq!(
            world.uses_link(&link).await.unwrap_err().code,
            "sign_in_link_spent"
        );
    }

    async fn a_link_used_by_eight_at_once_signs_one_in(world: World) {
        let link = world.sends_link(Role::Buyer, "Mia").await;
        let mut using = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (world, link) = (world.clone(), link.clone());
            using.spawn(async move { world.uses_link(&link).await.is_ok() });
        }
        assert_eq!(
            using.join_all().await.into_iter().filter(|ok| *ok).count(),
            1
        );
    }

    async fn looking_at_a_link_does_not_spend_it(world: World) {
        let link = world.sends_link(Role::Buyer, "Mia").await;
        for _ in 0..3 {
            assert_eq!(world.looks_at_link(&link).await.unwrap().name, "Mia");
        }
        world.uses_link(&link).await.unwrap();
        assert_eq!(
            world.looks_at_link(&link).await.unwrap_err().code,
            "sign_in_link_spent"
        );
    }

    async fn a_link_is_good_for_a_day(world: World) {
        let link = world.sends_link(Role::Buyer, "Mia").await;
        world.minutes_pass(24 * 60 - 1);
        assert!(world.looks_at_link(&link).await.is_ok());
        world.minutes_pass(1);
        assert_eq!(
            world.looks_at_link(&link).await.unwrap_err().code,
            "sign_in_link_spent"
        );
        assert_eq!(
            world.uses_link(&link).await.unwrap_err().code,
            "sign_in_link_spent"
        );
    }

    async fn a_made_up_link_signs_nobody_in(world: World) {
        for link in ["", "x", "'; --", &"a".repeat(10_000)] {
            assert_eq!(
                world.uses_link(link).await.unwrap_err().code,
                "sign_in_link_spent"
            );
        }
    }

    async fn a_session_lasts_thirty_days_and_the_operators_twelve_hours(world: World) {
        for (role, minutes) in [(Role::Buyer, 30 * 24 * 60), (Role::Operator, 12 * 60)] {
            let link = world.sends_link(role, "Somebody").await;
            let (session, _) = world.uses_link(&link).await.unwrap();
            world.minutes_pass(minutes - 1);
            assert!(world.whose_session(&session).await.is_some());
            world.minutes_pass(1);
            assert!(world.whose_session(&session).await.is_none(), "{role:?}");
        }
    }

    async fn signing_out_ends_the_session(world: World) {
        let link = world.sends_link(Role::Buyer, "Mia").await;
        let (session, _) = world.uses_link(&link).await.unwrap();
        world.signs_out(&session).await;
        assert!(world.whose_session(&session).await.is_none());
        world.signs_out(&session).await;
    }

    async fn a_composer_who_is_named_like_a_payee_is_paid_as_that_payee(world: World) {
        world.track("Night Market").await;
        let link = world.sends_link(Role::Composer, "Ada Byron").await;
        let (_, person) = world.uses_link(&link).await.unwrap();
        let ada = world.composer("Ada Byron").await;
        assert_eq!(person.payee, Some(ada.payee));
        let link = world.sends_link(Role::Buyer, "Ada Byron").await;
        let (_, buyer) = world.uses_link(&link).await.unwrap();
        assert_eq!((buyer.payee, buyer.id == person.id), (None, false));
    }
}
