//! Splits by HTTP: the API, the composer's page and the page of an invitation.

use app::access::Role;
use serde_json::json;
use spec::on_both_engines;

on_both_engines! {
    async fn a_split_is_proposed_declined_and_accepted_by_the_api(world: World) {
        let shares = [("Ada", 700_000), ("Ben", 300_000)];
        let music = spec::world::Music::titled("Together").shared(&shares);
        let track = world.compose(music).await;
        let here = |visitor: spec::world::Visitor| visitor.with("sec-fetch-site", "same-origin");
        let ada = here(world.visitor_signed_in(Role::Composer, "Ada").await);
        let ben = here(world.visitor_signed_in(Role::Composer, "Ben").await);
        let mia = here(world.visitor_signed_in(Role::Buyer, "Mia").await);
        let path = format!("/v1/tracks/{}/split-proposals", track.id);
        let half = json!({ "shares": [
            { "payee": "Ada", "ppm": 500_000 }, { "payee": "Ben", "ppm": 500_000 } ] });
        assert_eq!(mia.posts(&path, &half).await.problem(), (403, "not_your_split".into()));
        let bad = json!({ "shares": [{ "payee": "Ada", "ppm": 1 }] });
        let refused = ada.posts(&path, &bad).await;
        assert_eq!((refused.status, refused.json()["field"].clone()), (422, json!("shares")));
        let first = ada.posts(&path, &half).await.json()["proposal"]["id"].clone();
        let at = |id: &serde_json::Value, verb: &str| {
            format!("/v1/split-proposals/{}{verb}", id.as_str().unwrap())
        };
        let declined = ben.posts(&at(&first, "/decline"), &json!({})).await.json();
        assert_eq!(declined["status"], "declined");
        let second = ada.posts(&path, &half).await.json()["proposal"]["id"].clone();
        let open = ben.gets(&at(&second, "")).await.json();
        assert_eq!(open["waiting_for"], json!(["Ben"]));
        assert_eq!(mia.gets(&at(&second, "")).await.status, 403);
        let page = ben.gets("/splits").await;
        assert!(page.text().contains("Waits for Ben"), "{}", page.text());
        let agreed = ben.posts(&at(&second, "/accept"), &json!({})).await.json();
        assert_eq!(agreed["status"], "agreed");
        let splits = ben.gets(&format!("/v1/tracks/{}/splits", track.id)).await.json();
        assert_eq!(splits["versions"][0]["parts"][1]["ppm"], 500_000);
        assert!(ben.gets("/splits").await.text().contains("version 2"));
    }

    async fn a_button_accepts_on_the_page_and_says_why_it_could_not(world: World) {
        let track = world.track("Night Market").await;
        let wish = spec::world::shared(&track, &[
            ("Ada Byron", 500_000), ("Ben <ben@example.org>", 500_000)]);
        let done = world.proposes(app::offers::Hand::Console, &wish).await.unwrap();
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let path = format!("/splits/{}/accept", done.proposal);
        assert!(ada.gets("/splits").await.text().contains(&path));
        assert_eq!(ada.posts_form(&path, "").await.status, 303);
        let again = ada.posts_form(&path, "").await;
        assert_eq!(again.status, 409);
        assert!(again.text().contains("role=\"alert\""));
        assert_eq!(world.visitor().gets("/splits").await.status, 401);
    }

    async fn an_invitation_is_looked_at_freely_and_used_up_by_its_button(world: World) {
        let track = world.track("Night Market").await;
        let wish = spec::world::shared(&track, &[
            ("Ada Byron", 600_000), ("Ben <ben@example.org>", 400_000)]);
        let done = world.has_agreed(wish).await;
        let path = format!("/invitations/{}", done.invitations[0].secret.as_ref().unwrap());
        let guest = world.visitor();
        for _ in 0..2 {
            let page = guest.gets(&path).await;
            assert_eq!(page.status, 200);
            assert!(page.text().contains("Ben") && page.text().contains("<b>40 %</b>"));
        }
        let taken = guest.posts_form(&path, "").await;
        assert_eq!((taken.status, taken.header("location")), (303, "/splits?done=accepted"));
        let cookie = taken.header("set-cookie").split(';').next().unwrap().to_owned();
        let ben = guest.clone().with("cookie", &cookie);
        assert!(ben.gets("/splits").await.text().contains("Night Market"));
        assert_eq!(guest.gets(&path).await.status, 410);
        assert_eq!(guest.posts_form(&path, "").await.status, 410);
    }
}
