//! A use that is folded: what it belongs to, and what it adds to its line.

use std::borrow::Cow;

use domain::Timestamp;
use domain::time::DAY_MS;
use meter::book::{LicenceNo, Paid, TrackNo};
use meter::pack::{Outcome, Stored};
use tlog::merkle::Frontier;

use super::known::{Known, Numbered};
use super::line::{Alone, Drawn, Draws, Key, Line, Pooled, Said, sum};
use super::place;
use crate::Fault;

/// A use that was just judged.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) event: &'a Stored<'a>,
    pub(super) licence: LicenceNo,
    pub(super) track: TrackNo,
    /// The video, where its licence counts it and hasn't yet.
    pub(super) video: Option<&'a str>,
}

/// A use of a blob, with what its numbers stand for.
pub(super) struct Use<'a> {
    pub(super) event: &'a Stored<'a>,
    /// Where it lies.
    pub(super) place: (u64, u32),
    pub(super) licence: LicenceNo,
    track: TrackNo,
    pub(super) received: Timestamp,
    /// The video, where its licence counts them.
    pub(super) video: Option<Cow<'a, str>>,
    pool: Option<(u32, Pooled)>,
    pub(super) known: &'a Known,
}

impl<'a> Use<'a> {
    /// One that was just judged, as its blob says it.
    pub(super) fn judged(
        known: &'a Known,
        judged: Judged<'a>,
        place: (u64, u32),
        received: Timestamp,
    ) -> Result<Self, Fault> {
        Use {
            event: judged.event,
            place,
            licence: judged.licence,
            track: judged.track,
            received,
            video: judged.video.map(Cow::Borrowed),
            pool: None,
            known,
        }
        .paid()
    }

    /// One that a blob says.
    pub(super) fn read(
        known: &'a Known,
        event: &'a Stored<'a>,
        place: (u64, u32),
        received: Timestamp,
    ) -> Result<Self, Fault> {
        let (licence, terms) = known
            .of_code(&event.code)
            .ok_or_else(|| unknown("licence"))?;
        let held = known.held(licence).ok_or_else(|| unknown("licence"))?;
        let own = match terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let track = event.track.or(own).and_then(|id| known.book.find_track(id));
        Use {
            event,
            place,
            licence,
            track: track.ok_or_else(|| unknown("track"))?,
            received,
            video: held.counts_videos.then(|| event.video_name()),
            pool: None,
            known,
        }
        .paid()
    }

    /// With what paid it.
    fn paid(mut self) -> Result<Self, Fault> {
        if let Outcome::Pooled { cycle, .. } = self.event.outcome {
            self.pool = Some((cycle, self.pooled(cycle)?));
        }
        Ok(self)
    }

    /// What it drew on.
    fn drawn(&self) -> impl Iterator<Item = Result<Drawn, Fault>> {
        let parts = match &self.event.outcome {
            Outcome::Drawn(parts) => &parts[..],
            _ => &[],
        };
        parts.iter().map(|part| {
            let bundle = self.known.bundle(self.licence, part.nth);
            let bundle = bundle.ok_or_else(|| unknown("bundle"))?;
            Ok((bundle, (part.billed_ms, part.earns)))
        })
    }

    /// What it was billed, in ms, and has earned, in micro-units.
    fn amounts(&self) -> (i64, i64) {
        let outcome = &self.event.outcome;
        (outcome.billed_ms(), outcome.earned())
    }

    fn pooled(&self, nth: u32) -> Result<Pooled, Fault> {
        let terms = self.known.book.terms(self.licence);
        let terms = terms.ok_or_else(|| unknown("licence"))?;
        let numbered = self.known.numbered(terms.id.bytes(), nth);
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

    pub(super) fn key(&self) -> Key {
        let day = self.event.published_at.0.div_euclid(DAY_MS);
        Key {
            licence: self.licence,
            track: self.track,
            cycle: self.pool.map(|(nth, pool)| (nth, pool.origin.is_some())),
            day,
            placement: self.event.placement,
            territory: self.event.territory,
        }
    }

    /// A line of it alone, to which others may be added unless it keeps that for itself.
    pub(super) fn line(&self, single: bool) -> Result<Line, Fault> {
        let event = self.event;
        let terms = self.known.book.terms(self.licence);
        let terms = terms.ok_or_else(|| unknown("licence"))?;
        let track = self.known.book.track_id(self.track);
        let (commit, index) = self.place;
        let mut line = Line {
            key: self.key(),
            id: place::id(self.received, commit, index),
            commits: (commit, commit),
            uses: 1,
            licence: terms.id,
            track: track.ok_or_else(|| unknown("track"))?,
            currency: terms.currency,
            alone: single.then(|| self.alone()).transpose()?.map(Box::new),
            said: Said {
                purpose: Some(event.purpose),
                video: Some(event.video_name().into()),
            },
            clip_ms: event.clip_ms,
            billed_ms: 0,
            earned: 0,
            published: event.published_at,
            received: self.received,
            draws: Draws::default(),
            pool: self.pool.map(|(_, pool)| Box::new(pool)),
            tree: Frontier::default(),
        };
        line.bill(self.amounts(), self.drawn())?;
        Ok(line)
    }

    /// What is kept of it where nothing is added to its line.
    fn alone(&self) -> Result<Alone, Fault> {
        let held = self.known.held(self.licence);
        let report = self.event.event().to_report();
        let text = serde_json::to_string(&report);
        Ok(Alone {
            label: held.ok_or_else(|| unknown("licence"))?.label.clone(),
            reporter: self.event.reporter.to_owned(),
            id: report.id,
            report: text.map_err(Fault::while_("writing a report of a use"))?,
        })
    }

    /// Adds it to the line that it belongs to.
    pub(super) fn add_to(&self, line: &mut Line) -> Result<(), Fault> {
        let event = self.event;
        line.uses += 1;
        line.commits.1 = self.place.0;
        line.clip_ms = sum(line.clip_ms, event.clip_ms)?;
        line.bill(self.amounts(), self.drawn())?;
        line.published = line.published.max(event.published_at);
        line.received = line.received.max(self.received);
        if let (Some(pool), Some((_, new))) = (&mut line.pool, self.pool) {
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
