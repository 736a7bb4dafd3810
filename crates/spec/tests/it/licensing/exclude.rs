//! Excluding: an exclusive licence closes everything else of its track until it ends.

use app::access::Principal;
use app::licensing::quote::Quote;
use app::licensing::{Licence, buy};
use app::{Refusal, Stop};
use domain::envelope::Exclusivity;
use domain::usage::UseRefusal;
use domain::{AssetKind, Template, Tier};
use spec::on_both_engines;
use spec::world::{Buyer, Track, World, accepted, monetised_short, priced, refusals};

on_both_engines! {
    async fn nothing_is_exclusive_before_the_composer_puts_a_price_on_it(world: World) {
        let track = world.track("Night Market").await;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        assert!(quote.options.iter().all(|o| o.envelope.exclusivity == Exclusivity::None));
    }

    async fn an_exclusive_sale_closes_everything_else_until_it_ends(world: World) {
        let (track, mia) = exclusive_offer(&world).await;
        let noah = world.buyer("Noah");
        let earlier = noah.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let outstanding = noah.quotes(&track, monetised_short()).await;
        let alone = takes_it(&mia, &track).await;
        let until = world.now().plus_months(6);
        assert_eq!(alone.envelope.exclusivity, Exclusivity::Until(until));
        let refused = noah.asks(&track.id.to_string(), monetised_short()).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("track_exclusive", Some("track")));
        for option in outstanding.options.iter().filter(|o| o.bundle_ms.is_none()) {
            let key = format!("late-{}", option.offer);
            let refused = noah.sends(&key, &noah.order(&outstanding, option)).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), ("offer_closed", Some("offer")));
        }
        assert!(noah.downloads(&earlier, 0).await.is_ok(), "what was sold before stays");
        assert_eq!(world.verifies(&earlier.code.to_string()).await.unwrap().standing.word(), "valid");
        assert_eq!(world.shown(&track.id.to_string()).await.unwrap().exclusive_until, Some(until));
        world.days_pass(184);
        let open = noah.quotes(&track, monetised_short()).await;
        assert!(open.options.iter().any(|option| option.tier == "creator"));
    }

    async fn of_two_buyers_who_race_for_it_one_gets_it_and_the_other_pays_nothing(world: World) {
        let (track, _) = exclusive_offer(&world).await;
        let mut ready = Vec::new();
        for nth in 0..4 {
            let buyer = world.buyer(&format!("Buyer {nth}"));
            let quote = buyer.quotes(&track, monetised_short()).await;
            let order = buyer.order(&quote, exclusive_option(&quote));
            ready.push((format!("race-{nth}"), buyer, order));
        }
        let mut sent = tokio::task::JoinSet::new();
        for (key, buyer, order) in ready {
            sent.spawn(async move { buyer.sends(&key, &order).await });
        }
        let outcomes = sent.join_all().await;
        let codes: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).map(|r| r.code).collect();
        assert_eq!(codes, ["offer_closed"; 3]);
        assert_eq!((world.licences().await, world.journals().await), (1, 1));
        assert_eq!(world.payments().await, 1);
    }

    async fn an_exclusive_sale_and_any_other_at_once_never_overlap(world: World) {
        let (track, mia) = exclusive_offer(&world).await;
        let noah = world.buyer("Noah");
        let alone = mia.quotes(&track, monetised_short()).await;
        let alone = mia.order(&alone, exclusive_option(&alone));
        let usual = noah.quotes(&track, monetised_short()).await;
        let mix = usual.options.iter().find(|o| o.tier == "creator").unwrap();
        let usual = noah.order(&usual, mix);
        let (first, second) = tokio::join!(mia.sends("alone", &alone), noah.sends("usual", &usual));
        assert!(first.is_ok(), "an earlier licence doesn't keep anybody from it");
        if let Err(refused) = second {
            assert_eq!(refused.code, "offer_closed");
        }
    }

    async fn a_request_that_began_before_an_exclusive_sale_buys_nothing_after_it(world: World) {
        let (track, mia) = exclusive_offer(&world).await;
        let noah = world.buyer("Noah");
        let quote = noah.quotes(&track, monetised_short()).await;
        let usual = quote.options.iter().find(|o| o.tier == "creator").unwrap();
        let early = [
            ("alone", exclusive_option(&quote), world.call()),
            ("usual", usual, world.call()),
        ];
        world.minutes_pass(1);
        takes_it(&mia, &track).await;
        for (key, option, mut began) in early {
            let order = noah.order(&quote, option);
            let guest = Principal::Guest;
            match buy::buy(world.app(), &mut began, &guest, &format!("late-{key}"), &order).await {
                Err(Stop::Refused(refusal)) => assert_eq!(refusal.code(), "offer_closed"),
                other => panic!("{key}: {other:?}"),
            }
        }
        assert_eq!(world.licences().await, 1);
    }

    async fn an_exclusive_licence_is_not_upgraded_after_its_end(world: World) {
        let (track, mia) = exclusive_offer(&world).await;
        let alone = takes_it(&mia, &track).await;
        world.days_pass(190);
        let refused = mia.asks_for_upgrade(&alone, &alone.grant).await.unwrap_err();
        assert_eq!(refused.code, "not_upgradable");
    }

    async fn clip_time_holds_for_it_no_longer_but_for_what_was_published_before(world: World) {
        let (track, mia) = exclusive_offer(&world).await;
        let noah = world.buyer("Noah");
        let time = noah.buys_clip_time().await;
        let before = world.now();
        world.minutes_pass(10);
        takes_it(&mia, &track).await;
        world.minutes_pass(10);
        let refused = noah.takes(&time, &track).await.unwrap_err();
        assert_eq!(refused.code, "track_exclusive");
        let until = world.shown(&track.id.to_string()).await.unwrap().exclusive_until.unwrap();
        let editor = world.reporter().await;
        let late = world.used("late", &time, &track).published(world.now());
        let refused = refusals(editor.reports(&late).await);
        assert_eq!(refused, [UseRefusal::TrackExclusive { until }]);
        let early = world.used("early", &time, &track).published(before);
        assert_eq!(accepted(editor.reports(&early).await).billed_ms, 15_000);
    }

    async fn an_exclusive_licence_that_is_withdrawn_frees_its_track(world: World) {
        let (track, mia) = exclusive_offer(&world).await;
        let alone = takes_it(&mia, &track).await;
        world.revokes(&alone).await;
        let quote = world.buyer("Noah").quotes(&track, monetised_short()).await;
        assert!(quote.options.iter().any(|option| option.tier == "creator"));
    }
}

/// A track that may be had alone for six months at five hundred dollars.
async fn exclusive_offer(world: &World) -> (Track, Buyer) {
    let track = world.track("Night Market").await;
    let template = Template {
        tier: "exclusive".parse().unwrap(),
        exclusive_months: Some(6),
        ..priced(Tier::Business, AssetKind::FullMix, 50_000)
    };
    world
        .puts(&world.reach_of(&track).0, template)
        .await
        .unwrap();
    (track, world.buyer("Mia"))
}

fn exclusive_option(quote: &Quote) -> &app::licensing::QuotedOption {
    quote
        .options
        .iter()
        .find(|option| option.tier == "exclusive")
        .unwrap()
}

async fn takes_it(mia: &Buyer, track: &Track) -> Licence {
    let quote = mia.quotes(track, monetised_short()).await;
    let order = mia.order(&quote, exclusive_option(&quote));
    mia.sends("alone", &order).await.unwrap().licence
}
