//! Envelopes and uses for property tests: every axis takes every kind of value.

use domain::envelope::{
    AiTraining, Alteration, Audience, ChannelOwner, Channels, Credit, Exclusivity, Forbidden,
    ForbiddenUse, Placement, PublishWindow, Purpose, Rights, Territory, Version, Videos,
};
use domain::set::Member;
use domain::{AssetKind, Countries, Country, Envelope, IntendedUse, Line, Set, Timestamp};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn set<T: Member>(least: usize) -> impl Strategy<Value = Set<T>> {
    subsequence(T::ALL, least..=T::ALL.len()).prop_map(|some| some.into_iter().collect())
}

fn countries() -> impl Strategy<Value = Countries> {
    const CODES: [&str; 5] = ["AT", "CN", "DE", "FR", "US"];
    subsequence(&CODES[..], 1..=3).prop_map(|codes| {
        let codes = codes.iter().map(|code| code.parse::<Country>().unwrap());
        codes.collect()
    })
}

fn territory() -> impl Strategy<Value = Territory> {
    prop_oneof![
        Just(Territory::Worldwide),
        countries().prop_map(Territory::Only),
        countries().prop_map(Territory::Except),
    ]
}

fn videos(least: u32) -> impl Strategy<Value = Videos> {
    prop_oneof![Just(Videos::Unlimited), (least..6).prop_map(Videos::Count)]
}

fn line() -> impl Strategy<Value = Line> {
    select(vec![
        "Ada",
        "Music: Ada – Night “Market”",
        "Мила",
        "\"\\/ é",
    ])
    .prop_map(|text| text.parse().unwrap())
}

fn owner() -> impl Strategy<Value = ChannelOwner> {
    prop_oneof![
        3 => Just(ChannelOwner::Licensee),
        1 => Just(ChannelOwner::Client("Acme".parse().unwrap())),
        1 => line().prop_map(ChannelOwner::Client),
    ]
}

fn channels() -> impl Strategy<Value = Channels> {
    (owner(), select(&Audience::ALL[..])).prop_map(|(owner, audience)| Channels { owner, audience })
}

fn window() -> impl Strategy<Value = PublishWindow> {
    let instant = || prop::option::of((0..40_i64).prop_map(Timestamp));
    (instant(), instant())
        .prop_map(|(from, until)| PublishWindow { from, until })
        .prop_filter("it opens before it closes", |window| !window.is_reversed())
}

fn credit() -> impl Strategy<Value = Credit> {
    prop_oneof![Just(Credit::NotRequired), line().prop_map(Credit::Required)]
}

fn exclusivity() -> impl Strategy<Value = Exclusivity> {
    prop_oneof![
        Just(Exclusivity::None),
        (0..40_i64).prop_map(|end| Exclusivity::Until(Timestamp(end)))
    ]
}

fn forbidden() -> impl Strategy<Value = Forbidden> {
    select(vec![AiTraining::Forbidden, AiTraining::Allowed])
        .prop_map(|ai_training| Forbidden { ai_training })
}

/// Any envelope that can be read.
pub(crate) fn envelopes() -> impl Strategy<Value = Envelope> {
    let material = (
        select(&AssetKind::ALL[..]),
        set::<Placement>(1),
        set::<Purpose>(1),
        videos(1),
        prop::option::of(1..40_u32),
        set::<Alteration>(0),
    );
    let limits = (
        channels(),
        territory(),
        window(),
        credit(),
        forbidden(),
        exclusivity(),
    );
    (material, limits).prop_map(|(material, limits)| {
        let (asset, placements, purposes, videos, clip_ms, alterations) = material;
        let (channels, territory, publish_window, credit, forbidden, exclusivity) = limits;
        Envelope {
            version: Version,
            asset,
            rights: Rights::OneStop,
            placements,
            purposes,
            videos,
            clip_ms,
            channels,
            territory,
            publish_window,
            alterations,
            credit,
            forbidden,
            exclusivity,
        }
    })
}

/// Any use that names its asset and its time.
pub(crate) fn uses() -> impl Strategy<Value = IntendedUse> {
    let material = (
        select(&AssetKind::ALL[..]),
        subsequence(&Placement::ALL[..], 1..=2),
        select(&Purpose::ALL[..]),
        0..40_u32,
        videos(0),
        set::<Alteration>(0),
    );
    let limits = (
        owner(),
        prop::option::of(select(&Audience::ALL[..])),
        territory(),
        0..40_i64,
        any::<bool>(),
        set::<ForbiddenUse>(0),
        prop::option::of(0..40_i64),
    );
    (material, limits).prop_map(|(material, limits)| {
        let (asset, placements, purpose, clip_ms, videos, alterations) = material;
        let (owner, channel_audience, territory, at, credits, wants_forbidden, wish) = limits;
        IntendedUse {
            asset: Some(asset),
            placements: placements.into_iter().collect(),
            purpose,
            clip_ms,
            videos,
            owner,
            channel_audience,
            territory,
            published_at: Some(Timestamp(at)),
            alterations,
            credits,
            wants_forbidden,
            exclusive_until: wish.map(Timestamp),
        }
    })
}

