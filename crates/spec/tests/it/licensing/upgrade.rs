//! Upgrading: a wider licence of the same track, for the difference, once.

use app::licensing::quote::{self, Ask};
use app::licensing::{Claim, Licence};
use app::{Refusal, Stop};
use domain::{AssetKind, Template, Tier};
use licence_key::Code;
use spec::on_both_engines;
use spec::world::{Buyer, Track, World, priced};

on_both_engines! {
    async fn an_upgrade_costs_the_difference_as_an_explained_line(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        let first = &quote.options[0];
        assert_eq!((first.asset, first.tier.as_str()), (AssetKind::FullMix, "creator"));
        let lines: Vec<_> = first.lines.iter().map(|l| (l.label.as_str(), l.micros)).collect();
        assert_eq!(
            lines,
            [
                ("Full mix, Creator tier", 15_000_000),
                ("Already paid for the licence upgraded", -5_000_000),
            ]
        );
        assert_eq!(first.total_micros, 10_000_000);
    }

    async fn both_licences_stay_and_say_what_became_of_them(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let mix = mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!(mix.price.micros(), 10_000_000);
        assert_eq!(mix.upgrade_of, Some(cut.code));
        let old = world.verifies(&cut.code.to_string()).await.unwrap();
        assert_eq!(old.upgraded_to, Some(mix.code));
        assert_eq!(old.standing.word(), "valid");
        assert!(mia.downloads(&cut, 0).await.is_ok());
        assert!(mia.downloads(&mix, 0).await.is_ok());
    }

    async fn a_path_of_upgrades_pays_what_its_end_costs(world: World) {
        let (mia, track, cut) = holds_a_cut(&world).await;
        let mix = mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        let brand = mia.upgrades(&mix, AssetKind::FullMix, Tier::Business).await;
        let paid = [&cut, &mix, &brand].map(|licence| licence.price.micros());
        assert_eq!(paid, [5_000_000, 10_000_000, 45_000_000]);
        let direct = world.buyer("Noah").buys(&track, AssetKind::FullMix, Tier::Business).await;
        assert_eq!(paid.iter().sum::<i64>(), direct.price.micros());
    }

    async fn a_licence_is_upgraded_once(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        let booked = world.everything_booked().await;
        let again = mia.sends("again", &mia.order(&quote, &quote.options[0])).await.unwrap_err();
        assert_eq!((again.code, again.field.as_deref()), ("already_upgraded", Some("offer")));
        let asked = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap_err();
        assert_eq!(asked.code, "already_upgraded");
        assert_eq!(world.everything_booked().await, booked);
    }

    async fn of_eight_buyers_at_once_one_upgrades(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        let order = mia.order(&quote, &quote.options[0]);
        let mut sent = tokio::task::JoinSet::new();
        for nth in 0..8 {
            let (mia, order) = (mia.clone(), order.clone());
            sent.spawn(async move { mia.sends(&format!("race-{nth}"), &order).await });
        }
        let outcomes = sent.join_all().await;
        let codes: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).map(|r| r.code).collect();
        assert_eq!(codes, ["already_upgraded"; 7]);
        assert_eq!(world.licences().await, 2);
    }

    async fn who_does_not_hold_it_cannot_upgrade_it(world: World) {
        let (mia, track, cut) = holds_a_cut(&world).await;
        let other = world.buyer("Noah").buys(&track, AssetKind::Cut15, Tier::Creator).await;
        for (licence, grant, code) in [
            (&cut, other.grant.as_str(), "wrong_grant"),
            (&cut, "", "wrong_grant"),
        ] {
            let refused = mia.asks_for_upgrade(licence, grant).await.unwrap_err();
            assert_eq!(refused.code, code);
            assert_eq!(refused.field.as_deref(), Some("upgrade_of.grant"));
        }
        let mut unknown = cut.clone();
        unknown.id = domain::LicenceId::from_bytes([9; 16]);
        let refused = mia.asks_for_upgrade(&unknown, &cut.grant).await.unwrap_err();
        assert_eq!(refused.code, "unknown_licence");
    }

    async fn a_code_that_is_unknown_answers_as_one_that_is_anothers(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let mut codes = Vec::new();
        for licence in [cut.code.to_string(), Code::from_random(|| [7; 9]).to_string()] {
            let of = Claim { licence, grant: "guessed".into() };
            let ask = Ask::Upgrade { of, wanted: None };
            match quote::quote(world.app(), &mut world.call(), &ask).await {
                Err(Stop::Refused(refusal)) => codes.push((refusal.code(), refusal.field())),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(codes[0], ("wrong_grant", Some("upgrade_of.grant".to_owned())));
        assert_eq!(codes[0], codes[1]);
        assert!(mia.asks_for_upgrade(&cut, &cut.grant).await.is_ok());
    }

    async fn a_licence_that_is_put_on_hold_after_the_quote_is_not_upgraded(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        world.suspends(&cut).await;
        let booked = world.everything_booked().await;
        let refused = mia.sends("held", &mia.order(&quote, &quote.options[0])).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("licence_not_valid", Some("offer")));
        assert_eq!(world.everything_booked().await, booked);
        assert_eq!((world.licences().await, world.payments().await), (1, 1));
    }

    async fn a_licence_whose_window_is_over_is_not_upgraded(world: World) {
        let track = world.track("Night Market").await;
        let season = Template {
            tier: "season".parse().unwrap(),
            window_months: Some(6),
            ..priced(Tier::Creator, AssetKind::FullMix, 500)
        };
        world.puts(&world.reach_of(&track).0, season).await.unwrap();
        let mia = world.buyer("Mia");
        let licence = mia.buys(&track, AssetKind::FullMix, "season".parse().unwrap()).await;
        assert!(mia.asks_for_upgrade(&licence, &licence.grant).await.is_ok());
        world.days_pass(190);
        let refused = mia.asks_for_upgrade(&licence, &licence.grant).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("licence_ended", Some("upgrade_of.licence"))
        );
    }

    async fn a_licence_that_nothing_was_paid_for_gives_no_credit(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        edits(&world, "update licences set value_micros = null, price_lines = '[]'").await;
        let refused = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap_err();
        assert_eq!(refused.code, "not_upgradable");
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["licences_cost_what_was_paid"]);
        world.has_broken(&names);
    }

    async fn only_a_licence_of_a_track_that_is_in_force_is_upgraded(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let time = mia.buys_clip_time().await;
        let refused = mia.asks_for_upgrade(&time, &time.grant).await.unwrap_err();
        assert_eq!(refused.code, "not_upgradable");
        world.suspends(&cut).await;
        let refused = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap_err();
        assert_eq!(refused.code, "licence_not_valid");
    }

    async fn where_nothing_is_wider_and_dearer_there_is_no_upgrade(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let widest = mia.buys(&track, AssetKind::FullMix, Tier::Business).await;
        let refused = mia.asks_for_upgrade(&widest, &widest.grant).await.unwrap_err();
        assert_eq!(refused.code, "no_upgrade");
    }

    async fn the_difference_is_a_sale_like_any_other(world: World) {
        let (mia, _, cut) = holds_a_cut(&world).await;
        let ada = world.composer("Ada Byron").await;
        let before = ada.balance().await;
        mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        // 10.00 less 2.9 % and 0.30 is 9.41; less 15 % and then 5 % of the rest.
        assert_eq!(ada.balance().await - before, 7_598_575);
    }
}

async fn edits(world: &World, sql: &str) {
    let mut tx = world.app().db.write().await.unwrap();
    assert!(tx.run(sql, &[]).await.unwrap() > 0);
    tx.commit().await.unwrap();
}

async fn holds_a_cut(world: &World) -> (Buyer, Track, Licence) {
    let track = world.track_with_a_cut("Night Market").await;
    let mia = world.buyer("Mia");
    let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
    (mia, track, cut)
}
