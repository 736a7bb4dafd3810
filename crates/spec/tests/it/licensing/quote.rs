//! Quoting: what would cover an intended use, for how much, and why the rest would not.

use app::licensing::QuotedOption;
use domain::covers::Axis;
use domain::envelope::{Placement, Purpose, Videos};
use domain::{AssetKind, IntendedUse, Tier};
use spec::on_both_engines;
use spec::world::{Music, monetised_short};

on_both_engines! {
    async fn what_covers_the_use_comes_cheapest_first(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        let prices: Vec<_> = quote.options.iter().map(cents).collect();
        assert_eq!(prices, [500, 1_000, 1_500, 2_000, 2_500, 6_000, 10_000]);
        assert_eq!(quote.options[0].asset, AssetKind::Cut15);
        assert!(quote.not_covering.iter().all(|lacking| lacking.tier == Tier::Ad));
    }

    async fn the_explained_lines_sum_to_the_total(world: World) {
        let music = Music::titled("Night Market").seconds(31).stems(&["drums"]);
        let track = world.compose(music).await;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        assert_eq!(quote.options.len(), 13, "ten offers and three plans of clip time");
        for option in &quote.options {
            let sum: i64 = option.lines.iter().map(|line| line.micros).sum();
            assert_eq!(sum, option.total_micros, "{}", option.label);
            assert!(option.lines.iter().all(|line| !line.label.is_empty()));
        }
        assert_eq!(
            quote.options[0].lines[0].label,
            "15-second cut, Creator tier"
        );
    }

    async fn what_does_not_cover_it_says_every_reason(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let wanted = IntendedUse {
            purpose: Purpose::PaidAd,
            placements: [Placement::PaidSocialAds].into(),
            videos: Videos::Count(3),
            ..monetised_short()
        };
        let quote = world.buyer("Brand").quotes(&track, wanted).await;
        assert_eq!(
            quote
                .options
                .iter()
                .map(|o| o.tier.as_str())
                .collect::<Vec<_>>(),
            ["ad", "business", "ad", "business"]
        );
        let cut = quote
            .not_covering
            .iter()
            .find(|n| n.asset == AssetKind::Cut15)
            .unwrap();
        assert_eq!(cut.tier, Tier::Creator);
        let axes: Vec<_> = cut.shortfalls.iter().map(|s| s.axis).collect();
        assert_eq!(axes, [Axis::Placements, Axis::Purposes, Axis::Videos]);
        assert!(
            cut.shortfalls
                .iter()
                .all(|s| !s.sentence().is_empty() && !s.needed().is_empty())
        );
    }

    async fn a_use_nothing_covers_is_answered_with_reasons_and_no_price(world: World) {
        let track = world.track("Night Market").await;
        let wanted = IntendedUse {
            placements: [Placement::Broadcast].into(),
            ..monetised_short()
        };
        let quote = world.buyer("Mia").quotes(&track, wanted).await;
        assert!(quote.options.is_empty());
        assert_eq!(quote.not_covering.len(), 3);
    }

    async fn a_longer_clip_needs_a_longer_cut(world: World) {
        let track = world.compose(Music::titled("Long").seconds(31)).await;
        let wanted = IntendedUse {
            clip_ms: 15_001,
            ..monetised_short()
        };
        let quote = world.buyer("Mia").quotes(&track, wanted).await;
        assert_eq!(quote.options[0].asset, AssetKind::Cut30);
        assert!(
            quote
                .not_covering
                .iter()
                .all(|n| n.asset == AssetKind::Cut15 || n.tier == Tier::Ad)
        );
    }

    async fn a_quote_stands_for_thirty_minutes(world: World) {
        let track = world.track("Night Market").await;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        assert_eq!(quote.expires_at.since(world.now()), 30 * 60 * 1_000);
    }

    async fn an_unknown_track_or_plan_is_refused(world: World) {
        let mia = world.buyer("Mia");
        let refused = mia.asks("nowhere", monetised_short()).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("unknown_track", Some("track"))
        );
        let refused = mia.asks_for_clip_time("bundle_11").await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("unknown_plan", Some("bundle"))
        );
    }

    async fn clip_time_is_quoted_by_plan(world: World) {
        let quote = world
            .buyer("Mia")
            .asks_for_clip_time("bundle_10")
            .await
            .unwrap();
        let option = &quote.options[0];
        assert_eq!((cents(option), option.bundle_ms), (1_000, Some(600_000)));
        assert_eq!(option.label, "Clip time, 10 minutes");
        assert_eq!(quote.track, None);
    }

    async fn clip_time_stands_among_the_options_where_it_covers_the_use(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.buyer("Mia");
        let wanted = IntendedUse { clip_ms: 14_200, videos: Videos::Count(3), ..monetised_short() };
        let quote = mia.quotes(&track, wanted).await;
        let plan = quote.options.iter().find(|option| option.tier == "bundle").unwrap();
        assert_eq!((plan.offer.as_str(), plan.draws_ms), ("bundle_10", Some(45_000)));
        for wanted in [
            IntendedUse { purpose: Purpose::ClientWork, ..monetised_short() },
            IntendedUse { videos: Videos::Count(41), ..monetised_short() },
        ] {
            let quote = mia.quotes(&track, wanted).await;
            assert!(quote.options.iter().all(|option| option.offer != "bundle_10"));
        }
    }

    async fn looking_keeps_no_quote(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let before = world.quotes_kept().await;
        let ask = app::licensing::quote::Ask::Track {
            track: track.id.to_string(),
            wanted: Box::new(monetised_short()),
            stem: None,
        };
        let seen = app::licensing::quote::look(world.app(), &mut world.call(), &ask).await.unwrap();
        assert_eq!(world.quotes_kept().await, before);
        let kept = mia.quotes(&track, monetised_short()).await;
        assert_eq!(world.quotes_kept().await, before + 1);
        assert_eq!(seen.options, kept.options);
    }

    async fn a_single_stem_must_be_named_and_be_there(world: World) {
        let music = Music::titled("Night Market").stems(&["bass", "drums"]);
        let track = world.compose(music).await.id.to_string();
        let mia = world.buyer("Mia");
        let wanted = IntendedUse { asset: Some(AssetKind::Stem), ..monetised_short() };
        let refused = mia.asks(&track, wanted.clone()).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("stem_required", Some("stem")));
        assert!(refused.sentence.contains("bass, drums"), "{}", refused.sentence);
        let refused = mia.asks_for_stem(&track, wanted, Some("flute")).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("unknown_stem", Some("stem")));
        let named = mia.asks_for_stem(&track, monetised_short(), Some("bass")).await.unwrap();
        let assets: Vec<_> = named.options.iter().map(|option| option.asset).collect();
        let (stem, pack, all) = (AssetKind::Stem, AssetKind::StemPack, AssetKind::MixAndStems);
        assert_eq!(assets, [stem, pack, all, stem, pack, all]);
    }

    async fn an_offer_that_was_closed_is_not_quoted(world: World) {
        let track = world.track("Night Market").await;
        world.closes_offers(&track).await;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        assert!(quote.options.iter().all(|option| option.tier == "bundle"));
    }
}

fn cents(option: &QuotedOption) -> i64 {
    option.total_micros / 10_000
}
