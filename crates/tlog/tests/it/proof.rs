//! What a composer holds: that a use was counted, and nothing about anybody else's.

use proptest::prelude::*;
use tlog::{
    Hash, Kind, Leaf, LeafError, Proof, ProofError, Reader, SigningKey, Total, pack, unpack,
    verify_growth, verify_leaf, verify_use,
};

use crate::common::{World, event, salts};

#[test]
fn every_event_of_every_commit_is_proven() {
    let world = World::with(9, 5);
    for index in 0..9 {
        for position in 0..5 {
            let proof = world.proof(index, Some(position));
            let text = proof.to_text();
            assert_eq!(Proof::parse(&text).as_ref(), Ok(&proof));
            let proven = verify_use(&proof, world.key.public()).unwrap();
            assert_eq!(proven.event, Some((position, event(index, position))));
            assert_eq!((proven.leaf.sequence, proven.leaf.count), (index, 5));
            assert_eq!(proven.head, world.log.head());
        }
    }
}

#[test]
fn a_proof_that_shows_no_event_proves_no_use() {
    let world = World::with(3, 2);
    let proof = Proof::parse(&world.proof(1, None).to_text()).unwrap();
    assert_eq!(verify_leaf(&proof, world.key.public()).unwrap().event, None);
    assert_eq!(
        verify_use(&proof, world.key.public()),
        Err(ProofError::NoEvent)
    );
}

#[test]
fn each_lie_is_refused_with_its_own_reason() {
    let world = World::with(6, 4);
    let good = world.proof(2, Some(1));
    let key = world.key.public();
    let tried = |change: &dyn Fn(&mut Proof)| {
        let mut proof = good.clone();
        change(&mut proof);
        verify_use(&proof, key).unwrap_err()
    };
    let of_event =
        |p: &mut Proof, change: &dyn Fn(&mut tlog::Event)| change(p.event.as_mut().unwrap());
    assert_eq!(
        tried(&|p| of_event(p, &|e| e.bytes[3] ^= 1)),
        ProofError::NotInBatch
    );
    assert_eq!(
        tried(&|p| of_event(p, &|e| e.opening.salt[0] ^= 1)),
        ProofError::NotInBatch
    );
    assert_eq!(
        tried(&|p| of_event(p, &|e| e.opening.position = 2)),
        ProofError::NotInBatch
    );
    assert_eq!(
        tried(&|p| of_event(p, &|e| e.opening.path.truncate(1))),
        ProofError::NotInBatch
    );
    assert_eq!(tried(&|p| p.leaf[20] ^= 1), ProofError::NotInLog);
    assert_eq!(tried(&|p| p.index = 3), ProofError::NotInLog);
    assert_eq!(tried(&|p| p.path.push(Hash([0; 32]))), ProofError::NotInLog);
    assert_eq!(
        tried(&|p| p.event = world.proof(3, Some(1)).event),
        ProofError::NotInBatch
    );
    let stranger = SigningKey::from_seed("store.example/log", &[8; 32]).unwrap();
    assert!(matches!(
        verify_use(&good, stranger.public()),
        Err(ProofError::Checkpoint(_))
    ));
}

#[test]
fn a_leaf_that_bears_another_number_than_its_place_is_refused() {
    let mut world = World::with(2, 1);
    // The same entry a second time: it says that it is number 1, and stands at 2.
    let entry = world.proof(1, None).leaf;
    world.log.append(&entry).unwrap();
    world.publish();
    let path = Reader::new(3, world.read()).inclusion(2).unwrap();
    let proof = Proof {
        index: 2,
        path,
        ..world.proof(1, None)
    };
    let error = verify_leaf(&proof, world.key.public()).unwrap_err();
    assert_eq!(error, ProofError::Sequence { says: 1, stands: 2 });
}

