//! What must hold for any figures.

use ledger::{Currency, Money, largest_remainder, share, telescope};
use proptest::collection::vec;
use proptest::prelude::*;

fn weights() -> impl Strategy<Value = Vec<u64>> {
    vec(0..=1_000_000_u64, 1..12).prop_filter("somebody", |w| w.iter().any(|one| *one > 0))
}

fn whole(parts: &[i64]) -> i128 {
    parts.iter().map(|part| i128::from(*part)).sum()
}

/// Shares every amount in turn: what each weight and the carry hold in the end.
fn run(amounts: &[i64], weights: &[u64]) -> (Vec<i64>, i64, i64) {
    let (mut held, mut carry, mut shared) = (vec![0; weights.len()], 0, 0);
    for amount in amounts {
        let event = telescope(shared, *amount, weights).unwrap();
        held.iter_mut()
            .zip(&event.parts)
            .for_each(|(sum, part)| *sum += part);
        carry += event.carry_delta;
        shared = event.shared_after;
    }
    (held, carry, shared)
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_whole(total: i64, weights in weights()) {
        prop_assert_eq!(whole(&largest_remainder(total, &weights).unwrap()), i128::from(total));
    }

    #[test]
    fn no_part_is_a_micro_unit_away_from_its_exact_share(total: i64, weights in weights()) {
        let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        for (part, weight) in largest_remainder(total, &weights).unwrap().iter().zip(&weights) {
            let off = i128::from(*part) * sum - i128::from(total) * i128::from(*weight);
            prop_assert!(off.abs() < sum, "{part} is off by {off}/{sum}");
        }
    }

    #[test]
    fn a_negative_total_mirrors_the_positive_one(total in 0..=i64::MAX, weights in weights()) {
        let mirrored: Vec<i64> =
            largest_remainder(total, &weights).unwrap().iter().map(|part| -part).collect();
        prop_assert_eq!(largest_remainder(-total, &weights).unwrap(), mirrored);
    }

    #[test]
    fn every_event_posts_exactly_its_amount(
        before in -1_000_000_000_000..1_000_000_000_000_i64,
        amount in -1_000_000_000..1_000_000_000_i64,
        weights in weights(),
    ) {
        let event = telescope(before, amount, &weights).unwrap();
        prop_assert_eq!(whole(&event.parts) + i128::from(event.carry_delta), i128::from(amount));
    }

    #[test]
    fn telescoping_never_drifts_by_a_micro_unit(
        amounts in vec(-5_000..100_000_i64, 1..60),
        weights in weights(),
    ) {
        let (held, carry, shared) = run(&amounts, &weights);
        let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        for (part, weight) in held.iter().zip(&weights) {
            let off = i128::from(*part) * sum - i128::from(shared) * i128::from(*weight);
            prop_assert!(off.abs() < sum);
        }
        prop_assert!(carry.unsigned_abs() < weights.len() as u64);
        prop_assert_eq!(carry, share::carry(shared, &weights).unwrap());
    }

    #[test]
    fn order_and_batching_make_no_difference(
        amounts in vec(0..100_000_i64, 1..40),
        weights in weights(),
        cut in 0..40_usize,
    ) {
        let all = run(&amounts, &weights);
        let reversed: Vec<i64> = amounts.iter().rev().copied().collect();
        prop_assert_eq!(&run(&reversed, &weights), &all);
        let (left, right) = amounts.split_at(cut.min(amounts.len()));
        let batches = [left.iter().sum(), right.iter().sum()];
        prop_assert_eq!(&run(&batches, &weights), &all);
    }

    #[test]
    fn taking_everything_back_leaves_nothing(
        amounts in vec(1..100_000_i64, 1..40),
        weights in weights(),
    ) {
        let undone: Vec<i64> = amounts.iter().copied().chain(amounts.iter().map(|a| -a)).collect();
        prop_assert_eq!(run(&undone, &weights), (vec![0; weights.len()], 0, 0));
    }

    #[test]
    fn closing_gives_everyone_their_largest_remainder(
        amounts in vec(0..100_000_i64, 1..40),
        weights in weights(),
    ) {
        let (held, carry, shared) = run(&amounts, &weights);
        let closing = share::close(shared, &weights).unwrap();
        prop_assert_eq!(whole(&closing), i128::from(carry));
        let last: Vec<i64> = held.iter().zip(&closing).map(|(h, c)| h + c).collect();
        prop_assert_eq!(last, largest_remainder(shared, &weights).unwrap());
    }

    #[test]
    fn what_was_reversed_closes_as_the_mirror_of_what_was_shared(
        shared in 0..1_000_000_000_000_000_i64,
        weights in weights(),
    ) {
        let there = share::close(shared, &weights).unwrap();
        let mirrored: Vec<i64> = there.iter().map(|part| -part).collect();
        prop_assert_eq!(share::close(-shared, &weights).unwrap(), mirrored);
        let carry = i128::from(share::carry(-shared, &weights).unwrap());
        prop_assert_eq!(carry, -whole(&there));
        prop_assert!(there.iter().all(|part| (0..=1).contains(part)));
    }

    #[test]
    fn every_amount_prints_and_reads_back(micros: i64, at in 0..Currency::all().len()) {
        let money = Money::new(micros, Currency::all()[at]);
        prop_assert_eq!(money.to_string().parse(), Ok(money));
        prop_assert_eq!(money.price_display().parse(), Ok(money));
    }

    #[test]
    fn flooring_keeps_the_rest_below_a_minor_unit(
        micros in i64::MIN / 2..i64::MAX / 2,
        at in 0..Currency::all().len(),
    ) {
        let money = Money::new(micros, Currency::all()[at]);
        let floored = money.floor_to_minor().unwrap();
        let rest = money.checked_sub(floored).unwrap().micros();
        prop_assert!((0..money.currency().minor_unit_micros()).contains(&rest));
        prop_assert_eq!(floored.floor_to_minor().unwrap(), floored);
    }
}
