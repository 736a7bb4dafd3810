//! Batches in their three forms.

use meter::event::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, BatchError, CLOUD_EVENT_TYPE, Form, Read, read_batch,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::{config, events};

fn good(id: &str) -> Value {
    json!({
        "id": id, "licence_code": "7K3M9-QXD4T-0RWPC", "placement": "tiktok",
        "purpose": "monetised_creator", "clip_ms": 7400, "published_at": "2026-06-01T12:00:00Z",
    })
}

fn cloud(data: &Value) -> Value {
    json!({
        "specversion": "1.0", "type": CLOUD_EVENT_TYPE, "source": "/editor", "id": "cam:1",
        "time": "2026-06-01T12:00:00Z", "traceparent": "00-1", "data": data,
    })
}

fn bare() -> Value {
    let mut data = good("");
    for outside in ["id", "published_at"] {
        data.as_object_mut().unwrap().remove(outside);
    }
    data
}

fn fields(read: &[Read<'_>]) -> Vec<String> {
    let field = |one: &Read<'_>| match one {
        Ok(_) => "good".to_owned(),
        Err(bad) => bad.error.field.clone(),
    };
    read.iter().map(field).collect()
}

#[test]
fn a_bad_event_leaves_the_others() {
    let body = json!([good("a"), {"id": "b"}, null, good("c")]).to_string();
    let read = read_batch(body.as_bytes(), Form::Json).unwrap();
    assert_eq!(fields(&read), ["good", "licence_code", "event", "good"]);
    assert_eq!(read[1].as_ref().unwrap_err().id, "b");
}

#[test]
fn lines_stand_for_themselves_whatever_they_hold() {
    let (a, b) = (good("a").to_string(), good("b").to_string());
    let mut body = format!("{a}\r\n\n{{\n  {b}  \n").into_bytes();
    body.extend_from_slice(b"\xff\xfe\n");
    let read = read_batch(&body, Form::Lines).unwrap();
    assert_eq!(fields(&read), ["good", "event", "good", "event"]);
}

#[test]
fn one_event_is_a_batch_too() {
    let body = format!(" {} ", good("a"));
    assert_eq!(
        fields(&read_batch(body.as_bytes(), Form::Json).unwrap()),
        ["good"]
    );
    assert_eq!(fields(&read_batch(b"null", Form::Json).unwrap()), ["event"]);
}

#[test]
fn a_cloud_event_says_what_its_data_leaves_out() {
    let body = json!([cloud(&bare()), cloud(&good("cam:1"))]).to_string();
    let read = read_batch(body.as_bytes(), Form::CloudEvents).unwrap();
    let events: Vec<_> = read.into_iter().map(Result::unwrap).collect();
    assert_eq!((&*events[0].id, &*events[0].source), ("cam:1", "/editor"));
    assert_eq!(events[0], events[1]);
}

#[test]
fn a_cloud_event_of_another_kind_is_refused_for_itself() {
    let with = |name: &str, value: Value| {
        let mut event = cloud(&bare());
        event[name] = value;
        event
    };
    let mut without = cloud(&bare());
    without.as_object_mut().unwrap().remove("data");
    let mut odd = bare();
    odd["clip_ms"] = "long".into();
    let body = json!([
        with("specversion", "0.3".into()),
        with("type", "other".into()),
        with("time", "yesterday".into()),
        with("datacontenttype", "text/xml".into()),
        with("datacontenttype", "application/json; charset=utf-8".into()),
        with("data", good("other")),
        with("data", odd),
        with("id", 5.into()),
        without,
        7,
    ]);
    let body = body.to_string();
    let read = read_batch(body.as_bytes(), Form::CloudEvents).unwrap();
    assert_eq!(
        fields(&read)[..6],
        [
            "specversion",
            "type",
            "time",
            "datacontenttype",
            "good",
            "id"
        ]
    );
    assert!(read[6..].iter().all(Result::is_err));
    assert_eq!(read[1].as_ref().unwrap_err().id, "cam:1");
}

#[test]
fn batches_have_bounds() {
    let many = |count: usize| format!("[{}]", vec![good("a").to_string(); count].join(","));
    let body = many(BATCH_EVENTS_MAX);
    assert_eq!(
        read_batch(body.as_bytes(), Form::Json).unwrap().len(),
        BATCH_EVENTS_MAX
    );
    let body = many(BATCH_EVENTS_MAX + 2);
    let over = Err(BatchError::Events(BATCH_EVENTS_MAX + 2));
    assert_eq!(read_batch(body.as_bytes(), Form::Json), over);
    assert_eq!(read_batch(body.as_bytes(), Form::CloudEvents), over);
    let body = "7\n".repeat(BATCH_EVENTS_MAX + 2);
    assert_eq!(read_batch(body.as_bytes(), Form::Lines), over);
    for (body, form) in [
        ("[]", Form::Json),
        ("", Form::Lines),
        ("[]", Form::CloudEvents),
    ] {
        assert_eq!(
            read_batch(body.as_bytes(), form),
            Err(BatchError::Events(0))
        );
    }
    let body = vec![b' '; BATCH_BYTES_MAX + 1];
    let over = Err(BatchError::Bytes(BATCH_BYTES_MAX + 1));
    assert_eq!(read_batch(&body, Form::Json), over);
}

#[test]
fn hostile_bodies_are_refused_and_nothing_worse() {
    let deep = "[".repeat(1 << 20);
    let cut = format!("[{}", good("a"));
    let tail = format!("[{}] x", good("a"));
    for body in [&deep, &cut, &tail, "[1,]", "", "[\u{0}]"] {
        let read = read_batch(body.as_bytes(), Form::Json);
        assert!(matches!(read, Err(BatchError::NotJson(_))), "{:.40}", body);
    }
    assert!(matches!(
        read_batch(b"[\"\xff\"]", Form::Json),
        Err(BatchError::NotJson(_))
    ));
    let deep = format!(
        "[{}{}, {}]",
        "[".repeat(5_000),
        "]".repeat(5_000),
        good("a")
    );
    let read = read_batch(deep.as_bytes(), Form::Json).unwrap();
    assert_eq!(fields(&read), ["event", "good"]);
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn the_three_forms_say_the_same(events in prop::collection::vec(events(), 1..12)) {
        let reports: Vec<Value> = events
            .iter()
            .map(|event| serde_json::to_value(event.to_report()).unwrap())
            .collect();
        let lines: Vec<String> = reports.iter().map(Value::to_string).collect();
        let lines = lines.join("\n");
        let clouds: Vec<Value> = reports
            .iter()
            .map(|report| json!({
                "specversion": "1.0", "type": CLOUD_EVENT_TYPE, "source": "x",
                "id": report["id"], "data": report,
            }))
            .collect();
        let array = Value::from(reports).to_string();
        let expected: Vec<Read<'_>> = events.into_iter().map(Ok).collect();
        prop_assert_eq!(&read_batch(array.as_bytes(), Form::Json).unwrap(), &expected);
        prop_assert_eq!(&read_batch(lines.as_bytes(), Form::Lines).unwrap(), &expected);
        let clouds = Value::from(clouds).to_string();
        prop_assert_eq!(&read_batch(clouds.as_bytes(), Form::CloudEvents).unwrap(), &expected);
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for form in [Form::Json, Form::Lines, Form::CloudEvents] {
            drop(read_batch(&body, form));
        }
    }
}