#[test]
fn growth_between_two_checkpoints_is_proven_and_a_rewritten_log_is_not() {
    let mut world = World::with(300, 1);
    let old = world.files["checkpoint"].clone();
    for _ in 0..400 {
        world.commit(1);
    }
    let new = world.publish().into_bytes();
    let proof = Reader::new(700, world.read()).consistency(300).unwrap();
    let (before, after) = verify_growth(&old, &new, &proof, world.key.public()).unwrap();
    assert_eq!((before.size, after.size), (300, 700));
    let rewritten = World::with(700, 2);
    let proof = Reader::new(700, rewritten.read()).consistency(300).unwrap();
    let other = &rewritten.files["checkpoint"];
    let error = verify_growth(&old, other, &proof, world.key.public()).unwrap_err();
    assert_eq!(error, ProofError::Rewritten { old: 300, new: 700 });
}

/// Two batches of one event each: equal events have unequal commitments, and the path of a
/// neighbour is a hash under a salt that the holder doesn't have.
#[test]
fn without_its_salt_an_event_can_not_be_guessed() {
    let (one, two) = (salts(1), salts(2));
    assert_ne!(one.salt(0), one.salt(1));
    assert_ne!(one.salt(0), two.salt(0));
    assert_eq!(one.salt(0), salts(1).salt(0));
    let events: [&[u8]; 2] = [b"same", b"same"];
    let batch = tlog::Batch::new(one.clone(), events);
    let opening = batch.open(0).unwrap();
    let neighbour = opening.path[0];
    // Who holds the proof of event 0 tries its own salt, and none, on the guessed neighbour.
    assert_ne!(Hash::leaf_of(&[&opening.salt, b"same"]), neighbour);
    assert_ne!(Hash::leaf(b"same"), neighbour);
    assert_eq!(Hash::leaf_of(&[&one.salt(1), b"same"]), neighbour);
}

