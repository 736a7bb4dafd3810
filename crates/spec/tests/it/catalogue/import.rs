//! Importing: a folder of files becomes tracks on sale; what isn't fit to be sold is named with
//! its reason, and the rest is taken.

use app::catalogue::import::{Line, Outcome, Watcher};
use audio::Limits;
use spec::on_both_engines;
use spec::world::{Folder, Tone};

on_both_engines! {
    async fn a_folder_of_files_becomes_tracks_on_sale(world: World) {
        let folder = Folder::new()
            .with_sound("Night Market.wav")
            .with_sound("Low Tide.wav");
        let import = world.imports(&folder).await;
        assert_eq!(import.added().len(), 2);
        let track = world.shown("night-market").await.unwrap();
        assert_eq!(
            (track.title.as_str(), track.artist.name.as_str()),
            ("Night Market", "Ada Byron")
        );
        assert_eq!(track.duration_ms, 2_000);
        assert_eq!(
            track.from_price.unwrap().micros(),
            15_000_000,
            "the full mix is on sale"
        );
    }

    async fn files_in_a_folder_called_stems_are_the_stems_of_the_mix_beside_it(world: World) {
        let folder = Folder::new()
            .with_sound("Night Market/Night Market.wav")
            .with_sound("Night Market/stems/drums.wav")
            .with_sound("Night Market/stems/bass.wav");
        assert_eq!(world.imports(&folder).await.added().len(), 1);
        assert_eq!(
            world.shown("night-market").await.unwrap().stems,
            ["bass", "drums"]
        );
    }

    async fn a_stems_name_after_a_dash_makes_a_file_a_stem_of_the_mix_of_that_title(world: World) {
        let folder = Folder::new()
            .with_sound("Low Tide.wav")
            .with_sound("Low Tide - drums.wav")
            .with_sound("Low Tide - pad.wav")
            .with_sound("Ada - Overture.wav");
        assert_eq!(world.imports(&folder).await.added().len(), 2);
        assert_eq!(
            world.shown("low-tide").await.unwrap().stems,
            ["drums", "pad"]
        );
        assert!(world.shown("ada-overture").await.unwrap().stems.is_empty());
    }

    async fn stems_without_a_mix_are_a_track_whose_mix_is_their_sum(world: World) {
        let folder = Folder::new()
            .with_sound("Dusk/stems/drums.wav")
            .with_sound("Dusk/stems/bass.wav");
        assert_eq!(world.imports(&folder).await.added().len(), 1);
        let track = world.shown("dusk").await.unwrap();
        assert_eq!((track.stems.len(), track.duration_ms), (2, 2_000));
    }

    async fn the_same_folder_again_adds_nothing(world: World) {
        let folder = Folder::new()
            .with_sound("Night Market.wav")
            .with_sound("Low Tide.wav");
        let first = world.imports(&folder).await.added();
        let second = world.imports(&folder).await;
        assert!(second.added().is_empty());
        assert_eq!(second.known().len(), 2);
        assert!(second.known().iter().all(|id| first.contains(id)));
        assert_eq!(world.tracks().await, 2);
    }

    async fn the_same_master_under_another_name_is_the_same_track(world: World) {
        let bytes = Tone::new(500.0, 2_000).wav();
        let folder = Folder::new().with("A.wav", &bytes).with("B.wav", &bytes);
        let import = world.imports(&folder).await;
        assert_eq!((import.added().len(), import.known().len()), (1, 1));
    }

    async fn an_interrupted_import_is_finished_by_running_it_again(world: World) {
        let folder = Folder::new()
            .with_sound("One.wav")
            .with_sound("Three.wav")
            .with_sound("Two.wav");
        let (app, stop) = (world.shared_app(), StopsAfterOne::new());
        let request = app::catalogue::import::Import {
            one_stop: None,
            paths: vec![folder.path().to_owned()],
            artist: Some("Ada Byron".into()),
            artist_over_tags: false,
            limits: Limits::default(),
            workers: 1,
        };
        let watcher = stop.clone();
        let running =
            tokio::spawn(
                async move { app::catalogue::import::import(&app, &request, &watcher).await },
            );
        stop.waits().await;
        running.abort();
        assert!(running.await.is_err(), "it was interrupted");
        let before = world.tracks().await;
        assert!(
            (1..3).contains(&before),
            "{before} tracks were in when it was interrupted"
        );
        let import = world.imports(&folder).await;
        assert_eq!(i64::try_from(import.known().len()).unwrap(), before);
        assert_eq!(world.tracks().await, 3);
    }

    async fn a_file_that_is_refused_is_named_with_its_reason_and_the_rest_is_taken(world: World) {
        let good = Tone::new(300.0, 2_000).wav();
        let folder = Folder::new()
            .with(
                "A text.wav",
                b"This is a shopping list and not a sound at all.\n",
            )
            .with("Cut short.wav", &good[..good.len() / 2])
            .with("Empty.wav", b"")
            .with(
                "Silence.wav",
                &Tone {
                    level: 0.0,
                    ..Tone::new(1.0, 2_000)
                }
                .wav(),
            )
            .with("Too short.wav", &Tone::new(310.0, 500).wav())
            .with_sound("Whole.wav")
            .with("cover.jpg", b"picture");
        let import = world.imports(&folder).await;
        let codes: Vec<_> = import
            .refused()
            .into_iter()
            .map(|(name, code, _)| (name, code))
            .collect();
        let wanted = [
            ("A text.wav", "not_audio"),
            ("Cut short.wav", "truncated"),
            ("Empty.wav", "not_audio"),
            ("Silence.wav", "silent"),
            ("Too short.wav", "too_short"),
        ];
        assert_eq!(codes, wanted.map(|(name, code)| (name.to_owned(), code)));
        assert!(
            import
                .refused()
                .iter()
                .all(|(_, _, reason)| reason.len() > 20)
        );
        assert_eq!(import.ignored()[0].0, "cover.jpg");
        assert_eq!(import.added().len(), 1, "the whole one is taken");
        assert_eq!(world.tracks().await, 1);
    }

    async fn a_file_beyond_the_limits_is_too_large_or_too_long(world: World) {
        let folder = Folder::new()
            .with("Large.wav", &Tone::new(300.0, 4_000).wav())
            .with_sound("Small.wav");
        let small = Limits {
            max_bytes: 100_000,
            ..Limits::default()
        };
        let import = world.imports_within(&folder, small).await;
        assert_eq!(import.refused()[0].1, "too_large");
        assert!(
            import.refused()[0].2.contains("100000"),
            "it says how much is allowed"
        );
        assert_eq!(import.added().len(), 1);
        let short = Limits {
            max_duration_ms: 3_000,
            ..Limits::default()
        };
        let import = world.imports_within(&folder, short).await;
        assert_eq!(import.refused()[0].1, "too_long");
    }

    async fn stems_that_differ_in_length_or_rate_are_refused_by_name(world: World) {
        let other_rate = Tone {
            rate: 22_050,
            ..Tone::new(333.0, 2_000)
        };
        let folder = Folder::new()
            .with_sound("Long/Long.wav")
            .with("Long/stems/bass.wav", &Tone::new(320.0, 2_500).wav())
            .with_sound("Rate/Rate.wav")
            .with("Rate/stems/drums.wav", &other_rate.wav())
            .with_sound("Fine/Fine.wav")
            .with_sound("Fine/stems/drums.wav");
        let import = world.imports(&folder).await;
        let refused = import.refused();
        assert_eq!(
            refused.iter().map(|r| r.1).collect::<Vec<_>>(),
            ["stems_differ"; 2]
        );
        assert!(refused[0].2.contains("`bass`"), "{}", refused[0].2);
        assert!(refused[1].2.contains("`drums`"), "{}", refused[1].2);
        assert_eq!(import.added().len(), 1);
    }

    async fn a_stem_that_cannot_be_read_refuses_its_track_and_is_named(world: World) {
        let folder = Folder::new()
            .with_sound("Song/Song.wav")
            .with("Song/stems/drums.wav", b"not a sound");
        let import = world.imports(&folder).await;
        assert_eq!(import.refused()[0].1, "not_audio");
        assert!(import.refused()[0].2.contains("`drums`"));
        assert_eq!(world.tracks().await, 0);
    }

    async fn what_is_refused_leaves_nothing_on_sale(world: World) {
        let before = world.everything_booked().await;
        let folder = Folder::new().with("A text.wav", b"nothing to hear");
        assert!(world.imports(&folder).await.added().is_empty());
        assert_eq!(world.tracks().await, 0);
        assert_eq!(world.everything_booked().await, before);
    }

    async fn shares_that_do_not_sum_to_the_whole_are_refused(world: World) {
        let music = spec::world::Music::titled("Odd").shared(&[("Ada", 500_000), ("Ben", 499_999)]);
        let refused = world.adds(music).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("bad_split_sheet", Some("splits"))
        );
        assert!(refused.sentence.contains("999999"), "{}", refused.sentence);
        assert_eq!(world.tracks().await, 0);
    }
}

/// Lets an import add one track, then holds it so that it can be interrupted.
#[derive(Clone)]
struct StopsAfterOne(std::sync::Arc<tokio::sync::Notify>);

impl StopsAfterOne {
    fn new() -> Self {
        Self(std::sync::Arc::new(tokio::sync::Notify::new()))
    }

    async fn waits(&self) {
        self.0.notified().await;
    }
}

impl Watcher for StopsAfterOne {
    fn found(&self, tracks: usize) {
        assert_eq!(tracks, 3);
    }

    fn done(&self, line: &Line) {
        assert!(matches!(line.outcome, Outcome::Added(_)));
        self.0.notify_one();
    }
}
