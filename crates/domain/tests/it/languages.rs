//! Another language is a file: what such a file must hold, and that it is enough.

use domain::envelope::{
    Alteration, Audience, ChannelOwner, Credit, Exclusivity, ForbiddenUse, Placement, Purpose,
    Territory, Videos,
};
use domain::texts::TextFault;
use domain::{AssetKind, Envelope, IntendedUse, Plain, Texts, Timestamp, covers, plain, plain_in};

use crate::envelopes::countries;
use crate::support::creator_cut;

const ENGLISH: &str = include_str!("../../texts/en.txt");
const GERMAN: &str = include_str!("../texts/de.txt");

/// An envelope that is as narrow as can be, and one that is wide, so that both together need
/// nearly every sentence.
fn examples() -> [Envelope; 2] {
    let mut narrow = Envelope {
        placements: [Placement::Tiktok].into(),
        purposes: [Purpose::Personal].into(),
        videos: Videos::Count(1),
        clip_ms: Some(61_500),
        territory: Territory::Only(countries("DE XK")),
        credit: Credit::Required("{n} by Ada {until}".parse().unwrap()),
        ..creator_cut()
    };
    narrow.publish_window.until = Some(Timestamp(1_000));
    narrow.channels.audience = Audience::UpTo10k;
    narrow.channels.owner = ChannelOwner::Client("Acme".parse().unwrap());
    let wide = Envelope {
        videos: Videos::Count(3),
        exclusivity: Exclusivity::Until(Timestamp(0)),
        alterations: [Alteration::Remix].into(),
        ..creator_cut()
    };
    [narrow, wide]
}

#[test]
fn the_shipped_file_lacks_nothing() {
    assert!(Texts::parse(ENGLISH).is_ok());
    assert_eq!(
        Texts::english().headings(),
        ["You may", "You may not", "You must"]
    );
    for kind in AssetKind::ALL {
        assert_eq!(Texts::english().asset(kind), kind.label().to_lowercase());
    }
}

#[test]
fn a_second_file_is_a_second_language() {
    let german = Texts::parse(GERMAN).expect("the German file lacks nothing");
    let [narrow, _] = examples();
    let page: Plain = plain_in(&german, &narrow);
    assert_eq!(
        page.may,
        [
            "sie in 1 Video verwenden",
            "bis zu 1 Minute 1,5 Sekunden Musik in jedem Video verwenden (Schnitt von 15 Sekunden)",
            "auf TikTok veröffentlichen, auf den Kanälen von Acme mit bis zu 10.000 Abonnenten",
            "sie für private Videos verwenden",
            "sie nur in Deutschland und XK zeigen",
            "vor 1970-01-01 veröffentlichen",
            "die Musik kürzen, ein- und ausblenden, wiederholen und unter einer Stimme absenken",
        ]
    );
    assert_eq!(page.must[0], "beim Video nennen: „{n} by Ada {until}“");
    let reasons = covers(&narrow, &IntendedUse::default()).unwrap_err();
    let said: Vec<String> = reasons.iter().map(|one| one.sentence_in(&german)).collect();
    assert!(
        said.contains(&"Diese Lizenz gilt nur auf den Kanälen von Acme.".to_owned()),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|one| one.ends_with("du brauchst: die ganze Welt.")),
        "{said:?}"
    );
}

#[test]
fn a_file_is_told_everything_it_lacks() {
    let faulty = GERMAN
        .replace("may.alter =", "may.altre =")
        .replace("bis {until} die Einzige", "{bis} die Einzige")
        .replace("list.or = {first} oder {next}", "no text here")
        + "heading.may = Ihr dürft\ncountry.Germany = Deutschland\n";
    let faults = Texts::parse(&faulty).unwrap_err();
    let holes = TextFault::Holes {
        key: "may.exclusive".to_owned(),
        expected: "{until}".to_owned(),
        found: "{bis}".to_owned(),
    };
    for fault in [
        TextFault::Line(7),
        TextFault::Twice("heading.may".to_owned()),
        TextFault::Missing("list.or".to_owned()),
        TextFault::Missing("may.alter".to_owned()),
        TextFault::Unknown("may.altre".to_owned()),
        TextFault::Unknown("country.Germany".to_owned()),
        holes,
    ] {
        assert!(faults.contains(&fault), "{fault} in {faults:?}");
    }
    assert_eq!(faults.len(), 7, "{faults:?}");
    let empty = Texts::parse("").unwrap_err();
    assert!(empty.len() > 80, "everything is missing");
    assert_eq!(
        Texts::parse(&"#".repeat(300_000)).unwrap_err(),
        [TextFault::TooLong]
    );
}

