//! What uses in blobs name: licences by their codes or by the store's numbers for them, bundles and cycles
//! by numbers of their own. Each gets a small place, so that who sums millions of uses looks none of them
//! up by an id.

use std::collections::BTreeSet;
use std::collections::HashMap;

use domain::{Cycle, LicenceId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use licence_key::Code;
use meter::code;
use meter::pack::{Blob, Named as Said, Stored};
use store::db::{Row, Tx, Value};

use super::known::Id;
use super::load;
use super::places::{Place, Places};
use crate::{Fault, many};

/// What was asked for so far. A licence is read once, however many uses name it.
#[derive(Default)]
pub(super) struct Names {
    codes: Places<Code>,
    /// By the places of their codes.
    licences: Vec<Licence>,
    /// Licences by the numbers that blobs call them by; none where no licence has it.
    numbers: HashMap<u32, Option<Place>, RandomState>,
    tracks: Places<TrackId>,
    /// Whose bundles and cycles are: families, and licences of subscriptions.
    owners: Places<Id>,
    /// By the places of their owners, in the order of their numbers.
    numbered: Vec<Vec<Numbered>>,
    /// Bundles and cycles.
    things: Places<Id>,
}

/// What is known of a code.
#[derive(Clone, Copy, Default)]
struct Licence {
    is_asked: bool,
    /// None where there is no such licence.
    named: Option<Named>,
}

/// A licence.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) id: LicenceId,
    pub(super) place: Place,
    /// The track that it was bought for.
    pub(super) track: Option<Place>,
    /// Whose its cycles' numbers are.
    own: Place,
    /// Whose its bundles' numbers are.
    purse: Place,
}

/// A bundle or a cycle.
#[derive(Clone, Copy)]
pub(super) struct Numbered {
    n: u32,
    pub(super) place: Place,
    /// When it ran, if it is a cycle.
    pub(super) cycle: Option<Cycle>,
}

