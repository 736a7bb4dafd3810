//! Signing up: a purchase of a plan, whose first payment funds the first cycle.

use spec::on_both_engines;

use super::close::COMMISSION_BP;

on_both_engines! {
    async fn a_plan_is_quoted_with_its_price_and_bought_like_clip_time(world: World) {
        let quote = world.buyer("Mia").asks_for_pool("pool_5").await.unwrap();
        let option = &quote.options[0];
        assert_eq!((option.offer.as_str(), option.total_micros), ("pool_5", 5_000_000));
        let licence = world.buyer("Mia").subscribes().await;
        assert_eq!((licence.track, licence.tier.as_str()), (None, "pool"));
        let shown = world.subscription(&licence).await;
        assert_eq!(shown.state.word(), "active");
        let refused = world.buyer("Mia").asks_for_pool("pool_6").await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("unknown_plan", Some("pool")));
    }

    async fn the_golden_five_dollars_fund_sixty_uses(world: World) {
        let world = world.charging(COMMISSION_BP).await;
        let licence = world.buyer("Mia").subscribes().await;
        let booked = world.journal("subscription_sale", &licence.id.to_string()).await;
        let wanted = [
            ("commission", 1_365_000),
            ("pool", 3_025_750),
            ("pool-reserve", 159_250),
            ("provider", -5_000_000),
            ("provider-fees", 450_000),
        ];
        let wanted: Vec<_> = wanted.map(|(name, micros)| (name.to_owned(), micros)).into();
        assert_eq!(booked, wanted);
        let running = world.subscription(&licence).await.running.unwrap();
        assert_eq!((running.allowance, running.used), (60, 0));
        assert_eq!(running.cycle.end.to_string(), "2026-04-02T09:00:00.000Z");
    }

    async fn the_same_order_again_is_charged_once(world: World) {
        let mia = world.buyer("Mia");
        let quote = mia.asks_for_pool("pool_5").await.unwrap();
        let order = mia.order(&quote, &quote.options[0]);
        let first = mia.sends("once", &order).await.unwrap();
        let again = mia.sends("once", &order).await.unwrap();
        assert!(again.repeated);
        assert_eq!(first.licence.id, again.licence.id);
        assert_eq!(world.payments().await, 1);
    }

    async fn a_track_in_rotation_is_quoted_with_the_plan_beside_its_offers(world: World) {
        let track = world.track("Night Market").await;
        let offers = |quote: &app::licensing::quote::Quote| {
            quote.options.iter().any(app::licensing::QuotedOption::is_pool)
        };
        let mia = world.buyer("Mia");
        let wanted = spec::world::monetised_short;
        assert!(!offers(&mia.quotes(&track, wanted()).await));
        world.rotates(&[&track]).await;
        let quote = mia.quotes(&track, wanted()).await;
        assert!(offers(&quote));
        let option = quote.options.iter().find(|option| option.is_pool()).unwrap();
        let bought = mia.sends("beside", &mia.order(&quote, option)).await.unwrap();
        assert_eq!(bought.licence.track, None, "the subscription isn't tied to the track");
        assert_eq!(world.subscription(&bought.licence).await.state.word(), "active");
    }
}
