//! The trees under lines, made again from blobs: of all lines for the audit, of one for a proof.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use domain::Timestamp;
use foldhash::fast::RandomState;
use meter::pack::{Outcome, Stored};
use store::db::Tx;
use tlog::merkle::{Frontier, Tree};
use tlog::{Hash, Opening, Part, PartSalts};

use super::known::Id;
use super::members::{self, Common, Summed};
use super::names::Names;
use super::{blobs, catch_up, judge, place};
use crate::Fault;
use crate::proofs::Records;

/// Trees being made of blobs, in the order of the log.
pub(super) struct Roots {
    records: Records,
    open: HashMap<Common, Vec<(Summed, Frontier)>, RandomState>,
    /// By the last commit with a use of theirs.
    due: BTreeMap<u64, Vec<Common>>,
}

/// A use among several, with what leads from it to its line's root.
pub(crate) struct Single {
    pub(crate) line: Id,
    pub(crate) reporter: String,
    pub(crate) part: Part,
}

/// Why a use can't be shown by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotShown {
    /// There is no such use.
    Unknown,
    /// The line is of this use alone.
    Alone,
    /// It was settled before there were trees.
    Before,
    /// Its raw report was dropped.
    Dropped,
}

impl Roots {
    pub(super) fn new(salts: &PartSalts) -> Roots {
        Roots {
            records: Records::new(salts),
            open: HashMap::default(),
            due: BTreeMap::new(),
        }
    }

