//! Credits: kept as given, changed by those whose track it is, and never made up.

use app::access::{Principal, Role};
use app::catalogue::credits::{By, credits, set};
use domain::credits::{Credits, Role as Did, Writer};
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::{Folder, Tone};

fn written_by(name: &str) -> Credits {
    Credits {
        isrc: Some("GB-ABC-26-00001".into()),
        iswc: Some("T-034.524.680-1".into()),
        writers: vec![Writer {
            name: name.into(),
            role: Did::ComposerAuthor,
            ipi: Some("00045620792".into()),
            share_ppm: Some(1_000_000),
        }],
        ..Credits::default()
    }
}

on_both_engines! {
    async fn a_track_has_no_credits_until_somebody_gives_them(world: World) {
        let track = world.track("Night Market").await;
        assert_eq!(world.splits(&track).await.len(), 1);
        let kept = credits(world.app(), "night-market").await.unwrap();
        assert!(kept.is_empty(), "a payee isn't a writer: {kept:?}");
    }

    async fn credits_are_kept_as_given_and_replaced_whole(world: World) {
        world.track("Night Market").await;
        let given = written_by("Ada Byron");
        let call = world.call();
        let kept = set(world.app(), &call, By::Operator, "night-market", given.clone()).await.unwrap();
        assert_eq!(kept, given);
        assert_eq!(credits(world.app(), "night-market").await.unwrap(), given);
        let bare = Credits { version: Some("Instrumental".into()), ..Credits::default() };
        set(world.app(), &call, By::Operator, "night-market", bare.clone()).await.unwrap();
        assert_eq!(credits(world.app(), "night-market").await.unwrap(), bare);
    }

    async fn only_the_operator_and_those_on_the_split_sheet_change_credits(world: World) {
        world.track("Night Market").await;
        let path = "/v1/tracks/night-market/credits";
        let body = json!({ "isrc": "GBABC2600001" });
        let puts = |visitor: spec::world::Visitor| {
            let body = body.clone();
            async move { visitor.puts(path, &body).await }
        };
        assert_eq!(puts(world.visitor()).await.problem(), (401, "sign_in_required".into()));
        let buyer = world.visitor_signed_in(Role::Buyer, "Mia").await;
        assert_eq!(puts(buyer).await.problem(), (403, "not_your_track".into()));
        let other = world.visitor_signed_in(Role::Composer, "Somebody Else").await;
        assert_eq!(puts(other).await.problem(), (403, "not_your_track".into()));
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        assert_eq!(puts(ada).await.status, 200);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        assert_eq!(puts(operator).await.status, 200);
        let (guest, call) = (By::Asker(&Principal::Guest), world.call());
        let refused = set(world.app(), &call, guest, "night-market", Credits::default()).await;
        assert!(refused.is_err());
    }

    async fn a_wrong_number_is_refused_with_its_field_and_changes_nothing(world: World) {
        world.track("Night Market").await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let path = "/v1/tracks/night-market/credits";
        let good = json!({ "isrc": "GBABC2600001" });
        assert_eq!(ada.puts(path, &good).await.status, 200);
        let bad = json!({ "writers": [{ "name": "Ada", "role": "CA", "ipi": "00045620793" }] });
        let reply = ada.puts(path, &bad).await;
        assert_eq!(reply.problem(), (422, "bad_credits".into()));
        assert_eq!(reply.json()["field"], "writers.0.ipi");
        let misspelt = ada.puts(path, &json!({ "isrk": "x" })).await;
        assert_eq!(misspelt.problem(), (422, "unknown_field".into()));
        assert_eq!(ada.gets(path).await.json()["isrc"], "GBABC2600001");
        let unknown = ada.puts("/v1/tracks/nothing/credits", &good).await;
        assert_eq!(unknown.problem(), (404, "unknown_track".into()));
    }

    async fn shares_are_shown_to_those_who_may_change_them_only(world: World) {
        world.track("Night Market").await;
        let given = written_by("Ada Byron");
        set(world.app(), &world.call(), By::Operator, "night-market", given).await.unwrap();
        let path = "/v1/tracks/night-market/credits";
        let seen = world.visitor().gets(path).await.json();
        assert_eq!(seen["writers"][0]["name"], "Ada Byron");
        assert_eq!(seen["writers"][0]["share_ppm"], Value::Null);
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        assert_eq!(ada.gets(path).await.json()["writers"][0]["share_ppm"], 1_000_000);
    }

    async fn the_tracks_page_shows_them_and_escapes_what_they_say(world: World) {
        world.track("Night Market").await;
        let mut given = written_by("<script>alert(1)</script>");
        given.label_line = Some("℗ 2026 Night".into());
        set(world.app(), &world.call(), By::Operator, "night-market", given).await.unwrap();
        let page = world.visitor().gets("/tracks/night-market").await.text();
        assert!(page.contains("GB-ABC-26-00001") && page.contains("℗ 2026 Night"));
        assert!(!page.contains("<script>alert"));
    }

    async fn an_isrc_in_a_files_tags_is_taken_and_a_wrong_one_only_noted(world: World) {
        for (at, (chunk, kept, notes)) in [
            (id3("GBABC2600001"), Some("GBABC2600001"), 0),
            (id3("not an isrc"), None, 1),
            // In RIFF INFO the same letters name where the sound came from.
            (info("GBABC2600001"), None, 0),
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("Song {at}");
            let hz = [300.0, 400.0, 500.0][at];
            let sound = Tone::new(hz, 2_000).wav_with(&[(&chunk.0, chunk.1)]);
            let folder = Folder::new().with(&format!("{name}.wav"), &sound);
            let import = world.imports(&folder).await;
            assert_eq!(import.notes().len(), notes, "{:?}", import.notes());
            let [id] = import.added()[..] else { panic!("{name} wasn't imported") };
            let credits = credits(world.app(), &id.to_string()).await.unwrap();
            assert_eq!(credits.isrc.as_deref(), kept);
        }
    }
}

/// A chunk with an ID3 tag of version 2.3 that holds only this ISRC.
fn id3(isrc: &str) -> ([u8; 4], Vec<u8>) {
    let text = [&[0], isrc.as_bytes()].concat();
    let length = u8::try_from(text.len()).unwrap();
    let frame = [b"TSRC".as_slice(), &[0, 0, 0, length, 0, 0], &text].concat();
    let size = u8::try_from(frame.len()).unwrap();
    (
        *b"id3 ",
        [b"ID3\x03\x00\x00\x00\x00\x00".as_slice(), &[size], &frame].concat(),
    )
}

/// A chunk of RIFF INFO with a source.
fn info(source: &str) -> ([u8; 4], Vec<u8>) {
    let length = u8::try_from(source.len()).unwrap();
    let data = [
        b"INFOISRC".as_slice(),
        &[length, 0, 0, 0],
        source.as_bytes(),
    ]
    .concat();
    (*b"LIST", data)
}
