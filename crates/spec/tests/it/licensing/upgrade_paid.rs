//! What an upgrade is paid with: never more credit than is still paid for the licence, whatever is
//! given back meanwhile; and the currency that the licence was paid in, whatever is sold now.

use std::time::Duration;

use app::deals::{Circumstances, currencies};
use app::licensing::quote::{Ask, quote_in};
use app::licensing::{Claim, Licence};
use app::offers::Hand;
use domain::{AssetKind, Tier};
use ledger::Currency;
use spec::on_both_engines;
use spec::world::{Buyer, Track, World, monetised_short};

on_both_engines! {
    async fn an_upgrade_waits_for_a_refund_of_its_forerunner_and_sees_it(world: World) {
        for round in 0..5 {
            let (mia, cut) = holds_a_cut(&world, round).await;
            let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
            let order = mia.order(&quote, &quote.options[0]);
            // Two dollars go back to Mia: all is written, and not yet kept.
            let refund = world.refund_under_way(&cut, 2_000_000).await;
            let sent = tokio::spawn({
                let mia = mia.clone();
                async move { mia.sends(&format!("up-{round}"), &order).await }
            });
            tokio::time::sleep(Duration::from_millis(30)).await;
            assert!(!sent.is_finished(), "it was paid with money that is on its way back");
            refund.commit().await.unwrap();
            let refused = sent.await.unwrap().unwrap_err();
            assert_eq!(refused.code, "quote_expired");
            world.forgets_the_refund(&cut).await;
            world.refunds(&cut, &format!("back-{round}"), Some(2_000_000)).await.unwrap();
            let again = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
            assert_eq!(again.options[0].lines[1].micros, -3_000_000);
        }
    }

    async fn refunds_and_upgrades_at_once_end_in_one_order_or_the_other(world: World) {
        for round in 0..12 {
            let (mia, cut) = holds_a_cut(&world, round).await;
            let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
            let order = mia.order(&quote, &quote.options[0]);
            let (up, back) = (format!("up-{round}"), format!("back-{round}"));
            let (bought, given) = tokio::join!(
                mia.sends(&up, &order),
                world.refunds(&cut, &back, Some(2_000_000)),
            );
            given.unwrap();
            if let Err(refused) = bought {
                assert_eq!(refused.code, "quote_expired");
            }
        }
    }

    async fn an_upgrade_is_paid_in_its_licences_currency_when_nothing_else_is_sold_in_it(
        world: World,
    ) {
        let track = world.track_with_a_cut("Night Market").await;
        sells_in_euros(&world, "0.90").await;
        let cut = buys_in_euros(&world, &track).await;
        assert_eq!(cut.price.currency(), Currency::EUR);
        currencies::close(world.app(), &world.call(), Hand::Console, Currency::EUR).await.unwrap();
        let refused = asks(&world, &of_track(&track), Currency::EUR).await.unwrap_err();
        assert_eq!(refused, "unknown_currency");
        let mia = world.buyer("Mia");
        let quote = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        assert_eq!(quote.options[0].currency, "EUR");
        let mix = mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        // By the figures that counted last: 15.00 and 5.00 at 0.90.
        assert_eq!((cut.price.micros(), mix.price.micros()), (4_500_000, 9_000_000));
        let of = Ask::Upgrade { of: claim(&mix), wanted: None };
        assert_eq!(asks(&world, &of, Currency::USD).await.unwrap_err(), "other_currency");
        // Sold again at other figures, those count.
        sells_in_euros(&world, "2").await;
        let quote = mia.asks_for_upgrade(&mix, &mix.grant).await.unwrap();
        assert_eq!(quote.options[0].lines[0].micros % 2_000_000, 0);
    }
}

async fn holds_a_cut(world: &World, nth: usize) -> (Buyer, Licence) {
    let track = world.track_with_a_cut(&format!("Night Market {nth}")).await;
    let mia = world.buyer("Mia");
    let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
    (mia, cut)
}

async fn sells_in_euros(world: &World, rate: &str) {
    let wanted = currencies::Wanted {
        currency: Currency::EUR,
        rate,
        step_minor: 1,
        less_minor: 0,
        fee_fixed_micros: 250_000,
    };
    let set = currencies::set(world.app(), &world.call(), Hand::Console, wanted).await;
    set.unwrap();
}

fn of_track(track: &Track) -> Ask {
    Ask::Track {
        track: track.id.to_string(),
        wanted: Box::new(monetised_short()),
        stem: None,
    }
}

fn claim(licence: &Licence) -> Claim {
    Claim {
        licence: licence.id.to_string(),
        grant: licence.grant.clone(),
    }
}

async fn asks(
    world: &World,
    ask: &Ask,
    currency: Currency,
) -> Result<app::licensing::quote::Quote, &'static str> {
    use app::{Refusal, Stop};
    let asked = Circumstances {
        currency: Some(currency),
        ..Circumstances::default()
    };
    match quote_in(world.app(), &mut world.call(), ask, &asked).await {
        Ok(quote) => Ok(quote),
        Err(Stop::Refused(refusal)) => Err(refusal.code()),
        Err(Stop::Fault(fault)) => panic!("{}", fault.chain()),
    }
}

async fn buys_in_euros(world: &World, track: &Track) -> Licence {
    let quote = asks(world, &of_track(track), Currency::EUR).await.unwrap();
    let mia = world.buyer("Mia");
    let creator = |o: &&app::licensing::QuotedOption| o.asset == AssetKind::Cut15;
    let option = quote.options.iter().find(creator).unwrap();
    let order = mia.order(&quote, option);
    mia.sends("euros", &order).await.unwrap().licence
}
