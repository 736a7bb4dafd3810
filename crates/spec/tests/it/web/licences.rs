//! A buyer's licences by HTTP: the list, its pages, and what it leads to.

use app::access::Role;
use domain::{AssetKind, Tier};
use serde_json::json;
use spec::on_both_engines;
use spec::world::Visitor;

on_both_engines! {
    async fn a_buyer_finds_their_licences_with_their_papers_and_nobody_elses(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        assert_eq!(guest.gets("/v1/licences").await.problem(), (401, "sign_in_required".into()));
        let sent = guest.clone().with("accept", "text/html").gets("/licences").await;
        assert_eq!(sent.status, 401);
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let empty = mia.gets("/licences").await.text();
        assert!(empty.contains("You have no licence yet"), "{empty}");
        let code = buys(&mia).await;
        let listed = mia.gets("/v1/licences").await;
        assert_eq!(listed.header("cache-control"), "no-store");
        let one = &listed.json()["licences"][0];
        assert_eq!((&one["code"], &one["status"]), (&json!(code), &json!("valid")));
        assert_eq!((&one["tier"], &one["title"]), (&json!("creator"), &json!("Night Market")));
        assert_eq!(one["price"]["micros"], 5_000_000);
        let page = mia.gets("/licences").await.text();
        assert!(page.contains(&code) && page.contains("Night Market") && page.contains("$5.00"));
        for url in [&one["invoice_url"], &one["claim_url"]] {
            let url = url.as_str().unwrap();
            assert_eq!(mia.gets(url).await.status, 200, "{url}");
            assert!(page.contains(url.split('&').next().unwrap()), "{url}");
        }
        let own = one["private_url"].as_str().unwrap();
        let own = own.split_once(".example").unwrap().1;
        assert!(mia.gets(own).await.text().contains(&code));
        let ben = world.visitor_signed_in(Role::Buyer, "Ben").await;
        assert_eq!(ben.gets("/v1/licences").await.json()["licences"], json!([]));
        assert!(!ben.gets("/licences").await.text().contains(&code));
    }

    async fn pages_are_cut_as_asked_and_a_wrong_parameter_is_told(world: World) {
        let member = world.member("Mia").await;
        let codes = [member.buys_plan("bundle_10").await.code, {
            world.days_pass(1);
            member.buys_plan("bundle_10").await.code
        }];
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let first = mia.gets("/v1/licences?limit=1").await.json();
        assert_eq!(first["licences"][0]["code"], json!(codes[1].to_string()));
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = mia.gets(&format!("/v1/licences?limit=1&cursor={cursor}")).await.json();
        assert_eq!(second["licences"][0]["code"], json!(codes[0].to_string()));
        assert_eq!(second["next_cursor"], json!(null));
        let page = mia.gets("/licences?limit=1").await.text();
        assert!(page.contains("Earlier ones"));
        let earlier = mia.gets(&format!("/licences?limit=1&cursor={cursor}")).await.text();
        assert!(earlier.contains("The latest") && earlier.contains(&codes[0].to_string()));
        for (query, code) in [
            ("limit=0", "bad_parameter"),
            ("limit=101", "bad_parameter"),
            ("limit=x", "bad_parameter"),
            ("cursor=x", "bad_cursor"),
            ("page=2", "unknown_parameter"),
        ] {
            let refused = mia.gets(&format!("/v1/licences?{query}")).await;
            assert_eq!(refused.problem(), (400, code.into()), "{query}");
        }
    }

    async fn a_licence_that_was_withdrawn_says_so_and_has_no_bundle(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let code = buys(&mia).await;
        let member = world.member("Mia").await.principal();
        let licence = app::licensing::list::list(world.app(), &member, None, 1).await.unwrap();
        let licence = app::licensing::show::licence(world.app(), licence.licences[0].id).await.unwrap();
        world.refunds(&licence, "r1", None).await.unwrap();
        let one = mia.gets("/v1/licences").await.json()["licences"][0].clone();
        assert_eq!((&one["code"], &one["status"]), (&json!(code), &json!("revoked")));
        assert_eq!(one["claim_url"], json!(null));
        let note = one["credit_note_urls"][0].as_str().unwrap();
        assert_eq!(mia.gets(note).await.status, 200);
        assert!(mia.gets("/licences").await.text().contains("Revoked"));
        assert!(world.buyer("Gus").asks(&track.id.to_string(), spec::world::monetised_short()).await.is_ok());
    }
}

/// Buys the cut in the Creator tier on the pages; the code.
async fn buys(buyer: &Visitor) -> String {
    let (asset, tier) = (AssetKind::Cut15.code(), Tier::Creator.code().to_owned());
    let ask = json!({ "track": "night-market" });
    let quote = buyer.clone().with("sec-fetch-site", "same-origin");
    let quote = quote.posts("/v1/quotes", &ask).await.json();
    let wanted = |o: &&serde_json::Value| o["asset"] == asset && o["tier"] == json!(tier);
    let option = quote["options"]
        .as_array()
        .unwrap()
        .iter()
        .find(wanted)
        .unwrap();
    let form = format!(
        "quote={}&offer={}&idempotency_key=k1&licensee=Mia&card_number=4242424242424242",
        quote["id"].as_str().unwrap(),
        option["offer"].as_str().unwrap()
    );
    let paid = buyer.posts_form("/checkout/pay", &form).await;
    assert_eq!(paid.status, 303, "{}", paid.text());
    let page = buyer.gets(paid.header("location")).await.text();
    let code = page.split("id=\"code\">").nth(1).unwrap();
    code.split('<').next().unwrap().to_owned()
}
