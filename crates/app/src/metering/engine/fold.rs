//! Folding blobs into lines: what a settlement makes of the uses in them. Of few uses each keeps a
//! line of its own; many are summed by licence, track, what paid for them, the day and place of publication, and territory.
//!
//! Each commit is folded when it is written, so that a settlement has nothing left to read, however
//! many uses it is of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::envelope::Placement;
use domain::time::DAY_MS;
use domain::{BundleId, Country, CycleId, LicenceId, SubscriptionId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use ledger::{Currency, Money};
use meter::book::{LicenceTerms, Paid};
use meter::pack::{Outcome, Stored};
use sha2::{Digest, Sha256};
use tlog::PartSalts;
use tlog::merkle::Frontier;

use super::blobs;
use super::known::{Held, Id, Known, Numbered};
use super::place;
use crate::Fault;
use crate::proofs::{Logged, Records, event, letters};

/// Up to how many uses each keeps a line of its own.
pub(super) const SINGLES_MAX: u64 = 256;

/// What the commits after one and through another are folded into.
#[derive(Default)]
pub(super) struct Unsettled {
    /// The last commit that isn't in it, since it is settled, and the last that is.
    after: u64,
    through: u64,
    pub(super) uses: u64,
    /// By the day that their commits were accepted on, in their order: what waited, since a program
    /// had stopped, still belongs to its own month.
    pub(super) days: Vec<Folded>,
}

/// What a settlement makes of one day's blobs.
#[derive(Default)]
pub(super) struct Folded {
    /// When the last of its commits was accepted.
    pub(super) at: Timestamp,
    pub(super) lines: Vec<Line>,
    /// Videos under licences that count them.
    pub(super) videos: BTreeSet<(LicenceId, String)>,
    places: HashMap<Key, usize, RandomState>,
}

/// Uses under one licence of one track.
pub(super) struct Line {
    pub(super) id: Id,
    /// The first and the last commit with such a use.
    pub(super) commits: (u64, u64),
    pub(super) uses: i64,
    pub(super) licence: LicenceId,
    /// What its licence is called, of a single use.
    pub(super) label: Option<String>,
    pub(super) track: TrackId,
    pub(super) currency: Currency,
    pub(super) said: Said,
    pub(super) clip_ms: i64,
    pub(super) billed_ms: i64,
    pub(super) earned: i64,
    /// When the last of them was published and received.
    pub(super) published: Timestamp,
    pub(super) received: Timestamp,
    /// What was billed and earned, by bundle.
    pub(super) draws: BTreeMap<BundleId, (i64, i64)>,
    pub(super) pool: Option<Pooled>,
    /// The tree over its uses; empty where it is of a single one.
    pub(super) tree: Frontier,
}

/// What a line keeps of its reports.
pub(super) struct Said {
    /// Of one alone: its reporter, id and report.
    pub(super) single: Option<(String, String, String)>,
    pub(super) placement: &'static str,
    pub(super) territory: Option<String>,
    /// Of several: where they agree.
    pub(super) purpose: Option<&'static str>,
    pub(super) video: Option<String>,
}

/// The cycle that paid.
#[derive(Clone, Copy)]
pub(super) struct Pooled {
    pub(super) cycle: CycleId,
    pub(super) subscription: SubscriptionId,
    /// When the last was published, where their own cycle was closed.
    pub(super) origin: Option<Timestamp>,
}

/// Lines with the same key are one.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    licence: LicenceId,
    track: TrackId,
    cycle: Option<CycleId>,
    late: bool,
    /// The day of publication.
    day: i64,
    placement: Placement,
    territory: Option<Country>,
}

impl Unsettled {
    /// Nothing, after a commit.
    pub(super) fn after(settled: u64) -> Unsettled {
        Unsettled {
            after: settled,
            through: settled,
            ..Unsettled::default()
        }
    }

    /// The commits that it holds: after the first and through the second.
    pub(super) fn span(&self) -> (u64, u64) {
        (self.after, self.through)
    }

    /// How many lines it would be.
    pub(super) fn lines(&self) -> usize {
        self.days.iter().map(|day| day.lines.len()).sum()
    }

