//! What several tests need: how many cases to try, a world of licences, events about them.

use std::sync::Arc;

use domain::cycle::Cycle;
use domain::envelope::{Audience, Credit, Placement, PublishWindow, Purpose, Territory, Videos};
use domain::offer::BUNDLE_PLANS;
use domain::usage::LicenceState;
use domain::{Bundle, BundleId, Envelope, LicenceId, Timestamp, TrackId};
use ledger::Currency;
use licence_key::Code;
use meter::book::{Book, CycleTerms, LicenceTerms, Paid, Span, TrackTerms};
use meter::event::Event;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

pub(crate) const NOW: Timestamp = Timestamp(1_780_000_000_000);
pub(crate) const HOUR: i64 = 3_600_000;

/// `usual` cases, or as many as `METER_CASES` says.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own setting, read by nothing else"
)]
pub(crate) fn config(usual: u32) -> Config {
    let asked = std::env::var("METER_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

pub(crate) fn track(n: u8) -> TrackId {
    TrackId::from_bytes([n; 16])
}

pub(crate) fn licence(n: u8) -> LicenceId {
    LicenceId::from_bytes([n; 16])
}

pub(crate) fn code(n: u8) -> Code {
    // A multiple of 37 has check symbol 0.
    Code::from_value(u128::from(n) * 37).unwrap()
}

fn envelope(n: u8) -> Envelope {
    let mut envelope = BUNDLE_PLANS[0].envelope(Credit::NotRequired, NOW.plus_ms(-20 * HOUR));
    match n {
        1 => envelope.videos = Videos::Count(2),
        2 => {
            envelope.placements = [Placement::Tiktok, Placement::Youtube].into();
            envelope.clip_ms = Some(10_000);
        }
        3 => {
            envelope.territory = Territory::Only(["DE".parse().unwrap()].into_iter().collect());
            envelope.channels.audience = Audience::UpTo100k;
        }
        4 => {
            envelope.territory = Territory::Except(["US".parse().unwrap()].into_iter().collect());
            envelope.publish_window = PublishWindow {
                from: Some(NOW.plus_ms(-3 * HOUR)),
                until: Some(NOW),
            };
        }
        _ => {}
    }
    envelope
}

/// Licences 1, 2: tiers of tracks 1 and 2. 3, 4, 5: clip time, little of it. 6, 7: pools, 7 with
/// clip time too. 8: suspended. Tracks 3: exclusive for a while, 4: not attested, 5: out of
/// rotation.
pub(crate) fn book() -> Book {
    let mut book = Book::new();
    let always = Span {
        from: Timestamp(0),
        until: Timestamp(i64::MAX),
    };
    for n in 1..=5 {
        let mut terms = TrackTerms {
            attested: n != 4,
            exclusive: Vec::new(),
            rotation: vec![always],
        };
        if n == 3 {
            let until = |hours: i64| Span {
                from: NOW.plus_ms(-hours * HOUR),
                until: NOW.plus_ms(-HOUR),
            };
            terms.exclusive = vec![until(2), until(3)];
        }
        if n == 5 {
            terms.rotation.clear();
        }
        book.put_track(track(n), terms);
    }
    for n in 1..=8 {
        let paid_by = match n {
            1 | 2 => Paid::Tier(track(n)),
            6 | 7 => Paid::Pool,
            _ => Paid::Bundle,
        };
        let state = if n == 8 {
            LicenceState::Suspended
        } else {
            LicenceState::Active
        };
        let terms = LicenceTerms {
            id: licence(n),
            code: code(n),
            state,
            envelope: Arc::new(envelope(n)),
            currency: if n == 5 {
                Currency::from_code("EUR").unwrap()
            } else {
                Currency::USD
            },
            paid_by,
        };
        book.put_licence(terms).unwrap();
    }
    for (n, nth, bundle) in bundles() {
        book.put_bundle(licence(n), nth, bundle).unwrap();
    }
    for n in [6, 7] {
        for cycle in cycles() {
            book.put_cycle(licence(n), &cycle).unwrap();
        }
    }
    book
}

pub(crate) fn bundles() -> Vec<(u8, u32, Bundle)> {
    let bundle = |id: u8, total_ms: i64, consumed_ms: i64, hours: i64| Bundle {
        id: BundleId::from_bytes([id; 16]),
        total_ms,
        consumed_ms,
        unearned_micros: 6_587_001,
        expires_at: NOW.plus_ms(hours * HOUR),
    };
    vec![
        (3, 0, bundle(30, 60_000, 21_000, 900)),
        (3, 1, bundle(31, 30_999, 0, 2)),
        (3, 2, bundle(32, 45_000, 1_000, -2)),
        (4, 0, bundle(40, 90_999, 0, 5)),
        (5, 0, bundle(50, 600_000, 590_000, 50)),
        (5, 1, bundle(51, 40_000, 0, 50)),
        (7, 0, bundle(70, 50_000, 0, 50)),
        (8, 0, bundle(80, 50_000, 0, 50)),
    ]
}

/// One that is over and takes late uses, and one that is open.
pub(crate) fn cycles() -> [CycleTerms; 2] {
    let edge = NOW.plus_ms(-2 * HOUR);
    let cycle = |nth, start, end| CycleTerms {
        nth,
        cycle: Cycle { start, end },
        contribution: 425_000,
        guarantee: 50_000,
        per_track_cap: Some(5),
        uses: vec![(track(1), nth)],
    };
    [
        cycle(0, edge.plus_ms(-700 * HOUR), edge),
        cycle(1, edge, edge.plus_ms(700 * HOUR)),
    ]
}

/// Events about that world, most of them good, with few ids so that they collide.
pub(crate) fn events() -> impl Strategy<Value = Event<'static>> {
    let what = (
        ids(),
        codes(),
        prop::option::weighted(0.9, (1..=6_u8).prop_map(track)),
        select(vec![
            Placement::Tiktok,
            Placement::Tiktok,
            Placement::Youtube,
            Placement::Broadcast,
        ]),
        select(vec![
            Purpose::MonetisedCreator,
            Purpose::MonetisedCreator,
            Purpose::PaidAd,
        ]),
        prop_oneof![12 => 1..16_000_i64, 1 => -1..2_i64, 1 => 250_000..350_000_i64],
        prop_oneof![12 => -4 * HOUR..1, 1 => -900 * HOUR..0, 1 => 0..HOUR],
    );
    let more = (
        prop::option::of(select(vec!["DE", "US", "FR"]).prop_map(|code| code.parse().unwrap())),
        prop::option::of(select(vec!["v1", "v2", "v3", "v4"])),
        prop::option::of(select(vec![
            "https://a.example/1",
            "https://a.example/2é",
            "https://a.example/22",
            "ftp://a.example",
            "https://a.example/ 3",
        ])),
        prop::option::of(any::<u64>()),
        prop::option::of(prop_oneof![
            0..20_000_u64,
            90_000..110_000_u64,
            any::<u64>()
        ]),
        prop_oneof![9 => Just("editor"), 1 => Just("")],
    );
    (what, more).prop_map(|(what, more)| Event {
        id: what.0.into(),
        licence_code: what.1.into(),
        track: what.2,
        placement: what.3,
        purpose: what.4,
        clip_ms: what.5,
        published_at: NOW.plus_ms(what.6),
        territory: more.0,
        video: more.1.map(Into::into),
        url: more.2.map(Into::into),
        views: more.3,
        followers: more.4,
        source: more.5.into(),
    })
}

pub(crate) fn ids() -> impl Strategy<Value = String> {
    let uuid = (0..40_u8).prop_map(|n| {
        let bytes = domain::uuid7(NOW.plus_ms(i64::from(n) * 7), [n; 10]);
        meter::id::EventId::Uuid7(bytes).write()
    });
    prop_oneof![
        6 => uuid,
        3 => (select(vec!["cam", "a:b", "é"]), 0..30_u64).prop_map(|(name, n)| format!("{name}:{n}")),
        1 => any::<u64>().prop_map(|n| format!("cam:{n}")),
        2 => select(vec!["x", "cam:01", "cam:", ":7", "018F2A2C-0000-7000-8000-000000000000", "a b"])
            .prop_map(str::to_owned),
        1 => "[ -~]{0,70}",
    ]
}

fn codes() -> impl Strategy<Value = String> {
    let known = (1..=9_u8, 0..4_u8).prop_map(|(n, spelling)| match spelling {
        0 | 1 => code(n).to_string(),
        2 => code(n).plain(),
        _ => code(n).to_string().to_lowercase().replace('-', " "),
    });
    prop_oneof![20 => known, 1 => Just("nonsense".to_owned()), 1 => "[ -~]{0,34}"]
}
