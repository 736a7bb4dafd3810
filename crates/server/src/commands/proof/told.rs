//! What a proof says, for people and for programs.

use app::Timestamp;
use app::proofs::{Event, One};
use app::statements::decimal;
use app::{LicenceId, PayeeId, TrackId};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use tlog::{Kind, Leaf, Proof, Proven, VerifyingKey};

use super::Context;

/// Tells what was proven, and by whose key.
pub(super) fn proven(context: &Context, proven: &Proven, by: &VerifyingKey) {
    let bytes = |said: &Option<(u32, Vec<u8>)>| said.as_ref().map(|(_, bytes)| bytes.clone());
    let (event, part) = (bytes(&proven.event), bytes(&proven.part));
    let mut document = leaf(&proven.leaf, event.as_deref(), part.as_deref());
    document["proven"] = true.into();
    document["log"] = by.name().into();
    document["log_size"] = proven.head.size.into();
    context.say.json(&document);
    context.say.text(format!(
        "proven: leaf {} of the {} that {} has signed",
        proven.leaf.sequence,
        proven.head.size,
        by.name()
    ));
    lines(context, &document);
}

/// Tells what a proof says, believed or not.
pub(super) fn proof(context: &Context, proof: &Proof) {
    let event = proof.event.as_ref().map(|event| event.bytes.as_slice());
    let part = proof.event.as_ref().and_then(|event| event.part.as_ref());
    let part = part.map(|part| part.bytes.as_slice());
    let mut document = match Leaf::decode(&proof.leaf) {
        Ok(it) => leaf(&it, event, part),
        Err(why) => json!({ "leaf_error": why.to_string() }),
    };
    document["proven"] = Value::Null;
    document["index"] = proof.index.into();
    let log = proof.checkpoint.lines().next().unwrap_or_default();
    document["log"] = log.into();
    context.say.json(&document);
    context.say.text(format!(
        "not checked: it says that it is leaf {} of {}",
        proof.index,
        log.escape_debug()
    ));
    lines(context, &document);
}

fn leaf(leaf: &Leaf, event: Option<&[u8]>, part: Option<&[u8]>) -> Value {
    let kind = match leaf.kind {
        Kind::Uses => json!({ "kind": "uses" }),
        Kind::Licences => json!({ "kind": "licences" }),
        Kind::Statement(it) => json!({
            "kind": "statement",
            "number": it.number,
            "covers_from": it.from,
            "covers_to": it.to,
        }),
    };
    let time = i64::try_from(leaf.time_ms).unwrap_or(i64::MAX);
    json!({
        "leaf": leaf.sequence,
        "logged_at": Timestamp(time).to_string(),
        "events": leaf.count,
        "commit": kind,
        "event": event.map_or(Value::Null, self::event),
        "part": part.map_or(Value::Null, |part| self::part(event, part)),
    })
}

fn event(bytes: &[u8]) -> Value {
    let letters = |code: &[u8; 3]| String::from_utf8_lossy(code).into_owned();
    match Event::decode(bytes) {
        None => json!({ "kind": "unknown", "bytes": HEXLOWER.encode(bytes) }),
        Some(Event::Use(it)) => json!({
            "kind": "use",
            "id": HEXLOWER.encode(&it.id),
            "uses": it.uses,
            "licence": LicenceId::from_bytes(it.licence).to_string(),
            "track": TrackId::from_bytes(it.track).to_string(),
            "clip_ms": it.clip_ms,
            "billed_ms": it.billed_ms,
            "earned": decimal(it.earned_micros),
            "currency": letters(&it.currency),
            "published_at": Timestamp(it.published_ms).to_string(),
            "received_at": Timestamp(it.received_ms).to_string(),
            "report_sha256": HEXLOWER.encode(&it.report),
            "root": it.root.map(|root| HEXLOWER.encode(&root)),
        }),
        Some(Event::Licence(it)) => json!({
            "kind": "licence",
            "id": LicenceId::from_bytes(it.id).to_string(),
            "code": it.code.to_string(),
            "token_sha256": HEXLOWER.encode(&it.token),
        }),
        Some(Event::Statement(it)) => json!({
            "kind": "statement",
            "payee": PayeeId::from_bytes(it.payee).to_string(),
            "period": it.period,
            "currency": letters(&it.currency),
            "change": decimal(it.micros),
            "sha256": HEXLOWER.encode(&it.sha256),
        }),
    }
}

/// One of the several uses that an event sums.
fn part(event: Option<&[u8]>, bytes: &[u8]) -> Value {
    let several = event
        .and_then(Event::decode)
        .is_some_and(|event| matches!(event, Event::Use(it) if it.root.is_some()));
    match One::decode(bytes).filter(|_| several) {
        None => json!({ "kind": "unknown", "bytes": HEXLOWER.encode(bytes) }),
        Some(it) => json!({
            "kind": "one_of_them",
            "commit": it.commit,
            "index": it.index,
            "placement": it.placement.code(),
            "purpose": it.purpose.code(),
            "territory": it.territory.map(|country| country.to_string()),
            "clip_ms": it.clip_ms,
            "billed_ms": it.billed_ms,
            "earned": decimal(it.earned_micros),
            "published_at": Timestamp(it.published_ms).to_string(),
            "received_at": Timestamp(it.received_ms).to_string(),
            "details_sha256": HEXLOWER.encode(&it.details),
        }),
    }
}

/// The same, a line for each.
fn lines(context: &Context, document: &Value) {
    let line = |name: &str, value: &Value| {
        let shown = match value {
            Value::String(text) => text.escape_debug().to_string(),
            other => other.to_string(),
        };
        context
            .say
            .text(format!("  {:<14} {shown}", name.replace('_', " ")));
    };
    line("logged_at", &document["logged_at"]);
    line("events", &document["events"]);
    for part in ["commit", "event", "part"] {
        let fields = document[part].as_object();
        for (name, value) in fields.into_iter().flatten() {
            line(name, value);
        }
    }
}
