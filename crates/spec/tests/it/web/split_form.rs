//! Proposing a split on its page: rows, the sum, what is refused, and who is invited.

use app::access::Role;
use spec::on_both_engines;
use spec::world::Music;

on_both_engines! {
    async fn a_split_is_written_row_by_row_summed_and_proposed(world: World) {
        let music = Music::titled("Together").shared(&[("Ada", 700_000), ("Ben", 300_000)]);
        world.compose(music).await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada").await;
        let path = "/splits/new?track=together";
        assert!(ada.gets("/splits").await.text().contains(path));
        let page = ada.gets(path).await;
        assert_eq!(page.status, 200);
        let page = page.text();
        assert!(page.contains("value=\"Ada\"") && page.contains("value=\"70\""), "{page}");
        assert!(page.contains("Together 100 %: it adds up.") && page.contains("Part 3"));
        let typed = "track=together&kind=&rows=2&payee-0=Ada&percent-0=60&payee-1=Ben&percent-1=30";
        let more = ada.posts_form("/splits/new", &format!("{typed}&do=row")).await;
        assert_eq!(more.status, 200);
        let more = more.text();
        assert!(more.contains("Part 3") && more.contains("value=\"60\""), "{more}");
        assert!(more.contains("Together 90 %: 10 % is missing."), "{more}");
        let less = ada.posts_form("/splits/new", &format!("{typed}&remove=0")).await.text();
        assert!(!less.contains("Part 2") && less.contains("value=\"Ben\""), "{less}");
        let refused = ada.posts_form("/splits/new", &format!("{typed}&do=propose")).await;
        assert_eq!(refused.status, 422);
        let refused = refused.text();
        assert!(refused.contains("sum to 90 %") && refused.contains("value=\"30\""), "{refused}");
        let whole = typed.replace("percent-1=30", "percent-1=400000+ppm");
        let done = ada.posts_form("/splits/new", &format!("{whole}&do=propose")).await;
        assert_eq!((done.status, done.header("location")), (303, "/splits?done=proposed"));
        let ben = world.visitor_signed_in(Role::Composer, "Ben").await;
        assert!(ben.gets("/splits").await.text().contains("Waits for Ben"));
    }

    async fn the_row_at_fault_is_marked_also_behind_an_empty_one(world: World) {
        world.track("Night Market").await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let typed = "track=night-market&kind=&rows=3&payee-0=Ada+Byron&percent-0=50&payee-2=Zoe";
        for (rest, field) in [
            ("percent-2=half", "percent-2"),
            ("percent-2=50", "payee-2"),
            ("percent-2=50&email-2=zoe", "email-2"),
        ] {
            let form = format!("{typed}&{rest}&do=propose");
            let page = ada.posts_form("/splits/new", &form).await;
            assert_eq!(page.status, 422, "{rest}");
            let page = page.text();
            let wrong = format!("aria-invalid=\"true\" aria-describedby=\"e-{field}\"");
            assert!(page.contains(&wrong) && page.contains("value=\"Zoe\""), "{rest}: {page}");
        }
        let form = format!("{typed}&percent-2=50&email-2=zoe%40example.org&do=propose");
        let done = ada.posts_form("/splits/new", &form).await;
        assert_eq!(done.status, 200);
        let page = done.text();
        let link = page.split("https://store.example/invitations/").nth(1).unwrap();
        let link = link.split('"').next().unwrap();
        let guest = world.visitor();
        assert!(guest.gets(&format!("/invitations/{link}")).await.text().contains("Zoe"));
    }

    async fn only_who_stands_on_a_track_may_look_at_its_form(world: World) {
        world.track("Night Market").await;
        let path = "/splits/new?track=night-market";
        assert_eq!(world.visitor().gets(path).await.status, 401);
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        assert_eq!(mia.gets(path).await.status, 403);
        let ben = world.visitor_signed_in(Role::Composer, "Ben").await;
        assert_eq!(ben.gets(path).await.status, 403);
        let form = "track=night-market&rows=1&payee-0=Ben&percent-0=100&do=propose";
        assert_eq!(ben.posts_form("/splits/new", form).await.status, 403);
        assert_eq!(ben.gets("/splits/new?track=nowhere").await.status, 404);
    }
}
