//! Packing: what goes in comes out, and nothing else does.

use domain::{Timestamp, TrackId};
use licence_key::Code;
use meter::event::Event;
use meter::pack::{
    Blob, BlobError, CodeText, GROUP, Named, Outcome, PARTS_MAX, PackError, Packer, Part, Stored,
    Under,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::common::{NOW, code, config, events, number, open};

fn outcomes() -> impl Strategy<Value = Outcome> {
    let part = (0..3_u32, 0..i64::MAX, 0..i64::MAX).prop_map(|(nth, billed_ms, earns)| Part {
        nth,
        billed_ms,
        earns,
    });
    prop_oneof![
        Just(Outcome::Free),
        Just(Outcome::Uncovered),
        prop::collection::vec(part, 0..4).prop_map(Outcome::Drawn),
        (any::<u32>(), 0..i64::MAX).prop_map(|(cycle, micros)| Outcome::Pooled { cycle, micros }),
        (0..200_000_i64).prop_map(|earns| {
            let billed_ms = 8_000;
            Outcome::Drawn(vec![Part {
                nth: 0,
                billed_ms,
                earns,
            }])
        }),
    ]
}

type Kept = (&'static str, Event<'static>, Outcome);

fn kept() -> impl Strategy<Value = Vec<Kept>> {
    let reporter = select(vec!["camera", "editor", ""]);
    let one = (reporter, events(), outcomes()).prop_map(|(reporter, mut event, outcome)| {
        event.clip_ms = event.clip_ms.max(0);
        (reporter, event, outcome)
    });
    prop::collection::vec(one, 0..GROUP * 2 + 9)
}

fn pack(kept: &[Kept]) -> Vec<u8> {
    let mut packer = Packer::new();
    for (index, (reporter, event, outcome)) in (0..).zip(kept) {
        // Only an event that names a channel needs to be told its licence. Others' is named by its
        // number where it is told, be it that of their code.
        let packed = if event.channel.is_some() || index % 3 == 0 {
            packer.add_under(reporter, event, under(index, event), outcome)
        } else {
            packer.add(reporter, event, outcome)
        };
        assert_eq!(packed, Ok(index));
    }
    packer.seal(9, NOW)
}

/// The licence that an event by its channel fell under: a few, in turn.
fn fell_under(index: u32) -> Code {
    code(u8::try_from(index % 5).unwrap() + 1)
}

/// That licence, named by its code.
fn by_code() -> Under {
    Under {
        code: fell_under(0),
        number: None,
    }
}

/// What the packer is told of it: of an event with a code, that code's. Some have numbers.
fn under(index: u32, event: &Event<'_>) -> Under {
    let said = event.licence_code.as_ref();
    let code = said.and_then(|text| text.parse().ok());
    let code = code.unwrap_or(fell_under(index));
    Under {
        code,
        number: (1..=13).find(|n| self::code(*n) == code).and_then(number),
    }
}

fn one() -> Kept {
    let event = serde_json::json!({
        "id": "cam:1", "licence_code": "x", "placement": "tiktok", "purpose": "paid_ad",
        "clip_ms": 1, "published_at": "2026-06-01T12:00:00Z",
    });
    let report: domain::UseReport = serde_json::from_value(event).unwrap();
    ("camera", report.into(), Outcome::Free)
}

/// A blob with other bytes in it and a checksum that fits again.
fn bent(mut blob: Vec<u8>, at: usize, to: u8) -> Vec<u8> {
    let body = blob.len() - 4;
    blob[at] = to;
    let sum = crc32fast::hash(&blob[..body]);
    blob[body..].copy_from_slice(&sum.to_le_bytes());
    blob
}

#[test]
fn an_empty_commit_is_a_blob() {
    let bytes = pack(&[]);
    let blob = open(&bytes).unwrap();
    assert_eq!(
        (blob.count(), blob.commit(), blob.accepted_at()),
        (0, 9, NOW)
    );
    assert_eq!((blob.events().count(), blob.event(0)), (0, Ok(None)));
}

#[test]
fn what_was_packed_stays_readable() {
    // Bytes of this version, never to be changed: a later program must read them.
    let bytes = pack(&[one()]);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, include_str!("../golden-blob-2-one.hex").trim());
}

#[test]
fn a_channel_is_kept_with_the_licence_that_it_led_to_and_costs_others_nothing() {
    let by = |name: &str, event: &Event<'static>| Event {
        licence_code: None,
        channel: Some(name.to_owned().into()),
        ..event.clone()
    };
    let (reporter, event, outcome) = one();
    let alone = |event: &Event<'_>| {
        let mut packer = Packer::new();
        packer
            .add_under(reporter, event, by_code(), &outcome)
            .unwrap();
        packer.seal(9, NOW)
    };
    assert_eq!(
        alone(&event),
        pack(&[one()]),
        "an event with a code is as ever"
    );
    let mut sizes = Vec::new();
    for events in [
        &[by("@ada", &event)][..],
        &[by("@ada", &event), by("@bea", &event)],
    ] {
        let mut packer = Packer::new();
        for event in events {
            packer
                .add_under(reporter, event, by_code(), &outcome)
                .unwrap();
        }
        let bytes = packer.seal(9, NOW);
        let blob = open(&bytes).unwrap();
        for (stored, event) in blob.events().map(Result::unwrap).zip(events) {
            let name = event.channel.as_deref().unwrap();
            assert_eq!(stored.code, CodeText::Channel(fell_under(0), name));
            assert_eq!(stored.code.code(), Some(fell_under(0)));
            assert_eq!(&stored.event(), event);
        }
        sizes.push(bytes.len());
    }
    // The second: its own bytes, and one for each of code, channel and the name's length.
    assert!(sizes[1] - sizes[0] < 25, "{sizes:?}");
}

