//! The pool over HTTP: its plans, its calendar, the subscriber's page, the public closes.

use domain::Tax;
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

    async fn a_subscriber_names_a_country_and_later_another(world: World) {
        world.taxes("DE", Some(Tax::Inclusive { bp: 1_900 })).await;
        world.taxes("FR", Some(Tax::Exclusive { bp: 2_000 })).await;
        let guest = world.visitor();
        let quoted = guest.posts("/v1/quotes", &json!({"pool": "pool_5", "buyer_country": "de"})).await.json();
        let option = &quoted["options"][0];
        assert_eq!(option["tax_country"], "DE");
        assert_eq!(option["tax_included"]["label"], "Tax included (DE), 19.00 %");
        let asked = guest.posts("/v1/quotes", &json!({"pool": "pool_5", "buyer_country": "Germany"})).await;
        assert_eq!(asked.problem(), (422, "bad_value".into()));
        assert_eq!(asked.json()["field"], "buyer_country");
        let chosen = guest.posts_form("/checkout", "pool=pool_5&country=fr").await;
        let checkout = guest.gets(chosen.header("location")).await.text();
        assert!(checkout.contains("Tax (FR), 20.00 %") && checkout.contains("value=\"FR\""), "{checkout}");

        let licence = world.buyer("Mia").subscribes_from("DE", "pool_5").await;
        let path = format!("/licences/{}/subscription?grant={}", licence.id, licence.grant);
        let page = guest.gets(&path).await.text();
        assert!(page.contains("The next month costs $5.00, with $0.80 of tax (DE) in it"), "{page}");
        let api = format!("/v1{path}");
        assert_eq!(guest.gets(&api).await.json()["charge"]["tax"]["micros"], 800_000);
        let keyed = |key: &str| guest.clone().with("idempotency-key", key);
        let moved = keyed("k1").posts(&api, &json!({"do": "country", "buyer_country": "fr"})).await.json();
        assert_eq!((&moved["buyer_country"], &moved["charge"]["tax_country"]), (&json!("FR"), &json!("FR")));
        assert_eq!(moved["charge"]["price"]["micros"], 6_000_000);
        for wrong in [json!({"do": "country"}), json!({"do": "country", "buyer_country": "France"})] {
            let refused = keyed("k2").posts(&api, &wrong).await;
            assert_eq!(refused.problem(), (422, "bad_value".into()));
            assert_eq!(refused.json()["field"], "buyer_country");
        }
        let form = "do=country&idempotency_key=f1&country=Germany";
        let again = guest.posts_form(&path, form).await;
        assert!(again.status == 422 && again.text().contains("describedby=\"e-country\""));
        let done = guest.posts_form(&path, "do=country&idempotency_key=f2&country=").await;
        assert_eq!(done.status, 303, "{}", done.text());
        let page = guest.gets(&path).await.text();
        assert!(page.contains("The next month costs $5.00, without tax, by the tax"), "{page}");
        assert_eq!(guest.gets(&api).await.json()["buyer_country"], json!(null));
    }

    async fn a_subscriber_has_every_invoice_and_credit_note_on_the_page_and_over_the_api(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[1], "r1", Some(1_000_000)).await.unwrap();
        let guest = world.visitor();
        let at = |path: &str| format!("{path}?grant={}", licence.grant);
        let page = guest.gets(&at(&format!("/licences/{}/subscription", licence.id))).await.text();
        for words in [
            "Invoice 2026-0001",
            "Sign-up, 2 Mar 2026 to 2 Apr 2026: $5.00",
            "Renewal, 2 Apr 2026 to 2 May 2026: $5.00",
            "$1.00 of invoice 2026-0002 given back: it was not used",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let own = guest.gets(&at(&format!("/licences/{}", licence.id))).await.text();
        assert!(!own.contains("Credit note") && !own.contains("was given back to you"), "{own}");
        let api = |path: &str| at(&format!("/v1/licences/{}{path}", licence.id));
        let papers = guest.gets(&api("/papers")).await.json();
        assert_eq!(papers["invoice"]["number"], "2026-0001");
        let renewal = &papers["invoices"][1];
        assert_eq!((&renewal["kind"], &renewal["plan"]), (&json!("renewal"), &json!("pool_5")));
        assert_eq!(renewal["period_end"], "2026-05-02T09:00:00.000Z");
        assert_eq!(renewal["net"], renewal["total"]);
        let note = &papers["credit_notes"][0];
        assert_eq!(note["invoice"], renewal["number"]);
        for path in [&renewal["path"], &note["path"]] {
            let pdf = guest.gets(&api(path.as_str().unwrap())).await;
            assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
            assert!(pdf.body.starts_with(b"%PDF-"));
        }
        let other = world.buyer("Eve").subscribes().await;
        let theirs = format!("/v1/licences/{}/invoices/2026-0002?grant={}", other.id, other.grant);
        assert_eq!(guest.gets(&theirs).await.problem(), (404, "unknown_invoice".into()));
    }
}
