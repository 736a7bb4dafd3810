//! What a subscriber pays has its invoice, each payment its own; what is given back of it, its
//! credit notes.

use std::collections::BTreeSet;

use app::Rates;
use app::Tax;
use app::billing::Kind;
use app::payments::dispute::Act;
use app::subscriptions::change::Wish;
use domain::pool::IdleRule;
use spec::on_both_engines;
use spec::world::{Carried, ONCE, World};

/// What is told of a licence's invoices: number, what was sold, plan, from, until, total.
async fn told(world: &World, licence: &app::licensing::Licence) -> Vec<String> {
    let invoices = world.invoices_of(licence).await;
    let one = |invoice: &app::billing::invoice::Invoice| {
        let period = invoice.period.as_ref().unwrap();
        let plan = period.plan.as_deref().unwrap_or("?");
        let (from, until) = (period.from.day(), period.until.day());
        let (number, kind) = (&invoice.number, invoice.kind.word());
        format!(
            "{number} {kind} {plan} {from} {until} {}",
            invoice.total.price_display()
        )
    };
    invoices.iter().map(one).collect()
}

/// A subscription with a sign-up, a dearer plan and a renewal.
async fn upgraded(world: &World) -> app::licensing::Licence {
    world.plan("big", 2_000, None, IdleRule::Share).await;
    let licence = world.buyer("Mia").subscribes().await;
    world.it_is("2026-03-17T21:00:00Z");
    world
        .subscriber_asks("k", &licence, Wish::Plan("big".into()))
        .await
        .unwrap();
    world.it_is("2026-04-02T09:00:00Z");
    assert_eq!(world.renews().await.renewed, 1);
    licence
}

