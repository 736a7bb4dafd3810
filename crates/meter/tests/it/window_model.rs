//! The set of ids accepted lately against plain maps, over commits that have holes between their
//! numbers and in themselves, fail, and are forgotten.

use std::collections::BTreeMap;
use std::convert::Infallible;

use domain::Timestamp;
use meter::id::Key;
use meter::window::{INDEX_MAX, Place, PlaceError, Window, WindowError};
use proptest::prelude::*;

use crate::common::{HOUR, NOW, config};

#[derive(Clone, Debug)]
enum Step {
    /// How far its number is from the last one's, its ids, each with how many indices are left out
    /// before it, and whether it fails.
    Commit(u64, Vec<(u128, u32)>, bool),
    Hours(i64),
    /// Forgets all but so many.
    Forget(u64),
}

/// Few ids, many of whose marks collide, at both ends of a table and between.
fn id() -> impl Strategy<Value = u128> {
    let mark = prop_oneof![
        Just(0_u32),
        Just(u32::MAX),
        Just(0x8000_0000),
        (0..40_u32).prop_map(|n| n << 26),
    ];
    (mark, 0..2_u128, 0..30_u128).prop_map(|(mark, shard, rest)| {
        // Of its key an id lends the table 40 bits; the rest tells ids apart.
        u128::from(mark) | shard << 32 | rest << 64
    })
}

fn step() -> impl Strategy<Value = Step> {
    let hole = prop_oneof![60 => Just(0), 6 => 1..4_u32, 1 => Just(INDEX_MAX >> 1)];
    let ids = prop::collection::vec((id(), hole), 0..80);
    let gap = prop_oneof![10 => Just(1), 2 => 0..40_u64, 1 => 1..1_u64 << 20];
    let commit = (gap, ids, prop::bool::weighted(0.1));
    prop_oneof![
        12 => commit.prop_map(|(gap, ids, fails)| Step::Commit(gap, ids, fails)),
        1 => (0..500_i64).prop_map(Step::Hours),
        1 => (0..60_u64).prop_map(Step::Forget),
    ]
}

struct World {
    window: Window,
    now: Timestamp,
    commit: u64,
    ids: BTreeMap<u128, Place>,
    at: BTreeMap<Place, u128>,
    /// How many places each commit has.
    long: BTreeMap<u64, u64>,
}

impl World {
    /// Before it were so many commits as long as can be, all forgotten.
    fn after(commits: u64) -> World {
        let mut world = World {
            window: Window::new(),
            now: NOW,
            commit: 1,
            ids: BTreeMap::new(),
            at: BTreeMap::new(),
            long: BTreeMap::new(),
        };
        for _ in 0..commits {
            world.step(Step::Commit(1, vec![(0, INDEX_MAX)], false));
            world.step(Step::Forget(0));
        }
        world
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Commit(gap, ids, fails) => {
                self.commit = (self.commit + gap).max(self.window.first_kept());
                self.window.begin(self.commit, self.now).unwrap();
                self.forget();
                let put = self.put(ids);
                if fails {
                    for (id, at) in put {
                        self.window.remove(Key(id), at);
                        self.ids.remove(&id);
                        self.at.remove(&at);
                    }
                }
            }
            Step::Hours(hours) => {
                self.now = self.now.plus_ms(hours * HOUR);
                self.window.forget_at(self.now);
            }
            Step::Forget(kept) => {
                let through = self.long.keys().rev().nth(usize::try_from(kept).unwrap());
                self.window.forget_through(through.copied().unwrap_or(0));
            }
        }
        self.forget();
    }

    /// Puts the ids in of a commit that has begun, and says which weren't there.
    fn put(&mut self, ids: Vec<(u128, u32)>) -> Vec<(u128, Place)> {
        let (mut index, mut put) = (0, Vec::new());
        // One that has begun before has what was put in then.
        let commit = self.commit;
        if let Some(long) = self.long.get(&commit) {
            index = u32::try_from(*long).unwrap();
        }
        for (id, hole) in ids {
            index += hole;
            if index > INDEX_MAX {
                break;
            }
            let at = Place { commit, index };
            let before: u64 = self
                .long
                .range(self.window.first_kept()..commit)
                .map(|one| one.1)
                .sum();
            let answer = self
                .window
                .insert_if_absent(Key(id), at, same(&self.at, id));
            if before + u64::from(index) >= u64::from(u32::MAX) - 2 {
                assert_eq!(answer, Err(WindowError::Place(PlaceError::OutOfRange)));
                break;
            }
            assert_eq!(answer, Ok(self.ids.get(&id).copied()));
            if answer == Ok(None) {
                self.ids.insert(id, at);
                self.at.insert(at, id);
                self.long.insert(commit, u64::from(index) + 1);
                put.push((id, at));
                index += 1;
            }
        }
        put
    }

    fn forget(&mut self) {
        let floor = self.window.first_kept();
        self.ids.retain(|_, at| at.commit >= floor);
        self.at.retain(|at, _| at.commit >= floor);
    }

    fn check(&self, asked: &[u128]) {
        assert_eq!(self.window.len(), u64::try_from(self.ids.len()).unwrap());
        for id in self.ids.keys().chain(asked) {
            let found = self.window.find(Key(*id), same(&self.at, *id));
            assert_eq!(found, Ok(self.ids.get(id).copied()), "{id:x}");
        }
    }
}

/// Has the event at a place this id? Only ever asked of a place that has one.
fn same(at: &BTreeMap<Place, u128>, id: u128) -> impl Fn(Place) -> Result<bool, Infallible> {
    move |place| Ok(at[&place] == id)
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn it_holds_what_maps_hold(
        // 256 such commits have as many places as there are numbers.
        before in prop_oneof![0..2_u64, 240..257_u64],
        steps in prop::collection::vec(step(), 1..250),
        asked in prop::collection::vec(id(), 30),
    ) {
        let mut world = World::after(before);
        for (n, step) in steps.into_iter().enumerate() {
            world.step(step);
            if n % 32 == 0 {
                world.check(&asked);
            }
        }
        world.check(&asked);
        prop_assert!(world.window.bytes() < 1_000_000);
    }
}
