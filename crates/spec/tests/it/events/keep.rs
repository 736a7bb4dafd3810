//! How long events are kept, and who is told that they are gone.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::accepted;

on_both_engines! {
    async fn old_events_are_dropped_from_the_front_and_whoever_missed_them_is_told(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("cam:1", &licence, &track)).await);
        world.refunds(&licence, "one", Some(1_000_000)).await.unwrap();
        assert_eq!(world.told().await.len(), 3);
        world.days_pass(89);
        world.is_kept_up().await;
        assert_eq!(world.told().await.len(), 3);
        let kept = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.days_pass(2);
        world.is_kept_up().await;
        let told = world.told().await;
        let [event] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((event.n, &event.subject), (4, &kept.id.to_string()));
        let gone = world.told_after(Some(2)).await.unwrap_err();
        assert_eq!((gone.code, gone.field.as_deref()), ("events_gone", Some("after")));
        assert!(gone.sentence.contains("after 3"), "{}", gone.sentence);
        assert_eq!(world.told_after(Some(3)).await.unwrap().events, told);
        // What happens to what is older than what is kept is told all the same.
        world.suspends(&licence).await;
        world.refunds(&licence, "two", Some(1_000_000)).await.unwrap();
        assert_eq!(world.told().await.len(), 3);
    }

    async fn when_all_are_old_all_go_and_places_go_on(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.days_pass(91);
        world.is_kept_up().await;
        assert_eq!(world.told().await, []);
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let told = world.told().await;
        assert_eq!(told[0].n, 2);
        let operator = world.visitor_signed_in(app::access::Role::Operator, "Olga").await;
        let gone = operator.gets("/v1/events?after=0").await;
        assert_eq!(gone.problem(), (410, "events_gone".into()));
    }
}