on_both_engines! {
    async fn each_payment_has_its_own_invoice_with_plan_period_and_price(world: World) {
        let licence = upgraded(&world).await;
        let wanted = [
            "2026-0001 sign_up pool_5 2026-03-02 2026-04-02 5.00 USD",
            "2026-0002 plan_change big 2026-03-17 2026-04-02 7.50 USD",
            "2026-0003 renewal big 2026-04-02 2026-05-02 20.00 USD",
        ];
        assert_eq!(told(&world, &licence).await, wanted);
        let labels: Vec<_> = world.invoices_of(&licence).await.into_iter().map(|i| i.lines[0].label.clone()).collect();
        assert_eq!(labels, ["Rotating library, a month", "A plan, the rest of the month", "A plan, a month"]);
        world.days_pass(400);
        assert_eq!(told(&world, &licence).await, wanted, "nothing of them changes");
    }

    async fn going_on_after_a_pause_has_an_invoice_and_a_declined_card_draws_no_number(world: World) {
        let rests = world.buyer("Mia").subscribes().await;
        let broke = world.buyer("Eve").subscribes_to("pool_5", ONCE).await;
        world.subscriber_asks("k1", &rests, Wish::Pause).await.unwrap();
        world.it_is("2026-04-20T10:00:00Z");
        assert_eq!(world.renews().await.renewed, 0);
        assert_eq!(told(&world, &broke).await.len(), 1);
        for _ in 0..2 {
            world.subscriber_asks("k2", &rests, Wish::Resume).await.unwrap();
        }
        assert_eq!(told(&world, &rests).await[1..], ["2026-0003 renewal pool_5 2026-04-20 2026-05-20 5.00 USD"]);
    }

    async fn an_invoice_states_the_tax_of_its_own_day(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        let added = Rates { tax: Tax::Exclusive { bp: 2_000 }, ..Rates::default() };
        let store = world.reopened_at(added).await;
        store.it_is("2026-04-02T09:00:00Z");
        assert_eq!(store.renews().await.renewed, 1);
        let within = Rates { tax: Tax::Inclusive { bp: 2_500 }, ..Rates::default() };
        let store = store.reopened_at(within).await;
        store.it_is("2026-05-02T09:00:00Z");
        assert_eq!(store.renews().await.renewed, 1);
        let invoices = world.invoices_of(&licence).await;
        let figures = |i: &app::billing::invoice::Invoice| (i.total.micros(), i.net().micros(), i.tax.micros(), i.lines.len());
        let figures: Vec<_> = invoices.iter().map(figures).collect();
        assert_eq!(figures, [
            (5_000_000, 5_000_000, 0, 1),
            (6_000_000, 5_000_000, 1_000_000, 2),
            (5_000_000, 4_000_000, 1_000_000, 1),
        ]);
        assert_eq!(invoices[1].lines[1].label, "Tax, 20.00 %");
        let words = invoices[2].tax_included.as_ref().map(|line| line.label.as_str());
        assert_eq!(words, Some("Tax included, 25.00 %"));
        let paid = world.payments_of(&licence).await;
        store.refunds_payment(paid[1], "r1", Some(3_000_000)).await.unwrap();
        let notes = world.credit_notes_of(&licence).await;
        assert_eq!((notes[0].money.micros(), notes[0].tax.micros()), (3_000_000, 500_000));
    }

    async fn renewals_and_sales_in_a_crowd_leave_no_gap(world: World) {
        let track = world.track("Night Market").await;
        for _ in 0..4 {
            world.buyer("Mia").subscribes().await;
        }
        world.it_is("2026-04-02T09:00:00Z");
        let mut crowd = tokio::task::JoinSet::new();
        for n in 0..6 {
            let (world, track) = (world.clone(), track.id);
            crowd.spawn(async move {
                if n % 2 == 0 {
                    world.renews().await;
                } else {
                    let track = spec::world::Track { id: track, title: "Night Market".into() };
                    let (asset, tier) = (domain::AssetKind::FullMix, domain::Tier::Creator);
                    world.buyer("Eve").buys(&track, asset, tier).await;
                }
            });
        }
        crowd.join_all().await;
        assert_eq!(world.payments().await, 4 + 4 + 3);
        assert_eq!(world.invoice_numbers().await, (1..=11).collect::<BTreeSet<_>>());
    }

    async fn what_is_given_back_in_steps_refers_to_the_invoice_it_was_paid_by(world: World) {
        let licence = upgraded(&world).await;
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[2], "r1", Some(1_000_000)).await.unwrap();
        world.refunds_payment(paid[1], "r2", Some(2_500_000)).await.unwrap();
        world.refunds_payment(paid[2], "r3", Some(2_000_000)).await.unwrap();
        world.disputes_payment(paid[1], Act::Open(Some(1_000_000))).await.unwrap();
        assert_eq!(world.credit_notes_of(&licence).await.len(), 3, "it may yet be won");
        world.disputes_payment(paid[1], Act::Lost).await.unwrap();
        let notes = world.credit_notes_of(&licence).await;
        let told: Vec<_> = notes.iter().map(|n| (n.number.as_str(), n.invoice.as_str(), n.money.micros(), n.kind)).collect();
        assert_eq!(told, [
            ("CN-2026-0001", "2026-0003", 1_000_000, Kind::Renewal),
            ("CN-2026-0002", "2026-0002", 2_500_000, Kind::PlanChange),
            ("CN-2026-0003", "2026-0003", 2_000_000, Kind::Renewal),
            ("CN-2026-0004", "2026-0002", 1_000_000, Kind::PlanChange),
        ]);
        assert_eq!(notes[0].reason, "it was not used");
    }

    async fn a_dispute_of_a_renewal_that_is_won_has_no_credit_note(world: World) {
        let licence = upgraded(&world).await;
        let paid = world.payments_of(&licence).await;
        world.disputes_payment(paid[2], Act::Open(None)).await.unwrap();
        world.disputes_payment(paid[2], Act::Won).await.unwrap();
        assert_eq!(world.credit_notes_of(&licence).await, []);
        world.refunds_payment(paid[2], "r1", None).await.unwrap();
        let notes = world.credit_notes_of(&licence).await;
        assert_eq!((notes.len(), notes[0].money.micros()), (1, 20_000_000));
    }

    async fn a_store_of_an_earlier_build_keeps_its_invoices_and_is_owed_the_others(world: World) {
        let wanted = Carried {
            invoices: vec![
                (1, 1, "licence".into(), None, 5_000_000),
                (3, 2, "sign_up".into(), Some("pool_5".into()), 5_000_000),
            ],
            owed: vec![(2, 2), (4, 3)],
        };
        assert_eq!(world.carried_over().await, wanted);
    }

    async fn what_an_earlier_build_owes_is_made_once_with_the_credit_notes_it_lacks(world: World) {
        let licence = upgraded(&world).await;
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[2], "r1", Some(1_000_000)).await.unwrap();
        world.refunds_payment(paid[2], "r2", Some(2_000_000)).await.unwrap();
        let before = world.invoices_of(&licence).await;
        assert_eq!(world.forgets_the_latest_invoice(&licence).await, paid[2]);
        assert!(world.breaches().await.is_empty(), "what is owed breaks nothing");
        world.days_pass(1);
        // A refund that comes first makes all of it, each step with a note of its own.
        world.refunds_payment(paid[2], "r3", Some(4_000_000)).await.unwrap();
        let after = world.invoices_of(&licence).await;
        assert_eq!(after[..2], before[..2]);
        assert_eq!((after[2].number.as_str(), &after[2].lines), ("2026-0003", &before[2].lines));
        let notes = world.credit_notes_of(&licence).await;
        let told: Vec<_> = notes.iter().map(|n| (n.money.micros(), n.reason.as_str())).collect();
        let back = "the payment was given back";
        assert_eq!(told, [(1_000_000, back), (2_000_000, back), (4_000_000, "it was not used")]);
        assert_eq!(world.makes_owed_invoices().await, 0);
    }

    async fn the_upkeep_makes_what_is_owed_however_many_ask_at_once(world: World) {
        let licence = upgraded(&world).await;
        let other = world.buyer("Eve").subscribes().await;
        world.forgets_the_latest_invoice(&other).await;
        world.forgets_the_latest_invoice(&licence).await;
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let world = world.clone();
            crowd.spawn(async move { world.makes_owed_invoices().await });
        }
        assert_eq!(crowd.join_all().await.iter().sum::<usize>(), 2);
        assert_eq!(world.invoice_numbers().await, (1..=4).collect::<BTreeSet<_>>());
        let own = world.invoices_of(&other).await;
        assert_eq!((own.len(), own[0].kind), (1, Kind::SignUp));
    }

    async fn a_payment_whose_invoice_is_lost_or_says_something_else_is_named(world: World) {
        let licence = upgraded(&world).await;
        let paid = world.payments_of(&licence).await;
        let named = [("sales_have_their_invoice", paid[2].to_string())];
        for (column, wrong, right) in [
            ("gross_micros", 19_000_000, 20_000_000),
            ("tax_micros", 1, 0),
        ] {
            world.rewrites_the_invoice(paid[2], column, wrong).await;
            assert_eq!(world.breaches().await, named, "{column}");
            world.rewrites_the_invoice(paid[2], column, right).await;
            assert!(world.breaches().await.is_empty(), "{column}");
        }
        world.loses_the_invoice(paid[2]).await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["invoice_numbers_have_no_gaps", "sales_have_their_invoice"]);
        world.has_broken(&names);
    }

    async fn credit_notes_that_are_over_something_else_than_went_back_are_named(world: World) {
        let licence = upgraded(&world).await;
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[1], "r1", Some(2_500_000)).await.unwrap();
        world.adds_to_credit_notes(10_000).await;
        let named = [("credit_notes_sum_to_refunds", paid[1].to_string())];
        assert_eq!(world.breaches().await, named);
        world.has_broken(&["credit_notes_sum_to_refunds"]);
    }
}
