//! Signing: a head is signed over what was stored and read back, and only ever over more.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Track, World};
use tlog::{Checkpoint, Hash, verify_growth};

on_both_engines! {
    async fn a_head_is_signed_over_every_leaf_and_only_when_there_are_new_ones(world: World) {
        let track = world.track("Night Market").await;
        assert_eq!(world.signs_the_log().await, 0);
        for n in 1..4_u64 {
            buys(&world, &track, 1).await;
            assert_eq!(world.signs_the_log().await, 1);
            let head = Checkpoint::open(world.checkpoint().await.as_bytes(), &world.log_key());
            assert_eq!(head.unwrap().head.size, n);
        }
        assert_eq!(world.signs_the_log().await, 0);
    }

    async fn every_head_grew_from_every_earlier_one(world: World) {
        let track = world.track("Night Market").await;
        let mut heads = Vec::new();
        for n in 1..6 {
            buys(&world, &track, n).await;
            world.signs_the_log().await;
            heads.push(world.checkpoint().await);
        }
        let key = world.log_key();
        let size = |note: &str| Checkpoint::open(note.as_bytes(), &key).unwrap().head.size;
        for (at, old) in heads.iter().enumerate() {
            for new in &heads[at..] {
                let proof = consistency(&world, size(old), size(new)).await;
                verify_growth(old.as_bytes(), new.as_bytes(), &proof, &key).unwrap();
                if at + 1 < heads.len() && old != new {
                    let wrong = verify_growth(old.as_bytes(), new.as_bytes(), &[], &key);
                    assert!(wrong.is_err(), "no proof proves nothing");
                }
            }
        }
        let beyond = app::proofs::consistency(world.app(), 1, 99).await;
        assert_eq!(spec_code(beyond), "unknown_checkpoint");
    }

    async fn signing_that_was_cut_off_goes_on_where_a_head_was_signed_last(world: World) {
        let track = world.track("Night Market").await;
        buys(&world, &track, 3).await;
        world.signs_the_log().await;
        let first = world.checkpoint().await;
        buys(&world, &track, 2).await;
        world.signs_the_log().await;
        let lost = world.checkpoint().await;
        // As if it had been cut off after the tiles were stored and before the head was.
        world.unguards_the_log().await;
        world.runs("delete from log_checkpoints where size = 5").await;
        assert_eq!(world.checkpoint().await, first);
        assert_eq!(world.signs_the_log().await, 2);
        assert_eq!(world.checkpoint().await, lost, "the same head has the same signature");
        world.runs("delete from log_checkpoints where size = 5").await;
        buys(&world, &track, 1).await;
        assert_eq!(world.signs_the_log().await, 3);
    }

    async fn nothing_is_signed_over_what_reads_back_differently(world: World) {
        let track = world.track("Night Market").await;
        buys(&world, &track, 2).await;
        world.signs_the_log().await;
        let before = world.checkpoint().await;
        world.unguards_the_log().await;
        let tiles = ("log_tiles", "bytes", false, "path");
        buys(&world, &track, 1).await;
        for nth in 0..2 {
            world.flips_in_the_log(tiles, nth, 40).await.unwrap();
            let why = world.cannot_sign_the_log().await;
            assert!(why.contains("tile"), "{why}");
            assert_eq!(world.checkpoint().await, before);
            world.flips_in_the_log(tiles, nth, 40).await.unwrap();
        }
        assert_eq!(world.signs_the_log().await, 1);
    }

    async fn another_programs_key_signs_nothing_more(world: World) {
        let track = world.track("Night Market").await;
        buys(&world, &track, 1).await;
        world.signs_the_log().await;
        buys(&world, &track, 1).await;
        let other = world.with_another_log_key();
        let fault = app::proofs::publish(&other, &world.call()).await.unwrap_err();
        assert!(fault.chain().contains("isn't signed by the trusted key"), "{}", fault.chain());
    }
}

async fn buys(world: &World, track: &Track, licences: usize) {
    for _ in 0..licences {
        let mia = world.buyer("Mia");
        mia.buys(track, AssetKind::FullMix, Tier::Creator).await;
    }
}

async fn consistency(world: &World, old: u64, new: u64) -> Vec<Hash> {
    let text = app::proofs::consistency(world.app(), old, new)
        .await
        .unwrap();
    let hash = |line: &str| {
        Hash::from_slice(&data_encoding::BASE64.decode(line.as_bytes()).unwrap()).unwrap()
    };
    text.lines().map(hash).collect()
}

fn spec_code<T: std::fmt::Debug>(
    answer: Result<T, app::Stop<app::proofs::ProofRefusal>>,
) -> &'static str {
    app::Refusal::code(&answer.unwrap_err().refusal().unwrap())
}
