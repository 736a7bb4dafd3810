//! Showing: a track's facts, its waveform, its preview, who shares its money.

use audio::Limits;
use spec::on_both_engines;
use spec::world::Music;

on_both_engines! {
    async fn a_track_is_found_by_its_id_and_by_its_word(world: World) {
        let track = world.track("Don’t Stop").await;
        assert_eq!(
            world.shown(&track.id.to_string()).await.unwrap().slug,
            "dont-stop"
        );
        assert_eq!(world.shown("dont-stop").await.unwrap().id, track.id);
    }

    async fn two_tracks_of_one_title_have_words_of_their_own(world: World) {
        let first = world.track("Night Market").await;
        let second = world.track("Night Market").await;
        let slugs = [&first, &second].map(|t| t.id.to_string());
        let first = world.shown(&slugs[0]).await.unwrap();
        let second = world.shown(&slugs[1]).await.unwrap();
        assert_eq!(first.slug, "night-market");
        assert!(second.slug.starts_with("night-market-"), "{}", second.slug);
        assert_eq!(world.shown(&second.slug).await.unwrap().id, second.id);
    }

    async fn an_unknown_track_is_refused(world: World) {
        for name in [
            "nowhere",
            "trk_00000000000000000000000000",
            "",
            "'; --",
            "trk_x",
        ] {
            let refused = world.shown(name).await.unwrap_err();
            assert_eq!(
                (refused.code, refused.field.as_deref()),
                ("unknown_track", Some("track"))
            );
        }
    }

    async fn a_title_in_any_script_has_a_word_for_its_address(world: World) {
        let track = world.track("東京").await;
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!(shown.title, "東京");
        assert_eq!(shown.slug, track.id.to_string());
    }

    async fn the_waveform_has_the_shape_of_the_sound(world: World) {
        world.track("Night Market").await;
        let peaks = world.shown("night-market").await.unwrap().peaks;
        assert_eq!(peaks.len(), 800);
        assert!(peaks.iter().all(|p| p.max >= p.min));
    }

    async fn the_preview_is_the_whole_track_as_ogg_opus_and_never_the_master(world: World) {
        let track = world.track("Night Market").await;
        let bytes = world.preview("night-market").await.unwrap();
        assert_eq!(&bytes[..4], b"OggS");
        assert_ne!(bytes, world.master_of(&track).await);
        let heard = audio::decode(std::io::Cursor::new(bytes), &Limits::default()).unwrap();
        assert!(
            heard.duration_ms().abs_diff(2_000) <= 20,
            "{} ms",
            heard.duration_ms()
        );
        assert_eq!(
            world.preview("nowhere").await.unwrap_err().code,
            "unknown_track"
        );
    }

    async fn a_track_is_its_artists_unless_a_split_sheet_says_otherwise(world: World) {
        let alone = world.track("Alone").await;
        assert_eq!(
            world.splits(&alone).await,
            [("Ada Byron".to_owned(), 1_000_000)]
        );
        let shares = [("Ada Byron", 300_000), ("Ben Cole", 700_000)];
        let shared = world
            .compose(Music::titled("Together").shared(&shares))
            .await;
        let wanted = [
            ("Ben Cole".to_owned(), 700_000),
            ("Ada Byron".to_owned(), 300_000),
        ];
        assert_eq!(world.splits(&shared).await, wanted);
    }

    async fn a_track_has_the_cuts_it_is_long_enough_for(world: World) {
        let short = world.compose(Music::titled("Short").seconds(14)).await;
        let long = world
            .compose(Music::titled("Long").seconds(31).stems(&["drums"]))
            .await;
        let kinds = async |track: &spec::world::Track| {
            let shown = world.shown(&track.id.to_string()).await.unwrap();
            let mut kinds: Vec<_> = shown.assets.iter().map(|(kind, _)| kind.code()).collect();
            kinds.sort_unstable();
            kinds
        };
        assert_eq!(kinds(&short).await, ["full_mix"]);
        assert_eq!(kinds(&long).await, ["cut_15", "cut_30", "full_mix", "stem"]);
    }

    async fn names_cannot_turn_the_reading_direction_or_break_the_line(world: World) {
        let track = world.track("\u{202e}Evil\u{202c}\n  Name\u{0}").await;
        assert_eq!(
            world.shown(&track.id.to_string()).await.unwrap().title,
            "Evil Name"
        );
    }
}
