//! Folding blobs into lines: what a settlement makes of the uses in them. Of few uses each keeps a
//! line of its own; many are summed by licence, track, what paid for them, the day and place of publication, and territory.
//!
//! Each commit is folded when it is written, so that a settlement has nothing left to read, however
//! many uses it is of.

use std::collections::{BTreeSet, HashMap};

use domain::envelope::Placement;
use domain::time::DAY_MS;
use domain::{Country, CycleId, LicenceId, Timestamp, TrackId};
use foldhash::fast::RandomState;
use ledger::Currency;
use meter::book::{Accepted, Paid};
use meter::pack::{Outcome, Stored};
use tlog::PartSalts;
use tlog::merkle::Frontier;

use super::known::{Held, Known, Numbered};
use super::line::{Alone, Draws, Line, Pooled, Said, sum};
use super::{blobs, place};
use crate::Fault;
use crate::proofs::Records;

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

    /// Folds the next commit as its blob says it, from what was judged.
    pub(super) fn take<'a, 'b>(
        &mut self,
        known: &Known,
        salts: &PartSalts,
        (no, at): (u64, Timestamp),
        uses: impl Iterator<Item = (Stored<'a>, &'b Accepted)>,
    ) -> Result<(), Fault> {
        let mut records = Records::new(salts);
        let (mut count, folded) = (0, self.day(at));
        for (event, accepted) in uses {
            let one = Use::judged(known, &event, accepted, at)?;
            folded.add(one, (no, count), Some(&mut records))?;
            count += 1;
        }
        self.uses += u64::from(count);
        self.through = no;
        Ok(())
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
        let (mut count, folded) = (0, self.day(at));
        for (index, event) in (0_u32..).zip(blob.events()) {
            let event = event.map_err(Fault::while_("reading a blob of uses"))?;
            if event.outcome == Outcome::Uncovered {
                continue;
            }
            let one = Use::read(known, &event, at)?;
            folded.add(one, (blob.commit(), index), records.as_deref_mut())?;
            count += 1;
        }
        self.uses += count;
        self.through = blob.commit();
        Ok(())
    }

    /// The lines of the day that a commit was accepted on.
    fn day(&mut self, at: Timestamp) -> &mut Folded {
        let day = |at: Timestamp| at.0.div_euclid(DAY_MS);
        let same = self.days.pop_if(|last| day(last.at) == day(at));
        let mut folded = same.unwrap_or_default();
        folded.at = at;
        self.days.push_mut(folded)
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
            self.videos.insert((one.licence, video));
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
    licence: LicenceId,
    currency: Currency,
    held: &'a Held,
    track: TrackId,
    received: Timestamp,
    pool: Option<Pooled>,
    known: &'a Known,
}

impl<'a> Use<'a> {
    /// One that was just judged, as its blob says it.
    fn judged(
        known: &'a Known,
        event: &'a Stored<'a>,
        accepted: &Accepted,
        received: Timestamp,
    ) -> Result<Self, Fault> {
        let licence = accepted.licence();
        let held = known.held.get(&licence);
        Use {
            event,
            licence,
            currency: accepted.currency(),
            held: held.ok_or_else(|| unknown("licence"))?,
            track: accepted.track(),
            received,
            pool: None,
            known,
        }
        .paid()
    }

    /// One that a blob says.
    fn read(known: &'a Known, event: &'a Stored<'a>, received: Timestamp) -> Result<Self, Fault> {
        let (terms, held) = known
            .of_code(&event.code)
            .ok_or_else(|| unknown("licence"))?;
        let own = match terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        Use {
            event,
            licence: terms.id,
            currency: terms.currency,
            held,
            track: event.track.or(own).ok_or_else(|| unknown("track"))?,
            received,
            pool: None,
            known,
        }
        .paid()
    }

    /// With what paid it.
    fn paid(mut self) -> Result<Self, Fault> {
        if let Outcome::Pooled { cycle, .. } = self.event.outcome {
            self.pool = Some(self.pooled(cycle)?);
        }
        Ok(self)
    }

    /// Adds what it drew to what was drawn before.
    fn draw(&self, draws: &mut Draws) -> Result<(), Fault> {
        let Outcome::Drawn(parts) = &self.event.outcome else {
            return Ok(());
        };
        for part in parts {
            let numbered = self.known.numbered(&self.held.purse, part.nth);
            let Some(Numbered::Bundle(id)) = numbered else {
                return Err(unknown("bundle"));
            };
            draws.add(id, (part.billed_ms, part.earns))?;
        }
        Ok(())
    }

    fn pooled(&self, nth: u32) -> Result<Pooled, Fault> {
        let numbered = self.known.numbered(self.licence.bytes(), nth);
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
            licence: self.licence,
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
        let mut draws = Draws::default();
        self.draw(&mut draws)?;
        let alone = if single {
            let report = event.event().to_report();
            let text = serde_json::to_string(&report)
                .map_err(Fault::while_("writing a report of a use"))?;
            Some(Box::new(Alone {
                label: self.held.label.clone(),
                reporter: event.reporter.to_owned(),
                id: report.id,
                report: text,
            }))
        } else {
            None
        };
        Ok(Line {
            id: place::id(self.received, commit, index),
            commits: (commit, commit),
            uses: 1,
            licence: self.licence,
            track: self.track,
            currency: self.currency,
            alone,
            said: Said {
                placement: event.placement,
                territory: event.territory,
                purpose: Some(event.purpose),
                video: Some(event.video_name().into()),
            },
            clip_ms: event.clip_ms,
            billed_ms: event.outcome.billed_ms(),
            earned: event.outcome.earned(),
            published: event.published_at,
            received: self.received,
            draws,
            pool: self.pool.map(Box::new),
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
        if said.purpose != Some(event.purpose) {
            said.purpose = None;
        }
        // An id is written out to be compared: not for a line that names no video any more.
        let same = |video: &str| *video == *event.video_name();
        if !said.video.as_deref().is_some_and(same) {
            said.video = None;
        }
        Ok(())
    }
}

fn unknown(what: &'static str) -> Fault {
    Fault::because(
        "settling uses",
        format!("a blob names a {what} that isn't there"),
    )
}
