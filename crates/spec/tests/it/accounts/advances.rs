//! Advances: paid at once, and paid back by what is earned later.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::shared;

const SALE: i64 = 11_514_950;

on_both_engines! {
    async fn an_advance_is_the_payees_at_once_and_earnings_pay_it_back_first(world: World) {
        let track = world.track("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        world.grants("Ada Byron", 20_000_000, "contract 1").await.unwrap();
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (20_000_000, -20_000_000));
        let mia = world.buyer("Mia");
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (20_000_000, SALE - 20_000_000));
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (2 * SALE, 0));
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (3 * SALE, 0));
    }

    async fn the_earliest_advance_is_paid_back_first(world: World) {
        let track = world.track("Night Market").await;
        world.grants("Ada Byron", 10_000_000, "first").await.unwrap();
        world.minutes_pass(1);
        world.grants("Ada Byron", 10_000_000, "second").await.unwrap();
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let recouped: Vec<_> = world.advances().await.iter()
            .map(|one| (one.reference.clone(), one.recouped.micros())).collect();
        assert_eq!(recouped, [("first".to_owned(), 10_000_000), ("second".to_owned(), SALE - 10_000_000)]);
    }

    async fn what_waits_in_escrow_or_was_earned_before_pays_nothing_back(world: World) {
        let track = world.track("Night Market").await;
        world.has_agreed(shared(&track, &[("Ben <b@example.org>", 1_000_000)])).await;
        let refused = world.grants("Ben", 1_000_000, "x").await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("payee_not_registered", Some("payee")));
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.registers("Ben").await;
        world.grants("Ben", 1_000_000, "x").await.unwrap();
        let ben = world.composer("Ben").await;
        assert_eq!((ben.balance().await, world.advance_account(ben.payee).await), (SALE + 1_000_000, -1_000_000));
    }

    async fn an_earning_that_is_taken_back_gives_back_what_it_recouped(world: World) {
        let track = world.track("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        world.grants("Ada Byron", 20_000_000, "contract 1").await.unwrap();
        let mia = world.buyer("Mia");
        let first = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let second = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (2 * SALE, 0));
        world.refunds(&second, "r2", None).await.unwrap();
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (20_000_000, SALE - 20_000_000));
        world.refunds(&first, "r1", None).await.unwrap();
        assert_eq!((ada.balance().await, world.advance_account(ada.payee).await), (20_000_000, -20_000_000));
    }

    async fn the_same_grant_again_pays_nothing_and_another_needs_another_reference(world: World) {
        world.track("Night Market").await;
        let first = world.grants("Ada Byron", 1_000, "contract 1").await.unwrap();
        let again = world.grants("Ada Byron", 1_000, " contract 1 ").await.unwrap();
        assert_eq!((again.id, first.repeated, again.repeated), (first.id, false, true));
        let before = world.everything_booked().await;
        for (name, micros, reference, code) in [
            ("Ada Byron", 1_001, "contract 1", "reference_reused"),
            ("Ada Byron", 0, "contract 2", "bad_amount"),
            ("Ada Byron", i64::MIN, "contract 2", "bad_amount"),
            ("Ada Byron", i64::MAX, "contract 2", "bad_amount"),
            ("Ada Byron", 1, " ", "bad_reference"),
            ("Nobody", 1, "contract 2", "unknown_payee"),
        ] {
            assert_eq!(world.grants(name, micros, reference).await.unwrap_err().code, code);
        }
        assert_eq!(world.everything_booked().await, before);
    }

    async fn an_advance_whose_account_says_otherwise_is_named(world: World) {
        world.track("Night Market").await;
        world.grants("Ada Byron", 1_000, "contract 1").await.unwrap();
        let ada = world.composer("Ada Byron").await;
        world.adds_to_earned_since(ada.payee, 1).await;
        world.has_broken(&["advances_are_recouped"]);
    }
}
