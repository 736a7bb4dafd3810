//! Reports of uses: their own faults, and what is decided about them.

use domain::covers::ShortfallCode;
use domain::envelope::{Placement, Purpose};
use domain::report::{FieldCode, field_errors};
use domain::usage::{Known, LicenceFacts, LicenceState, PaidBy, UseOutcome, UseRefusal};
use domain::{Bundle, BundleId, Decision, Envelope, Timestamp, TrackId, UseReport, judge};

use crate::support::{at, bundle_envelope, creator_cut};

const TRACK: TrackId = TrackId::from_bytes([1; 16]);
const OTHER: TrackId = TrackId::from_bytes([2; 16]);

fn now() -> Timestamp {
    at("2026-06-01T12:00:00Z")
}

fn report() -> UseReport {
    UseReport {
        id: "cam:1".into(),
        licence_code: Some("7K3M9-QXD4T-0RWPC".into()),
        channel: None,
        track: Some(TRACK),
        placement: Placement::Tiktok,
        purpose: Purpose::MonetisedCreator,
        clip_ms: 7_400,
        published_at: now(),
        territory: None,
        video: None,
        url: None,
        views: None,
        followers: None,
        source: "editor".into(),
    }
}

fn bundle() -> Bundle {
    Bundle {
        id: BundleId::from_bytes([7; 16]),
        total_ms: 600_000,
        consumed_ms: 590_000,
        unearned_micros: 6_587_000,
        expires_at: at("2027-05-01T00:00:00Z"),
    }
}

fn under_tier(other_videos: u32) -> LicenceFacts {
    let paid_by = PaidBy::Tier {
        track: TRACK,
        other_videos,
    };
    LicenceFacts {
        state: LicenceState::Active,
        paid_by,
        barred: None,
    }
}

fn under_bundle() -> LicenceFacts {
    LicenceFacts {
        state: LicenceState::Active,
        paid_by: PaidBy::Bundle,
        barred: None,
    }
}

fn decide(report: &UseReport, licence: &LicenceFacts) -> Decision {
    let bundles = [bundle()];
    let (envelope, bundles): (Envelope, &[Bundle]) = match licence.paid_by {
        PaidBy::Tier { .. } => (creator_cut(), &[]),
        PaidBy::Bundle | PaidBy::Pool(_) => (bundle_envelope(at("2026-05-01T00:00:00Z")), &bundles),
    };
    judge(
        report,
        &Known {
            earlier: None,
            licence,
            envelope: &envelope,
            bundles,
            pool: None,
        },
        now(),
    )
}