    /// Folds blobs, in their order: few uses keep a line each.
    pub(super) fn of(
        known: &Known,
        salts: &PartSalts,
        blobs: &[blobs::Numbered],
    ) -> Result<Unsettled, Fault> {
        let mut count = 0;
        for (_, bytes) in blobs {
            count += u64::from(blobs::frame(bytes)?.count());
        }
        let mut out = Unsettled::after(blobs.first().map_or(0, |(no, _)| no - 1));
        let mut records = (count > SINGLES_MAX).then(|| Records::new(salts));
        for (_, bytes) in blobs {
            out.fold(known, bytes, records.as_mut())?;
        }
        Ok(out)
    }

    /// Folds the next blob.
    pub(super) fn add(
        &mut self,
        known: &Known,
        salts: &PartSalts,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        self.fold(known, bytes, Some(&mut Records::new(salts)))
    }

    /// Without records each use keeps a line.
    fn fold(
        &mut self,
        known: &Known,
        bytes: &[u8],
        mut records: Option<&mut Records>,
    ) -> Result<(), Fault> {
        let blob = known.codes.name(blobs::frame(bytes)?);
        let at = blob.accepted_at();
        let day = |at: Timestamp| at.0.div_euclid(DAY_MS);
        if self.days.last().is_none_or(|last| day(last.at) != day(at)) {
            self.days.push(Folded::default());
        }
        if let Some(folded) = self.days.last_mut() {
            folded.at = at;
            for (index, event) in (0_u32..).zip(blob.events()) {
                let event = event.map_err(Fault::while_("reading a blob of uses"))?;
                if event.outcome == Outcome::Uncovered {
                    continue;
                }
                let one = Use::of(known, &event, at)?;
                folded.add(one, (blob.commit(), index), records.as_deref_mut())?;
                self.uses += 1;
            }
        }
        self.through = blob.commit();
        Ok(())
    }
}

impl Folded {
    fn add(
        &mut self,
        one: Use<'_>,
        place: (u64, u32),
        records: Option<&mut Records>,
    ) -> Result<(), Fault> {
        if one.held.counts_videos {
            let video = one.event.video_name().into_owned();
            self.videos.insert((one.terms.id, video));
        }
        let Some(records) = records else {
            self.lines.push(one.line(place, true)?);
            return Ok(());
        };
        let leaf = records.leaf(place, one.received, one.event);
        let key = one.key();
        match self.places.get(&key).and_then(|at| self.lines.get_mut(*at)) {
            Some(line) => {
                line.tree.push(leaf);
                one.add_to(line, place.0)
            }
            None => {
                self.places.insert(key, self.lines.len());
                let mut line = one.line(place, false)?;
                line.tree.push(leaf);
                self.lines.push(line);
                Ok(())
            }
        }
    }
}

/// A use of a blob, with what its numbers stand for.
struct Use<'a> {
    event: &'a Stored<'a>,
    terms: &'a LicenceTerms,
    held: &'a Held,
    track: TrackId,
    received: Timestamp,
    pool: Option<Pooled>,
    known: &'a Known,
}

impl<'a> Use<'a> {
    fn of(known: &'a Known, event: &'a Stored<'a>, received: Timestamp) -> Result<Self, Fault> {
        let (terms, held) = known
            .of_code(&event.code)
            .ok_or_else(|| unknown("licence"))?;
        let own = match terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let mut one = Use {
            event,
            terms,
            held,
            track: event.track.or(own).ok_or_else(|| unknown("track"))?,
            received,
            pool: None,
            known,
        };
        if let Outcome::Pooled { cycle, .. } = event.outcome {
            one.pool = Some(one.pooled(cycle)?);
        }
        Ok(one)
    }

    /// Adds what it drew to what was drawn before.
    fn draw(&self, draws: &mut BTreeMap<BundleId, (i64, i64)>) -> Result<(), Fault> {
        let Outcome::Drawn(parts) = &self.event.outcome else {
            return Ok(());
        };
        for part in parts {
            let numbered = self.known.numbered(&self.held.purse, part.nth);
            let Some(Numbered::Bundle(id)) = numbered else {
                return Err(unknown("bundle"));
            };
            let (ms, micros) = draws.entry(id).or_default();
            *ms = sum(*ms, part.billed_ms)?;
            *micros = sum(*micros, part.earns)?;
        }
        Ok(())
    }

