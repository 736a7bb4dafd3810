//! Where the rules of a sale meet those of what comes after it: refunds, advances, splits,
//! payouts, papers.

use app::billing::invoice;
use app::deals::{Circumstances, curators, currencies, promos};
use app::licensing::quote::{Ask, quote_in};
use app::licensing::{Licence, claim};
use app::offers::Hand;
use app::payments::refund::Wanted;
use app::payouts::Destination;
use app::statements::{check, show as statement};
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use domain::promo::Discount;
use domain::{AssetKind, Tier};
use ledger::Currency;
use spec::on_both_engines;
use spec::world::{Music, Track, World, accepted, monetised_short, priced, shared};

const USD: Currency = Currency::USD;

on_both_engines! {
    async fn a_licence_that_cost_nothing_is_claimed_without_an_invoice(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let licence = for_nothing(&world, &track).await;
        let claimed = claim::claim(world.app(), &world.call(), licence.id).await;
        assert!(claimed.is_ok(), "{:?}", claimed.err());
        assert_eq!(invoices(&world).await, 0);
    }

    async fn only_the_giver_of_clip_time_has_an_invoice(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let gift = world.gives(&licence, "g1", 100).await.unwrap();
        let theirs = world.takes_gift(&gift.token, "A client").await.unwrap();
        let _ = invoice::invoice(world.app(), &world.call(), theirs.id).await;
        assert_eq!(invoices(&world).await, 1);
    }

    async fn what_a_curator_earns_pays_back_their_advance_and_a_refund_undoes_just_that(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        curates(&world, "night", "Cleo").await;
        let cleo = world.composer("Cleo").await;
        world.grants("Cleo", 1_000_000, "contract 1").await.unwrap();
        let licence = sold(&world, &track, via("night")).await;
        assert_eq!(world.advance_account(cleo.payee).await, 227_500 - 1_000_000);
        world.refunds(&licence, "r1", None).await.unwrap();
        assert_eq!(world.advance_account(cleo.payee).await, -1_000_000);
        sold(&world, &track, via("night")).await;
        assert_eq!(world.advance_account(cleo.payee).await, 227_500 - 1_000_000);
        assert_eq!(cleo.balance().await, 1_000_000);
        cleo.statement("2026").await;
    }

    async fn a_curator_who_is_on_the_sheet_gives_back_both_parts(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        curates(&world, "night", "Ada Byron").await;
        let ada = world.composer("Ada Byron").await;
        let licence = sold(&world, &track, via("night")).await;
        assert_eq!(ada.balance().await, 3_674_125 + 227_500);
        world.refunds(&licence, "r1", Some(2_500_000)).await.unwrap();
        world.refunds(&licence, "r2", None).await.unwrap();
        assert_eq!(ada.balance().await, 0);
        ada.statement("2026").await;
    }

    async fn what_pays_back_an_advance_owes_nothing_while_the_earning_is_held(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        world.days_pass(30);
        world.grants("Ada Byron", 3_000_000, "contract 1").await.unwrap();
        sold(&world, &track, Circumstances::default()).await;
        let stands = world.stands(ada.payee, USD).await.balance;
        assert_eq!((stands.pending, stands.available), (674_125, 3_000_000));
        world.days_pass(30);
        let stands = world.stands(ada.payee, USD).await.balance;
        assert_eq!((stands.pending, stands.available), (0, 3_674_125));
    }

    async fn what_was_given_back_of_a_licence_is_no_credit_for_its_upgrade(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.buyer("Mia");
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let early = mia.asks_for_upgrade(&cut, &cut.grant).await.unwrap();
        world.refunds(&cut, "r1", Some(4_000_000)).await.unwrap();
        let late = mia.sends("late", &mia.order(&early, &early.options[0])).await;
        assert_eq!(late.unwrap_err().code, "quote_expired");
        let mix = mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!(mix.price.micros(), 14_000_000);
        // What is given back of the first later on counts against the one after it too.
        world.refunds(&mix, "r2", Some(7_000_000)).await.unwrap();
        let brand = mia.asks_for_upgrade(&mix, &mix.grant).await.unwrap();
        let brand = brand.options.iter().find(|one| one.tier == "business").unwrap();
        assert_eq!(brand.total_micros, 60_000_000 - 7_000_000 - 1_000_000);
    }

    async fn an_exclusive_licence_that_is_given_back_frees_its_track(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let template = domain::Template {
            tier: "exclusive".parse().unwrap(),
            exclusive_months: Some(6),
            ..priced(Tier::Business, AssetKind::FullMix, 50_000)
        };
        world.puts(&world.reach_of(&track).0, template).await.unwrap();
        let mia = world.buyer("Mia");
        let quote = mia.quotes(&track, monetised_short()).await;
        let option = quote.options.iter().find(|one| one.tier == "exclusive").unwrap();
        let alone = mia.sends("alone", &mia.order(&quote, option)).await.unwrap().licence;
        world.refunds(&alone, "r1", Some(1_000_000)).await.unwrap();
        let ask = of(&track);
        assert!(quote_in(world.app(), &mut world.call(), &ask, &Circumstances::default()).await.is_err());
        world.refunds(&alone, "r2", None).await.unwrap();
        sold(&world, &track, Circumstances::default()).await;
    }

    async fn a_promotion_that_is_given_back_stays_used(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        promotes(&world, "HALF", 5_000).await;
        let licence = sold(&world, &track, with_code("HALF")).await;
        world.refunds(&licence, "r1", Some(1_250_000)).await.unwrap();
        world.refunds(&licence, "r2", None).await.unwrap();
        assert_eq!(world.balance("payee").await, 0);
        let notes = world.credit_notes_of(&licence).await;
        assert_eq!(notes.iter().map(|note| note.money.micros()).sum::<i64>(), 2_500_000);
    }

    async fn a_reserve_in_yen_is_released_paid_out_and_clawed_back_in_yen(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        sells_in(&world, "JPY", "150", 40_000_000).await;
        let yen = Currency::from_code("JPY").unwrap();
        let asked = Circumstances { currency: Some(yen), ..Circumstances::default() };
        world.sets_payout_rules(|rules| {
            rules.two_people_above_micros.insert("JPY".into(), 50_000_000_000);
            rules.daily_cap_micros.insert("JPY".into(), 1_000_000_000_000);
            for rail in rules.rails.values_mut() {
                rail.minimum_micros.insert("JPY".into(), 100_000_000);
                rail.fee_fixed_micros.insert("JPY".into(), 0);
            }
        }).await.unwrap();
        let licence = sold(&world, &track, asked).await;
        let ada = world.composer("Ada Byron").await;
        world.pays_to(ada.payee, Destination::Manual { note: "cash".into() }, "ada@example.com").await.unwrap();
        let terms = (14, ledger::Money::new(0, yen), Schedule::OnRequest);
        app::payouts::terms::set(world.app(), &world.call(), Hand::Console, ada.payee, terms).await.unwrap();
        world.days_pass(200);
        assert_eq!(world.releases_reserves().await, 1);
        world.days_pass(20);
        let stands = world.stands(ada.payee, yen).await.balance;
        assert!(stands.available > 0 && stands.pending == 0, "{stands:?}");
        let payout = world.asks_to_be_paid(ada.payee, yen).await.unwrap();
        assert_eq!(payout.amount.micros() % 1_000_000, 0);
        world.sends_payouts(Rail::Manual, yen).await.unwrap();
        world.reads_results(&format!("payout,state\n{},paid\n", payout.id)).await.unwrap();
        let payment = world.payment_of(&licence).await;
        let wanted = Wanted { payment, amount: None, reason: "by mistake".into() };
        world.refunds_as_said("r1", &wanted).await.unwrap();
        let stands = world.stands(ada.payee, yen).await.balance;
        assert_eq!(stands.available, -payout.amount.micros());
        let wanted = statement::Wanted { payee: ada.payee, period: "2026".parse().unwrap(), currency: yen };
        let statement = statement::statement(world.app(), &world.call(), &wanted).await;
        let statement = statement.unwrap();
        check(&statement).unwrap();
        assert_eq!(statement.closing.payee_micros, stands.available);
    }

    async fn a_split_that_changes_while_money_is_held_leaves_it_to_whose_it_was(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let licence = sold(&world, &track, Circumstances::default()).await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &bundle, &track).lasting(7_000)).await);
        world.has_agreed(shared(&track, &[("Ada Byron", 333_333), ("Ben <b@example.org>", 666_667)])).await;
        world.minutes_pass(1);
        accepted(reporter.reports(&world.used("e2", &bundle, &track).lasting(7_000)).await);
        let second = sold(&world, &track, Circumstances::default()).await;
        world.has_agreed(shared(&track, &[("Ben", 1_000_000)])).await;
        world.days_pass(200);
        assert_eq!(world.releases_reserves().await, 2);
        world.refunds(&second, "r2", Some(1_230_000)).await.unwrap();
        world.registers("Ben").await;
        world.refunds(&second, "r3", None).await.unwrap();
        world.refunds(&licence, "r1", None).await.unwrap();
        world.days_pass(200);
        world.bundles_expire().await;
        for name in ["Ada Byron", "Ben"] {
            let statement = world.composer(name).await.statement("2026").await;
            assert_eq!(statement.closing.escrow_micros, 0);
            world.composer(name).await.statement_files("2026").await;
        }
    }
}

