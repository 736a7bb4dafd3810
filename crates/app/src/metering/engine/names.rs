//! What uses in blobs name: licences by their codes, bundles and cycles by their numbers.

use std::collections::{BTreeSet, HashMap};

use domain::{Cycle, LicenceId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use licence_key::Code;
use meter::pack::Stored;
use store::db::{Row, Tx, Value};

use super::known::Id;
use super::load;
use crate::{Fault, many};

/// What was asked for so far. A licence is read once, however many uses name it.
#[derive(Default)]
pub(super) struct Names {
    /// None where there is no such licence.
    licences: HashMap<Code, Option<Named>, RandomState>,
    /// Bundles by their family, cycles by their subscription's licence.
    numbers: HashMap<(Id, u32), Id, RandomState>,
    /// When cycles ran, by their licence.
    cycles: HashMap<(LicenceId, u32), Cycle, RandomState>,
}

/// A licence.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) id: LicenceId,
    /// The one that it was bought for.
    pub(super) track: Option<TrackId>,
    /// Whose its bundles' numbers are.
    pub(super) purse: Id,
}

impl Names {
    /// Reads the licences that events name and that weren't read yet.
    pub(super) async fn learn(&mut self, tx: &mut Tx, events: &[Stored<'_>]) -> Result<(), Fault> {
        let codes = events.iter().filter_map(|one| one.code.code());
        let unknown = codes.filter(|code| !self.licences.contains_key(code));
        let unknown: BTreeSet<Code> = unknown.collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.licences
            .extend(unknown.iter().map(|code| (*code, None)));
        let codes: Vec<Value> = unknown.iter().map(|code| code.plain().into()).collect();
        let mut owners: BTreeSet<Id> = BTreeSet::new();
        for row in many::all(tx, LICENCES, &codes, None).await? {
            let named = named(&row)?;
            let code = row.text("code")?.parse();
            let code = code.map_err(Fault::while_("reading a licence's code"))?;
            owners.extend([*named.id.bytes(), named.purse]);
            self.licences.insert(code, Some(named));
        }
        let owners: Vec<Value> = owners.iter().map(Value::from).collect();
        for row in many::all(tx, NUMBERS, &owners, None).await? {
            self.number(&row)?;
        }
        Ok(())
    }

    fn number(&mut self, row: &Row) -> Result<(), Fault> {
        let n = u32::try_from(row.int("n")?).map_err(Fault::while_("reading a number"))?;
        let of = row.id("of_id")?;
        self.numbers.insert((of, n), row.id("id")?);
        if let Some(start) = row.opt_int("start_ms")? {
            let cycle = Cycle {
                start: Timestamp(start),
                end: Timestamp(row.int("end_ms")?),
            };
            self.cycles.insert((LicenceId::from_bytes(of), n), cycle);
        }
        Ok(())
    }

    /// The licence with a code.
    pub(super) fn licence(&self, code: Code) -> Option<Named> {
        self.licences.get(&code).copied().flatten()
    }

    /// What has a number of this family, or of this licence's subscription.
    pub(super) fn numbered(&self, of: &Id, n: u32) -> Option<Id> {
        self.numbers.get(&(*of, n)).copied()
    }

    /// When the cycle with a number ran.
    pub(super) fn cycle(&self, of: LicenceId, n: u32) -> Option<Cycle> {
        self.cycles.get(&(of, n)).copied()
    }
}

fn named(row: &Row) -> Result<Named, Fault> {
    let id = LicenceId::from_bytes(row.id("id")?);
    let family = load::optional(row, "family")?.or(load::optional(row, "buyer_id")?);
    Ok(Named {
        id,
        track: load::optional(row, "track_id")?.map(TrackId::from_bytes),
        purse: family.unwrap_or(*id.bytes()),
    })
}

const LICENCES: (&str, &str) = (
    "
    select l.id, l.code, l.track_id, l.buyer_id, b.family
      from licences l left join bundles b on b.licence_id = l.id where l.code in ",
    "",
);

const NUMBERS: (&str, &str) = (
    "
    select n.of_id, n.n, n.id, c.start_ms, c.end_ms
      from meter_numbers n left join cycles c on c.id = n.id where n.of_id in ",
    "",
);
