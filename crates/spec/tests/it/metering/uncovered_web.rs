//! Uses that aren't covered, over HTTP: in receipts, in lists, dismissed and undone.

use app::access::{Role, Scope};
use domain::{AssetKind, Tier};
use serde_json::json;
use spec::on_both_engines;
use spec::world::{Visitor, World};

on_both_engines! {
    async fn a_receipt_tells_the_cheapest_offer_and_how_to_have_it_quoted(world: World) {
        let (program, good, bad) = sent(&world).await;
        let sent = program.posts("/v1/uses", &json!([good, bad])).await.json();
        let (accepted, refused) = (&sent["receipts"][0], &sent["receipts"][1]);
        assert_eq!(accepted["status"], "accepted");
        assert!(accepted.get("offer").is_none() && accepted.get("offer_note").is_none());
        assert_eq!(refused["status"], "refused");
        let offer = &refused["offer"];
        assert!(offer["price"]["micros"].as_i64().unwrap() > 0, "{refused}");
        assert_eq!(offer["covers"], refused["offer_note"]);
        let quote = program.posts(offer["quote_url"].as_str().unwrap(), &offer["quote"]).await.json();
        let option = &quote["options"][0];
        assert_eq!((&option["offer"], &option["price"]), (&offer["offer"], &offer["price"]));
        let page = world.visitor().gets(offer["page_url"].as_str().unwrap()).await;
        assert_eq!(page.status, 200);
        let given = program.gets("/v1/uses/bad").await.json();
        assert_eq!((&given["status"], &given["offer"]), (&refused["status"], offer));
        assert_eq!(given["commit"], json!(null));
        // What is malformed has no offer: there is nothing to cover.
        let mut odd = good.clone();
        (odd["id"], odd["clip_ms"]) = (json!("odd"), json!(0));
        let odd = program.posts("/v1/uses", &odd).await.json();
        assert!(odd["receipts"][0].get("offer").is_none());
    }

    async fn where_nothing_covers_it_the_offer_is_null_and_says_so(world: World) {
        let (program, _, bad) = sent(&world).await;
        let mut bad = bad;
        // Nobody sells a wish to be published in the cinema of a client.
        (bad["placement"], bad["purpose"]) = (json!("broadcast"), json!("personal"));
        let sent = program.posts("/v1/uses", &bad).await.json();
        let receipt = &sent["receipts"][0];
        assert_eq!(receipt.get("offer"), Some(&json!(null)), "{receipt}");
        assert!(receipt["offer_note"].as_str().unwrap().contains("Nothing on sale"));
    }

    async fn the_buyer_lists_dismisses_and_undoes(world: World) {
        let (program, _, bad) = sent(&world).await;
        program.posts("/v1/uses", &bad).await;
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let listed = mia.gets("/v1/uncovered-uses").await.json();
        let one = &listed["uses"][0];
        assert_eq!((&one["event"]["id"], &one["state"]), (&json!("bad"), &json!("open")));
        assert!(one["offer"]["price"]["micros"].is_i64(), "{one}");
        assert_eq!(listed["next_cursor"], json!(null));
        let path = format!("/v1/uncovered-uses/{}", one["id"].as_str().unwrap());
        let here = mia.clone().with("sec-fetch-site", "same-origin");
        let said = here.posts(&path, &json!({ "state": "dismissed" })).await;
        assert_eq!((said.status, &said.json()["state"]), (200, &json!("dismissed")));
        assert_eq!(mia.gets("/v1/uncovered-uses").await.json()["uses"], json!([]));
        let dismissed = mia.gets("/v1/uncovered-uses?state=dismissed").await.json();
        assert_eq!(dismissed["uses"].as_array().unwrap().len(), 1);
        let said = here.posts(&path, &json!({ "state": "open" })).await.json();
        assert_eq!(said["state"], "open");
        let said = here.posts(&path, &json!({ "state": "gone" })).await;
        assert_eq!(said.problem(), (422, "bad_value".into()));
        for (query, code) in [
            ("state=lost", "bad_parameter"),
            ("limit=0", "bad_parameter"),
            ("cursor=x", "bad_cursor"),
            ("of=me", "unknown_parameter"),
        ] {
            let reply = mia.gets(&format!("/v1/uncovered-uses?{query}")).await;
            assert_eq!(reply.problem(), (400, code.into()), "{query}");
        }
        let ben = world.visitor_signed_in(Role::Buyer, "Ben").await;
        assert_eq!(ben.gets("/v1/uncovered-uses").await.json()["uses"], json!([]));
        let ben = ben.with("sec-fetch-site", "same-origin");
        let said = ben.posts(&path, &json!({ "state": "dismissed" })).await;
        assert_eq!(said.problem(), (404, "unknown_uncovered_use".into()));
        assert_eq!(world.visitor().gets("/v1/uncovered-uses").await.problem().0, 401);
    }

    async fn my_uses_shows_them_with_a_way_to_buy_dismiss_and_undo(world: World) {
        let (program, _, mut bad) = sent(&world).await;
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let page = async || mia.gets("/report/uses").await.text();
        assert!(page().await.contains("None. A use that was reported"));
        bad["id"] = json!("<b>bold</b>");
        program.posts("/v1/uses", &bad).await;
        let text = page().await;
        assert!(text.contains("&#60;b&#62;bold") && !text.contains("<b>bold"), "{text}");
        let link = between(&text, "/tracks/night-market/license?", "\"").replace("&#38;", "&");
        let quote = mia.gets(&format!("/tracks/night-market/license?{link}")).await.text();
        assert!(between(&text, "license?", "</a>").contains("$20.00"), "{text}");
        assert!(quote.contains("$20.00"));
        let form = |state: &str| {
            let id = between(&text, "name=\"use\" value=\"", "\"");
            format!("use={id}&state={state}")
        };
        let address = "/report/uses/uncovered";
        let done = mia.posts_form(address, &form("dismissed")).await;
        assert_eq!((done.status, done.header("location")), (303, "/report/uses#uncovered"));
        let dismissed = page().await;
        assert!(dismissed.contains("None. A use that was reported"));
        assert!(dismissed.contains("Open again"));
        mia.posts_form(address, &form("open")).await;
        assert!(!page().await.contains("Open again"));
        // The operator sees it below the store's sums, another buyer doesn't.
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        assert!(olga.gets("/report/uses").await.text().contains("bold"));
        let ben = world.visitor_signed_in(Role::Buyer, "Ben").await;
        assert!(!ben.gets("/report/uses").await.text().contains("bold"));
        let refused = ben.posts_form(address, &form("dismissed")).await;
        assert_eq!(refused.status, 404);
        let guest = world.visitor().posts_form(address, &form("dismissed")).await;
        assert_eq!(guest.status, 401);
    }
}

/// What stands between two words, where both do.
fn between(text: &str, from: &str, to: &str) -> String {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from} in {text}"));
    let (found, _) = rest.split_once(to).unwrap();
    found.to_owned()
}

/// A program, an event that counts, and one that its licence doesn't cover.
async fn sent(world: &World) -> (Visitor, serde_json::Value, serde_json::Value) {
    let track = world.track_with_a_cut("Night Market").await;
    let mia = world.member("Mia").await;
    let licence = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
    let (_, secret) = world.program("An editor", &[Scope::ReportUses]).await;
    let good = world.used("good", &licence, &track).0;
    let bad = world
        .used("bad", &licence, &track)
        .but("purpose", "client_work")
        .0;
    (world.visitor_with_key(&secret), good, bad)
}
