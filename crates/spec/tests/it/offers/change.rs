//! Changing: a new version of a template, with the offers it makes, by whoever may.

use app::access::{Principal, Role, Scope};
use app::offers::Hand;
use app::offers::change::Wish;
use domain::{AssetKind, Template, Tier};
use spec::on_both_engines;
use spec::world::{monetised_short, priced};

on_both_engines! {
    async fn a_price_change_never_touches_an_issued_quote(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let quote = mia.quotes(&track, monetised_short()).await;
        let mix = quote.options.iter().find(|option| option.tier == "creator").unwrap();
        world.puts("store", priced(Tier::Creator, AssetKind::FullMix, 9_900)).await.unwrap();
        let licence = mia.sends("a", &mia.order(&quote, mix)).await.unwrap().licence;
        assert_eq!(licence.price.micros(), 15_000_000);
        let fresh = mia.quotes(&track, monetised_short()).await;
        let mix = fresh.options.iter().find(|option| option.tier == "creator").unwrap();
        assert_eq!(mix.total_micros, 99_000_000);
    }

    async fn an_offer_that_is_closed_cannot_be_bought_on_an_old_quote_until_it_is_reopened(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let quote = mia.quotes(&track, monetised_short()).await;
        let mix = quote.options.iter().find(|option| option.tier == "creator").unwrap();
        let order = mia.order(&quote, mix);
        let reach = world.reach_of(&track).0;
        world.changes(Hand::Console, &reach, &sell(Some(AssetKind::FullMix), false), false).await.unwrap();
        assert_eq!(mia.sends("a", &order).await.unwrap_err().code, "offer_closed");
        world.changes(Hand::Console, &reach, &sell(None, true), false).await.unwrap();
        assert_eq!(mia.sends("a", &order).await.unwrap_err().code, "offer_closed", "one asset stays closed");
        world.changes(Hand::Console, &reach, &sell(Some(AssetKind::FullMix), true), false).await.unwrap();
        assert!(mia.sends("a", &order).await.is_ok());
    }

    async fn a_trial_says_what_would_change_and_changes_nothing(world: World) {
        let track = world.track("Night Market").await;
        let wish = Wish::Put(Box::new(priced(Tier::Creator, AssetKind::FullMix, 1_800)));
        let tried = world.changes(Hand::Console, "store", &wish, true).await.unwrap();
        assert!(!tried.kept);
        assert_eq!(tried.offers.len(), 1);
        let change = &tried.offers[0];
        let micros = |money: Option<ledger::Money>| money.map(|money| money.micros());
        assert_eq!((change.track.as_str(), change.terms), ("night-market", false));
        assert_eq!((micros(change.before), micros(change.after)), (Some(15_000_000), Some(18_000_000)));
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!(micros(shown.from_price), Some(15_000_000));
        assert!(world.history_of("store", Tier::Creator).await.is_empty());
        let made = world.changes(Hand::Console, "store", &wish, false).await.unwrap();
        assert_eq!(made.offers, tried.offers);
    }

    async fn changes_at_the_same_moment_leave_the_offers_that_the_templates_in_force_make(world: World) {
        world.track("Night Market").await;
        for round in 0..4 {
            let closing = |on_sale| Wish::Sell { tier: Tier::Creator, asset: None, on_sale };
            let put = |cents| Wish::Put(Box::new(priced(Tier::Creator, AssetKind::FullMix, cents)));
            let wishes = [
                ("store", put(2_000 + round)),
                ("artist:ada-byron", closing(round % 2 == 1)),
                ("store", put(3_000 + round)),
                ("track:night-market", put(4_000 + round)),
                ("track:night-market", Wish::TakeBack { tier: Tier::Creator }),
                ("artist:ada-byron", put(5_000 + round)),
                ("artist:ada-byron", closing(round % 2 == 0)),
            ];
            let tasks: Vec<_> = wishes
                .into_iter()
                .map(|(of, wish)| {
                    let world = world.clone();
                    tokio::spawn(async move { world.changes(Hand::Console, of, &wish, false).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            // A trial of what is already there makes every offer anew: none may come out different.
            let listed = world.offers_of("store").await.templates;
            let store = listed.into_iter().find(|one| one.template.tier == Tier::Creator).unwrap();
            let same = Wish::Put(Box::new(store.template));
            let tried = world.changes(Hand::Console, "store", &same, true).await.unwrap();
            assert!(tried.offers.is_empty(), "{:?}", tried.offers);
        }
    }

    async fn every_version_is_kept_with_who_made_it_and_undone_by_one_more(world: World) {
        world.track("Night Market").await;
        let of = "artist:ada-byron";
        world.puts(of, priced(Tier::Creator, AssetKind::FullMix, 1_800)).await.unwrap();
        world.days_pass(1);
        let ada = world.signed_in(Role::Composer, "Ada Byron").await;
        let wish = Wish::Put(Box::new(priced(Tier::Creator, AssetKind::FullMix, 1_900)));
        world.changes(Hand::Asker(&ada), of, &wish, false).await.unwrap();
        let undo = Wish::Undo { tier: Tier::Creator };
        for cents in [Some(1_800), None] {
            let made = world.changes(Hand::Asker(&ada), of, &undo, false).await.unwrap();
            assert_eq!(made.reach.word(), "artist");
            if cents.is_some() {
                let back = world.history_of(of, Tier::Creator).await.pop().unwrap();
                assert_eq!(back.template.unwrap().assets[&AssetKind::FullMix].price, 1_800);
            }
        }
        let by: Vec<_> = world.history_of(of, Tier::Creator).await.into_iter().map(|v| v.by).collect();
        assert_eq!(by, ["console", "Ada Byron", "Ada Byron", "Ada Byron"]);
        let refused = world.changes(Hand::Console, "store", &undo, false).await.unwrap_err();
        assert_eq!(refused.code, "nothing_to_undo");
    }

    async fn what_is_taken_back_counts_as_it_did_before(world: World) {
        let track = world.track("Night Market").await;
        world.puts("store", priced(Tier::Creator, AssetKind::FullMix, 1_800)).await.unwrap();
        let own = Template {
            tier: "podcast".parse().unwrap(),
            ..priced(Tier::Creator, AssetKind::FullMix, 1_200)
        };
        world.puts("store", own).await.unwrap();
        let mia = world.buyer("Mia");
        let quote = mia.quotes(&track, monetised_short()).await;
        assert!(quote.options.iter().any(|option| option.tier == "podcast"));
        for tier in [Tier::Creator, "podcast".parse().unwrap()] {
            let wish = Wish::TakeBack { tier };
            world.changes(Hand::Console, "store", &wish, false).await.unwrap();
        }
        let quote = mia.quotes(&track, monetised_short()).await;
        let tiers: Vec<_> = quote.options.iter().map(|o| (o.tier.as_str(), o.total_micros)).collect();
        assert!(tiers.contains(&("creator", 15_000_000)), "{tiers:?}");
        assert!(tiers.iter().all(|(tier, _)| *tier != "podcast"));
    }

    async fn a_composer_changes_their_own_offers_and_no_others(world: World) {
        let own = world.track("Night Market").await;
        let other = world.compose(spec::world::Music::titled("Harbour").by("Noor Haddad")).await;
        let wish = sell(None, false);
        let ada = world.signed_in(Role::Composer, "Ada Byron").await;
        let guest = Principal::Guest;
        let buyer = world.signed_in(Role::Buyer, "Ada Byron").await;
        for reach in ["artist:ada-byron".to_owned(), world.reach_of(&own).0] {
            assert!(world.changes(Hand::Asker(&ada), &reach, &wish, true).await.is_ok(), "{reach}");
            for who in [&guest, &buyer] {
                let refused = world.changes(Hand::Asker(who), &reach, &wish, true).await;
                assert_eq!(refused.unwrap_err().code, "not_your_offers");
            }
        }
        for reach in ["store".to_owned(), "artist:noor-haddad".into(), world.reach_of(&other).0] {
            let refused = world.changes(Hand::Asker(&ada), &reach, &wish, true).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), ("not_your_offers", Some("for")));
        }
        let operator = world.signed_in(Role::Operator, "Operator").await;
        assert!(world.changes(Hand::Asker(&operator), "store", &wish, true).await.is_ok());
        let (key, _) = world.program("Prices", &[Scope::ChangeOffers]).await;
        let key = Principal::Program(key);
        assert!(world.changes(Hand::Asker(&key), "store", &wish, true).await.is_ok());
        let (key, _) = world.program("Reports", &[Scope::ReadReports]).await;
        let key = Principal::Program(key);
        assert!(world.changes(Hand::Asker(&key), "store", &wish, true).await.is_err());
    }

    async fn a_place_has_at_most_sixteen_tiers_of_its_own(world: World) {
        world.track("Night Market").await;
        let own = |nth: usize| Template {
            tier: format!("own_{nth}").parse().unwrap(),
            ..priced(Tier::Creator, AssetKind::FullMix, 1_000)
        };
        for nth in 0..16 {
            world.puts("artist:ada-byron", own(nth)).await.unwrap();
        }
        assert!(world.puts("artist:ada-byron", own(0)).await.is_ok(), "one that is there already");
        let refused = world.puts("artist:ada-byron", own(16)).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("too_many_tiers", Some("tier")));
        assert!(world.puts("store", own(16)).await.is_ok(), "another place has its own");
        let back = Wish::TakeBack { tier: own(3).tier };
        world.changes(Hand::Console, "artist:ada-byron", &back, false).await.unwrap();
        assert!(world.puts("artist:ada-byron", own(16)).await.is_ok());
        let asked = serde_json::json!({ "habits": [{ "videos": 1 }] });
        let answer = world.visitor().posts("/v1/suggestions", &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!answer.text().contains("Own 5"), "a composer's own is no usual offer");
    }

    async fn an_artist_and_a_track_are_found_by_their_names_too(world: World) {
        world.track("Night Market").await;
        assert_eq!(world.offers_of("artist:Ada Byron").await.name, "Ada Byron");
        assert_eq!(world.offers_of("track:Night Market").await.name, "Night Market");
    }

    async fn what_cannot_be_a_template_or_a_place_is_refused_with_its_field(world: World) {
        world.track("Night Market").await;
        let bad = priced(Tier::Creator, AssetKind::FullMix, 10);
        let refused = world.puts("store", bad).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("bad_template", Some("assets.full_mix.price"))
        );
        let good = || priced(Tier::Creator, AssetKind::FullMix, 1_000);
        for (reach, code) in [
            ("everybody", "bad_reach"),
            ("artist:nobody", "unknown_artist"),
            ("track:nothing", "unknown_track"),
        ] {
            let refused = world.puts(reach, good()).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), (code, Some("for")));
        }
        let unknown = Wish::Sell { tier: "podcast".parse().unwrap(), asset: None, on_sale: false };
        let refused = world.changes(Hand::Console, "store", &unknown, false).await.unwrap_err();
        assert_eq!(refused.code, "unknown_tier");
        let wish = sell(Some(AssetKind::Loop), false);
        let refused = world.changes(Hand::Console, "store", &wish, false).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("asset_not_in_tier", Some("asset")));
    }
}

fn sell(asset: Option<AssetKind>, on_sale: bool) -> Wish {
    Wish::Sell {
        tier: Tier::Creator,
        asset,
        on_sale,
    }
}
