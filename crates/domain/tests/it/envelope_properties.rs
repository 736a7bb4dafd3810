//! What must hold for any envelope and any use.

use domain::envelope::{Axis, Credit};
use domain::{Envelope, IntendedUse, covers, includes, intersect, narrower};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::envelope_gen::{covered_by, envelopes, hardest, uses, wider};
use crate::envelopes::codes;

/// A pair that overlaps more often than two strangers would: the second is a neighbour of the
/// first in half of the cases.
fn pairs() -> impl Strategy<Value = (Envelope, Envelope)> {
    (
        envelopes(),
        envelopes(),
        any::<prop::sample::Index>(),
        any::<u8>(),
    )
        .prop_map(|(a, b, which, kind)| match kind % 4 {
            0 => (a.clone(), which.get(&wider(&a)).clone()),
            1 => (which.get(&wider(&a)).clone(), a),
            2 => {
                let mut close = b;
                close.asset = a.asset;
                close.channels.owner = a.channels.owner.clone();
                (a, close)
            }
            _ => (a, b),
        })
}

/// A pair and a use that one of the two, or neither, surely covers.
fn pairs_and_uses() -> impl Strategy<Value = (Envelope, Envelope, IntendedUse)> {
    pairs().prop_flat_map(|(a, b)| {
        let common = intersect(&a, &b).unwrap_or_else(|_| a.clone());
        let wanted = prop_oneof![covered_by(&common), covered_by(&a), covered_by(&b), uses(),];
        (Just(a), Just(b), wanted)
    })
}

fn covered(envelope: &Envelope, wanted: &IntendedUse) -> bool {
    covers(envelope, wanted).is_ok()
}

proptest! {
    #![proptest_config(Config { cases: 2_500, ..Config::default() })]

    #[test]
    fn parsing_what_was_printed_gives_the_same_envelope(envelope in envelopes()) {
        let first = envelope.canonical();
        let read = Envelope::from_json(&first.json).unwrap();
        prop_assert_eq!(&read, &envelope);
        prop_assert_eq!(read.canonical(), first, "and the same text and hash");
        let pretty = serde_json::to_string_pretty(&envelope).unwrap();
        prop_assert_eq!(Envelope::from_json(&pretty).unwrap(), envelope);
    }

    #[test]
    fn an_envelope_covers_what_it_says_it_allows(
        (envelope, wanted) in envelopes().prop_flat_map(|e| (Just(e.clone()), covered_by(&e))),
    ) {
        prop_assert_eq!(covers(&envelope, &hardest(&envelope)), Ok(()));
        prop_assert_eq!(covers(&envelope, &wanted), Ok(()));
    }

    #[test]
    fn widening_an_axis_never_uncovers_a_use(
        (envelope, wanted) in envelopes().prop_flat_map(|e| {
            let wanted = prop_oneof![covered_by(&e), uses()];
            (Just(e), wanted)
        }),
    ) {
        let before = codes(&envelope, &wanted);
        for wide in wider(&envelope) {
            let after = codes(&wide, &wanted);
            prop_assert!(after.iter().all(|code| before.contains(code)), "{wide:?}");
            prop_assert!(after.len() <= before.len());
            prop_assert!(includes(&wide, &envelope), "{wide:?}");
        }
    }

    #[test]
    fn a_reason_is_gone_when_the_axis_it_names_allows_it(
        envelope in envelopes(),
        wanted in uses(),
    ) {
        let Err(reasons) = covers(&envelope, &wanted) else { return Ok(()) };
        for axis in reasons.iter().map(|reason| reason.axis) {
            let widened = allow(&envelope, &wanted, axis);
            let left = covers(&widened, &wanted).err().unwrap_or_default();
            let fixed = axis == Axis::Forbidden;
            prop_assert!(fixed || left.iter().all(|reason| reason.axis != axis), "{axis:?}");
            prop_assert!(left.iter().all(|reason| reasons.contains(reason)));
        }
    }

    #[test]
    fn the_intersection_covers_exactly_what_both_cover((a, b, wanted) in pairs_and_uses()) {
        let both = covered(&a, &wanted) && covered(&b, &wanted);
        match intersect(&a, &b) {
            Ok(common) => {
                prop_assert_eq!(common.check(), Ok(()));
                prop_assert_eq!(covered(&common, &wanted), both, "{:?}", common);
                prop_assert!(includes(&a, &common) && includes(&b, &common));
            }
            Err(axes) => {
                prop_assert!(!axes.is_empty());
                prop_assert!(!both, "nothing in common on {:?}, and yet both cover it", axes);
            }
        }
    }

    #[test]
    fn the_wider_envelope_covers_every_use_of_the_narrower((a, b, wanted) in pairs_and_uses()) {
        if includes(&a, &b) && covered(&b, &wanted) {
            prop_assert_eq!(covers(&a, &wanted), Ok(()));
        }
    }

    #[test]
    fn who_is_narrower_misses_a_use_on_the_axis_named((a, b) in pairs()) {
        let lacking = narrower(&a, &b);
        prop_assert_eq!(lacking.is_empty(), includes(&a, &b));
        for axis in lacking.iter() {
            let missed = witness(&a, &b, axis);
            prop_assert_eq!(covers(&b, &missed), Ok(()));
            let reasons = covers(&a, &missed).err().unwrap_or_default();
            prop_assert!(reasons.iter().any(|reason| reason.axis == axis), "{axis:?}");
        }
    }
}

