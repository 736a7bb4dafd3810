//! What a sale books: every cent of the price has an owner, to the micro-unit.
//!
//! The figures are worked by hand from the shipped rates: card fee 2.9 % + 0.30 half up to the
//! cent, commission 15 % of the net, reserve 5 % of the composers' side, both floored.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Money, Music, Postings, World};

on_both_engines! {
    async fn five_dollars_for_one_composer(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let lines = sells(&world, &track, AssetKind::Cut15, Tier::Creator).await;
        assert_eq!(
            lines,
            [
                posting("commission", 682_500),
                posting("payee Ada Byron", 3_674_125),
                posting("provider", -5_000_000),
                posting("provider-fees", 450_000),
                posting("reserve", 193_375),
            ]
        );
    }

    async fn five_dollars_between_two_leave_one_micro_unit_to_carry(world: World) {
        let lines = five_dollars(&world, &[("Ada", 500_000), ("Ben", 500_000)]).await;
        assert_eq!(
            lines,
            [
                posting("carry", 1),
                posting("commission", 682_500),
                posting("payee Ada", 1_837_062),
                posting("payee Ben", 1_837_062),
                posting("provider", -5_000_000),
                posting("provider-fees", 450_000),
                posting("reserve", 193_375),
            ]
        );
    }

    async fn five_dollars_between_three(world: World) {
        let shares = [("Ada", 333_334), ("Ben", 333_333), ("Cleo", 333_333)];
        let lines = five_dollars(&world, &shares).await;
        assert_eq!(payees(&lines), [1_224_710, 1_224_707, 1_224_707]);
        assert_eq!(lines[0], posting("carry", 1));
    }

    async fn five_dollars_between_four(world: World) {
        let shares = [
            ("Ada", 400_000),
            ("Ben", 300_000),
            ("Cleo", 200_000),
            ("Dan", 100_000),
        ];
        let lines = five_dollars(&world, &shares).await;
        assert_eq!(payees(&lines), [1_469_650, 1_102_237, 734_825, 367_412]);
        assert_eq!(lines[0], posting("carry", 1));
    }

    async fn a_second_sale_pays_out_what_the_first_had_to_carry(world: World) {
        let track = shared(&world, &[("Ada", 500_000), ("Ben", 500_000)]).await;
        sells(&world, &track, AssetKind::Cut15, Tier::Creator).await;
        assert_eq!(world.balance("carry").await, 1);
        let lines = sells(&world, &track, AssetKind::Cut15, Tier::Creator).await;
        assert_eq!(payees(&lines), [1_837_063, 1_837_063]);
        assert_eq!(lines[0], posting("carry", -1));
        assert_eq!(world.balance("carry").await, 0);
        assert_eq!(world.balance("payee").await, 2 * 3_674_125);
    }

    async fn each_price_on_sale_is_divided_without_a_remainder(world: World) {
        let music = Music::titled("All of it").seconds(61).stems(&["drums"]);
        let track = world.compose(music).await;
        for (asset, tier, price, fee, commission, reserve, composers) in PRICES {
            let lines = sells(&world, &track, asset, tier).await;
            assert_eq!(
                lines,
                [
                    posting("commission", commission),
                    posting("payee Ada Byron", composers),
                    posting("provider", -price),
                    posting("provider-fees", fee),
                    posting("reserve", reserve),
                ],
                "{asset:?} {tier:?}"
            );
        }
    }

    async fn clip_time_keeps_the_composers_side_unearned_and_holds_no_reserve(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let lines = world.journal("bundle_sale", &licence.id.to_string()).await;
        assert_eq!(
            lines,
            [
                posting("bundle-unearned", 7_998_500),
                posting("commission", 1_411_500),
                posting("provider", -10_000_000),
                posting("provider-fees", 590_000),
            ]
        );
        assert_eq!(world.balance("payee").await, 0, "nobody has earned yet");
    }
}

/// Asset, tier, price, provider's fee, commission, reserve, composers' share.
const PRICES: [(AssetKind, Tier, Money, Money, Money, Money, Money); 10] = [
    (
        AssetKind::Cut15,
        Tier::Creator,
        5_000_000,
        450_000,
        682_500,
        193_375,
        3_674_125,
    ),
    (
        AssetKind::Cut30,
        Tier::Creator,
        7_000_000,
        500_000,
        975_000,
        276_250,
        5_248_750,
    ),
    (
        AssetKind::Cut60,
        Tier::Creator,
        9_000_000,
        560_000,
        1_266_000,
        358_700,
        6_815_300,
    ),
    (
        AssetKind::FullMix,
        Tier::Creator,
        15_000_000,
        740_000,
        2_139_000,
        606_050,
        11_514_950,
    ),
    (
        AssetKind::StemPack,
        Tier::Creator,
        25_000_000,
        1_030_000,
        3_595_500,
        1_018_725,
        19_355_775,
    ),
    (
        AssetKind::Cut15,
        Tier::Business,
        20_000_000,
        880_000,
        2_868_000,
        812_600,
        15_439_400,
    ),
    (
        AssetKind::Cut30,
        Tier::Business,
        28_000_000,
        1_110_000,
        4_033_500,
        1_142_825,
        21_713_675,
    ),
    (
        AssetKind::Cut60,
        Tier::Business,
        36_000_000,
        1_340_000,
        5_199_000,
        1_473_050,
        27_987_950,
    ),
    (
        AssetKind::FullMix,
        Tier::Business,
        60_000_000,
        2_040_000,
        8_694_000,
        2_463_300,
        46_802_700,
    ),
    (
        AssetKind::StemPack,
        Tier::Business,
        100_000_000,
        3_200_000,
        14_520_000,
        4_114_000,
        78_166_000,
    ),
];

fn posting(account: &str, micros: Money) -> (String, Money) {
    (account.to_owned(), micros)
}

fn payees(lines: &Postings) -> Vec<Money> {
    let payees = lines
        .iter()
        .filter(|(account, _)| account.starts_with("payee"));
    payees.map(|(_, micros)| *micros).collect()
}

async fn shared(world: &World, shares: &[(&str, u32)]) -> spec::world::Track {
    world
        .compose(Music::titled("Together").seconds(16).shared(shares))
        .await
}

async fn five_dollars(world: &World, shares: &[(&str, u32)]) -> Postings {
    let track = shared(world, shares).await;
    sells(world, &track, AssetKind::Cut15, Tier::Creator).await
}

async fn sells(
    world: &World,
    track: &spec::world::Track,
    asset: AssetKind,
    tier: Tier,
) -> Postings {
    let licence = world.buyer("Mia").buys(track, asset, tier).await;
    world.journal("sale", &licence.id.to_string()).await
}
