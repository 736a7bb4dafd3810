//! Replaying: what uses made is summed again from the blobs alone, and held against what was settled.
//! What the operator's policy has dropped can't be summed again: it is left out on both sides.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use domain::{BundleId, CycleId, LicenceId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use meter::pack::{Blob, BlobError, Outcome, Stored};
use store::db::{Row, Tx};
use tlog::PartSalts;

use super::blobs::{self, int};
use super::catch_up;
use super::names::Names;
use super::roots::Roots;
use crate::{App, Fault};

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

/// What uses made of one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    uses: i64,
    billed_ms: i64,
    micros: i64,
}

impl Sum {
    fn add(&mut self, uses: i64, billed_ms: i64, micros: i64) {
        self.uses = self.uses.saturating_add(uses);
        self.billed_ms = self.billed_ms.saturating_add(billed_ms);
        self.micros = self.micros.saturating_add(micros);
    }

    fn words(self) -> String {
        let Sum {
            uses,
            billed_ms,
            micros,
        } = self;
        format!("{uses} uses, {billed_ms} ms, {micros} micros")
    }
}

/// Sums by what they are of: there is one for each use to find.
type By<K> = HashMap<K, Sum, RandomState>;

/// What uses made, by what they were of.
#[derive(Default)]
struct Sums {
    licences: By<(LicenceId, TrackId)>,
    bundles: By<BundleId>,
    cycles: By<(CycleId, TrackId)>,
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
    let mut found = Replayed {
        from: mark.dropped + 1,
        dropped_uses: tx.one(DROPPED, &[dropped.into()]).await?.int("uses")?,
        ..Replayed::default()
    };
    let (mut sums, mut names, mut at) = (Sums::default(), Names::default(), mark.dropped);
    let (mut roots, mut codes) = (Roots::new(salts), blobs::Codes::default());
    while at < through {
        let page = blobs::after(tx, at, through).await?;
        if page.is_empty() {
            break;
        }
        for (no, bytes) in page {
            if no > at + 1 {
                let missing = format!("commits {} to {}", at + 1, no - 1);
                found.differences.push((missing, MISSING.to_owned()));
            }
            at = no;
            let blob = match Blob::read(&bytes) {
                Ok(blob) => Ok(codes.learn(tx, blob).await?),
                Err(why) => Err(why),
            };
            let (received, events) = match blob.and_then(|blob| read(&blob)) {
                Ok(read) => read,
                Err(why) => {
                    let of = format!("commit {no}");
                    found.differences.push((of, why.to_string()));
                    continue;
                }
            };
            names.learn(tx, &events).await?;
            for event in &events {
                if let Err(what) = sums.count(&names, event) {
                    let detail = format!("names a {what} that isn't there");
                    found.differences.push((format!("commit {no}"), detail));
                }
                found.uses += 1;
            }
            let commit = (no, received);
            let of = (&names, &events[..]);
            roots.add(tx, commit, of, &mut found.differences).await?;
            found.blobs += 1;
        }
    }
    roots.close(u64::MAX, &mut found.differences);
    let licences = settled(tx, LICENCES, dropped, licence).await?;
    compare(&mut found, "licence", &sums.licences, &licences);
    let bundles = settled(tx, BUNDLES, dropped, bundle).await?;
    compare(&mut found, "bundle", &sums.bundles, &bundles);
    let cycles = settled(tx, CYCLES, dropped, cycle).await?;
    compare(&mut found, "cycle", &sums.cycles, &cycles);
    Ok(found)
}

/// When a blob was accepted, and its events.
fn read<'a>(blob: &Blob<'a>) -> Result<(Timestamp, Vec<Stored<'a>>), BlobError> {
    let events = blob.events().collect::<Result<_, _>>()?;
    Ok((blob.accepted_at(), events))
}

impl Sums {
    /// Adds a use; says what it names that isn't there.
    fn count(&mut self, names: &Names, event: &Stored<'_>) -> Result<(), &'static str> {
        let code = event.code.code().ok_or("licence")?;
        let named = names.licence(code).ok_or("licence")?;
        let track = event.track.or(named.track).ok_or("track")?;
        let (billed, earned) = (event.outcome.billed_ms(), event.outcome.earned());
        let of = self.licences.entry((named.id, track)).or_default();
        of.add(1, billed, earned);
        match &event.outcome {
            Outcome::Drawn(parts) => {
                for part in parts {
                    let id = names.numbered(&named.purse, part.nth);
                    let id = BundleId::from_bytes(id.ok_or("bundle")?);
                    let of = self.bundles.entry(id).or_default();
                    of.add(0, part.billed_ms, part.earns);
                }
            }
            Outcome::Pooled { cycle, micros } => {
                let id = names.numbered(named.id.bytes(), *cycle);
                let id = CycleId::from_bytes(id.ok_or("cycle")?);
                let of = self.cycles.entry((id, track)).or_default();
                of.add(1, 0, *micros);
            }
            Outcome::Free | Outcome::Uncovered => {}
        }
        Ok(())
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

fn compare<K: Ord + Hash + Copy + std::fmt::Debug>(
    found: &mut Replayed,
    what: &str,
    said: &By<K>,
    settled: &By<K>,
) {
    let all: BTreeSet<K> = said.keys().chain(settled.keys()).copied().collect();
    for key in all {
        let of = |sums: &By<K>| sums.get(&key).copied().unwrap_or_default();
        let (said, settled) = (of(said), of(settled));
        if said != settled {
            let detail = format!(
                "the blobs say {}, settled were {}",
                said.words(),
                settled.words()
            );
            found.differences.push((format!("{what} {key:?}"), detail));
        }
    }
}

/// What is said of a blob that no policy has dropped.
const MISSING: &str = "their blobs are gone, and no policy has dropped them";

const DROPPED: &str = "
    select cast(coalesce(sum(uses), 0) as bigint) as uses
      from uses where first_no > 0 and first_no <= $1";

const LICENCES: &str = "
    select licence_id, track_id, cast(sum(uses) as bigint) as uses,
           cast(sum(billed_ms) as bigint) as billed_ms,
           cast(sum(earned_micros) as bigint) as micros
      from uses where first_no > $1 group by licence_id, track_id";

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
