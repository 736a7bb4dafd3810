//! The slow judge: the world kept as a database keeps it, and every event given to the domain's
//! own `judge` with what the store would look up for it.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::cycle::{Cycle, Entry};
use domain::subscription::entry_in_runs;
use domain::usage::{Known, LicenceFacts, LicenceState, PaidBy, PoolFacts, UseRefusal, judge};
use domain::{Bundle, Decision, Draw, Pool, Timestamp, TrackId};
use licence_key::Code;
use meter::book::{CycleTerms, LicenceTerms, Paid, Verdict};
use meter::event::Event;
use meter::pack::{Outcome, Part};

use crate::common::{code, track};
use crate::world::{LICENCES, Owned, bundles, cycles, purse, runs, terms, track_terms};

pub(crate) struct Model {
    pub(crate) terms: BTreeMap<u8, LicenceTerms>,
    pub(crate) bundles: Vec<Owned>,
    /// By licence and place, with all uses.
    pub(crate) cycles: BTreeMap<(u8, u32), CycleTerms>,
    videos: HashMap<u8, HashSet<String>>,
}

/// What is said of an event: accepted with its draws or pool, and the time of publication where it
/// is late; or the reasons why not.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    Counts(Outcome, Option<Timestamp>),
    Refused(Vec<UseRefusal>),
}

pub(crate) fn said(verdict: Verdict) -> Said {
    match verdict {
        Verdict::Accept(accepted) => Said::Counts(accepted.outcome().clone(), accepted.origin()),
        Verdict::Refuse(reasons) => Said::Refused(reasons),
    }
}

/// The cycle that pays, by its place, and the time of publication where that is another.
type Posted = (u32, Option<Timestamp>);

impl Model {
    pub(crate) fn new() -> Model {
        let cycles = cycles().into_iter();
        Model {
            terms: LICENCES.map(|n| (n, terms(n))).collect(),
            bundles: bundles(),
            cycles: cycles.map(|(n, one)| ((n, one.nth), one)).collect(),
            videos: HashMap::new(),
        }
    }

    pub(crate) fn judge(&mut self, event: &Event<'_>, now: Timestamp) -> Said {
        let report = event.to_report();
        let parsed = report.licence_code.as_deref();
        let parsed = parsed.and_then(|code| code.parse::<Code>().ok());
        let Some(n) = LICENCES.into_iter().find(|n| parsed == Some(code(*n))) else {
            return Said::Refused(vec![UseRefusal::UnknownLicence]);
        };
        let used = report.track.map(|used| (1..=5).find(|n| track(*n) == used));
        if used == Some(None) {
            return Said::Refused(vec![UseRefusal::UnknownTrack]);
        }
        let used = used.flatten().map(track_terms);
        let at = report.published_at;
        let licence = self.terms[&n].clone();
        let posted = self.posted(n, at, now);
        let paid_by = match licence.paid_by {
            Paid::Tier(track) => PaidBy::Tier {
                track,
                other_videos: self.other_videos(n, event.video_name()),
            },
            Paid::Bundle => PaidBy::Bundle,
            Paid::Pool => PaidBy::Pool(PoolFacts {
                paid: posted.is_some(),
                in_rotation: used.as_ref().is_some_and(|one| one.rotates(at)),
            }),
        };
        let barred = used.filter(|_| !matches!(paid_by, PaidBy::Tier { .. }));
        let facts = LicenceFacts {
            state: licence.state,
            paid_by,
            barred: barred.and_then(|one| one.barred(at)),
        };
        let pool = posted.map(|(nth, _)| self.pool(n, nth));
        let known = Known {
            earlier: None,
            licence: &facts,
            envelope: &licence.envelope,
            bundles: &self.family(n),
            pool: pool.as_ref(),
        };
        match judge(&report, &known, now) {
            Decision::Refuse(reasons) => Said::Refused(reasons),
            Decision::Accept { draws, earned, .. } => match licence.paid_by {
                Paid::Tier(_) => {
                    let videos = self.videos.entry(n).or_default();
                    videos.insert(event.video_name().to_owned());
                    Said::Counts(Outcome::Free, None)
                }
                Paid::Pool if draws.is_empty() => {
                    self.count(n, posted.unwrap(), report.track.unwrap(), earned)
                }
                _ => Said::Counts(self.draw(n, &draws), None),
            },
            other => panic!("{other:?}"),
        }
    }

    fn other_videos(&self, n: u8, video: &str) -> u32 {
        let videos = self.videos.get(&n).into_iter().flatten();
        videos
            .filter(|one| *one != video)
            .count()
            .try_into()
            .unwrap()
    }

    /// The bundles of a licence's purse, in its currency, whose own licences are in force.
    fn family(&self, n: u8) -> Vec<Bundle> {
        let same = |one: u8| {
            let (one, own) = (&self.terms[&one], &self.terms[&n]);
            one.currency == own.currency && one.state == LicenceState::Active
        };
        let family = self.bundles.iter();
        let family = family.filter(|(owner, ..)| purse(*owner) == purse(n) && same(*owner));
        family.map(|(_, _, bundle)| bundle.clone()).collect()
    }

    fn posted(&self, n: u8, published: Timestamp, now: Timestamp) -> Option<Posted> {
        if self.terms[&n].paid_by != Paid::Pool {
            return None;
        }
        let entry = entry_in_runs(&runs(n), published, now).unwrap_or(None)?;
        let origin = match entry {
            Entry::InTime(_) => None,
            Entry::Late { origin, .. } => Some(origin),
        };
        let own: Cycle = entry.cycle();
        let all = || {
            self.cycles
                .range((n, 0)..=(n, u32::MAX))
                .map(|(_, one)| one)
        };
        let open = |at| all().find(|one| !one.closed && one.cycle.contains(at));
        if let Some(one) = open(own.start) {
            return Some((one.nth, origin));
        }
        let closed = all().any(|one| one.closed && one.cycle.start == own.start);
        if origin.is_some() || !closed {
            return None;
        }
        open(now).map(|one| (one.nth, Some(published)))
    }

    pub(crate) fn pool(&self, n: u8, nth: u32) -> Pool {
        let one = &self.cycles[&(n, nth)];
        let uses: BTreeMap<TrackId, u32> = one.uses.iter().copied().collect();
        let count: i64 = uses.values().map(|count| i64::from(*count)).sum();
        let holds = one.contribution.max(count * one.guarantee);
        Pool::new(holds, one.guarantee, one.per_track_cap, uses).unwrap()
    }

    fn count(&mut self, n: u8, posted: Posted, used: TrackId, micros: i64) -> Said {
        let (nth, origin) = posted;
        let uses = &mut self.cycles.get_mut(&(n, nth)).unwrap().uses;
        match uses.iter_mut().find(|(track, _)| *track == used) {
            Some((_, count)) => *count += 1,
            None => uses.push((used, 1)),
        }
        Said::Counts(Outcome::Pooled { cycle: nth, micros }, origin)
    }

    fn draw(&mut self, n: u8, draws: &[Draw]) -> Outcome {
        let part = |draw: &Draw| {
            let mut all = self.bundles.iter_mut();
            let (owner, nth, held) = all.find(|(.., one)| one.id == draw.bundle).unwrap();
            assert_eq!(purse(*owner), purse(n));
            *held = held.clone().after(draw);
            Part {
                nth: *nth,
                billed_ms: draw.billed_ms,
                earns: draw.earns,
            }
        };
        Outcome::Drawn(draws.iter().map(part).collect())
    }
}
