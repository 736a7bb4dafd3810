//! Blobs read: of each use what sums and trees need, and its leaf. It needs nothing but the blob and what
//! names stand for, so that several can be read at once.

use std::sync::Arc;

use domain::{Timestamp, TrackId};
use meter::pack::{self, Blob, BlobError, Outcome, Part, Stored};
use tlog::{Hash, PartSalts};

use super::super::members::{self, Key};
use super::super::names::{Named, Names, Numbered, with_number};
use super::super::places::Place;
use super::sums::{Of, Sum};
use super::trees::{Line, Use};
use crate::proofs::Records;

/// A blob to read, with the lines that begin in it.
pub(super) struct Raw {
    pub(super) no: u64,
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) begin: Vec<Line>,
}

/// A blob that was read, with the lines that begin in it.
pub(super) struct Read {
    pub(super) no: u64,
    pub(super) begin: Vec<Line>,
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
    let licences = blob.licences().iter();
    let licences = licences.map(|said| Some(Licence::of(names, names.at(names.said(*said)?)?)));
    let licences: Vec<_> = licences.collect();
    let tracks = blob.tracks().iter().map(|id| TrackId::from_bytes(*id));
    let tracks: Vec<_> = tracks.map(|id| names.track_place(id)).collect();
    let blob = blob.name(|number| names.code(number));
    let mut reading = Reading {
        names,
        records,
        received: blob.accepted_at(),
        licences,
        tracks,
        uses: Uses {
            // What reads a blob's frame has seen that its body is long enough.
            all: Vec::with_capacity(blob.count() as usize),
            ..Uses::default()
        },
    };
    let (mut events, mut index) = (blob.events(), 0);
    while let Some(event) = events.next() {
        reading.add((no, index), &event?, events.places());
        index += 1;
    }
    Ok(reading.uses)
}

/// A licence of a blob's dictionary.
#[derive(Clone, Copy)]
struct Licence<'a> {
    place: Place,
    track: Option<Place>,
    bundles: &'a [Numbered],
    cycles: &'a [Numbered],
}

impl<'a> Licence<'a> {
    fn of(names: &'a Names, named: &Named) -> Licence<'a> {
        Licence {
            place: named.place,
            track: named.track,
            bundles: names.bundles(named),
            cycles: names.cycles(named),
        }
    }
}

/// A blob being read.
struct Reading<'a> {
    names: &'a Names,
    records: &'a mut Records,
    received: Timestamp,
    /// By their places in the blob's dictionaries.
    licences: Vec<Option<Licence<'a>>>,
    tracks: Vec<Option<Place>>,
    uses: Uses,
}

impl<'a> Reading<'a> {
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
        let licence = self.licence(event, at).ok_or("licence")?;
        let track = at.track.map_or(licence.track, |at| self.tracks[at]);
        let track = track.ok_or("track")?;
        let cycle = match event.outcome {
            Outcome::Pooled { cycle, .. } => with_number(licence.cycles, cycle),
            _ => None,
        };
        let leaf = self.leaf(place, event, (licence, track));
        self.uses.all.push(Use {
            of: Of {
                licence: licence.place,
                track,
                cycle: cycle.map(|cycle| cycle.place),
            },
            sum: Sum {
                uses: 1,
                billed_ms: event.outcome.billed_ms(),
                micros: event.outcome.earned(),
            },
            leaf,
        });
        match &event.outcome {
            Outcome::Drawn(parts) => self.draw(licence, parts),
            Outcome::Pooled { .. } if cycle.is_none() => Err("cycle"),
            _ => Ok(()),
        }
    }

    fn licence(&self, event: &Stored<'_>, at: pack::Places) -> Option<Licence<'a>> {
        match at.licence {
            Some(at) => self.licences[at],
            None => {
                let named = self.names.of_code(event.code.code()?)?;
                Some(Licence::of(self.names, named))
            }
        }
    }

    /// Nothing for what no line can be over.
    fn leaf(
        &mut self,
        place: (u64, u32),
        event: &Stored<'_>,
        (licence, track): (Licence<'_>, Place),
    ) -> Option<(Key, Hash)> {
        if members::is_kept_only(event) {
            return None;
        }
        let received = self.received;
        let of = (licence.place, track);
        let common = members::common_of(licence.cycles, of, (event, received))?;
        Some((common.key(), self.records.leaf(place, received, event)))
    }

    fn draw(&mut self, licence: Licence<'_>, parts: &[Part]) -> Result<(), &'static str> {
        for part in parts {
            let bundle = with_number(licence.bundles, part.nth).ok_or("bundle")?;
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
