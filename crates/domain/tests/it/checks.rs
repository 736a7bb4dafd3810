//! Checking a finished video: what is unknown is never cleared.

use domain::channel::Platform;
use domain::check::{
    Answer, FinishedUse, KeyFacts, KeyState, PoolFact, SafelistFact, check, notes, overall,
};
use domain::envelope::{Audience, Placement, Purpose, Territory};
use domain::safelist::OnList;
use domain::{Channel, Envelope, Timestamp};
use proptest::prelude::*;

use crate::support::{at, creator_cut};

fn published() -> Timestamp {
    at("2026-03-02T09:00:00Z")
}

fn channel() -> Channel {
    Channel::parse("https://www.youtube.com/@ada", None).unwrap()
}

/// A monetised video on a listed YouTube channel, within what a creator's cut covers.
fn finished() -> FinishedUse {
    FinishedUse {
        placements: [Placement::YoutubeShorts].into(),
        channel: Some(channel()),
        purpose: Purpose::MonetisedCreator,
        published_at: published(),
        territory: Territory::Worldwide,
        audience: Some(Audience::UpTo10k),
        clip_ms: None,
    }
}

fn checked(
    state: KeyState,
    envelope: Option<&Envelope>,
    safelist: &SafelistFact,
    wanted: &FinishedUse,
) -> (Answer, Vec<String>) {
    let facts = KeyFacts {
        state,
        envelope,
        safelist,
        pool: PoolFact::NoPool,
    };
    let verdict = check(&facts, wanted);
    let codes = verdict.reasons.into_iter().map(|r| r.code).collect();
    (verdict.answer, codes)
}

const LISTED: SafelistFact = SafelistFact::Read(OnList::Yes(None));

#[test]
fn a_valid_key_for_this_use_on_a_listed_channel_is_cleared() {
    let envelope = creator_cut();
    let found = checked(KeyState::Valid, Some(&envelope), &LISTED, &finished());
    assert_eq!(found, (Answer::Cleared, vec![]));
}

#[test]
fn a_key_that_is_not_good_is_not_valid_whatever_it_covers() {
    let envelope = creator_cut();
    for state in [
        KeyState::Suspended,
        KeyState::Revoked,
        KeyState::Expired,
        KeyState::UnknownIssuer,
        KeyState::Altered,
        KeyState::UnknownCode,
    ] {
        let found = checked(state, Some(&envelope), &LISTED, &finished());
        assert_eq!(found, (Answer::NotValid, vec![state.code().to_owned()]));
    }
}

#[test]
fn what_cannot_be_known_is_unknown() {
    let mut small = creator_cut();
    small.channels.audience = Audience::UpTo100k;
    let table: [(&str, KeyState, Option<&Envelope>, SafelistFact, FinishedUse); 5] = [
        ("code_alone", KeyState::CodeAlone, None, LISTED, finished()),
        (
            "unknown_envelope",
            KeyState::Valid,
            None,
            LISTED,
            finished(),
        ),
        (
            "safelist_not_at_hand",
            KeyState::Valid,
            Some(&small),
            SafelistFact::NotAtHand,
            finished(),
        ),
        (
            "audience_not_given",
            KeyState::Valid,
            Some(&small),
            LISTED,
            FinishedUse {
                audience: None,
                ..finished()
            },
        ),
        (
            "no_placement_given",
            KeyState::Valid,
            Some(&small),
            SafelistFact::NotAtHand,
            FinishedUse {
                placements: [].into(),
                channel: None,
                ..finished()
            },
        ),
    ];
    for (code, state, envelope, safelist, wanted) in table {
        let found = checked(state, envelope, &safelist, &wanted);
        assert_eq!(found, (Answer::Unknown, vec![code.to_owned()]));
    }
}

#[test]
fn what_is_surely_not_covered_decides_over_what_is_unknown() {
    let envelope = creator_cut();
    let wanted = FinishedUse {
        purpose: Purpose::PaidAd,
        ..finished()
    };
    let found = checked(
        KeyState::Valid,
        Some(&envelope),
        &SafelistFact::NotAtHand,
        &wanted,
    );
    assert_eq!(
        found,
        (Answer::NotCovered, vec!["purpose_not_included".to_owned()])
    );
}

