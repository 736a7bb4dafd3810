//! Payouts by HTTP: the payee's own, the operator's desk, and nobody else's.

use app::access::Role;
use ledger::Currency;
use serde_json::json;
use spec::on_both_engines;

on_both_engines! {
    async fn a_payee_says_where_sees_why_and_is_paid_and_the_operator_settles_it(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let of = format!("/v1/payees/{ada}");
        let to = json!({ "to": { "rail": "manual", "note": "cash" }, "notify": "a@b.de" });
        assert_eq!(payee.puts(&format!("{of}/destination"), &to).await.status, 200);
        let terms = json!({ "hold_days": 14, "threshold_micros": 0, "schedule": "on_request" });
        assert_eq!(payee.puts(&format!("{of}/payout-terms"), &terms).await.status, 200);
        world.earns(ada, 5_004_321, Currency::USD).await;
        let balance = payee.gets(&format!("{of}/balance")).await.json();
        let first = &balance["balances"][0];
        assert_eq!(first["pending"]["micros"], 5_004_321);
        assert_eq!(first["reason"], "nothing_available");
        assert!(first["next_available_at"].is_string());
        world.days_pass(14);
        // An operator's session is short: they sign in when they are needed.
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let keyless = payee.clone().with("sec-fetch-site", "same-origin");
        let refused = keyless.posts(&format!("{of}/payouts"), &json!({})).await;
        assert_eq!(refused.problem(), (400, "idempotency_key_required".into()));
        let here = |visitor: &spec::world::Visitor, key: &str| {
            visitor.clone().with("idempotency-key", key).with("sec-fetch-site", "same-origin")
        };
        let asked = here(&payee, "k1").posts(&format!("{of}/payouts"), &json!({})).await;
        assert_eq!(asked.json()["amount"]["micros"], 5_000_000, "{}", asked.text());
        let wanted = json!({ "rail": "manual" });
        let refused = here(&payee, "k2").posts("/v1/payout-batches", &wanted).await;
        assert_eq!(refused.problem(), (403, "scope_required".into()));
        let file = here(&operator, "k3").posts("/v1/payout-batches", &wanted).await.json();
        let url = file["url"].as_str().unwrap().to_owned();
        let bytes = operator.gets(&url).await;
        assert!(bytes.header("content-disposition").contains("manual-usd-"));
        assert_eq!(bytes.body, operator.gets(&url).await.body);
        let id = asked.json()["id"].as_str().unwrap().to_owned();
        let text = format!("payout,state\n{id},paid\nx,paid\n");
        let (desk, results) = (here(&operator, "k4"), format!("{url}/results"));
        let lines = desk.posts_text(&results, "text/csv", &text).await.json();
        assert_eq!(lines["lines"][0]["outcome"], "paid");
        assert_eq!(lines["lines"][1]["outcome"], "refused");
        let history = payee.gets(&format!("/v1/payouts/{id}")).await.json();
        assert_eq!(history["payout"]["state"], "paid");
    }

    async fn somebody_elses_payouts_are_refused(world: World) {
        let ada = world.payee("Ada").await;
        let ben = world.visitor_signed_in(Role::Composer, "Ben").await;
        for path in [format!("/v1/payees/{ada}/balance"), format!("/v1/payees/{ada}/payouts")] {
            assert_eq!(ben.gets(&path).await.problem(), (403, "not_your_payouts".into()));
            assert_eq!(world.visitor().gets(&path).await.status, 401);
        }
        assert_eq!(ben.gets(&format!("/payouts?payee={ada}")).await.status, 403);
        assert_eq!(ben.gets("/operator/payouts").await.status, 403);
    }

    async fn the_pages_do_it_without_a_script(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let empty = payee.gets("/payouts").await.text();
        assert!(empty.contains("You haven't said where yet") || empty.contains("said where yet"));
        let wrong = format!("payee={ada}&do=destination&rail=sepa&notify=a%40b.de&iban=DE00");
        let refused = payee.posts_form("/payouts", &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("role=\"alert\""));
        let to = format!("payee={ada}&do=destination&rail=manual&note=cash&notify=a%40b.de");
        assert_eq!(payee.posts_form("/payouts", &to).await.status, 303);
        let terms = format!(
            "payee={ada}&do=terms&currency=USD&hold_days=14&threshold=1.00&schedule=weekly"
        );
        assert_eq!(payee.posts_form("/payouts", &terms).await.status, 303);
        world.earns(ada, 5_000_000, Currency::USD).await;
        world.days_pass(21);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        assert!(payee.gets("/payouts").await.text().contains("Pay me in USD"));
        let desk = operator.posts_form("/operator/payouts", "do=run&key=k1").await;
        assert!(desk.text().contains("Proposed: 1 payout."), "{}", desk.text());
        let file = "do=file&key=k2&rail=manual&currency=USD";
        let desk = operator.posts_form("/operator/payouts", file).await.text();
        let batch = desk.split("/v1/payout-batches/").nth(1).unwrap();
        let batch = batch.split('"').next().unwrap().to_owned();
        let results = format!("do=results&batch={batch}&results=nonsense");
        assert_eq!(operator.posts_form("/operator/payouts", &results).await.status, 422);
        assert!(payee.gets("/payouts").await.text().contains("Sent"));
    }
}
