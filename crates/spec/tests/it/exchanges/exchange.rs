//! A payee exchanges what they have, at the rate they were told, and nothing is lost on the way.

use app::accounts::balances;
use domain::{Account, AssetKind, PayeeId, Tier};
use spec::on_both_engines;
use spec::world::World;

on_both_engines! {
    async fn an_exchange_is_what_the_rate_makes_of_it(world: World) {
        let ada = with_money(&world).await;
        world.states_rate("USD", "EUR", "0.92731").await.unwrap();
        let quoted = world.asks_to_exchange(ada, 1_234_567).await.unwrap();
        // 1,234,567 · 92731/100000 = 1,144,826.3…
        assert_eq!(quoted.exchange.bought.micros(), 1_144_826);
        assert_eq!(quoted.exchange.residue, 1_234_567 * 92_731 % 100_000);
        let made = world.exchanges(ada, "x1", 1_234_567, quoted.stated.version).await.unwrap();
        assert_eq!(made.bought.micros(), 1_144_826);
        let held = quoted.balance.micros() - 1_234_567;
        assert_eq!(purses(&world, ada).await, (held, 1_144_826));
        let again = world.exchanges(ada, "x1", 1_234_567, quoted.stated.version).await.unwrap();
        assert!(again.repeated);
        assert_eq!(purses(&world, ada).await, (held, 1_144_826));
    }

    async fn residues_gather_into_whole_micro_units(world: World) {
        let ada = with_money(&world).await;
        world.states_rate("USD", "EUR", "0.6").await.unwrap();
        for n in 0..5 {
            // 3 · 6/10 = 1.8: 1, and 8/10 are still owed; five times that are 4 whole ones.
            world.exchanges(ada, &format!("x{n}"), 3, 1).await.unwrap();
        }
        let residue = balances(world.app(), "exchange-residue").await.unwrap();
        assert_eq!(residue[0].1.micros(), 4);
        assert_eq!(purses(&world, ada).await.1, 5);
    }

    async fn more_than_there_is_and_another_rate_are_refused(world: World) {
        let ada = with_money(&world).await;
        let refused = world.asks_to_exchange(ada, 1).await.unwrap_err();
        assert_eq!(refused.code, "no_exchange_rate");
        world.states_rate("USD", "EUR", "0.9").await.unwrap();
        let held = purses(&world, ada).await.0;
        for (micros, code) in [
            (held + 1, "more_than_balance"),
            (i64::MAX / 2, "more_than_balance"),
            (0, "bad_amount"),
            (-5, "bad_amount"),
            (1, "bad_amount"),
        ] {
            let refused = world.exchanges(ada, "x1", micros, 1).await.unwrap_err();
            assert_eq!(refused.code, code, "{micros}");
        }
        world.states_rate("USD", "EUR", "0.91").await.unwrap();
        let refused = world.exchanges(ada, "x1", 1_000, 1).await.unwrap_err();
        assert_eq!(refused.code, "rate_changed");
        for (from, to, rate, code) in [
            ("USD", "USD", "1", "bad_rate"),
            ("USD", "EUR", "0", "bad_rate"),
            ("USD", "EUR", "-1", "bad_rate"),
            ("USD", "EUR", "1,5", "bad_rate"),
            ("USD", "XXQ", "1", "unknown_currency"),
        ] {
            assert_eq!(world.states_rate(from, to, rate).await.unwrap_err().code, code, "{rate}");
        }
    }

    async fn a_rate_that_was_ended_exchanges_nothing_until_one_is_stated_again(world: World) {
        let ada = with_money(&world).await;
        let none = world.ends_rate("USD", "EUR").await.unwrap_err();
        assert_eq!((none.code, none.field.as_deref()), ("rate_not_in_force", Some("from")));
        assert_eq!(world.ends_rate("USD", "XXQ").await.unwrap_err().code, "unknown_currency");
        world.states_rate("USD", "EUR", "0.9").await.unwrap();
        world.states_rate("USD", "JPY", "150").await.unwrap();
        world.exchanges(ada, "x1", 1_000, 1).await.unwrap();
        let ended = world.ends_rate("USD", "EUR").await.unwrap();
        assert_eq!((ended.version, ended.ended), (2, true));
        for version in [1, 2] {
            let refused = world.exchanges(ada, "x2", 1_000, version).await.unwrap_err();
            assert_eq!(refused.code, "no_exchange_rate");
        }
        assert_eq!(world.asks_to_exchange(ada, 1_000).await.unwrap_err().code, "no_exchange_rate");
        // What was carried out by it before is answered as before, and stays in the books.
        assert!(world.exchanges(ada, "x1", 1_000, 1).await.unwrap().repeated);
        assert_eq!(purses(&world, ada).await.1, 900);
        // Neither the other way round, nor another pair, nor the same twice.
        assert_eq!(world.ends_rate("EUR", "USD").await.unwrap_err().code, "rate_not_in_force");
        assert_eq!(world.ends_rate("USD", "EUR").await.unwrap_err().code, "rate_not_in_force");
        assert!(world.ends_rate("USD", "JPY").await.unwrap().ended);
        let again = world.states_rate("USD", "EUR", "0.5").await.unwrap();
        assert_eq!((again.version, again.ended), (3, false));
        assert_eq!(world.exchanges(ada, "x3", 1_000, 3).await.unwrap().bought.micros(), 500);
    }

    async fn sixty_four_exchanges_at_once_never_take_more_than_there_is(world: World) {
        let ada = with_money(&world).await;
        world.states_rate("USD", "EUR", "0.92731").await.unwrap();
        let held = purses(&world, ada).await.0;
        let part = held / 10;
        let made = spec::world::race(64, |n| {
            let world = world.clone();
            async move { world.exchanges(ada, &format!("x{n}"), part, 1).await.is_ok() }
        })
        .await;
        assert_eq!(made, 10);
        assert_eq!(purses(&world, ada).await.0, held - 10 * part);
    }
}

/// A payee who has sold a licence.
async fn with_money(world: &World) -> PayeeId {
    let track = world.track("Night Market").await;
    let mia = world.buyer("Mia");
    mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
    world.composer("Ada Byron").await.payee
}

/// Dollars and euros of a payee.
async fn purses(world: &World, payee: PayeeId) -> (i64, i64) {
    let account = Account::Payee(payee).to_string();
    let found = balances(world.app(), &account).await.unwrap();
    let of = |code: &str| {
        let mut one = found
            .iter()
            .filter(|(_, money)| money.currency().code() == code);
        one.next().map_or(0, |(_, money)| money.micros())
    };
    (of("USD"), of("EUR"))
}