    /// Adds the uses of the next commit, and says which of the lines that end with it aren't over what
    /// blobs hold.
    pub(super) async fn add(
        &mut self,
        tx: &mut Tx,
        (no, received): (u64, Timestamp),
        (names, events): (&Names, &[Stored<'_>]),
        differences: &mut Vec<(String, String)>,
    ) -> Result<(), Fault> {
        for line in members::beginning(tx, no, received).await? {
            self.due.entry(line.last).or_default().push(line.common);
            let of = self.open.entry(line.common).or_default();
            of.push((line, Frontier::default()));
        }
        for (index, event) in (0_u32..).zip(events) {
            self.count(names, (no, index), received, event);
        }
        self.close(no, differences);
        Ok(())
    }

    fn count(&mut self, names: &Names, at: (u64, u32), received: Timestamp, event: &Stored<'_>) {
        if is_kept_only(event) {
            return;
        }
        // What names something that isn't there is told by the sums.
        let Some(common) = members::common(names, event, received) else {
            return;
        };
        let lines = self.open.get_mut(&common).into_iter().flatten();
        let mut over = lines.filter(|(line, _)| (line.first..=line.last).contains(&at.0));
        if let Some((_, tree)) = over.next() {
            tree.push(self.records.leaf(at, received, event));
        }
    }

    /// Compares the lines that no later commit adds to.
    pub(super) fn close(&mut self, through: u64, differences: &mut Vec<(String, String)>) {
        while let Some(entry) = self.due.first_entry().filter(|due| *due.key() <= through) {
            for common in entry.remove() {
                let Some(lines) = self.open.get_mut(&common) else {
                    continue;
                };
                for (line, tree) in lines.extract_if(.., |(line, _)| line.last <= through) {
                    if tree.size() != line.uses || line.root != Some(tree.head()) {
                        let subject = format!("line {}", HEXLOWER.encode(&line.id));
                        differences.push((subject, OTHERS.to_owned()));
                    }
                }
                if lines.is_empty() {
                    self.open.remove(&common);
                }
            }
        }
    }
}

/// The use with this number, from 1, of those that a line is over.
pub(crate) async fn of_line(
    tx: &mut Tx,
    salts: &PartSalts,
    (line, nth): (&Id, u64),
) -> Result<Result<Single, NotShown>, Fault> {
    let Some(line) = members::line(tx, line).await? else {
        return Ok(Err(NotShown::Unknown));
    };
    let Some(position) = nth.checked_sub(1).filter(|at| *at < line.uses) else {
        return Ok(Err(NotShown::Unknown));
    };
    single(tx, salts, line, |at, _| at == position).await
}

/// The use at a place.
pub(crate) async fn at(
    tx: &mut Tx,
    salts: &PartSalts,
    place: (u64, u32),
) -> Result<Result<Single, NotShown>, Fault> {
    let Some(bytes) = blobs::one(tx, place.0).await? else {
        return Ok(Err(NotShown::Unknown));
    };
    let blob = blobs::frame(&bytes)?;
    let received = blob.accepted_at();
    let Some(event) = blobs::event(tx, blob, place.1).await? else {
        return Ok(Err(NotShown::Unknown));
    };
    let mut names = Names::default();
    names.learn(tx, std::slice::from_ref(&event)).await?;
    let Some(common) = members::common(&names, &event, received) else {
        return Ok(Err(NotShown::Unknown));
    };
    match members::over(tx, &common, (place.0, received)).await? {
        None => Ok(Err(NotShown::Unknown)),
        Some(line) => single(tx, salts, line, |_, one| one == place).await,
    }
}

/// The use that has this id, if a blob holds one.
pub(crate) async fn named(tx: &mut Tx, id: &Id) -> Result<Option<(u64, u32)>, Fault> {
    let (commit, index) = place::of(id);
    let Some(bytes) = blobs::one(tx, commit).await? else {
        return Ok(None);
    };
    let received = blobs::frame(&bytes)?.accepted_at();
    Ok((place::id(received, commit, index) == *id).then_some((commit, index)))
}

/// Makes the tree under a line, and picks the use that is wanted by its position or its place.
async fn single(
    tx: &mut Tx,
    salts: &PartSalts,
    line: Summed,
    wanted: impl Fn(u64, (u64, u32)) -> bool,
) -> Result<Result<Single, NotShown>, Fault> {
    let Some(root) = line.root else {
        let alone = line.uses == 1;
        return Ok(Err(if alone {
            NotShown::Alone
        } else {
            NotShown::Before
        }));
    };
    if line.first <= catch_up::mark(tx).await?.dropped {
        return Ok(Err(NotShown::Dropped));
    }
    let (mut records, mut names) = (Records::new(salts), Names::default());
    let mut codes = blobs::Codes::default();
    let (mut leaves, mut found, mut at) = (Vec::new(), None, line.first - 1);
    while at < line.last {
        let page = blobs::after(tx, at, line.last).await?;
        for (no, bytes) in &page {
            let blob = codes.open(tx, bytes).await?;
            let events: Result<Vec<_>, _> = blob.events().collect();
            let events = events.map_err(Fault::while_("reading a use again"))?;
            names.learn(tx, &events).await?;
            let received = blob.accepted_at();
            for (index, event) in (0_u32..).zip(&events) {
                if members::common(&names, event, received) != Some(line.common)
                    || is_kept_only(event)
                {
                    continue;
                }
                let place = (*no, index);
                if wanted(leaves.len() as u64, place) {
                    let one = records.one(place, received, event);
                    found = Some((leaves.len() as u64, place, one, event.reporter.to_owned()));
                }
                leaves.push(records.leaf(place, received, event));
            }
        }
        match page.last() {
            Some((no, _)) => at = *no,
            None => return Err(judge::missing(at + 1)),
        }
    }
    let Some((position, place, one, reporter)) = found else {
        return Ok(Err(NotShown::Unknown));
    };
    let part = Part {
        bytes: one.encode().to_vec(),
        opening: opening(leaves, position, records.salt(place), root)?,
    };
    Ok(Ok(Single {
        line: line.id,
        reporter,
        part,
    }))
}

/// Kept, and counted nowhere.
fn is_kept_only(event: &Stored<'_>) -> bool {
    event.outcome == Outcome::Uncovered
}

fn opening(
    leaves: Vec<Hash>,
    position: u64,
    salt: [u8; tlog::SALT_BYTES],
    root: Hash,
) -> Result<Opening, Fault> {
    let doing = "making a proof of a use";
    let tree = Tree::new(leaves);
    if tree.head() != root {
        return Err(Fault::because(doing, OTHERS));
    }
    let path = tree.inclusion(position);
    Ok(Opening {
        position: u32::try_from(position).map_err(Fault::while_(doing))?,
        salt,
        path: path.ok_or_else(|| Fault::because(doing, OTHERS))?,
    })
}

const OTHERS: &str = "the blobs hold other uses than it was settled and logged over";
