//! Named invariants of a ledger, each one pure predicate over plain rows.
//!
//! The same predicates serve property tests, the end of every scenario, the `audit` command and
//! metrics. An empty answer means that the invariant holds; otherwise each breach says which
//! subject breaks it and by how much. Rows are borrowed and loosely typed on purpose: an audit
//! must be able to read what a broken writer left behind.

use std::collections::BTreeMap;

/// One way in which an invariant doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// The invariant's name.
    pub invariant: &'static str,
    /// The journal, account, currency or source concerned.
    pub subject: String,
    /// What is wrong with it, with the figures.
    pub detail: String,
}

/// A stored line of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting<'a> {
    /// The journal's id.
    pub journal: &'a str,
    /// The account's name.
    pub account: &'a str,
    /// The currency's code.
    pub currency: &'a str,
    /// The amount in micro-units, credit positive.
    pub micros: i64,
}

/// A stored (cached) balance of an account in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance<'a> {
    /// The account's name.
    pub account: &'a str,
    /// The currency's code.
    pub currency: &'a str,
    /// The balance in micro-units, credit positive.
    pub micros: i64,
}

/// The idempotency reference of a stored journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The journal's id.
    pub journal: &'a str,
    /// The journal's kind.
    pub kind: &'a str,
    /// The journal's source.
    pub source: &'a str,
}

/// Name of [`every_journal_balances`].
pub const EVERY_JOURNAL_BALANCES: &str = "every_journal_balances";
/// Name of [`currencies_sum_to_zero`].
pub const CURRENCIES_SUM_TO_ZERO: &str = "currencies_sum_to_zero";
/// Name of [`balances_equal_postings`].
pub const BALANCES_EQUAL_POSTINGS: &str = "balances_equal_postings";
/// Name of [`one_journal_per_source`].
pub const ONE_JOURNAL_PER_SOURCE: &str = "one_journal_per_source";

/// Every journal has at least two lines, none of them zero, and sums to zero per currency.
#[must_use]
pub fn every_journal_balances(postings: &[Posting<'_>]) -> Vec<Breach> {
    let mut sums: BTreeMap<(&str, &str), i128> = BTreeMap::new();
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let mut breaches = Vec::new();
    for posting in postings {
        *sums.entry((posting.journal, posting.currency)).or_default() += i128::from(posting.micros);
        *lines.entry(posting.journal).or_default() += 1;
        if posting.micros == 0 {
            let detail = format!("the line of account {} is zero", posting.account);
            breaches.push(breach(EVERY_JOURNAL_BALANCES, posting.journal, detail));
        }
    }
    for (journal, count) in lines.into_iter().filter(|(_, count)| *count < 2) {
        let detail = format!("it has {count} line, at least two are needed");
        breaches.push(breach(EVERY_JOURNAL_BALANCES, journal, detail));
    }
    for ((journal, currency), sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        let detail = format!("its lines in {currency} sum to {sum} micro-units");
        breaches.push(breach(EVERY_JOURNAL_BALANCES, journal, detail));
    }
    breaches
}

/// The balances of all accounts of a currency sum to zero.
#[must_use]
pub fn currencies_sum_to_zero(balances: &[Balance<'_>]) -> Vec<Breach> {
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    for balance in balances {
        *sums.entry(balance.currency).or_default() += i128::from(balance.micros);
    }
    let broken = sums.into_iter().filter(|(_, sum)| *sum != 0);
    broken
        .map(|(currency, sum)| {
            let detail = format!("all accounts together hold {sum} micro-units");
            breach(CURRENCIES_SUM_TO_ZERO, currency, detail)
        })
        .collect()
}

/// Every stored balance equals the sum of its postings; an account without a stored balance
/// stands at zero, and no balance is stored twice.
#[must_use]
pub fn balances_equal_postings(balances: &[Balance<'_>], postings: &[Posting<'_>]) -> Vec<Breach> {
    let mut sums: BTreeMap<(&str, &str), (i128, i128, usize)> = BTreeMap::new();
    for posting in postings {
        let row = sums.entry((posting.account, posting.currency)).or_default();
        row.0 += i128::from(posting.micros);
    }
    for balance in balances {
        let row = sums.entry((balance.account, balance.currency)).or_default();
        row.1 += i128::from(balance.micros);
        row.2 += 1;
    }
    let mut breaches = Vec::new();
    for ((account, currency), (posted, stored, rows)) in sums {
        if rows > 1 {
            let detail = format!("its balance in {currency} is stored {rows} times");
            breaches.push(breach(BALANCES_EQUAL_POSTINGS, account, detail));
        }
        if posted != stored {
            let detail = format!("{currency}: stored {stored}, posted {posted} micro-units");
            breaches.push(breach(BALANCES_EQUAL_POSTINGS, account, detail));
        }
    }
    breaches
}

/// No two journals share a kind and source.
#[must_use]
pub fn one_journal_per_source(references: &[Reference<'_>]) -> Vec<Breach> {
    let mut seen: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for reference in references {
        seen.entry((reference.kind, reference.source))
            .or_default()
            .push(reference.journal);
    }
    let twice = seen.into_iter().filter(|(_, journals)| journals.len() > 1);
    twice
        .map(|((kind, source), journals)| {
            let detail = format!("journals {} all claim it", journals.join(", "));
            breach(ONE_JOURNAL_PER_SOURCE, &format!("{kind} {source}"), detail)
        })
        .collect()
}

fn breach(invariant: &'static str, subject: &str, detail: String) -> Breach {
    Breach {
        invariant,
        subject: subject.to_owned(),
        detail,
    }
}
