//! An event is read, and found fault with, exactly as the slow path always did.

use domain::report::{FieldCode, field_errors};
use domain::{Timestamp, UseReport};
use meter::event::{Event, NESTING_MAX, read_one};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::common::{NOW, config, events};

/// What the meter did before this crate: any JSON first, then the report.
fn slowly(text: &str) -> Result<UseReport, (String, FieldCode)> {
    let value = serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let sent = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let id = sent.chars().take(64).collect();
    let read: Result<UseReport, _> = serde_json::from_value(value);
    match read {
        Ok(report) if report.licence_code.is_some() || report.channel.is_some() => Ok(report),
        // One of the two is always needed.
        _ => Err((id, FieldCode::Malformed)),
    }
}

/// Which field is at fault, and the words, are for `faults.rs`.
fn quickly(text: &str) -> Result<UseReport, (String, FieldCode)> {
    let read = read_one(text).map(|event| event.to_report());
    read.map_err(|bad| (bad.id, bad.error.code))
}

fn good() -> Value {
    json!({
        "id": "cam:1", "licence_code": "7K3M9-QXD4T-0RWPC", "track": null,
        "placement": "tiktok", "purpose": "monetised_creator", "clip_ms": 7400,
        "published_at": "2026-06-01T12:00:00Z",
    })
}

const TIMES: [&str; 24] = [
    "2026-06-01T12:00:00Z",
    "2026-06-01T12:00:00.5Z",
    "2026-06-01T12:00:00.123456789Z",
    "2026-06-01T12:00:00.1234567891Z",
    "2026-06-01T12:00:00.Z",
    "2026-06-01T12:00:00+02:00",
    "2026-06-01t12:00:00z",
    "2026-06-01 12:00:00Z",
    "2026-06-01T24:00:00Z",
    "2026-06-01T23:59:60Z",
    "2026-02-29T00:00:00Z",
    "2024-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2000-02-29T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-06-01T12:00Z",
    "2026-06-01",
    "",
    "2026-06-01T12:00:0éZ",
];

#[test]
fn times_are_those_of_the_domain() {
    for time in TIMES {
        let mut event = good();
        event["published_at"] = time.into();
        let text = event.to_string();
        assert_eq!(quickly(&text), slowly(&text), "{time}");
    }
}

#[test]
fn a_member_that_comes_twice_is_refused_by_its_name() {
    let plain = good().to_string();
    let twice = plain.replacen('{', "{\"id\":\"first\",", 1);
    let bad = read_one(&twice).unwrap_err();
    let error = bad.error;
    assert_eq!((bad.id.as_str(), error.field.as_str()), ("cam:1", "id"));
    assert!(error.sentence.contains("duplicate field"), "{error:?}");
}

#[test]
fn odd_json_is_read_as_before() {
    let plain = good().to_string();
    let with = |more: &str| format!("{}{more}}}", plain.strip_suffix('}').unwrap());
    let cases = [
        plain.clone(),
        with(",\"source\":null"),
        with(",\"source\":\"\\u0061pi\""),
        with(",\"video\":\"\\ud800\""),
        with(",\"views\":-1"),
        with(",\"views\":-0"),
        with(",\"views\":18446744073709551615"),
        with(",\"views\":18446744073709551616"),
        with(",\"views\":1e3"),
        with(",\"views\":1e999"),
        with(",\"colour\":1"),
        with(",\"territory\":\"de\""),
        with(",\"territory\":{\"a\":[]}"),
        plain.replace("\"tiktok\"", "{\"tiktok\":null}"),
        plain.replace("\"tiktok\"", "\"myspace\""),
        plain.replace("7400", "7400.0"),
        plain.replace("\"cam:1\"", "null"),
        plain.replace("\"cam:1\"", "12"),
        plain.replace("\"id\":\"cam:1\",", ""),
        "[\"a\",\"b\",null,\"tiktok\",\"paid_ad\",1,\"2026-06-01T12:00:00Z\"]".to_owned(),
        "[\"a\",\"b\",null,\"tiktok\",\"paid_ad\",1,\"2026-06-01T12:00:00Z\",null,null,null,null,null,\"me\"]".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "\"text\"".to_owned(),
        "{".to_owned(),
        format!("{plain} x"),
        "[".repeat(NESTING_MAX + 1) + &"]".repeat(NESTING_MAX + 1),
        "[".repeat(100_000),
    ];
    for text in cases {
        assert_eq!(
            quickly(&text),
            slowly(&text),
            "{}",
            &text[..text.len().min(300)]
        );
    }
}

#[test]
fn plain_events_are_borrowed() {
    let text = good().to_string();
    let event = read_one(&text).unwrap();
    let within = text.as_bytes().as_ptr_range();
    let code = event.licence_code.unwrap();
    assert!(within.contains(&event.id.as_ptr()) && within.contains(&code.as_ptr()));
}

/// A value that a member shouldn't have, or only sometimes.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "trk_[0-9a-z]{25,27}".prop_map(Value::from),
        "[A-Za-z]{2}".prop_map(Value::from),
        select(&TIMES[..]).prop_map(Value::from),
        Just(json!([1])),
        Just(json!({"a": 1})),
    ]
}

fn change(mut event: Value, at: Option<(Index, Option<Value>)>) -> Value {
    let members = event.as_object_mut().unwrap();
    if let Some((at, value)) = at {
        let names: Vec<String> = members.keys().cloned().collect();
        let name = at.get(&names);
        match value {
            Some(value) => members.insert(name.clone(), value),
            None => members.remove(name),
        };
    }
    event
}

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn reading_equals_the_slow_reading(
        event in events(),
        bend in prop::option::of((any::<Index>(), prop::option::of(odd()))),
        cut in prop::option::weighted(0.1, any::<Index>()),
    ) {
        let event = serde_json::to_value(event.to_report()).unwrap();
        let mut text = change(event, bend).to_string();
        if let Some(cut) = cut {
            let mut at = cut.index(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.truncate(at);
        }
        prop_assert_eq!(quickly(&text), slowly(&text), "{}", text);
    }

    #[test]
    fn faults_are_those_of_the_domain(
        event in events(),
        text in ".{0,70}",
        which in 0..7_u8,
        at in any::<i64>(),
    ) {
        let mut event: Event<'_> = event;
        match which {
            0 => event.id = text.into(),
            1 => event.licence_code = Some(text.into()),
            5 => event.channel = Some(text.into()),
            2 => event.url = Some(format!("https://{text}").into()),
            3 => event.source = text.into(),
            4 => event.video = Some(text.repeat(2).into()),
            _ => event.published_at = Timestamp(at),
        }
        prop_assert_eq!(event.field_errors(NOW), field_errors(&event.to_report(), NOW));
    }
}
