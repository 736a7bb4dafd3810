//! One of several that an event is over: shown without the others, and nothing else passes for one.

use proptest::prelude::*;
use tlog::merkle::{Frontier, Tree};
use tlog::{
    Hash, Opening, PLACE_BYTES, Part, PartSalts, Proof, ProofError, Several, pack, unpack,
    verify_leaf, verify_use,
};

use crate::common::World;

fn salts() -> PartSalts {
    PartSalts::of_log(&[5; 32])
}

fn place(n: u32) -> [u8; PLACE_BYTES] {
    let mut place = [0; PLACE_BYTES];
    place[8..].copy_from_slice(&n.to_be_bytes());
    place
}

fn record(n: u32) -> Vec<u8> {
    format!("one of several, the {n}. of them").into_bytes()
}

/// An event over so many, and their tree.
fn several(count: u32) -> (Vec<u8>, Tree) {
    let leaves = (0..count).map(|n| salts().leaf(&place(n), &record(n)));
    let tree = Tree::new(leaves.collect());
    let count = u64::from(count).to_be_bytes();
    let event = [&b"CCX\x02 what they sum to "[..], &count, &tree.head().0].concat();
    (event, tree)
}

/// A log in whose third leaf the second of three events is over so many; the proof of one of them.
fn proof(count: u32, position: u32) -> (World, Proof) {
    let (event, tree) = several(count);
    let mut world = World::with(2, 3);
    world.commit_of(vec![b"before".to_vec(), event, b"behind".to_vec()]);
    world.publish();
    let mut proof = world.proof(2, Some(1));
    proof.event.as_mut().unwrap().part = Some(Part {
        bytes: record(position),
        opening: Opening {
            position,
            salt: salts().salt(&place(position)),
            path: tree.inclusion(u64::from(position)).unwrap(),
        },
    });
    (world, proof)
}

#[test]
fn each_of_several_is_proven_in_every_form() {
    for count in [1, 2, 3, 7, 64, 100] {
        for position in 0..count {
            let (world, proof) = proof(count, position);
            let key = world.key.public();
            let proven = verify_use(&proof, key).unwrap();
            assert_eq!(proven.part, Some((position, record(position))));
            assert_eq!(proven.event, Some((1, several(count).0)));
            assert_eq!(Proof::parse(&proof.to_text()).as_ref(), Ok(&proof));
            let packed = pack(&proof, key).unwrap();
            assert_eq!(unpack(&packed, key).as_ref(), Ok(&proof));
        }
    }
}

#[test]
fn what_is_not_one_of_them_is_refused_with_its_own_reason() {
    let (world, good) = proof(9, 4);
    let tried = |change: &dyn Fn(&mut tlog::Event)| {
        let mut proof = good.clone();
        change(proof.event.as_mut().unwrap());
        verify_leaf(&proof, world.key.public()).unwrap_err()
    };
    let of_part = |change: &dyn Fn(&mut Part)| tried(&|event| change(event.part.as_mut().unwrap()));
    for error in [
        of_part(&|part| part.bytes[0] ^= 1),
        of_part(&|part| part.opening.salt[15] ^= 1),
        of_part(&|part| part.opening.position = 5),
        of_part(&|part| part.opening.position = 9),
        of_part(&|part| part.opening.path.push(Hash([0; 32]))),
        of_part(&|part| part.opening.path.clear()),
    ] {
        assert_eq!(error, ProofError::NotInEvent);
    }
    // The number and the root are the event's, and so the log's.
    assert_eq!(tried(&|event| event.bytes[3] = 1), ProofError::NotInBatch);
    let plain = world.proof(2, Some(0)).event.unwrap();
    let under = |event: &mut tlog::Event| {
        let part = event.part.take();
        *event = plain.clone();
        event.part = part;
    };
    assert_eq!(tried(&under), ProofError::NotSeveral);
}

#[test]
fn an_event_says_in_its_fourth_byte_and_at_its_end_that_it_is_over_several() {
    let (mut event, tree) = several(300);
    let root = tree.head();
    assert_eq!(Several::of(&event), Some(Several { count: 300, root }));
    event[3] = 1;
    assert_eq!(Several::of(&event), None);
    let shortest = [&b"CCX\x02"[..], &[0; 40]].concat();
    assert!(Several::of(&shortest).is_some());
    // The version must not lie in the count.
    let mut shorter = shortest[1..].to_vec();
    shorter[3] = 2;
    assert_eq!(Several::of(&shorter), None);
}

