//! Cue sheets: from licences that are opened, with blanks where nothing is known.

use app::access::Role;
use app::catalogue::credits::{By, set};
use app::licensing::Licence;
use domain::credits::{Credits, Publisher, Role as Did, Writer};
use domain::{AssetKind, Tier};
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::{Music, Visitor, World};

on_both_engines! {
    async fn a_sheet_leaves_blank_what_nobody_has_said_and_lists_it(world: World) {
        let licence = buys(&world, "Night Market").await;
        let sheet = sheet(&world.visitor(), &licence, "json").await;
        let cue = &sheet["sheet"]["cues"][0];
        assert_eq!(cue["title"], "Night Market");
        assert_eq!(cue["duration_ms"], 15_000);
        assert_eq!(cue["credits"]["writers"], json!([]));
        let missing = sheet["missing"][0].as_str().unwrap();
        assert!(missing.contains("writers") && missing.contains("ISRC"), "{missing}");
        assert!(!sheet.to_string().contains("share_ppm"), "no payee is passed off as a writer");
    }

    async fn a_sheet_says_who_wrote_and_published_the_music(world: World) {
        let licence = buys(&world, "Night Market").await;
        credit(&world).await;
        let visitor = world.visitor();
        let csv = asks(&visitor, &licence, "csv").await;
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert!(csv.header("content-disposition").contains("Our Film - cue sheet.csv"));
        let row = csv.text().lines().nth(1).unwrap().to_owned();
        assert!(row.starts_with("Our Film,Pilot,1,Night Market,,,Ada Byron,BI,,00:00:15,"), "{row}");
        assert!(row.contains("Ada Byron; Eve,CA; A,00045620792; ,60; 40,Pub,,,GBABC2600001"), "{row}");
        let pdf = asks(&visitor, &licence, "pdf").await;
        assert_eq!(pdf.header("content-type"), "application/pdf");
        assert!(pdf.body.starts_with(b"%PDF-1.7"));
        assert!(asks(&visitor, &licence, "pdf").await.body == pdf.body);
        let text = asks(&visitor, &licence, "text").await.text();
        assert!(text.contains("Written by Ada Byron, Eve. Published by Pub."), "{text}");
        assert!(text.contains(&licence.code.to_string()));
        let markdown = asks(&visitor, &licence, "markdown").await.text();
        assert!(markdown.starts_with("- ") && markdown.contains("](https://store.example/l/"));
    }

    async fn the_form_of_a_sheet_can_be_asked_for_by_accept(world: World) {
        let licence = buys(&world, "Night Market").await;
        let mut body = wanted(&licence, "csv");
        body.as_object_mut().unwrap().remove("format");
        for (accept, mime) in [
            ("text/csv", "text/csv"),
            ("application/pdf", "application/pdf"),
            ("text/markdown, */*", "text/markdown"),
            ("*/*", "application/json"),
        ] {
            let visitor = world.visitor().with("accept", accept);
            let reply = visitor.posts("/v1/cue-sheets", &body).await;
            assert!(reply.header("content-type").starts_with(mime), "{accept}");
        }
    }

    async fn a_licence_opens_by_its_grant_or_to_the_operator(world: World) {
        let licence = buys(&world, "Night Market").await;
        let mut body = wanted(&licence, "json");
        for cue in [
            json!({ "licence": licence.code.to_string() }),
            json!({ "licence": licence.code.to_string(), "grant": "x" }),
            json!({ "licence": "7K3M9-QXD4T-0RWPD", "grant": licence.grant }),
            json!({ "licence": "nonsense", "grant": licence.grant }),
        ] {
            body["cues"] = json!([cue]);
            let reply = world.visitor().posts("/v1/cue-sheets", &body).await;
            assert_eq!(reply.problem(), (403, "cue_not_opened".into()), "{cue}");
            assert_eq!(reply.json()["field"], "cues.0.licence");
        }
        body["cues"] = json!([{ "licence": licence.code.to_string() }]);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let operator = operator.with("sec-fetch-site", "same-origin");
        assert_eq!(operator.posts("/v1/cue-sheets", &body).await.status, 200);
    }

    async fn no_sheet_is_made_from_a_licence_that_is_suspended_or_revoked(world: World) {
        let licence = buys(&world, "Night Market").await;
        let mut body = wanted(&licence, "json");
        let guest = world.visitor();
        world.suspends(&licence).await;
        let reply = guest.posts("/v1/cue-sheets", &body).await;
        assert_eq!(reply.problem(), (403, "licence_not_valid".into()));
        assert_eq!(reply.json()["field"], "cues.0.licence");
        world.revokes(&licence).await;
        let reply = guest.posts("/v1/cue-sheets", &body).await;
        assert_eq!(reply.problem(), (403, "licence_not_valid".into()));
        body["cues"][0]["grant"] = json!("x");
        let reply = guest.posts("/v1/cue-sheets", &body).await;
        assert_eq!(reply.problem(), (403, "cue_not_opened".into()), "its standing isn't told");
    }

    async fn a_sheet_that_makes_no_sense_is_refused_with_its_field(world: World) {
        let licence = buys(&world, "Night Market").await;
        let time = world.buyer("Mia").buys_clip_time().await;
        let good = wanted(&licence, "json");
        let bent = |path: &str, value: Value| {
            let mut body = good.clone();
            *body.pointer_mut(path).unwrap() = value;
            body
        };
        let clip = json!([{ "licence": time.id.to_string(), "grant": time.grant }]);
        for (body, status, code, field) in [
            (bent("/production/title", json!(" ")), 422, "bad_production", "production.title"),
            (bent("/production/episode", json!("a\nb")), 422, "bad_production", "production.episode"),
            (bent("/production/title", json!("a\u{202e}b")), 422, "bad_production", "production.title"),
            (bent("/cues", json!([])), 422, "bad_cue_count", "cues"),
            (bent("/cues", clip), 422, "cue_without_track", "cues.0.licence"),
            (bent("/cues/0/usage", json!("XX")), 422, "bad_value", "cues.0.usage"),
            (bent("/format", json!("docx")), 422, "bad_value", "format"),
        ] {
            let reply = world.visitor().posts("/v1/cue-sheets", &body).await;
            assert_eq!(reply.problem(), (status, code.into()), "{body}");
            assert_eq!(reply.json()["field"], field);
        }
    }

    async fn a_title_that_is_a_formula_is_only_text_in_the_table(world: World) {
        let music = Music::titled("=HYPERLINK(\"http://evil\")").by("@evil");
        let track = world.compose(music).await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let csv = asks(&world.visitor(), &licence, "csv").await.text();
        assert!(csv.contains(",\"'=HYPERLINK(\"\"http://evil\"\")\","), "{csv}");
        assert!(csv.contains("\"'@evil\""), "{csv}");
    }

    async fn the_page_makes_lines_and_files_without_script(world: World) {
        let licence = buys(&world, "Night Market").await;
        let guest = world.visitor();
        assert!(guest.gets("/cue-sheet").await.text().contains("name=\"licences\""));
        let link = format!("https%3A%2F%2Fstore.example%2Flicences%2F{}%3Fgrant%3D{}", licence.id, licence.grant);
        let form = |more: &str| format!("title=Our+Film&licences={link}+BI+0%3A12{more}");
        let page = guest.posts_form("/cue-sheet", &form("")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(&format!("Licence {}", licence.code)));
        assert!(page.text().contains("Missing for a cue sheet"));
        let csv = guest.posts_form("/cue-sheet", &form("&format=csv")).await;
        assert!(csv.text().contains(",BI,,00:00:12,"), "{}", csv.text());
        let again = guest.posts_form("/cue-sheet", "title=Our+Film&licences=7K3M9-QXD4T-0RWPD").await;
        assert_eq!(again.status, 422);
        assert!(again.text().contains("role=\"alert\"") && again.text().contains("Our Film"));
    }
}

