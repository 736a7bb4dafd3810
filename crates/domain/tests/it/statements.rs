//! Statements: periods without gaps or overlaps, and a check that names whatever was changed.

use domain::Timestamp;
use domain::csv::{Cell, typed_row};
use domain::statement::{
    Checked, Line, Party, Period, PeriodError, Purses, SealError, Share, Sheet, Span, Statement,
    UseOf, Wrong, check, check_table, csv, decimal, is_table,
};
use ledger::telescope;
use licence_key::{IssuerKey, Jwks};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::at;

const WEIGHTS: [u32; 3] = [333_333, 333_333, 333_334];

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// A sheet's shares of these amounts to the second of three payees, and a payout of the first
/// whole unit; `before` had been shared in earlier months.
fn told(before: i64, amounts: &[i64]) -> Statement {
    let month = period("2026-10");
    let weights = WEIGHTS.map(u64::from);
    let (mut shared, mut lines) = (before, Vec::new());
    for (n, amount) in (0_i64..).zip(amounts) {
        let split = telescope(shared, *amount, &weights).unwrap();
        lines.push(Line {
            sheet: Some("spl_1".into()),
            share_ppm: Some(WEIGHTS[1]),
            shared_micros: Some(*amount),
            before_micros: Some(shared),
            after_micros: Some(split.shared_after),
            ..line(
                month.from().plus_ms(3_600_000 * (n + 1)),
                "use",
                split.parts[1],
            )
        });
        shared = split.shared_after;
    }
    lines.push(line(
        month.until().plus_ms(-3_600_000),
        "payout",
        -1_000_000,
    ));
    let opening = Purses {
        payee_micros: 4_000_001,
        escrow_micros: 0,
    };
    let change: i64 = lines.iter().map(|line| line.micros).sum();
    sealed(opening, change, lines)
}

fn line(at: Timestamp, kind: &str, micros: i64) -> Line {
    Line {
        number: 0,
        at,
        purse: "payee".into(),
        kind: kind.into(),
        source: "00112233445566778899aabbccddeeff".into(),
        track: Some("=Night Market".into()),
        licence: None,
        used: (kind == "use").then(|| UseOf {
            uses: 1,
            placement: "youtube_shorts".into(),
            territory: Some("DE".into()),
            clip_ms: 12_400,
            billed_ms: 13_000,
        }),
        sheet: None,
        share_ppm: None,
        shared_micros: None,
        before_micros: None,
        after_micros: None,
        micros,
        balance_micros: 0,
        hash: String::new(),
    }
}

fn sealed(opening: Purses, change: i64, lines: Vec<Line>) -> Statement {
    let month = period("2026-10");
    let share = |(payee, ppm): (&str, u32)| Share {
        payee: payee.into(),
        ppm,
    };
    let statement = Statement {
        form: String::new(),
        store: "https://store.example".into(),
        payee: Party {
            id: "pay_b".into(),
            name: "Ben".into(),
        },
        currency: "USD".into(),
        period: Span {
            name: month.name().into(),
            from: month.from(),
            until: month.until(),
            over: true,
        },
        opening,
        closing: Purses {
            payee_micros: opening.payee_micros + change,
            ..opening
        },
        totals: Vec::new(),
        sheets: vec![Sheet {
            id: "spl_1".into(),
            track: "Night Market".into(),
            version: 2,
            shares: ["pay_a", "pay_b", "pay_c"]
                .into_iter()
                .zip(WEIGHTS)
                .map(share)
                .collect(),
        }],
        head_hash: String::new(),
        lines,
        hash: String::new(),
        signature: None,
        proof: None,
    };
    statement.sealed().unwrap()
}

#[test]
fn months_quarters_and_years_end_where_the_next_begins() {
    for (name, from, until) in [
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2024-02-29..2024-03-01", "2024-02-29", "2024-03-01"),
    ] {
        let read = period(name);
        let midnight = |day: &str| at(&format!("{day}T00:00:00Z"));
        assert_eq!(
            (read.from(), read.until()),
            (midnight(from), midnight(until)),
            "{name}"
        );
        assert_eq!(read.to_string(), name);
    }
}

#[test]
fn the_moment_of_the_boundary_is_in_one_month_only() {
    let (leap, march) = (period("2024-02"), period("2024-03"));
    let boundary = at("2024-03-01T00:00:00Z");
    assert!(!leap.holds(boundary) && march.holds(boundary));
    let before = boundary.plus_ms(-1);
    assert!(leap.holds(before) && !march.holds(before));
    assert_eq!(Period::month_of(before), Some(leap));
    assert_eq!(Period::month_of(boundary), Some(march));
}

#[test]
fn a_period_is_over_an_hour_after_its_end() {
    let month = period("2026-10");
    assert!(!month.is_over(at("2026-11-01T00:59:59Z")));
    assert!(month.is_over(at("2026-11-01T01:00:00Z")));
}

