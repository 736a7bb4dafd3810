//! What else a sale divides: taxes by country, other currencies, promotion codes, curators, and
//! licences for nothing. All of it is frozen with the quote.

use app::App;
use app::deals::{Circumstances, curators, currencies, promos, taxes};
use app::licensing::buy::Purchase;
use app::licensing::quote::{Ask, Quote, quote_in};
use app::licensing::{Licence, QuotedOption};
use app::offers::Hand;
use domain::promo::Discount;
use domain::{AssetKind, Rates, Tax, Tier, Timestamp};
use ledger::{Currency, Money as Amount};
use spec::on_both_engines;
use spec::world::{Money, Music, Postings, Track, World, accepted, monetised_short, priced};

const EU: Rates = Rates {
    commission_bp: 3_000,
    reserve_bp: 500,
    provider_fee_bp: 150,
    provider_fee_fixed_micros: 250_000,
    tax: Tax::None,
};

on_both_engines! {
    async fn five_with_inclusive_tax_are_divided_as_the_golden_case_says_by_the_quotes_rates(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        taxed(&world, "GB", Some(Tax::Inclusive { bp: 2_000 })).await;
        let quote = asks_at(&world.at_other_rates(EU), &world, &track, from("GB")).await;
        // The store's own rates are others by now: the quote keeps its own.
        let licence = buys(&world, &quote, &cut(&quote)).await;
        assert_eq!(booked(&world, &licence).await, [
            posting("commission", 1_152_000),
            posting("payee Ada Byron", 2_553_600),
            posting("provider", -5_000_000),
            posting("provider-fees", 330_000),
            posting("reserve", 134_400),
            posting("tax", 830_000),
        ]);
        assert_eq!(world.balance("tax:gb").await, 830_000);
    }

    async fn nineteen_percent_within_five_are_eighty_cents(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        taxed(&world, "DE", Some(Tax::Inclusive { bp: 1_900 })).await;
        let quote = asks_at(&world.at_other_rates(EU), &world, &track, from("DE")).await;
        let option = cut(&quote);
        let line = option.tax_included.clone().unwrap();
        assert_eq!((line.label.as_str(), line.micros), ("Tax included (DE), 19.00 %", 800_000));
        let licence = buys(&world, &quote, &option).await;
        let lines = booked(&world, &licence).await;
        assert!(lines.contains(&posting("tax", 800_000)), "{lines:?}");
        assert!(lines.contains(&posting("payee Ada Byron", 2_573_550)), "{lines:?}");
    }

    async fn tax_that_is_added_is_a_line_and_is_charged(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        taxed(&world, "US", Some(Tax::Exclusive { bp: 825 })).await;
        let quote = asks(&world, &track, from("US")).await;
        let option = cut(&quote);
        assert_eq!(option.total_micros, 5_410_000);
        let last = option.lines.last().unwrap();
        assert_eq!((last.label.as_str(), last.micros), ("Tax (US), 8.25 %", 410_000));
        let licence = buys(&world, &quote, &option).await;
        assert_eq!(licence.price.micros(), 5_410_000);
        assert_eq!(world.balance("tax:us").await, 410_000);
    }

    async fn a_tax_counts_from_its_day_until_it_is_replaced_or_removed(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let tomorrow = world.now().plus_ms(86_400_000);
        set_tax(&world, "DE", Some(Tax::Exclusive { bp: 1_900 }), Some(tomorrow)).await;
        let total = async || cut(&asks(&world, &track, from("DE")).await).total_micros;
        assert_eq!(total().await, 5_000_000);
        world.days_pass(1);
        assert_eq!(total().await, 5_950_000);
        taxed(&world, "DE", Some(Tax::Exclusive { bp: 700 })).await;
        assert_eq!(total().await, 5_350_000);
        taxed(&world, "DE", None).await;
        assert_eq!(total().await, 5_000_000);
        assert_eq!(taxes::list(world.app(), world.now()).await.unwrap().len(), 3);
    }

    async fn a_tax_that_changes_after_the_quote_does_not_change_the_sale(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        taxed(&world, "DE", Some(Tax::Exclusive { bp: 1_900 })).await;
        let quote = asks(&world, &track, from("DE")).await;
        taxed(&world, "DE", Some(Tax::Exclusive { bp: 2_500 })).await;
        let licence = buys(&world, &quote, &cut(&quote)).await;
        assert_eq!(licence.price.micros(), 5_950_000);
        assert_eq!(world.balance("tax:de").await, 950_000);
    }

    async fn lines_of_the_tax_table_are_kept(world: World) {
        taxed(&world, "DE", Some(Tax::Inclusive { bp: 1_900 })).await;
        for sql in ["update tax_rates set bp = 1", "delete from tax_rates"] {
            assert!(world.is_kept_from(sql).await.contains("append-only"), "{sql}");
        }
    }

    async fn yen_have_no_decimals_and_stay_yen(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        sells_in(&world, "JPY", "150", (100, 20), 40_000_000).await;
        let asked = Circumstances { currency: Some(currency("JPY")), ..Circumstances::default() };
        let quote = asks(&world, &track, asked).await;
        let option = cut(&quote);
        // 5.00 at 150 are 750: to the step of 100 it is 800, less 20.
        assert_eq!((option.total_micros, option.currency.as_str()), (780_000_000, "JPY"));
        let licence = buys(&world, &quote, &option).await;
        // The fee: 2.9 % of 780 are 22.62, with 40 half up to the yen 63.
        let lines = booked(&world, &licence).await;
        assert!(lines.contains(&posting("provider-fees", 63_000_000)), "{lines:?}");
        world.buyer("Mia").buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let report = world.composer("Ada Byron").await.report().await;
        let balances: Vec<_> = report.balances.iter()
            .map(|money| (money.currency().code(), money.micros())).collect();
        // Net 717: commission 107.55, reserve 30.4725 of 609.45.
        assert_eq!(balances, [("JPY", 578_977_500), ("USD", 3_674_125)]);
        assert_eq!(report.balance.micros(), 3_674_125);
    }

    async fn dinars_have_three_decimals(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        sells_in(&world, "KWD", "0.3075", (1, 0), 90_000).await;
        let asked = Circumstances { currency: Some(currency("KWD")), ..Circumstances::default() };
        let quote = asks(&world, &track, asked).await;
        // 5 · 0.3075 are 1.5375: half up to the fils 1.538.
        assert_eq!(cut(&quote).total_micros, 1_538_000);
        buys(&world, &quote, &cut(&quote)).await;
    }

    async fn clip_time_bought_in_euros_earns_euros(world: World) {
        let track = world.track("Night Market").await;
        sells_in(&world, "EUR", "0.92", (10, 0), 250_000).await;
        let asked = Circumstances { currency: Some(currency("EUR")), ..Circumstances::default() };
        let ask = Ask::Bundle { plan: "bundle_10".into() };
        let quote = quote_in(world.app(), &mut world.call(), &ask, &asked).await.unwrap();
        assert_eq!(quote.options[0].total_micros, 9_200_000);
        let licence = buys(&world, &quote, &quote.options[0]).await;
        let used = world.used("e1", &licence, &track);
        accepted(world.reporter().await.reports(&used).await);
        let report = world.composer("Ada Byron").await.report().await;
        assert_eq!(report.balances.len(), 1);
        assert_eq!(report.balances[0].currency().code(), "EUR");
        assert!(report.balances[0].micros() > 0);
        assert_eq!(report.balance.micros(), 0);
    }

    async fn a_currency_that_is_not_sold_in_is_refused(world: World) {
        let track = world.track("Night Market").await;
        let asked = Circumstances { currency: Some(currency("GBP")), ..Circumstances::default() };
        assert_eq!(refused(&world, &track, asked).await, ("unknown_currency", "currency"));
    }

    async fn a_code_takes_its_part_off_and_everybodys_share_follows(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        makes(&world, "SPRING", Discount::Percent { bp: 2_000 }, Some(1)).await;
        let quote = asks(&world, &track, with_code("spring")).await;
        let option = cut(&quote);
        let line = option.lines.last().unwrap();
        assert_eq!((line.label.as_str(), line.micros), ("Promotion", -1_000_000));
        let licence = buys(&world, &quote, &option).await;
        assert_eq!(licence.price.micros(), 4_000_000);
        let lines = booked(&world, &licence).await;
        assert!(lines.contains(&posting("provider", -4_000_000)), "{lines:?}");
        assert_eq!(refused(&world, &track, with_code("SPRING")).await, ("promo_used_up", "promo"));
    }

    async fn a_code_that_does_not_hold_says_why(world: World) {
        let track = world.track("Night Market").await;
        let other = world.track("Other").await;
        assert_eq!(refused(&world, &track, with_code("NONE")).await, ("unknown_promo", "promo"));
        let day = 86_400_000;
        let wanted = promos::Wanted {
            from: Some(world.now().plus_ms(day)),
            until: Some(world.now().plus_ms(2 * day)),
            track: Some(track.id.to_string()),
            tier: Some(Tier::Creator),
            ..wanted("LATER", Discount::Percent { bp: 1_000 }, None)
        };
        promos::make(world.app(), &world.call(), Hand::Console, &wanted).await.unwrap();
        assert_eq!(refused(&world, &track, with_code("LATER")).await, ("promo_not_yet", "promo"));
        world.days_pass(1);
        let applies = asks(&world, &track, with_code("LATER")).await;
        let reduced = applies.options.iter().filter(|o| o.deal.as_ref().unwrap().promo.is_some());
        assert!(reduced.clone().count() > 0 && reduced.clone().all(|o| o.tier == "creator"));
        assert_eq!(
            refused(&world, &other, with_code("LATER")).await,
            ("promo_not_applicable", "promo")
        );
        world.days_pass(1);
        assert_eq!(refused(&world, &track, with_code("LATER")).await, ("promo_over", "promo"));
        makes(&world, "EUROS", Discount::Fixed(Amount::new(1_000_000, currency("EUR"))), None).await;
        assert_eq!(
            refused(&world, &track, with_code("EUROS")).await,
            ("promo_not_applicable", "promo")
        );
    }

    async fn sixty_four_buyers_at_once_use_ten_codes_ten_times(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        makes(&world, "TEN", Discount::Percent { bp: 1_000 }, Some(10)).await;
        let quote = asks(&world, &track, with_code("TEN")).await;
        let option = cut(&quote);
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..64 {
            let mia = world.buyer("Mia");
            let order = mia.order(&quote, &option);
            sent.spawn(async move { mia.sends(&format!("race-{n}"), &order).await });
        }
        let all = sent.join_all().await;
        let bought = all.iter().filter(|one| one.is_ok()).count();
        assert_eq!(bought, 10);
        let codes = all.iter().filter_map(|one| one.as_ref().err()).map(|refused| refused.code);
        assert!(codes.into_iter().all(|code| code == "promo_used_up"));
        assert_eq!((world.licences().await, world.payments().await), (10, 10));
    }

    async fn all_off_is_free_without_card_payment_or_journal(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        makes(&world, "GIFT", Discount::Percent { bp: 10_000 }, None).await;
        let quote = asks(&world, &track, with_code("GIFT")).await;
        let order = Purchase { card: String::new(), ..world.buyer("Mia").order(&quote, &cut(&quote)) };
        let licence = world.buyer("Mia").sends("gift", &order).await.unwrap().licence;
        assert_eq!(licence.price.micros(), 0);
        assert!(licence_key::verify(&licence.token, world.jwks()).is_ok());
        let counted = (world.payments().await, world.journals().await, world.licences().await);
        assert_eq!(counted, (0, 0, 1));
        let refused = world.buyer("Mia").asks_for_upgrade(&licence, &licence.grant).await;
        assert_eq!(refused.unwrap_err().code, "not_upgradable");
    }

    async fn a_tier_may_be_free_with_a_credit_and_no_other_way(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mut free = priced(Tier::Creator, AssetKind::Cut15, 0);
        free.credit = false;
        assert_eq!(world.puts("store", free.clone()).await.unwrap_err().code, "bad_template");
        free.credit = true;
        world.puts("store", free).await.unwrap();
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        let option = cut(&quote);
        assert_eq!(option.total_micros, 0);
        assert!(format!("{:?}", option.envelope.credit).contains("Required"));
        let licence = buys(&world, &quote, &option).await;
        assert_eq!(licence.price.micros(), 0);
        assert_eq!((world.payments().await, world.journals().await), (0, 0));
    }

    async fn a_curator_is_paid_out_of_the_commission(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        curates(&world, "night", 500).await;
        let quote = asks(&world, &track, via("night")).await;
        let licence = buys(&world, &quote, &cut(&quote)).await;
        assert_eq!(booked(&world, &licence).await, [
            posting("commission", 682_500 - 227_500),
            posting("payee Ada Byron", 3_674_125),
            posting("payee Cleo", 227_500),
            posting("provider", -5_000_000),
            posting("provider-fees", 450_000),
            posting("reserve", 193_375),
        ]);
        assert_eq!(world.composer("Cleo").await.balance().await, 227_500);
    }

    async fn a_curator_may_get_the_whole_commission_and_never_more(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        cleo_is_paid_here(&world).await;
        let call = world.call();
        let above = curators::add(
            world.app(), &call, Hand::Console, ("night", "Cleo"), 1_501,
        );
        assert!(above.await.is_err());
        curated(&world, "night", 1_500).await;
        let quote = asks(&world, &track, via("night")).await;
        buys(&world, &quote, &cut(&quote)).await;
        assert_eq!(world.balance("commission").await, 0);
        // The commission fell after the curator was made: they get what there is of it.
        let low = world.at_other_rates(Rates { commission_bp: 100, ..Rates::default() });
        let quote = asks_at(&low, &world, &track, via("night")).await;
        buys(&world, &quote, &cut(&quote)).await;
        assert_eq!(world.balance("commission").await, 0);
        assert_eq!(world.composer("Cleo").await.balance().await, 682_500 + 45_500);
    }

    async fn a_curators_clip_time_and_a_closed_or_unknown_curator(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        curates(&world, "night", 500).await;
        let ask = Ask::Bundle { plan: "bundle_10".into() };
        let quote = quote_in(world.app(), &mut world.call(), &ask, &via("night")).await.unwrap();
        buys(&world, &quote, &quote.options[0]).await;
        assert_eq!(world.composer("Cleo").await.balance().await, 470_500);
        curators::close(world.app(), &world.call(), Hand::Console, "night").await.unwrap();
        let quote = asks(&world, &track, via("night")).await;
        assert!(quote.options[0].deal.as_ref().unwrap().via.is_none());
        assert_eq!(refused(&world, &track, via("nobody")).await, ("unknown_curator", "via"));
    }

    async fn an_audit_sees_a_code_that_was_counted_wrongly(world: World) {
        makes(&world, "SPRING", Discount::Percent { bp: 2_000 }, Some(5)).await;
        let mut tx = world.app().db.write().await.unwrap();
        tx.run("update promos set used = 1", &[]).await.unwrap();
        tx.commit().await.unwrap();
        world.has_broken(&["promos_within_limits"]);
    }
}

