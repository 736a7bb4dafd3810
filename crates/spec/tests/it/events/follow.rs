//! Following the store: every event once and in its order, whoever writes meanwhile.

use app::access::{Role, Scope};
use domain::{AssetKind, Tier};
use serde_json::Value;
use spec::on_both_engines;
use spec::world::Visitor;

on_both_engines! {
    async fn a_reader_beside_many_writers_skips_nothing_and_reads_nothing_twice(world: World) {
        let track = world.track("Night Market").await;
        let mut sales = tokio::task::JoinSet::new();
        for nth in 0..12 {
            let mia = world.buyer(&format!("Mia {nth}"));
            let track = track.clone();
            sales.spawn(async move { mia.buys(&track, AssetKind::FullMix, Tier::Creator).await.id });
        }
        let (mut after, mut read) = (0, Vec::new());
        while !sales.is_empty() {
            while sales.try_join_next().is_some() {}
            let page = world.told_after(Some(after)).await.unwrap();
            assert_eq!(page.through, after + i64::try_from(page.events.len()).unwrap());
            after = page.through;
            read.extend(page.events);
            tokio::task::yield_now().await;
        }
        read.extend(world.told_after(Some(after)).await.unwrap().events);
        let places: Vec<_> = read.iter().map(|event| event.n).collect();
        assert_eq!(places, (1..=12).collect::<Vec<_>>());
        assert_eq!(read, world.told().await);
    }

    async fn what_is_written_first_and_committed_last_comes_behind_what_was_read(world: World) {
        // SQLite has one writer: there nothing can be under way beside another.
        if world.is_sqlite() {
            return;
        }
        let track = world.track("Night Market").await;
        let slow = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let fast = world.buyer("Noah").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let start = world.told_after(None).await.unwrap().through;
        // Both events are written; the one with the lower number isn't seen yet.
        let first = world.suspension_under_way(&slow).await;
        let second = world.suspension_under_way(&fast).await;
        second.commit().await.unwrap();
        let page = world.told_after(Some(start)).await.unwrap();
        let [event] = page.events.as_slice() else { panic!("{page:?}") };
        assert_eq!((event.n, &event.subject), (start + 1, &fast.id.to_string()));
        first.commit().await.unwrap();
        let page = world.told_after(Some(page.through)).await.unwrap();
        let [event] = page.events.as_slice() else { panic!("{page:?}") };
        assert_eq!((event.n, &event.subject), (start + 2, &slow.id.to_string()));
        assert_eq!(world.told_after(Some(page.through)).await.unwrap().events, []);
    }

    async fn programs_follow_by_http_in_the_form_of_cloudevents(world: World) {
        let track = world.track("Night Market").await;
        for name in ["Mia", "Noah", "Zoe"] {
            world.buyer(name).buys(&track, AssetKind::FullMix, Tier::Creator).await;
        }
        let (_, secret) = world.program("A follower", &[Scope::ReadReports]).await;
        let program = world.visitor_with_key(&secret);
        let page = gets(&program, "/v1/events?limit=2").await;
        assert_eq!((&page["through"], &page["more"]), (&Value::from(2), &Value::from(true)));
        let event = &page["events"][0];
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["type"], "sale.completed");
        assert_eq!(event["source"], spec::world::ADDRESS);
        assert_eq!(event["time"], world.now().to_string());
        assert_eq!(event["datacontenttype"], "application/json");
        assert_eq!(event["sequence"], "0000000000000000001");
        assert_eq!(event["subject"], event["data"]["licence"]);
        assert_eq!(event["id"].as_str().unwrap().len(), 36);
        assert_eq!(gets(&program, "/v1/events?limit=2").await, page, "an id is told again as it was");
        let rest = gets(&program, "/v1/events?after=2&kind=sale.completed").await;
        assert_eq!((rest["events"].as_array().unwrap().len(), &rest["through"]), (1, &Value::from(3)));
        // Of another kind there is none, and yet it was looked up to here.
        let none = gets(&program, "/v1/events?kind=payout.paid").await;
        assert_eq!((&none["events"], &none["through"]), (&Value::Array(vec![]), &Value::from(3)));
        let ahead = program.gets("/v1/events?after=4").await;
        assert_eq!(ahead.problem(), (400, "events_ahead".into()));
        for (path, code) in [
            ("/v1/events?kind=sale", "bad_parameter"),
            ("/v1/events?limit=501", "bad_parameter"),
            ("/v1/events?since=1", "unknown_parameter"),
        ] {
            assert_eq!(program.gets(path).await.problem(), (400, code.into()), "{path}");
        }
    }

    async fn nobody_else_follows(world: World) {
        assert_eq!(world.visitor().gets("/v1/events").await.status, 401);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        assert_eq!(operator.gets("/v1/events").await.status, 200);
        let buyer = world.visitor_signed_in(Role::Buyer, "Mia").await;
        assert_eq!(buyer.gets("/v1/events").await.status, 403);
        let (_, secret) = world.program("An editor", &[Scope::ReportUses, Scope::Buy]).await;
        assert_eq!(world.visitor_with_key(&secret).gets("/v1/events").await.status, 403);
    }
}

async fn gets(visitor: &Visitor, path: &str) -> Value {
    let reply = visitor.gets(path).await;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}