#[test]
fn what_is_no_period_is_refused() {
    for text in [
        "",
        "26",
        "2026-",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026-Q5",
        "2026-Q0",
        "2026-q1",
        "1969",
        "9999",
        "2026-10-01",
        "2026-02-29..2026-03-01",
        "2026-10-01..",
        "..2026-10-01",
        "2026-10-01..2026-10-02-03",
        "２０２６",
        "+026",
        "2026-10-01..2026-10-1x",
    ] {
        assert_eq!(text.parse::<Period>(), Err(PeriodError::Form), "{text}");
    }
    let backwards = "2026-10-02..2026-10-02".parse::<Period>();
    assert_eq!(backwards, Err(PeriodError::Order));
}

#[test]
fn a_statement_without_lines_is_right() {
    let nothing = sealed(Purses::default(), 0, Vec::new());
    let right = Checked {
        lines: 0,
        recomputed: 0,
        change: 0,
    };
    assert_eq!(check(&nothing), Ok(right));
    assert_eq!(csv(&nothing).lines().count(), 3);
}

#[test]
fn any_digit_of_any_number_that_was_changed_is_noticed_and_lines_are_named() {
    let statement = told(777_777, &[43_333, 1, -20_000, 5_000_000]);
    assert_eq!(check(&statement).unwrap().recomputed, 4);
    let document = serde_json::to_value(&statement).unwrap();
    let mut tried = 0;
    for place in numbers(&document, String::new()) {
        let number = document.pointer(&place).unwrap().to_string();
        for (at, digit) in number.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let other = if digit == '7' { '3' } else { '7' };
            let mut text = number.clone();
            text.replace_range(at..=at, &other.to_string());
            let mut changed = document.clone();
            *changed.pointer_mut(&place).unwrap() = serde_json::from_str(&text).unwrap();
            let read = serde_json::from_value::<Statement>(changed).unwrap();
            let wrong = check(&read).expect_err(&place);
            if let Some(rest) = place.strip_prefix("/lines/") {
                let line: usize = rest.split('/').next().unwrap().parse().unwrap();
                assert!(
                    matches!(wrong, Wrong::Line { number, .. } if number == line + 1),
                    "{place}: {wrong}"
                );
            } else {
                assert!(!matches!(wrong, Wrong::Line { .. }), "{place}: {wrong}");
            }
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

/// The places of all numbers.
fn numbers(value: &Value, at: String) -> Vec<String> {
    let inner: Vec<_> = match value {
        Value::Number(_) => return vec![at],
        Value::Array(items) => (items.iter().enumerate())
            .map(|(n, v)| (n.to_string(), v))
            .collect(),
        Value::Object(members) => members.iter().map(|(n, v)| (n.clone(), v)).collect(),
        _ => Vec::new(),
    };
    let each = inner.into_iter();
    each.flat_map(|(name, v)| numbers(v, format!("{at}/{name}")))
        .collect()
}

#[test]
fn a_forger_who_seals_anew_is_found_by_the_arithmetic() {
    let forge = |change: &dyn Fn(&mut Statement)| {
        let mut forged = told(0, &[43_333, 999, 5_000_000]);
        change(&mut forged);
        check(&forged.sealed().unwrap())
    };
    assert!(forge(&|_| {}).is_ok());
    let line = |wrong: Result<Checked, Wrong>| match wrong {
        Err(Wrong::Line { number, .. }) => number,
        other => panic!("{other:?}"),
    };
    assert_eq!(line(forge(&|s| s.lines[1].micros += 1)), 2);
    assert_eq!(
        line(forge(&|s| s.lines[2].shared_micros = Some(5_000_001))),
        3
    );
    assert_eq!(line(forge(&|s| s.lines[0].share_ppm = Some(1))), 1);
    assert_eq!(line(forge(&|s| s.lines[0].sheet = Some("spl_2".into()))), 1);
    assert_eq!(line(forge(&|s| s.lines[0].after_micros = None)), 1);
    assert_eq!(line(forge(&|s| s.lines[3].at = s.period.until)), 4);
    let left_out = forge(&|s| {
        let micros = s.lines.remove(1).micros;
        s.closing.payee_micros -= micros;
    });
    assert_eq!(
        line(left_out),
        2,
        "what comes after the line that was left out"
    );
    let closing = forge(&|s| s.closing.payee_micros += 1);
    assert!(matches!(
        closing,
        Err(Wrong::Head {
            part: "closing balance",
            ..
        })
    ));
    let weight = forge(&|s| s.sheets[0].shares[2].ppm += 1);
    assert!(matches!(weight, Err(Wrong::Sheet { .. })));
}

#[test]
fn amounts_are_plain_decimals_and_texts_are_guarded() {
    for (micros, text) in [
        (0, "0.000000"),
        (-43_333, "-0.043333"),
        (1_234_567_890, "1234.567890"),
        (i64::MIN, "-9223372036854.775808"),
    ] {
        assert_eq!(decimal(micros), text);
    }
    let row = typed_row(&[Cell::Text("-1"), Cell::Number("-1.000000".into())]);
    assert_eq!(row, "\"'-1\",-1.000000\r\n");
    let table = csv(&told(0, &[3, -3]));
    assert!(table.contains(",\"'=Night Market\","), "{table}");
    assert!(table.contains(",-1.000000,"), "{table}");
    assert!(table.ends_with("\r\n"));
}

proptest! {
    #[test]
    fn every_history_of_a_sheet_checks_and_reads_back(
        before in 0_i64..1_000_000_000,
        amounts in prop::collection::vec(-5_000_000_i64..50_000_000, 0..40),
    ) {
        let statement = told(before, &amounts);
        let checked = check(&statement);
        let change = statement.closing.sum() - statement.opening.sum();
        prop_assert_eq!(checked.map(|c| (c.recomputed, c.change)), Ok((amounts.len(), change)));
        let json = statement.to_json().unwrap();
        let again: Statement = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(again.to_json().unwrap(), json);
    }
}

#[test]
fn no_bit_of_a_signed_file_can_be_changed_unnoticed() {
    let key = IssuerKey::from_seed(&[7; 32]);
    let statement = told(777_777, &[43_333, -20_000]).signed(&key).unwrap();
    let keys = Jwks::new("https://store.example", vec![key.public().clone()]);
    assert_eq!(
        statement.signed_by(&keys).unwrap().unwrap().thumbprint(),
        key.kid()
    );
    let file = statement.to_json().unwrap();
    // A `t` for the `T` of a moment reads as the same statement: nothing has changed then.
    let passes_as_another = |text: &str| {
        let read = serde_json::from_str::<Statement>(text).ok();
        let read = read.filter(|read| *read != statement);
        read.is_some_and(|read| check(&read).is_ok() && read.signed_by(&keys).is_ok())
    };
    for at in 0..file.len() {
        for bit in 0..7 {
            let mut bytes = file.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(!passes_as_another(&changed), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn whoever_makes_a_statement_anew_lacks_the_signature() {
    let key = IssuerKey::from_seed(&[7; 32]);
    let keys = Jwks::new("https://store.example", vec![key.public().clone()]);
    let statement = told(0, &[43_333]).signed(&key).unwrap();
    let kept = statement.signature.clone();
    let mut forged = told(0, &[43_334]);
    assert_eq!(forged.signed_by(&keys), Ok(None));
    forged.signature = kept;
    assert!(check(&forged).is_ok());
    assert_eq!(forged.signed_by(&keys), Err(SealError::Other));
}

#[test]
fn a_table_is_recomputed_and_its_first_wrong_figure_is_named() {
    let statement = told(777_777, &[43_333, 1, -20_000, 5_000_000]);
    let table = csv(&statement);
    assert!(is_table(&table) && !is_table(&statement.to_json().unwrap()));
    let right = check(&statement).unwrap();
    assert_eq!(check_table(&table), Ok(right));
    let rows: Vec<&str> = table.split_inclusive("\r\n").collect();
    // All figures of a line but the lengths of its use, the sheet's version and its day.
    for figure in [0, 14, 15, 16, 17, 18] {
        for line in 1..=4 {
            let mut cells: Vec<String> = rows[line + 1].split(',').map(str::to_owned).collect();
            let last = cells[figure].pop().unwrap();
            cells[figure].push(if last == '7' { '3' } else { '7' });
            let mut changed: Vec<String> = rows.iter().map(|&row| row.to_owned()).collect();
            changed[line + 1] = cells.join(",");
            let wrong = check_table(&changed.concat()).unwrap_err();
            assert!(
                matches!(wrong, Wrong::Line { number, .. } if number == line),
                "column {figure} of line {line}: {wrong}"
            );
        }
    }
    // Another share changes no part of a small amount, but it isn't the share of the other lines.
    for line in 1..=4 {
        let mut changed: Vec<String> = rows.iter().map(|&row| row.to_owned()).collect();
        changed[line + 1] = changed[line + 1].replace(",333333,", ",333334,");
        let wrong = check_table(&changed.concat());
        assert!(
            matches!(wrong, Err(Wrong::Line { .. })),
            "{line}: {wrong:?}"
        );
    }
    let without = |gone: usize| [&rows[..gone], &rows[gone + 1..]].concat().concat();
    for gone in 0..rows.len() {
        assert!(check_table(&without(gone)).is_err(), "row {gone}");
    }
    let closing = table.replace("closing,", "closing ,");
    assert!(matches!(
        check_table(&closing),
        Err(Wrong::Head { part: "table", .. })
    ));
    let open = format!("{table}\"");
    assert!(check_table(&open).is_err());
}
