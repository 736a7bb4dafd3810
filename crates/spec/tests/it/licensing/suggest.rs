//! A suggestion: the cheapest mix for the next month, from what is said or what was used.

use app::access::{Role, Scope};
use app::licensing::suggest::{self, Ask, Whose};
use domain::AssetKind;
use domain::Tier;
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::Music;

/// The parts of the cheapest mix, each as its kind and its cost in micro-units.
fn cheapest(answer: &Value) -> Vec<(String, i64)> {
    let parts = answer["mixes"][0]["parts"].as_array().unwrap();
    let part = |part: &Value| {
        let kind = part["kind"].as_str().unwrap().to_owned();
        (kind, part["cost"]["micros"].as_i64().unwrap())
    };
    parts.iter().map(part).collect()
}

on_both_engines! {
    async fn one_video_takes_a_licence_and_a_dozen_take_clip_time(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let one = guest.posts("/v1/suggestions", &json!({ "habits": [{ "videos": 1 }] })).await;
        assert_eq!(one.status, 200);
        let one = one.json();
        assert_eq!(cheapest(&one), [("licences".to_owned(), 5_000_000)]);
        assert_eq!(one["mixes"][0]["parts"][0]["name"], "15-second cut, Creator tier");
        assert_eq!(one["uses"], Value::Null);
        let dozen = guest.posts("/v1/suggestions", &json!({ "habits": [{ "videos": 12 }] })).await;
        let dozen = dozen.json();
        assert_eq!(cheapest(&dozen), [("clip_time".to_owned(), 10_000_000)]);
        assert_eq!(
            dozen["mixes"][0]["parts"][0]["plans"],
            json!([{ "bundle": "bundle_10", "count": 1 }])
        );
        assert_eq!(dozen["mixes"][0]["parts"][0]["left_ms"], 420_000);
        let reasons = dozen["mixes"][0]["reasons"].as_array().unwrap();
        assert!(reasons[0].as_str().unwrap().contains("draw 3 minutes"), "{reasons:?}");
        world.is_sound().await;
    }

    async fn what_clip_time_does_not_cover_is_licensed_and_the_reason_is_given(world: World) {
        world.track_with_a_cut("Night Market").await;
        let ads = json!({ "videos": 2, "tracks": 1,
            "use": { "purpose": "paid_ad", "placements": ["paid_social_ads"] } });
        let asked = json!({ "habits": [{ "videos": 20 }, ads] });
        let answer = world.visitor().posts("/v1/suggestions", &asked).await.json();
        let parts = [("licences".to_owned(), 15_000_000), ("clip_time".to_owned(), 10_000_000)];
        assert_eq!(cheapest(&answer), parts);
        assert_eq!(answer["mixes"][0]["parts"][0]["habit"], 1);
        let clip = answer["unserved"].as_array().unwrap().iter();
        let clip = clip.filter(|one| one["means"] == "Clip time").collect::<Vec<_>>();
        assert_eq!((clip.len(), &clip[0]["habit"]), (1, &json!(1)));
        assert_eq!(clip[0]["shortfalls"][0]["axis"], "placements");
    }

    async fn what_nothing_covers_gets_no_mix_and_every_reason(world: World) {
        world.track_with_a_cut("Night Market").await;
        let asked = json!({ "habits": [{ "videos": 1, "use": { "placements": ["broadcast"] } }] });
        let answer = world.visitor().posts("/v1/suggestions", &asked).await.json();
        assert_eq!(answer["mixes"], json!([]));
        assert_eq!(answer["uncovered"], json!([0]));
        assert!(answer["unserved"].as_array().unwrap().len() > 2);
        // A store without tracks sells clip time all the same.
        let radio = &answer["unserved"][0]["shortfalls"][0];
        assert_eq!(radio["code"], "placement_not_included");
    }

    async fn licences_are_reckoned_at_what_most_tracks_cost(world: World) {
        for title in ["One", "Two", "Three"] {
            world.track_with_a_cut(title).await;
        }
        let dear = world.compose(Music::titled("Four").seconds(16)).await;
        world.reprices(&dear, 1_000_000).await;
        let asked = json!({ "habits": [{ "videos": 1 }] });
        let answer = world.visitor().posts("/v1/suggestions", &asked).await.json();
        assert_eq!(cheapest(&answer), [("licences".to_owned(), 5_000_000)]);
    }

    async fn the_last_thirty_days_of_a_licence_are_read_for_whoever_holds_it(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let other = world.buyer("Noa").buys_clip_time().await;
        let reporter = world.reporter().await;
        for n in 0..3 {
            let event = world.used(&format!("studio:{n}"), &licence, &track);
            reporter.reports(&event).await;
        }
        reporter.reports(&world.used("studio:9", &other, &track)).await;
        let guest = world.visitor();
        let asked = json!({ "licence": licence.id.to_string(), "grant": licence.grant });
        let answer = guest.posts("/v1/suggestions", &asked).await.json();
        assert_eq!(answer["uses"], 3, "the other's use isn't looked at");
        assert_eq!(answer["habits"][0]["videos"], 3);
        // What is left of the licence's own clip time is enough and costs nothing more.
        assert_eq!(cheapest(&answer), [("clip_time".to_owned(), 0)]);
        let wrong = json!({ "licence": other.id.to_string(), "grant": licence.grant });
        let wrong = guest.posts("/v1/suggestions", &wrong).await;
        assert_eq!(wrong.problem(), (403, "wrong_grant".to_owned()));
        world.days_pass(31);
        let later = guest.posts("/v1/suggestions", &asked).await;
        assert_eq!(later.problem(), (409, "no_recent_uses".to_owned()));
        world.is_sound().await;
    }

    async fn a_program_is_shown_what_it_reported_itself(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let (_, secret) = world.program("Studio", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        let event = json!([{ "id": "studio:1", "licence_code": licence.code.to_string(),
            "placement": "tiktok", "purpose": "personal", "clip_ms": 9_000, "video": "v",
            "published_at": world.now() }]);
        assert_eq!(program.posts("/v1/uses", &event).await.json()["accepted"], 1);
        let mine = json!({ "last_uses": true });
        let answer = program.posts("/v1/suggestions", &mine).await.json();
        assert_eq!(answer["habits"][0]["use"]["purpose"], "personal");
        assert_eq!(cheapest(&answer), [("licences".to_owned(), 5_000_000)]);
        let (_, secret) = world.program("Another", &[Scope::ReportUses]).await;
        let another = world.visitor_with_key(&secret).posts("/v1/suggestions", &mine).await;
        assert_eq!(another.problem(), (409, "no_recent_uses".to_owned()));
        let (_, secret) = world.program("Reader", &[Scope::ReadReports]).await;
        let reader = world.visitor_with_key(&secret).posts("/v1/suggestions", &mine).await;
        assert_eq!(reader.problem(), (403, "scope_required".to_owned()));
        let guest = world.visitor().posts("/v1/suggestions", &mine).await;
        assert_eq!(guest.problem(), (401, "sign_in_required".to_owned()));
    }

    async fn a_buyer_who_is_signed_in_is_shown_their_own_uses(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let mia = mia.with("sec-fetch-site", "same-origin");
        let quote = mia.posts("/v1/quotes", &json!({ "track": track.id.to_string() })).await.json();
        let order = json!({ "quote": quote["id"], "offer": quote["options"][0]["offer"],
            "licensee": { "name": "Mia" },
            "payment": { "method": "sandbox", "card": "4242424242424242" } });
        let bought = mia.clone().with("idempotency-key", "mias-first");
        let licence = bought.posts("/v1/licences", &order).await.json();
        let (_, secret) = world.program("Studio", &[Scope::ReportUses]).await;
        let event = json!([{ "id": "studio:1", "licence_code": licence["code"],
            "placement": "tiktok", "purpose": "personal", "clip_ms": 9_000,
            "published_at": world.now() }]);
        let used = world.visitor_with_key(&secret).posts("/v1/uses", &event).await.json();
        assert_eq!(used["accepted"], 1, "{used}");
        let mine = json!({ "last_uses": true });
        assert_eq!(mia.posts("/v1/suggestions", &mine).await.json()["uses"], 1);
        let page = mia.gets("/suggest?from=last_uses").await;
        assert!(page.text().contains("From 1 use in 1 video"), "{}", page.text());
        let noa = world.visitor_signed_in(Role::Buyer, "Noa").await;
        let noa = noa.with("sec-fetch-site", "same-origin");
        let none = noa.posts("/v1/suggestions", &mine).await;
        assert_eq!(none.problem(), (409, "no_recent_uses".to_owned()));
    }

    async fn a_question_out_of_bounds_names_its_field(world: World) {
        world.track("Night Market").await;
        let guest = world.visitor();
        let habit = |change: Value| json!({ "habits": [{ "videos": 1 }, change] });
        for (body, code, field) in [
            (json!({}), "bad_value", "habits"),
            (json!({ "habits": [{ "videos": 1 }], "last_uses": true }), "bad_value", "habits"),
            (json!({ "habits": [] }), "bad_habit", "habits"),
            (habit(json!({ "videos": 0 })), "bad_habit", "habits.1.videos"),
            (habit(json!({ "videos": 301 })), "bad_habit", "habits.1.videos"),
            (habit(json!({ "videos": 2, "tracks": 3 })), "bad_habit", "habits.1.tracks"),
            (
                habit(json!({ "videos": 2, "use": { "clip_ms": 0 } })),
                "bad_habit",
                "habits.1.use.clip_ms",
            ),
            (habit(json!({ "videos": 2, "often": 1 })), "unknown_field", "habits.1.often"),
        ] {
            let reply = guest.posts("/v1/suggestions", &body).await;
            assert_eq!(reply.problem(), (422, code.to_owned()), "{body}");
            assert_eq!(reply.json()["field"], field, "{body}");
        }
    }

    async fn a_guest_is_never_asked_whose_uses(world: World) {
        let whose = Ask::LastUses(Whose::Reporter("guest".into()));
        let refused = suggest::suggest(world.app(), &world.call(), &whose).await;
        assert!(refused.is_err(), "guests report nothing, so there is nothing to read");
    }

    async fn the_page_answers_without_script_and_leads_to_the_checkout(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let empty = guest.gets("/suggest").await.text();
        assert!(empty.contains("What should I buy?") && !empty.contains("Why</h3>"));
        let asked = "/suggest?videos1=12&placement1=tiktok&purpose1=monetised_creator&length1=15\
                     &tracks1=each&videos2=&videos3=";
        let page = guest.gets(asked).await.text();
        assert!(page.contains("$10.00") && page.contains("about $0.83 a video"), "{page}");
        assert!(page.contains(r#"name="bundle" value="bundle_10""#));
        let many = guest.gets("/suggest?videos1=1000").await.text();
        assert!(many.contains("1 to 300 videos"), "{many}");
        let odd = guest.gets("/suggest?videos1=%3Cscript%3E").await.text();
        assert!(odd.contains("1 to 300 videos") && !odd.contains("<script>alert"));
        let bundles = guest.gets("/bundles").await.text();
        assert!(bundles.contains(r#"href="/suggest""#));
    }
}