fn posting(account: &str, micros: Money) -> (String, Money) {
    (account.to_owned(), micros)
}

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

fn from(country: &str) -> Circumstances {
    Circumstances {
        country: Some(country.parse().unwrap()),
        ..Circumstances::default()
    }
}

fn with_code(code: &str) -> Circumstances {
    Circumstances {
        promo: Some(code.into()),
        ..Circumstances::default()
    }
}

fn via(slug: &str) -> Circumstances {
    Circumstances {
        via: Some(slug.into()),
        ..Circumstances::default()
    }
}

async fn taxed(world: &World, country: &str, tax: Option<Tax>) {
    set_tax(world, country, tax, None).await;
}

async fn set_tax(world: &World, country: &str, tax: Option<Tax>, from: Option<Timestamp>) {
    let country = country.parse().unwrap();
    let call = world.call();
    let set = taxes::set(world.app(), &call, Hand::Console, country, tax, from);
    set.await.unwrap();
}

async fn sells_in(world: &World, code: &str, rate: &str, (step, less): (i64, i64), fee: i64) {
    let wanted = currencies::Wanted {
        currency: currency(code),
        rate,
        step_minor: step,
        less_minor: less,
        fee_fixed_micros: fee,
    };
    let call = world.call();
    let set = currencies::set(world.app(), &call, Hand::Console, wanted);
    set.await.unwrap();
}

