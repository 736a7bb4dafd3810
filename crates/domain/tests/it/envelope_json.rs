//! The envelope's JSON: frozen, canonical, and strict about what it reads.

use domain::covers::{Axis, ShortfallCode};
use domain::envelope::{
    AiTraining, Alteration, Audience, ChannelOwner, Credit, EnvelopeError, Exclusivity, Forbidden,
    ForbiddenUse, MEMBERS, Placement, PublishWindow, Purpose, SCHEMA, Territory, Videos,
};
use domain::{AssetKind, Countries, Envelope, IntendedUse, Set, Shortfall, Timestamp, covers};

use serde_json::{Value, json};

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

/// The frozen envelope with one member changed.
fn changed(member: &str, value: Value) -> Value {
    let mut json: Value = serde_json::from_str(CUT).unwrap();
    json[member] = value;
    json
}

#[test]
fn what_a_later_version_wrote_is_named_and_asks_for_an_update() {
    let table = [
        ("version", json!(2), "version 2"),
        ("version", json!("1.1"), "version \"1.1\""),
        ("mood", json!("dark"), "`mood` of the envelope's axes"),
        ("asset", json!("cut_45"), "`cut_45` of the envelope's asset"),
        (
            "rights",
            json!("master_only"),
            "`master_only` of the envelope's rights",
        ),
        (
            "placements",
            json!(["x", "myspace"]),
            "`myspace` of the envelope's placements",
        ),
        (
            "purposes",
            json!(["satire"]),
            "`satire` of the envelope's purposes",
        ),
        (
            "videos",
            json!({ "series": 3 }),
            "`series` of the envelope's videos",
        ),
        (
            "channels",
            json!({ "owner": "network", "audience": "any" }),
            "`network` of",
        ),
        (
            "channels",
            json!({ "owner": "licensee", "audience": "up_to_5m" }),
            "`up_to_5m` of",
        ),
        (
            "channels",
            json!({ "owner": "licensee", "audience": "any", "age": 3 }),
            "`age` of",
        ),
        (
            "territory",
            json!({ "region": ["EU"] }),
            "`region` of the envelope's territory",
        ),
        (
            "publish_window",
            json!({ "from": null, "until": null, "days": 3 }),
            "`days` of",
        ),
        (
            "alterations",
            json!(["mashup"]),
            "`mashup` of the envelope's alterations",
        ),
        (
            "credit",
            json!({ "spoken": "Ada" }),
            "`spoken` of the envelope's credit",
        ),
        (
            "forbidden",
            json!(["resale"]),
            "`resale` of the envelope's forbidden",
        ),
        (
            "exclusivity",
            json!("for_ever"),
            "`for_ever` of the envelope's exclusivity",
        ),
    ];
    for (member, value, named) in table {
        let error = Envelope::from_value(&changed(member, value)).unwrap_err();
        assert!(error.is_newer(), "{error}");
        let said = error.to_string();
        assert!(
            said.contains(named) && said.contains("update Clearcue"),
            "{said}"
        );
    }
    // The version is looked at first: a later form may have other axes altogether.
    let mut later = changed("mood", json!("dark"));
    later["version"] = json!(3);
    let error = Envelope::from_value(&later).unwrap_err();
    assert_eq!(error, EnvelopeError::Version("3".to_owned()));
}

