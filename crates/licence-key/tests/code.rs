//! The code: what is drawn, written, read and found.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use licence_key::{Code, CodeError};
use proptest::prelude::*;

const SAMPLE: &str = "7K3M9-QXD4T-0RWPD";

fn sample() -> Code {
    SAMPLE.parse().unwrap()
}

#[test]
fn a_code_prints_in_groups_and_plain() {
    assert_eq!(sample().to_string(), SAMPLE);
    assert_eq!(sample().plain(), "7K3M9QXD4T0RWPD");
}

#[test]
fn values_match_an_independent_implementation() {
    // Made with PyPI base32-crockford: encode(value, checksum=True).
    for (value, text) in [
        (0, "000000000000000"),
        (31, "0000000000000ZZ"),
        (12_345_678_901_234_567_890, "0APN59HKNHY2PJ1"),
        (36_893_488_147_419_103_232, "10000000000000R"),
        (787_061_080_478_274_202_282, "NANANANANANANAJ"),
        (1_180_591_620_717_411_303_423, "ZZZZZZZZZZZZZZV"),
    ] {
        assert_eq!(
            Code::from_value(value).map(Code::plain).as_deref(),
            Some(text)
        );
    }
    // Its check symbol would be "*".
    assert_eq!(Code::from_value(32), None);
    assert_eq!(Code::from_value(1 << 70), None);
}

#[test]
fn what_people_do_to_codes_is_forgiven() {
    for text in [
        "7k3m9-qxd4t-0rwpd",
        "7K3M9QXD4T0RWPD",
        " 7K3M 9QXD-4TO-RWPD ",
        "7K3M9-QXD4T-oRWPD",
    ] {
        assert_eq!(text.parse(), Ok(sample()), "{text}");
    }
    let ones: Code = Code::from_value(1 << 65).unwrap();
    assert_eq!(ones.plain().replace('1', "l").parse(), Ok(ones));
    assert_eq!(ones.plain().replace('1', "I").parse(), Ok(ones));
}

#[test]
fn each_mistake_has_its_reason() {
    assert_eq!("".parse::<Code>(), Err(CodeError::Length { found: 0 }));
    assert_eq!(
        "7K3M9-QXD4T".parse::<Code>(),
        Err(CodeError::Length { found: 10 })
    );
    assert_eq!(
        "7K3M9-QXD4T-0RWPDD".parse::<Code>(),
        Err(CodeError::Length { found: 16 })
    );
    assert_eq!(
        "7K3M9-QXD4T-0RWPU".parse::<Code>(),
        Err(CodeError::Symbol { symbol: 'U' })
    );
    assert_eq!(
        "7K3M9-QXD4T-0RWPÄ".parse::<Code>(),
        Err(CodeError::Symbol { symbol: 'Ä' })
    );
    assert_eq!("7K3M9-QXD4T-0RWPC".parse::<Code>(), Err(CodeError::Check));
    assert_eq!("K73M9-QXD4T-0RWPD".parse::<Code>(), Err(CodeError::Check));
}

#[test]
fn drawing_goes_on_until_the_check_symbol_is_plain() {
    let mut draws = [
        [0, 0, 0, 0, 0, 0, 0, 0, 32],
        [0, 0, 0, 0, 0, 0, 0, 0, 33],
        [0; 9],
    ]
    .into_iter();
    let code = Code::from_random(|| draws.next().unwrap());
    // The third draw, with the attempt's number mixed in.
    assert_eq!(code.value(), 2);
    assert_eq!(draws.next(), None);
}

#[test]
fn a_stuck_source_does_not_hang() {
    let code = Code::from_random(|| [0, 0, 0, 0, 0, 0, 0, 0, 33]);
    assert_eq!(code.plain().parse(), Ok(code));
}

#[test]
fn codes_are_found_where_tools_leave_them() {
    for text in [
        "Ada - Night Drive (cut 15s) [7K3M9-QXD4T-0RWPD].wav",
        "Ada_-_Night_Drive_7k3m9_qxd4t_0rwpd_.wav",
        "Licence 7K3M9-QXD4T-0RWPD https://store.example/l/7K3M9QXD4T0RWPD",
        "https://store.example/l/7K3M9QXD4T0RWPD?utm=1",
        "© 2026 Åsa. Licence 7K3M9 QXD4T 0RWPD",
    ] {
        assert_eq!(Code::all_in(text), [sample()], "{text}");
        assert_eq!(Code::find_in(text), Some(sample()));
    }
}

#[test]
fn no_code_is_found_where_there_is_none() {
    for text in [
        "",
        "7K3M9-QXD4T-0RWPC",
        "X7K3M9-QXD4T-0RWPD",
        "7K3M9-QXD4T-0RWPDX",
        "7K3M9-QXD4T_0RWPD",
        "7K3M9-QXD4T",
        "é7K3M9QXD4T0RWPD",
        "ünïcödé 💿💿💿💿💿💿💿",
    ] {
        assert_eq!(Code::find_in(text), None, "{text}");
    }
}

#[test]
fn a_word_without_digits_counts_only_where_it_is_announced() {
    // Fifteen letters that happen to pass the check symbol.
    let letters = (0..10_000)
        .filter_map(|n| Code::from_value(0x002A_AAAA_AAAA_AAAA_AAAA + n))
        .find(|code| !code.plain().bytes().any(|b| b.is_ascii_digit()))
        .unwrap();
    assert_eq!(Code::find_in(&letters.plain()), None);
    assert_eq!(Code::find_in(&format!("[{letters}]")), Some(letters));
    assert_eq!(Code::find_in(&format!("licence {letters}")), Some(letters));
    assert_eq!(
        Code::find_in(&format!("https://a.example/l/{}", letters.plain())),
        Some(letters)
    );
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(bytes in any::<[[u8; 9]; 8]>()) {
        let mut next = bytes.into_iter().cycle();
        let code = Code::from_random(|| next.next().unwrap());
        prop_assert_eq!(code.to_string().parse(), Ok(code));
        prop_assert_eq!(code.plain().parse(), Ok(code));
        prop_assert_eq!(Code::from_value(code.value()), Some(code));
        let json = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), code);
    }

    #[test]
    fn any_single_mistyped_symbol_is_noticed(value in 0_u128..1 << 70, at in 0_usize..15, to in 0_usize..32) {
        if let Some(code) = Code::from_value(value) {
            let mut symbols = code.plain().into_bytes();
            let new = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[to];
            prop_assume!(symbols[at] != new);
            symbols[at] = new;
            let text = String::from_utf8(symbols).unwrap();
            prop_assert_eq!(text.parse::<Code>(), Err(CodeError::Check));
        }
    }

    #[test]
    fn looking_for_codes_never_fails(text in ".{0,80}") {
        let _ = Code::all_in(&text);
        let _ = text.parse::<Code>();
    }
}
