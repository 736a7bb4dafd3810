//! What is said of an event that can't be read: always the field at fault.

use std::collections::BTreeSet;

use domain::UseReport;
use domain::report::FieldCode;
use meter::event::{CLOUD_EVENT_TYPE, Form, read_batch};
use serde_json::{Value, json};

/// Every field of an event, and what it can't be.
const WRONG: [(&str, &[&str]); 13] = [
    ("id", &["null", "5", "true", "1.5", "[]", "{}"]),
    ("licence_code", &["null", "5", "true", "1.5", "[]", "{}"]),
    ("track", &["5", "true", "[]", "{}", "\"no track\"", "\"\""]),
    (
        "placement",
        &["null", "5", "true", "[]", "{}", "\"the moon\""],
    ),
    (
        "purpose",
        &["null", "5", "true", "[]", "{}", "\"\"", "\"a `b` c\""],
    ),
    (
        "clip_ms",
        &[
            "null",
            "true",
            "[]",
            "{}",
            "\"900\"",
            "900.5",
            "9223372036854775808",
            "1e400",
            "-",
        ],
    ),
    (
        "published_at",
        &[
            "null",
            "5",
            "true",
            "[]",
            "{}",
            "\"yesterday\"",
            "\"2026-02-30T00:00:00Z\"",
        ],
    ),
    ("territory", &["5", "true", "[]", "{}", "\"ZZZZ\""]),
    ("video", &["5", "true", "[]", "{}"]),
    ("url", &["5", "true", "1.5", "[]", "{}"]),
    (
        "views",
        &[
            "true",
            "[]",
            "{}",
            "\"many\"",
            "-1",
            "1.5",
            "18446744073709551616",
        ],
    ),
    (
        "followers",
        &["true", "[]", "{}", "\"many\"", "-1", "1e400"],
    ),
    ("source", &["null", "5", "true", "[]", "{}"]),
];

#[test]
fn every_value_of_a_wrong_kind_is_refused_by_its_field() {
    let known: BTreeSet<_> = WRONG.iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(known, fields(), "the table has every field");
    for (field, values) in WRONG {
        for value in values {
            let event = with(&good(), field, value);
            let told = format!("{field} = {value}");
            for (body, form) in [
                (event.clone(), Form::Json),
                (format!("{event}\n{}", good()), Form::Lines),
            ] {
                // What is no JSON at all can't be cut out of an array.
                refused(&body, form, field, &told);
            }
            if *value != "-" {
                refused(&format!("[{},{event}]", good()), Form::Json, field, &told);
                refused(&in_cloud(&event), Form::CloudEvents, field, &told);
            }
        }
    }
}

#[test]
fn a_member_that_is_missing_unknown_or_there_twice_is_named_too() {
    for (field, event) in [
        ("clip_ms", without("clip_ms")),
        ("purpose", without("purpose")),
        ("id", without("id")),
        ("published_at", without("published_at")),
        ("surprise", good().replacen('{', r#"{"surprise":1,"#, 1)),
        ("views", good().replacen('{', r#"{"views":1,"views":1,"#, 1)),
        ("event", "null".to_owned()),
        ("event", "7".to_owned()),
        ("event", "\"text\"".to_owned()),
    ] {
        refused(&event, Form::Lines, field, field);
        refused(&format!("[{event}]"), Form::Json, field, field);
    }
}

#[test]
fn an_attribute_of_a_cloud_event_is_named_too() {
    for (attribute, value) in [
        ("specversion", "1"),
        ("type", "null"),
        ("id", "5"),
        ("source", "[]"),
        ("time", "5"),
        ("time", "\"yesterday\""),
        ("datacontenttype", "{}"),
    ] {
        let event = with(&in_cloud(&good()), attribute, value);
        refused(&event, Form::CloudEvents, attribute, attribute);
    }
    let mut bare: Value = serde_json::from_str(&in_cloud(&good())).unwrap();
    bare.as_object_mut().unwrap().remove("data");
    refused(&bare.to_string(), Form::CloudEvents, "data", "no data");
}

#[test]
fn what_was_sent_is_quoted_in_part_alone() {
    let huge = "x".repeat(100_000);
    let odd = good().replacen('{', &format!(r#"{{"{huge}":1,"#), 1);
    let long = with(&good(), "placement", &format!("\"{huge}\""));
    for event in [odd, long] {
        let read = read_batch(event.as_bytes(), Form::Json).unwrap();
        let error = &read[0].as_ref().unwrap_err().error;
        assert!(
            error.field.len() <= 64 && error.sentence.len() <= 400,
            "{error:?}"
        );
    }
}

fn refused(body: &str, form: Form, field: &str, told: &str) {
    let read = match read_batch(body.as_bytes(), form) {
        Ok(read) => read,
        // A body that is one event and no JSON is refused whole.
        Err(_) if form == Form::Json && told.ends_with("= -") => return,
        Err(error) => panic!("{told}: {error}"),
    };
    let bad: Vec<_> = read.iter().filter_map(|one| one.as_ref().err()).collect();
    assert_eq!(bad.len(), 1, "{told} as {form:?}");
    let error = &bad[0].error;
    assert_eq!(
        (error.field.as_str(), error.code),
        (field, FieldCode::Malformed),
        "{told}: {error:?}"
    );
    assert!(error.sentence.contains(field), "{told}: {}", error.sentence);
    for word in ["i64", "u64", "struct", "variant"] {
        assert!(!error.sentence.contains(word), "{told}: {}", error.sentence);
    }
}

fn good() -> String {
    json!({
        "id": "cam:1", "licence_code": "7K3M9-QXD4T-0RWPC", "placement": "tiktok",
        "purpose": "monetised_creator", "clip_ms": 7400, "published_at": "2026-06-01T12:00:00Z",
    })
    .to_string()
}

fn fields() -> BTreeSet<String> {
    let report: UseReport = serde_json::from_str(&good()).unwrap();
    let value = serde_json::to_value(report).unwrap();
    value.as_object().unwrap().keys().cloned().collect()
}

fn without(field: &str) -> String {
    let mut event: Value = serde_json::from_str(&good()).unwrap();
    event.as_object_mut().unwrap().remove(field);
    event.to_string()
}

/// The object with a member said otherwise, whether or not that is JSON.
fn with(object: &str, member: &str, value: &str) -> String {
    let mut object: Value = serde_json::from_str(object).unwrap();
    object[member] = "@@".into();
    object.to_string().replacen("\"@@\"", value, 1)
}

fn in_cloud(data: &str) -> String {
    let event = json!({
        "specversion": "1.0", "type": CLOUD_EVENT_TYPE, "source": "/editor", "id": "cam:1",
        "time": "2026-06-01T12:00:00Z", "data": "@data",
    });
    event.to_string().replacen("\"@data\"", data, 1)
}
