//! Replaying: what uses made is summed again from the blobs alone, and held against what was settled.
//! What the operator's policy has dropped can't be summed again: it is left out on both sides.

mod counting;
mod reading;
mod stages;
mod sums;
mod trees;

use std::collections::BTreeMap;
use std::hash::Hash;

use domain::{BundleId, CycleId, LicenceId, TrackId};
use meter::pack::Blob;
use store::db::{Row, Tx};
use tlog::PartSalts;

use super::blobs::{self, Numbered, int};
use super::catch_up;
use super::members::{self, Summed};
use super::names::Names;
use super::places::Place;
use crate::{App, Fault};
use counting::Counting;
use reading::Raw;
use stages::Stages;
use sums::{By, Of, Sum, Sums, compare};
use trees::Line;

/// From how many bytes on blobs are read and summed by themselves: what is made of them takes a few times
/// the room.
const PART_BYTES: usize = 2 << 20;

/// What a replay found.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// The first commit that could be checked: the raw reports of those before were dropped.
    pub from: u64,
    /// Uses of commits before, which stand in their settled sums alone.
    pub dropped_uses: i64,
    /// Blobs read.
    pub blobs: u64,
    /// Uses in them.
    pub uses: i64,
    /// What was settled otherwise than the blobs say: what, and how.
    pub differences: Vec<(String, String)>,
}

impl Replayed {
    /// From where on could be checked, in a sentence; nothing where that was everything.
    #[must_use]
    pub fn unchecked(&self) -> Option<String> {
        let (from, uses) = (self.from, self.dropped_uses);
        (from > 1).then(|| {
            format!(
                "checked from commit {from} on: the raw reports of {uses} uses before it were \
                 dropped by the store's policy"
            )
        })
    }
}

/// Replays every blob that is kept.
///
/// # Errors
/// [`Fault`] of the database; a blob that can't be read is a difference.
pub async fn replay(app: &App) -> Result<Replayed, Fault> {
    let mut tx = app.read().await?;
    app.engine.replayed(&mut tx).await
}

/// The same within a snapshot. Blobs beyond the last settlement are left out.
pub(crate) async fn of(tx: &mut Tx, salts: &PartSalts) -> Result<Replayed, Fault> {
    let mark = catch_up::mark(tx).await?;
    let (through, dropped) = (mark.settled, int(mark.dropped)?);
    let found = Replayed {
        from: mark.dropped + 1,
        dropped_uses: tx.one(DROPPED, &[dropped.into()]).await?.int("uses")?,
        ..Replayed::default()
    };
    let mut at = mark.dropped;
    let mut stages = Stages::new(salts, Counting::new(at, found));
    let mut seen = Seen::default();
    while at < through {
        let page = blobs::after(tx, at, through).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        at = *last;
        let begin = learn(tx, (&mut stages, &mut seen), &page).await?;
        put(&mut stages, page, begin).await?;
    }
    let (mut counted, names) = stages.end().await?;
    counted.close(u64::MAX);
    let (mut found, sums, names) = (counted.found, counted.sums, names.read().await);
    let licences = seen.licences(tx, dropped, &names).await?;
    let differences = &mut found.differences;
    differences.extend(compare("licence", &sums.licences(&names), &licences));
    let bundles = settled(tx, BUNDLES, dropped, bundle).await?;
    differences.extend(compare("bundle", &sums.bundles(&names), &bundles));
    let cycles = settled(tx, CYCLES, dropped, cycle).await?;
    differences.extend(compare("cycle", &sums.cycles(&names), &cycles));
    Ok(found)
}

/// Learns what a page's blobs name, and which lines begin in them.
async fn learn(
    tx: &mut Tx,
    (stages, seen): (&mut Stages, &mut Seen),
    page: &[Numbered],
) -> Result<BTreeMap<u64, Vec<Line>>, Fault> {
    // Of one that can't be read, the reading says why.
    let blobs = page.iter().map(|(no, bytes)| (*no, Blob::read(bytes)));
    let blobs = blobs.filter_map(|(no, blob)| Some((no, blob.ok()?)));
    let blobs: BTreeMap<u64, Blob<'_>> = blobs.collect();
    let commits = blobs.iter().map(|(no, blob)| (*no, blob.accepted_at()));
    let lines = members::beginning(tx, &commits.collect()).await?;
    let mut names = stages.names().await?;
    for blob in blobs.values() {
        if !names.has_all_of(blob) {
            names.learn_all_of(tx, blob).await?;
        }
    }
    let mut begin: BTreeMap<u64, Vec<Line>> = BTreeMap::new();
    for line in lines {
        let (of, key) = line.common.placed(&mut names);
        seen.add(&names, &line, of);
        let from = begin.entry(line.first).or_default();
        from.push(Line::new(&line, key));
    }
    Ok(begin)
}

