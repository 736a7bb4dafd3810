//! Channels, standing and checks by HTTP: JSON for programs, pages that work without script.

use app::access::Role;
use app::licensing::Licence;
use domain::{AssetKind, Tier};
use serde_json::json;
use spec::on_both_engines;
use spec::world::World;

const ADA: &str = "https://www.youtube.com/@ada";

on_both_engines! {
    async fn a_holder_lists_changes_and_takes_off_channels(world: World) {
        let licence = sold(&world).await;
        let guest = world.visitor();
        let list = format!("/v1/licences/{}/channels?grant={}", licence.id, licence.grant);
        let body = json!({ "channel": "@Ada", "platform": "youtube", "audience": "up_to_10k" });
        let (once, again) = (guest.posts(&list, &body).await, guest.posts(&list, &body).await);
        assert_eq!((once.status, again.status), (201, 200));
        assert_eq!(once.json(), again.json());
        assert_eq!(once.json()["channel"], ADA);
        assert_eq!(once.json()["placements"], json!(["youtube", "youtube_shorts"]));
        let id = once.json()["id"].as_str().unwrap().to_owned();
        let one = format!("/v1/licences/{}/channels/{id}?grant={}", licence.id, licence.grant);
        let changed = guest.puts(&one, &json!({ "channel": ADA, "label": "Mine" })).await;
        assert_eq!((changed.status, &changed.json()["label"]), (200, &json!("Mine")));
        let shown = guest.gets(&list).await.json();
        assert_eq!(shown["channels"], json!([changed.json()]));
        assert_eq!((&shown["owner"], &shown["at_most"]), (&json!("licensee"), &json!(50)));
        let off = guest.calls("DELETE", &one).await;
        assert_eq!(off.status, 200);
        assert_eq!(off.json(), guest.calls("DELETE", &one).await.json());
        assert_eq!(guest.gets(&list).await.json()["channels"], json!([]));
        let past = format!("/v1/licences/{}/channels/history?grant={}", licence.id, licence.grant);
        let history = guest.gets(&past).await.json();
        let lines = history["history"].as_array().unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!((&lines[0]["by"], &lines[0]["after"]), (&json!("holder"), &json!(null)));
    }

    async fn a_list_is_its_holders_and_the_stores(world: World) {
        let (licence, other) = (sold(&world).await, sold(&world).await);
        let guest = world.visitor();
        let path = format!("/v1/licences/{}/channels", licence.id);
        let body = json!({ "channel": ADA });
        assert_eq!(guest.posts(&path, &body).await.problem().1, "grant_required");
        let wrong = format!("{path}?grant={}", other.grant);
        assert_eq!(guest.posts(&wrong, &body).await.problem().1, "wrong_grant");
        assert_eq!(guest.gets(&wrong).await.status, 403);
        let operator = world.visitor_signed_in(Role::Operator, "Op").await;
        let operator = operator.with("sec-fetch-site", "same-origin");
        assert_eq!(operator.posts(&path, &body).await.status, 201);
        let past = operator.gets(&format!("{path}/history")).await.json();
        assert_eq!(past["history"][0]["by"], "store");
        let video = json!({ "channel": "https://youtu.be/dQw4w9WgXcQ" });
        let refused = operator.posts(&path, &video).await;
        assert_eq!(refused.problem(), (422, "bad_channel".to_owned()));
        assert_eq!(refused.json()["field"], "channel");
    }

    async fn only_the_operator_moves_a_standing(world: World) {
        let licence = sold(&world).await;
        let path = format!("/v1/licences/{}/standing", licence.id);
        let body = json!({ "move": "suspend", "reason": "a dispute" });
        let guest = world.visitor();
        let granted = format!("{path}?grant={}", licence.grant);
        assert_eq!(guest.posts(&granted, &body).await.problem().1, "sign_in_required");
        let buyer = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let buyer = buyer.with("sec-fetch-site", "same-origin");
        assert_eq!(buyer.posts(&path, &body).await.problem().1, "scope_required");
        let operator = world.visitor_signed_in(Role::Operator, "Op").await;
        let operator = operator.with("sec-fetch-site", "same-origin");
        let moved = operator.posts(&path, &body).await;
        assert_eq!((moved.status, &moved.json()["status"]), (200, &json!("suspended")));
        let shown = guest.gets(&granted).await.json();
        assert_eq!(shown["history"][0]["reason"], "a dispute");
        let public = guest.gets(&format!("/v1/verify/{}", licence.code)).await;
        assert_eq!(public.json()["status_since"], world.now().to_string());
        assert!(!public.text().contains("a dispute"));
        let refused = operator.posts(&path, &json!({ "move": "ban", "reason": "x" })).await;
        assert_eq!(refused.problem(), (422, "bad_value".to_owned()));
        operator.posts(&path, &json!({ "move": "revoke", "reason": "x" })).await;
        let refused = operator.posts(&path, &json!({ "move": "restore", "reason": "x" })).await;
        assert_eq!(refused.problem(), (409, "licence_revoked".to_owned()));
    }

    async fn a_check_by_json_says_what_covers_and_what_does_not(world: World) {
        let licence = sold(&world).await;
        let guest = world.visitor();
        let ask = |channel: &str| json!({
            "keys": [licence.token, licence.code.to_string()], "channel": channel,
            "use": { "placements": ["youtube_shorts"], "clip_ms": 10_000 },
        });
        let first = guest.posts("/v1/checks", &ask(ADA)).await;
        assert_eq!((first.status, &first.json()["answer"]), (200, &json!("not_covered")));
        let list = format!("/v1/licences/{}/channels?grant={}", licence.id, licence.grant);
        guest.posts(&list, &json!({ "channel": ADA })).await;
        let cleared = guest.posts("/v1/checks", &ask("youtube.com/@ADA")).await.json();
        assert_eq!((&cleared["answer"], &cleared["channel"]), (&json!("cleared"), &json!(ADA)));
        assert_eq!(cleared["keys"].as_array().unwrap().len(), 1);
        assert_eq!(cleared["keys"][0]["standing"], "valid");
        let other = guest.posts("/v1/checks", &ask("twitch.tv/ada")).await;
        assert_eq!(other.problem(), (422, "wrong_placement".to_owned()));
        let text = guest.posts("/v1/checks", &ask("https://www.youtube.com/@eve")).await.text();
        assert!(!text.contains("@ada") && !text.contains("Mia"), "{text}");
    }

    async fn every_key_of_a_check_counts_as_a_look_up(world: World) {
        let code = sold(&world).await.code.to_string();
        let guest = world.visitor();
        let body = json!({ "keys": vec![code; 20] });
        for _ in 0..3 {
            assert_eq!(guest.posts("/v1/checks", &body).await.status, 200);
        }
        let refused = guest.posts("/v1/checks", &body).await;
        assert_eq!(refused.problem(), (429, "too_many_requests".to_owned()));
        assert!(!refused.header("retry-after").is_empty());
    }

    async fn the_holders_page_adds_changes_takes_off_and_puts_back(world: World) {
        let licence = sold(&world).await;
        let guest = world.visitor();
        let page = format!("/licences/{}?grant={}", licence.id, licence.grant);
        assert!(guest.gets(&page).await.text().contains("No channel is listed yet"));
        let add = format!("/licences/{}/channels?grant={}", licence.id, licence.grant);
        let sent = guest.posts_form(&add, "channel=%40ada&platform=youtube&label=Mine").await;
        assert_eq!(sent.status, 303);
        let shown = guest.gets(&page).await.text();
        assert!(shown.contains(ADA) && shown.contains("Mine"));
        let id = world.channels_of(&licence).await[0].id;
        let one = |end: &str| {
            format!("/licences/{}/channels/{id}{end}?grant={}", licence.id, licence.grant)
        };
        let wrong = guest.posts_form(&one(""), "channel=youtu.be%2Fx&label=Mine").await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("the address of one video") && wrong.text().contains("youtu.be/x"));
        guest.posts_form(&one(""), "channel=tiktok.com%2F%40ada").await;
        let off = guest.posts_form(&one("/remove"), "").await;
        assert_eq!(off.status, 303);
        let to = off.header("location").replace("#channels", "");
        let shown = guest.gets(&to).await.text();
        assert!(shown.contains("Put it back") && shown.contains("Took off"), "{shown}");
        guest.posts_form(&add, "channel=https%3A%2F%2Fwww.tiktok.com%2F%40ada&platform=tiktok").await;
        assert!(!guest.gets(&to).await.text().contains("Put it back"));
        assert_eq!(world.channels_of(&licence).await.len(), 1);
    }

    async fn a_form_without_the_grant_changes_nothing(world: World) {
        let licence = sold(&world).await;
        let path = format!("/licences/{}/channels", licence.id);
        let reply = world.visitor().posts_form(&path, "channel=twitch.tv%2Fada").await;
        assert_eq!(reply.status, 401);
        assert!(world.channels_of(&licence).await.is_empty());
    }

    async fn the_pages_tell_since_when_a_licence_is_on_hold(world: World) {
        let licence = sold(&world).await;
        world.suspends(&licence).await;
        let guest = world.visitor();
        let private = format!("/licences/{}?grant={}", licence.id, licence.grant);
        let private = guest.gets(&private).await.text();
        assert!(private.contains("on hold since 2 Mar 2026"), "{private}");
        assert!(private.contains("the payment is disputed"));
        let browser = guest.with("accept", "text/html");
        let public = browser.gets(&format!("/l/{}", licence.code)).await.text();
        assert!(public.contains("on hold since 2 Mar 2026"));
        assert!(!public.contains("the payment is disputed"));
    }

    async fn the_page_checks_a_video_and_asks_again_where_it_cannot(world: World) {
        let licence = sold(&world).await;
        let guest = world.visitor();
        let empty = guest.gets("/check").await.text();
        assert!(empty.contains("Check a finished video") && empty.contains("clearcue check"));
        let ask = |rest: &str| format!("/check?keys={}&{rest}", licence.code);
        let found = guest.gets(&ask("channel=youtube.com%2F%40ada&placement=youtube_shorts")).await;
        assert!(found.text().contains("Not covered") && found.text().contains("safelist"));
        let list = format!("/v1/licences/{}/channels?grant={}", licence.id, licence.grant);
        guest.posts(&list, &json!({ "channel": ADA })).await;
        let found = guest
            .gets(&ask("channel=youtube.com%2F%40ada&audience=up_to_10k&published=2026-03-02"))
            .await
            .text();
        assert!(found.contains("Cleared"), "{found}");
        let wrong = guest.gets(&ask("channel=youtu.be%2Fx")).await.text();
        assert!(wrong.contains("the address of one video"));
        let wrong = guest.gets("/check?keys=7K3M9-QXD4T-0RWPX").await.text();
        assert!(wrong.contains("mistyped"));
        let wrong = guest.gets(&ask("published=yesterday")).await.text();
        assert!(wrong.contains("2026-01-31"));
        let hostile = guest.gets("/check?keys=%3Cscript%3Ealert(1)%3C/script%3E").await.text();
        assert!(!hostile.contains("<script>alert"));
    }
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
