//! Batches: the three forms in which events come, cut into events that are each read or refused
//! for themselves.

use std::borrow::Cow;
use std::fmt;

use domain::UseReport;
use domain::report::{FieldCode, FieldError, no_licence};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

use super::Event;
use super::fault;
use super::shape::{Outside, Shape, Text, instant};

/// The most bytes of a batch: 4 MiB, some ten times what a full one usually takes.
pub const BATCH_BYTES_MAX: usize = 4 << 20;
/// The most events of a batch.
pub const BATCH_EVENTS_MAX: usize = 1_000;
/// How deep the JSON of an event may nest and still be named rightly; deeper is no event. (The
/// limit is the JSON reader's; an event itself nests once.)
pub const NESTING_MAX: usize = 127;
/// The `type` of a CloudEvent that reports a use.
pub const CLOUD_EVENT_TYPE: &str = "clearcue.use.published";
/// The longest id that is given back to its sender, in characters.
const ECHO_MAX: usize = 64;
/// About how long the shortest useful event is as JSON.
const USUAL_BYTES: usize = 200;

/// In which form a batch comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON array of events, or one event: `application/json`.
    Json,
    /// A JSON event a line: `application/x-ndjson`.
    Lines,
    /// CloudEvents 1.0 in the batched JSON format, each with an event as its data:
    /// `application/cloudevents-batch+json`.
    CloudEvents,
}

/// An event that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Its id, if one can be made out; cut to 64 characters.
    pub id: String,
    /// What is wrong with it.
    pub error: FieldError,
}

/// An event of a batch, or why it is none.
pub type Read<'a> = Result<Event<'a>, Box<Bad>>;

/// A whole batch is turned away.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BatchError {
    /// Larger than [`BATCH_BYTES_MAX`].
    #[error("a batch has at most {BATCH_BYTES_MAX} bytes, this has {0}: send it in parts")]
    Bytes(usize),
    /// No events, or more than [`BATCH_EVENTS_MAX`].
    #[error("a batch holds 1 to {BATCH_EVENTS_MAX} events, this has {0}: send it in parts")]
    Events(usize),
    /// It can't be cut into events.
    #[error("the body is no JSON: {0}")]
    NotJson(String),
}

/// Reads a batch. Each event stands for itself: a bad one doesn't touch the others.
///
/// # Errors
/// [`BatchError`] when there is nothing that could be read one by one.
pub fn read_batch(body: &[u8], form: Form) -> Result<Vec<Read<'_>>, BatchError> {
    if body.len() > BATCH_BYTES_MAX {
        return Err(BatchError::Bytes(body.len()));
    }
    if form == Form::Lines {
        return read_lines(body);
    }
    let text = std::str::from_utf8(body).map_err(|error| BatchError::NotJson(error.to_string()))?;
    let listed = text.trim_ascii_start().starts_with('[');
    match form {
        Form::CloudEvents => read_each(text, listed, read_cloud),
        _ if listed => match all_good(text) {
            Some(events) => counted(events.into_iter().map(Ok).collect()),
            None => read_each(text, true, read_one),
        },
        _ => read_each(text, false, read_one),
    }
}

/// Reads one event.
///
/// # Errors
/// What is wrong with it.
pub fn read_one(text: &str) -> Read<'_> {
    let shape = serde_json::from_str::<Shape<'_>>(text).ok();
    match shape.and_then(|shape| shape.event(Outside::default())) {
        Some(event) => Ok(event),
        None => read_closely(text, &Outside::default()),
    }
}

/// Reads an event as it has always been read, for its fault or its unusual spelling.
fn read_closely<'a>(text: &str, outside: &Outside<'_>) -> Read<'a> {
    let mut value = match serde_json::from_str::<Value>(text) {
        Ok(value) => value,
        Err(error) => return Err(bad("", fault::of_text::<UseReport>(text, &error))),
    };
    if let Value::Object(members) = &mut value {
        let mut add = |name: &str, said: Option<String>| {
            if let Some(said) = said {
                members.entry(name).or_insert(Value::String(said));
            }
        };
        add("id", outside.id.as_deref().map(str::to_owned));
        add(
            "published_at",
            outside.published_at.map(|at| at.to_string()),
        );
        add("source", outside.source.as_deref().map(str::to_owned));
    }
    let sent = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let sent: String = sent.chars().take(ECHO_MAX).collect();
    let lacks = |member| value.get(member).is_none_or(Value::is_null);
    let nameless = lacks("licence_code") && lacks("channel");
    let read = serde_path_to_error::deserialize::<_, UseReport>(value);
    let report = read.map_err(|error| {
        // Of what is missing, the licence is named first.
        let missing = error.inner().to_string().starts_with("missing field");
        let nameless = nameless && missing;
        bad(
            &sent,
            if nameless {
                no_licence()
            } else {
                fault::at(&error)
            },
        )
    })?;
    said_once(text).map_err(|error| bad(&sent, fault::of(&error)))?;
    if nameless {
        return Err(bad(&sent, no_licence()));
    }
    Ok(Event::from(report))
}

/// An event that says a member twice is refused: a value keeps the last, and which one was meant is
/// not ours to guess.
fn said_once(text: &str) -> Result<(), serde_json::Error> {
    match serde_json::from_str::<UseReport>(text) {
        Err(error) if error.to_string().starts_with("duplicate field") => Err(error),
        // Whatever else it lacks was said outside of it.
        _ => Ok(()),
    }
}

