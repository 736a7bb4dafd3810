//! Canonical JSON against RFC 8785, and the check against the writer.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use licence_key::canonical::{CanonicalError, check, sha256_hex, to_string};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn members_are_sorted_by_utf_16_units() {
    // RFC 8785 §3.2.3.
    let value = json!({
        "\u{20ac}": "Euro Sign",
        "\r": "Carriage Return",
        "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\u{1f600}": "Emoji: Grinning Face",
        "\u{80}": "Control",
        "\u{f6}": "Latin Small Letter O With Diaeresis",
    });
    let text = to_string(&value).unwrap();
    let order = [
        "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
    ];
    let places: Vec<_> = order.iter().map(|word| text.find(word).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    assert_eq!(check(&text), Ok(()));
}

#[test]
fn the_sample_of_rfc_8785_comes_out_as_printed_there() {
    let value: Value = serde_json::from_str(
        r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals":[null,true,false]}"#,
    )
    .unwrap();
    assert_eq!(
        to_string(&value).unwrap(),
        "{\"literals\":[null,true,false],\
         \"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
         \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
    );
}

#[test]
fn integers_that_a_double_would_round_are_refused() {
    assert_eq!(
        to_string(&json!(9_007_199_254_740_991_u64)).unwrap(),
        "9007199254740991"
    );
    assert_eq!(
        to_string(&json!(-9_007_199_254_740_991_i64)).unwrap(),
        "-9007199254740991"
    );
    for value in [
        json!(9_007_199_254_740_992_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e20),
    ] {
        assert!(
            matches!(to_string(&value), Err(CanonicalError::Integer(_))),
            "{value}"
        );
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    assert!(to_string(&nested(63)).is_ok());
    assert_eq!(to_string(&nested(64)), Err(CanonicalError::TooDeep));
    assert_eq!(check(&"[".repeat(100_000)), Err(CanonicalError::TooDeep));
}

#[test]
fn texts_that_are_not_canonical_are_refused() {
    for text in [
        "",
        " 1",
        "1 ",
        "{\"a\":1,}",
        "[1,]",
        "[1 ]",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "01",
        "-0",
        "1.0",
        "1e3",
        "1E30",
        "+1",
        "9007199254740992",
        "1e400",
        "-",
        "1.5e",
        "nul",
        "truee",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u000A\"",
        "\"\\u001F\"",
        "\"\\u0009\"",
        "\"\n\"",
        "\"",
        "\"\\",
        "\"\\u",
        "{\"\\u000b\":1,\"\\n\":2}",
        "{1:2}",
        "{\"a\"}",
        "NaN",
        "[][]",
    ] {
        assert!(check(text).is_err(), "{text:?}");
    }
}

#[test]
fn texts_that_are_canonical_are_accepted() {
    for text in [
        "0",
        "-1",
        "1.5",
        "1e+30",
        "5e-324",
        "\"\\u001f\\b\\\"\"",
        "{\"\\n\":1,\"\\u000b\":2}",
        "{}",
        "[]",
        "[[],{}]",
    ] {
        assert_eq!(check(text), Ok(()), "{text:?}");
    }
}

#[test]
fn the_hash_is_that_of_fips_180() {
    assert_eq!(
        sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,3}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn writing_is_a_fixed_point_and_passes_the_check(value in any_json()) {
        if let Ok(text) = to_string(&value) {
            prop_assert_eq!(check(&text), Ok(()));
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(to_string(&back).unwrap(), text);
        }
    }

    #[test]
    fn the_check_accepts_nothing_but_what_the_writer_writes(value in any_json(), at in 0_usize..200, byte in 0x20_u8..0x7f) {
        let Ok(text) = to_string(&value) else { return Ok(()) };
        let mut bytes = text.into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let written = serde_json::from_str::<Value>(&text).ok().and_then(|v| to_string(&v).ok());
        prop_assert_eq!(check(&text).is_ok(), written.as_deref() == Some(&text));
    }
}
