//! Delivering: each file carries its licence, and its sound is the sound that was licensed.

use std::io::Cursor;

use app::licensing::Licence;
use app::licensing::deliver::Delivery;
use audio::Limits;
use domain::{AssetKind, Tier};
use licence_key::media::{self, essence_sha256};
use spec::on_both_engines;
use spec::world::{ADDRESS, Music, World};

on_both_engines! {
    async fn a_delivered_file_carries_the_code_in_name_comment_and_copyright_and_the_token(
        world: World,
    ) {
        let (licence, files) = buys(&world, AssetKind::FullMix).await;
        let [file] = files.try_into().unwrap();
        let code = licence.code.to_string();
        assert_eq!(file.name, format!("Ada Byron - Night Market [{code}].wav"));
        assert_eq!(file.mime, "audio/wav");
        let found = media::read(&mut Cursor::new(&file.bytes)).unwrap();
        let page = format!("{ADDRESS}/l/{code}");
        assert_eq!(found.comment.unwrap(), format!("Licence {code} {page}"));
        assert!(found.copyright.unwrap().contains(&code));
        assert_eq!(found.codes, [licence.code]);
        assert_eq!(found.tokens, [licence.token]);
        assert_eq!(found.title.as_deref(), Some("Night Market"));
        assert_eq!(found.artist.as_deref(), Some("Ada Byron"));
    }

    async fn the_sound_of_a_delivered_file_is_what_the_token_claims(world: World) {
        for asset in [AssetKind::FullMix, AssetKind::Cut15, AssetKind::StemPack] {
            let (licence, files) = buys(&world, asset).await;
            let claims = licence_key::verify(&licence.token, world.jwks())
                .unwrap()
                .claims().unwrap();
            assert_eq!(claims.assets.len(), files.len());
            for (claim, file) in claims.assets.iter().zip(&files) {
                let essence = essence_sha256(&mut Cursor::new(&file.bytes)).unwrap();
                assert_eq!((essence, &file.name), (claim.sha256.clone(), &claim.file));
            }
        }
    }

    async fn the_full_mix_sounds_exactly_like_the_master(world: World) {
        let track = world.track("Exactly").await;
        let mia = world.buyer("Mia");
        let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let delivered = mia.downloads(&licence, 0).await.unwrap().bytes;
        let master = world.master_of(&track).await;
        assert_ne!(delivered, master, "it was marked");
        assert!(
            heard(delivered) == heard(master),
            "and sounds the same, sample by sample"
        );
    }

    async fn a_stem_pack_delivers_every_stem(world: World) {
        let (licence, files) = buys(&world, AssetKind::StemPack).await;
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        let name = |stem| {
            format!(
                "Ada Byron - Night Market (stem {stem}) [{}].wav",
                licence.code
            )
        };
        assert_eq!(names, [name("bass"), name("drums")]);
        for file in &files {
            let found = media::read(&mut Cursor::new(&file.bytes)).unwrap();
            assert_eq!(found.codes, [licence.code]);
        }
    }

    async fn a_cut_of_fifteen_seconds_lasts_exactly_fifteen_seconds(world: World) {
        let (licence, files) = buys(&world, AssetKind::Cut15).await;
        let [file] = files.try_into().unwrap();
        assert!(file.name.contains("(cut 15s)"), "{}", file.name);
        let pcm = heard(file.bytes);
        assert_eq!(pcm.frames(), 15 * usize::try_from(pcm.sample_rate).unwrap());
        assert_eq!(licence.asset, AssetKind::Cut15);
    }

    async fn a_download_is_the_same_bytes_each_time(world: World) {
        let (licence, files) = buys(&world, AssetKind::Cut15).await;
        let again = world.buyer("Mia").downloads(&licence, 0).await.unwrap();
        assert!(files[0].bytes == again.bytes);
    }

    async fn two_buyers_of_one_cut_get_one_sound_and_two_licences(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let (mia, noah) = (world.buyer("Mia"), world.buyer("Noah"));
        let first = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let second = noah.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        assert_eq!(first.files[0].essence, second.files[0].essence);
        assert_ne!(first.code, second.code);
        let file = noah.downloads(&second, 0).await.unwrap();
        let found = media::read(&mut Cursor::new(file.bytes)).unwrap();
        assert_eq!(found.codes, [second.code]);
    }

    async fn a_file_the_licence_does_not_have_is_refused(world: World) {
        let (licence, _) = buys(&world, AssetKind::FullMix).await;
        for place in [1, -1, i64::MAX] {
            let refused = world
                .buyer("Mia")
                .downloads(&licence, place)
                .await
                .unwrap_err();
            assert_eq!(refused.code, "unknown_file");
        }
    }

    async fn clip_time_has_no_files(world: World) {
        let mia = world.buyer("Mia");
        let licence = mia.buys_clip_time().await;
        assert!(licence.files.is_empty());
        assert_eq!(
            mia.downloads(&licence, 0).await.unwrap_err().code,
            "unknown_file"
        );
    }

    async fn files_of_a_licence_that_is_suspended_or_revoked_are_refused(world: World) {
        let (licence, _) = buys(&world, AssetKind::FullMix).await;
        let mia = world.buyer("Mia");
        world.suspends(&licence).await;
        let refused = mia.downloads(&licence, 0).await.unwrap_err();
        assert_eq!(refused.code, "licence_not_valid");
        assert!(
            refused.sentence.contains("suspended"),
            "{}",
            refused.sentence
        );
        world.revokes(&licence).await;
        assert_eq!(
            mia.downloads(&licence, 0).await.unwrap_err().code,
            "licence_not_valid"
        );
    }

    async fn the_key_beside_a_file_is_refused_as_the_file_is(world: World) {
        let (licence, _) = buys(&world, AssetKind::FullMix).await;
        let beside = format!(
            "/v1/licences/{}/files/0/licence.jwt?grant={}",
            licence.id, licence.grant
        );
        let guest = world.visitor();
        assert_eq!(guest.gets(&beside).await.text(), licence.token);
        world.suspends(&licence).await;
        assert_eq!(guest.gets(&beside).await.problem(), (403, "licence_not_valid".into()));
        world.revokes(&licence).await;
        assert_eq!(guest.gets(&beside).await.problem(), (403, "licence_not_valid".into()));
    }

    async fn a_grant_opens_its_own_licence_only(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let one = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let other = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let issuer = &world.app().issuer;
        assert!(issuer.grants(one.id, &one.grant));
        assert!(!issuer.grants(one.id, &other.grant));
        assert!(
            !issuer.grants(one.id, &one.code.to_string()),
            "the code is public"
        );
    }
}

async fn buys(world: &World, asset: AssetKind) -> (Licence, Vec<Delivery>) {
    let music = Music::titled("Night Market")
        .seconds(16)
        .stems(&["bass", "drums"]);
    let track = world.compose(music).await;
    let mia = world.buyer("Mia");
    let licence = mia.buys(&track, asset, Tier::Creator).await;
    let mut files = Vec::new();
    for file in &licence.files {
        files.push(mia.downloads(&licence, file.position).await.unwrap());
    }
    (licence, files)
}

fn heard(bytes: Vec<u8>) -> audio::Pcm {
    audio::decode(Cursor::new(bytes), &Limits::default()).unwrap()
}
