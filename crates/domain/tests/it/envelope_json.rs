//! The envelope's JSON: frozen, canonical, and strict about what it reads.

use domain::covers::{Axis, ShortfallCode};
use domain::envelope::{
    AiTraining, Alteration, Audience, ChannelOwner, Credit, Exclusivity, Forbidden, Placement,
    PublishWindow, Purpose, Territory, Videos,
};
use domain::{AssetKind, Countries, Envelope, IntendedUse, Set, Shortfall, Timestamp, covers};

use crate::envelopes::countries;
use crate::support::creator_cut;

/// As printed and hashed by the first release, when the sets were trees: hashes stand in keys.
const CUT: &str = concat!(
    r#"{"alterations":[],"asset":"cut_15","channels":{"audience":"any","owner":"licensee"},"#,
    r#""clip_ms":15000,"credit":{"required":"Music: Ada"},"exclusivity":"none","#,
    r#""forbidden":["standalone_redistribution","content_id_registration","ai_training"],"#,
    r#""placements":["youtube","youtube_shorts","tiktok","instagram","facebook","snapchat","#,
    r#""x","twitch","podcast","website"],"#,
    r#""publish_window":{"from":"1970-01-01T00:00:00.000Z","until":null},"#,
    r#""purposes":["personal","monetised_creator"],"rights":"one_stop","#,
    r#""territory":"worldwide","version":1,"videos":{"count":1}}"#,
);
const CUT_SHA256: &str = "fd8b503aad5b618779ef3778bd426f30a8d175a62ca8ba2db16d0226a69517d8";

const WIDE: &str = concat!(
    r#"{"alterations":["pitch_tempo","remix"],"asset":"mix_and_stems","#,
    r#""channels":{"audience":"up_to_100k","owner":{"client":"Acme"}},"clip_ms":null,"#,
    r#""credit":"not_required","exclusivity":{"until":"2027-01-01T00:00:00.000Z"},"#,
    r#""forbidden":["standalone_redistribution","content_id_registration"],"#,
    r#""placements":["youtube","youtube_shorts","tiktok","instagram","facebook","snapchat","x","#,
    r#""twitch","podcast","website","app","paid_social_ads","online_ads","broadcast"],"#,
    r#""publish_window":{"from":null,"until":"2027-01-01T00:00:00.000Z"},"#,
    r#""purposes":["personal","monetised_creator","client_work","brand_organic","paid_ad"],"#,
    r#""rights":"one_stop","territory":{"except":["CN","US"]},"version":1,"videos":"unlimited"}"#,
);
const WIDE_SHA256: &str = "5bd0261d79bbfdb31c89f4cbd97ec736bdd9ad45bf1cff68ec7e4499c6b533fa";

fn cut() -> Envelope {
    Envelope {
        credit: Credit::Required("Music: Ada".parse().unwrap()),
        publish_window: PublishWindow {
            from: Some(Timestamp(0)),
            until: None,
        },
        ..creator_cut()
    }
}

fn wide() -> Envelope {
    let end: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let mut wide = Envelope {
        asset: AssetKind::MixAndStems,
        placements: Set::all(),
        purposes: Set::all(),
        alterations: Set::all(),
        videos: Videos::Unlimited,
        clip_ms: None,
        territory: Territory::Except(countries("US CN")),
        credit: Credit::NotRequired,
        forbidden: Forbidden {
            ai_training: AiTraining::Allowed,
        },
        exclusivity: Exclusivity::Until(end),
        ..creator_cut()
    };
    wide.publish_window.until = Some(end);
    wide.channels.audience = Audience::UpTo100k;
    wide.channels.owner = ChannelOwner::Client("Acme".parse().unwrap());
    wide
}

#[test]
fn the_json_and_the_hash_of_version_1_never_change() {
    for (envelope, json, sha256) in [(cut(), CUT, CUT_SHA256), (wide(), WIDE, WIDE_SHA256)] {
        let canonical = envelope.canonical();
        assert_eq!(canonical.json, json);
        assert_eq!(canonical.sha256, sha256);
        assert_eq!(Envelope::from_json(json), Ok(envelope));
    }
}

#[test]
fn a_stored_reason_reads_back_as_the_reason_it_was() {
    let wanted = IntendedUse {
        clip_ms: 30_000,
        purpose: Purpose::PaidAd,
        ..IntendedUse::default()
    };
    let reasons = covers(&creator_cut(), &wanted).unwrap_err();
    let stored = concat!(
        r#"[{"code":"purpose_not_included","axis":"purposes","#,
        r#""sentence":"This licence doesn't cover paid advertisements.","needed":"paid_ad"},"#,
        r#"{"code":"clip_too_long","axis":"clip","sentence":"This licence covers up to 15 seconds "#,
        r#"of music in a video, not 30 seconds.","needed":"30000"}]"#,
    );
    assert_eq!(serde_json::to_string(&reasons).unwrap(), stored);
    let read: Vec<Shortfall> = serde_json::from_str(stored).unwrap();
    assert_eq!(read, reasons);
    assert_eq!(
        (read[1].code, read[1].axis),
        (ShortfallCode::ClipTooLong, Axis::Clip)
    );
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        stored,
        "and is written the same again"
    );
    let later = serde_json::to_value(&reasons[0]).unwrap();
    let other = covers(
        &creator_cut(),
        &IntendedUse {
            purpose: Purpose::ClientWork,
            ..wanted
        },
    );
    let later: Shortfall = serde_json::from_value(later).unwrap();
    assert_ne!(
        later,
        other.unwrap_err()[0],
        "another purpose is another reason"
    );
}

#[test]
fn sets_answer_in_the_order_of_lists_and_refuse_doubles() {
    let some: Set<Placement> = [Placement::X, Placement::Youtube, Placement::X].into();
    assert_eq!(
        some.iter().collect::<Vec<_>>(),
        [Placement::Youtube, Placement::X]
    );
    assert_eq!((some.len(), some.first()), (2, Some(Placement::Youtube)));
    assert!(Set::all().includes(some) && !some.includes(Set::all()));
    assert_eq!(format!("{some:?}"), "{Youtube, X}");
    assert_eq!((some - [Placement::X].into()).len(), 1);
    assert!(serde_json::from_str::<Set<Alteration>>(r#"["remix","remix"]"#).is_err());
    let unordered: Set<Alteration> = serde_json::from_str(r#"["remix","pitch_tempo"]"#).unwrap();
    assert_eq!(unordered, Set::all());
    assert!(serde_json::from_str::<Countries>(r#"["DE","DE"]"#).is_err());
}
