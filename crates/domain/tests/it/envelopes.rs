//! Envelopes: their JSON, what they cover, and how they read.

use domain::covers::ShortfallCode as Code;
use domain::envelope::{
    AiTraining, Alteration, Audience, ChannelOwner, Credit, Exclusivity, ForbiddenUse, Placement,
    Purpose, Territory, Videos,
};
use domain::{AssetKind, Countries, Envelope, IntendedUse, Shortfall, Tier, covers, plain};

use crate::support::{at, bundle_envelope, creator_cut, offers};

pub(crate) fn countries(codes: &str) -> Countries {
    codes
        .split_whitespace()
        .map(|code| code.parse().unwrap())
        .collect()
}

pub(crate) fn codes(envelope: &Envelope, wanted: &IntendedUse) -> Vec<Code> {
    covers(envelope, wanted)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|s| s.code)
        .collect()
}

#[test]
fn codes_and_json_spell_alike() {
    for place in Placement::ALL {
        assert_eq!(serde_json::to_value(place).unwrap(), place.code());
        assert_eq!(place.code().parse(), Ok(place));
    }
    for purpose in Purpose::ALL {
        assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.code());
    }
    for size in [
        Audience::UpTo10k,
        Audience::UpTo100k,
        Audience::UpTo1m,
        Audience::Any,
    ] {
        assert_eq!(serde_json::to_value(size).unwrap(), size.code());
    }
    for change in [Alteration::PitchTempo, Alteration::Remix] {
        assert_eq!(serde_json::to_value(change).unwrap(), change.code());
    }
    let error = "myspace".parse::<Placement>().unwrap_err().to_string();
    assert!(
        error.starts_with("unknown placement; use one of youtube, youtube_shorts"),
        "{error}"
    );
}

