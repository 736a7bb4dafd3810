//! Loading a wallet: the whole load is the buyer's, and the platform bears the provider's fee.

use domain::Account;
use ledger::{Currency, Money};
use spec::on_both_engines;
use spec::world::{Card, dollars};

on_both_engines! {
    async fn a_load_is_whole_and_its_fee_is_the_platforms(world: World) {
        let mia = world.member("Mia").await;
        let loaded = mia.loads("l1", dollars(10)).await.unwrap();
        assert_eq!(loaded.balance, dollars(10));
        // The design's case B: a top-up of 10.00 costs 0.59.
        let journal = world.journal("wallet_load", &loaded.load.to_string()).await;
        let wanted = [
            ("commission", -590_000),
            ("provider", -10_000_000),
            ("provider-fees", 590_000),
            ("wallet", 10_000_000),
        ];
        assert_eq!(journal, wanted.map(|(account, micros)| (account.to_owned(), micros)));
    }

    async fn the_same_request_loads_once(world: World) {
        let mia = world.member("Mia").await;
        let once = mia.loads("l1", dollars(10)).await.unwrap();
        let again = mia.loads("l1", dollars(10)).await.unwrap();
        assert_eq!((once.load, again.repeated), (again.load, true));
        assert_eq!(mia.holds().await, 10_000_000);
        let reused = mia.loads("l1", dollars(11)).await.unwrap_err();
        assert_eq!(reused.code, "idempotency_key_reused");
        assert_eq!(mia.loads("", dollars(10)).await.unwrap_err().code, "idempotency_key_required");
    }

    async fn bad_amounts_currencies_and_cards_load_nothing(world: World) {
        let mia = world.member("Mia").await;
        let of = |micros, currency| Money::new(micros, currency);
        for (money, code) in [
            (dollars(9), "bad_amount"),
            (dollars(10_001), "bad_amount"),
            (of(i64::MAX, Currency::USD), "bad_amount"),
            (of(-10_000_000, Currency::USD), "bad_amount"),
            (of(10_000_001, Currency::USD), "bad_amount"),
            (of(10_000_000, Currency::EUR), "other_currency"),
        ] {
            assert_eq!(mia.loads("l1", money).await.unwrap_err().code, code, "{money}");
        }
        for (card, code) in [(Card::Declined, "card_declined"), (Card::NoCard, "bad_card")] {
            let refused = mia.loads_by("l2", dollars(10), card).await.unwrap_err();
            assert_eq!(refused.code, code);
        }
        assert_eq!((mia.holds().await, world.journals().await), (0, 0));
    }

    async fn sixty_four_loads_at_once_all_arrive(world: World) {
        let mia = world.member("Mia").await;
        let arrived = spec::world::race(64, |n| {
            let mia = mia.clone();
            async move { mia.loads(&format!("l{}", n / 2), dollars(10)).await.is_ok() }
        })
        .await;
        assert_eq!((arrived, mia.holds().await), (64, 320_000_000));
        let wallet = mia.loads("last", dollars(10)).await.unwrap().wallet;
        assert_eq!(world.balance(Account::Wallet(wallet).id().as_str()).await, 330_000_000);
    }
}
