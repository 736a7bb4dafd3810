//! Problems: whatever isn't answered as asked has a code, a sentence, the field at fault and
//! the request's number.

use serde_json::json;
use spec::on_both_engines;

on_both_engines! {
    async fn a_problem_has_its_code_its_sentence_its_field_and_its_number(world: World) {
        let reply = world.visitor().gets("/v1/tracks/nowhere").await;
        assert_eq!(reply.status, 404);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let json = reply.json();
        assert_eq!(json["type"], "/problems/unknown_track");
        assert_eq!(
            (&json["status"], &json["code"]),
            (&json!(404), &json!("unknown_track"))
        );
        assert_eq!(
            (&json["title"], &json["field"]),
            (&json!("Not Found"), &json!("track"))
        );
        assert!(json["detail"].as_str().unwrap().contains("nowhere"));
        assert_eq!(
            json["request_id"].as_str().unwrap(),
            reply.header("x-request-id")
        );
    }

    async fn an_unknown_field_or_a_bad_value_is_named(world: World) {
        world.track("Night Market").await;
        let guest = world.visitor();
        for (body, status, code, field) in [
            (
                json!({ "track": "night-market", "colour": 1 }),
                422,
                "unknown_field",
                "colour",
            ),
            (
                json!({ "track": "night-market", "use": { "clip_ms": -1 } }),
                422,
                "bad_value",
                "use.clip_ms",
            ),
            (
                json!({ "track": "night-market", "use": { "purpose": "fun" } }),
                422,
                "bad_value",
                "use.purpose",
            ),
            (json!({ "track": "nowhere" }), 404, "unknown_track", "track"),
            (
                json!({ "bundle": "bundle_1" }),
                422,
                "unknown_plan",
                "bundle",
            ),
        ] {
            let reply = guest.posts("/v1/quotes", &body).await;
            assert_eq!(reply.problem(), (status, code.to_owned()), "{body}");
            assert_eq!(reply.json()["field"], field, "{body}");
        }
    }

    async fn a_body_that_is_no_json_or_not_called_so_is_refused(world: World) {
        let guest = world.visitor();
        let reply = guest
            .posts_text("/v1/quotes", "application/json", "{\"track\":")
            .await;
        assert_eq!(reply.problem(), (400, "malformed_json".to_owned()));
        let reply = guest
            .posts_text("/v1/quotes", "application/xml", "<track/>")
            .await;
        assert_eq!(reply.problem(), (415, "unsupported_media_type".to_owned()));
        // As `curl -d` sends it: no browser has, so it is told what is missing.
        let form = "application/x-www-form-urlencoded";
        let reply = guest.posts_text("/v1/quotes", form, "{}").await;
        assert_eq!(reply.problem(), (415, "unsupported_media_type".to_owned()));
        // An object's values in a row are no object.
        let reply = guest
            .posts_text("/v1/quotes", "application/json", "[null]")
            .await;
        assert_eq!(reply.problem(), (422, "bad_value".to_owned()));
    }

    async fn a_body_beyond_a_mebibyte_is_refused(world: World) {
        let large = " ".repeat(1024 * 1024 + 1);
        let reply = world
            .visitor()
            .posts_text("/v1/quotes", "application/json", &large)
            .await;
        assert_eq!(reply.problem(), (413, "body_too_large".to_owned()));
    }

    async fn an_address_that_is_not_there_and_a_method_it_does_not_answer_are_told(world: World) {
        let guest = world.visitor();
        assert_eq!(
            guest.gets("/v1/nowhere").await.problem(),
            (404, "not_found".to_owned())
        );
        let reply = guest.calls("DELETE", "/v1/tracks").await;
        assert_eq!(reply.problem(), (405, "method_not_allowed".to_owned()));
    }

    async fn a_parameter_that_is_unknown_or_wrong_is_named(world: World) {
        let guest = world.visitor();
        for (query, code, field) in [
            ("colour=red", "unknown_parameter", "colour"),
            ("limit=none", "bad_parameter", "limit"),
            ("limit=1000", "page_out_of_range", "limit"),
            ("cursor=xyz", "bad_cursor", "cursor"),
        ] {
            let reply = guest.gets(&format!("/v1/tracks?{query}")).await;
            assert_eq!(reply.problem(), (400, code.to_owned()), "{query}");
            assert_eq!(reply.json()["field"], field, "{query}");
        }
    }

    async fn a_key_that_is_not_known_is_refused_even_where_none_is_needed(world: World) {
        let stranger = world.visitor_with_key("sk_live_nobody");
        let reply = stranger.posts("/v1/uses", &json!([])).await;
        assert_eq!(reply.problem(), (401, "unknown_api_key".to_owned()));
        assert!(reply.header("www-authenticate").starts_with("Bearer"));
    }

    async fn browsers_get_a_problem_as_a_page_with_its_number(world: World) {
        let browser = world.visitor().with("accept", "text/html");
        let reply = browser.gets("/tracks/nowhere").await;
        assert_eq!(reply.status, 404);
        assert!(reply.header("content-type").starts_with("text/html"));
        assert!(reply.text().contains(reply.header("x-request-id")));
    }

    async fn a_form_sent_from_another_site_is_refused_and_changes_nothing(world: World) {
        let link = world.sends_link(app::access::Role::Buyer, "Mia").await;
        let elsewhere = world.visitor().with("sec-fetch-site", "cross-site");
        let form = "application/x-www-form-urlencoded";
        let reply = elsewhere
            .posts_text(&format!("/sign-in/{link}"), form, "")
            .await;
        assert_eq!(reply.status, 403);
        assert!(
            world.looks_at_link(&link).await.is_ok(),
            "the link isn't spent"
        );
    }
}
