//! Pages: they come whole from the server, work without script, and hold none.

use app::access::Role;
use spec::on_both_engines;
use spec::world::{Visitor, World};

on_both_engines! {
    async fn every_page_answers_and_holds_no_inline_script_or_style(world: World) {
        let (browser, licence) = furnished(&world).await;
        let code = licence.code.to_string();
        for path in [
            "/".to_owned(),
            "/?q=night".to_owned(),
            "/?q=nothing+like+it".to_owned(),
            "/tracks/night-market".to_owned(),
            "/tracks/night-market/license".to_owned(),
            "/bundles".to_owned(),
            "/verify".to_owned(),
            format!("/verify?code={code}"),
            format!("/l/{code}"),
            format!("/licences/{}?grant={}", licence.id, licence.grant),
        ] {
            let reply = browser.gets(&path).await;
            assert_eq!(reply.status, 200, "{path}");
            assert!(
                reply.header("content-type").starts_with("text/html"),
                "{path}"
            );
            is_plain(&path, &reply.text());
        }
    }

    async fn whoever_is_signed_in_finds_their_own_pages_in_the_header_and_each_opens(world: World) {
        let (guest, _) = furnished(&world).await;
        assert!(!guest.gets("/").await.text().contains("Your pages"));
        let composer = ["/report", "/splits", "/payouts", "/statements", "/prices"].as_slice();
        let operator = [
            "/operator", "/operator/payments", "/operator/payouts", "/operator/deals/promos",
            "/statements", "/prices",
        ];
        for (role, name, paths) in [
            (Role::Composer, "Ada Byron", composer),
            (Role::Operator, "Olive", operator.as_slice()),
            (Role::Buyer, "Bea", ["/licences", "/wallet"].as_slice()),
        ] {
            let browser = world.visitor_signed_in(role, name).await;
            let home = browser.gets("/").await.text();
            for path in paths {
                assert!(home.contains(&format!("<a href=\"{path}\"")), "{name} finds {path}");
                assert_eq!(browser.gets(path).await.status, 200, "{name} opens {path}");
            }
        }
    }

    async fn the_pages_of_composers_and_the_operator_open_when_signed_in(world: World) {
        let (guest, _) = furnished(&world).await;
        for (role, name, path) in [
            (Role::Composer, "Ada Byron", "/report"),
            (Role::Composer, "Ada Byron", "/statements"),
            (Role::Operator, "Olive", "/operator"),
            (Role::Operator, "Olive", "/statements"),
        ] {
            assert!(
                matches!(guest.gets(path).await.status, 303 | 401 | 403),
                "{path}"
            );
            let person = world
                .visitor_signed_in(role, name)
                .await
                .with("accept", "text/html");
            let reply = person.gets(path).await;
            assert_eq!(reply.status, 200, "{path}");
            is_plain(path, &reply.text());
        }
    }

    async fn a_buyer_does_not_see_the_operators_page(world: World) {
        let mia = world
            .visitor_signed_in(Role::Buyer, "Mia")
            .await
            .with("accept", "text/html");
        assert!(matches!(mia.gets("/operator").await.status, 401 | 403));
    }

    async fn a_sign_in_page_does_not_spend_its_link_and_its_button_does_once(world: World) {
        let link = world.sends_link(Role::Buyer, "Mia").await;
        let browser = world.visitor().with("accept", "text/html");
        let path = format!("/sign-in/{link}");
        for _ in 0..3 {
            let reply = browser.gets(&path).await;
            assert_eq!(reply.status, 200);
            assert!(reply.text().contains("Mia"));
        }
        let entered = browser.posts_form(&path, "").await;
        assert_eq!(entered.status, 303);
        let cookie = entered.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        assert_eq!(browser.posts_form(&path, "").await.status, 410);
        assert_eq!(browser.gets(&path).await.status, 410);
    }

    async fn what_composers_write_is_text_and_never_markup(world: World) {
        let title = "<script>alert(1)</script>\"'&";
        let track = world.track(title).await;
        let browser = world.visitor().with("accept", "text/html");
        for path in [
            "/".to_owned(),
            format!("/tracks/{}", track.id),
            "/?q=%3Cscript%3E".to_owned(),
        ] {
            let reply = browser.gets(&path).await;
            assert!(!reply.text().contains("<script>alert"), "{path}");
        }
    }

    async fn the_page_of_a_licence_on_hold_says_so(world: World) {
        let (browser, licence) = furnished(&world).await;
        world.suspends(&licence).await;
        let reply = browser.gets(&format!("/l/{}", licence.code)).await;
        assert_eq!(reply.status, 200);
        assert!(
            reply.text().to_lowercase().contains("suspended"),
            "{}",
            reply.text()
        );
    }
}

async fn furnished(world: &World) -> (Visitor, app::licensing::Licence) {
    let track = world.track_with_a_cut("Night Market").await;
    let kind = domain::AssetKind::Cut15;
    let licence = world
        .buyer("Mia")
        .buys(&track, kind, domain::Tier::Creator)
        .await;
    (world.visitor().with("accept", "text/html"), licence)
}

/// A page that the strictest content policy leaves whole.
fn is_plain(path: &str, page: &str) {
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or_default();
        assert_ne!(name, "style", "{path}");
        if name == "script" {
            assert!(tag.contains(" src=\"/"), "{path}: <{tag}>");
        }
        assert!(!tag.contains(" style="), "{path}: <{tag}>");
        assert!(
            !tag.contains(" onclick=") && !tag.contains(" onload="),
            "{path}: <{tag}>"
        );
        assert!(!tag.contains("javascript:"), "{path}: <{tag}>");
    }
}
