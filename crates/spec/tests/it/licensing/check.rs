//! Checking a finished video: are its keys good, and do they cover its use on its channel?

use app::licensing::Licence;
use app::licensing::check::KEYS_MAX;
use domain::check::{Answer, FinishedUse, KeyState};
use domain::envelope::{Placement, Purpose};
use domain::{AssetKind, Tier};
use licence_key::{Code, IssuerKey};
use spec::on_both_engines;
use spec::world::{World, finished, pasted};

const ADA: &str = "https://www.youtube.com/@ada";

on_both_engines! {
    async fn a_valid_key_clears_a_listed_channel_by_code_and_by_token(world: World) {
        let licence = listed(&world).await;
        let wanted = finished(ADA, world.now());
        let code = licence.code.to_string();
        let line = format!("Licence {code} https://store.example/l/{code}");
        for key in [&code, &licence.token, &line, &code.to_lowercase()] {
            let checked = world.checks(&[key], &wanted).await.unwrap();
            assert_eq!(checked.answer, Answer::Cleared, "{key} {checked:?}");
            let [one] = checked.keys.try_into().unwrap();
            assert_eq!((one.code, one.state), (Some(licence.code), KeyState::Valid));
            assert_eq!(one.music.as_deref(), Some("Ada Byron - Night Market"));
        }
    }

    async fn a_channel_that_is_not_listed_is_not_covered(world: World) {
        let licence = listed(&world).await;
        let wanted = finished("https://www.youtube.com/@eve", world.now());
        let checked = world.checks(&[&licence.token], &wanted).await.unwrap();
        assert_eq!(checked.answer, Answer::NotCovered);
        assert_eq!(reasons(&checked.keys[0].verdict), ["channel_not_listed"]);
    }

    async fn a_channel_listed_after_the_video_does_not_cover_it(world: World) {
        let licence = listed(&world).await;
        let mut before = finished(ADA, world.now().plus_ms(-1));
        before.published_at = world.now().plus_ms(-1);
        let checked = world.checks(&[&licence.token], &before).await.unwrap();
        assert_eq!(reasons(&checked.keys[0].verdict), ["channel_listed_later"]);
    }

    async fn a_use_that_the_licence_does_not_allow_is_not_covered_and_told_why(world: World) {
        let licence = listed(&world).await;
        let wanted = FinishedUse {
            purpose: Purpose::PaidAd,
            ..finished(ADA, world.now())
        };
        let checked = world.checks(&[&licence.token], &wanted).await.unwrap();
        assert_eq!(checked.answer, Answer::NotCovered);
        let reason = &checked.keys[0].verdict.reasons[0];
        assert_eq!(reason.code, "purpose_not_included");
        assert!(reason.needed.as_deref().is_some_and(|needed| !needed.is_empty()));
    }

    async fn a_suspended_or_revoked_licence_clears_nothing(world: World) {
        let licence = listed(&world).await;
        let wanted = finished(ADA, world.now());
        world.suspends(&licence).await;
        let checked = world.checks(&[&licence.token], &wanted).await.unwrap();
        assert_eq!((checked.answer, checked.keys[0].state), (Answer::NotValid, KeyState::Suspended));
        world.revokes(&licence).await;
        let code = licence.code.to_string();
        let checked = world.checks(&[&code], &wanted).await.unwrap();
        assert_eq!((checked.answer, checked.keys[0].state), (Answer::NotValid, KeyState::Revoked));
    }

    async fn a_forged_a_strange_and_an_unknown_key_are_not_valid(world: World) {
        let licence = listed(&world).await;
        let wanted = finished(ADA, world.now());
        let claims = licence_key::peek(&licence.token).unwrap();
        let strange = licence_key::sign(&claims, &IssuerKey::from_seed(&[8; 32])).unwrap();
        let middle = licence.token.len() / 2;
        let swap = if licence.token.as_bytes()[middle] == b'A' { "B" } else { "A" };
        let forged = format!("{}{swap}{}", &licence.token[..middle], &licence.token[middle + 1..]);
        let unknown = Code::from_random(|| [77; 9]).to_string();
        for (key, state) in [
            (&forged, KeyState::Altered),
            (&strange, KeyState::UnknownIssuer),
            (&unknown, KeyState::UnknownCode),
        ] {
            let checked = world.checks(&[key], &wanted).await.unwrap();
            assert_eq!((checked.answer, checked.keys[0].state), (Answer::NotValid, state));
            assert_eq!(checked.keys[0].music, None, "nothing it says is believed");
        }
    }

    async fn a_video_with_several_keys_needs_all_of_them(world: World) {
        let one = listed(&world).await;
        let other = sold(&world).await;
        let wanted = finished(ADA, world.now());
        let both = [one.token.as_str(), other.token.as_str()];
        let checked = world.checks(&both, &wanted).await.unwrap();
        assert_eq!(checked.answer, Answer::NotCovered);
        let each: Vec<_> = checked.keys.iter().map(|key| key.verdict.answer).collect();
        assert_eq!(each, [Answer::Cleared, Answer::NotCovered]);
        world.buyer("Mia").lists(&other, &pasted(ADA)).await.unwrap();
        let checked = world.checks(&both, &wanted).await.unwrap();
        assert_eq!(checked.answer, Answer::Cleared);
    }

    async fn every_code_of_a_text_is_a_key(world: World) {
        let good = listed(&world).await;
        let bad = sold(&world).await;
        world.revokes(&bad).await;
        let wanted = finished(ADA, world.now());
        let text = format!("A [{}] and B [{}]", good.code, bad.code);
        let checked = world.checks(&[&text], &wanted).await.unwrap();
        let each: Vec<_> = checked.keys.iter().map(|key| key.verdict.answer).collect();
        assert_eq!((checked.answer, each), (Answer::NotValid, vec![Answer::Cleared, Answer::NotValid]));
        let many = vec![text.as_str(); KEYS_MAX / 2 + 1];
        assert_eq!(world.checks(&many, &wanted).await.unwrap_err().code, "too_many_keys");
        let question = app::licensing::check::Question { keys: vec![text, bad.token], wanted };
        assert_eq!(question.look_ups(), 3);
    }

    async fn the_same_licence_by_code_and_token_is_one_key(world: World) {
        let licence = listed(&world).await;
        let code = licence.code.to_string();
        let wanted = finished(ADA, world.now());
        let checked = world.checks(&[&licence.token, &code, &code], &wanted).await.unwrap();
        assert_eq!((checked.answer, checked.keys.len()), (Answer::Cleared, 1));
    }

    async fn without_a_key_there_is_nothing_to_clear(world: World) {
        let checked = world.checks(&[], &finished(ADA, world.now())).await.unwrap();
        assert_eq!((checked.answer, checked.keys.len()), (Answer::NoKey, 0));
    }

    async fn a_token_that_this_store_signed_and_no_longer_knows_leaves_the_channel_open(world: World) {
        let licence = listed(&world).await;
        let mut claims = licence_key::peek(&licence.token).unwrap();
        claims.code = Code::from_random(|| [78; 9]);
        let lost = licence_key::sign(&claims, &IssuerKey::from_seed(&[7; 32])).unwrap();
        let checked = world.checks(&[&lost], &finished(ADA, world.now())).await.unwrap();
        assert_eq!(checked.answer, Answer::Unknown);
        assert_eq!(reasons(&checked.keys[0].verdict), ["safelist_not_at_hand"]);
    }

    async fn a_question_that_makes_no_sense_is_refused(world: World) {
        let licence = sold(&world).await;
        let code = licence.code.to_string();
        let wanted = finished(ADA, world.now());
        let many = vec![code.as_str(); KEYS_MAX + 1];
        assert_eq!(world.checks(&many, &wanted).await.unwrap_err().code, "too_many_keys");
        let refused = world.checks(&[&code, "nonsense"], &wanted).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("bad_code", Some("keys.1")));
        let elsewhere = FinishedUse {
            placements: [Placement::Tiktok].into(),
            ..wanted
        };
        let refused = world.checks(&[&code], &elsewhere).await.unwrap_err();
        assert_eq!(refused.code, "wrong_placement");
    }

    async fn an_answer_without_a_channel_notes_that_no_list_was_looked_at(world: World) {
        let licence = sold(&world).await;
        let body = |channel: Option<&str>| serde_json::json!({
            "keys": [licence.code.to_string()], "channel": channel,
            "use": { "placements": ["youtube"], "channel_audience": "up_to_10k" },
        });
        let guest = world.visitor();
        let told = guest.posts("/v1/checks", &body(None)).await.json();
        assert_eq!(told["answer"], "cleared", "{told}");
        let note = told["notes"][0].as_str().unwrap();
        assert!(note.contains("no channel was named"), "{note}");
        let told = guest.posts("/v1/checks", &body(Some(ADA))).await.json();
        assert_eq!((&told["answer"], &told["notes"]), (&"not_covered".into(), &serde_json::json!([])));
        let page = format!("/check?keys={}&placement=youtube&audience=up_to_10k", licence.code);
        assert!(guest.gets(&page).await.text().contains("No channel was named"));
    }

    async fn checking_writes_nothing(world: World) {
        let licence = listed(&world).await;
        let booked = world.everything_booked().await;
        world.checks(&[&licence.token], &finished(ADA, world.now())).await.unwrap();
        assert_eq!(world.everything_booked().await, booked);
        assert_eq!(world.channel_history(&licence).await.len(), 1);
    }
}

fn reasons(verdict: &domain::check::Verdict) -> Vec<&str> {
    verdict
        .reasons
        .iter()
        .map(|reason| reason.code.as_str())
        .collect()
}

async fn listed(world: &World) -> Licence {
    let licence = sold(world).await;
    let added = world.buyer("Mia").lists(&licence, &pasted(ADA)).await;
    assert!(!added.unwrap().repeated);
    licence
}

async fn sold(world: &World) -> Licence {
    let track = match world.shown("night-market").await {
        Ok(track) => spec::world::Track {
            id: track.id,
            title: track.title,
        },
        Err(_) => world.track("Night Market").await,
    };
    let mia = world.buyer("Mia");
    mia.buys(&track, AssetKind::FullMix, Tier::Creator).await
}
