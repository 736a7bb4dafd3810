//! Searching: words as people type them, facets with their counts, pages.

use app::catalogue::search::{Found, Search};
use spec::on_both_engines;
use spec::world::{Answer, Music, World};

on_both_engines! {
    async fn a_word_of_the_title_the_artist_or_the_genre_finds_a_track(world: World) {
        furnished(&world).await;
        for word in ["night", "NIGHT", "market", "Night Market", "lofi", "warm"] {
            assert_eq!(titles(&world, word).await, ["Night Market"], "{word}");
        }
        assert_eq!(titles(&world, "carla").await, ["Low Tide"]);
    }

    async fn a_slip_of_the_keyboard_still_finds_it(world: World) {
        furnished(&world).await;
        assert_eq!(titles(&world, "nihgt").await, ["Night Market"]);
        assert_eq!(titles(&world, "markat").await, ["Night Market"]);
    }

    async fn the_beginning_of_a_word_finds_it(world: World) {
        furnished(&world).await;
        assert_eq!(titles(&world, "mark").await, ["Night Market"]);
        assert_eq!(titles(&world, "low ti").await, ["Low Tide"]);
    }

    async fn without_words_the_newest_come_first(world: World) {
        furnished(&world).await;
        assert_eq!(
            titles(&world, "").await,
            ["Harbour Lights", "Low Tide", "Night Market"]
        );
    }

    async fn facets_say_how_many_tracks_each_value_would_leave(world: World) {
        furnished(&world).await;
        let found = searches(&world, search("")).await.unwrap();
        assert_eq!(
            counts(&found, "genre"),
            [("house".into(), 2), ("lofi".into(), 1)]
        );
        assert!(counts(&found, "has").contains(&("stems".into(), 1)));
        let found = searches(&world, search("warm")).await.unwrap();
        assert_eq!(counts(&found, "genre"), [("lofi".into(), 1)]);
    }

    async fn a_facet_leaves_only_the_tracks_that_have_it(world: World) {
        furnished(&world).await;
        let house = Search {
            facets: vec![("genre", "house".into())],
            ..search("")
        };
        let found = searches(&world, house).await.unwrap();
        assert_eq!(found.total, 2);
        let both = vec![("genre", "house".into()), ("has", "stems".into())];
        let found = searches(
            &world,
            Search {
                facets: both,
                ..search("")
            },
        )
        .await
        .unwrap();
        assert_eq!(found.tracks.len(), 1);
        assert_eq!(found.tracks[0].title, "Harbour Lights");
    }

    async fn ranges_take_in_both_their_ends(world: World) {
        furnished(&world).await;
        for (range, wanted) in [
            ((Some(2_000), Some(2_000)), 2),
            ((Some(2_001), None), 1),
            ((None, Some(1_999)), 0),
            ((Some(3_000), Some(3_000)), 1),
        ] {
            let ranged = Search {
                duration_ms: range,
                ..search("")
            };
            assert_eq!(
                searches(&world, ranged).await.unwrap().total,
                wanted,
                "{range:?}"
            );
        }
    }

    async fn nothing_found_is_an_answer_with_no_tracks(world: World) {
        furnished(&world).await;
        let found = searches(&world, search("bagpipes")).await.unwrap();
        assert_eq!((found.total, found.tracks.len(), found.next), (0, 0, None));
    }

    async fn hostile_words_are_words(world: World) {
        furnished(&world).await;
        let long = "night ".repeat(2_000);
        for words in [
            "'; drop table tracks; --",
            "title:\"",
            "((((",
            "\"",
            "*",
            "night AND (",
            "-",
            "[a TO",
            "\u{202e}thgin",
            "\u{0}",
            "%",
            "東京",
            "🎵",
            "../../etc/passwd",
            "{{7*7}}",
            "\\",
            &long,
        ] {
            assert!(searches(&world, search(words)).await.is_ok(), "{words:.40}");
        }
        assert_eq!(world.tracks().await, 3);
    }

    async fn pages_follow_each_other_without_gap_or_overlap(world: World) {
        furnished(&world).await;
        let first = searches(
            &world,
            Search {
                limit: 2,
                ..search("")
            },
        )
        .await
        .unwrap();
        assert_eq!(
            (first.total, first.tracks.len(), first.next),
            (3, 2, Some(2))
        );
        let next = Search {
            limit: 2,
            offset: 2,
            ..search("")
        };
        let second = searches(&world, next).await.unwrap();
        assert_eq!((second.tracks.len(), second.next), (1, None));
        let mut all: Vec<_> = first
            .tracks
            .iter()
            .chain(&second.tracks)
            .map(|t| t.id)
            .collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3);
    }

    async fn a_page_of_none_or_of_too_many_and_a_range_turned_round_are_refused(world: World) {
        for limit in [0, 101] {
            let refused = searches(
                &world,
                Search {
                    limit,
                    ..search("")
                },
            )
            .await
            .unwrap_err();
            assert_eq!(
                (refused.code, refused.field.as_deref()),
                ("page_out_of_range", Some("limit"))
            );
        }
        let turned = Search {
            bpm: (Some(120), Some(90)),
            ..search("")
        };
        let refused = searches(&world, turned).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("empty_range", Some("bpm"))
        );
    }
}

async fn furnished(world: &World) {
    let night = Music::titled("Night Market").described("lofi", &["warm"]);
    let tide = Music::titled("Low Tide")
        .by("Carla Duarte")
        .described("house", &["bright"]);
    let lights = Music::titled("Harbour Lights").described("house", &[]);
    for music in [night, tide, lights.seconds(3).stems(&["drums"])] {
        world.compose(music).await;
        world.minutes_pass(1);
    }
}

fn search(words: &str) -> Search {
    Search {
        words: words.to_owned(),
        limit: 20,
        ..Search::default()
    }
}

async fn searches(world: &World, wanted: Search) -> Answer<Found> {
    world.searches(&wanted).await
}

async fn titles(world: &World, words: &str) -> Vec<String> {
    let found = searches(world, search(words)).await.unwrap();
    found.tracks.into_iter().map(|track| track.title).collect()
}

fn counts(found: &Found, facet: &str) -> Vec<(String, u64)> {
    let counts = found.facets.iter().filter(|(name, _)| *name == facet);
    counts
        .flat_map(|(_, counts)| counts.iter().map(|c| (c.value.clone(), c.count)))
        .collect()
}