async fn buys(world: &World, title: &str) -> Licence {
    let track = world.track_with_a_cut(title).await;
    let mia = world.buyer("Mia");
    mia.buys(&track, AssetKind::Cut15, Tier::Creator).await
}

fn wanted(licence: &Licence, format: &str) -> Value {
    json!({
        "production": { "title": "Our Film", "episode": "Pilot" },
        "cues": [{ "licence": licence.code.to_string(), "grant": licence.grant, "usage": "BI" }],
        "format": format,
    })
}

async fn asks(visitor: &Visitor, licence: &Licence, format: &str) -> spec::world::Reply {
    let reply = visitor
        .posts("/v1/cue-sheets", &wanted(licence, format))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply
}

async fn sheet(visitor: &Visitor, licence: &Licence, format: &str) -> Value {
    asks(visitor, licence, format).await.json()
}

async fn credit(world: &World) {
    let writer = |name: &str, role, ipi: Option<&str>, share| Writer {
        name: name.into(),
        role,
        ipi: ipi.map(Into::into),
        share_ppm: Some(share),
    };
    let credits = Credits {
        isrc: Some("GBABC2600001".into()),
        writers: vec![
            writer(
                "Ada Byron",
                Did::ComposerAuthor,
                Some("00045620792"),
                600_000,
            ),
            writer("Eve", Did::Author, None, 400_000),
        ],
        publishers: vec![Publisher {
            name: "Pub".into(),
            ipi: None,
            share_ppm: None,
        }],
        ..Credits::default()
    };
    set(
        world.app(),
        &world.call(),
        By::Operator,
        "night-market",
        credits,
    )
    .await
    .unwrap();
}