    fn pooled(&self, nth: u32) -> Result<Pooled, Fault> {
        let numbered = self.known.numbered(self.terms.id.bytes(), nth);
        let Some(Numbered::Cycle {
            id,
            cycle,
            subscription,
        }) = numbered
        else {
            return Err(unknown("cycle"));
        };
        let published = self.event.published_at;
        let late = !cycle.contains(published.min(self.received));
        Ok(Pooled {
            cycle: id,
            subscription,
            origin: late.then_some(published),
        })
    }

    fn key(&self) -> Key {
        let day = self.event.published_at.0.div_euclid(DAY_MS);
        Key {
            licence: self.terms.id,
            track: self.track,
            cycle: self.pool.map(|pool| pool.cycle),
            late: self.pool.is_some_and(|pool| pool.origin.is_some()),
            day,
            placement: self.event.placement,
            territory: self.event.territory,
        }
    }

    fn line(self, (commit, index): (u64, u32), single: bool) -> Result<Line, Fault> {
        let event = self.event;
        let mut draws = BTreeMap::new();
        self.draw(&mut draws)?;
        let single = if single {
            let report = event.event().to_report();
            let text = serde_json::to_string(&report)
                .map_err(Fault::while_("writing a report of a use"))?;
            Some((event.reporter.to_owned(), report.id, text))
        } else {
            None
        };
        Ok(Line {
            id: place::id(self.received, commit, index),
            commits: (commit, commit),
            uses: 1,
            licence: self.terms.id,
            label: single.is_some().then(|| self.held.label.clone()),
            track: self.track,
            currency: self.terms.currency,
            said: Said {
                single,
                placement: event.placement.code(),
                purpose: Some(event.purpose.code()),
                video: Some(event.video_name().into_owned()),
                territory: event.territory.map(|country| country.to_string()),
            },
            clip_ms: event.clip_ms,
            billed_ms: event.outcome.billed_ms(),
            earned: event.outcome.earned(),
            published: event.published_at,
            received: self.received,
            draws,
            pool: self.pool,
            tree: Frontier::default(),
        })
    }

    fn add_to(self, line: &mut Line, commit: u64) -> Result<(), Fault> {
        let event = self.event;
        line.uses += 1;
        line.commits.1 = commit;
        line.clip_ms = sum(line.clip_ms, event.clip_ms)?;
        line.billed_ms = sum(line.billed_ms, event.outcome.billed_ms())?;
        line.earned = sum(line.earned, event.outcome.earned())?;
        line.published = line.published.max(event.published_at);
        line.received = line.received.max(self.received);
        self.draw(&mut line.draws)?;
        if let (Some(pool), Some(new)) = (&mut line.pool, self.pool) {
            pool.origin = pool.origin.max(new.origin);
        }
        let said = &mut line.said;
        if said.purpose != Some(event.purpose.code()) {
            said.purpose = None;
        }
        // An id is written out to be compared: not for a line that names no video any more.
        let same = |video: &String| *video == event.video_name();
        if !said.video.as_ref().is_some_and(same) {
            said.video = None;
        }
        Ok(())
    }
}

impl Line {
    /// What the transparency log says of it.
    pub(super) fn logged(&self, settlement: Id) -> Result<Logged, Fault> {
        let report = self.said.single.as_ref().map(|(_, _, report)| report);
        Ok(Logged {
            earned: Money::new(self.earned, self.currency),
            used: event::Use {
                id: self.id,
                settlement,
                uses: self.uses,
                licence: *self.licence.bytes(),
                track: *self.track.bytes(),
                clip_ms: self.clip_ms,
                billed_ms: self.billed_ms,
                earned_micros: self.earned,
                currency: letters(self.currency.code())?,
                published_ms: self.published.0,
                received_ms: self.received.0,
                report: report.map_or([0; 32], |text| Sha256::digest(text).into()),
                root: self.root(),
            },
        })
    }

    /// The root of the tree over its uses.
    pub(super) fn root(&self) -> Option<[u8; 32]> {
        (self.tree.size() > 0).then(|| self.tree.head().0)
    }
}

fn sum(one: i64, other: i64) -> Result<i64, Fault> {
    let sum = one.checked_add(other);
    sum.ok_or_else(|| Fault::because("adding up uses", "they are too many"))
}

fn unknown(what: &'static str) -> Fault {
    Fault::because(
        "settling uses",
        format!("a blob names a {what} that isn't there"),
    )
}
