//! What is listed by name comes in the order of its bytes, on either engine and whatever language
//! a database was made for.

use app::payees::list as payees;
use domain::PayeeId;
use spec::on_both_engines;
use spec::world::{Music, World};

on_both_engines! {
    async fn names_come_in_the_order_of_their_bytes(world: World) {
        for name in ["É", "z", "a", "Z"] {
            world.payee(name).await;
        }
        let listed: Vec<_> = payees::list(world.app()).await.unwrap();
        let names: Vec<_> = listed.into_iter().map(|payee| payee.name).collect();
        assert_eq!(names, ["Z", "a", "z", "É"]);
    }

    async fn stems_moods_and_shares_come_in_the_order_of_their_bytes(world: World) {
        let quarter = ["É", "z", "a", "Z"].map(|name| (name, 250_000));
        let music = Music::titled("Four")
            .stems(&["É", "z", "a", "Z"])
            .shared(&quarter);
        let track = world.compose(music).await;
        let names: Vec<_> = world.splits(&track).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Z", "a", "z", "É"]);
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!(shown.stems, ["Z", "a", "z", "É"]);
        assert!(listed_payees(&world).await.len() >= 4);
    }
}

async fn listed_payees(world: &World) -> Vec<PayeeId> {
    let listed = payees::list(world.app()).await.unwrap();
    listed.into_iter().map(|payee| payee.id).collect()
}
