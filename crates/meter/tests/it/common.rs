//! What several tests need: how many cases to try, ids, events about the world of `world.rs`.

use domain::envelope::{Placement, Purpose};
use domain::{LicenceId, Timestamp, TrackId};
use licence_key::Code;
use meter::event::Event;
use meter::pack::{Blob, BlobError};
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

/// The number of a licence, for those that have one.
pub(crate) fn number(n: u8) -> Option<u32> {
    (!n.is_multiple_of(3)).then_some(u32::from(n) * 1_000)
}

/// The code of the licence with a number.
pub(crate) fn code_of(number: u32) -> Option<Code> {
    (1..=13)
        .find(|n| self::number(*n) == Some(number))
        .map(code)
}

/// A blob with its licences named.
pub(crate) fn open(bytes: &[u8]) -> Result<Blob<'_>, BlobError> {
    Ok(Blob::read(bytes)?.name(code_of))
}

/// Events about that world, most of them good, with few ids so that they collide.
pub(crate) fn events() -> impl Strategy<Value = Event<'static>> {
    let what = (
        ids(),
        licences(),
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
        prop_oneof![12 => -4 * HOUR..1, 2 => -70 * HOUR..-40 * HOUR, 1 => -900 * HOUR..0, 1 => 0..HOUR],
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
        licence_code: what.1.clone().ok().map(Into::into),
        channel: what.1.err().map(Into::into),
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

/// A code, or a channel in its place.
fn licences() -> impl Strategy<Value = Result<String, String>> {
    let channel = prop_oneof![
        4 => select(vec!["@ada", "https://www.tiktok.com/@Ada", "https://www.youtube.com/@ada"])
            .prop_map(str::to_owned),
        1 => "[ -~é]{0,34}",
    ];
    prop_oneof![15 => codes().prop_map(Ok), 1 => channel.prop_map(Err)]
}

fn codes() -> impl Strategy<Value = String> {
    let known = (1..=13_u8, 0..4_u8).prop_map(|(n, spelling)| match spelling {
        0 | 1 => code(n).to_string(),
        2 => code(n).plain(),
        _ => code(n).to_string().to_lowercase().replace('-', " "),
    });
    prop_oneof![20 => known, 1 => Just("nonsense".to_owned()), 1 => "[ -~]{0,34}"]
}

/// A use of a track, published now.
pub(crate) fn event(code: &str, used: u8) -> Event<'static> {
    let json = serde_json::json!({
        "id": "a", "licence_code": code, "placement": "tiktok",
        "purpose": "monetised_creator", "clip_ms": 1_000, "published_at": NOW,
        "track": track(used),
    });
    Event::from(serde_json::from_value::<domain::UseReport>(json).unwrap())
}
