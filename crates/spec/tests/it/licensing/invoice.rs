//! Invoices: one for each licence, numbered without a gap in the order of the sales, never changed.

use std::collections::BTreeSet;

use app::billing::invoice::{Invoice, invoice};
use domain::{AssetKind, LicenceId, Tier};
use spec::on_both_engines;
use spec::world::World;

on_both_engines! {
    async fn an_invoice_keeps_its_number_and_date_for_ever(world: World) {
        let ids = sells(&world, 2).await;
        let first = asks(&world, ids[0]).await;
        assert_eq!(first.number, "2026-0001");
        world.days_pass(400);
        assert_eq!(asks(&world, ids[0]).await, first);
    }

    async fn each_year_has_numbers_of_its_own_drawn_by_its_sales(world: World) {
        let ids = sells(&world, 2).await;
        world.days_pass(366);
        let later = sells(&world, 1).await;
        assert_eq!(asks(&world, later[0]).await.number, "2027-0001");
        assert_eq!(asks(&world, ids[0]).await.number, "2026-0001");
        assert_eq!(asks(&world, ids[1]).await.number, "2026-0002");
    }

    async fn a_crowd_of_first_requests_leaves_no_gap_and_draws_nothing_twice(world: World) {
        let ids = sells(&world, 6).await;
        let asked: Vec<_> = (0..4)
            .flat_map(|_| ids.clone())
            .map(|id| {
                let world = world.clone();
                tokio::spawn(async move { asks(&world, id).await.number })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for answer in asked {
            numbers.insert(answer.await.unwrap());
        }
        let wanted: BTreeSet<_> = (1..=6).map(|n| format!("2026-{n:04}")).collect();
        assert_eq!(numbers, wanted);
        let next = sells(&world, 1).await;
        assert_eq!(asks(&world, next[0]).await.number, "2026-0007");
    }
}

async fn sells(world: &World, count: usize) -> Vec<LicenceId> {
    let track = match world.shown("night-market").await {
        Ok(track) => spec::world::Track {
            id: track.id,
            title: track.title,
        },
        Err(_) => world.track("Night Market").await,
    };
    let mut ids = Vec::new();
    for _ in 0..count {
        let mia = world.buyer("Mia");
        ids.push(mia.buys(&track, AssetKind::FullMix, Tier::Creator).await.id);
    }
    ids
}

async fn asks(world: &World, id: LicenceId) -> Invoice {
    let invoice = invoice(world.app(), &world.call(), id).await.unwrap();
    invoice.unwrap()
}