async fn invoices(world: &World) -> i64 {
    let mut tx = world.app().db.read().await.unwrap();
    let row = tx.one("select count(*) as n from invoices", &[]).await;
    row.unwrap().int("n").unwrap()
}

fn of(track: &Track) -> Ask {
    Ask::Track {
        track: track.id.to_string(),
        wanted: Box::new(monetised_short()),
        stem: None,
    }
}

fn via(slug: &str) -> Circumstances {
    Circumstances {
        via: Some(slug.into()),
        ..Circumstances::default()
    }
}

fn with_code(code: &str) -> Circumstances {
    Circumstances {
        promo: Some(code.into()),
        ..Circumstances::default()
    }
}

/// One more fifteen-second cut, in these circumstances.
async fn sold(world: &World, track: &Track, asked: Circumstances) -> Licence {
    let quote = quote_in(world.app(), &mut world.call(), &of(track), &asked).await;
    let quote = quote.unwrap();
    let cut = |one: &&app::licensing::QuotedOption| {
        one.asset == AssetKind::Cut15 && one.tier == "creator"
    };
    let option = quote.options.iter().find(cut).unwrap();
    let mia = world.buyer("Mia");
    let key = world.licences().await.to_string();
    let bought = mia.sends(&key, &mia.order(&quote, option)).await;
    bought.unwrap().licence
}

