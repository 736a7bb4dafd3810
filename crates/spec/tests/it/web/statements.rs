//! Statements, the tax year and metrics by HTTP: who may read what, and in which form.

use app::access::{Role, Scope};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Music, World};

on_both_engines! {
    async fn a_payee_reads_their_own_statements_and_nobody_elses(world: World) {
        let (ada, ben) = sold(&world).await;
        let visitor = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let list = visitor.gets(&format!("/v1/payees/{ada}/statements")).await;
        assert_eq!(list.status, 200);
        assert_eq!(list.json()["months"][0]["period"], "2026-03");
        let url = list.json()["months"][0]["url"].as_str().unwrap().to_owned();
        let json = visitor.gets(&url).await;
        assert_eq!((json.status, json.header("cache-control")), (200, "no-store"));
        let statement: app::statements::Statement = serde_json::from_slice(&json.body).unwrap();
        assert!(app::statements::check(&statement).is_ok());
        for path in [
            format!("/v1/payees/{ben}/statements"),
            format!("/v1/payees/{ben}/statements/2026-03.json"),
            format!("/v1/payees/{ben}/statements/2026-03.pdf"),
            "/v1/payees/nobody/statements".into(),
            "/v1/taxes/2026.csv".into(),
            "/metrics".into(),
        ] {
            let refused = visitor.clone().with("accept", "application/json").gets(&path).await.problem();
            assert_eq!(refused, (403, "scope_required".into()), "{path}");
            let guest = world.visitor().with("accept", "application/json").gets(&path).await;
            assert_eq!(guest.problem(), (401, "sign_in_required".into()), "{path}");
        }
        let (_, secret) = world.program("An editor", &[Scope::ReportUses]).await;
        let editor = world.visitor_with_key(&secret);
        let path = format!("/v1/payees/{ada}/statements");
        assert_eq!(editor.gets(&path).await.problem().1, "scope_required");
        let (_, secret) = world.program("The books", &[Scope::ReadReports]).await;
        assert_eq!(world.visitor_with_key(&secret).gets(&path).await.status, 200);
    }

    async fn a_statement_comes_in_each_form_to_be_saved(world: World) {
        let (ada, _) = sold(&world).await;
        let visitor = world.visitor_signed_in(Role::Operator, "Olive").await;
        for (form, mime, begins) in [
            ("json", "application/json", "{\n"),
            ("csv", "text/csv; charset=utf-8", "line,date,purse,kind"),
            ("pdf", "application/pdf", "%PDF-"),
        ] {
            let path = format!("/v1/payees/{ada}/statements/2026-Q1.{form}?currency=USD");
            let reply = visitor.gets(&path).await;
            assert_eq!((reply.status, reply.header("content-type")), (200, mime));
            assert!(reply.body.starts_with(begins.as_bytes()), "{form}");
            let name = format!("statement-{ada}-2026-Q1-USD.{form}");
            assert!(reply.header("content-disposition").contains(&name));
        }
        for (file, code) in [
            ("2026-13.csv", "bad_parameter"),
            ("2026-03.doc", "bad_parameter"),
            ("2026-03", "bad_parameter"),
            ("2026-03.csv?currency=XXQ", "bad_parameter"),
            ("2026-04.csv", "period_not_begun"),
        ] {
            let path = format!("/v1/payees/{ada}/statements/{file}");
            assert_eq!(visitor.gets(&path).await.problem().1, code, "{file}");
        }
        let schema = world.visitor().gets("/schemas/statement.json").await;
        let required = schema.json()["required"].clone();
        let path = format!("/v1/payees/{ada}/statements/2026.json");
        let statement = visitor.gets(&path).await.json();
        let members: Vec<_> = statement.as_object().unwrap().keys().cloned().collect();
        for member in required.as_array().unwrap() {
            assert!(members.iter().any(|m| member == m), "{member}");
        }
        // A store that signs adds its signature, and nothing else.
        assert!(members.iter().any(|member| member == "signature"));
        assert_eq!(members.len(), required.as_array().unwrap().len() + 1);
        assert!(schema.json()["properties"]["signature"].is_object());
    }

    async fn the_page_lists_months_and_how_to_check_them(world: World) {
        let (ada, ben) = sold(&world).await;
        let visitor = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let page = visitor.gets("/statements").await.text();
        assert!(page.contains("2026-03") && page.contains("clearcue statement verify"));
        assert!(page.contains(&format!("/v1/payees/{ada}/statements/2026-03.pdf")));
        let others = visitor.gets(&format!("/statements?payee={ben}")).await;
        assert_eq!(others.status, 403);
        let olive = world.visitor_signed_in(Role::Operator, "Olive").await;
        let page = olive.gets("/statements").await.text();
        assert!(page.contains(&format!("/statements?payee={ben}")));
        assert!(page.contains("/v1/taxes/2026.csv"));
        let year = olive.gets("/v1/taxes/2026.csv").await;
        assert_eq!(year.status, 200);
        assert!(year.text().contains("Ada Byron,sale,"), "{}", year.text());
        assert_eq!(olive.gets("/v1/taxes/2026").await.status, 400);
    }

    async fn monitors_read_each_invariant_as_the_last_audit_found_it(world: World) {
        sold(&world).await;
        let olive = world.visitor_signed_in(Role::Operator, "Olive").await;
        let never = olive.gets("/metrics").await.text();
        assert!(never.contains("clearcue_audit_last_run_timestamp_seconds 0.000\n"), "{never}");
        assert!(!never.contains("clearcue_invariant_breaches{"));
        app::accounts::metrics::due(world.app(), &world.call()).await.unwrap();
        let clean = olive.gets("/metrics").await;
        assert_eq!(clean.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        let of = |name: &str, n: u8| format!("clearcue_invariant_breaches{{invariant=\"{name}\"}} {n}\n");
        assert!(clean.text().contains(&of("every_journal_balances", 0)), "{}", clean.text());
        assert!(clean.text().contains(&of("statements_explain_the_balance", 0)));
        assert!(clean.text().contains("clearcue_balance_micros{account=\"payee\",currency=\"USD\"} "));
        assert!(clean.text().contains("clearcue_licences 1\n"));
        world.slips_in_a_posting("commission", 1).await;
        app::accounts::metrics::due(world.app(), &world.call()).await.unwrap();
        let kept = olive.gets("/metrics").await.text();
        assert!(kept.contains(&of("every_journal_balances", 0)), "an hour hasn't passed");
        world.minutes_pass(60);
        app::accounts::metrics::due(world.app(), &world.call()).await.unwrap();
        let broken = olive.gets("/metrics").await.text();
        assert!(broken.contains(&of("every_journal_balances", 1)), "{broken}");
        assert!(olive.gets("/metrics?fresh").await.text().contains(&of("every_journal_balances", 1)));
        world.has_broken(&["every_journal_balances", "balances_equal_postings"]);
    }
}

/// A sale of a track of two; their ids.
async fn sold(world: &World) -> (String, String) {
    let halves = [("Ada Byron", 500_000), ("Ben", 500_000)];
    let track = world
        .compose(Music::titled("Night Market").shared(&halves))
        .await;
    world
        .buyer("Mia")
        .buys(&track, AssetKind::FullMix, Tier::Creator)
        .await;
    let payee = |composer: spec::world::Composer| composer.payee.to_string();
    (
        payee(world.composer("Ada Byron").await),
        payee(world.composer("Ben").await),
    )
}
