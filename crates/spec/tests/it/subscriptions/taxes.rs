//! The tax of a subscription is that of its subscriber's country, on the day of each charge.

use app::Rates;
use app::billing::invoice::Invoice;
use app::deals::Circumstances;
use app::licensing::Licence;
use app::subscriptions::change::Wish;
use domain::Tax;
use domain::pool::IdleRule;
use ledger::Currency;
use spec::on_both_engines;
use spec::world::{World, from};

const ADDED: Tax = Tax::Exclusive { bp: 1_900 };
const WITHIN: Tax = Tax::Inclusive { bp: 1_900 };

/// What stands to be handed on to a country, in micro-units.
async fn owed_to(world: &World, whose: &str) -> i64 {
    world.balance(&format!("tax:{whose}")).await
}

/// Of each invoice: total, tax, whose it is, and the words for it.
async fn billed(world: &World, licence: &Licence) -> Vec<(i64, i64, String, String)> {
    let one = |invoice: &Invoice| {
        let country = invoice.tax_country.map(|country| country.to_string());
        let line = invoice.lines.get(1).or(invoice.tax_included.as_ref());
        let words = line.map(|line| line.label.clone());
        let (total, tax) = (invoice.total.micros(), invoice.tax.micros());
        (
            total,
            tax,
            country.unwrap_or_default(),
            words.unwrap_or_default(),
        )
    };
    world.invoices_of(licence).await.iter().map(one).collect()
}

fn bill(total: i64, tax: i64, country: &str, words: &str) -> (i64, i64, String, String) {
    (total, tax, country.into(), words.into())
}

async fn moves(world: &World, key: &str, licence: &Licence, to: Option<&str>) {
    let to = to.map(|code| code.parse().unwrap());
    world
        .subscriber_asks(key, licence, Wish::Country(to))
        .await
        .unwrap();
}

