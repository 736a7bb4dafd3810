//! Each invariant of pools, payouts and statements holds for sound rows and names broken ones.

use domain::invariant_money::{
    ClosedRow, CycleRow, StatementRow, StoreRow, TransferRow, TransitRow,
    carries_are_smaller_than_their_payees, closed_cycles_are_paid_out, closed_cycles_are_unchanged,
    each_payout_is_sent_once, guarantees_are_funded, in_transit_is_open_payouts,
    nothing_is_below_zero, shares_sum_to_the_whole, statements_explain_the_balance,
};
use ledger::Breach;

fn subjects(breaches: &[Breach]) -> Vec<&str> {
    breaches.iter().map(|one| one.subject.as_str()).collect()
}

fn open() -> CycleRow {
    CycleRow {
        cycle: "c".into(),
        contribution: 100,
        guaranteed: 60,
        held: 40,
        closed: None,
    }
}

fn closed() -> CycleRow {
    let closed = ClosedRow {
        top_ups: 40,
        unused: 0,
        digest_then: "aa".into(),
        digest_now: "aa".into(),
    };
    CycleRow {
        held: 0,
        closed: Some(closed),
        ..open()
    }
}

fn changed(change: impl FnOnce(&mut CycleRow)) -> CycleRow {
    let mut row = closed();
    change(&mut row);
    row
}

#[test]
fn a_store_below_zero_is_named() {
    let row = |account: &str, balance| StoreRow {
        account: account.into(),
        balance,
    };
    let rows = [row("wallet", 0), row("pool", -1), row("bundle", i64::MAX)];
    assert_eq!(subjects(&nothing_is_below_zero(&rows)), ["pool"]);
}

#[test]
fn a_cycle_that_guaranteed_more_than_it_has_or_lost_some_is_named() {
    let idle = changed(|row| {
        row.guaranteed = 0;
        let closed = row.closed.as_mut().unwrap();
        (closed.top_ups, closed.unused) = (0, 100);
    });
    let sound = [open(), closed(), idle];
    assert_eq!(guarantees_are_funded(&sound), []);
    assert_eq!(closed_cycles_are_paid_out(&sound), []);
    assert_eq!(closed_cycles_are_unchanged(&sound), []);
    for row in [
        CycleRow { held: 39, ..open() },
        CycleRow {
            guaranteed: 101,
            held: -1,
            ..open()
        },
        CycleRow {
            guaranteed: -1,
            held: 101,
            ..open()
        },
    ] {
        assert_eq!(subjects(&guarantees_are_funded(&[row])), ["c"]);
    }
    for row in [
        changed(|row| row.held = 1),
        changed(|row| row.contribution = 101),
        changed(|row| row.closed.as_mut().unwrap().top_ups = 39),
        changed(|row| {
            let closed = row.closed.as_mut().unwrap();
            (closed.top_ups, closed.unused) = (30, 10);
        }),
        changed(|row| {
            row.guaranteed = 110;
            row.closed.as_mut().unwrap().top_ups = -10;
        }),
    ] {
        assert_eq!(subjects(&closed_cycles_are_paid_out(&[row])), ["c"]);
    }
    let rewritten = changed(|row| row.closed.as_mut().unwrap().digest_now = "ab".into());
    assert_eq!(subjects(&closed_cycles_are_unchanged(&[rewritten])), ["c"]);
}

#[test]
fn payouts_that_are_not_in_transit_or_paid_are_named() {
    let row = |in_transit, paid| TransitRow {
        payee: "p".into(),
        in_transit,
        paid,
        open: vec![10, 20],
        settled: vec![5],
    };
    assert_eq!(in_transit_is_open_payouts(&[row(30, 5)]), []);
    for broken in [row(29, 5), row(30, 6), row(0, 35)] {
        assert_eq!(subjects(&in_transit_is_open_payouts(&[broken])), ["p"]);
    }
}

#[test]
fn a_payout_sent_twice_or_paid_without_a_transfer_is_named() {
    let transfer = |payout: &str, settled| TransferRow {
        payout: payout.into(),
        settled,
    };
    let sound = [transfer("a", true), transfer("b", false)];
    assert_eq!(each_payout_is_sent_once(&["a"], &sound), []);
    let twice = [transfer("a", true), transfer("a", true)];
    assert_eq!(subjects(&each_payout_is_sent_once(&["a"], &twice)), ["a"]);
    assert_eq!(subjects(&each_payout_is_sent_once(&["a"], &[])), ["a"]);
    assert_eq!(subjects(&each_payout_is_sent_once(&[], &sound)), ["a"]);
}

#[test]
fn a_sheet_that_is_not_whole_or_carries_too_much_is_named() {
    let sheets = [
        ("whole", vec![600_000, 400_000]),
        ("short", vec![600_000, 399_999]),
        ("zero", vec![1_000_000, 0]),
        ("empty", vec![]),
    ];
    assert_eq!(
        subjects(&shares_sum_to_the_whole(&sheets)),
        ["short", "zero", "empty"]
    );
    let carries = [
        ("a", 3, 2),
        ("b", 3, 3),
        ("c", 3, -2),
        ("d", 1, 0),
        ("e", 1, -1),
    ];
    let breaches = carries_are_smaller_than_their_payees(&carries);
    assert_eq!(subjects(&breaches), ["b", "e"]);
}

#[test]
fn a_statement_whose_lines_miss_the_balance_is_named() {
    let row = |after| StatementRow {
        statement: "s".into(),
        before: -5,
        lines: vec![10, -3],
        after,
    };
    assert_eq!(statements_explain_the_balance(&[row(2)]), []);
    assert_eq!(subjects(&statements_explain_the_balance(&[row(3)])), ["s"]);
    let huge = StatementRow {
        lines: vec![i64::MAX, i64::MAX],
        ..row(0)
    };
    assert_eq!(subjects(&statements_explain_the_balance(&[huge])), ["s"]);
}
