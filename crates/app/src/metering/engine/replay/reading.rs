//! Blobs read: of each use what sums and trees need, and its leaf. It needs nothing but the blob and what
//! names stand for, so that several can be read at once.

use std::sync::Arc;

use domain::{Timestamp, TrackId};
use meter::pack::{self, Blob, BlobError, Outcome, Part, Stored};
use tlog::{Hash, PartSalts};

use super::super::members::{self, Key, Summed};
use super::super::names::{Named, Names};
use super::super::places::Place;
use super::sums::{Of, Sum};
use crate::proofs::Records;

/// A blob to read, with the lines that begin in it.
pub(super) struct Raw {
    pub(super) no: u64,
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) begin: Vec<(Summed, Key)>,
}

/// A blob that was read, with the lines that begin in it.
pub(super) struct Read {
    pub(super) no: u64,
    pub(super) begin: Vec<(Summed, Key)>,
    pub(super) uses: Result<Uses, BlobError>,
}

/// The uses of a blob.
#[derive(Default)]
pub(super) struct Uses {
    /// How many they are.
    pub(super) count: i64,
    /// Those whose licence and track are there.
    pub(super) all: Vec<Use>,
    /// What they drew from bundles.
    pub(super) draws: Vec<(Place, Sum)>,
    /// What some of them name and isn't there.
    pub(super) missing: Vec<&'static str>,
}

/// A use.
pub(super) struct Use {
    pub(super) of: Of,
    pub(super) sum: Sum,
    /// What its line's uses have in common and its leaf of their tree, unless nothing it names can be of a
    /// line.
    pub(super) leaf: Option<(Key, Hash)>,
}

/// Reads blobs, one after the other.
pub(super) fn read(names: &Names, salts: &PartSalts, raw: Vec<Raw>) -> Vec<Read> {
    let mut records = Records::new(salts);
    let read = |Raw { no, bytes, begin }| Read {
        no,
        begin,
        uses: Blob::read(&bytes).and_then(|blob| uses(names, &mut records, no, blob)),
    };
    raw.into_iter().map(read).collect()
}

fn uses(names: &Names, records: &mut Records, no: u64, blob: Blob<'_>) -> Result<Uses, BlobError> {
    let licences: Vec<_> = blob
        .licences()
        .iter()
        .map(|said| names.said(*said))
        .collect();
    let tracks = blob.tracks().iter().map(|id| TrackId::from_bytes(*id));
    let tracks: Vec<_> = tracks.map(|id| names.track_place(id)).collect();
    let blob = blob.name(|number| names.code(number));
    let mut reading = Reading {
        names,
        records,
        received: blob.accepted_at(),
        licences,
        tracks,
        uses: Uses::default(),
    };
    let (mut events, mut index) = (blob.events(), 0);
    while let Some(event) = events.next() {
        reading.add((no, index), &event?, events.places());
        index += 1;
    }
    Ok(reading.uses)
}

/// A blob being read.
struct Reading<'a> {
    names: &'a Names,
    records: &'a mut Records,
    received: Timestamp,
    /// By their places in the blob's dictionaries.
    licences: Vec<Option<Place>>,
    tracks: Vec<Option<Place>>,
    uses: Uses,
}

impl Reading<'_> {
    fn add(&mut self, place: (u64, u32), event: &Stored<'_>, at: pack::Places) {
        self.uses.count += 1;
        if let Err(what) = self.count(place, event, at) {
            self.uses.missing.push(what);
        }
    }

    /// Adds a use; says what it names that isn't there.
    fn count(
        &mut self,
        place: (u64, u32),
        event: &Stored<'_>,
        at: pack::Places,
    ) -> Result<(), &'static str> {
        let named = *self.licence(event, at).ok_or("licence")?;
        let track = at.track.map_or(named.track, |at| self.tracks[at]);
        let track = track.ok_or("track")?;
        let cycle = match event.outcome {
            Outcome::Pooled { cycle, .. } => self.names.cycle(&named, cycle),
            _ => None,
        };
        let of = Of {
            licence: named.place,
            track,
            cycle: cycle.map(|cycle| cycle.place),
        };
        let leaf = self.leaf(place, event, (&named, of));
        self.uses.all.push(Use {
            of,
            sum: Sum {
                uses: 1,
                billed_ms: event.outcome.billed_ms(),
                micros: event.outcome.earned(),
            },
            leaf,
        });
        match &event.outcome {
            Outcome::Drawn(parts) => self.draw(&named, parts),
            Outcome::Pooled { .. } if cycle.is_none() => Err("cycle"),
            _ => Ok(()),
        }
    }

    fn licence(&self, event: &Stored<'_>, at: pack::Places) -> Option<&Named> {
        match at.licence {
            Some(at) => self.names.at(self.licences[at]?),
            None => self.names.of_code(event.code.code()?),
        }
    }

    /// Nothing for what no line can be over.
    fn leaf(
        &mut self,
        place: (u64, u32),
        event: &Stored<'_>,
        (named, of): (&Named, Of),
    ) -> Option<(Key, Hash)> {
        if members::is_kept_only(event) {
            return None;
        }
        let received = self.received;
        let key = (of.licence, of.track);
        let key = members::common_of(self.names, named, key, (event, received))?;
        Some((key, self.records.leaf(place, received, event)))
    }

    fn draw(&mut self, named: &Named, parts: &[Part]) -> Result<(), &'static str> {
        for part in parts {
            let bundle = self.names.bundle(named, part.nth).ok_or("bundle")?;
            let drawn = Sum {
                uses: 0,
                billed_ms: part.billed_ms,
                micros: part.earns,
            };
            self.uses.draws.push((bundle.place, drawn));
        }
        Ok(())
    }
}
