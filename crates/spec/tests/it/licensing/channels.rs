//! The safelist: a licence's holder lists the channels its videos are published on, and the
//! history says what was listed when.

use app::licensing::Licence;
use app::licensing::channels::{By, LABEL_MAX, Wanted};
use domain::check::Answer;
use domain::envelope::Audience;
use domain::safelist::{CHANGES_MAX, CHANNELS_MAX};
use domain::standing::Move;
use domain::{AssetKind, ChannelId, Tier};
use spec::on_both_engines;
use spec::world::{Buyer, World, finished, pasted};

const ADA: &str = "https://www.youtube.com/@ada";

on_both_engines! {
    async fn a_listed_channel_is_shown_in_its_one_form(world: World) {
        let (mia, licence) = sold(&world).await;
        let wanted = Wanted {
            channel: " m.youtube.com/@Ada/videos ".into(),
            platform: None,
            label: Some(" Ada's own ".into()),
            audience: Some(Audience::UpTo100k),
        };
        let added = mia.lists(&licence, &wanted).await.unwrap();
        assert!(!added.repeated);
        let [entry] = world.channels_of(&licence).await.try_into().unwrap();
        assert_eq!(entry, added.entry);
        assert_eq!(entry.noted.channel.to_string(), ADA);
        assert_eq!(entry.noted.label.as_deref(), Some("Ada's own"));
        assert_eq!(entry.noted.audience, Some(Audience::UpTo100k));
        assert_eq!((entry.added_at, entry.removed_at), (world.now(), None));
    }

    async fn the_same_channel_twice_is_listed_once_however_it_is_written(world: World) {
        let (mia, licence) = sold(&world).await;
        let once = mia.lists(&licence, &pasted(ADA)).await.unwrap();
        let again = mia.lists(&licence, &pasted("YOUTUBE.com/@ADA?x=1")).await.unwrap();
        assert_eq!((again.repeated, &again.entry), (true, &once.entry));
        assert_eq!(world.channel_history(&licence).await.len(), 1);
    }

    async fn each_licence_has_a_list_of_its_own(world: World) {
        let (mia, licence) = sold(&world).await;
        let (_, other) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        assert!(world.channels_of(&other).await.is_empty());
        let refused = mia.takes_off(&other, entry.id).await.unwrap_err();
        assert_eq!(refused.code, "unknown_channel");
        assert_eq!(world.channels_of(&licence).await.len(), 1);
    }

    async fn what_is_no_channel_is_refused_with_what_to_paste(world: World) {
        let (mia, licence) = sold(&world).await;
        let refused = mia.lists(&licence, &pasted("https://youtu.be/dQw4w9WgXcQ")).await;
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("bad_channel", Some("channel"))
        );
        assert!(refused.sentence.contains("youtube.com/@name"), "{}", refused.sentence);
        for label in ["x".repeat(LABEL_MAX + 1), "a\nb".into(), "a\u{202e}b".into()] {
            let wanted = Wanted {
                label: Some(label),
                ..pasted(ADA)
            };
            let refused = mia.lists(&licence, &wanted).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), ("bad_label", Some("label")));
        }
        assert!(world.channel_history(&licence).await.is_empty());
    }

    async fn a_change_keeps_the_channel_and_tells_what_was_before(world: World) {
        let (mia, licence) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        world.days_pass(1);
        let named = Wanted {
            label: Some("Mine".into()),
            ..pasted(ADA)
        };
        let changed = mia.changes(&licence, entry.id, &named).await.unwrap();
        assert_eq!(changed.added_at, entry.added_at, "a new label leaves it where it is");
        let moved = mia.changes(&licence, entry.id, &pasted("tiktok.com/@ada")).await.unwrap();
        assert_eq!((moved.id, moved.added_at), (entry.id, world.now()));
        let history = world.channel_history(&licence).await;
        let lines: Vec<_> = history.iter().map(|line| (line.line, line.by)).collect();
        assert_eq!(lines, [(3, By::Holder), (2, By::Holder), (1, By::Holder)]);
        let before = history[0].before.as_ref().unwrap();
        assert_eq!(before.label.as_deref(), Some("Mine"));
        assert_eq!(before.channel.to_string(), ADA);
    }

    async fn the_same_change_twice_is_one_change(world: World) {
        let (mia, licence) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        let wanted = pasted("tiktok.com/@ada");
        let once = mia.changes(&licence, entry.id, &wanted).await.unwrap();
        assert_eq!(mia.changes(&licence, entry.id, &wanted).await.unwrap(), once);
        assert_eq!(world.channel_history(&licence).await.len(), 2);
        let off = mia.takes_off(&licence, entry.id).await.unwrap();
        world.days_pass(1);
        assert_eq!(mia.takes_off(&licence, entry.id).await.unwrap(), off);
        assert_eq!(world.channel_history(&licence).await.len(), 3);
    }

    async fn a_channel_can_not_take_the_place_of_another(world: World) {
        let (mia, licence) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        mia.lists(&licence, &pasted("tiktok.com/@ada")).await.unwrap();
        let refused = mia.changes(&licence, entry.id, &pasted("tiktok.com/@ADA")).await;
        assert_eq!(refused.unwrap_err().code, "channel_listed");
        let nobodys = ChannelId::from_bytes([1; 16]);
        for refused in [
            mia.changes(&licence, nobodys, &pasted(ADA)).await.unwrap_err(),
            mia.takes_off(&licence, nobodys).await.unwrap_err(),
        ] {
            assert_eq!(refused.code, "unknown_channel");
        }
    }

    async fn a_channel_that_was_taken_off_can_be_listed_again(world: World) {
        let (mia, licence) = sold(&world).await;
        let first = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        mia.takes_off(&licence, first.id).await.unwrap();
        assert!(world.channels_of(&licence).await.is_empty());
        let refused = mia.changes(&licence, first.id, &pasted(ADA)).await.unwrap_err();
        assert_eq!(refused.code, "unknown_channel");
        let again = mia.lists(&licence, &pasted(ADA)).await.unwrap();
        assert!(!again.repeated);
        assert_eq!(world.channels_of(&licence).await.len(), 1);
        assert_eq!(world.channel_history(&licence).await.len(), 3);
    }

    async fn taking_a_channel_off_never_uncovers_what_was_published_on_it(world: World) {
        let (mia, licence) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        let published = world.now();
        world.days_pass(10);
        mia.takes_off(&licence, entry.id).await.unwrap();
        let code = licence.code.to_string();
        let then = world.checks(&[&code], &finished(ADA, published)).await.unwrap();
        assert_eq!(then.answer, Answer::Cleared);
        let now = world.checks(&[&code], &finished(ADA, world.now())).await.unwrap();
        assert_eq!(now.answer, Answer::NotCovered);
        assert_eq!(now.keys[0].verdict.reasons[0].code, "channel_removed");
    }

    async fn a_list_is_bounded(world: World) {
        let (mia, licence) = sold(&world).await;
        for n in 0..CHANNELS_MAX {
            let wanted = pasted(&format!("twitch.tv/ada_{n}"));
            mia.lists(&licence, &wanted).await.unwrap();
        }
        let refused = mia.lists(&licence, &pasted(ADA)).await.unwrap_err();
        assert_eq!(refused.code, "too_many_channels");
        let again = mia.lists(&licence, &pasted("twitch.tv/ada_1")).await.unwrap();
        assert!(again.repeated, "what is listed is answered, also when the list is full");
    }

    async fn a_key_can_not_be_passed_from_channel_to_channel(world: World) {
        let (mia, licence) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        for n in 1..CHANGES_MAX {
            let wanted = pasted(&format!("twitch.tv/client_{n}"));
            mia.changes(&licence, entry.id, &wanted).await.unwrap();
        }
        let refused = mia.changes(&licence, entry.id, &pasted(ADA)).await.unwrap_err();
        assert_eq!(refused.code, "too_many_changes");
        let refused = mia.lists(&licence, &pasted(ADA)).await.unwrap_err();
        assert_eq!(refused.code, "too_many_changes");
        assert!(mia.takes_off(&licence, entry.id).await.is_ok(), "taking off always goes");
        world.days_pass(31);
        assert!(mia.lists(&licence, &pasted(ADA)).await.is_ok());
    }

    async fn a_revoked_licence_lists_nothing_new_and_keeps_what_it_has(world: World) {
        let (mia, licence) = sold(&world).await;
        let entry = mia.lists(&licence, &pasted(ADA)).await.unwrap().entry;
        world.suspends(&licence).await;
        mia.lists(&licence, &pasted("tiktok.com/@ada")).await.unwrap();
        world.moves(&licence, Move::Revoke, "charged back").await.unwrap();
        let wanted = pasted("twitch.tv/ada");
        for refused in [
            mia.lists(&licence, &wanted).await.unwrap_err(),
            mia.changes(&licence, entry.id, &wanted).await.unwrap_err(),
        ] {
            assert_eq!(refused.code, "licence_not_valid");
        }
        assert!(mia.lists(&licence, &pasted(ADA)).await.unwrap().repeated);
        assert!(mia.takes_off(&licence, entry.id).await.is_ok());
    }

    async fn eight_identical_additions_at_once_are_one(world: World) {
        let (mia, licence) = sold(&world).await;
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (mia, licence) = (mia.clone(), licence.clone());
            sent.spawn(async move { mia.lists(&licence, &pasted(ADA)).await });
        }
        let added: Vec<_> = sent.join_all().await.into_iter().map(Result::unwrap).collect();
        assert_eq!(added.iter().filter(|one| !one.repeated).count(), 1);
        assert_eq!(world.channel_history(&licence).await.len(), 1);
    }

    async fn a_history_is_never_rewritten(world: World) {
        let (mia, licence) = sold(&world).await;
        mia.lists(&licence, &pasted(ADA)).await.unwrap();
        world.suspends(&licence).await;
        for sql in [
            "update channel_history set at_ms = 0",
            "delete from channel_history",
            "update standing_history set reason = ''",
            "delete from standing_history",
        ] {
            assert!(world.is_kept_from(sql).await.contains("append-only"), "{sql}");
        }
    }

    async fn a_licence_that_is_not_there_has_no_list(world: World) {
        let (mia, mut licence) = sold(&world).await;
        licence.id = domain::LicenceId::from_bytes([1; 16]);
        let refused = mia.lists(&licence, &pasted(ADA)).await.unwrap_err();
        assert_eq!(refused.code, "unknown_licence");
    }
}

async fn sold(world: &World) -> (Buyer, Licence) {
    let track = match world.shown("night-market").await {
        Ok(track) => spec::world::Track {
            id: track.id,
            title: track.title,
        },
        Err(_) => world.track("Night Market").await,
    };
    let mia = world.buyer("Mia");
    let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
    (mia, licence)
}
