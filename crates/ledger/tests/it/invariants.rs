//! Each invariant holds for sound books and names what is wrong with broken ones.

use ledger::invariant::{
    Balance, Posting, Reference, balances_equal_postings, currencies_sum_to_zero,
    every_journal_balances, one_journal_per_source,
};

fn posting(journal: &'static str, account: &'static str, micros: i64) -> Posting<'static> {
    Posting {
        journal,
        account,
        currency: "USD",
        micros,
    }
}

fn balance(account: &'static str, micros: i64) -> Balance<'static> {
    Balance {
        account,
        currency: "USD",
        micros,
    }
}

fn subjects(breaches: &[ledger::Breach]) -> Vec<&str> {
    breaches
        .iter()
        .map(|breach| breach.subject.as_str())
        .collect()
}

#[test]
fn sound_books_have_no_breach() {
    let postings = [
        posting("j1", "a", 5),
        posting("j1", "b", -5),
        posting("j2", "a", 1),
        posting("j2", "c", -1),
    ];
    let balances = [balance("a", 6), balance("b", -5), balance("c", -1)];
    let reference = |journal, source| Reference {
        journal,
        kind: "sale",
        source,
    };
    assert_eq!(every_journal_balances(&postings), []);
    assert_eq!(currencies_sum_to_zero(&balances), []);
    assert_eq!(balances_equal_postings(&balances, &postings), []);
    assert_eq!(
        one_journal_per_source(&[reference("j1", "x"), reference("j2", "y")]),
        []
    );
}

#[test]
fn an_unbalanced_single_or_zero_line_is_named_by_its_journal() {
    let postings = [
        posting("uneven", "a", 5),
        posting("uneven", "b", -4),
        posting("zero", "a", 0),
        posting("zero", "b", 0),
        posting("single", "a", 1),
    ];
    let breaches = every_journal_balances(&postings);
    assert_eq!(
        subjects(&breaches),
        ["zero", "zero", "single", "single", "uneven"]
    );
    assert!(
        breaches[4].detail.contains("sum to 1 "),
        "{}",
        breaches[4].detail
    );
}

#[test]
fn currencies_do_not_make_up_for_each_other() {
    let euro = Balance {
        account: "b",
        currency: "EUR",
        micros: -5,
    };
    let breaches = currencies_sum_to_zero(&[balance("a", 5), euro]);
    assert_eq!(subjects(&breaches), ["EUR", "USD"]);
    let postings = [
        posting("j", "a", 5),
        Posting {
            currency: "EUR",
            ..posting("j", "b", -5)
        },
    ];
    assert_eq!(every_journal_balances(&postings).len(), 2);
}

#[test]
fn sums_beyond_an_amount_are_still_seen() {
    let breaches = currencies_sum_to_zero(&[balance("a", i64::MAX), balance("b", i64::MAX)]);
    assert!(
        breaches[0].detail.contains("18446744073709551614"),
        "{}",
        breaches[0].detail
    );
}

#[test]
fn a_cached_balance_that_drifts_is_missing_or_stands_twice_is_named() {
    let postings = [posting("j1", "a", 5), posting("j1", "b", -5)];
    let cases = [
        (vec![balance("a", 4), balance("b", -5)], vec!["a"]),
        (vec![balance("a", 5)], vec!["b"]),
        (
            vec![balance("a", 5), balance("b", -5), balance("ghost", 1)],
            vec!["ghost"],
        ),
        (
            vec![balance("a", 5), balance("a", 0), balance("b", -5)],
            vec!["a"],
        ),
        (
            vec![balance("a", 5), balance("b", -5), balance("idle", 0)],
            vec![],
        ),
    ];
    for (balances, named) in cases {
        assert_eq!(
            subjects(&balances_equal_postings(&balances, &postings)),
            named
        );
    }
}

#[test]
fn two_journals_of_one_source_are_named_together() {
    let reference = |journal, kind| Reference {
        journal,
        kind,
        source: "lic_1",
    };
    let rows = [
        reference("j1", "sale"),
        reference("j2", "refund"),
        reference("j3", "sale"),
    ];
    let breaches = one_journal_per_source(&rows);
    assert_eq!(subjects(&breaches), ["sale lic_1"]);
    assert!(breaches[0].detail.contains("j1, j3"));
}
