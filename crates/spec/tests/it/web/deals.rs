//! The terms of sale on the operator's pages, and the links of curators.

use app::access::Role;
use app::deals::{curators, currencies, promos, taxes};
use serde_json::json;
use spec::on_both_engines;
use spec::world::Visitor;

const LISTS: [&str; 5] = ["promos", "currencies", "curators", "taxes", "exchange"];

on_both_engines! {
    async fn only_the_operator_opens_them(world: World) {
        let guest = world.visitor();
        let ada = world.visitor_signed_in(Role::Composer, "Ada").await;
        for list in LISTS {
            let path = format!("/operator/deals/{list}");
            assert_eq!(guest.gets(&path).await.status, 401, "{list}");
            assert_eq!(ada.gets(&path).await.status, 403, "{list}");
            assert_eq!(ada.posts_form(&path, "do=make&code=MINE&off=100%25").await.status, 403);
        }
        assert!(promos::list(world.app()).await.unwrap().is_empty());
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        for list in LISTS {
            let page = olga.gets(&format!("/operator/deals/{list}")).await;
            assert_eq!(page.status, 200, "{list}");
            assert!(page.text().contains("aria-current=\"page\""), "{list}");
        }
        assert_eq!(olga.gets("/operator/deals/nothing").await.status, 404);
        let elsewhere = olga.with("sec-fetch-site", "cross-site");
        let forged = elsewhere.posts_text(
            "/operator/deals/promos", "application/x-www-form-urlencoded", "do=make&code=X1&off=9%25",
        );
        assert_eq!(forged.await.status, 403);
        assert!(promos::list(world.app()).await.unwrap().is_empty());
    }

    async fn a_code_is_made_and_closed_after_a_question(world: World) {
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        let path = "/operator/deals/promos";
        for (form, field) in [
            ("do=make&code=x&off=20%25", "code"),
            ("do=make&code=SPRING&off=lots", "off"),
            ("do=make&code=SPRING&off=20%25&until=soon", "until"),
            ("do=make&code=SPRING&off=20%25&uses=often", "uses"),
            ("do=make&code=SPRING&off=20%25&track=nowhere", "track"),
        ] {
            let page = olga.posts_form(path, form).await;
            assert_eq!(page.status, 422, "{form}");
            let wrong = format!("aria-invalid=\"true\" aria-describedby=\"e-{field}\"");
            assert!(page.text().contains(&wrong), "{form}: {}", page.text());
        }
        let made = follows(&olga, path, "do=make&code=spring&off=20%25&uses=3&tier=creator").await;
        assert!(made.contains("SPRING is saved.") && made.contains("20 %"), "{made}");
        let made = follows(&olga, path, "do=make&code=two&off=2.00+USD").await;
        assert!(made.contains("$2.00"), "{made}");
        let taken = olga.posts_form(path, "do=make&code=SPRING&off=10%25").await;
        assert_eq!(taken.status, 422);
        let asked = olga.posts_form(path, "do=close&name=SPRING").await;
        assert!(asked.status == 200 && asked.text().contains("Yes, close SPRING"));
        let open = |code: &promos::Code| code.code == "SPRING" && code.closed.is_none();
        assert!(promos::list(world.app()).await.unwrap().iter().any(open));
        let closed = follows(&olga, path, "do=close&name=SPRING&sure=yes").await;
        assert!(closed.contains("SPRING is closed."), "{closed}");
        assert!(!promos::list(world.app()).await.unwrap().iter().any(open));
        let again = olga.posts_form(path, "do=close&name=SPRING&sure=yes").await;
        assert_eq!(again.status, 422);
        let said = olga.gets(&format!("{path}?done=closed&name=All+your+money")).await.text();
        assert!(!said.contains("All your money"), "an address can say anything");
    }

    async fn a_currency_is_sold_closed_and_sold_again_at_its_figures(world: World) {
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        let path = "/operator/deals/currencies";
        let form = "do=set&currency=eur&rate=0,92&step=1.00&less=0.01&fee=0.25";
        for (wrong, field) in [
            ("do=set&currency=EURO&rate=0.92&step=1&less=0&fee=0", "currency"),
            ("do=set&currency=EUR&rate=much&step=1&less=0&fee=0", "rate"),
            ("do=set&currency=EUR&rate=1&step=0.001&less=0&fee=0", "step"),
            ("do=set&currency=EUR&rate=1&step=1&less=0&fee=x", "fee"),
        ] {
            let page = olga.posts_form(path, wrong).await;
            assert_eq!(page.status, 422, "{wrong}");
            assert!(page.text().contains(&format!("describedby=\"e-{field}\"")), "{wrong}");
        }
        let set = follows(&olga, path, form).await;
        assert!(set.contains("1 USD buys 0.92") && set.contains("€1.00 less €0.01"), "{set}");
        let before = currencies::list(world.app()).await.unwrap()[0];
        let closed = follows(&olga, path, "do=close&currency=EUR").await;
        assert!(closed.contains("Sell in it again"), "{closed}");
        assert!(currencies::list(world.app()).await.unwrap().is_empty());
        let again = sends_first_form_with(&olga, path, &closed, "Sell in it again").await;
        assert!(again.contains("EUR is saved."), "{again}");
        let after = currencies::list(world.app()).await.unwrap()[0];
        assert_eq!((after.table, after.fee_fixed_micros), (before.table, before.fee_fixed_micros));
        assert!(currencies::closed(world.app()).await.unwrap().is_empty());
    }

    async fn a_tax_and_a_rate_are_set_and_undone(world: World) {
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        let path = "/operator/deals/taxes";
        let bad = olga.posts_form(path, "do=set&country=Germany&mode=exclusive&rate=19").await;
        assert!(bad.status == 422 && bad.text().contains("describedby=\"e-country\""));
        let bad = olga.posts_form(path, "do=set&country=DE&mode=exclusive&rate=190").await;
        assert!(bad.status == 422 && bad.text().contains("describedby=\"e-rate\""));
        follows(&olga, path, "do=set&country=de&mode=exclusive&rate=19").await;
        world.days_pass(1);
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        let changed = follows(&olga, path, "do=set&country=DE&mode=inclusive&rate=7").await;
        assert!(changed.contains("Undo: 19 %, added"), "{changed}");
        world.days_pass(1);
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        sends_first_form_with(&olga, path, &changed, "Undo").await;
        let counts = |lines: Vec<taxes::TaxLine>| {
            lines.into_iter().find(|line| line.counts).and_then(|line| line.rule.tax)
        };
        let now = counts(taxes::list(world.app(), world.now()).await.unwrap());
        assert_eq!(now, Some(domain::Tax::Exclusive { bp: 1_900 }));
        world.days_pass(1);
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        follows(&olga, path, "do=remove&country=DE").await;
        assert_eq!(counts(taxes::list(world.app(), world.now()).await.unwrap()), None);
        let path = "/operator/deals/exchange";
        let bad = olga.posts_form(path, "do=set&from=USD&to=USD&rate=1").await;
        assert!(bad.status == 422 && bad.text().contains("describedby=\"e-rate\""));
        follows(&olga, path, "do=set&from=USD&to=EUR&rate=0.92731").await;
        let changed = follows(&olga, path, "do=set&from=USD&to=EUR&rate=0.5").await;
        assert!(changed.contains("Undo: 0.92731 again"), "{changed}");
        let undone = sends_first_form_with(&olga, path, &changed, "Undo").await;
        let first = undone.split("USD to EUR</th>").nth(1).unwrap();
        assert!(first.starts_with("<td>0.92731</td><td>3</td>"), "{first}");
        let ended = sends_first_form_with(&olga, path, &undone, "End it").await;
        assert!(ended.contains("USD to EUR is ended.") && ended.contains("nothing is exchanged"), "{ended}");
        assert!(!ended.contains("End it"), "{ended}");
        let twice = olga.posts_form(path, "do=end&from=USD&to=EUR").await;
        assert!(twice.status == 422 && twice.text().contains("describedby=\"e-from\""));
        let again = sends_first_form_with(&olga, path, &ended, "Undo: 0.92731 again").await;
        assert!(again.contains("counts now") && again.contains("End it"), "{again}");
    }

    async fn a_rate_of_exchange_is_stated_and_ended_over_the_api(world: World) {
        let here = |who: Visitor| who.with("sec-fetch-site", "same-origin");
        let ada = here(world.visitor_signed_in(Role::Composer, "Ada").await);
        let olga = here(world.visitor_signed_in(Role::Operator, "Olga").await);
        let path = "/v1/exchange-rates";
        let rate = json!({"from": "USD", "to": "EUR", "rate": "0.92"});
        assert_eq!(ada.posts(path, &rate).await.problem(), (403, "scope_required".into()));
        let pair = json!({"from": "USD", "to": "EUR"});
        assert_eq!(olga.posts(path, &pair).await.problem(), (409, "rate_not_in_force".into()));
        let stated = olga.posts(path, &rate).await.json();
        assert_eq!((&stated["numerator"], &stated["ended"]), (&json!(92), &json!(false)));
        let ended = olga.posts(path, &pair).await.json();
        assert_eq!((&ended["version"], &ended["ended"]), (&json!(2), &json!(true)));
        let bad = olga.posts(path, &json!({"from": "USD", "to": "USD", "rate": "1"})).await;
        assert_eq!(bad.problem(), (422, "bad_rate".into()));
    }

    async fn a_curator_is_added_and_their_link_is_carried_to_the_purchase(world: World) {
        world.track_with_a_cut("Night Market").await;
        let olga = world.visitor_signed_in(Role::Operator, "Olga").await;
        let path = "/operator/deals/curators";
        let nobody = olga.posts_form(path, "do=add&slug=night&payee=Nobody&share=5").await;
        assert!(nobody.status == 422 && nobody.text().contains("describedby=\"e-payee\""));
        world.payee("Cleo").await;
        let added = follows(&olga, path, "do=add&slug=night&payee=Cleo&share=5").await;
        assert!(added.contains("/?via=night") && added.contains("5 %"), "{added}");
        let guest = world.visitor();
        let home = guest.gets("/?via=night").await.text();
        assert!(home.contains("href=\"/tracks/night-market?via=night\""), "{home}");
        let track = guest.gets("/tracks/night-market?via=night").await.text();
        assert!(track.contains("<input type=\"hidden\" name=\"via\" value=\"night\">"));
        let quote = guest.gets("/tracks/night-market/license?via=night").await.text();
        assert!(quote.contains("href=\"/tracks/night-market?via=night\""), "{quote}");
        let bought = buys(&guest, &quote).await;
        assert_eq!(world.composer("Cleo").await.balance().await, 227_500, "{bought}");
        // A word that nobody has any more stops no purchase.
        let quote = guest.gets("/tracks/night-market/license?via=gone").await.text();
        buys(&guest, &quote).await;
        let closed = follows(&olga, path, "do=close&name=night&sure=yes").await;
        assert!(closed.contains("night is closed."), "{closed}");
        assert!(curators::list(world.app()).await.unwrap()[0].closed.is_some());
        let typed = guest.gets("/tracks/night-market?via=%22%3E%3Cb%3E").await.text();
        assert!(!typed.contains("name=\"via\""));
    }
}

