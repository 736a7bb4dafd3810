//! Listing: everybody's own licences, page by page, and nobody else's.

use app::access::{Principal, Scope};
use app::licensing::list::{self, Page};
use domain::LicenceId;
use spec::on_both_engines;
use spec::world::World;

on_both_engines! {
    async fn whoever_bought_signed_in_sees_their_licences_the_latest_first(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.member("Mia").await;
        let quote = world.buyer("Mia").quotes(&track, spec::world::monetised_short()).await;
        let order = world.buyer("Mia").order(&quote, &quote.options[0]);
        let first = mia.sends("k1", &order).await.unwrap().licence;
        world.days_pass(1);
        let second = mia.buys_plan("bundle_10").await;
        let page = lists(&world, &mia.principal(), None, 10).await;
        assert_eq!(ids(&page), [second.id, first.id]);
        assert_eq!(page.next, None);
        let [bundle, cut] = page.licences.as_slice() else { panic!("two licences") };
        assert_eq!((cut.code, cut.price), (first.code, first.price));
        assert_eq!(cut.track.as_ref().unwrap().1, "night-market");
        assert_eq!((cut.title.as_str(), cut.artist.as_str()), ("Night Market", "Ada Byron"));
        assert_eq!((cut.grant.as_str(), cut.billed), (first.grant.as_str(), true));
        assert_eq!((bundle.tier.as_str(), &bundle.track), ("bundle", &None));
    }

    async fn nobody_sees_anothers_licences_and_a_guest_none(world: World) {
        let mia = world.member("Mia").await;
        mia.buys_plan("bundle_10").await;
        world.buyer("Gus").buys_clip_time().await;
        let ben = world.member("Ben").await;
        let bens = ben.buys_plan("bundle_25").await;
        // Within one millisecond no licence is the later one.
        world.days_pass(1);
        let (key, _) = world.program("A tool", &[Scope::Buy]).await;
        let tool = Principal::Program(key);
        let order = world.order_of_plan("bundle_10").await;
        let tools = world.sends_as(&tool, "k1", &order).await.unwrap().licence;
        assert_eq!(ids(&lists(&world, &ben.principal(), None, 10).await), [bens.id]);
        assert_eq!(ids(&lists(&world, &tool, None, 10).await), [tools.id]);
        let nobody = world.member("Nora").await.principal();
        for who in [&nobody, &Principal::Guest] {
            let page = lists(&world, who, None, 10).await;
            assert!(page.licences.is_empty() && page.next.is_none());
        }
        // A page behind another's licence shows one's own alone, too.
        let behind = lists(&world, &ben.principal(), Some(tools.id), 10).await;
        assert_eq!(ids(&behind), [bens.id]);
    }

    async fn pages_follow_one_another_whatever_is_bought_meanwhile(world: World) {
        let mia = world.member("Mia").await;
        let mut bought = Vec::new();
        for _ in 0..5 {
            bought.push(mia.buys_plan("bundle_10").await.id);
            world.days_pass(1);
        }
        bought.reverse();
        let who = mia.principal();
        let first = lists(&world, &who, None, 2).await;
        assert_eq!(ids(&first), bought[..2]);
        mia.buys_plan("bundle_25").await;
        let second = lists(&world, &who, first.next, 2).await;
        assert_eq!(ids(&second), bought[2..4]);
        let last = lists(&world, &who, second.next, 2).await;
        assert_eq!(ids(&last), bought[4..]);
        assert_eq!(last.next, None);
    }

    async fn the_papers_of_what_was_given_back_stand_by_their_own_licence(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.member("Mia").await;
        mia.buys_plan("bundle_10").await;
        let quote = world.buyer("Mia").quotes(&track, spec::world::monetised_short()).await;
        let order = world.buyer("Mia").order(&quote, &quote.options[0]);
        let cut = mia.sends("k1", &order).await.unwrap().licence;
        world.refunds(&cut, "r1", Some(1_000_000)).await.unwrap();
        let notes = world.credit_notes_of(&cut).await;
        let page = lists(&world, &mia.principal(), None, 10).await;
        let of = |id| page.licences.iter().find(|one| one.id == id).unwrap();
        assert_eq!(of(cut.id).credit_notes, [notes[0].number.clone()]);
        let others = page.licences.iter().filter(|one| one.id != cut.id);
        assert!(others.into_iter().all(|one| one.credit_notes.is_empty()));
    }
}

async fn lists(world: &World, who: &Principal, before: Option<LicenceId>, limit: usize) -> Page {
    list::list(world.app(), who, before, limit).await.unwrap()
}

fn ids(page: &Page) -> Vec<LicenceId> {
    page.licences.iter().map(|one| one.id).collect()
}
