//! Which uses of the blobs a line is over: what they have in common is told by the line's row and by
//! each use alike, so that the tree under a line can be made again.

use std::collections::{BTreeSet, HashMap};

use domain::envelope::Placement;
use domain::time::DAY_MS;
use domain::{Country, Cycle, Timestamp, TrackId};
use foldhash::fast::RandomState;
use licence_key::Code;
use meter::pack::{Outcome, Stored};
use store::db::{Row, Tx, Value};
use tlog::Hash;

use super::known::Id;
use super::{blobs, load};
use crate::Fault;

/// What the uses of a line have in common: what they were folded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Common {
    code: Code,
    track: TrackId,
    /// The cycle that paid, by its number, and whether it was another than their own.
    cycle: Option<(u32, bool)>,
    /// The day of publication.
    day: i64,
    placement: Placement,
    territory: Option<Country>,
}

/// A line of many uses.
pub(super) struct Summed {
    pub(super) id: Id,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) uses: u64,
    /// None where it was settled before there were trees, or is of a single use.
    pub(super) root: Option<Hash>,
    pub(super) common: Common,
}

/// What uses leave to their licence to say.
#[derive(Default)]
pub(super) struct Licences(HashMap<Code, Option<Held>, RandomState>);

#[derive(Default)]
struct Held {
    track: Option<TrackId>,
    cycles: HashMap<u32, Cycle, RandomState>,
}

impl Licences {
    /// Reads the licences that events name and that weren't read yet.
    pub(super) async fn learn(&mut self, tx: &mut Tx, events: &[Stored<'_>]) -> Result<(), Fault> {
        let codes = events.iter().filter_map(|one| one.code.code());
        let unknown = codes.filter(|code| !self.0.contains_key(code));
        for code in unknown.collect::<BTreeSet<Code>>() {
            let mut held = None;
            if let Some(row) = tx.optional(LICENCE, &[code.plain().into()]).await? {
                let track = load::optional(&row, "track_id")?.map(TrackId::from_bytes);
                let cycles = cycles(tx, &row.id("id")?).await?;
                held = Some(Held { track, cycles });
            }
            self.0.insert(code, held);
        }
        Ok(())
    }

    /// What a use shares with the others of its line; nothing where it names what isn't there.
    pub(super) fn common(&self, event: &Stored<'_>, received: Timestamp) -> Option<Common> {
        let code = event.code.code()?;
        let held = self.0.get(&code)?.as_ref()?;
        let cycle = match event.outcome {
            Outcome::Pooled { cycle, .. } => {
                let own = held.cycles.get(&cycle)?;
                let late = !own.contains(event.published_at.min(received));
                Some((cycle, late))
            }
            _ => None,
        };
        Some(Common {
            code,
            track: event.track.or(held.track)?,
            cycle,
            day: event.published_at.0.div_euclid(DAY_MS),
            placement: event.placement,
            territory: event.territory,
        })
    }
}

async fn cycles(tx: &mut Tx, licence: &Id) -> Result<HashMap<u32, Cycle, RandomState>, Fault> {
    let mut cycles = HashMap::default();
    for row in tx.all(CYCLES, &[licence.into()]).await? {
        let cycle = Cycle {
            start: Timestamp(row.int("start_ms")?),
            end: Timestamp(row.int("end_ms")?),
        };
        cycles.insert(number(&row)?, cycle);
    }
    Ok(cycles)
}

fn number(row: &Row) -> Result<u32, Fault> {
    u32::try_from(row.int("n")?).map_err(Fault::while_("reading a cycle's number"))
}

/// The line with an id.
pub(super) async fn line(tx: &mut Tx, id: &Id) -> Result<Option<Summed>, Fault> {
    let sql = format!("{SUMMED} where u.id = $1 and u.placement is not null");
    let row = tx.optional(&sql, &[id.into()]).await?;
    row.as_ref().map(summed).transpose()
}

/// The lines with these uses' licence that may be over a use of a commit, accepted at a time.
pub(super) async fn over(
    tx: &mut Tx,
    common: &Common,
    (commit, accepted): (u64, Timestamp),
) -> Result<Option<Summed>, Fault> {
    let sql = format!("{SUMMED}{OVER}");
    let values: [Value; 4] = [
        common.code.plain().into(),
        accepted.0.into(),
        accepted.plus_ms(DAY_MS).0.into(),
        blobs::int(commit)?.into(),
    ];
    for row in tx.all(&sql, &values).await? {
        let line = summed(&row)?;
        if line.common == *common {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

/// The lines with a root that begin in a commit, which was accepted at a time.
pub(super) async fn beginning(
    tx: &mut Tx,
    commit: u64,
    accepted: Timestamp,
) -> Result<Vec<Summed>, Fault> {
    // The id of a line begins with the time at which its first use was accepted.
    let values: [Value; 3] = [
        (&bound(accepted)).into(),
        (&bound(accepted.plus_ms(1))).into(),
        blobs::int(commit)?.into(),
    ];
    let rows = tx.all(&format!("{SUMMED}{BEGINNING}"), &values).await?;
    rows.iter().map(summed).collect()
}

/// The least id of a millisecond.
fn bound(at: Timestamp) -> Id {
    let mut id = [0; 16];
    let millis = u64::try_from(at.0).unwrap_or(0).to_be_bytes();
    id[..6].copy_from_slice(&millis[2..]);
    id
}

fn summed(row: &Row) -> Result<Summed, Fault> {
    let doing = "reading a line of uses";
    let root = row.opt_bytes("root")?;
    let root = root.map(|bytes| {
        Hash::from_slice(&bytes).ok_or_else(|| Fault::because(doing, "its root is no hash"))
    });
    let territory = row.opt_text("territory")?;
    let territory = territory.map(|text| text.parse().map_err(Fault::while_(doing)));
    let code = row.text("code")?.parse().map_err(Fault::while_(doing))?;
    let cycle = match row.opt_int("n")? {
        Some(_) => Some((number(row)?, row.opt_int("origin_ms")?.is_some())),
        None => None,
    };
    Ok(Summed {
        id: row.id("id")?,
        first: blobs::number(row, "first_no")?,
        last: blobs::number(row, "last_no")?,
        uses: blobs::number(row, "uses")?,
        root: root.transpose()?,
        common: Common {
            code,
            track: TrackId::from_bytes(row.id("track_id")?),
            cycle,
            day: row.int("published_ms")?.div_euclid(DAY_MS),
            placement: row
                .text("placement")?
                .parse()
                .map_err(Fault::while_(doing))?,
            territory: territory.transpose()?,
        },
    })
}

const LICENCE: &str = "select id, track_id from licences where code = $1";

const CYCLES: &str = "
    select n.n, c.start_ms, c.end_ms
      from meter_numbers n join cycles c on c.id = n.id where n.of_id = $1";

const SUMMED: &str = "
    select u.id, u.first_no, u.last_no, u.uses, u.root, u.track_id, u.published_ms, u.placement,
           u.territory, l.code, n.n, p.origin_ms
      from uses u join licences l on l.id = u.licence_id
      left join pool_uses p on p.use_id = u.id
      left join meter_numbers n on n.id = p.cycle_id";

/// A settlement's uses were received on one day.
const OVER: &str = "
     where l.code = $1 and u.received_ms >= $2 and u.received_ms < $3
       and u.first_no <= $4 and u.last_no >= $4 and u.uses > 0 and u.placement is not null";

const BEGINNING: &str = "
     where u.id >= $1 and u.id < $2 and u.first_no = $3 and u.root is not null";
