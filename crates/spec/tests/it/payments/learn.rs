//! A message about a payment arrives, once, twice, late, or in another order.

use app::payments::{DisputeState, Facts};
use spec::on_both_engines;

use super::{PRICE, disputed, refunded, shared, sold, stands, track};

on_both_engines! {
    async fn every_order_of_messages_ends_in_one_ledger_and_one_licence(world: World) {
        let facts = [
            disputed("dp_1", DisputeState::Open, 2_000_000),
            disputed("dp_1", DisputeState::Won, 2_000_000),
            refunded(1_290_000),
            Facts { fee_returned: 140_000, ..refunded(2_580_000) },
        ];
        let track = track(&world).await;
        let mut ends = std::collections::BTreeSet::new();
        for order in orders(facts.len()) {
            let licence = sold(&world, &track).await;
            for (place, at) in order.iter().enumerate() {
                let event = format!("{}-{at}", licence.id);
                let heard = world.message(&licence, &event, &facts[*at]);
                assert!(world.hears(&heard).await.is_ok(), "{order:?} {place}");
                let twice = world.hears(&heard).await.unwrap();
                assert!(!twice.is_new, "{order:?} {place}");
            }
            let end = (world.moved_for(&licence).await, stands(&world, &licence).await);
            ends.insert(end);
        }
        assert_eq!(ends.len(), 1, "{ends:#?}");
    }

    async fn a_loss_that_comes_before_its_dispute_counts_as_a_loss(world: World) {
        let track = shared(&world).await;
        for lost_first in [false, true] {
            let licence = sold(&world, &track).await;
            let mut facts = [
                disputed("dp_1", DisputeState::Open, PRICE),
                disputed("dp_1", DisputeState::Lost, PRICE),
            ];
            if lost_first {
                facts.reverse();
            }
            for (n, facts) in facts.iter().enumerate() {
                let event = format!("{}-{n}", licence.id);
                world.hears(&world.message(&licence, &event, facts)).await.unwrap();
            }
            assert_eq!(stands(&world, &licence).await, "revoked");
            // The fee of the sale and that of the dispute are the store's.
            let moved = world.moved_for(&licence).await;
            let words: Vec<_> = moved.iter().map(|(a, m)| (a.as_str(), *m)).collect();
            assert_eq!(words, [("commission", -15_450_000), ("provider-fees", 15_450_000)]);
        }
    }

    async fn a_message_that_tells_less_than_is_known_changes_nothing(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        let later = world.message(&licence, "e2", &refunded(2_000_000));
        world.hears(&later).await.unwrap();
        let booked = world.everything_booked().await;
        let earlier = world.message(&licence, "e1", &refunded(1_000_000));
        assert!(!world.hears(&earlier).await.unwrap().is_new);
        assert_eq!(world.everything_booked().await, booked);
    }

    async fn a_message_that_can_not_be_true_is_refused_whole(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        let booked = world.everything_booked().await;
        let good = world.message(&licence, "e1", &refunded(1_000_000));
        let with = |change: &dyn Fn(&mut app::payments::learn::Heard)| {
            let mut heard = good.clone();
            change(&mut heard);
            heard
        };
        for (heard, code) in [
            (with(&|h| h.event = String::new()), "bad_event"),
            (with(&|h| h.reference = "lic_nobody".into()), "unknown_payment"),
            (with(&|h| h.currency = ledger::Currency::JPY), "other_currency"),
            (with(&|h| h.facts.captured = PRICE + 1), "bad_facts"),
            (with(&|h| h.facts.refunded = PRICE + 1), "bad_facts"),
            (with(&|h| h.facts.refunded = -1), "bad_facts"),
            (with(&|h| h.facts.fee_returned = i64::MAX), "bad_facts"),
            (with(&|h| h.facts = disputed("dp", DisputeState::Open, 0)), "bad_facts"),
            (with(&|h| h.facts = disputed("", DisputeState::Open, 1)), "bad_facts"),
        ] {
            assert_eq!(world.hears(&heard).await.unwrap_err().code, code);
        }
        assert_eq!(world.everything_booked().await, booked);
        world.hears(&good).await.unwrap();
        let other = world.message(&licence, "e1", &refunded(2_000_000));
        assert_eq!(world.hears(&other).await.unwrap_err().code, "event_reused");
    }

    async fn a_payee_whose_pay_was_taken_back_owes_it_and_later_earnings_fill_it_first(world: World) {
        let track = track(&world).await;
        let licence = sold(&world, &track).await;
        let earned = world.balance("payee").await;
        assert!(owing(&world).await.is_empty());
        // They were paid: what they had has left, by a hand on the database.
        let values = [earned.into()];
        world.must("update balances set amount_micros = amount_micros - $1 where account like 'payee:%'", &values).await;
        world.refunds(&licence, "r1", None).await.unwrap();
        assert_eq!(owing(&world).await, [("Ada Byron".to_owned(), earned)]);
        sold(&world, &track).await;
        assert!(owing(&world).await.is_empty());
        assert_eq!(world.balance("payee").await, 0);
        world.has_broken(&[
            "balances_equal_postings",
            "currencies_sum_to_zero",
            "earnings_equal_accounts",
        ]);
    }
}

async fn owing(world: &spec::World) -> Vec<(String, i64)> {
    let owing = app::payments::owing::owing(world.app()).await.unwrap();
    let one = |one: app::payments::owing::Owing| (one.name, one.owes.micros());
    owing.into_iter().map(one).collect()
}

/// Every order of so many places.
pub(super) fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer = all.iter().flat_map(|begun: &Vec<usize>| {
            let rest = (0..count).filter(|at| !begun.contains(at));
            rest.map(|at| [begun.as_slice(), &[at]].concat())
        });
        all = longer.collect();
    }
    all
}