async fn promotes(world: &World, code: &str, bp: u32) {
    let wanted = promos::Wanted {
        code: code.into(),
        discount: Discount::Percent { bp },
        from: None,
        until: None,
        limit: None,
        tier: None,
        track: None,
    };
    let made = promos::make(world.app(), &world.call(), Hand::Console, &wanted).await;
    made.unwrap();
}

/// A licence with all of its price taken off.
async fn for_nothing(world: &World, track: &Track) -> Licence {
    promotes(world, "GIFT", 10_000).await;
    sold(world, track, with_code("GIFT")).await
}

async fn curates(world: &World, slug: &str, name: &str) {
    if name == "Cleo" {
        world.compose(Music::titled("Own").by(name)).await;
    }
    let (app, call) = (world.app(), world.call());
    let made = curators::add(app, &call, Hand::Console, (slug, name), 500).await;
    made.unwrap();
}

async fn sells_in(world: &World, code: &str, rate: &str, fee: i64) {
    let wanted = currencies::Wanted {
        currency: Currency::from_code(code).unwrap(),
        rate,
        step_minor: 1,
        less_minor: 0,
        fee_fixed_micros: fee,
    };
    let set = currencies::set(world.app(), &world.call(), Hand::Console, wanted).await;
    set.unwrap();
}
