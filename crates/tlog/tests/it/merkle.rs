//! The tree, held against its recursive definition and against published values.

use proptest::prelude::*;
use tlog::Hash;
use tlog::merkle::{
    Frontier, Tree, consistency_plan, head_from_inclusion, inclusion_plan, is_consistent,
};

/// RFC 6962, section 2.1, word for word.
fn head(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty_tree(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            Hash::node(head(left), head(right))
        }
    }
}

fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// RFC 6962, section 2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, other) = if index < left.len() {
        (path(index, left), head(right))
    } else {
        (path(index - left.len(), right), head(left))
    };
    path.push(other);
    path
}

/// RFC 6962, section 2.1.2.
fn growth(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![head(leaves)]
        };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, other) = if old <= left.len() {
        (growth(old, left, whole), head(right))
    } else {
        (growth(old - left.len(), right, false), head(left))
    };
    proof.push(other);
    proof
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|i| Hash::leaf(&i.to_be_bytes())).collect()
}

fn hash(hex: &str) -> Hash {
    let bytes: Vec<u8> = (0..64)
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect();
    Hash::from_slice(&bytes).unwrap()
}

/// The eight-leaf tree that the reference implementations of Certificate Transparency test with.
const CT_LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_published_roots_of_the_eight_leaf_tree_are_ours() {
    let leaves: Vec<Hash> = CT_LEAVES.iter().map(|leaf| Hash::leaf(leaf)).collect();
    for (size, root) in CT_ROOTS.iter().enumerate() {
        assert_eq!(
            Tree::new(leaves[..size].to_vec()).head(),
            hash(root),
            "{size}"
        );
    }
    let published = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    .map(hash);
    let tree = Tree::new(leaves.clone());
    assert_eq!(tree.inclusion(0).unwrap(), published);
    assert_eq!(tree.consistency(1).unwrap(), published);
    assert!(is_consistent(
        1,
        hash(CT_ROOTS[1]),
        8,
        hash(CT_ROOTS[8]),
        &published
    ));
}

#[test]
fn every_root_up_to_two_thousand_leaves_is_that_of_the_definition() {
    let leaves = leaves(2_000);
    let mut frontier = Frontier::default();
    for size in 0..=leaves.len() {
        if size > 0 {
            frontier.push(leaves[size - 1]);
        }
        // The recursive definition costs n hashes a size: all small ones, then one in seven.
        if size < 300 || size % 7 == 0 {
            assert_eq!(frontier.head(), head(&leaves[..size]), "{size}");
            assert_eq!(
                Tree::new(leaves[..size].to_vec()).head(),
                frontier.head(),
                "{size}"
            );
        }
    }
}

#[test]
fn every_proof_in_trees_up_to_seventy_leaves_is_that_of_the_definition() {
    let all = leaves(70);
    for size in 0..=all.len() {
        let leaves = &all[..size];
        let (tree, size) = (Tree::new(leaves.to_vec()), size as u64);
        for index in 0..size {
            let at = usize::try_from(index).unwrap();
            let proof = tree.inclusion(index).unwrap();
            assert_eq!(proof, path(at, leaves), "{index} of {size}");
            let found = head_from_inclusion(leaves[at], index, size, &proof);
            assert_eq!(found, Some(tree.head()), "{index} of {size}");
            let old = Tree::new(leaves[..=at].to_vec());
            let proof = tree.consistency(old.size()).unwrap();
            assert_eq!(proof, growth(at + 1, leaves, true), "{index} of {size}");
            assert!(is_consistent(
                old.size(),
                old.head(),
                size,
                tree.head(),
                &proof
            ));
        }
    }
}

#[test]
fn nothing_is_proven_of_a_leaf_or_size_that_is_not_there() {
    let tree = Tree::new(leaves(5));
    assert_eq!((tree.inclusion(5), tree.consistency(6)), (None, None));
    assert_eq!(inclusion_plan(0, 0), None);
    assert_eq!(consistency_plan(u64::MAX, 1), None);
    assert!(!is_consistent(6, tree.head(), 5, tree.head(), &[]));
    assert!(is_consistent(0, Hash::empty_tree(), 5, tree.head(), &[]));
    assert!(!is_consistent(0, tree.head(), 5, tree.head(), &[]));
    assert!(!is_consistent(5, tree.head(), 5, Hash::empty_tree(), &[]));
    assert_eq!(inclusion_plan(u64::MAX - 1, u64::MAX).unwrap().len(), 63);
}

proptest! {
    #[test]
    fn proofs_hold_at_any_size_and_no_altered_one_does(
        (size, index) in (1_usize..2_000).prop_flat_map(|size| (Just(size), 0..size)),
        flip in any::<prop::sample::Index>(),
    ) {
        let leaves = leaves(size);
        let tree = Tree::new(leaves.clone());
        let (at, of) = (index as u64, size as u64);
        let mut proof = tree.inclusion(at).unwrap();
        prop_assert_eq!(&proof, &path(index, &leaves));
        prop_assert_eq!(head_from_inclusion(leaves[index], at, of, &proof), Some(tree.head()));
        prop_assert_ne!(head_from_inclusion(leaves[index], at ^ 1, of, &proof), Some(tree.head()));
        proof.push(Hash([0; 32]));
        prop_assert_eq!(head_from_inclusion(leaves[index], at, of, &proof), None);
        proof.pop();
        if !proof.is_empty() {
            let hash = flip.index(proof.len());
            proof[hash].0[7] ^= 4;
            prop_assert_ne!(head_from_inclusion(leaves[index], at, of, &proof), Some(tree.head()));
            proof.pop();
            prop_assert_eq!(head_from_inclusion(leaves[index], at, of, &proof), None);
        }
    }

    #[test]
    fn growth_is_proven_between_any_two_sizes_and_a_rewritten_past_is_not(
        (new, old) in (2_usize..2_000).prop_flat_map(|new| (Just(new), 1..new)),
        flip in any::<prop::sample::Index>(),
    ) {
        let mut leaves = leaves(new);
        let tree = Tree::new(leaves.clone());
        let (from, to) = (old as u64, new as u64);
        let proof = tree.consistency(from).unwrap();
        prop_assert_eq!(&proof, &growth(old, &leaves, true));
        let before = Tree::new(leaves[..old].to_vec()).head();
        prop_assert!(is_consistent(from, before, to, tree.head(), &proof));
        let mut altered = proof.clone();
        altered[flip.index(proof.len())].0[31] ^= 1;
        prop_assert!(!is_consistent(from, before, to, tree.head(), &altered));
        prop_assert!(!is_consistent(from, before, to, tree.head(), &proof[1..]));
        leaves[flip.index(old)] = Hash([1; 32]);
        let rewritten = Tree::new(leaves);
        let forged = rewritten.consistency(from).unwrap();
        prop_assert!(!is_consistent(from, before, to, rewritten.head(), &forged));
    }

    #[test]
    fn no_numbers_and_hashes_make_the_checks_panic(
        (old, new) in any::<(u64, u64)>(),
        hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let hashes: Vec<Hash> = hashes.into_iter().map(Hash).collect();
        let some = Hash([2; 32]);
        // Nothing random leads to a root: only absurdly lucky input could make these true.
        prop_assert_ne!(head_from_inclusion(some, old, new, &hashes), Some(some));
        prop_assert!(!is_consistent(old, some, new.max(1), Hash([3; 32]), &hashes));
        if let Some(plan) = inclusion_plan(old, new) {
            prop_assert!(plan.len() <= 64);
        }
        if let Some(plan) = consistency_plan(old, new) {
            prop_assert!(plan.len() <= 65);
        }
    }
}