fn refusals(decision: Decision) -> Vec<UseRefusal> {
    match decision {
        Decision::Refuse(reasons) => reasons,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_use_under_a_tier_counts_and_earns_nothing_more() {
    let accepted = Decision::Accept {
        draws: vec![],
        earned: 0,
        billed_ms: 0,
    };
    assert_eq!(decide(&report(), &under_tier(0)), accepted);
    let unnamed = UseReport {
        track: None,
        ..report()
    };
    assert_eq!(
        decide(&unnamed, &under_tier(0)),
        accepted,
        "the licence knows its track"
    );
}

#[test]
fn a_use_under_a_bundle_draws_whole_seconds_and_earns() {
    let Decision::Accept {
        draws,
        earned,
        billed_ms,
    } = decide(&report(), &under_bundle())
    else {
        panic!("refused");
    };
    assert_eq!((billed_ms, draws.len()), (8_000, 1));
    // ⌊6587000 · 598000 / 600000⌋ − ⌊6587000 · 590000 / 600000⌋ = 6565043 − 6477216.
    assert_eq!((earned, draws[0].earns), (87_827, 87_827));
}

#[test]
fn the_same_report_again_is_a_duplicate_and_another_one_a_conflict() {
    let (envelope, licence) = (creator_cut(), under_tier(0));
    let first = report();
    let known = Known {
        earlier: Some(&first),
        licence: &licence,
        envelope: &envelope,
        bundles: &[],
        pool: None,
    };
    assert_eq!(judge(&report(), &known, now()), Decision::Duplicate);
    let changed = UseReport {
        clip_ms: 1,
        ..report()
    };
    assert_eq!(judge(&changed, &known, now()), Decision::Conflict);
    let late = now().plus_ms(400 * 86_400_000);
    assert_eq!(
        judge(&report(), &known, late),
        Decision::Duplicate,
        "however late it is resent"
    );
}

#[test]
fn every_fault_of_a_report_is_given_at_once() {
    let broken = UseReport {
        id: String::new(),
        licence_code: Some("x".repeat(33)),
        clip_ms: 0,
        published_at: now().plus_ms(600_001),
        video: Some("naïve".into()),
        url: Some("javascript:alert(1)".into()),
        source: "\n".into(),
        ..report()
    };
    let found: Vec<(String, FieldCode)> = field_errors(&broken, now())
        .into_iter()
        .map(|e| (e.field, e.code))
        .collect();
    let expected = [
        ("id", FieldCode::Empty),
        ("licence_code", FieldCode::TooLong),
        ("clip_ms", FieldCode::TooSmall),
        ("published_at", FieldCode::InTheFuture),
        ("video", FieldCode::BadCharacter),
        ("url", FieldCode::NotAnAddress),
        ("source", FieldCode::BadCharacter),
    ];
    assert_eq!(
        found,
        expected.map(|(field, code)| (field.to_owned(), code))
    );
    assert_eq!(refusals(decide(&broken, &under_tier(0))).len(), 7);
}

#[test]
fn a_licence_is_named_by_its_code_or_by_a_track_and_a_channel() {
    let by = |code: Option<&str>, channel: Option<&str>| UseReport {
        licence_code: code.map(str::to_owned),
        channel: channel.map(str::to_owned),
        ..report()
    };
    let on = |placement: Placement, channel: &str| UseReport {
        placement,
        ..by(None, Some(channel))
    };
    let trackless = UseReport {
        track: None,
        ..by(None, Some("https://www.tiktok.com/@ada"))
    };
    let code = Some("7K3M9-QXD4T-0RWPC");
    let table = [
        (by(code, None), None),
        (by(None, Some("https://www.tiktok.com/@ada")), None),
        // The placement says which platform a bare name is of.
        (by(None, Some("@Ada")), None),
        (on(Placement::YoutubeShorts, "@ada"), None),
        (
            on(Placement::PaidSocialAds, "https://www.twitch.tv/ada"),
            None,
        ),
        (on(Placement::PaidSocialAds, "@ada"), Some("channel")),
        (on(Placement::Website, "https://ada.example/blog"), None),
        (on(Placement::Podcast, "@ada"), Some("channel")),
        (
            on(Placement::Tiktok, "https://www.youtube.com/@ada"),
            Some("placement"),
        ),
        (
            on(Placement::OnlineAds, "https://www.youtube.com/@ada"),
            Some("placement"),
        ),
        (by(None, Some("")), Some("channel")),
        (
            by(None, Some("https://youtu.be/dQw4w9WgXcQ")),
            Some("channel"),
        ),
        (
            by(None, Some(&format!("https://{}.example", "a".repeat(300)))),
            Some("channel"),
        ),
        (trackless, Some("track")),
        (by(None, None), Some("licence_code")),
        (by(code, Some("@ada")), Some("channel")),
        (by(Some(""), Some("@ada")), Some("channel, licence_code")),
    ];
    for (report, fault) in table {
        let found = field_errors(&report, now());
        let fields: Vec<&str> = found.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields.join(", "), fault.unwrap_or_default(), "{report:?}");
        for one in &found {
            assert!(one.sentence.starts_with(&one.field), "{}", one.sentence);
        }
    }
}

#[test]
fn a_report_with_a_code_is_written_as_before_channels_could_be_named() {
    let text = serde_json::to_string(&report()).unwrap();
    assert!(text.starts_with(r#"{"id":"cam:1","licence_code":"7K3M9-QXD4T-0RWPC","track":"trk_"#));
    assert!(!text.contains("channel"), "{text}");
    let read: UseReport = serde_json::from_str(&text).unwrap();
    assert_eq!(read, report());
}

#[test]
fn limits_include_their_last_value() {
    let day = 86_400_000;
    let table = [
        (
            UseReport {
                clip_ms: 1,
                ..report()
            },
            0,
        ),
        (
            UseReport {
                clip_ms: 300_000,
                ..report()
            },
            0,
        ),
        (
            UseReport {
                clip_ms: 300_001,
                ..report()
            },
            1,
        ),
        (
            UseReport {
                published_at: now().plus_ms(600_000),
                ..report()
            },
            0,
        ),
        (
            UseReport {
                published_at: now().plus_ms(-35 * day),
                ..report()
            },
            0,
        ),
        (
            UseReport {
                published_at: now().plus_ms(-35 * day - 1),
                ..report()
            },
            1,
        ),
        (
            UseReport {
                id: "x".repeat(64),
                ..report()
            },
            0,
        ),
        (
            UseReport {
                id: "x".repeat(65),
                ..report()
            },
            1,
        ),
        (
            UseReport {
                url: Some("https://v.example/1".into()),
                ..report()
            },
            0,
        ),
        (
            UseReport {
                url: Some("https://v.example/a b".into()),
                ..report()
            },
            1,
        ),
        (
            UseReport {
                url: Some("https:///x".into()),
                ..report()
            },
            1,
        ),
    ];
    for (report, faults) in table {
        assert_eq!(field_errors(&report, now()).len(), faults, "{report:?}");
    }
}

#[test]
fn a_licence_on_hold_or_withdrawn_covers_nothing() {
    for state in [LicenceState::Suspended, LicenceState::Revoked] {
        let licence = LicenceFacts {
            state,
            ..under_tier(0)
        };
        let reasons = refusals(decide(&report(), &licence));
        assert_eq!(reasons, [UseRefusal::LicenceNotActive { state }]);
    }
}

#[test]
fn the_track_must_be_the_licensed_one_or_be_named() {
    let wrong = UseReport {
        track: Some(OTHER),
        ..report()
    };
    let reasons = refusals(decide(&wrong, &under_tier(0)));
    assert_eq!(reasons, [UseRefusal::WrongTrack { licensed: TRACK }]);
    let unnamed = UseReport {
        track: None,
        ..report()
    };
    assert_eq!(
        refusals(decide(&unnamed, &under_bundle())),
        [UseRefusal::TrackMissing]
    );
}

#[test]
fn what_the_envelope_does_not_cover_is_refused_with_every_reason() {
    let advert = UseReport {
        purpose: Purpose::PaidAd,
        clip_ms: 15_001,
        ..report()
    };
    let reasons = refusals(decide(&advert, &under_tier(1)));
    let codes: Vec<ShortfallCode> = reasons
        .iter()
        .map(|reason| match reason {
            UseRefusal::NotCovered(shortfall) => shortfall.code,
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ShortfallCode::PurposeNotIncluded,
        ShortfallCode::TooManyVideos,
        ShortfallCode::ClipTooLong,
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_use_larger_than_what_is_left_is_refused_whole() {
    let long = UseReport {
        clip_ms: 10_001,
        ..report()
    };
    let reasons = refusals(decide(&long, &under_bundle()));
    assert_eq!(
        reasons,
        [UseRefusal::NotEnoughTime {
            missing_ms: 1_000,
            left_ms: 10_000
        }]
    );
    let exact = UseReport {
        clip_ms: 10_000,
        ..report()
    };
    assert!(matches!(
        decide(&exact, &under_bundle()),
        Decision::Accept { .. }
    ));
}

#[test]
fn a_receipt_is_json_with_its_reasons() {
    let outcome = UseOutcome::from(decide(
        &UseReport {
            clip_ms: 0,
            purpose: Purpose::PaidAd,
            ..report()
        },
        &under_tier(0),
    ));
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(json["status"], "refused");
    assert_eq!(json["reasons"][0]["reason"], "field");
    assert_eq!(json["reasons"][0]["field"], "clip_ms");
    assert_eq!(json["reasons"][0]["code"], "too_small");
    assert_eq!(serde_json::from_value::<UseOutcome>(json).unwrap(), outcome);
}
