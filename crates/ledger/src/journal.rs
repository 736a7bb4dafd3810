//! Journals: balanced sets of lines, the only way money moves.
//!
//! A [`Journal`] can't be built unbalanced. It is never changed or deleted once written;
//! a mistake is corrected by a new journal that names the old. `(kind, source)` is its
//! idempotency reference: the database holds at most one journal of each.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::account::AccountId;
use crate::currency::Currency;
use crate::money::Money;

/// One posting: this account changes by this amount, credit positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account that changes.
    pub account: AccountId,
    /// By how much; never zero inside a [`Journal`].
    pub money: Money,
}

/// A balanced journal, its lines sorted by account and then currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    kind: String,
    source: String,
    memo: String,
    lines: Vec<Line>,
}

/// Lines don't make a journal.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JournalError {
    /// The kind or the source is empty, so the journal would have no idempotency reference.
    #[error("a journal needs a kind and a source")]
    NoReference,
    /// Fewer than two lines are left after merging.
    #[error("a journal needs at least two lines")]
    TooFewLines,
    /// A line moves nothing.
    #[error("the line of account {0} moves nothing")]
    ZeroLine(AccountId),
    /// The lines of a currency don't sum to zero.
    #[error("the lines in {currency} are out of balance by {micros} micro-units")]
    Unbalanced {
        /// The currency out of balance.
        currency: Currency,
        /// The sum of its lines, in micro-units.
        micros: i128,
    },
    /// Lines of one account sum to more than an amount can hold.
    #[error("the lines of account {0} sum to more than an amount can hold")]
    Overflow(AccountId),
}

impl Journal {
    /// A journal of these lines. Lines of one account and currency are merged into one.
    ///
    /// # Errors
    /// When a line is zero, or was cancelled by its own account's other lines; when fewer than
    /// two lines remain; when a currency doesn't sum to zero; when the reference is empty.
    pub fn new(
        kind: impl Into<String>,
        source: impl Into<String>,
        memo: impl Into<String>,
        lines: Vec<Line>,
    ) -> Result<Journal, JournalError> {
        let (kind, source, memo) = (kind.into(), source.into(), memo.into());
        if kind.is_empty() || source.is_empty() {
            return Err(JournalError::NoReference);
        }
        if let Some(zero) = lines.iter().find(|line| line.money.is_zero()) {
            return Err(JournalError::ZeroLine(zero.account.clone()));
        }
        let lines = merge(lines)?;
        if let Some(zero) = lines.iter().find(|line| line.money.is_zero()) {
            return Err(JournalError::ZeroLine(zero.account.clone()));
        }
        if lines.len() < 2 {
            return Err(JournalError::TooFewLines);
        }
        balanced(&lines)?;
        Ok(Journal {
            kind,
            source,
            memo,
            lines,
        })
    }

    /// What kind of event caused it: `sale`, `use`, `refund`…
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The event that caused it; unique within its kind.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// A note for people.
    #[must_use]
    pub fn memo(&self) -> &str {
        &self.memo
    }

    /// The lines, sorted by account and then currency; no account twice in one currency.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The journal that undoes this one, under a reference of its own.
    ///
    /// # Errors
    /// When a line has no opposite (only the most negative amount), or the reference is empty.
    pub fn reversed(
        &self,
        kind: impl Into<String>,
        source: impl Into<String>,
        memo: impl Into<String>,
    ) -> Result<Journal, JournalError> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let money = line
                .money
                .checked_neg()
                .map_err(|_| JournalError::Overflow(line.account.clone()))?;
            lines.push(Line {
                account: line.account.clone(),
                money,
            });
        }
        Journal::new(kind, source, memo, lines)
    }
}

/// A journal in the making: lines are added as they are computed, and those that turn out to
/// move nothing are dropped at the end.
#[derive(Clone, Debug)]
pub struct JournalDraft {
    kind: String,
    source: String,
    memo: String,
    lines: Vec<Line>,
}

impl JournalDraft {
    /// An empty draft with its reference and note.
    pub fn new(
        kind: impl Into<String>,
        source: impl Into<String>,
        memo: impl Into<String>,
    ) -> JournalDraft {
        let (kind, source, memo) = (kind.into(), source.into(), memo.into());
        JournalDraft {
            kind,
            source,
            memo,
            lines: Vec::new(),
        }
    }

    /// Adds a line; a zero amount is allowed here and dropped by [`JournalDraft::finish`].
    pub fn post(&mut self, account: AccountId, money: Money) {
        self.lines.push(Line { account, money });
    }

    /// The balanced journal, or `None` when nothing moves at all.
    ///
    /// # Errors
    /// Those of [`Journal::new`], except that zero lines are no error.
    pub fn finish(self) -> Result<Option<Journal>, JournalError> {
        let lines = drop_zero_lines(merge(self.lines)?);
        if lines.is_empty() {
            return Ok(None);
        }
        Journal::new(self.kind, self.source, self.memo, lines).map(Some)
    }
}

/// The lines that move something.
#[must_use]
pub fn drop_zero_lines(mut lines: Vec<Line>) -> Vec<Line> {
    lines.retain(|line| !line.money.is_zero());
    lines
}

fn merge(lines: Vec<Line>) -> Result<Vec<Line>, JournalError> {
    let mut sums: BTreeMap<(AccountId, Currency), i128> = BTreeMap::new();
    for line in lines {
        *sums
            .entry((line.account, line.money.currency()))
            .or_default() += i128::from(line.money.micros());
    }
    let narrowed = sums
        .into_iter()
        .map(|((account, currency), sum)| match i64::try_from(sum) {
            Ok(micros) => Ok(Line {
                account,
                money: Money::new(micros, currency),
            }),
            Err(_) => Err(JournalError::Overflow(account)),
        });
    narrowed.collect()
}

fn balanced(lines: &[Line]) -> Result<(), JournalError> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for line in lines {
        *sums.entry(line.money.currency()).or_default() += i128::from(line.money.micros());
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        Some((currency, micros)) => Err(JournalError::Unbalanced { currency, micros }),
        None => Ok(()),
    }
}