/// The layout in docs/transparency.md, byte by byte.
#[test]
fn a_leaf_is_laid_out_as_documented() {
    let totals = [*b"EUR", *b"USD"]
        .map(|currency| Total {
            currency,
            micros: -2,
        })
        .to_vec();
    let (previous, batch) = (Hash([0xaa; 32]), Hash([0xbb; 32]));
    let mut leaf = Leaf {
        kind: Kind::Uses,
        sequence: 9,
        time_ms: 258,
        previous,
        batch,
        count: 3,
        totals,
    };
    let bytes = leaf.encode().unwrap();
    assert_eq!(bytes[..13], *b"CCL\x01\x01\0\0\0\0\0\0\0\x09");
    assert_eq!(bytes[13..21], [0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!(
        (&bytes[21..53], &bytes[53..85]),
        (&[0xaa; 32][..], &[0xbb; 32][..])
    );
    assert_eq!(bytes[85..93], *b"\0\0\0\x03\x02EUR");
    assert_eq!(bytes[93..101], [255, 255, 255, 255, 255, 255, 255, 254]);
    assert_eq!(bytes.len(), 112);
    leaf.kind = Kind::Statement(tlog::Statement {
        payee: [7; 16],
        number: 1,
        from: 2,
        to: 8,
    });
    let bytes = leaf.encode().unwrap();
    assert_eq!(
        (bytes[4], bytes.len(), &bytes[112..128]),
        (3, 152, &[7; 16][..])
    );
    assert_eq!((bytes[135], bytes[143], bytes[151]), (1, 2, 8));
    assert_eq!(Leaf::decode(&bytes).as_ref(), Ok(&leaf));
    leaf.kind = Kind::Statement(tlog::Statement {
        payee: [7; 16],
        number: 1,
        from: 2,
        to: 10,
    });
    assert_eq!(leaf.encode(), Err(LeafError::Statement));
    leaf.totals.swap(0, 1);
    assert_eq!(leaf.encode(), Err(LeafError::Totals));
}

/// How long proofs get. A path of n hashes is n lines of 45 bytes; the sizes below are those of
/// real proofs with their paths made longer.
#[test]
fn sizes_of_proofs_are_those_that_the_documentation_states() {
    let world = World::with(2, 1_000);
    let sized = |log: usize, event: bool| {
        let mut proof = world.proof(0, event.then_some(500));
        proof.path = vec![Hash([0xee; 32]); log];
        proof.index = 10_u64.pow(u32::try_from(log).unwrap() * 3 / 10) - 1;
        if let Some(event) = &mut proof.event {
            assert_eq!(event.opening.path.len(), 10);
            event.bytes = vec![0xee; 120];
        }
        let size = format!("\n{}\n", 10_u64.pow(u32::try_from(log).unwrap() * 3 / 10));
        proof.checkpoint = proof.checkpoint.replacen("\n2\n", &size, 1);
        proof.to_text().len()
    };
    // A commit or statement in a log of a million leaves (a thousand million uses): one file.
    assert!(sized(20, false) <= 1_300, "{}", sized(20, false));
    assert!(sized(30, false) <= 1_750, "{}", sized(30, false));
    // A use in it.
    assert!(sized(20, true) <= 1_900, "{}", sized(20, true));
    assert!(sized(30, true) <= 2_350, "{}", sized(30, true));
}

#[test]
fn a_packed_proof_is_the_proof_and_of_a_billion_uses_fits_1_3_kilobytes() {
    let world = World::with(5, 1_000);
    let (proof, key) = (world.proof(3, Some(500)), world.key.public());
    let packed = pack(&proof, key).unwrap();
    assert_eq!(unpack(&packed, key).as_ref(), Ok(&proof));
    assert_eq!(pack(&world.proof(3, None), key), Err(ProofError::NoEvent));
    let event = &proof.event.as_ref().unwrap();
    assert_eq!((event.opening.path.len(), proof.path.len()), (10, 3));
    // A million leaves have paths of 20 hashes where this log has 3; an event of 120 bytes.
    let size = packed.len() + 32 * (20 - 3) + 120 - event.bytes.len();
    assert!(size <= 1_300, "{size}");
    assert!(
        size + 32 * 10 <= 1_650,
        "a thousand million leaves: {}",
        size + 320
    );
    let stranger = SigningKey::from_seed("store.example/log", &[8; 32]).unwrap();
    let restored = unpack(&packed, stranger.public()).unwrap();
    assert!(matches!(
        verify_use(&restored, stranger.public()),
        Err(ProofError::Checkpoint(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_altered_byte_of_a_proof_goes_unnoticed(at: prop::sample::Index, bit in 0_u8..8) {
        let world = World::with(5, 3);
        let mut bytes = world.proof(3, Some(1)).to_text().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let refused = String::from_utf8(bytes).ok().is_none_or(|text| {
            Proof::parse(&text).and_then(|p| verify_use(&p, world.key.public())).is_err()
        });
        prop_assert!(refused);
    }

    #[test]
    fn no_altered_byte_of_a_packed_proof_goes_unnoticed(at: prop::sample::Index, bit in 0_u8..8) {
        let world = World::with(5, 3);
        let key = world.key.public();
        let mut bytes = pack(&world.proof(3, Some(1)), key).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(unpack(&bytes, key).and_then(|p| verify_use(&p, key)).is_err());
        bytes.truncate(at);
        prop_assert!(unpack(&bytes, key).and_then(|p| verify_use(&p, key)).is_err());
    }

    #[test]
    fn what_is_read_as_a_leaf_is_its_only_encoding(
        at: prop::sample::Index, byte: u8, cut in 0_usize..120,
    ) {
        let world = World::with(1, 1);
        let mut bytes = world.proof(0, None).leaf;
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(leaf) = Leaf::decode(&bytes) {
            prop_assert_eq!(leaf.encode().unwrap(), bytes.clone());
        }
        bytes.truncate(cut.min(bytes.len() - 1));
        prop_assert_eq!(Leaf::decode(&bytes), Err(LeafError::Form));
    }
}