fn wanted(code: &str, discount: Discount, limit: Option<u32>) -> promos::Wanted {
    promos::Wanted {
        code: code.into(),
        discount,
        from: None,
        until: None,
        limit,
        tier: None,
        track: None,
    }
}

async fn makes(world: &World, code: &str, discount: Discount, limit: Option<u32>) {
    let wanted = wanted(code, discount, limit);
    let call = world.call();
    let made = promos::make(world.app(), &call, Hand::Console, &wanted);
    made.await.unwrap();
}

async fn cleo_is_paid_here(world: &World) {
    world.compose(Music::titled("Own").by("Cleo")).await;
}

async fn curates(world: &World, slug: &str, share_bp: u32) {
    cleo_is_paid_here(world).await;
    curated(world, slug, share_bp).await;
}

async fn curated(world: &World, slug: &str, share_bp: u32) {
    let (app, call) = (world.app(), world.call());
    let made = curators::add(app, &call, Hand::Console, (slug, "Cleo"), share_bp);
    made.await.unwrap();
}

fn of_track(track: &Track) -> Ask {
    Ask::Track {
        track: track.id.to_string(),
        wanted: Box::new(monetised_short()),
        stem: None,
    }
}

async fn asks(world: &World, track: &Track, asked: Circumstances) -> Quote {
    asks_at(world.app(), world, track, asked).await
}

