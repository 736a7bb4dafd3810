//! Seals over the journals: whoever changes what was posted, and everything that is recomputed from
//! it, is told by the journal's name.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::World;

/// Two postings of the one sale, changed so that the journal still balances.
const QUIETLY: &str = "
    update postings set amount_micros = amount_micros + case account when 'commission' then 1
                                                             else -1 end
     where account in ('commission', 'provider-fees')
       and journal_id = (select id from journals where kind = 'sale' order by id limit 1)";
const BALANCES: &str = "
    update balances set amount_micros = amount_micros + case account when 'commission' then 1
                                                             else -1 end
     where account in ('commission', 'provider-fees')";

on_both_engines! {
    async fn a_journal_that_was_changed_with_all_its_sums_is_named(world: World) {
        sold(&world).await;
        assert!(world.seals_journals().await > 0);
        assert_eq!(world.seals_journals().await, 0, "each is sealed once");
        assert_eq!(world.breaches().await, []);
        let sale = world.journal_named("sale").await;
        world.overrides("postings", QUIETLY).await;
        world.overrides("balances", BALANCES).await;
        assert_eq!(world.breaches().await, [("journals_are_as_sealed", sale)]);
        world.has_broken(&["journals_are_as_sealed"]);
    }

    async fn a_word_of_a_journal_that_was_changed_is_named(world: World) {
        sold(&world).await;
        world.seals_journals().await;
        let sale = world.journal_named("sale").await;
        world.overrides("journals", "update journals set memo = 'x' where kind = 'sale'").await;
        assert_eq!(world.breaches().await, [("journals_are_as_sealed", sale)]);
        world.has_broken(&["journals_are_as_sealed"]);
    }

    async fn a_digest_that_was_changed_with_its_journal_breaks_its_seal(world: World) {
        sold(&world).await;
        world.seals_journals().await;
        sold(&world).await;
        world.seals_journals().await;
        let first = "where seal_no = 1";
        let forged = format!(
            "update sealed_journals set sha256 = (select sha256 from sealed_journals
              where seal_no = 2 order by journal_id limit 1) {first}"
        );
        world.overrides("sealed_journals", &forged).await;
        let found = world.breaches().await;
        assert!(found.contains(&("seals_are_a_chain", "seal 1".to_owned())), "{found:?}");
        world.has_broken(&["journals_are_as_sealed", "seals_are_a_chain"]);
    }

    async fn a_seal_that_was_taken_away_is_missed(world: World) {
        for _ in 0..3 {
            sold(&world).await;
            world.seals_journals().await;
        }
        world.overrides("sealed_journals", "delete from sealed_journals where seal_no = 2").await;
        world.overrides("journal_seals", "delete from journal_seals where no = 2").await;
        let found = world.breaches().await;
        assert_eq!(found, [("seals_are_a_chain", "seal 3".to_owned())]);
        world.has_broken(&["seals_are_a_chain"]);
    }

    async fn what_is_posted_while_it_is_sealed_is_sealed_by_the_next(world: World) {
        let sold_at_once = spec::world::race(4, |nth| {
            let world = world.clone();
            async move {
                sold_of(&world, &format!("Tide {nth}")).await;
                world.seals_journals().await;
                true
            }
        });
        assert_eq!(sold_at_once.await, 4);
        world.seals_journals().await;
        world.days_pass(1);
        sold(&world).await;
        world.seals_journals().await;
        let checks = app::accounts::audit::audit(world.app()).await.unwrap();
        let looked_at = |name: &str| checks.iter().find(|one| one.invariant == name);
        let sealed = looked_at("journals_are_as_sealed").unwrap().looked_at;
        assert_eq!(i64::try_from(sealed).unwrap(), world.journals().await);
    }
}

/// Sells a licence of a track of its own.
async fn sold(world: &World) {
    let nth = world.tracks().await;
    sold_of(world, &format!("Night Market {nth}")).await;
}

async fn sold_of(world: &World, title: &str) {
    let track = world.track(title).await;
    world
        .buyer("Mia")
        .buys(&track, AssetKind::FullMix, Tier::Creator)
        .await;
}