#[test]
fn a_channel_must_have_been_listed_when_the_video_was_published() {
    let envelope = creator_cut();
    for (on_list, code) in [
        (OnList::Never, "channel_not_listed"),
        (OnList::Later { from: published() }, "channel_listed_later"),
        (OnList::Before { until: published() }, "channel_removed"),
    ] {
        let safelist = SafelistFact::Read(on_list);
        let found = checked(KeyState::Valid, Some(&envelope), &safelist, &finished());
        assert_eq!(found, (Answer::NotCovered, vec![code.to_owned()]));
    }
    let nobody_asks = FinishedUse {
        channel: None,
        ..finished()
    };
    let never = SafelistFact::Read(OnList::Never);
    let found = checked(KeyState::Valid, Some(&envelope), &never, &nobody_asks);
    assert_eq!(found.0, Answer::Cleared);
}

#[test]
fn nobody_learns_the_day_on_which_a_channel_was_listed_or_taken_off() {
    let (envelope, day) = (creator_cut(), at("2026-04-05T09:00:00Z"));
    for on_list in [OnList::Later { from: day }, OnList::Before { until: day }] {
        let facts = KeyFacts {
            state: KeyState::Valid,
            envelope: Some(&envelope),
            safelist: &SafelistFact::Read(on_list),
            pool: PoolFact::NoPool,
        };
        let told = format!("{:?}", check(&facts, &finished()));
        assert!(!told.contains("2026"), "{told}");
    }
}

#[test]
fn a_channel_says_its_placement_unless_the_licence_has_only_one_of_two() {
    let mut envelope = creator_cut();
    let unsaid = FinishedUse {
        placements: [].into(),
        ..finished()
    };
    let both = [Placement::Youtube, Placement::YoutubeShorts];
    for (allowed, wanted) in [
        (both.to_vec(), (Answer::Cleared, None)),
        (
            vec![Placement::YoutubeShorts],
            (Answer::Unknown, Some("placement_not_given")),
        ),
        (
            vec![Placement::Tiktok],
            (Answer::NotCovered, Some("placement_not_included")),
        ),
    ] {
        envelope.placements = allowed.into_iter().collect();
        let found = checked(KeyState::Valid, Some(&envelope), &LISTED, &unsaid);
        assert_eq!((found.0, found.1.first().map(String::as_str)), wanted);
    }
}

#[test]
fn the_safelist_may_say_how_large_the_channel_is() {
    let mut envelope = creator_cut();
    envelope.channels.audience = Audience::UpTo10k;
    let unsaid = FinishedUse {
        audience: None,
        ..finished()
    };
    for (said, wanted) in [
        (Audience::UpTo10k, Answer::Cleared),
        (Audience::UpTo1m, Answer::NotCovered),
    ] {
        let safelist = SafelistFact::Read(OnList::Yes(Some(said)));
        let found = checked(KeyState::Valid, Some(&envelope), &safelist, &unsaid);
        assert_eq!(found.0, wanted);
    }
}

#[test]
fn the_window_and_the_length_are_held_against_what_was_said() {
    let mut envelope = creator_cut();
    envelope.publish_window.until = Some(published());
    let found = checked(KeyState::Valid, Some(&envelope), &LISTED, &finished());
    assert_eq!(found, (Answer::NotCovered, vec!["too_late".to_owned()]));
    let mut envelope = creator_cut();
    envelope.clip_ms = Some(15_000);
    let long = FinishedUse {
        clip_ms: Some(15_001),
        ..finished()
    };
    let found = checked(KeyState::Valid, Some(&envelope), &LISTED, &long);
    assert_eq!(
        found,
        (Answer::NotCovered, vec!["clip_too_long".to_owned()])
    );
    let unsaid = FinishedUse {
        clip_ms: None,
        ..long
    };
    assert_eq!(
        checked(KeyState::Valid, Some(&envelope), &LISTED, &unsaid).0,
        Answer::Cleared
    );
}

#[test]
fn what_was_not_said_and_not_looked_at_is_noted() {
    let (mut short, free) = (creator_cut(), creator_cut());
    short.clip_ms = Some(15_000);
    let said = FinishedUse {
        clip_ms: Some(15_000),
        ..finished()
    };
    let unsaid = FinishedUse {
        channel: None,
        ..finished()
    };
    let free = Envelope {
        clip_ms: None,
        ..free
    };
    for (envelopes, wanted, words) in [
        (vec![Some(&short)], &said, vec![]),
        (vec![Some(&free), None], &finished(), vec![]),
        (vec![Some(&free)], &unsaid, vec!["no channel"]),
        (
            vec![Some(&free), Some(&short)],
            &unsaid,
            vec!["no channel", "how long"],
        ),
        (vec![], &unsaid, vec!["music without a key"]),
    ] {
        let found = notes(envelopes, wanted);
        assert_eq!(found.len(), words.len(), "{found:?}");
        assert!(
            found
                .iter()
                .zip(words)
                .all(|(note, word)| note.starts_with(word))
        );
    }
}

