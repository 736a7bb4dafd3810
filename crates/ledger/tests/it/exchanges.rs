//! Exchanges: the stated rate, two balanced journals, and a residue that is never lost.

use ledger::exchange::{EXCHANGE_BOUGHT, EXCHANGE_SOLD, Parties, gather};
use ledger::{AccountId, ArithmeticError, Currency, ExchangeError, Money, Rate, RateError};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

fn dollars_to_euros() -> Rate {
    Rate::from_decimal(Currency::USD, Currency::EUR, "0.92731").unwrap()
}

fn usd(micros: i64) -> Money {
    Money::new(micros, Currency::USD)
}

fn parties() -> Parties {
    let account = |name: &str| AccountId::new(name).unwrap();
    Parties {
        owner: account("payee:a"),
        desk: account("exchange"),
    }
}

#[test]
fn fx_an_exchange_buys_and_keeps_its_residue_as_stated() {
    let all: Value = serde_json::from_str(include_str!("../golden-money.json")).unwrap();
    assert_eq!(dollars_to_euros().fraction(), (92_731, 100_000));
    for row in all["FX"].as_array().unwrap() {
        let done = dollars_to_euros()
            .exchange(usd(row["usd"].as_i64().unwrap()))
            .unwrap();
        assert_eq!(row["eur"], done.bought.micros(), "{row}");
        assert_eq!(row["residue_num"], done.residue, "{row}");
        assert_eq!(done.bought.currency(), Currency::EUR);
    }
}

#[test]
fn an_exchange_is_two_balanced_journals_that_meet_at_the_desk() {
    let done = dollars_to_euros().exchange(usd(12_345_678)).unwrap();
    let journals = done.journals("fx_1", &parties()).unwrap();
    let seen: Vec<(&str, Vec<(&str, i64)>)> = journals
        .iter()
        .map(|journal| {
            let lines = journal.lines().iter();
            let lines = lines.map(|line| (line.account.as_str(), line.money.micros()));
            (journal.kind(), lines.collect())
        })
        .collect();
    let sold = vec![("exchange", 12_345_678), ("payee:a", -12_345_678)];
    let bought = vec![("exchange", -11_448_270), ("payee:a", 11_448_270)];
    assert_eq!(seen, [(EXCHANGE_SOLD, sold), (EXCHANGE_BOUGHT, bought)]);
    assert!(
        journals[0]
            .memo()
            .contains("at 92731/100000, residue 66618/100000")
    );
}

#[test]
fn what_buys_less_than_a_micro_unit_is_all_residue() {
    let done = dollars_to_euros().exchange(usd(1)).unwrap();
    assert_eq!(done.journals("fx_1", &parties()).unwrap().len(), 1);
    let twice = gather(&[done, done]).unwrap();
    assert_eq!((twice[0].whole, twice[0].rest), (1, 85_462));
}

#[test]
fn residues_of_different_denominators_are_gathered_apart() {
    let thirds = Rate::new(Currency::USD, Currency::EUR, 1, 3).unwrap();
    let done = [
        thirds.exchange(usd(2)).unwrap(),
        dollars_to_euros().exchange(usd(1)).unwrap(),
        thirds.exchange(usd(2)).unwrap(),
    ];
    let seen: Vec<(i64, i64, i64)> = gather(&done)
        .unwrap()
        .iter()
        .map(|one| (one.denominator, one.whole, one.rest))
        .collect();
    assert_eq!(seen, [(3, 1, 1), (100_000, 0, 92_731)]);
}

#[test]
fn what_is_no_rate_or_cannot_be_sold_is_refused() {
    let rate = |text| Rate::from_decimal(Currency::USD, Currency::EUR, text);
    for text in [
        "",
        ".",
        "1.",
        ".5",
        "-1",
        "1e3",
        "0,9",
        "0.1234567891",
        "99999999999999999999",
    ] {
        assert_eq!(rate(text), Err(RateError::Form), "{text:?}");
    }
    for text in ["0", "0.000"] {
        assert_eq!(rate(text), Err(RateError::NotPositive), "{text:?}");
    }
    let same = Rate::new(Currency::EUR, Currency::EUR, 1, 1);
    assert_eq!(same, Err(RateError::SameCurrency(Currency::EUR)));
    let euros = Money::new(5, Currency::EUR);
    let wrong = ExchangeError::WrongCurrency {
        rate: Currency::USD,
        amount: Currency::EUR,
    };
    assert_eq!(dollars_to_euros().exchange(euros), Err(wrong));
    for micros in [0, -1, i64::MIN] {
        let refused = dollars_to_euros().exchange(usd(micros));
        assert_eq!(refused, Err(ExchangeError::NotPositive));
    }
    let dear = Rate::new(Currency::USD, Currency::EUR, 2, 1).unwrap();
    let overflow = Err(ExchangeError::Arithmetic(ArithmeticError::Overflow));
    assert_eq!(dear.exchange(usd(i64::MAX)), overflow);
    let mut alone = parties();
    alone.desk = alone.owner.clone();
    let done = dollars_to_euros().exchange(usd(100)).unwrap();
    assert!(done.journals("fx_1", &alone).is_err());
    assert!(done.journals("", &parties()).is_err());
}

proptest! {
    #[test]
    fn bought_and_gathered_residues_are_exactly_what_the_rate_says(
        amounts in vec(1..1_000_000_000_000_i64, 1..30),
        numerator in 1..10_000_000_i64,
        denominator in 1..10_000_000_i64,
    ) {
        let rate = Rate::new(Currency::USD, Currency::EUR, numerator, denominator).unwrap();
        let done: Vec<_> = amounts.iter().map(|a| rate.exchange(usd(*a)).unwrap()).collect();
        let bought: i128 = done.iter().map(|one| i128::from(one.bought.micros())).sum();
        let left = gather(&done).unwrap()[0];
        prop_assert!((0..denominator).contains(&left.rest));
        let held = (bought + i128::from(left.whole)) * i128::from(denominator)
            + i128::from(left.rest);
        let sold: i128 = amounts.iter().map(|a| i128::from(*a)).sum();
        prop_assert_eq!(held, sold * i128::from(numerator));
    }

    #[test]
    fn there_and_back_at_one_rate_never_gains(
        micros in 1..1_000_000_000_000_i64,
        numerator in 1..1_000_000_i64,
        denominator in 1..1_000_000_i64,
    ) {
        let there = Rate::new(Currency::USD, Currency::EUR, numerator, denominator).unwrap();
        let back = Rate::new(Currency::EUR, Currency::USD, denominator, numerator).unwrap();
        let bought = there.exchange(usd(micros)).unwrap().bought;
        if bought.micros() > 0 {
            prop_assert!(back.exchange(bought).unwrap().bought.micros() <= micros);
        }
    }
}
