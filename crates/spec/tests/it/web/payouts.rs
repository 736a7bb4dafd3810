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
        let id = desk.split("out_").nth(1).unwrap();
        let id = format!("out_{}", id.split('<').next().unwrap());
        let file = uploaded(&batch, format!("\u{feff}payout,state\n{id},unknown\n").as_bytes());
        let here = operator.clone().with("sec-fetch-site", "same-origin");
        let read = here.posts_text("/operator/payouts", PARTS, &file).await;
        assert!(read.text().contains("Line 2: unknown"), "{}", read.text());
        let stranger = payee.clone().with("sec-fetch-site", "same-origin");
        let refused = stranger.posts_text("/operator/payouts", PARTS, &file).await;
        assert_eq!(refused.status, 403);
        let shown = payee.gets("/payouts").await.text();
        assert!(shown.contains("Sent, outcome not known yet"), "{shown}");
    }

    async fn both_pages_say_what_a_payout_waits_for(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let to = format!("payee={ada}&do=destination&rail=manual&note=cash&notify=a%40b.de");
        assert_eq!(payee.posts_form("/payouts", &to).await.status, 303);
        let yen = Currency::from_code("JPY").unwrap();
        world.earns(ada, 60_000_000_000, yen).await;
        world.earns(ada, 600_000_000, Currency::USD).await;
        world.days_pass(20);
        world.asks_to_be_paid(ada, Currency::USD).await.unwrap();
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let desk = operator.gets("/operator/payouts").await.text();
        for (page, part) in [
            (&desk, "two_people_above_micros"),
            (&desk, "two people must release it"),
            (&payee.gets("/payouts").await.text(), "two people must release it"),
            (&payee.gets("/payouts").await.text(), "two_people_above_micros"),
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    async fn a_session_alone_does_not_change_where_the_money_goes(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let path = format!("/v1/payees/{ada}/destination");
        let to = |note: &str, notify: &str| {
            json!({ "to": { "rail": "manual", "note": note }, "notify": notify })
        };
        world.minutes_pass(60);
        // The first place is no change, and there is nobody to ask.
        assert_eq!(payee.puts(&path, &to("cash", "a@b.de")).await.status, 200);
        let moved = to("elsewhere", "thief@example.net");
        let refused = payee.puts(&path, &moved).await;
        assert_eq!(refused.problem(), (403, "fresh_sign_in_required".into()));
        assert_eq!(payee.puts(&path, &to("cash", "a@b.de")).await.status, 200);
        let form = format!("payee={ada}&do=destination&rail=manual&note=x&notify=c%40d.de");
        let page = payee.posts_form("/payouts", &form).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains("Send me a link"), "{}", page.text());
        // The link goes to the address that was told before, whatever was typed.
        let ask = format!("payee={ada}&do=confirm");
        assert_eq!(payee.posts_form("/payouts", &ask).await.status, 303);
        let again = payee.posts_form("/payouts", &ask).await;
        assert!(again.text().contains("sent just now"), "{}", again.text());
        let letters = world.letters().await;
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, "a@b.de"));
        let secret = letters[0].body.split("/sign-in/").nth(1).unwrap();
        let secret = secret.split_whitespace().next().unwrap();
        let anew = world.visitor_by_link(secret).await;
        assert_eq!(anew.puts(&path, &moved).await.status, 200);
        world.minutes_pass(5);
        assert_eq!(anew.puts(&path, &to("home", "a@b.de")).await.status, 200);
        world.minutes_pass(1);
        let refused = anew.puts(&path, &to("away", "a@b.de")).await;
        assert_eq!(refused.problem(), (403, "fresh_sign_in_required".into()));
    }

    async fn a_link_to_sign_in_again_ends_soon_and_is_the_payees_own(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let other = world.visitor_signed_in(Role::Composer, "Ben").await;
        let ask = format!("payee={ada}&do=confirm");
        assert_eq!(other.posts_form("/payouts", &ask).await.status, 403);
        assert_eq!(payee.posts_form("/payouts", &ask).await.status, 422, "there is no address");
        let to = format!("payee={ada}&do=destination&rail=manual&note=cash&notify=a%40b.de");
        assert_eq!(payee.posts_form("/payouts", &to).await.status, 303);
        assert_eq!(payee.posts_form("/payouts", &ask).await.status, 303);
        world.minutes_pass(2);
        assert_eq!(payee.posts_form("/payouts", &ask).await.status, 422);
        world.minutes_pass(13);
        let letters = world.letters().await;
        let secret = letters[0].body.split("/sign-in/").nth(1).unwrap();
        let secret = secret.split_whitespace().next().unwrap();
        assert_eq!(world.uses_link(secret).await.unwrap_err().code, "sign_in_link_spent");
        assert_eq!(payee.posts_form("/payouts", &ask).await.status, 303);
    }
}

const PARTS: &str = "multipart/form-data; boundary=zzz";

/// The desk's form as a browser sends it with a file of results.
fn uploaded(batch: &str, file: &[u8]) -> String {
    let part = |name: &str, value: &str| {
        format!("--zzz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let text = String::from_utf8(file.to_vec()).unwrap();
    format!(
        "{}{}{}--zzz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{text}\r\n--zzz--\r\n",
        part("do", "results"),
        part("batch", batch),
        part("results", ""),
    )
}
