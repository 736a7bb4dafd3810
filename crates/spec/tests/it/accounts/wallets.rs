//! What an audit notices about wallets, cuts of bundles and exchange.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::dollars;

on_both_engines! {
    async fn an_audit_notices_a_wallet_that_holds_something_else(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(10)).await.unwrap().wallet;
        world.runs("update wallet_loads set amount_micros = amount_micros + 1").await;
        let breaches = world.breaches().await;
        assert_eq!(breaches, [("wallets_hold_what_was_loaded", wallet.to_string())]);
        world.has_broken(&["wallets_hold_what_was_loaded"]);
    }

    async fn an_audit_notices_clip_time_that_left_without_a_cut(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        world.gives(&licence, "g1", 60).await.unwrap();
        world.runs("update bundles set gone_ms = gone_ms + 1000").await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"bundles_keep_their_cuts"), "{names:?}");
        world.has_broken(&["bundles_keep_their_cuts"]);
    }

    async fn an_audit_notices_a_residue_that_went_elsewhere(world: World) {
        let track = world.track("Night Market").await;
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let ada = world.composer("Ada Byron").await.payee;
        world.states_rate("USD", "EUR", "0.6").await.unwrap();
        world.exchanges(ada, "x1", 3, 1).await.unwrap();
        world.runs("update exchange_residues set whole = whole + 1").await;
        let breaches = world.breaches().await;
        assert_eq!(breaches, [("exchanges_follow_their_rates", "EUR".to_owned())]);
        world.has_broken(&["exchanges_follow_their_rates"]);
    }
}