fn counted(events: Vec<Read<'_>>) -> Result<Vec<Read<'_>>, BatchError> {
    match events.len() {
        1..=BATCH_EVENTS_MAX => Ok(events),
        count => Err(BatchError::Events(count)),
    }
}

/// A line that is no JSON is an event like any other: refused for itself.
fn read_lines(body: &[u8]) -> Result<Vec<Read<'_>>, BatchError> {
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines.filter(|line| !line.is_empty());
    let count = lines.clone().count();
    if count > BATCH_EVENTS_MAX {
        return Err(BatchError::Events(count));
    }
    let text = |line| std::str::from_utf8(line).unwrap_or("null");
    counted(lines.map(|line| read_one(text(line))).collect())
}

/// Cuts an array into its elements, then reads each.
fn read_each<'a>(
    text: &'a str,
    listed: bool,
    read: fn(&'a str) -> Read<'a>,
) -> Result<Vec<Read<'a>>, BatchError> {
    let not_json = |error: serde_json::Error| BatchError::NotJson(error.to_string());
    if !listed {
        let one: &RawValue = serde_json::from_str(text).map_err(not_json)?;
        return Ok(vec![read(one.get())]);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let cut = Cut.deserialize(&mut reader).map_err(not_json)?;
    reader.end().map_err(not_json)?;
    if cut.count > BATCH_EVENTS_MAX {
        return Err(BatchError::Events(cut.count));
    }
    counted(cut.parts.into_iter().map(|one| read(one.get())).collect())
}

/// The elements of an array unread, counted beyond [`BATCH_EVENTS_MAX`] but no longer kept.
struct Cut;

struct Parts<'a> {
    parts: Vec<&'a RawValue>,
    count: usize,
}

impl<'de> DeserializeSeed<'de> for Cut {
    type Value = Parts<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parts<'de>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cut {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Vec::new();
        while parts.len() < BATCH_EVENTS_MAX {
            match seq.next_element()? {
                Some(part) => parts.push(part),
                None => break,
            }
        }
        let mut count = parts.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Parts { parts, count })
    }
}

/// The events of an array, when every one of them reads at once: the usual case, in one pass.
fn all_good(text: &str) -> Option<Vec<Event<'_>>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    // Room for as many as there can be at their usual length: 260 bytes each are worth counting.
    let events = AllGood(text.len() / USUAL_BYTES)
        .deserialize(&mut reader)
        .ok()?;
    reader.end().ok()?;
    Some(events)
}

struct AllGood(usize);

impl<'de> DeserializeSeed<'de> for AllGood {
    type Value = Vec<Event<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for AllGood {
    type Value = Vec<Event<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of good events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        use serde::de::Error as _;
        let mut events = Vec::with_capacity(self.0.min(BATCH_EVENTS_MAX));
        while let Some(shape) = seq.next_element::<Shape<'de>>()? {
            let event = shape.event(Outside::default());
            let room = events.len() < BATCH_EVENTS_MAX;
            match event {
                Some(event) if room => events.push(event),
                _ => return Err(A::Error::custom("look closer")),
            }
        }
        Ok(events)
    }
}

/// The attributes of a CloudEvent that count here; extensions are passed over.
#[derive(Deserialize)]
struct Cloud<'a> {
    #[serde(borrow)]
    specversion: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(default, borrow)]
    time: Option<Text<'a>>,
    #[serde(default, borrow)]
    datacontenttype: Option<Text<'a>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn read_cloud(text: &str) -> Read<'_> {
    let cloud = match serde_json::from_str::<Cloud<'_>>(text) {
        Ok(cloud) => cloud,
        Err(error) => {
            let value = serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
            let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
            return Err(bad(id, fault::of_text::<Cloud<'_>>(text, &error)));
        }
    };
    let id = cloud.id.0.clone();
    let time = match said(&cloud) {
        Ok(time) => time,
        Err(error) => return Err(bad(&id, error)),
    };
    let outside = Outside {
        id: Some(cloud.id.0),
        published_at: time,
        source: Some(cloud.source.0),
    };
    let data = cloud.data.get();
    let shape = serde_json::from_str::<Shape<'_>>(data).ok();
    let event = match shape.and_then(|shape| shape.event(outside.clone())) {
        Some(event) => event,
        None => read_closely(data, &outside)?,
    };
    if event.id == id {
        Ok(event)
    } else {
        Err(bad(
            &id,
            wrong(
                "id",
                "the use's id is another than its event's: leave it out",
            ),
        ))
    }
}

/// Checks what the attributes say; gives back the time, where there is one.
fn said(cloud: &Cloud<'_>) -> Result<Option<domain::Timestamp>, FieldError> {
    if cloud.specversion.0 != "1.0" {
        return Err(wrong(
            "specversion",
            "this store reads CloudEvents of version 1.0",
        ));
    }
    if cloud.kind.0 != CLOUD_EVENT_TYPE {
        let sentence = format!("the type of a reported use is {CLOUD_EVENT_TYPE}");
        return Err(wrong("type", &sentence));
    }
    let json = |kind: &Text<'_>| {
        let media = kind.0.split(';').next().unwrap_or_default().trim();
        media == "application/json" || media.ends_with("+json")
    };
    if !cloud.datacontenttype.as_ref().is_none_or(json) {
        return Err(wrong(
            "datacontenttype",
            "the data of a reported use is JSON",
        ));
    }
    let Some(time) = &cloud.time else {
        return Ok(None);
    };
    match instant(&time.0) {
        Some(at) => Ok(Some(at)),
        None => Err(wrong("time", &domain::time::TimestampError.to_string())),
    }
}

fn wrong(field: &str, sentence: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: FieldCode::Malformed,
        sentence: sentence.to_owned(),
    }
}

fn bad(id: &str, error: FieldError) -> Box<Bad> {
    let cut: Cow<'_, str> = id.chars().take(ECHO_MAX).collect();
    Box::new(Bad {
        id: cut.into_owned(),
        error,
    })
}
