//! What makes a journal, and what doesn't.

use ledger::{AccountId, Currency, Journal, JournalDraft, JournalError, Line, Money};

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn line(name: &str, micros: i64) -> Line {
    Line {
        account: account(name),
        money: Money::new(micros, Currency::USD),
    }
}

fn euro(name: &str, micros: i64) -> Line {
    Line {
        account: account(name),
        money: Money::new(micros, Currency::EUR),
    }
}

fn journal(lines: Vec<Line>) -> Result<Journal, JournalError> {
    Journal::new("sale", "lic_1", "a sale", lines)
}

#[test]
fn lines_are_merged_and_sorted_by_account() {
    let lines = vec![line("z", 5), line("b", -7), line("a", 1), line("z", 1)];
    let built = journal(lines).unwrap();
    assert_eq!(built.lines(), [line("a", 1), line("b", -7), line("z", 6)]);
    assert_eq!(
        (built.kind(), built.source(), built.memo()),
        ("sale", "lic_1", "a sale")
    );
}

#[test]
fn what_does_not_make_a_journal_is_refused_with_its_cause() {
    let unbalanced = |currency, micros| JournalError::Unbalanced { currency, micros };
    let table = [
        (vec![], JournalError::TooFewLines),
        (vec![line("a", 1)], JournalError::TooFewLines),
        (
            vec![line("a", 1), line("b", -2)],
            unbalanced(Currency::USD, -1),
        ),
        (
            vec![line("a", 1), euro("b", -1)],
            unbalanced(Currency::EUR, -1),
        ),
        (
            vec![line("a", 0), line("b", 0)],
            JournalError::ZeroLine(account("a")),
        ),
        (
            vec![line("a", 1), line("a", -1)],
            JournalError::ZeroLine(account("a")),
        ),
        (
            vec![line("a", i64::MAX), line("a", 1), line("b", i64::MIN)],
            JournalError::Overflow(account("a")),
        ),
        (
            vec![line("a", i64::MAX), line("b", i64::MAX), line("c", -1)],
            unbalanced(Currency::USD, i128::from(i64::MAX) * 2 - 1),
        ),
    ];
    for (lines, cause) in table {
        assert_eq!(journal(lines.clone()), Err(cause), "{lines:?}");
    }
}

#[test]
fn a_journal_balances_in_each_currency_by_itself() {
    let lines = vec![line("a", 5), line("fx", -5), euro("fx", 4), euro("b", -4)];
    let built = journal(lines).unwrap();
    assert_eq!(
        built.lines().len(),
        4,
        "one account keeps its currencies apart"
    );
}

#[test]
fn a_journal_needs_its_idempotency_reference() {
    let lines = vec![line("a", 1), line("b", -1)];
    for (kind, source) in [("", "x"), ("sale", "")] {
        let built = Journal::new(kind, source, "", lines.clone());
        assert_eq!(built, Err(JournalError::NoReference));
    }
}

#[test]
fn a_draft_drops_what_moves_nothing() {
    let mut draft = JournalDraft::new("use", "u1", "");
    for (name, micros) in [("a", 3), ("b", -3), ("carry", 0), ("c", 2), ("c", -2)] {
        draft.post(account(name), Money::new(micros, Currency::USD));
    }
    let built = draft.finish().unwrap().unwrap();
    assert_eq!(built.lines(), [line("a", 3), line("b", -3)]);
}

#[test]
fn a_draft_of_nothing_is_no_journal_and_an_unbalanced_one_is_an_error() {
    let mut draft = JournalDraft::new("use", "u1", "");
    draft.post(account("a"), Money::zero(Currency::USD));
    assert_eq!(draft.clone().finish(), Ok(None));
    draft.post(account("a"), Money::new(1, Currency::USD));
    assert_eq!(draft.finish(), Err(JournalError::TooFewLines));
}

#[test]
fn a_reversal_mirrors_every_line_under_its_own_reference() {
    let sale = journal(vec![line("a", 3), line("b", -3)]).unwrap();
    let back = sale.reversed("refund", "ref_1", "").unwrap();
    assert_eq!(back.lines(), [line("a", -3), line("b", 3)]);
    assert_eq!((back.kind(), back.source()), ("refund", "ref_1"));
}
