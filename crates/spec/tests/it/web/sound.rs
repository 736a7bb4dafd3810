//! Previews and waveforms by HTTP: in parts, from any site, and never the master.

use spec::on_both_engines;

const PREVIEW: &str = "/v1/tracks/night-market/preview";

on_both_engines! {
    async fn a_preview_is_sent_whole_and_may_be_kept_and_read_by_any_site(world: World) {
        world.track("Night Market").await;
        let reply = world.visitor().gets(PREVIEW).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, "audio/ogg")
        );
        assert_eq!(reply.header("accept-ranges"), "bytes");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert!(
            reply
                .header("cache-control")
                .starts_with("public, max-age=")
        );
        assert_eq!(reply.body, world.preview("night-market").await.unwrap());
    }

    async fn a_part_of_a_preview_is_sent_as_that_part(world: World) {
        world.track("Night Market").await;
        let whole = world.preview("night-market").await.unwrap();
        let length = whole.len();
        for (range, from, to) in [
            ("bytes=0-3", 0, 3),
            ("bytes=100-", 100, length - 1),
            ("bytes=-5", length - 5, length - 1),
        ] {
            let reply = world.visitor().with("range", range).gets(PREVIEW).await;
            assert_eq!(reply.status, 206, "{range}");
            assert_eq!(
                reply.header("content-range"),
                format!("bytes {from}-{to}/{length}")
            );
            assert_eq!(reply.body, whole[from..=to]);
        }
    }

    async fn a_part_that_is_not_there_cannot_be_sent(world: World) {
        world.track("Night Market").await;
        let length = world.preview("night-market").await.unwrap().len();
        let reply = world
            .visitor()
            .with("range", &format!("bytes={length}-"))
            .gets(PREVIEW)
            .await;
        assert_eq!(reply.problem(), (416, "range_not_satisfiable".to_owned()));
        assert_eq!(reply.header("content-range"), format!("bytes */{length}"));
    }

    async fn who_has_the_preview_already_is_told_so(world: World) {
        world.track("Night Market").await;
        let tag = world
            .visitor()
            .gets(PREVIEW)
            .await
            .header("etag")
            .to_owned();
        assert!(tag.len() > 10);
        let reply = world
            .visitor()
            .with("if-none-match", &tag)
            .gets(PREVIEW)
            .await;
        assert_eq!((reply.status, reply.body.len()), (304, 0));
    }

    async fn head_says_how_long_it_is_and_sends_nothing(world: World) {
        world.track("Night Market").await;
        let length = world.preview("night-market").await.unwrap().len();
        let reply = world.visitor().heads(PREVIEW).await;
        assert_eq!((reply.status, reply.body.len()), (200, 0));
        assert_eq!(reply.header("content-length"), length.to_string());
    }

    async fn the_waveform_is_pairs_of_least_and_greatest(world: World) {
        world.track("Night Market").await;
        let reply = world
            .visitor()
            .gets("/v1/tracks/night-market/waveform")
            .await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        let json = reply.json();
        assert_eq!(json["duration_ms"], 2_000);
        let peaks = json["peaks"].as_array().unwrap();
        assert_eq!(peaks.len(), 800);
        assert!(
            peaks
                .iter()
                .all(|pair| pair[0].as_i64() <= pair[1].as_i64())
        );
    }

    async fn no_address_reaches_a_master(world: World) {
        let track = world.track("Night Market").await;
        let master = world.master_of(&track).await;
        for what in ["preview", "waveform", "master", "file", "mix", "stems/0"] {
            let reply = world
                .visitor()
                .gets(&format!("/v1/tracks/{}/{what}", track.id))
                .await;
            assert_ne!(reply.body, master, "{what}");
        }
    }
}
