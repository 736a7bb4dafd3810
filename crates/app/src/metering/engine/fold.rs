//! Folding blobs into lines: what a settlement makes of the uses in them. Of few uses each keeps a
//! line of its own; many are summed by licence, track, what paid for them, the day and place of publication, and territory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::envelope::Placement;
use domain::{BundleId, Country, CycleId, LicenceId, SubscriptionId, Timestamp, TrackId};
use ledger::Currency;
use meter::book::{LicenceTerms, Paid};
use meter::pack::{Outcome, Part, Stored};

use super::blobs;
use super::known::{Held, Id, Known, Numbered};
use crate::Fault;

/// Up to how many uses each keeps a line of its own.
const SINGLES_MAX: u32 = 256;

/// What a settlement makes of blobs.
#[derive(Default)]
pub(super) struct Folded {
    pub(super) lines: Vec<Line>,
    /// Videos under licences that count them.
    pub(super) videos: BTreeSet<(LicenceId, String)>,
}

/// Uses under one licence of one track.
pub(super) struct Line {
    pub(super) id: Id,
    /// The first and the last commit with such a use.
    pub(super) commits: (u64, u64),
    pub(super) uses: i64,
    pub(super) licence: LicenceId,
    pub(super) label: String,
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
    /// Where each keeps a line of its own, its number.
    own: Option<u32>,
}

/// Folds blobs, in their order.
pub(super) fn fold(known: &Known, blobs: &[blobs::Numbered]) -> Result<Folded, Fault> {
    let opened: Vec<_> = blobs
        .iter()
        .map(|(_, bytes)| blobs::open(bytes))
        .collect::<Result<_, Fault>>()?;
    let count = opened
        .iter()
        .map(|blob| u64::from(blob.count()))
        .sum::<u64>();
    let singles = count <= u64::from(SINGLES_MAX);
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut out = Folded::default();
    let mut nth = 0_u32;
    for blob in &opened {
        for (index, event) in (0_u32..).zip(blob.events()) {
            let event = event.map_err(Fault::while_("reading a blob of uses"))?;
            if event.outcome == Outcome::Uncovered {
                continue;
            }
            let one = Use::of(known, &event, blob.accepted_at())?;
            if one.held.counts_videos {
                let video = event.video_name().into_owned();
                out.videos.insert((one.terms.id, video));
            }
            let key = one.key(singles.then_some(nth));
            nth = nth.wrapping_add(1);
            let place = (blob.commit(), index);
            match places.get(&key).and_then(|at| out.lines.get_mut(*at)) {
                Some(line) => one.add_to(line, place.0)?,
                None => {
                    places.insert(key, out.lines.len());
                    out.lines.push(one.line(place, singles)?);
                }
            }
        }
    }
    Ok(out)
}

/// A use of a blob, with what its numbers stand for.
struct Use<'a> {
    event: &'a Stored<'a>,
    terms: &'a LicenceTerms,
    held: &'a Held,
    track: TrackId,
    received: Timestamp,
    pool: Option<Pooled>,
    draws: BTreeMap<BundleId, (i64, i64)>,
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
            draws: BTreeMap::new(),
        };
        match &event.outcome {
            Outcome::Drawn(parts) => one.draw(known, parts)?,
            Outcome::Pooled { cycle, .. } => one.pool = Some(one.pooled(known, *cycle)?),
            Outcome::Free | Outcome::Uncovered => {}
        }
        Ok(one)
    }

    fn draw(&mut self, known: &Known, parts: &[Part]) -> Result<(), Fault> {
        for part in parts {
            let Some(Numbered::Bundle(id)) = known.numbered(&self.held.purse, part.nth) else {
                return Err(unknown("bundle"));
            };
            let sum = self.draws.entry(id).or_default();
            *sum = (sum.0 + part.billed_ms, sum.1 + part.earns);
        }
        Ok(())
    }

    fn pooled(&self, known: &Known, nth: u32) -> Result<Pooled, Fault> {
        let numbered = known.numbered(self.terms.id.bytes(), nth);
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

    fn key(&self, own: Option<u32>) -> Key {
        let day = self.event.published_at.0.div_euclid(domain::time::DAY_MS);
        Key {
            licence: self.terms.id,
            track: self.track,
            cycle: self.pool.map(|pool| pool.cycle),
            late: self.pool.is_some_and(|pool| pool.origin.is_some()),
            day,
            placement: self.event.placement,
            territory: self.event.territory,
            own,
        }
    }

    fn line(self, (commit, index): (u64, u32), single: bool) -> Result<Line, Fault> {
        let event = self.event;
        let single = if single {
            let report = event.event().to_report();
            let text = serde_json::to_string(&report)
                .map_err(Fault::while_("writing a report of a use"))?;
            Some((event.reporter.to_owned(), report.id, text))
        } else {
            None
        };
        Ok(Line {
            id: id(self.received, commit, index),
            commits: (commit, commit),
            uses: 1,
            licence: self.terms.id,
            label: self.held.label.clone(),
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
            draws: self.draws,
            pool: self.pool,
        })
    }

    fn add_to(self, line: &mut Line, commit: u64) -> Result<(), Fault> {
        let event = self.event;
        let sum = |one: i64, other: i64| {
            let sum = one.checked_add(other);
            sum.ok_or_else(|| Fault::because("adding up uses", "they are too many"))
        };
        line.uses += 1;
        line.commits.1 = commit;
        line.clip_ms = sum(line.clip_ms, event.clip_ms)?;
        line.billed_ms = sum(line.billed_ms, event.outcome.billed_ms())?;
        line.earned = sum(line.earned, event.outcome.earned())?;
        line.published = line.published.max(event.published_at);
        line.received = line.received.max(self.received);
        for (bundle, (ms, micros)) in self.draws {
            let drawn = line.draws.entry(bundle).or_default();
            *drawn = (sum(drawn.0, ms)?, sum(drawn.1, micros)?);
        }
        if let (Some(pool), Some(new)) = (&mut line.pool, self.pool) {
            pool.origin = pool.origin.max(new.origin);
        }
        let said = &mut line.said;
        if said.purpose != Some(event.purpose.code()) {
            said.purpose = None;
        }
        if said.video.as_deref() != Some(&*event.video_name()) {
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

/// The id of a line: sorted by when its first use was received, then by where that lies.
fn id(received: Timestamp, commit: u64, index: u32) -> Id {
    let mut place = [0; 10];
    let commit = commit.to_be_bytes();
    // Version and variant take the high bits of the first and third byte.
    place[1] = commit[3];
    place[2] = commit[4] >> 2;
    place[3] = commit[4];
    place[4..7].copy_from_slice(&commit[5..]);
    place[7..].copy_from_slice(&index.to_be_bytes()[1..]);
    domain::uuid7(received, place)
}