/// `printf 'clearcue part salts v1\n' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0505…` is the
/// key; the salt is the beginning of SHA-256(key, place).
#[test]
fn salts_are_those_that_the_documentation_states() {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha256};
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[5; 32]).unwrap();
    mac.update(b"clearcue part salts v1\n");
    let key = mac.finalize().into_bytes();
    let hash = Sha256::digest([&key[..], &place(7)].concat());
    assert_eq!(salts().salt(&place(7)), hash[..16]);
    let leaf = Sha256::digest([&[0][..], &hash[..16], b"x"].concat());
    assert_eq!(salts().leaf(&place(7), b"x").0, leaf[..]);
    // A record that is too long for the quick way is hashed alike.
    let long = vec![7; 1_000];
    let leaf = Sha256::digest([&[0][..], &hash[..16], &long].concat());
    assert_eq!(salts().leaf(&place(7), &long).0, leaf[..]);
}

/// A line of 151 bytes among 1,000 in a log of a million leaves, a use of 92 bytes.
#[test]
fn sizes_of_proofs_of_one_among_several_are_those_that_the_documentation_states() {
    let sizes = |lines: usize, uses: usize| {
        let (world, mut proof) = proof(4, 2);
        let bytes = [&b"CCX\x02"[..], &[0xee; 107], &[0; 7], &[4]].concat();
        let event = proof.event.as_mut().unwrap();
        event.bytes = [&bytes[..], &[0xee; 32]].concat();
        event.opening.path = vec![Hash([0xee; 32]); lines];
        let part = event.part.as_mut().unwrap();
        part.bytes = vec![0xee; 92];
        part.opening.path = vec![Hash([0xee; 32]); uses];
        proof.path = vec![Hash([0xee; 32]); 20];
        proof.index = 999_999;
        proof.checkpoint = proof.checkpoint.replacen("\n3\n", "\n1000000\n", 1);
        // Packing refuses what isn't proven, so the packed size is counted from a smaller one.
        let (small_world, small) = self::proof(4, 2);
        let packed = pack(&small, small_world.key.public()).unwrap().len();
        let hashes = |proof: &Proof| {
            let event = proof.event.as_ref().unwrap();
            let part = event.part.as_ref().unwrap();
            let hashes = proof.path.len() + event.opening.path.len() + part.opening.path.len();
            (hashes * 32 + event.bytes.len() + part.bytes.len(), hashes)
        };
        drop(world);
        (
            proof.to_text().len(),
            packed + hashes(&proof).0 - hashes(&small).0,
        )
    };
    let ((few, few_packed), (text, packed)) = (sizes(4, 4), sizes(10, 10));
    assert!(few <= 2_000 && few_packed <= 1_300, "{few} {few_packed}");
    assert_eq!((text, packed), (2_511, 1_674));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_altered_byte_of_a_proof_of_one_among_several_goes_unnoticed(
        at: prop::sample::Index, bit in 0_u8..8, count in 1_u32..40, position: prop::sample::Index,
    ) {
        let position = u32::try_from(position.index(usize::try_from(count).unwrap())).unwrap();
        let (world, proof) = proof(count, position);
        let key = world.key.public();
        for packed in [false, true] {
            let mut bytes = match packed {
                true => pack(&proof, key).unwrap(),
                false => proof.to_text().into_bytes(),
            };
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let read = |bytes: &[u8]| match packed {
                true => unpack(bytes, key).ok(),
                false => std::str::from_utf8(bytes).ok().and_then(|text| Proof::parse(text).ok()),
            };
            let good = |bytes: &[u8]| read(bytes).is_some_and(|it| verify_use(&it, key).is_ok());
            prop_assert!(!good(&bytes), "{} {}", packed, at);
            bytes.truncate(at);
            prop_assert!(!good(&bytes), "{} cut at {}", packed, at);
        }
    }

    #[test]
    fn whatever_bytes_come_reading_them_ends(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let key = World::new().key;
        let mut packed = vec![2, 1];
        packed.extend(&bytes);
        let _ = unpack(&packed, key.public());
        let mut extra = vec![2];
        extra.extend(&bytes);
        let extra = data_encoding::BASE64.encode(&extra);
        let _ = Proof::parse(&format!("c2sp.org/tlog-proof@v1\nextra {extra}\nindex 0\n\nx"));
    }

    #[test]
    fn the_compact_range_leads_to_the_same_root(count in 1_u32..200) {
        let mut frontier = Frontier::default();
        for n in 0..count {
            frontier.push(salts().leaf(&place(n), &record(n)));
        }
        let Several { count: said, root } = Several::of(&several(count).0).unwrap();
        prop_assert_eq!((said, root), (u64::from(count), frontier.head()));
    }
}