/// `envelope` with this one axis as the use needs it.
fn allow(envelope: &Envelope, wanted: &IntendedUse, axis: Axis) -> Envelope {
    let mut wide = envelope.clone();
    match axis {
        Axis::Asset => wide.asset = wanted.asset.unwrap_or(wide.asset),
        Axis::Placements => wide.placements = wide.placements | wanted.placements,
        Axis::Purposes => wide.purposes = wide.purposes.with(wanted.purpose),
        Axis::Videos => wide.videos = wanted.videos,
        Axis::Clip => wide.clip_ms = Some(wanted.clip_ms),
        Axis::Channels => {
            wide.channels.owner = wanted.owner.clone();
            wide.channels.audience = wanted
                .channel_audience
                .unwrap_or(domain::envelope::Audience::Any);
        }
        Axis::Territory => wide.territory = wanted.territory.clone(),
        Axis::PublishWindow => wide.publish_window = domain::envelope::PublishWindow::default(),
        Axis::Alterations => wide.alterations = wide.alterations | wanted.alterations,
        Axis::Credit => wide.credit = Credit::NotRequired,
        Axis::Forbidden => wide.forbidden.ai_training = domain::envelope::AiTraining::Allowed,
        Axis::Exclusivity => {
            let end = wanted.exclusive_until.unwrap();
            wide.exclusivity = domain::envelope::Exclusivity::Until(end);
        }
    }
    wide
}

/// A use that `b` covers and `a`, being narrower on `axis`, doesn't.
fn witness(a: &Envelope, b: &Envelope, axis: Axis) -> IntendedUse {
    let mut wanted = hardest(b);
    match axis {
        Axis::Purposes => wanted.purpose = (b.purposes - a.purposes).first().unwrap(),
        Axis::Credit => wanted.credits = false,
        Axis::PublishWindow => {
            let (mine, theirs) = (a.publish_window, b.publish_window);
            let early = mine.from.map(|from| from.plus_ms(-1));
            let late = theirs.until.map(|until| until.plus_ms(-1));
            let instants = [early, mine.until, theirs.from, late];
            let missed = instants.into_iter().flatten();
            let missed = missed.filter(|at| theirs.contains(*at));
            wanted.published_at = Some(missed.into_iter().find(|at| !mine.contains(*at)).unwrap());
        }
        _ => {}
    }
    wanted
}
