//! The tree under a line, made again from blobs for a proof.

use store::db::Tx;
use tlog::merkle::Tree;
use tlog::{Hash, Opening, Part, PartSalts};

use super::known::Id;
use super::members::{self, Summed};
use super::names::Names;
use super::{blobs, catch_up, judge, place};
use crate::Fault;
use crate::proofs::Records;

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
                    || members::is_kept_only(event)
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

/// What is said of a line whose tree can't be made again.
pub(super) const OTHERS: &str = "the blobs hold other uses than it was settled and logged over";