#[test]
fn what_a_blob_cannot_hold_is_refused_and_leaves_it_as_it_was() {
    let (reporter, event, outcome) = one();
    let mut packer = Packer::new();
    packer.add(reporter, &event, &outcome).unwrap();
    let part = Part {
        nth: 0,
        billed_ms: 1,
        earns: 1,
    };
    let bad = [
        Outcome::Drawn(vec![Part {
            billed_ms: -1,
            ..part
        }]),
        Outcome::Drawn(vec![Part { earns: -1, ..part }]),
        Outcome::Drawn(vec![part; PARTS_MAX + 1]),
        Outcome::Pooled {
            cycle: 1,
            micros: -1,
        },
    ];
    for outcome in bad {
        assert!(
            packer.add(reporter, &event, &outcome).is_err(),
            "{outcome:?}"
        );
    }
    let mut negative = event.clone();
    negative.clip_ms = -1;
    let refused = packer.add(reporter, &negative, &outcome);
    assert_eq!(refused, Err(PackError::Negative("clip")));
    let both = Event {
        channel: Some("@ada".into()),
        ..event.clone()
    };
    let alone = Event {
        licence_code: None,
        ..both.clone()
    };
    for event in [&both, &alone] {
        let refused = packer.add(reporter, event, &outcome);
        assert_eq!(refused, Err(PackError::Licence));
    }
    let refused = packer.add_under(reporter, &both, by_code(), &outcome);
    assert_eq!(refused, Err(PackError::Licence));
    assert_eq!(packer.seal(9, NOW), pack(&[one()]));
}

#[test]
fn a_later_version_is_named() {
    let bytes = bent(pack(&[one()]), 4, 3);
    assert_eq!(Blob::read(&bytes).unwrap_err(), BlobError::Version(3));
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_blob_gives_back_what_was_packed(kept in kept(), which in any::<Index>()) {
        let bytes = pack(&kept);
        let blob = open(&bytes).unwrap();
        let again: Vec<_> = blob.events().map(Result::unwrap).collect();
        prop_assert_eq!(again.len(), kept.len());
        for (index, (stored, (reporter, event, outcome))) in (0..).zip(again.iter().zip(&kept)) {
            prop_assert_eq!(stored.reporter, *reporter);
            let keyed = (event, event.event_id());
            let of = Stored::of(reporter, keyed, fell_under(index), outcome.clone());
            prop_assert_eq!(stored, &of);
            prop_assert_eq!(&stored.event(), event);
            if event.channel.is_some() {
                prop_assert_eq!(stored.code.code(), Some(fell_under(index)));
            }
            prop_assert_eq!(&*stored.video_name(), event.video_name());
            prop_assert_eq!(&stored.outcome, outcome);
        }
        let mut events = blob.events();
        while let Some(Ok(stored)) = events.next() {
            let (at, texts) = (events.places(), matches!(stored.code, CodeText::Text(_)));
            let named = at.licence.map(|at| blob.licences()[at]);
            let code = stored.code.code().map(Named::Code).filter(|_| !texts);
            prop_assert_eq!(named, code);
            let track = at.track.map(|at| TrackId::from_bytes(blob.tracks()[at]));
            prop_assert_eq!(track, stored.track);
            if let CodeText::Text(text) = stored.code {
                prop_assert!(blob.texts().contains(&text));
            }
        }
        let times = kept.iter().map(|(_, event, _)| event.published_at);
        let span = (times.clone().min(), times.max());
        let none = Some(Timestamp(0));
        prop_assert_eq!(blob.span(), (span.0.or(none).unwrap(), span.1.or(none).unwrap()));
        if !kept.is_empty() {
            let at = which.index(kept.len());
            let alone = blob.event(u32::try_from(at).unwrap()).unwrap().unwrap();
            prop_assert_eq!(&alone, &again[at]);
            // Ids are read whether or not licences were named.
            let unnamed = Blob::read(&bytes).unwrap();
            let ids: Vec<_> = unnamed.ids().map(Result::unwrap).collect();
            let said: Vec<_> = again.iter().map(|one| (one.reporter, one.id)).collect();
            prop_assert_eq!(ids, said);
        }
    }

    #[test]
    fn one_changed_byte_is_noticed(kept in kept(), at in any::<Index>(), by in 1..=255_u8) {
        let mut bytes = pack(&kept);
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(open(&bytes).is_err());
    }

    #[test]
    fn a_cut_blob_is_noticed(kept in kept(), at in any::<Index>()) {
        let bytes = pack(&kept);
        prop_assert!(Blob::read(&bytes[..at.index(bytes.len())]).is_err());
    }

    /// Whoever can write a checksum can write anything: it is read or refused, never worse.
    #[test]
    fn forged_bytes_are_read_or_refused(
        kept in kept(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = pack(&kept);
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes = bent(bytes, at, to);
        }
        if let Ok(blob) = open(&bytes) {
            let whole: Result<Vec<_>, _> = blob.events().collect();
            for index in 0..blob.count().min(200) {
                let alone = blob.event(index);
                if let Ok(whole) = &whole {
                    prop_assert_eq!(alone, Ok(whole.get(usize::try_from(index).unwrap()).cloned()));
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_no_blob(
        version in 1..=2_u8,
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut framed = vec![b'C', b'C', b'U', b'B', version];
        framed.extend_from_slice(&bytes);
        let sum = crc32fast::hash(&framed);
        framed.extend_from_slice(&sum.to_le_bytes());
        for bytes in [bytes, framed] {
            if let Ok(blob) = Blob::read(&bytes) {
                blob.events().for_each(drop);
            }
        }
    }
}