/// A use that the envelope covers: the hardest one, or an easier one.
pub(crate) fn covered_by(envelope: &Envelope) -> impl Strategy<Value = IntendedUse> + use<> {
    let hard = hardest(envelope);
    (uses(), any::<u16>()).prop_map(move |(other, kept)| {
        let keep = |bit: u32| kept & 1 << bit != 0;
        let first = hard.placements.first().into_iter().collect();
        IntendedUse {
            placements: if keep(0) { hard.placements } else { first },
            clip_ms: other.clip_ms.min(hard.clip_ms),
            videos: if keep(1) {
                hard.videos
            } else {
                Videos::Count(1)
            },
            alterations: other.alterations & hard.alterations,
            wants_forbidden: other.wants_forbidden & hard.wants_forbidden,
            exclusive_until: hard.exclusive_until.filter(|_| keep(2)),
            ..hard.clone()
        }
    })
}

/// The most that the envelope covers, as a use.
pub(crate) fn hardest(envelope: &Envelope) -> IntendedUse {
    let window = envelope.publish_window;
    let at = window.from.or(window.until.map(|until| until.plus_ms(-1)));
    let ai = envelope.forbidden.ai_training == AiTraining::Allowed;
    IntendedUse {
        asset: Some(envelope.asset),
        placements: envelope.placements,
        purpose: envelope.purposes.iter().last().unwrap(),
        clip_ms: envelope.clip_ms.unwrap_or(u32::MAX),
        videos: envelope.videos,
        owner: envelope.channels.owner.clone(),
        channel_audience: Some(envelope.channels.audience),
        territory: envelope.territory.clone(),
        published_at: at.or(Some(Timestamp(7))),
        alterations: envelope.alterations,
        credits: true,
        wants_forbidden: ai.then_some(ForbiddenUse::AiTraining).into_iter().collect(),
        exclusive_until: match envelope.exclusivity {
            Exclusivity::None => None,
            Exclusivity::Until(end) => Some(end),
        },
    }
}

/// Envelopes that are wider than this one on one axis and the same on all others. Every axis that
/// isn't as wide as it goes gets at least one.
pub(crate) fn wider(envelope: &Envelope) -> Vec<Envelope> {
    let mut wider = Vec::new();
    let mut with = |change: &dyn Fn(&mut Envelope)| {
        let mut wide = envelope.clone();
        change(&mut wide);
        wider.push(wide);
    };
    for kind in AssetKind::ALL
        .iter()
        .filter(|kind| kind.includes(envelope.asset))
    {
        with(&|wide| wide.asset = *kind);
    }
    for place in Placement::ALL {
        with(&|wide| wide.placements = wide.placements.with(place));
    }
    for purpose in Purpose::ALL {
        with(&|wide| wide.purposes = wide.purposes.with(purpose));
    }
    for change in Alteration::ALL {
        with(&|wide| wide.alterations = wide.alterations.with(change));
    }
    with(&|wide| wide.videos = Videos::Unlimited);
    if let Videos::Count(count) = envelope.videos {
        with(&|wide| wide.videos = Videos::Count(count + 1));
    }
    with(&|wide| wide.clip_ms = None);
    with(&|wide| wide.clip_ms = wide.clip_ms.map(|most| most + 1));
    for audience in Audience::ALL {
        with(&|wide| wide.channels.audience = wide.channels.audience.max(audience));
    }
    with(&|wide| wide.territory = Territory::Worldwide);
    let norway = Countries::from(["NO".parse::<Country>().unwrap()]);
    match &envelope.territory {
        Territory::Worldwide => {}
        Territory::Only(list) => {
            with(&|wide| wide.territory = Territory::Only(list.either(&norway)));
            with(&|wide| wide.territory = Territory::Except(norway.clone()));
        }
        Territory::Except(list) => {
            with(&|wide| wide.territory = Territory::Except(list.iter().take(1).collect()));
        }
    }
    with(&|wide| wide.publish_window.from = wide.publish_window.from.map(|from| from.plus_ms(-1)));
    with(&|wide| wide.publish_window.until = wide.publish_window.until.map(|end| end.plus_ms(1)));
    with(&|wide| wide.publish_window = PublishWindow::default());
    with(&|wide| wide.credit = Credit::NotRequired);
    with(&|wide| wide.forbidden.ai_training = AiTraining::Allowed);
    with(&|wide| {
        wide.exclusivity = match wide.exclusivity {
            Exclusivity::None => Exclusivity::Until(Timestamp(0)),
            Exclusivity::Until(end) => Exclusivity::Until(end.plus_ms(1)),
        }
    });
    wider
}
