//! Proofs: small files that show offline that a licence was issued or a use was counted.

use app::access::{Principal, Scope};
use app::proofs::{Event, Form};
use domain::{AssetKind, Tier};
use sha2::{Digest, Sha256};
use spec::on_both_engines;
use spec::world::{accepted, read_proof};
use tlog::{SigningKey, unpack, verify_use};

/// The most bytes a proof file may have in a store of this size.
const FILE_MAX: usize = 1_300;

on_both_engines! {
    async fn a_licence_is_proven_by_a_file_that_needs_no_store(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        for _ in 0..9 {
            mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        }
        let licence = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!(world.proof_of(&licence).await.unwrap_err().code, "proof_not_ready");
        world.signs_the_log().await;
        let bytes = world.proof_of(&licence).await.unwrap();
        assert!(bytes.len() <= FILE_MAX, "{}", bytes.len());
        let proven = verify_use(&read_proof(&bytes), &world.log_key()).unwrap();
        assert_eq!(proven.leaf.sequence, 9);
        let Some(Event::Licence(shown)) = Event::decode(&proven.event.unwrap().1) else {
            panic!("the proof is of a licence")
        };
        assert_eq!(&shown.id, licence.id.bytes());
        assert_eq!(shown.code, licence.code);
        assert_eq!(shown.token[..], Sha256::digest(&licence.token)[..]);
        mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.signs_the_log().await;
        assert_eq!(world.proof_of(&licence).await.unwrap(), bytes, "a proof stays as it is");
    }

    async fn a_proof_of_another_store_or_with_a_flipped_bit_is_refused(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.signs_the_log().await;
        let bytes = world.proof_of(&licence).await.unwrap();
        for name in ["store.example/log", "other.example/log"] {
            let other = SigningKey::from_seed(name, &[3; 32]).unwrap();
            assert!(verify_use(&read_proof(&bytes), other.public()).is_err());
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            let read = std::str::from_utf8(&flipped).ok().and_then(|t| tlog::Proof::parse(t).ok());
            let good = read.is_some_and(|proof| verify_use(&proof, &world.log_key()).is_ok());
            assert!(!good, "byte {at} was flipped and nobody noticed");
        }
    }

    async fn a_use_is_proven_to_those_whom_it_concerns(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        let events: Vec<_> = (0..20)
            .map(|n| world.used(&format!("e{n}"), &licence, &track).lasting(1_000 + n))
            .collect();
        reporter.sends(&events).await.unwrap();
        world.signs_the_log().await;
        let who = reporter.principal();
        let bytes = world.use_proof(who, "e7", Form::Text).await.unwrap();
        assert!(bytes.len() <= FILE_MAX, "{}", bytes.len());
        let proven = verify_use(&read_proof(&bytes), &world.log_key()).unwrap();
        let (position, event) = proven.event.clone().unwrap();
        assert_eq!((proven.leaf.count, position), (20, 7));
        let Some(Event::Use(used)) = Event::decode(&event) else {
            panic!("the proof is of a use")
        };
        assert_eq!((used.clip_ms, &used.track), (1_007, track.id.bytes()));
        let id = data_encoding::HEXLOWER.encode(&used.id);
        assert!(world.use_ids().await.contains(&id));

        let packed = world.use_proof(who, "e7", Form::Packed).await.unwrap();
        assert!(packed.len() < bytes.len());
        let unpacked = unpack(&packed, &world.log_key()).unwrap();
        assert_eq!(verify_use(&unpacked, &world.log_key()).unwrap(), proven);

        let (key, _) = world.program("Reads", &[Scope::ReadReports]).await;
        let (stranger, _) = world.program("Another editor", &[Scope::ReportUses]).await;
        let ada = world.composer_person("Ada Byron").await;
        let eve = world.composer_person("Eve").await;
        for (who, may) in [
            (who.clone(), true),
            (Principal::Program(key), true),
            (Principal::Person(ada), true),
            (Principal::Person(eve), false),
            (Principal::Program(stranger), false),
            (Principal::Guest, false),
        ] {
            let got = world.use_proof(&who, &id, Form::Text).await;
            match may {
                true => assert_eq!(got.unwrap(), bytes),
                false => assert_eq!(got.unwrap_err().code, "unknown_use", "{who:?}"),
            }
        }
        let unknown = world.use_proof(who, "e99", Form::Text).await;
        assert_eq!(unknown.unwrap_err().code, "unknown_use");
    }

    async fn a_use_that_earns_nothing_is_proven_too(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        world.signs_the_log().await;
        let ada = Principal::Person(world.composer_person("Ada Byron").await);
        let id = world.use_ids().await.remove(0);
        let bytes = world.use_proof(&ada, &id, Form::Text).await.unwrap();
        verify_use(&read_proof(&bytes), &world.log_key()).unwrap();
    }
}
