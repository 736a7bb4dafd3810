//! Forms lose nothing: what was typed comes back with the field at fault marked.

use app::access::{Role, Scope};
use spec::on_both_engines;
use spec::world::Reply;

on_both_engines! {
    async fn a_destination_that_is_refused_keeps_every_word(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let form = format!(
            "payee={ada}&do=destination&rail=sepa&notify=a%40b.de&name=Ada+Byron\
             &iban=DE00+1234&town=London&country=GB&note=%22%3E%3Cb%3E"
        );
        let page = came_back(&payee.posts_form("/payouts", &form).await, "iban");
        for typed in ["a@b.de", "Ada Byron", "DE00 1234", "London", "GB"] {
            assert!(page.contains(&format!("value=\"{typed}\"")), "{typed}: {page}");
        }
        assert!(page.contains("<option value=\"sepa\" selected"), "{page}");
        assert!(!page.contains("value=\"\"><b>"), "what was typed is text");
        let terms = format!(
            "payee={ada}&do=terms&currency=USD&hold_days=3&threshold=lots&schedule=weekly"
        );
        let page = came_back(&payee.posts_form("/payouts", &terms).await, "threshold");
        assert!(page.contains("value=\"lots\"") && page.contains("value=\"3\""));
        assert!(page.contains("<option value=\"weekly\" selected"), "{page}");
    }

    async fn prices_come_back_in_their_own_tier(world: World) {
        world.track("Night Market").await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let form = "tier=creator&do=save&open=1&price.full_mix=five&price.cut_15=6.50&open.cut_15=1";
        let page = came_back(&ada.posts_form("/prices", form).await, "creator.full_mix");
        assert!(page.contains("value=\"five\"") && page.contains("value=\"6.50\""));
        assert_eq!(page.matches("aria-invalid").count(), 1, "one tier was sent");
        let low = "tier=creator&do=save&open=1&price.full_mix=0.10&open.full_mix=1";
        came_back(&ada.posts_form("/prices", low).await, "creator.full_mix");
    }

    async fn a_wallet_and_its_programs_come_back(world: World) {
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let form = "idempotency_key=k1&amount=lots&card_number=4242424242424242";
        let page = came_back(&mia.posts_form("/wallet", form).await, "amount");
        assert!(page.contains("value=\"lots\"") && page.contains("4242424242424242"));
        let form = "idempotency_key=k1&amount=25&card_number=12";
        came_back(&mia.posts_form("/wallet", form).await, "card_number");
        let good = "idempotency_key=k2&amount=25&card_number=4242424242424242";
        assert_eq!(mia.posts_form("/wallet", good).await.status, 303);
        let wallet = mia.gets("/v1/wallet").await.json()["wallets"][0]["id"].clone();
        let wallet = wallet.as_str().unwrap();
        let (key, secret) = world.program("A tool", &[Scope::Buy]).await;
        let (day, far) = (world.now().plus_ms(5 * domain::time::DAY_MS).day(), "2099-01-01");
        let send = |key: &str, cap: &str, until: &str| {
            let form = format!("wallet={wallet}&key={key}&cap={cap}&until={until}");
            let mia = mia.clone();
            async move { mia.posts_form("/wallet/permissions", &form).await }
        };
        let id = key.id.to_string();
        let page = came_back(&send("my+tool", "10", &day).await, "key");
        assert!(page.contains("value=\"my tool\"") && page.contains(&format!("value=\"{day}\"")));
        came_back(&send(&id, "nothing", &day).await, "cap");
        came_back(&send(&id, "10", far).await, "until");
        assert_eq!(send(&id, "10", &day).await.status, 303);
        let tool = world.visitor_with_key(&secret);
        let spendable = || async {
            tool.gets("/v1/wallet").await.json()["wallets"][0]["spendable"]["micros"].clone()
        };
        assert_eq!(spendable().await, 10_000_000);
        let page = mia.gets("/wallet").await.text();
        let end = page.split("name=\"end\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let ended = mia.posts_form("/wallet/permissions", &format!("end={end}")).await;
        assert_eq!(ended.status, 303);
        assert_eq!(spendable().await, serde_json::Value::Null);
        let location = ended.header("location").split('#').next().unwrap().to_owned();
        let page = mia.gets(&location).await.text();
        assert!(page.contains("Let it spend $10.00 again"), "{page}");
        let until = world.now().plus_ms(domain::time::DAY_MS).to_string();
        assert_eq!(send(&id, "10.00", &until).await.status, 303);
        assert_eq!(spendable().await, 10_000_000);
        let ben = world.visitor_signed_in(Role::Buyer, "Ben").await;
        let stolen = format!("wallet={wallet}&key={id}&cap=10&until={day}");
        assert_eq!(ben.posts_form("/wallet/permissions", &stolen).await.status, 422);
        assert!(!ben.gets("/wallet").await.text().contains("A tool"));
    }

    async fn gifts_refunds_and_cue_sheets_come_back(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let (id, grant) = (licence.bundle.unwrap().id, licence.grant.clone());
        let form = format!("grant={grant}&idempotency_key=g1&seconds=half+of+it");
        let guest = world.visitor();
        let path = format!("/bundles/{id}/gifts");
        let page = came_back(&guest.posts_form(&path, &form).await, "seconds");
        assert!(page.contains("value=\"half of it\""), "{page}");
        let wrong = guest.posts_form(&path, "grant=guessed&seconds=5&idempotency_key=g2").await;
        assert_eq!(wrong.status, 403);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let payment = world.payment_of(&licence).await;
        let path = format!("/operator/payments/{payment}");
        let form = "do=look&amount=all&reason=a+mistake";
        let page = came_back(&operator.posts_form(&path, form).await, "amount");
        assert!(page.contains("value=\"all\"") && page.contains("value=\"a mistake\""));
        came_back(&operator.posts_form(&path, "do=look&amount=1.00&reason=").await, "reason");
        let form = "title=Our+Film&episode=2&licences=7K3M9-QXD4T-0RWPD&format=pdf";
        let page = came_back(&guest.posts_form("/cue-sheet", form).await, "licences");
        assert!(page.contains(">7K3M9-QXD4T-0RWPD</textarea>") && page.contains("value=\"2\""));
        assert!(page.contains("<option value=\"pdf\" selected"));
    }

    async fn a_checkout_asked_for_another_price_comes_back_with_what_was_asked(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let page = guest.gets("/tracks/night-market/license").await.text();
        let offer = page.split("name=\"offer\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let to = guest.posts_form("/checkout", &format!("track=night-market&use=&offer={offer}")).await;
        let shown = to.header("location").split("quote=").nth(1).unwrap();
        let shown = shown.split('&').next().unwrap();
        let again = format!("track=night-market&use=&offer={offer}&shown={shown}");
        let form = format!("{again}&country=DE&currency=USD&promo=NOPE");
        let page = came_back(&guest.posts_form("/checkout", &form).await, "promo");
        assert!(page.contains("value=\"NOPE\"") && page.contains("value=\"DE\""), "{page}");
        let form = format!("{again}&country=Germany&currency=USD&promo=");
        came_back(&guest.posts_form("/checkout", &form).await, "country");
        let pay = format!("quote={shown}&offer={offer}&idempotency_key=k&licensee=&card_number=1");
        let page = came_back(&guest.posts_form("/checkout/pay", &pay).await, "licensee");
        assert!(page.contains("name=\"idempotency_key\" value=\"k\""));
    }

    async fn results_of_payouts_come_back(world: World) {
        let ada = world.payee("Ada").await;
        let payee = world.visitor_signed_in(Role::Composer, "Ada").await;
        let to = format!("payee={ada}&do=destination&rail=manual&note=cash&notify=a%40b.de");
        assert_eq!(payee.posts_form("/payouts", &to).await.status, 303);
        let terms = format!(
            "payee={ada}&do=terms&currency=USD&hold_days=14&threshold=1.00&schedule=weekly"
        );
        assert_eq!(payee.posts_form("/payouts", &terms).await.status, 303);
        world.earns(ada, 5_000_000, ledger::Currency::USD).await;
        world.days_pass(21);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        operator.posts_form("/operator/payouts", "do=run&key=k1").await;
        let file = "do=file&key=k2&rail=manual&currency=USD";
        let desk = operator.posts_form("/operator/payouts", file).await.text();
        let batch = desk.split("/v1/payout-batches/").nth(1).unwrap();
        let batch = batch.split('"').next().unwrap();
        let results = format!("do=results&batch={batch}&results=my+own+words");
        let page = operator.posts_form("/operator/payouts", &results).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains(">my own words</textarea>"), "{}", page.text());
        assert!(page.text().contains("aria-invalid"));
    }
}

/// The page of a form that was refused, with this field marked and linked to from its head.
fn came_back(reply: &Reply, field: &str) -> String {
    let page = reply.text();
    assert_eq!(reply.status, 422, "{page}");
    assert!(page.contains("role=\"alert\""), "{page}");
    assert!(
        page.contains(&format!("href=\"#f-{field}\"")),
        "{field}: {page}"
    );
    let id = format!("id=\"f-{field}\"");
    let element = page
        .split(&id)
        .nth(1)
        .unwrap_or_else(|| panic!("{field} isn't shown: {page}"));
    let element = element.split('>').next().unwrap();
    assert!(
        element.contains("aria-invalid=\"true\""),
        "{field}: {element}"
    );
    assert!(
        element.contains(&format!("aria-describedby=\"e-{field}\"")),
        "{field}: {element}"
    );
    assert!(
        page.contains(&format!("id=\"e-{field}\"")),
        "{field}: {page}"
    );
    page
}
