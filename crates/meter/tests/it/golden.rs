//! Blobs that were written once and never change: later programs must read them.

use domain::Timestamp;
use meter::event::Event;
use meter::pack::{Blob, BlobError, Outcome, Packer, Part, Under};

use crate::common::{NOW, code, number, open, track};

/// Events with everything that an event can say, in every form, over more than one group.
fn many() -> Vec<(&'static str, Event<'static>, Outcome)> {
    (0..70_u8).map(one).collect()
}

fn one(n: u8) -> (&'static str, Event<'static>, Outcome) {
    let reporter = ["camera", "editor"][usize::from(n / 9 % 2)];
    let id = match n % 4 {
        0 | 1 => meter::id::EventId::Uuid7(domain::uuid7(at(n), [n; 10])).write(),
        2 => format!("cam:{}", u64::from(n) * 300),
        _ => format!("take {n}"),
    };
    let mut report = serde_json::json!({
        "id": id, "placement": (["tiktok", "youtube", "broadcast"][usize::from(n % 3)]),
        "purpose": (["monetised_creator", "paid_ad"][usize::from(n % 2)]),
        "clip_ms": u64::from(n) * 977, "published_at": at(n),
        "source": (["editor", "platform_report", ""][usize::from(n / 7 % 3)]),
    });
    let licence = code(n % 11 + 1);
    let mut say = |name: &str, what: serde_json::Value| report[name] = what;
    match n % 5 {
        0 | 1 => say("licence_code", licence.to_string().into()),
        2 => say("licence_code", licence.plain().into()),
        3 => say("licence_code", licence.to_string().to_lowercase().into()),
        _ => say("channel", format!("@ada{}", n % 2).into()),
    }
    if n.is_multiple_of(2) {
        say("track", track(n % 6 + 1).to_string().into());
    }
    if !n.is_multiple_of(3) {
        say("territory", ["DE", "JP"][usize::from(n % 2)].into());
    }
    if n % 7 == 1 {
        say("video", format!("v{n}").into());
    }
    if n % 6 == 2 {
        say("url", format!("https://a.example/{}é", n / 12).into());
    }
    if n % 8 == 3 {
        say("views", (u64::from(n) << 40).into());
        say("followers", n.into());
    }
    let report: domain::UseReport = serde_json::from_value(report).expect("a report");
    (reporter, report.into(), outcome(n))
}

fn outcome(n: u8) -> Outcome {
    let part = |nth, billed_ms| Part {
        nth,
        billed_ms,
        earns: i64::from(n) * 1_313,
    };
    match n % 6 {
        0 => Outcome::Free,
        1 => Outcome::Drawn(vec![part(0, domain::bundle::billed_ms(i64::from(n) * 977))]),
        2 => Outcome::Drawn(vec![part(1, 1_000), part(3, 70_000)]),
        3 => Outcome::Pooled {
            cycle: n.into(),
            micros: i64::from(n) << 20,
        },
        4 => Outcome::Uncovered,
        _ => Outcome::Drawn(vec![part(0, 1)]),
    }
}

fn at(n: u8) -> Timestamp {
    NOW.plus_ms(i64::from(n % 13) * 86_400_123 - 1_000_000)
}

fn pack(with: impl Fn(u8) -> Option<u32>) -> Vec<u8> {
    let mut packer = Packer::new();
    for (n, (reporter, event, outcome)) in (0..).zip(many()) {
        // An event that says its code falls under that licence, one with a channel under these.
        let said = event.licence_code.as_ref();
        let said = said.and_then(|text| (1..=11).find(|n| text.parse() == Ok(code(*n))));
        let licence = said.unwrap_or(n % 5 + 1);
        let under = Under {
            code: code(licence),
            number: with(licence),
        };
        let packed = packer.add_under(reporter, &event, under, &outcome);
        assert_eq!(packed, Ok(u32::from(n)));
    }
    packer.seal(1_234_567, NOW)
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.trim().as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

fn holds_all(blob: &Blob<'_>) {
    assert_eq!((blob.commit(), blob.accepted_at()), (1_234_567, NOW));
    let stored: Vec<_> = blob.events().map(Result::unwrap).collect();
    assert_eq!(stored.len(), many().len());
    for (n, (stored, (reporter, event, outcome))) in (0..).zip(stored.iter().zip(many())) {
        assert_eq!((stored.reporter, &stored.outcome), (reporter, &outcome));
        assert_eq!(stored.event(), event);
        if event.channel.is_some() {
            assert_eq!(stored.code.code(), Some(code(n % 5 + 1)));
        }
    }
}

#[test]
fn blobs_of_the_first_version_are_read_for_ever() {
    let bytes = bytes(include_str!("../golden-blob-1.hex"));
    let blob = Blob::read(&bytes).unwrap();
    assert_eq!(
        blob.numbers().count(),
        0,
        "it names licences by their codes"
    );
    holds_all(&blob);
    let one = self::bytes(include_str!("../golden-blob-1-one.hex"));
    assert_eq!(Blob::read(&one).unwrap().count(), 1);
}

#[test]
fn blobs_of_the_second_version_are_what_was_published_of_them() {
    let golden = bytes(include_str!("../golden-blob-2.hex"));
    assert_eq!(pack(number), golden);
    holds_all(&open(&golden).unwrap());
}

#[test]
fn an_event_under_a_licence_that_was_not_named_is_not_read_and_all_others_are() {
    let bytes = pack(|n| (n == 2).then_some(7));
    let blob = Blob::read(&bytes).unwrap();
    assert_eq!(blob.numbers().collect::<Vec<_>>(), [7]);
    let mut unnamed = 0;
    for index in 0..blob.count() {
        match blob.number(index).unwrap() {
            Some(number) => {
                unnamed += 1;
                assert_eq!(blob.event(index), Err(BlobError::Licence(number)));
            }
            None => assert!(blob.event(index).is_ok_and(|event| event.is_some())),
        }
    }
    assert!(unnamed > 3, "{unnamed}");
    assert!(
        blob.events()
            .any(|event| event == Err(BlobError::Licence(7)))
    );
    assert_eq!(blob.number(blob.count()), Ok(None));
    holds_all(&blob.name(|number| (number == 7).then(|| code(2))));
}

#[test]
fn numbers_cost_a_blob_less_than_codes() {
    let (by_code, by_number) = (pack(|_| None).len(), pack(|n| Some(n.into())).len());
    assert_eq!(by_code - by_number, 9 * 11);
}
