//! Which uses of the blobs a line is over: what they have in common is told by the line's row and by
//! each use alike, so that the tree under a line can be made again.

use std::collections::BTreeMap;

use domain::envelope::Placement;
use domain::set::Member;
use domain::time::DAY_MS;
use domain::{Country, Timestamp, TrackId};
use licence_key::Code;
use meter::pack::{Outcome, Stored};
use store::db::{Row, Tx, Value};
use tlog::Hash;

use super::blobs;
use super::known::Id;
use super::names::{Names, Numbered, with_number};
use super::places::Place;
use crate::Fault;

/// What the uses of a line have in common: what they were folded by. Licence and track are a code and an
/// id, or their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Common<L = Code, T = TrackId> {
    licence: L,
    track: T,
    /// The cycle that paid, by its number, and whether it was another than their own.
    cycle: Option<(u32, bool)>,
    /// The day of publication.
    day: i64,
    placement: Placement,
    territory: Option<Country>,
}

/// The same in few bytes: every use is looked up by them, among tens of thousands of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The places of licence and track.
    of: u64,
    day: i64,
    /// Cycle, placement and territory.
    rest: u64,
}

impl Common {
    /// Their places, and the key.
    pub(super) fn placed(&self, names: &mut Names) -> ((Place, Place), Key) {
        let of = (names.put(self.licence), names.put_track(self.track));
        let common = Common {
            licence: of.0,
            track: of.1,
            cycle: self.cycle,
            day: self.day,
            placement: self.placement,
            territory: self.territory,
        };
        (of, common.key())
    }
}

impl Common<Place, Place> {
    pub(super) fn key(&self) -> Key {
        let (number, kind) = match self.cycle {
            None => (0, 0),
            Some((number, late)) => (number, 1 + u8::from(late)),
        };
        let [placement, ..] = self.placement.place().to_le_bytes();
        let territory = self
            .territory
            .as_ref()
            .map(|letters| letters.as_str().as_bytes());
        let [a, b] = match territory {
            Some([a, b]) => [*a, *b],
            _ => [0, 0],
        };
        let [e, f, g, h] = number.to_le_bytes();
        Key {
            of: u64::from(self.licence) << 32 | u64::from(self.track),
            day: self.day,
            rest: u64::from_le_bytes([kind, placement, a, b, e, f, g, h]),
        }
    }
}

/// A line of many uses.
pub(super) struct Summed {
    pub(super) id: Id,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) uses: u64,
    pub(super) billed_ms: i64,
    pub(super) earned_micros: i64,
    /// None where it was settled before there were trees, or is of a single use.
    pub(super) root: Option<Hash>,
    pub(super) common: Common,
}

/// What a use shares with the others of its line; nothing where it names what isn't there.
pub(super) fn common(names: &Names, event: &Stored<'_>, received: Timestamp) -> Option<Common> {
    let code = event.code.code()?;
    let licence = names.of_code(code)?;
    let bought_for = || licence.track.map(|place| names.track(place));
    let of = (code, event.track.or_else(bought_for)?);
    common_of(names.cycles(licence), of, (event, received))
}

/// The same of a use whose licence, with its cycles, and track are known.
pub(super) fn common_of<L, T>(
    cycles: &[Numbered],
    (licence, track): (L, T),
    (event, received): (&Stored<'_>, Timestamp),
) -> Option<Common<L, T>> {
    let cycle = match event.outcome {
        Outcome::Pooled { cycle, .. } => {
            let own = with_number(cycles, cycle)?.cycle?;
            let late = !own.contains(event.published_at.min(received));
            Some((cycle, late))
        }
        _ => None,
    };
    Some(Common {
        licence,
        track,
        cycle,
        day: event.published_at.0.div_euclid(DAY_MS),
        placement: event.placement,
        territory: event.territory,
    })
}

/// Kept, and counted nowhere.
pub(super) fn is_kept_only(event: &Stored<'_>) -> bool {
    event.outcome == Outcome::Uncovered
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
        common.licence.plain().into(),
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

/// The lines with a root that begin in some commits, each given with the time at which it was accepted.
pub(super) async fn beginning(
    tx: &mut Tx,
    commits: &BTreeMap<u64, Timestamp>,
) -> Result<Vec<Summed>, Fault> {
    let (Some((first, _)), Some((last, _))) = (commits.first_key_value(), commits.last_key_value())
    else {
        return Ok(Vec::new());
    };
    // The id of a line begins with the time at which its first use was accepted.
    let (from, until) = commits
        .values()
        .fold((Timestamp(i64::MAX), Timestamp(i64::MIN)), |span, at| {
            (span.0.min(*at), span.1.max(*at))
        });
    let values: [Value; 4] = [
        (&bound(from)).into(),
        (&bound(until.plus_ms(1))).into(),
        blobs::int(*first)?.into(),
        blobs::int(*last)?.into(),
    ];
    let rows = tx.all(&format!("{SUMMED}{BEGINNING}"), &values).await?;
    let mut lines = rows.iter().map(summed).collect::<Result<Vec<_>, _>>()?;
    // Clocks go back, so that of one commit may lie between those of others.
    lines.retain(|line| {
        let at = commits.get(&line.first);
        at.is_some_and(|at| (bound(*at)..bound(at.plus_ms(1))).contains(&line.id))
    });
    Ok(lines)
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
        billed_ms: row.int("billed_ms")?,
        earned_micros: row.int("earned_micros")?,
        root: root.transpose()?,
        common: Common {
            licence: code,
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

const SUMMED: &str = "
    select u.id, u.first_no, u.last_no, u.uses, u.billed_ms, u.earned_micros, u.root, u.track_id,
           u.published_ms, u.placement, u.territory, l.code, n.n, p.origin_ms
      from uses u join licences l on l.id = u.licence_id
      left join pool_uses p on p.use_id = u.id
      left join meter_numbers n on n.id = p.cycle_id";

/// A settlement's uses were received on one day.
const OVER: &str = "
     where l.code = $1 and u.received_ms >= $2 and u.received_ms < $3
       and u.first_no <= $4 and u.last_no >= $4 and u.uses > 0 and u.placement is not null";

const BEGINNING: &str = "
     where u.id >= $1 and u.id < $2 and u.first_no >= $3 and u.first_no <= $4
       and u.root is not null";