#[test]
fn every_key_of_the_file_is_said_by_something() {
    // Each sentence of a marked copy says its own key, so what is never said can be told.
    let marked: String = ENGLISH
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, text)| format!("{key} = <{key}> {text}\n"))
        .collect();
    let texts = Texts::parse(&marked).unwrap();
    let mut said = texts.headings().join(" ");
    let [narrow, wide] = examples();
    let mut pages = vec![narrow.clone(), wide.clone()];
    let mut vary = |change: &dyn Fn(&mut Envelope)| {
        let mut other = wide.clone();
        change(&mut other);
        pages.push(other);
    };
    vary(&|one| one.videos = Videos::Unlimited);
    vary(&|one| one.clip_ms = None);
    vary(&|one| one.clip_ms = Some(121_000));
    vary(&|one| one.placements = [Placement::X, Placement::App].into());
    vary(&|one| one.purposes = [Purpose::PaidAd].into());
    vary(&|one| one.territory = Territory::Except(countries("US")));
    vary(&|one| one.publish_window.from = Some(Timestamp(0)));
    vary(&|one| {
        one.publish_window.from = Some(Timestamp(0));
        one.publish_window.until = Some(Timestamp(1));
    });
    for page in pages.iter().map(|envelope| plain_in(&texts, envelope)) {
        said += &[page.may, page.may_not, page.must].concat().join(" ");
    }
    for envelope in &pages {
        for wanted in demanding() {
            let reasons = covers(envelope, &wanted).err().unwrap_or_default();
            let sentences = reasons.iter().map(|one| one.sentence_in(&texts));
            said += &sentences.collect::<String>();
        }
    }
    for kind in AssetKind::ALL {
        said += texts.asset(kind);
    }
    for limit in Audience::ALL {
        said += texts.audience(limit);
    }
    for country in countries("DE").iter() {
        said += &texts.country(country);
    }
    let keys = marked.lines().filter_map(|line| line.split(" = ").next());
    let keys = keys.filter(|key| !key.starts_with("country."));
    let unsaid: Vec<&str> = keys
        .filter(|key| !said.contains(&format!("<{key}>")))
        .collect();
    assert_eq!(unsaid, [""; 0]);
    assert!(said.contains("<country.DE> Germany"));
    assert!(
        !plain(&narrow).may[4].contains('{'),
        "nothing is left to fill in"
    );
}

/// Uses that between them miss every axis.
fn demanding() -> [IntendedUse; 3] {
    let all = IntendedUse {
        asset: Some(AssetKind::Loop),
        placements: domain::Set::all(),
        purpose: Purpose::PaidAd,
        clip_ms: u32::MAX,
        videos: Videos::Unlimited,
        owner: ChannelOwner::Client("Other".parse().unwrap()),
        channel_audience: Some(Audience::Any),
        published_at: Some(Timestamp(-1)),
        alterations: domain::Set::all(),
        credits: false,
        wants_forbidden: [ForbiddenUse::AiTraining].into(),
        exclusive_until: Some(Timestamp(9)),
        ..IntendedUse::default()
    };
    let late = IntendedUse {
        placements: domain::Set::new(),
        videos: Videos::Count(9),
        channel_audience: None,
        published_at: Some(Timestamp(1_000)),
        territory: Territory::Only(countries("US")),
        ..all.clone()
    };
    let usual = IntendedUse::default();
    [all, late, usual]
}
