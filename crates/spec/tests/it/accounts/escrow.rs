//! Escrow: who isn't registered earns all the same, and what waits is theirs alone.

use app::access::Role;
use app::offers::Hand;
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Track, World, shared};

on_both_engines! {
    async fn who_takes_their_invitation_up_gets_exactly_what_waited_and_earns_on(world: World) {
        let (track, secret) = invited(&world).await;
        sells(&world, &track).await;
        let waits = world.escrow_of("Ben").await;
        assert_eq!(waits, 4_605_980);
        let (name, taken) = world.takes_up(&secret).await.unwrap();
        assert_eq!((name.as_str(), taken.registered, taken.agreed), ("Ben", true, true));
        let ben = world.composer("Ben").await;
        assert_eq!((world.escrow_of("Ben").await, ben.balance().await), (0, waits));
        assert_eq!(world.composer("Ada Byron").await.balance().await, 6_908_970);
        sells(&world, &track).await;
        assert_eq!((world.escrow_of("Ben").await, ben.balance().await), (0, 2 * waits));
    }

    async fn a_refund_takes_from_the_escrow_before_it_is_claimed_and_from_the_account_after(
        world: World,
    ) {
        let (track, secret) = invited(&world).await;
        let mia = world.buyer("Mia");
        let first = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let second = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.refunds(&first, "r1", None).await.unwrap();
        assert_eq!(world.escrow_of("Ben").await, 4_605_980);
        world.takes_up(&secret).await.unwrap();
        world.refunds(&second, "r2", None).await.unwrap();
        let ben = world.composer("Ben").await;
        assert_eq!((world.escrow_of("Ben").await, ben.balance().await), (0, 0));
    }

    async fn an_invitation_is_good_once(world: World) {
        let (_, secret) = invited(&world).await;
        assert!(world.takes_up(&secret).await.is_ok());
        for spent in [secret.as_str(), "nothing"] {
            assert_eq!(world.takes_up(spent).await.unwrap_err().code, "invitation_spent");
        }
    }

    async fn two_who_take_one_invitation_up_at_once_claim_once(world: World) {
        let (track, secret) = invited(&world).await;
        sells(&world, &track).await;
        let (one, other) = tokio::join!(world.takes_up(&secret), world.takes_up(&secret));
        assert!(one.is_ok() != other.is_ok());
        assert_eq!(world.composer("Ben").await.balance().await, 4_605_980);
    }

    async fn the_operator_registers_a_payee_once_with_all_that_waited(world: World) {
        let (track, secret) = invited(&world).await;
        sells(&world, &track).await;
        let done = world.registers("Ben").await;
        let claimed: i64 = done.claimed.unwrap().iter().map(|money| money.micros()).sum();
        assert_eq!((claimed, world.composer("Ben").await.balance().await), (4_605_980, 4_605_980));
        let before = world.everything_booked().await;
        assert_eq!(world.registers("Ben").await.claimed, None);
        assert_eq!(world.takes_up(&secret).await.unwrap_err().code, "invitation_spent");
        assert_eq!(world.everything_booked().await, before);
    }

    async fn a_link_is_shown_only_to_who_may_hold_it_and_a_new_one_voids_the_old(world: World) {
        let (track, secret) = invited(&world).await;
        let ada = world.signed_in(Role::Composer, "Ada Byron").await;
        let wish = shared(&track, &[("Ada Byron", 500_000), ("Ben", 500_000)]);
        let again = world.proposes(Hand::Asker(&ada), &wish).await.unwrap();
        assert!(again.agreed, "Ada loses by it, Ben doesn't");
        assert_eq!(again.invitations[0].secret, None, "Ben's escrow isn't Ada's to open");
        let id = again.proposal.to_string();
        let refused = world.invites_again(Hand::Asker(&ada), &id, "Ben").await.unwrap_err();
        assert_eq!(refused.code, "not_your_split");
        let first = world.invites_again(Hand::Console, &id, "Ben").await.unwrap();
        let second = world.invites_again(Hand::Console, &id, "Ben").await.unwrap();
        assert!(world.takes_up(&first).await.is_err());
        assert!(world.takes_up(&second).await.unwrap().1.registered);
        assert!(world.takes_up(&secret).await.is_err(), "he is registered now");
    }

    async fn who_signed_in_before_they_were_paid_sees_what_they_earn_afterwards(world: World) {
        world.signed_in(Role::Composer, "Ben").await;
        let (track, secret) = invited(&world).await;
        sells(&world, &track).await;
        world.takes_up(&secret).await.unwrap();
        let visitor = world.visitor_signed_in(Role::Composer, "Ben").await;
        assert_eq!(visitor.gets("/v1/reports/uses").await.json()["balance"]["micros"], 4_605_980);
    }

    async fn escrow_of_somebody_registered_is_named(world: World) {
        let (track, _) = invited(&world).await;
        sells(&world, &track).await;
        let ben = world.composer("Ben").await;
        world.marks_as_registered(ben.payee).await;
        world.has_broken(&["escrow_is_of_the_unregistered"]);
    }
}

async fn invited(world: &World) -> (Track, String) {
    let track = world.track("Night Market").await;
    let parts = [("Ada Byron", 600_000), ("Ben <ben@example.org>", 400_000)];
    let mut done = world.has_agreed(shared(&track, &parts)).await;
    let secret = done.invitations.remove(0).secret;
    (track, secret.unwrap())
}

async fn sells(world: &World, track: &Track) {
    world
        .buyer("Mia")
        .buys(track, AssetKind::FullMix, Tier::Creator)
        .await;
}
