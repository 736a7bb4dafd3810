//! What uses made of licences, bundles and cycles: summed by places, and held against what was settled.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;

use domain::{BundleId, CycleId, LicenceId, TrackId};
use foldhash::fast::RandomState;

use super::super::names::Names;
use super::super::places::Place;

/// What uses made of one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) uses: i64,
    pub(super) billed_ms: i64,
    pub(super) micros: i64,
}

impl Sum {
    pub(super) fn add(&mut self, other: Sum) {
        self.uses = self.uses.saturating_add(other.uses);
        self.billed_ms = self.billed_ms.saturating_add(other.billed_ms);
        self.micros = self.micros.saturating_add(other.micros);
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sum {
            uses,
            billed_ms,
            micros,
        } = self;
        write!(f, "{uses} uses, {billed_ms} ms, {micros} micros")
    }
}

/// Sums by what they are of.
pub(super) type By<K> = HashMap<K, Sum, RandomState>;

/// What a use is of.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub(super) licence: Place,
    pub(super) track: Place,
    /// The cycle that paid.
    pub(super) cycle: Option<Place>,
}

/// What uses made, by the places of what they were of.
#[derive(Default)]
pub(super) struct Sums {
    licences: By<(Place, Place)>,
    cycles: By<(Place, Place)>,
    /// By the places of bundles.
    bundles: Vec<Sum>,
}

impl Sums {
    /// Adds what uses made. What a pool pays bills no clip time.
    pub(super) fn add(&mut self, of: Of, sum: Sum) {
        self.licences
            .entry((of.licence, of.track))
            .or_default()
            .add(sum);
        if let Some(cycle) = of.cycle {
            self.cycles.entry((cycle, of.track)).or_default().add(sum);
        }
    }

    /// Adds what uses drew from a bundle.
    pub(super) fn draw(&mut self, bundle: Place, sum: Sum) {
        let at = bundle as usize;
        if at >= self.bundles.len() {
            self.bundles.resize(at + 1, Sum::default());
        }
        self.bundles[at].add(sum);
    }

    /// By licence and track.
    pub(super) fn licences(&self, names: &Names) -> By<(LicenceId, TrackId)> {
        let named = |((licence, track), sum): (&(Place, Place), &Sum)| {
            let licence = names.at(*licence)?;
            Some(((licence.id, names.track(*track)), *sum))
        };
        self.licences.iter().filter_map(named).collect()
    }

    /// By cycle and track.
    pub(super) fn cycles(&self, names: &Names) -> By<(CycleId, TrackId)> {
        let named = |((cycle, track), sum): (&(Place, Place), &Sum)| {
            let cycle = CycleId::from_bytes(names.thing(*cycle));
            ((cycle, names.track(*track)), *sum)
        };
        self.cycles.iter().map(named).collect()
    }

    /// By bundle.
    pub(super) fn bundles(&self, names: &Names) -> By<BundleId> {
        let id = |place: Place| BundleId::from_bytes(names.thing(place));
        let all = (0..).zip(&self.bundles);
        all.map(|(place, sum)| (id(place), *sum)).collect()
    }
}

/// Where sums from blobs aren't what was settled: of what, and how.
pub(super) fn compare<K: Ord + Hash + Copy + fmt::Debug>(
    what: &str,
    said: &By<K>,
    settled: &By<K>,
) -> Vec<(String, String)> {
    let of = |sums: &By<K>, key: &K| sums.get(key).copied().unwrap_or_default();
    let all = said.keys().chain(settled.keys());
    let other = |key: &&K| of(said, key) != of(settled, key);
    let others: BTreeSet<K> = all.filter(other).copied().collect();
    let difference = |key: K| {
        let (said, settled) = (of(said, &key), of(settled, &key));
        let detail = format!("the blobs say {said}, settled were {settled}");
        (format!("{what} {key:?}"), detail)
    };
    others.into_iter().map(difference).collect()
}
