//! The pool over HTTP: its plans, its calendar, the subscriber's page, the public closes.

use serde_json::json;
use spec::on_both_engines;

on_both_engines! {
    async fn the_calendar_and_the_pages_have_empty_states(world: World) {
        let guest = world.visitor();
        for path in ["/subscribe", "/rotation", "/closes", "/v1/rotation", "/v1/closes", "/v1/plans"] {
            assert_eq!(guest.gets(path).await.status, 200, "{path}");
        }
        assert!(guest.gets("/rotation").await.text().contains("The calendar is empty"));
        assert!(guest.gets("/subscribe").await.text().contains("Nothing is in rotation yet"));
        let ics = guest.gets("/v1/rotation.ics").await;
        assert!(ics.text().starts_with("BEGIN:VCALENDAR"));
        assert_eq!(guest.gets("/v1/closes/nothing").await.status, 404);
    }

    async fn a_subscriber_sees_the_uses_left_and_cancels_with_a_key(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        let licence = world.buyer("Mia").subscribes().await;
        let guest = world.visitor();
        assert!(guest.gets("/rotation").await.text().contains("Night Market"));
        let path = format!("/licences/{}/subscription", licence.id);
        assert_eq!(guest.gets(&path).await.status, 401);
        let page = guest.gets(&format!("{path}?grant={}", licence.grant)).await;
        assert!(page.text().contains("73 uses left of 73"), "{}", page.text());
        let api = format!("/v1{path}?grant={}", licence.grant);
        let key = guest.gets(&format!("/licences/{}?grant={}", licence.id, licence.grant)).await;
        assert!(key.text().contains("while the subscription runs"), "{}", key.text());
        assert!(!key.text().contains("It has no end"), "{}", key.text());
        let keyless = guest.posts(&api, &json!({"do": "cancel"})).await;
        assert_eq!(keyless.problem().1, "idempotency_key_required");
        let unclear = guest.posts(&api, &json!({"do": "plan"})).await;
        assert_eq!(unclear.problem().1, "bad_value");
        assert!(guest.gets(&api).await.text().contains("\"state\":\"active\""));
    }
}