/// Hands a page's blobs on to be read.
async fn put(
    stages: &mut Stages,
    page: Vec<Numbered>,
    mut begin: BTreeMap<u64, Vec<Line>>,
) -> Result<(), Fault> {
    let (mut part, mut size) = (Vec::new(), 0);
    for (no, bytes) in page {
        if size > 0 && size + bytes.len() > PART_BYTES {
            stages.put(std::mem::take(&mut part)).await?;
            size = 0;
        }
        size += bytes.len();
        let begin = begin.remove(&no).unwrap_or_default();
        part.push(Raw { no, bytes, begin });
    }
    stages.put(part).await
}

/// The lines that were read while blobs were: the database needn't sum them again, nor tell those sums.
#[derive(Default)]
struct Seen {
    lines: i64,
    sums: Sums,
}

impl Seen {
    /// Adds a line, unless no blob so far names its licence.
    fn add(&mut self, names: &Names, line: &Summed, (licence, track): (Place, Place)) {
        let (Some(_), Ok(uses)) = (names.at(licence), i64::try_from(line.uses)) else {
            return;
        };
        let of = Of {
            licence,
            track,
            cycle: None,
        };
        let sum = Sum {
            uses,
            billed_ms: line.billed_ms,
            micros: line.earned_micros,
        };
        self.sums.add(of, sum);
        self.lines += 1;
    }

    /// What was settled by licence and track: these lines and those without a root. Where there are more
    /// lines with a root than these, the database sums them all.
    async fn licences(
        &self,
        tx: &mut Tx,
        dropped: i64,
        names: &Names,
    ) -> Result<By<(LicenceId, TrackId)>, Fault> {
        if tx.one(ROOTED, &[dropped.into()]).await?.int("lines")? != self.lines {
            let all = format!("{LICENCES}{BY_LICENCE}");
            return settled(tx, &all, dropped, licence).await;
        }
        let rest = format!("{LICENCES} and root is null{BY_LICENCE}");
        let mut licences = self.sums.licences(names);
        for (of, sum) in settled(tx, &rest, dropped, licence).await? {
            licences.entry(of).or_default().add(sum);
        }
        Ok(licences)
    }
}

async fn settled<K: Eq + Hash>(
    tx: &mut Tx,
    sql: &str,
    dropped: i64,
    key: fn(&Row) -> Result<K, Fault>,
) -> Result<By<K>, Fault> {
    let mut sums = By::default();
    for row in tx.all(sql, &[dropped.into()]).await? {
        let sum = Sum {
            uses: row.int("uses")?,
            billed_ms: row.int("billed_ms")?,
            micros: row.int("micros")?,
        };
        sums.insert(key(&row)?, sum);
    }
    Ok(sums)
}

fn licence(row: &Row) -> Result<(LicenceId, TrackId), Fault> {
    let track = TrackId::from_bytes(row.id("track_id")?);
    Ok((LicenceId::from_bytes(row.id("licence_id")?), track))
}

fn bundle(row: &Row) -> Result<BundleId, Fault> {
    Ok(BundleId::from_bytes(row.id("bundle_id")?))
}

fn cycle(row: &Row) -> Result<(CycleId, TrackId), Fault> {
    let track = TrackId::from_bytes(row.id("track_id")?);
    Ok((CycleId::from_bytes(row.id("cycle_id")?), track))
}

const DROPPED: &str = "
    select cast(coalesce(sum(uses), 0) as bigint) as uses
      from uses where first_no > 0 and first_no <= $1";

const LICENCES: &str = "
    select licence_id, track_id, cast(sum(uses) as bigint) as uses,
           cast(sum(billed_ms) as bigint) as billed_ms,
           cast(sum(earned_micros) as bigint) as micros
      from uses where first_no > $1";

const BY_LICENCE: &str = " group by licence_id, track_id";

const ROOTED: &str = "select count(*) as lines from uses where first_no > $1 and root is not null";

const BUNDLES: &str = "
    select d.bundle_id, cast(0 as bigint) as uses, cast(sum(d.billed_ms) as bigint) as billed_ms,
           cast(sum(d.earned_micros) as bigint) as micros
      from use_draws d join uses u on u.id = d.use_id
     where u.first_no > $1 group by d.bundle_id";

const CYCLES: &str = "
    select p.cycle_id, p.track_id, cast(sum(p.uses) as bigint) as uses,
           cast(0 as bigint) as billed_ms, cast(sum(u.earned_micros) as bigint) as micros
      from pool_uses p join uses u on u.id = p.use_id
     where u.first_no > $1 group by p.cycle_id, p.track_id";