async fn asks_at(app: &App, world: &World, track: &Track, asked: Circumstances) -> Quote {
    let quote = quote_in(app, &mut world.call(), &of_track(track), &asked).await;
    quote.unwrap()
}

async fn refused(
    world: &World,
    track: &Track,
    asked: Circumstances,
) -> (&'static str, &'static str) {
    use app::{Refusal, Stop};
    match quote_in(world.app(), &mut world.call(), &of_track(track), &asked).await {
        Err(Stop::Refused(refusal)) => {
            let field = refusal.field().unwrap_or_default();
            let known = ["currency", "promo", "via"].into_iter();
            (
                refusal.code(),
                known.into_iter().find(|one| *one == field).unwrap_or("?"),
            )
        }
        other => panic!("{other:?}"),
    }
}

fn cut(quote: &Quote) -> QuotedOption {
    let creator = |o: &&QuotedOption| o.asset == AssetKind::Cut15 && o.tier == "creator";
    quote.options.iter().find(creator).unwrap().clone()
}

async fn buys(world: &World, quote: &Quote, option: &QuotedOption) -> Licence {
    let mia = world.buyer("Mia");
    let order = mia.order(quote, option);
    mia.sends(&format!("{}", quote.id), &order)
        .await
        .unwrap()
        .licence
}

async fn booked(world: &World, licence: &Licence) -> Postings {
    world.journal("sale", &licence.id.to_string()).await
}