on_both_engines! {
    async fn two_subscribers_are_each_taxed_where_they_are(world: World) {
        world.taxes("DE", Some(WITHIN)).await;
        world.taxes("US", Some(Tax::Exclusive { bp: 825 })).await;
        let mia = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        let lee = world.buyer("Lee").subscribes_from("US", "pool_5").await;
        assert_eq!(billed(&world, &mia).await, [bill(5_000_000, 800_000, "DE", "Tax included (DE), 19.00 %")]);
        assert_eq!(billed(&world, &lee).await, [bill(5_410_000, 410_000, "US", "Tax (US), 8.25 %")]);
        assert_eq!((owed_to(&world, "de").await, owed_to(&world, "us").await), (800_000, 410_000));
        assert_eq!(owed_to(&world, "none").await, 0);
        let figures = |licence| {
            let world = &world;
            async move {
                let running = world.subscription(licence).await.running.unwrap();
                (running.contribution.micros(), running.allowance)
            }
        };
        assert_eq!(figures(&mia).await, (3_028_125, 60));
        assert_eq!(figures(&lee).await, (3_666_050, 73));
        assert_eq!(mia.price.micros(), 5_000_000);
        assert_eq!(lee.price.micros(), 5_410_000);
    }

    async fn a_country_without_a_row_and_whoever_names_none_pay_the_stores_own(world: World) {
        let tenth = Rates { tax: Tax::Exclusive { bp: 1_000 }, ..Rates::default() };
        let store = world.reopened_at(tenth).await;
        store.taxes("DE", Some(WITHIN)).await;
        store.taxes("CH", Some(Tax::Exclusive { bp: 0 })).await;
        let none = store.buyer("Mia").subscribes().await;
        let france = store.buyer("Lee").subscribes_from("FR", "pool_5").await;
        let zero = store.buyer("Kim").subscribes_from("CH", "pool_5").await;
        let own = [bill(5_500_000, 500_000, "", "Tax, 10.00 %")];
        assert_eq!(billed(&world, &none).await, own);
        assert_eq!(billed(&world, &france).await, own);
        assert_eq!(billed(&world, &zero).await, [bill(5_000_000, 0, "CH", "Tax (CH), 0.00 %")]);
        // France comes into the table: its subscriber's next charge is by it, the others' aren't.
        store.taxes("FR", Some(Tax::Inclusive { bp: 2_000 })).await;
        store.it_is("2026-04-02T09:00:00Z");
        assert_eq!(store.renews().await.renewed, 3);
        assert_eq!(billed(&world, &none).await[1], own[0]);
        assert_eq!(billed(&world, &france).await[1], bill(5_000_000, 830_000, "FR", "Tax included (FR), 20.00 %"));
        assert_eq!(owed_to(&world, "none").await, 3 * 500_000);
        let shown = store.subscription(&france).await;
        assert_eq!(shown.country.unwrap().as_str(), "FR");
        let charge = shown.charge.unwrap();
        assert_eq!((charge.gross.micros(), charge.tax.micros()), (5_000_000, 830_000));
        assert_eq!(charge.tax_country, shown.country);
    }

    async fn a_renewal_is_taxed_by_what_counts_then_and_the_plans_price_stays(world: World) {
        world.taxes("DE", Some(ADDED)).await;
        let licence = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        world.taxes("DE", Some(Tax::Exclusive { bp: 2_100 })).await;
        assert_eq!(billed(&world, &licence).await.len(), 1, "what was charged stays as it was");
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        world.taxes("DE", Some(WITHIN)).await;
        world.it_is("2026-05-02T09:00:00Z");
        world.renews().await;
        // Taken out of the table: the store's own, which is none.
        world.taxes("DE", None).await;
        world.it_is("2026-06-02T09:00:00Z");
        world.renews().await;
        assert_eq!(billed(&world, &licence).await, [
            bill(5_950_000, 950_000, "DE", "Tax (DE), 19.00 %"),
            bill(6_050_000, 1_050_000, "DE", "Tax (DE), 21.00 %"),
            bill(5_000_000, 800_000, "DE", "Tax included (DE), 19.00 %"),
            bill(5_000_000, 0, "", ""),
        ]);
        assert_eq!(owed_to(&world, "de").await, 950_000 + 1_050_000 + 800_000);
    }

    async fn a_dearer_plan_is_reckoned_before_tax_and_taxed_on_its_day(world: World) {
        world.plan("big", 2_000, None, IdleRule::Share).await;
        world.taxes("DE", Some(ADDED)).await;
        let licence = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        let before = world.subscription(&licence).await.running.unwrap();
        world.taxes("DE", Some(Tax::Exclusive { bp: 700 })).await;
        world.it_is("2026-03-17T21:00:00Z");
        // Half of the month is left: 7.50, and 7 % of it, whatever the first part was taxed at.
        let shown = world.subscriber_asks("k", &licence, Wish::Plan("big".into())).await.unwrap();
        let wanted = bill(8_030_000, 530_000, "DE", "Tax (DE), 7.00 %");
        assert_eq!(billed(&world, &licence).await[1], wanted);
        // 8.03 less 0.53 tax and 0.53 fee is 6.97; less 15 % and 5 % of the rest.
        let after = shown.running.unwrap();
        assert_eq!(after.contribution.micros() - before.contribution.micros(), 5_628_275);
        assert_eq!(after.allowance, after.contribution.micros() / 50_000);
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        assert_eq!(billed(&world, &licence).await[2], bill(21_400_000, 1_400_000, "DE", "Tax (DE), 7.00 %"));
    }

    async fn a_dearer_plan_after_moving_is_taxed_in_the_new_country(world: World) {
        world.plan("big", 2_000, None, IdleRule::Share).await;
        world.taxes("DE", Some(ADDED)).await;
        world.taxes("FR", Some(Tax::Inclusive { bp: 2_000 })).await;
        let licence = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        world.it_is("2026-03-17T21:00:00Z");
        moves(&world, "m1", &licence, Some("FR")).await;
        world.subscriber_asks("k", &licence, Wish::Plan("big".into())).await.unwrap();
        let wanted = bill(7_500_000, 1_250_000, "FR", "Tax included (FR), 20.00 %");
        assert_eq!(billed(&world, &licence).await[1], wanted);
        // All of it goes back, each payment's tax to whose it was.
        for (n, payment) in world.payments_of(&licence).await.into_iter().enumerate() {
            world.refunds_payment(payment, &format!("r{n}"), None).await.unwrap();
        }
        assert_eq!((owed_to(&world, "de").await, owed_to(&world, "fr").await), (0, 0));
    }

    async fn a_taxed_month_is_given_back_in_steps_to_the_last_cent(world: World) {
        world.taxes("DE", Some(WITHIN)).await;
        let licence = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        // What counts now has no say in what was charged before.
        world.taxes("DE", Some(Tax::Inclusive { bp: 700 })).await;
        let paid = world.payments_of(&licence).await;
        for (n, cents) in [1, 99, 133, 250].into_iter().enumerate() {
            let micros = Some(cents * 10_000);
            world.refunds_payment(paid[1], &format!("r{n}"), micros).await.unwrap();
        }
        world.refunds_payment(paid[1], "last", None).await.unwrap();
        let notes = world.credit_notes_of(&licence).await;
        let sum = |of: fn(&app::billing::credit_note::CreditNote) -> i64| notes.iter().map(of).sum::<i64>();
        assert_eq!((sum(|n| n.money.micros()), sum(|n| n.tax.micros())), (5_000_000, 800_000));
        assert!(notes.iter().all(|note| note.invoice == "2026-0002"));
        assert_eq!(owed_to(&world, "de").await, 800_000, "the sign-up's is still owed");
        assert_eq!(world.subscription(&licence).await.running.unwrap().contribution.micros(), 0);
    }

    async fn whoever_moves_is_taxed_there_from_the_next_charge_on(world: World) {
        world.taxes("DE", Some(WITHIN)).await;
        world.taxes("FR", Some(Tax::Inclusive { bp: 2_000 })).await;
        let licence = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        let before = (world.everything_booked().await, billed(&world, &licence).await);
        moves(&world, "m1", &licence, Some("FR")).await;
        moves(&world, "m1", &licence, Some("FR")).await;
        assert_eq!((world.everything_booked().await, billed(&world, &licence).await), before);
        let other = Wish::Country(Some("DE".parse().unwrap()));
        let reused = world.subscriber_asks("m1", &licence, other).await.unwrap_err();
        assert_eq!(reused.code, "idempotency_key_reused");
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        assert_eq!(billed(&world, &licence).await[1].2, "FR");
        // Who names none any more pays the store's own.
        moves(&world, "m2", &licence, None).await;
        world.subscriber_asks("p", &licence, Wish::Pause).await.unwrap();
        world.it_is("2026-05-20T09:00:00Z");
        world.renews().await;
        world.subscriber_asks("r", &licence, Wish::Resume).await.unwrap();
        assert_eq!(billed(&world, &licence).await[2], bill(5_000_000, 0, "", ""));
        world.subscriber_asks("c", &licence, Wish::Cancel).await.unwrap();
        world.it_is("2026-06-20T09:00:00Z");
        world.renews().await;
        let over = Wish::Country(None);
        let over = world.subscriber_asks("m3", &licence, over).await.unwrap_err();
        assert_eq!(over.code, "subscription_ended");
        assert_eq!(world.subscription(&licence).await.charge, None);
    }

    async fn the_quote_holds_what_it_said_whatever_is_set_before_it_is_bought(world: World) {
        world.taxes("DE", Some(ADDED)).await;
        let mia = world.buyer("Mia");
        let quote = mia.asks_for_pool_in("pool_5", &from("DE")).await.unwrap();
        world.taxes("DE", Some(Tax::Exclusive { bp: 5_000 })).await;
        let bought = mia.sends("k", &mia.order(&quote, &quote.options[0])).await.unwrap();
        assert_eq!(bought.licence.price.micros(), 5_950_000);
        assert_eq!(owed_to(&world, "de").await, 950_000);
    }

    async fn a_plan_beside_a_tracks_offers_is_priced_and_taxed_like_them(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        world.taxes("DE", Some(ADDED)).await;
        let ask = app::licensing::quote::Ask::Track {
            track: track.id.to_string(),
            wanted: Box::new(spec::world::monetised_short()),
            stem: None,
        };
        let (app, mut call) = (world.app(), world.call());
        let quote = app::licensing::quote::quote_in(app, &mut call, &ask, &from("DE")).await.unwrap();
        let pool = quote.options.iter().find(|option| option.is_pool()).unwrap();
        assert_eq!((pool.total_micros, pool.before_tax_micros), (5_950_000, 5_000_000));
        let mia = world.buyer("Mia");
        let bought = mia.sends("beside", &mia.order(&quote, pool)).await.unwrap();
        assert_eq!(billed(&world, &bought.licence).await[0].2, "DE");
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        assert_eq!(owed_to(&world, "de").await, 2 * 950_000);
    }

    async fn codes_and_other_currencies_are_refused_and_no_curator_has_a_part(world: World) {
        let mia = world.buyer("Mia");
        let euro = Circumstances {
            currency: Some(Currency::from_code("EUR").unwrap()),
            ..Circumstances::default()
        };
        let refused = mia.asks_for_pool_in("pool_5", &euro).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("unknown_currency", Some("currency")));
        let code = Circumstances { promo: Some("SPRING".into()), ..Circumstances::default() };
        let refused = mia.asks_for_pool_in("pool_5", &code).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("promo_not_applicable", Some("promo")));
        let via = Circumstances { via: Some("nobody".into()), ..Circumstances::default() };
        let quote = mia.asks_for_pool_in("pool_5", &via).await.unwrap();
        assert!(quote.options[0].deal.as_ref().unwrap().via.is_none());
    }

    async fn where_tax_leaves_less_than_a_use_nothing_is_sold_and_nothing_charged(world: World) {
        world.plan("tiny", 50, None, IdleRule::Share).await;
        world.taxes("DE", Some(WITHIN)).await;
        let licence = world.buyer("Mia").subscribes_from("DE", "tiny").await;
        let other = world.buyer("Lee").subscribes().await;
        // Half of fifty cents is tax: after the fee nothing is left of it.
        world.taxes("DE", Some(Tax::Inclusive { bp: 10_000 })).await;
        let refused = world.buyer("Eve").asks_for_pool_in("tiny", &from("DE")).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("plan_not_sold_there", Some("pool")));
        world.it_is("2026-04-02T09:00:00Z");
        let done = world.renews().await;
        assert_eq!((done.renewed, done.declined), (1, 1), "the others are renewed all the same");
        let shown = world.subscription(&licence).await;
        assert_eq!((shown.state.word(), shown.charge), ("past_due", None));
        assert_eq!(world.subscription(&other).await.state.word(), "active");
        // The operator mends it within the week.
        world.taxes("DE", Some(WITHIN)).await;
        world.it_is("2026-04-03T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 1);
        let shown = world.subscription(&licence).await;
        assert_eq!(shown.state.word(), "active");
        assert_eq!(shown.running.unwrap().cycle.end.to_string(), "2026-05-02T09:00:00.000Z");
        // One that rests can't go on there either.
        world.subscriber_asks("p", &licence, Wish::Pause).await.unwrap();
        world.it_is("2026-05-20T09:00:00Z");
        world.renews().await;
        world.taxes("DE", Some(Tax::Inclusive { bp: 10_000 })).await;
        let refused = world.subscriber_asks("r", &licence, Wish::Resume).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("plan_not_sold_there", Some("plan")));
        moves(&world, "m", &licence, Some("FR")).await;
        world.subscriber_asks("r2", &licence, Wish::Resume).await.unwrap();
    }
}
