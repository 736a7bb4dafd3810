//! Claiming: everything about a licence in one zip, the same each time, and only while it holds.

use std::io::{Cursor, Read as _};

use app::licensing::{Licence, claim};
use domain::{AssetKind, Tier};
use licence_key::Jwks;
use licence_key::media;
use serde_json::Value;
use spec::on_both_engines;
use spec::world::{ADDRESS, Bundle, Music, World};

/// The papers, in the order in which they stand in every bundle.
const PAPERS: [&str; 10] = [
    "README.txt",
    "licence.jwt",
    "licence.pdf",
    "licence.txt",
    "licence.json",
    "jwks.json",
    "invoice.pdf",
    "invoice.txt",
    "paste.txt",
    "dispute.txt",
];

on_both_engines! {
    async fn a_bundle_holds_the_files_as_downloaded_with_their_keys_and_all_papers(world: World) {
        let (licence, bundle) = claims(&world, AssetKind::FullMix).await;
        let names: Vec<_> = bundle.files.iter().map(|(name, _)| name.as_str()).collect();
        let sound = format!("files/{}", licence.files[0].name);
        let key = format!("{sound}.licence.jwt");
        let mut wanted = PAPERS.to_vec();
        wanted.extend([sound.as_str(), key.as_str()]);
        assert_eq!(names, wanted);
        let download = world.buyer("Mia").downloads(&licence, 0).await.unwrap();
        assert!(bundle.file(&sound) == download.bytes);
        assert_eq!(bundle.text(&key), licence.token);
        assert_eq!(bundle.text("licence.jwt"), licence.token);
        for paper in ["licence.pdf", "invoice.pdf"] {
            assert!(bundle.file(paper).starts_with(b"%PDF-1.7"));
        }
    }

    async fn a_bundle_verifies_by_itself(world: World) {
        let (licence, bundle) = claims(&world, AssetKind::Cut15).await;
        let keys = Jwks::from_json(&bundle.text("jwks.json")).unwrap();
        let verified = licence_key::verify(&bundle.text("licence.jwt"), &keys).unwrap();
        assert_eq!(verified.code(), licence.code);
        let evidence: Value = serde_json::from_slice(bundle.file("licence.json")).unwrap();
        assert_eq!(evidence["envelope_sha256"], licence.envelope_sha256);
        assert_eq!(evidence["issuer_keys"][0]["kid"], keys.keys[0].thumbprint());
        let sound = format!("files/{}", licence.files[0].name);
        let found = media::read(&mut Cursor::new(bundle.file(&sound))).unwrap();
        assert_eq!(found.codes, [licence.code]);
    }

    async fn a_bundle_is_the_same_bytes_each_time_even_later(world: World) {
        let (licence, first) = claims(&world, AssetKind::Cut15).await;
        world.days_pass(400);
        let again = world.buyer("Mia").claims(&licence).await.unwrap();
        assert!(first.bytes == again.bytes);
    }

    async fn a_bundle_is_the_same_bytes_wherever_it_is_made(world: World) {
        let (licence, first) = claims(&world, AssetKind::Cut15).await;
        let elsewhere = world.at_another_address("http://127.0.0.1:1");
        let again = claim::claim(&elsewhere, &world.call(), licence.id).await.unwrap();
        let mut bytes = Vec::new();
        { again.file }.read_to_end(&mut bytes).unwrap();
        assert!(first.bytes == bytes);
    }

    async fn a_pack_of_twelve_stems_is_bundled_whole(world: World) {
        let stems = [
            "bass", "brass", "choir", "drums", "flute", "guitar", "harp", "keys", "lead", "pads",
            "strings", "vox",
        ];
        let track = world.compose(Music::titled("Twelve").stems(&stems)).await;
        let mia = world.buyer("Mia");
        let licence = mia.buys(&track, AssetKind::StemPack, Tier::Creator).await;
        let bundle = mia.claims(&licence).await.unwrap();
        assert_eq!(licence.files.len(), 12);
        assert_eq!(bundle.files.len(), PAPERS.len() + 24);
        for file in &licence.files {
            let found = media::read(&mut Cursor::new(bundle.file(&format!("files/{}", file.name))));
            assert_eq!(found.unwrap().codes, [licence.code]);
        }
    }

    async fn a_licence_that_does_not_hold_gives_no_bundle(world: World) {
        let (licence, _) = claims(&world, AssetKind::FullMix).await;
        let mia = world.buyer("Mia");
        world.suspends(&licence).await;
        assert_eq!(mia.claims(&licence).await.unwrap_err().code, "licence_not_valid");
        world.revokes(&licence).await;
        assert_eq!(mia.claims(&licence).await.unwrap_err().code, "licence_not_valid");
    }

    async fn clip_time_is_bundled_without_files(world: World) {
        let mia = world.buyer("Mia");
        let licence = mia.buys_clip_time().await;
        let bundle = mia.claims(&licence).await.unwrap();
        let names: Vec<_> = bundle.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, PAPERS);
        assert!(bundle.text("licence.txt").contains("Any track of this store"));
    }

    async fn hostile_names_stay_on_their_line_in_every_text(world: World) {
        let title = format!("<script>alert(1)</script> \u{1f3b5} {}", "long ".repeat(60));
        let track = world.compose(Music::titled(&title).by("\u{202e}evil\u{202c} ../../x")).await;
        let mia = world.buyer("=cmd|' /C calc'!A0 \u{5e9}\u{5dc}");
        let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let bundle = mia.claims(&licence).await.unwrap();
        for (name, _) in &bundle.files {
            assert!(name.split('/').all(|part| part != ".."), "{name}");
            assert!(name.matches('/').count() <= 1, "{name}");
        }
        for paper in ["licence.txt", "dispute.txt", "invoice.txt", "README.txt"] {
            let text = bundle.text(paper);
            assert!(!text.contains('\u{202e}'), "{paper}");
            assert!(text.lines().all(|line| line.chars().count() < 400), "{paper}");
        }
    }

    async fn the_texts_say_what_is_needed_where_they_are_pasted(world: World) {
        let (licence, bundle) = claims(&world, AssetKind::Cut15).await;
        let (code, page) = (licence.code.to_string(), format!("{ADDRESS}/l/{}", licence.code));
        assert!(bundle.text("paste.txt").contains(&format!("Licence {code} {page}")));
        let dispute = bundle.text("dispute.txt");
        for words in [&code, &page, "Night Market", "Ada Byron", "Mia", "Content ID", "jwks.json"] {
            assert!(dispute.contains(words), "{words} in {dispute}");
        }
        let invoice = bundle.text("invoice.txt");
        assert!(invoice.contains("2026-0001") && invoice.contains("5.00 USD"), "{invoice}");
        assert!(invoice.contains("Sandbox payment: no money was charged"));
    }

    async fn the_address_of_a_bundle_needs_its_grant_and_sends_its_length(world: World) {
        let (licence, bundle) = claims(&world, AssetKind::FullMix).await;
        let guest = world.visitor();
        let path = format!("/v1/licences/{}/claim.zip", licence.id);
        assert_eq!(guest.gets(&path).await.problem(), (401, "grant_required".into()));
        let wrong = guest.gets(&format!("{path}?grant=x")).await;
        assert_eq!(wrong.problem(), (403, "wrong_grant".into()));
        let right = format!("{path}?grant={}", licence.grant);
        let reply = guest.gets(&right).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/zip"));
        assert_eq!(reply.header("content-length"), bundle.bytes.len().to_string());
        assert!(reply.header("content-disposition").contains(&licence.code.to_string()));
        assert!(reply.body == bundle.bytes);
        let tag = reply.header("etag").to_owned();
        assert!(tag.starts_with('"'), "{tag} is strong");
        let head = guest.calls("HEAD", &right).await;
        assert_eq!((head.status, head.header("etag")), (200, tag.as_str()));
        assert_eq!(head.headers.get("content-length"), None);
        let known = world.visitor().with("if-none-match", &tag);
        assert_eq!(known.gets(&right).await.status, 304);
        let part = world.visitor().with("range", "bytes=0-3").gets(&right).await;
        assert_eq!((part.status, &part.body[..]), (206, &bundle.bytes[..4]));
        let page = guest.gets(&format!("/licences/{}?grant={}", licence.id, licence.grant)).await;
        assert!(page.text().contains(&right));
        world.revokes(&licence).await;
        assert_eq!(guest.gets(&right).await.problem(), (403, "licence_not_valid".into()));
        let page = guest.gets(&format!("/licences/{}?grant={}", licence.id, licence.grant)).await;
        assert!(!page.text().contains("claim.zip"));
    }
}

async fn claims(world: &World, asset: AssetKind) -> (Licence, Bundle) {
    let track = world.track_with_a_cut("Night Market").await;
    let mia = world.buyer("Mia");
    let licence = mia.buys(&track, asset, Tier::Creator).await;
    let bundle = mia.claims(&licence).await.unwrap();
    (licence, bundle)
}
