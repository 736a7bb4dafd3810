//! Attesting: nothing of a track is sold before master and composition are somebody's to license.

use app::access::Role;
use app::offers::Hand;
use app::offers::attest::{Rights, Which};
use domain::usage::UseRefusal;
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Music, monetised_short, refusals};

const MASTER: Rights = Rights {
    master: true,
    composition: false,
};
const COMPOSITION: Rights = Rights {
    master: false,
    composition: true,
};

on_both_engines! {
    async fn a_track_is_not_quoted_until_both_rights_are_attested(world: World) {
        let track = world.compose(Music::titled("Night Market").unattested()).await;
        let (mia, name) = (world.buyer("Mia"), track.id.to_string());
        for rights in [MASTER, COMPOSITION] {
            let refused = mia.asks(&name, monetised_short()).await.unwrap_err();
            assert_eq!(
                (refused.code, refused.field.as_deref()),
                ("rights_not_attested", Some("track"))
            );
            assert!(refused.sentence.contains("clearcue attest"), "{}", refused.sentence);
            world.attests(&track, rights).await.unwrap();
        }
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
    }

    async fn a_track_that_is_not_attested_is_shown_without_a_price(world: World) {
        let track = world.compose(Music::titled("Night Market").unattested()).await;
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!((shown.from_price, shown.attested), (None, false));
        world.attests(&track, Rights::BOTH).await.unwrap();
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!(shown.from_price.map(|price| price.micros()), Some(15_000_000));
        assert!(shown.attested);
    }

    async fn who_attested_and_when_is_kept_from_the_first_time(world: World) {
        let track = world.compose(Music::titled("Night Market").unattested()).await;
        let first = world.attests(&track, MASTER).await.unwrap().remove(0);
        assert_eq!(first.master, Some(("console".to_owned(), world.now())));
        assert_eq!(first.composition, None);
        world.days_pass(1);
        let again = world.attests(&track, Rights::BOTH).await.unwrap().remove(0);
        assert_eq!(again.master, first.master);
        assert_eq!(again.composition, Some(("console".to_owned(), world.now())));
    }

    async fn all_open_tracks_are_attested_at_once(world: World) {
        world.compose(Music::titled("One").unattested()).await;
        world.compose(Music::titled("Two").unattested()).await;
        world.track("Three").await;
        let done = world.attests_as(Hand::Console, &Which::All, Rights::BOTH).await.unwrap();
        assert_eq!(done.len(), 2);
        assert_eq!(app::offers::attest::lacking(world.app()).await.unwrap(), 0);
    }

    async fn clip_time_does_not_hold_for_a_track_that_is_not_attested(world: World) {
        let track = world.compose(Music::titled("Night Market").unattested()).await;
        let mia = world.buyer("Mia");
        let time = mia.buys_clip_time().await;
        assert_eq!(mia.takes(&time, &track).await.unwrap_err().code, "rights_not_attested");
        let editor = world.reporter().await;
        let refused = refusals(editor.reports(&world.used("e", &time, &track)).await);
        assert_eq!(refused, [UseRefusal::RightsNotAttested]);
    }

    async fn only_the_operator_attests(world: World) {
        let track = world.compose(Music::titled("Night Market").unattested()).await;
        let which = Which::Track(track.id.to_string());
        for role in [Role::Buyer, Role::Composer] {
            let who = world.signed_in(role, "Ada Byron").await;
            let refused = world.attests_as(Hand::Asker(&who), &which, Rights::BOTH).await;
            assert_eq!(refused.unwrap_err().code, "scope_required");
        }
        let who = world.signed_in(Role::Operator, "Operator").await;
        assert!(world.attests_as(Hand::Asker(&who), &which, Rights::BOTH).await.is_ok());
        let neither = Rights { master: false, composition: false };
        let refused = world.attests(&track, neither).await.unwrap_err();
        assert_eq!(refused.code, "rights_required");
    }
}