#[test]
fn nonsense_is_refused_by_the_axis_and_the_value() {
    let window = |from: &str, until: &str| json!({ "from": from, "until": until });
    let (may, june) = ("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
    let credit = |text: &str| json!({ "required": text });
    let table = [
        ("placements", json!([]), "[]"),
        ("placements", json!(["x", "x"]), "twice"),
        ("purposes", json!([]), "[]"),
        ("videos", json!({ "count": 0 }), r#"{"count":0}"#),
        ("videos", json!({ "count": -1 }), "-1"),
        (
            "videos",
            json!({ "count": 4_294_967_296_u64 }),
            "4294967296",
        ),
        ("clip_ms", json!(0), "can't be 0"),
        ("clip_ms", json!(1.5), "1.5"),
        (
            "channels",
            json!({ "owner": { "client": " \t" }, "audience": "any" }),
            "U+0009",
        ),
        (
            "channels",
            json!({ "owner": { "client": "\u{3164} " }, "audience": "any" }),
            "blank",
        ),
        ("territory", json!({ "only": [] }), r#"{"only":[]}"#),
        ("territory", json!({ "except": [] }), r#"{"except":[]}"#),
        (
            "territory",
            json!({ "only": ["de"] }),
            "two capital letters",
        ),
        ("territory", json!({ "only": ["DE", "DE"] }), "twice"),
        (
            "publish_window",
            window(june, may),
            "it must open before it closes",
        ),
        (
            "publish_window",
            window(may, may),
            "it must open before it closes",
        ),
        ("publish_window", json!({ "from": may }), "missing field"),
        ("publish_window", window("yesterday", june), "yesterday"),
        ("credit", credit(""), "blank"),
        ("credit", credit("Ada\u{202E}adA"), "U+202E"),
        ("credit", credit("Ada\u{0}"), "U+0000"),
        ("credit", credit("Ada\u{E0041}"), "U+E0041"),
        ("credit", credit(&"é".repeat(301)), "300"),
        ("forbidden", json!(["ai_training"]), "always forbidden"),
        ("exclusivity", json!({ "until": "soon" }), "soon"),
    ];
    for (member, value, named) in table {
        let json = changed(member, value);
        let error = Envelope::from_value(&json).unwrap_err();
        assert!(!error.is_newer(), "{error}");
        let said = error.to_string();
        assert!(said.contains(member) && said.contains(named), "{said}");
        assert!(
            serde_json::from_value::<Envelope>(json).is_err(),
            "nor is it read by serde"
        );
    }
    assert!(Envelope::from_value(&changed("credit", credit(&"é".repeat(300)))).is_ok());
    assert!(matches!(
        Envelope::from_json("{"),
        Err(EnvelopeError::Form(_))
    ));
    assert!(matches!(
        Envelope::from_json("[]"),
        Err(EnvelopeError::Form(_))
    ));
}

#[test]
fn no_axis_can_be_left_out() {
    for member in MEMBERS {
        let mut json: Value = serde_json::from_str(CUT).unwrap();
        json.as_object_mut().unwrap().remove(member);
        assert_eq!(
            Envelope::from_value(&json),
            Err(EnvelopeError::Missing(member))
        );
        assert!(
            serde_json::from_value::<Envelope>(json).is_err(),
            "{member}"
        );
    }
}

#[test]
fn an_error_shows_hostile_text_harmlessly() {
    let endless = "\u{202E}x".repeat(500);
    let error = Envelope::from_value(&changed("placements", json!([endless]))).unwrap_err();
    let said = error.to_string();
    assert!(
        said.chars().count() < 300 && !said.contains('\u{202E}'),
        "{said}"
    );
}

#[test]
fn the_published_schema_has_the_same_members_and_words() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(schema["required"], json!(MEMBERS));
    assert_eq!(schema["additionalProperties"], false);
    let mut members: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    members.sort_unstable();
    let mut required = MEMBERS;
    required.sort_unstable();
    assert_eq!(members, required);
    let words = [
        ("/properties/asset/enum", json!(AssetKind::ALL)),
        ("/properties/placements/items/enum", json!(Placement::ALL)),
        ("/properties/purposes/items/enum", json!(Purpose::ALL)),
        ("/properties/alterations/items/enum", json!(Alteration::ALL)),
        ("/properties/forbidden/items/enum", json!(ForbiddenUse::ALL)),
        (
            "/properties/channels/properties/audience/enum",
            json!(Audience::ALL),
        ),
        ("/properties/rights/enum", json!([wide().rights])),
        ("/$defs/line/maxLength", json!(domain::line::LINE_MAX_CHARS)),
    ];
    for (at, expected) in words {
        assert_eq!(schema.pointer(at), Some(&expected), "{at}");
    }
}

#[test]
fn the_trades_words_are_those_of_the_design() {
    let assets = AssetKind::ALL.map(|kind| kind.ddex());
    let stems = [None, None, Some("AudioStem"), Some("StemBundle")];
    assert_eq!(assets[..4], stems);
    assert_eq!(assets[4..], [None; 6]);
    let ad = Some("DubForAdvertisement");
    assert_eq!(
        Purpose::ALL.map(Purpose::ddex),
        [None, None, None, None, ad]
    );
    let one_stop = [
        "SynchronizationRight",
        "ReproductionRight",
        "MakeAvailableRight",
    ];
    assert_eq!(wide().rights.ddex(), one_stop);
}
