//! Buying: one option of a quote, paid once, becomes a licence; or nothing happens at all.

use app::licensing::buy::{Bought, Purchase};
use app::licensing::quote::Quote;
use domain::{AssetKind, QuoteId, Tier};
use spec::on_both_engines;
use spec::world::{Buyer, Card, Music, Track, World, monetised_short};

on_both_engines! {
    async fn an_order_becomes_a_licence_at_the_quoted_price(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let licence = sends(&mia, "a", &first(&mia, &quote)).await.licence;
        assert_eq!(licence.price.micros(), 15_000_000);
        assert_eq!(
            (licence.title.as_str(), licence.artist.as_str()),
            ("Night Market", "Ada Byron")
        );
        assert_eq!(
            (licence.licensee.as_str(), licence.email.as_deref()),
            ("Mia", Some("mia@example.com"))
        );
        assert_eq!(licence.asset, AssetKind::FullMix);
        assert_eq!(licence.issued_at, world.now());
        assert_eq!(licence.files.len(), 1);
    }

    async fn the_same_request_twice_charges_once(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let order = first(&mia, &quote);
        let once = sends(&mia, "a", &order).await;
        let booked = world.everything_booked().await;
        let again = sends(&mia, "a", &order).await;
        assert_eq!((once.repeated, again.repeated), (false, true));
        assert_eq!(once.licence.id, again.licence.id);
        assert_eq!(once.licence.token, again.licence.token);
        assert_eq!(world.everything_booked().await, booked);
        assert_eq!((world.licences().await, world.journals().await), (1, 1));
    }

    async fn the_same_request_is_answered_even_after_its_quote_has_expired(world: World) {
        let (mia, track, quote) = quoted(&world).await;
        let order = first(&mia, &quote);
        let once = sends(&mia, "a", &order).await;
        world.minutes_pass(31);
        world.closes_offers(&track).await;
        assert_eq!(sends(&mia, "a", &order).await.licence.id, once.licence.id);
    }

    async fn eight_identical_requests_at_once_are_one_purchase(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let order = first(&mia, &quote);
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (mia, order) = (mia.clone(), order.clone());
            sent.spawn(async move { mia.sends("a", &order).await });
        }
        let bought: Vec<Bought> = sent
            .join_all()
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let id = bought[0].licence.id;
        assert!(bought.iter().all(|b| b.licence.id == id));
        assert_eq!(
            bought.iter().filter(|b| !b.repeated).count(),
            1,
            "one was the first"
        );
        assert_eq!((world.licences().await, world.journals().await), (1, 1));
    }

    async fn the_same_key_with_another_order_is_refused(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let order = first(&mia, &quote);
        sends(&mia, "a", &order).await;
        let other = Purchase {
            licensee: "Somebody else".into(),
            ..order
        };
        refuses(
            &world,
            &mia,
            "a",
            &other,
            "idempotency_key_reused",
            "Idempotency-Key",
        )
        .await;
    }

    async fn an_order_without_a_key_is_refused(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let order = first(&mia, &quote);
        for key in ["", "a\nb", &"k".repeat(129)] {
            refuses(
                &world,
                &mia,
                key,
                &order,
                "idempotency_key_required",
                "Idempotency-Key",
            )
            .await;
        }
    }

    async fn a_licence_is_for_somebody(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        for name in [
            "",
            "   ",
            "a\u{7}b",
            "\u{200B}",
            "Mia\u{202E}aiM",
            "\u{AD}\u{200D}",
            &"n".repeat(121),
        ] {
            let order = Purchase {
                licensee: name.to_owned(),
                ..first(&mia, &quote)
            };
            refuses(&world, &mia, "a", &order, "licensee_required", "licensee").await;
        }
    }

    async fn an_address_that_is_none_is_refused_and_none_at_all_is_fine(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        for address in [
            "mia",
            "@example.com",
            "mia@",
            "mia@example",
            "mia @example.com",
            "m@.x",
        ] {
            let order = Purchase {
                email: Some(address.into()),
                ..first(&mia, &quote)
            };
            refuses(&world, &mia, "a", &order, "bad_email", "email").await;
        }
        let order = Purchase {
            email: None,
            ..first(&mia, &quote)
        };
        assert_eq!(sends(&mia, "a", &order).await.licence.email, None);
    }

    async fn an_unknown_quote_or_option_is_refused(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let order = mia.order_of(QuoteId::from_bytes([5; 16]), &quote.options[0].offer);
        refuses(&world, &mia, "a", &order, "unknown_quote", "quote").await;
        let order = mia.order_of(quote.id, "off_00000000000000000000000000");
        refuses(&world, &mia, "a", &order, "unknown_option", "offer").await;
    }

    async fn a_quote_that_has_expired_sells_nothing(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        world.minutes_pass(30);
        refuses(
            &world,
            &mia,
            "a",
            &first(&mia, &quote),
            "quote_expired",
            "quote",
        )
        .await;
    }

    async fn a_price_that_changes_after_the_quote_does_not_touch_it(world: World) {
        let (mia, track, quote) = quoted(&world).await;
        world.reprices(&track, 99_000_000).await;
        let licence = sends(&mia, "a", &first(&mia, &quote)).await.licence;
        assert_eq!(licence.price.micros(), 15_000_000);
        let fresh = mia.quotes(&track, monetised_short()).await;
        let mix = fresh.options.iter().find(|option| option.tier == "creator");
        assert_eq!(mix.unwrap().total_micros, 99_000_000);
    }

    async fn a_quote_at_other_tax_rates_than_todays_sells_nothing(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let sql = "update quotes set options =
                   replace(options, '\"total_micros\":15000000', '\"total_micros\":16000000')";
        let mut tx = world.app().db.write().await.unwrap();
        tx.run(sql, &[]).await.unwrap();
        tx.commit().await.unwrap();
        refuses(
            &world,
            &mia,
            "a",
            &first(&mia, &quote),
            "quote_expired",
            "quote",
        )
        .await;
    }

    async fn an_offer_that_was_closed_after_the_quote_is_not_sold(world: World) {
        let (mia, track, quote) = quoted(&world).await;
        world.closes_offers(&track).await;
        refuses(
            &world,
            &mia,
            "a",
            &first(&mia, &quote),
            "offer_closed",
            "offer",
        )
        .await;
    }

    async fn a_card_that_is_declined_or_is_none_charges_nothing(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        for (card, code) in [
            (Card::Declined, "card_declined"),
            (Card::NoCard, "bad_card"),
        ] {
            let order = Purchase {
                card: card.number().into(),
                ..first(&mia, &quote)
            };
            refuses(&world, &mia, "a", &order, code, "card").await;
        }
    }

    async fn a_refused_order_may_be_mended_under_its_key(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let order = first(&mia, &quote);
        let declined = Purchase {
            card: Card::Declined.number().into(),
            ..order.clone()
        };
        refuses(&world, &mia, "a", &declined, "card_declined", "card").await;
        assert!(!sends(&mia, "a", &order).await.repeated);
    }

    async fn refusals_come_in_their_order_of_precedence(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let mut order = Purchase {
            licensee: String::new(),
            email: Some("none".into()),
            card: Card::NoCard.number().into(),
            ..mia.order_of(QuoteId::from_bytes([5; 16]), "none")
        };
        refuses(
            &world,
            &mia,
            "",
            &order,
            "idempotency_key_required",
            "Idempotency-Key",
        )
        .await;
        refuses(&world, &mia, "a", &order, "licensee_required", "licensee").await;
        order.licensee = "Mia".into();
        refuses(&world, &mia, "a", &order, "bad_email", "email").await;
        order.email = None;
        refuses(&world, &mia, "a", &order, "unknown_quote", "quote").await;
        order.quote = quote.id;
        refuses(&world, &mia, "a", &order, "unknown_option", "offer").await;
        order.offer = first(&mia, &quote).offer;
        refuses(&world, &mia, "a", &order, "bad_card", "card").await;
    }

    async fn clip_time_quoted_beside_a_tracks_offers_holds_for_any_track(world: World) {
        let (mia, _, quote) = quoted(&world).await;
        let option = quote.options.iter().find(|option| option.offer == "bundle_10").unwrap();
        let bought = sends(&mia, "a", &mia.order(&quote, option)).await;
        assert_eq!(bought.licence.track, None);
        assert_eq!(bought.licence.bundle.unwrap().total_ms, 600_000);
    }

    async fn a_single_stem_is_delivered_alone_and_the_mix_with_stems_whole(world: World) {
        let music = Music::titled("Night Market").stems(&["bass", "drums"]);
        let track = world.compose(music).await;
        let mia = world.buyer("Mia");
        let quote = mia
            .asks_for_stem(&track.id.to_string(), monetised_short(), Some("drums"))
            .await
            .unwrap();
        let stem = quote.options.iter().find(|option| option.asset == AssetKind::Stem);
        let stem = stem.unwrap();
        assert_eq!(
            (stem.label.as_str(), stem.total_micros),
            ("Single stem (drums), Creator tier", 10_000_000)
        );
        let licence = sends(&mia, "a", &mia.order(&quote, stem)).await.licence;
        assert_eq!(licence.stem.as_deref(), Some("drums"));
        let names: Vec<_> = licence.files.iter().map(|file| file.name.clone()).collect();
        assert_eq!(names.len(), 1);
        assert!(names[0].contains("(stem drums)"), "{names:?}");
        let claims = licence_key::verify(&licence.token, world.jwks()).unwrap().claims().unwrap();
        assert_eq!(claims.assets.len(), 1);
        let whole = mia.buys(&track, AssetKind::MixAndStems, Tier::Creator).await;
        assert_eq!(whole.files.len(), 3);
        let pack = mia.buys(&track, AssetKind::StemPack, Tier::Creator).await;
        assert_eq!(pack.files.len(), 2);
    }

    async fn without_a_signing_key_nothing_is_sold_and_what_was_sold_still_verifies(world: World) {
        let (mia, track, _) = quoted(&world).await;
        let sold = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let keyless = world.reopened_without_a_signing_key().await;
        let mia = keyless.buyer("Mia");
        let quote = mia.quotes(&track, monetised_short()).await;
        let refused = mia.sends("b", &first(&mia, &quote)).await.unwrap_err();
        assert_eq!((refused.code, refused.field), ("no_signing_key", None));
        assert_eq!(keyless.licences().await, 1);
        assert!(licence_key::verify(&sold.token, keyless.jwks()).is_ok());
        assert_eq!(
            keyless.verifies(&sold.code.to_string()).await.unwrap().id,
            sold.id
        );
        keyless.is_sound().await;
    }
}

async fn quoted(world: &World) -> (Buyer, Track, Quote) {
    let track = world.track("Night Market").await;
    let mia = world.buyer("Mia");
    let quote = mia.quotes(&track, monetised_short()).await;
    (mia, track, quote)
}

fn first(buyer: &Buyer, quote: &Quote) -> Purchase {
    let tiered = quote
        .options
        .iter()
        .find(|option| option.bundle_ms.is_none());
    buyer.order(quote, tiered.unwrap())
}

async fn sends(buyer: &Buyer, key: &str, order: &Purchase) -> Bought {
    buyer.sends(key, order).await.unwrap()
}

/// The order is refused with this code and field, and nothing has changed.
async fn refuses(
    world: &World,
    buyer: &Buyer,
    key: &str,
    order: &Purchase,
    code: &str,
    field: &str,
) {
    let before = world.everything_booked().await;
    let refused = buyer.sends(key, order).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (code, Some(field))
    );
    assert_eq!(world.everything_booked().await, before, "after {code}");
}
