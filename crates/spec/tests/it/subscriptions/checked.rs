//! Checking a video made under a subscription: its use was counted and stays cleared, or wasn't.

use app::licensing::check::{Answer, Checked, FinishedUse, Placement};
use app::licensing::{Licence, verify};
use app::subscriptions::change::Wish;
use domain::Timestamp;
use spec::on_both_engines;
use spec::world::{Track, World, accepted, finished};

on_both_engines! {
    async fn a_use_that_was_counted_stays_cleared_after_the_subscription_and_the_rotation(
        world: World,
    ) {
        let (licence, track) = subscribed(&world).await;
        let day = world.now();
        let counted = world.used("u1", &licence, &track);
        accepted(world.reporter().await.reports(&counted).await);
        let later = day.plus_ms(3_600_000);
        assert_eq!(answer(&world, &licence, day).await, (Answer::Cleared, vec![]));
        world.subscriber_asks("k1", &licence, Wish::Cancel).await.unwrap();
        world.days_pass(60);
        for at in [day, later] {
            assert_eq!(answer(&world, &licence, at).await, (Answer::Cleared, vec![]));
        }
        // Another day's never was.
        let next = day.plus_ms(86_400_000);
        let never = (Answer::NotCovered, vec!["use_not_counted".to_owned()]);
        assert_eq!(answer(&world, &licence, next).await, never);
        assert_eq!(answer(&world, &licence, world.now()).await, never);
    }

    async fn a_use_that_is_not_counted_yet_is_unknown_while_it_can_be(world: World) {
        let (licence, track) = subscribed(&world).await;
        let now = world.now();
        let open = (Answer::Unknown, vec!["use_not_counted_yet".to_owned()]);
        assert_eq!(answer(&world, &licence, now).await, open);
        let counted = world.used("u1", &licence, &track).but("placement", "tiktok");
        accepted(world.reporter().await.reports(&counted).await);
        assert_eq!(answer(&world, &licence, now).await.0, Answer::Cleared);
        let on = async |placement| {
            let asked = FinishedUse { placements: [placement].into(), ..asked(now) };
            told(world.checks(&[&licence.code.to_string()], &asked).await.unwrap())
        };
        assert_eq!(on(Placement::Tiktok).await.0, Answer::Cleared);
        assert_eq!(on(Placement::YoutubeShorts).await, open, "elsewhere it wasn't counted");
    }

    async fn what_a_code_tells_says_whether_the_subscription_runs(world: World) {
        let (licence, _) = subscribed(&world).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let runs = async |licence: &Licence| {
            let told = verify::subscription_runs(world.app(), world.now(), licence).await;
            told.unwrap()
        };
        assert_eq!((runs(&licence).await, runs(&bundle).await), (Some(true), None));
        world.subscriber_asks("k1", &licence, Wish::Cancel).await.unwrap();
        assert_eq!(runs(&licence).await, Some(true), "to the end of its cycle");
        world.days_pass(60);
        assert_eq!(runs(&licence).await, Some(false));
        let code = format!("/v1/verify/{}", licence.code);
        let told = world.visitor().gets(&code).await.json();
        assert_eq!(told["subscription_runs"], false);
        let code = format!("/v1/verify/{}", bundle.code);
        assert!(world.visitor().gets(&code).await.json().get("subscription_runs").is_none());
    }
}

async fn subscribed(world: &World) -> (Licence, Track) {
    let track = world.track("Night Market").await;
    world.rotates(&[&track]).await;
    (world.buyer("Mia").subscribes().await, track)
}

/// A video of that moment, on no channel in particular.
fn asked(at: Timestamp) -> FinishedUse {
    FinishedUse {
        channel: None,
        placements: [Placement::YoutubeShorts, Placement::Tiktok].into(),
        ..finished("https://www.youtube.com/@ada", at)
    }
}

async fn answer(world: &World, licence: &Licence, at: Timestamp) -> (Answer, Vec<String>) {
    told(
        world
            .checks(&[&licence.code.to_string()], &asked(at))
            .await
            .unwrap(),
    )
}

fn told(checked: Checked) -> (Answer, Vec<String>) {
    let reasons = checked.keys[0].verdict.reasons.iter();
    (
        checked.answer,
        reasons.map(|reason| reason.code.clone()).collect(),
    )
}
