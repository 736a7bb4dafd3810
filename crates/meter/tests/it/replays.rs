//! The blobs give the book again, and what lies in them is found out.

use meter::book::{Fault, ReplayError};
use meter::event::Event;
use meter::pack::{Outcome, Packer, Part};
use proptest::prelude::*;

use crate::books::{balances, run};
use crate::common::{NOW, code, config, event, events, licence, open};
use crate::world::book;

#[test]
fn an_event_that_lies_is_named_by_the_replay() {
    let part = Part {
        nth: 0,
        billed_ms: 1_000,
        earns: 109_783,
    };
    let drawn = |part| Outcome::Drawn(vec![part]);
    let cases = [
        (
            code(13).to_string(),
            1,
            Outcome::Free,
            Fault::UnknownLicence,
        ),
        (code(1).to_string(), 6, Outcome::Free, Fault::UnknownTrack),
        (code(1).to_string(), 1, drawn(part), Fault::PaidOtherwise),
        (code(3).to_string(), 1, Outcome::Free, Fault::PaidOtherwise),
        (
            code(3).to_string(),
            1,
            Outcome::Drawn(vec![]),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            Outcome::Drawn(vec![part, part]),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            drawn(Part {
                earns: 109_785,
                ..part
            }),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            drawn(Part { nth: 4, ..part }),
            Fault::Bundle,
        ),
        (
            code(3).to_string(),
            1,
            drawn(Part {
                billed_ms: 40_000,
                ..part
            }),
            Fault::Bundle,
        ),
        (
            code(6).to_string(),
            1,
            Outcome::Pooled {
                cycle: 1,
                micros: 49_999,
            },
            Fault::Pool,
        ),
        (
            code(6).to_string(),
            1,
            Outcome::Pooled {
                cycle: 2,
                micros: 50_000,
            },
            Fault::Pool,
        ),
    ];
    for (code, used, outcome, fault) in cases {
        let mut packer = Packer::new();
        packer.add("camera", &event(&code, used), &outcome).unwrap();
        let bytes = packer.seal(4, NOW);
        let (mut book, before) = (book(), book());
        let replayed = book.replay(&open(&bytes).unwrap());
        let (commit, index) = (4, 0);
        assert_eq!(
            replayed,
            Err(ReplayError::Event {
                commit,
                index,
                fault
            }),
            "{outcome:?}"
        );
        assert!(book == before);
    }
}

#[test]
fn an_uncovered_use_is_kept_and_changes_nothing() {
    let json = serde_json::json!({
        "id": "a", "licence_code": code(3), "placement": "tiktok", "purpose": "paid_ad",
        "clip_ms": 1_000, "published_at": NOW,
    });
    let event = Event::from(serde_json::from_value::<domain::UseReport>(json).unwrap());
    let mut packer = Packer::new();
    packer.add("camera", &event, &Outcome::Uncovered).unwrap();
    let bytes = packer.seal(1, NOW);
    let mut replayed = book();
    assert_eq!(replayed.replay(&open(&bytes).unwrap()), Ok(0));
    assert_eq!(balances(&replayed), balances(&book()));
}

proptest! {
    #![proptest_config(config(150))]

    /// Summing again needs no balance to fit: the same figures come out long after.
    #[test]
    fn blobs_are_summed_again_without_the_balances(
        events in prop::collection::vec(events(), 1..100),
    ) {
        let (counted, blobs) = run(&events, &[20]);
        let mut again = counted.clone();
        again.settled();
        let mut fresh = book();
        for bytes in &blobs {
            let blob = open(bytes).unwrap();
            prop_assert_eq!(again.recount(&blob), Ok(0), "it is in the book already");
            prop_assert_eq!(fresh.recount(&blob), Ok(blob.count()));
        }
        prop_assert_eq!(fresh.settlement(), counted.settlement());
        let told = book();
        prop_assert_eq!(fresh.bundles(licence(3)), told.bundles(licence(3)));
    }
}