impl Names {
    /// Reads the licences that events name and that weren't read yet.
    pub(super) async fn learn(&mut self, tx: &mut Tx, events: &[Stored<'_>]) -> Result<(), Fault> {
        let codes = events.iter().filter_map(|one| one.code.code());
        self.ask(tx, codes.collect()).await
    }

    /// Is everything known that a blob's dictionaries name?
    pub(super) fn has_all_of(&self, blob: &Blob<'_>) -> bool {
        let is_asked = |code: &Code| {
            let place = self.codes.get(code);
            place.is_some_and(|place| self.licences[place as usize].is_asked)
        };
        let mut licences = blob.licences().iter();
        let mut tracks = blob.tracks().iter();
        licences.all(|said| match said {
            Said::Code(code) => is_asked(code),
            Said::Number(number) => self.numbers.contains_key(number),
        }) && tracks.all(|id| self.tracks.get(&TrackId::from_bytes(*id)).is_some())
            && spelt(blob).all(|code| is_asked(&code))
    }

    /// Reads what a blob's dictionaries name and what wasn't read yet.
    pub(super) async fn learn_all_of(&mut self, tx: &mut Tx, blob: &Blob<'_>) -> Result<(), Fault> {
        for id in blob.tracks() {
            self.tracks.put(TrackId::from_bytes(*id));
        }
        let (mut codes, mut numbers) = (BTreeSet::from_iter(spelt(blob)), BTreeSet::new());
        for said in blob.licences() {
            match said {
                Said::Code(code) => codes.insert(*code),
                Said::Number(number) => numbers.insert(*number),
            };
        }
        numbers.retain(|number| !self.numbers.contains_key(number));
        self.numbers.extend(numbers.iter().map(|one| (*one, None)));
        let numbers: Vec<Value> = numbers.into_iter().map(Value::from).collect();
        self.read(tx, BY_NUMBER, &numbers).await?;
        self.ask(tx, codes).await
    }

    /// Reads the licences with codes that weren't asked for yet.
    async fn ask(&mut self, tx: &mut Tx, codes: BTreeSet<Code>) -> Result<(), Fault> {
        let mut unknown: Vec<Value> = Vec::new();
        for code in codes {
            let place = self.put(code);
            let licence = &mut self.licences[place as usize];
            if !std::mem::replace(&mut licence.is_asked, true) {
                unknown.push(code.plain().into());
            }
        }
        self.read(tx, BY_CODE, &unknown).await
    }

    /// Reads licences by one of their columns, and the numbers of what is theirs.
    async fn read(&mut self, tx: &mut Tx, by: &str, asked: &[Value]) -> Result<(), Fault> {
        let owners = self.owners.len();
        let licences = format!("{LICENCES}{by}");
        for row in many::all(tx, (&licences, ""), asked, None).await? {
            self.licence(&row)?;
        }
        let owners: Vec<Value> = self.owners.since(owners).iter().map(Value::from).collect();
        self.numbered.resize_with(self.owners.len(), Vec::new);
        for row in many::all(tx, NUMBERS, &owners, None).await? {
            self.number(&row)?;
        }
        Ok(())
    }

    fn licence(&mut self, row: &Row) -> Result<(), Fault> {
        let doing = "reading a licence that a use names";
        let id = LicenceId::from_bytes(row.id("id")?);
        let family = load::optional(row, "family")?.or(load::optional(row, "buyer_id")?);
        let track = load::optional(row, "track_id")?.map(TrackId::from_bytes);
        let place = self.put(row.text("code")?.parse().map_err(Fault::while_(doing))?);
        let number = u32::try_from(row.int("status_index")?).map_err(Fault::while_(doing))?;
        self.numbers.insert(number, Some(place));
        let named = Named {
            id,
            place,
            track: track.map(|track| self.tracks.put(track)),
            own: self.owners.put(*id.bytes()),
            purse: self.owners.put(family.unwrap_or(*id.bytes())),
        };
        self.licences[place as usize] = Licence {
            is_asked: true,
            named: Some(named),
        };
        Ok(())
    }

    fn number(&mut self, row: &Row) -> Result<(), Fault> {
        let n = u32::try_from(row.int("n")?).map_err(Fault::while_("reading a number"))?;
        let cycle = match row.opt_int("start_ms")? {
            Some(start) => Some(Cycle {
                start: Timestamp(start),
                end: Timestamp(row.int("end_ms")?),
            }),
            None => None,
        };
        let place = self.things.put(row.id("id")?);
        if let Some(owner) = self.owners.get(&row.id("of_id")?) {
            self.numbered[owner as usize].push(Numbered { n, place, cycle });
        }
        Ok(())
    }

    /// The place of a code, whether or not there is a licence with it.
    pub(super) fn put(&mut self, code: Code) -> Place {
        let place = self.codes.put(code);
        self.licences.resize(self.codes.len(), Licence::default());
        place
    }

    /// The place of a track, whether or not there is such a one.
    pub(super) fn put_track(&mut self, id: TrackId) -> Place {
        self.tracks.put(id)
    }

    /// The licence with a code.
    pub(super) fn of_code(&self, code: Code) -> Option<&Named> {
        self.at(self.codes.get(&code)?)
    }

    /// The place of the licence that a blob's dictionary says.
    pub(super) fn said(&self, said: Said) -> Option<Place> {
        match said {
            Said::Code(code) => self.codes.get(&code),
            Said::Number(number) => self.numbers.get(&number).copied().flatten(),
        }
    }

    /// The licence with a place.
    pub(super) fn at(&self, place: Place) -> Option<&Named> {
        self.licences.get(place as usize)?.named.as_ref()
    }

    /// The code of the licence that blobs call by a number.
    pub(super) fn code(&self, number: u32) -> Option<Code> {
        self.said(Said::Number(number))
            .map(|place| self.codes.at(place))
    }

    /// The place of a track that a blob's dictionary has.
    pub(super) fn track_place(&self, id: TrackId) -> Option<Place> {
        self.tracks.get(&id)
    }

    /// The track that has a place.
    pub(super) fn track(&self, place: Place) -> TrackId {
        self.tracks.at(place)
    }

    /// The id of the bundle or the cycle that has a place.
    pub(super) fn thing(&self, place: Place) -> Id {
        self.things.at(place)
    }

    /// The bundles that a licence draws on.
    pub(super) fn bundles(&self, licence: &Named) -> &[Numbered] {
        &self.numbered[licence.purse as usize]
    }

    /// The cycles of a licence's subscription.
    pub(super) fn cycles(&self, licence: &Named) -> &[Numbered] {
        &self.numbered[licence.own as usize]
    }
}

/// The one with a number.
pub(super) fn with_number(all: &[Numbered], n: u32) -> Option<&Numbered> {
    // Nearly always they are all there.
    if let Some(one) = all.get(n as usize).filter(|one| one.n == n) {
        return Some(one);
    }
    let at = all.binary_search_by_key(&n, |one| one.n).ok()?;
    all.get(at)
}

/// The codes that a blob's texts may be: of licences that were named in a spelling of their own.
fn spelt(blob: &Blob<'_>) -> impl Iterator<Item = Code> {
    blob.texts().iter().filter_map(|text| code::read(text))
}

const LICENCES: &str = "
    select l.id, l.code, l.status_index, l.track_id, l.buyer_id, b.family
      from licences l left join bundles b on b.licence_id = l.id where ";

const BY_CODE: &str = "l.code in ";
const BY_NUMBER: &str = "l.status_index in ";

const NUMBERS: (&str, &str) = (
    "
    select n.of_id, n.n, n.id, c.start_ms, c.end_ms
      from meter_numbers n left join cycles c on c.id = n.id where n.of_id in ",
    " order by n.of_id, n.n",
);
