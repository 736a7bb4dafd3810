//! What must hold for any envelope and any use.

use std::collections::BTreeSet;

use domain::covers::ShortfallCode as Code;
use domain::envelope::{Alteration, Placement, PublishWindow, Purpose, Territory, Videos};
use domain::{AssetKind, Envelope, IntendedUse, Timestamp};
use proptest::prelude::*;

use crate::envelopes::{codes, countries};
use crate::support::creator_cut;

fn subset<T: Clone + std::fmt::Debug + Ord + 'static>(
    all: &'static [T],
) -> impl Strategy<Value = BTreeSet<T>> {
    prop::sample::subsequence(all, 0..=all.len()).prop_map(|some| some.into_iter().collect())
}

fn envelopes() -> impl Strategy<Value = Envelope> {
    static CHANGES: [Alteration; 2] = [Alteration::PitchTempo, Alteration::Remix];
    (
        prop::sample::select(&AssetKind::ALL[..]),
        subset(&Placement::ALL),
        subset(&Purpose::ALL),
        prop_oneof![Just(Videos::Unlimited), (0..5_u32).prop_map(Videos::Count)],
        prop::option::of(0..60_000_u32),
        subset(&CHANGES),
        (prop::option::of(0..500_i64), prop::option::of(0..500_i64)),
        prop::sample::select(vec!["W", "O DE FR", "O US", "E US", "E DE FR"]),
    )
        .prop_map(
            |(asset, placements, purposes, videos, clip_ms, alterations, window, places)| {
                let territory = match places.split_at(1) {
                    ("O", codes) => Territory::Only(countries(codes)),
                    ("E", codes) => Territory::Except(countries(codes)),
                    _ => Territory::Worldwide,
                };
                let publish_window = PublishWindow {
                    from: window.0.map(Timestamp),
                    until: window.1.map(Timestamp),
                };
                let base = creator_cut();
                Envelope {
                    asset,
                    placements,
                    purposes,
                    videos,
                    clip_ms,
                    alterations,
                    publish_window,
                    territory,
                    ..base
                }
            },
        )
}

fn uses() -> impl Strategy<Value = IntendedUse> {
    envelopes()
        .prop_flat_map(|like| (Just(like), 0..60_000_u32, 0..500_i64))
        .prop_map(|(like, clip_ms, at)| IntendedUse {
            asset: Some(like.asset),
            placements: like.placements,
            purpose: like.purposes.first().copied().unwrap_or(Purpose::PaidAd),
            clip_ms,
            videos: like.videos,
            territory: like.territory,
            published_at: Some(Timestamp(at)),
            alterations: like.alterations,
            ..IntendedUse::default()
        })
}

/// The envelope with each axis in turn as wide as it goes.
fn widened(envelope: &Envelope) -> Vec<Envelope> {
    let same = || envelope.clone();
    vec![
        Envelope {
            placements: Placement::ALL.into(),
            ..same()
        },
        Envelope {
            purposes: Purpose::ALL.into(),
            ..same()
        },
        Envelope {
            videos: Videos::Unlimited,
            ..same()
        },
        Envelope {
            clip_ms: None,
            ..same()
        },
        Envelope {
            territory: Territory::Worldwide,
            ..same()
        },
        Envelope {
            publish_window: PublishWindow::default(),
            ..same()
        },
        Envelope {
            alterations: [Alteration::PitchTempo, Alteration::Remix].into(),
            ..same()
        },
    ]
}

proptest! {
    #[test]
    fn json_reads_back_as_the_same_envelope(envelope in envelopes()) {
        let text = serde_json::to_string(&envelope).unwrap();
        prop_assert_eq!(serde_json::from_str::<Envelope>(&text).unwrap(), envelope);
    }

    #[test]
    fn widening_an_axis_never_uncovers_a_use(envelope in envelopes(), wanted in uses()) {
        let before = codes(&envelope, &wanted);
        for wide in widened(&envelope) {
            let after = codes(&wide, &wanted);
            prop_assert!(after.iter().all(|code| before.contains(code)));
            prop_assert!(after.len() <= before.len());
        }
    }

    #[test]
    fn the_axis_named_by_a_reason_is_the_one_that_would_have_to_be_wider(
        envelope in envelopes(),
        wanted in uses(),
    ) {
        let all = widened(&envelope).into_iter().reduce(|sum, next| Envelope {
            placements: &sum.placements | &next.placements,
            purposes: &sum.purposes | &next.purposes,
            videos: if next.videos == Videos::Unlimited { next.videos } else { sum.videos },
            clip_ms: sum.clip_ms.and(next.clip_ms),
            territory: if next.territory == Territory::Worldwide { next.territory } else { sum.territory },
            publish_window: PublishWindow::default(),
            alterations: &sum.alterations | &next.alterations,
            ..sum
        });
        let left = codes(&all.unwrap(), &wanted);
        let fixed = [Code::AssetNotIncluded, Code::NoPlacementGiven];
        prop_assert!(left.iter().all(|code| fixed.contains(code)), "{left:?}");
    }
}