#[test]
fn a_video_is_cleared_only_where_each_of_its_keys_clears_it() {
    use Answer::{Cleared, NoKey, NotCovered, NotValid, Unknown};
    for (answers, wanted) in [
        (vec![], NoKey),
        (vec![Cleared], Cleared),
        (vec![Cleared, Cleared], Cleared),
        (vec![Cleared, Unknown], Unknown),
        (vec![Unknown, NotCovered, Cleared], NotCovered),
        (vec![NotCovered, NotValid], NotValid),
    ] {
        assert_eq!(overall(answers.clone()), wanted, "{answers:?}");
    }
}

#[test]
fn a_placement_that_the_channel_cannot_have_is_refused() {
    let mut wanted = finished();
    assert_eq!(wanted.fits(), Ok(()));
    wanted.placements = wanted.placements.with(Placement::Tiktok);
    let refused = wanted.fits().unwrap_err();
    assert_eq!(refused.placement, Placement::Tiktok);
    assert!(
        refused
            .to_string()
            .contains("YouTube channel is no place for TikTok")
    );
    wanted.channel = None;
    assert_eq!(wanted.fits(), Ok(()));
}

fn states() -> impl Strategy<Value = KeyState> {
    prop::sample::select(vec![
        KeyState::Valid,
        KeyState::Suspended,
        KeyState::Revoked,
        KeyState::UnknownIssuer,
        KeyState::CodeAlone,
    ])
}

fn facts() -> impl Strategy<Value = SafelistFact> {
    let t = Timestamp(1);
    prop::sample::select(vec![
        SafelistFact::NotAtHand,
        LISTED,
        SafelistFact::Read(OnList::Never),
        SafelistFact::Read(OnList::Later { from: t }),
        SafelistFact::Read(OnList::Before { until: t }),
    ])
}

proptest! {
    #[test]
    fn cleared_means_valid_listed_and_covered_and_says_nothing_else(
        state in states(),
        safelist in facts(),
        place in prop::sample::select(Placement::ALL.to_vec()),
        purpose in prop::sample::select(Purpose::ALL.to_vec()),
        known in any::<bool>(),
    ) {
        let envelope = creator_cut();
        let wanted = FinishedUse { placements: [place].into(), purpose, ..finished() };
        let (answer, reasons) =
            checked(state, known.then_some(&envelope), &safelist, &wanted);
        prop_assert_eq!(answer == Answer::Cleared, reasons.is_empty());
        if answer == Answer::Cleared {
            prop_assert_eq!(state, KeyState::Valid);
            prop_assert!(known && safelist == LISTED);
            prop_assert!(envelope.placements.contains(place));
            prop_assert!(envelope.purposes.contains(purpose));
        }
    }

    #[test]
    fn every_platform_has_a_placement_to_ask_about(
        platform in prop::sample::select(Platform::ALL.to_vec()),
    ) {
        let envelope = creator_cut();
        let channel = Channel::parse(platform.example(), None).unwrap();
        let wanted = FinishedUse {
            placements: [].into(), channel: Some(channel), ..finished()
        };
        let (_, reasons) = checked(KeyState::Valid, Some(&envelope), &LISTED, &wanted);
        prop_assert!(!reasons.contains(&"no_placement_given".to_owned()));
    }
}

#[test]
fn a_subscriptions_use_is_cleared_by_its_report_and_by_nothing_else() {
    let from = at("2026-01-01T00:00:00Z");
    let envelope = domain::offer::pool_envelope(from);
    for (pool, answer, code) in [
        (PoolFact::Counted, Answer::Cleared, None),
        (
            PoolFact::MayBe,
            Answer::Unknown,
            Some("use_not_counted_yet"),
        ),
        (PoolFact::Never, Answer::NotCovered, Some("use_not_counted")),
        (
            PoolFact::NotAtHand,
            Answer::Unknown,
            Some("uses_not_at_hand"),
        ),
    ] {
        let facts = KeyFacts {
            state: KeyState::Valid,
            envelope: Some(&envelope),
            safelist: &LISTED,
            pool,
        };
        let verdict = check(&facts, &finished());
        let codes: Vec<_> = verdict.reasons.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(
            (verdict.answer, codes),
            (answer, code.into_iter().collect()),
            "{pool:?}"
        );
    }
    assert_eq!(PoolFact::of_envelope(Some(&envelope)), PoolFact::NotAtHand);
    assert_eq!(
        PoolFact::of_envelope(Some(&creator_cut())),
        PoolFact::NoPool
    );
    assert_eq!(PoolFact::of_envelope(None), PoolFact::NoPool);
}