#[test]
fn the_default_use_is_covered_by_every_shipped_offer_but_those_for_ads() {
    let shipped = offers().into_iter().filter(|offer| offer.tier != Tier::Ad);
    for offer in shipped {
        let envelope = offer.envelope.as_ref().clone();
        assert_eq!(
            covers(&envelope, &IntendedUse::default()),
            Ok(()),
            "{offer:?}"
        );
    }
    let question: IntendedUse = serde_json::from_str("{}").unwrap();
    assert_eq!(question, IntendedUse::default());
    assert!(serde_json::from_str::<IntendedUse>(r#"{"clipms":1}"#).is_err());
}

#[test]
fn each_axis_answers_with_its_own_code() {
    let ask = IntendedUse::default;
    let now = at("2026-05-01T00:00:00Z");
    let windowed = bundle_envelope(now);
    let small = {
        let mut envelope = creator_cut();
        envelope.channels.audience = Audience::UpTo100k;
        envelope
    };
    let credited = Envelope {
        credit: Credit::Required("Ada".parse().unwrap()),
        ..creator_cut()
    };
    let at_home = Envelope {
        territory: Territory::Only(countries("DE")),
        ..creator_cut()
    };
    let end = Some(at("2027-05-01T00:00:00Z"));
    let table = [
        (
            creator_cut(),
            IntendedUse {
                asset: Some(AssetKind::FullMix),
                ..ask()
            },
            Code::AssetNotIncluded,
        ),
        (
            creator_cut(),
            IntendedUse {
                placements: [Placement::App].into(),
                ..ask()
            },
            Code::PlacementNotIncluded,
        ),
        (
            creator_cut(),
            IntendedUse {
                placements: [].into(),
                ..ask()
            },
            Code::NoPlacementGiven,
        ),
        (
            creator_cut(),
            IntendedUse {
                purpose: Purpose::PaidAd,
                ..ask()
            },
            Code::PurposeNotIncluded,
        ),
        (
            creator_cut(),
            IntendedUse {
                videos: Videos::Count(2),
                ..ask()
            },
            Code::TooManyVideos,
        ),
        (
            creator_cut(),
            IntendedUse {
                videos: Videos::Unlimited,
                ..ask()
            },
            Code::TooManyVideos,
        ),
        (
            creator_cut(),
            IntendedUse {
                clip_ms: 15_001,
                ..ask()
            },
            Code::ClipTooLong,
        ),
        (
            creator_cut(),
            IntendedUse {
                owner: ChannelOwner::Client("Acme".parse().unwrap()),
                ..ask()
            },
            Code::WrongChannel,
        ),
        (small.clone(), ask(), Code::AudienceNotGiven),
        (
            small,
            IntendedUse {
                channel_audience: Some(Audience::UpTo1m),
                ..ask()
            },
            Code::AudienceTooLarge,
        ),
        (at_home, ask(), Code::TerritoryNotIncluded),
        (
            windowed.clone(),
            IntendedUse {
                published_at: Some(now.plus_ms(-1)),
                ..ask()
            },
            Code::TooEarly,
        ),
        (
            windowed,
            IntendedUse {
                published_at: end,
                ..ask()
            },
            Code::TooLate,
        ),
        (
            creator_cut(),
            IntendedUse {
                alterations: [Alteration::Remix].into(),
                ..ask()
            },
            Code::AlterationNotIncluded,
        ),
        (
            credited,
            IntendedUse {
                credits: false,
                ..ask()
            },
            Code::CreditMissing,
        ),
        (
            creator_cut(),
            IntendedUse {
                wants_forbidden: [ForbiddenUse::AiTraining].into(),
                ..ask()
            },
            Code::Forbidden,
        ),
        (
            creator_cut(),
            IntendedUse {
                exclusive_until: end,
                ..ask()
            },
            Code::NotExclusive,
        ),
    ];
    for (envelope, wanted, code) in table {
        assert_eq!(codes(&envelope, &wanted), [code], "{wanted:?}");
    }
}

#[test]
fn every_reason_is_given_at_once_in_the_order_of_the_axes() {
    let wanted = IntendedUse {
        placements: [
            Placement::Broadcast,
            Placement::OnlineAds,
            Placement::Tiktok,
        ]
        .into(),
        purpose: Purpose::PaidAd,
        clip_ms: 30_000,
        ..IntendedUse::default()
    };
    let reasons = covers(&creator_cut(), &wanted).unwrap_err();
    let sentences: Vec<String> = reasons.iter().map(Shortfall::sentence).collect();
    assert_eq!(
        sentences,
        [
            "This licence doesn't cover publishing on paid ads elsewhere online.",
            "This licence doesn't cover publishing on television and radio.",
            "This licence doesn't cover paid advertisements.",
            "This licence covers up to 15 seconds of music in a video, not 30 seconds.",
        ]
    );
    let needed: Vec<String> = reasons.iter().map(Shortfall::needed).collect();
    assert_eq!(needed, ["online_ads", "broadcast", "paid_ad", "30000"]);
}

#[test]
fn territories_are_compared_as_sets() {
    let only = |codes| Territory::Only(countries(codes));
    let except = |codes| Territory::Except(countries(codes));
    let table = [
        (Territory::Worldwide, except("US"), None),
        (only("DE FR"), only("DE"), None),
        (only("DE FR"), only("DE US AT"), Some("AT US")),
        (only("DE"), Territory::Worldwide, Some("worldwide")),
        (only("DE"), except("US"), Some("worldwide")),
        (except("US"), only("DE"), None),
        (except("US CN"), only("CN DE"), Some("CN")),
        (except("US"), Territory::Worldwide, Some("US")),
        (except("US"), except("US CN"), None),
        (except("US CN"), except("US"), Some("CN")),
    ];
    for (allowed, asked, needed) in table {
        let envelope = Envelope {
            territory: allowed,
            ..creator_cut()
        };
        let wanted = IntendedUse {
            territory: asked,
            ..IntendedUse::default()
        };
        let found = covers(&envelope, &wanted).err().map(|all| all[0].needed());
        assert_eq!(found.as_deref(), needed, "{wanted:?}");
    }
}

#[test]
fn the_plain_page_says_how_many_videos_first() {
    let page = plain(&Envelope {
        credit: Credit::Required("Music: Ada".parse().unwrap()),
        ..creator_cut()
    });
    assert_eq!(
        page.may[..2],
        [
            "use it in 1 video (posting that video in several places counts once)",
            "use up to 15 seconds of music in each video (15-second cut)",
        ]
    );
    assert!(page.may_not[0].starts_with("pass the music on by itself"));
    assert!(
        page.may_not
            .contains(&"train an AI model on the music".to_owned())
    );
    assert!(
        page.may_not
            .iter()
            .any(|s| s.contains("paid advertisements"))
    );
    assert_eq!(
        page.must[0],
        "name the composer with the video: “Music: Ada”"
    );
}

#[test]
fn the_plain_page_follows_every_axis() {
    let now = at("2026-05-01T00:00:00Z");
    let base = plain(&creator_cut());
    let until = Exclusivity::Until(at("2027-01-01T00:00:00Z"));
    let mut ai = creator_cut();
    ai.forbidden.ai_training = AiTraining::Allowed;
    let mut small = creator_cut();
    small.channels.audience = Audience::UpTo10k;
    let variants = [
        Envelope {
            videos: Videos::Unlimited,
            ..creator_cut()
        },
        Envelope {
            clip_ms: None,
            ..creator_cut()
        },
        Envelope {
            placements: [Placement::X].into(),
            ..creator_cut()
        },
        Envelope {
            purposes: [Purpose::Personal].into(),
            ..creator_cut()
        },
        Envelope {
            territory: Territory::Only(countries("DE AT")),
            ..creator_cut()
        },
        Envelope {
            publish_window: bundle_envelope(now).publish_window,
            ..creator_cut()
        },
        Envelope {
            alterations: [Alteration::PitchTempo].into(),
            ..creator_cut()
        },
        Envelope {
            credit: Credit::Required("Ada".parse().unwrap()),
            ..creator_cut()
        },
        Envelope {
            exclusivity: until,
            ..creator_cut()
        },
        ai,
        small,
    ];
    for envelope in variants {
        assert_ne!(plain(&envelope), base, "{envelope:?}");
    }
    let page = plain(&bundle_envelope(now));
    assert!(page.may.contains(&"publish from 2026-05-01 until 2027-05-01; what is published in that time stays covered for ever".to_owned()));
    assert!(
        page.may
            .contains(&"use up to 5 minutes of music in each video (exact-length edit)".to_owned())
    );
}
