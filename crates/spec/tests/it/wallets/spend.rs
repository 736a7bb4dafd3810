//! Buying from a wallet: no fee, never below zero, by its owner or whom they let spend.

use app::access::{Principal, Scope};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{World, dollars, monetised_short};

on_both_engines! {
    async fn a_licence_paid_from_a_wallet_bears_no_fee(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(10)).await.unwrap().wallet;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        let mut order = world.buyer("Mia").order(&quote, &quote.options[0]);
        order.wallet = Some(wallet);
        let licence = mia.sends("b1", &order).await.unwrap().licence;
        assert_eq!(mia.holds().await, 5_000_000);
        // 5.00: 15 % commission, 5 % of the side in reserve, nobody's fee.
        let journal = world.journal("sale", &licence.id.to_string()).await;
        let wanted = [
            ("commission", 750_000),
            ("payee Ada Byron", 4_037_500),
            ("reserve", 212_500),
            ("wallet", -5_000_000),
        ];
        assert_eq!(journal, wanted.map(|(account, micros)| (account.to_owned(), micros)));
        let again = mia.sends("b1", &order).await.unwrap();
        assert!(again.repeated);
        assert_eq!(mia.holds().await, 5_000_000);
    }

    async fn clip_time_is_bought_from_a_wallet_and_its_rest_comes_back_into_it(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(12)).await.unwrap().wallet;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        let licence = mia.sends("b1", &order).await.unwrap().licence;
        assert_eq!(world.balance("bundle-unearned").await, 8_500_000);
        world.refunds_rest(&licence, "r1").await.unwrap();
        assert_eq!(mia.holds().await, 12_000_000);
    }

    async fn a_wallet_that_lacks_money_pays_nothing(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(10)).await.unwrap().wallet;
        let before = world.everything_booked().await;
        let mut order = world.order_of_plan("bundle_25").await;
        order.wallet = Some(wallet);
        let short = mia.sends("b1", &order).await.unwrap_err();
        assert_eq!(short.code, "wallet_short");
        assert!(short.sentence.contains("15.00"), "{}", short.sentence);
        assert_eq!(world.everything_booked().await, before);
    }

    async fn nobody_spends_from_anothers_wallet(world: World) {
        let wallet = world.member("Mia").await.loads("l1", dollars(10)).await.unwrap().wallet;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        let (key, _) = world.program("A tool", &[Scope::Buy]).await;
        for who in [
            Principal::Guest,
            world.member("Eve").await.principal(),
            Principal::Program(key),
        ] {
            let refused = world.sends_as(&who, "b1", &order).await.unwrap_err();
            assert_eq!(refused.code, "unknown_wallet");
        }
    }

    async fn a_program_spends_up_to_its_cap_and_until_its_day(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(100)).await.unwrap().wallet;
        let (key, _) = world.program("A tool", &[Scope::Buy]).await;
        let until = world.now().plus_ms(domain::time::DAY_MS);
        mia.lets_spend(wallet, key.id, dollars(15), until).await.unwrap();
        let program = Principal::Program(key);
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        world.sends_as(&program, "b1", &order).await.unwrap();
        let over = world.sends_as(&program, "b2", &order).await.unwrap_err();
        assert_eq!(over.code, "wallet_over_cap");
        world.days_pass(1);
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        let late = world.sends_as(&program, "b3", &order).await.unwrap_err();
        assert_eq!(late.code, "unknown_wallet");
        assert_eq!(mia.holds().await, 90_000_000);
    }

    async fn sixty_four_clients_drain_one_wallet_to_the_cent_and_no_further(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(103)).await.unwrap().wallet;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        let cut = |o: &&app::licensing::QuotedOption| {
            o.asset == AssetKind::Cut15 && o.tier == Tier::Creator.code()
        };
        let option = quote.options.iter().find(cut).unwrap();
        let mut order = world.buyer("Mia").order(&quote, option);
        order.wallet = Some(wallet);
        let sold = spec::world::race(64, |n| {
            let (mia, order) = (mia.clone(), order.clone());
            async move { mia.sends(&format!("b{n}"), &order).await.is_ok() }
        })
        .await;
        assert_eq!(sold, 20, "20 licences of 5.00 are paid by 103.00, and no more");
        assert_eq!((mia.holds().await, world.licences().await), (3_000_000, 20));
    }

    async fn sixty_four_purchases_of_a_program_never_pass_its_cap(world: World) {
        assert_eq!(purchases_under_a_cap(&world).await, 7);
    }
}

async fn purchases_under_a_cap(world: &World) -> usize {
    let mia = world.member("Mia").await;
    let wallet = mia.loads("l1", dollars(1_000)).await.unwrap().wallet;
    let (key, _) = world.program("A tool", &[Scope::Buy]).await;
    let until = world.now().plus_ms(domain::time::DAY_MS);
    mia.lets_spend(wallet, key.id, dollars(75), until)
        .await
        .unwrap();
    let mut order = world.order_of_plan("bundle_10").await;
    order.wallet = Some(wallet);
    spec::world::race(64, |n| {
        let (world, who) = (world.clone(), Principal::Program(key.clone()));
        let order = order.clone();
        async move { world.sends_as(&who, &format!("b{n}"), &order).await.is_ok() }
    })
    .await
}