/// Sends a form and reads the page it leads to.
async fn follows(who: &Visitor, path: &str, form: &str) -> String {
    let done = who.posts_form(path, form).await;
    assert_eq!(done.status, 303, "{form}: {}", done.text());
    who.gets(done.header("location")).await.text()
}

/// Sends the hidden fields of the form whose button begins with these words.
async fn sends_first_form_with(who: &Visitor, path: &str, page: &str, words: &str) -> String {
    let before = page.split(&format!("\">{words}")).next().unwrap();
    let form = before.rsplit("<form").next().unwrap();
    follows(who, path, &fields(form)).await
}

/// The hidden fields of a form as they are sent.
fn fields(form: &str) -> String {
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    let sent = inputs.map(|input| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap().replace("&#38;", "&");
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("{name}={encoded}")
    });
    sent.collect::<Vec<_>>().join("&")
}

/// Buys the first option of a quote's page; the address of the licence.
async fn buys(guest: &Visitor, quote: &str) -> String {
    let form = quote
        .split("<form method=\"post\" action=\"/checkout\">")
        .nth(1)
        .unwrap();
    let form = fields(form.split("</form>").next().unwrap());
    let chosen = guest.posts_form("/checkout", &form).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text());
    let page = guest.gets(chosen.header("location")).await.text();
    let form = page.split("action=\"/checkout/pay\">").nth(1).unwrap();
    let form = fields(form.split("</form>").next().unwrap());
    let form = format!("{form}&licensee=Mia&card_number=4242424242424242");
    let paid = guest.posts_form("/checkout/pay", &form).await;
    assert_eq!(paid.status, 303, "{}", paid.text());
    paid.header("location").to_owned()
}
