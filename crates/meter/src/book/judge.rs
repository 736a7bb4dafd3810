//! Deciding about an event.
//!
//! The quick way answers only where everything is in order, which is nearly always; where it
//! isn't, the domain's own `judge` gives the reasons. So a refusal costs more than an
//! acceptance, and there is one place that words it.

use domain::envelope::{Audience, Territory, Videos};
use domain::usage::{Known, LicenceFacts, LicenceState, PaidBy, PoolFacts, UseRefusal, judge};
use domain::{Decision, Timestamp};
use licence_key::Code;

use super::pool::CyclePool;
use super::purse::Purse;
use super::{Accepted, Book, Licence, LicenceNo, Paid, Verdict, index};
use crate::code;
use crate::event::Event;
use crate::pack::Outcome;

impl Book {
    /// Decides about an event whose id wasn't accepted before. In order of precedence: no such
    /// licence, no such track, then as `domain::usage::judge`. Nothing is changed. An event that
    /// names no code is for [`Book::judge_under`]: here no licence is its own.
    ///
    /// `now` is when the event is received. The commit's blob must be sealed with the same instant:
    /// sums are by day of receipt, and a replay takes it from there.
    #[must_use]
    pub fn judge(&self, event: &Event<'_>, now: Timestamp) -> Verdict {
        let code = event.licence_code.as_deref().and_then(code::read);
        match code.and_then(|code| self.find(code)) {
            Some(licence) => self.judge_for(licence, event, now),
            None => refuse(UseRefusal::UnknownLicence),
        }
    }

    /// The same where it was looked up which licence its code or channel names.
    #[must_use]
    pub fn judge_for(&self, licence: LicenceNo, event: &Event<'_>, now: Timestamp) -> Verdict {
        match self.licences.get(licence.place()) {
            Some(known) => self.under((licence.0, known), event, now),
            None => refuse(UseRefusal::UnknownLicence),
        }
    }

    /// The same of an event that names a channel in place of a code, as if it named this licence.
    #[must_use]
    pub fn judge_under(&self, code: Code, event: &Event<'_>, now: Timestamp) -> Verdict {
        match self.find(code) {
            Some(licence) => self.judge_for(licence, event, now),
            None => refuse(UseRefusal::UnknownLicence),
        }
    }

    fn under(
        &self,
        (place, licence): (u32, &Licence),
        event: &Event<'_>,
        now: Timestamp,
    ) -> Verdict {
        let own = match licence.terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let track = event.track.or(own);
        let track = track.map(|track| self.track_places.get(&track).copied());
        if track == Some(None) {
            return refuse(UseRefusal::UnknownTrack);
        }
        let case = Case {
            book: self,
            place,
            licence,
            event,
            track: track.flatten(),
            now,
        };
        case.decide()
    }
}

struct Case<'a> {
    book: &'a Book,
    place: u32,
    licence: &'a Licence,
    event: &'a Event<'a>,
    track: Option<u32>,
    now: Timestamp,
}

impl Case<'_> {
    fn decide(&self) -> Verdict {
        if self.in_order()
            && let Some(accepted) = self.accepted()
        {
            return Verdict::Accept(Box::new(accepted));
        }
        self.reasons()
    }

    /// Is there surely nothing to refuse but the payment?
    fn in_order(&self) -> bool {
        let (event, envelope) = (self.event, &self.licence.terms.envelope);
        let clip = u32::try_from(event.clip_ms).unwrap_or(u32::MAX);
        let window = envelope.publish_window;
        let followers = event.followers.map(Audience::of);
        self.licence.terms.state == LicenceState::Active
            && event.field_errors(self.now).is_empty()
            && self.track_in_order()
            && envelope.placements.contains(event.placement)
            && envelope.purposes.contains(event.purpose)
            && self.videos_in_order(envelope.videos)
            && envelope.clip_ms.is_none_or(|most| clip <= most)
            && followers.is_none_or(|size| size <= envelope.channels.audience)
            && self.territory_in_order(&envelope.territory)
            && window.contains(event.published_at)
    }

    fn track_in_order(&self) -> bool {
        match (self.licence.terms.paid_by, self.track) {
            (Paid::Tier(track), _) => self.event.track.is_none_or(|used| used == track),
            (Paid::Bundle | Paid::Pool, None) => false,
            (paid_by, Some(place)) => {
                let (_, terms) = &self.book.tracks[index(place)];
                let at = self.event.published_at;
                terms.barred(at).is_none() && (paid_by == Paid::Bundle || terms.rotates(at))
            }
        }
    }

    fn videos_in_order(&self, videos: Videos) -> bool {
        match videos {
            Videos::Unlimited => true,
            Videos::Count(most) => self.other_videos() < most,
        }
    }

    fn territory_in_order(&self, licensed: &Territory) -> bool {
        let Some(country) = self.event.territory else {
            return true;
        };
        match licensed {
            Territory::Worldwide => true,
            Territory::Only(list) => list.contains(country),
            Territory::Except(list) => !list.contains(country),
        }
    }

    /// Distinct other videos accepted under the licence; one that is paid by use has none.
    fn other_videos(&self) -> u32 {
        if !matches!(self.licence.terms.paid_by, Paid::Tier(_)) {
            return 0;
        }
        let videos = &self.licence.videos;
        let same = usize::from(videos.contains(self.event.video_name()));
        u32::try_from(videos.len() - same).unwrap_or(u32::MAX)
    }

    /// What the domain's own rule says, asked where the quick way doesn't say yes.
    fn reasons(&self) -> Verdict {
        let terms = &self.licence.terms;
        let track = self.track.map(|place| &self.book.tracks[index(place)].1);
        let at = self.event.published_at;
        let (cycle, paid_by) = match terms.paid_by {
            Paid::Tier(track) => {
                let other_videos = self.other_videos();
                let paid_by = PaidBy::Tier {
                    track,
                    other_videos,
                };
                (None, paid_by)
            }
            Paid::Bundle => (None, PaidBy::Bundle),
            Paid::Pool => {
                let cycle = self.cycle();
                let facts = PoolFacts {
                    paid: cycle.is_some(),
                    in_rotation: track.is_some_and(|terms| terms.rotates(at)),
                };
                (cycle, PaidBy::Pool(facts))
            }
        };
        let by_use = !matches!(paid_by, PaidBy::Tier { .. });
        let facts = LicenceFacts {
            state: terms.state,
            paid_by,
            barred: track.filter(|_| by_use).and_then(|terms| terms.barred(at)),
        };
        let pool = cycle.map(|cycle| cycle.pool(|place| self.book.tracks[index(place)].0));
        let Ok(pool) = pool.transpose() else {
            return refuse(UseRefusal::DamagedBundle);
        };
        let known = Known {
            earlier: None,
            licence: &facts,
            envelope: &terms.envelope,
            bundles: &self.purse().map(Purse::open_ones).unwrap_or_default(),
            pool: pool.as_ref(),
        };
        match judge(&self.event.to_report(), &known, self.now) {
            Decision::Refuse(reasons) => Verdict::Refuse(reasons),
            // The quick way couldn't say surely what the domain, looking closely, calls good.
            _ => match self.accepted() {
                Some(accepted) => Verdict::Accept(Box::new(accepted)),
                None => refuse(UseRefusal::DamagedBundle),
            },
        }
    }

    fn purse(&self) -> Option<&Purse> {
        self.book.purse_of(self.licence)
    }

    /// The cycle that the use is posted in.
    fn cycle(&self) -> Option<&CyclePool> {
        let subscription = self.licence.subscription.as_ref()?;
        subscription.entry(self.event.published_at, self.now)
    }

    fn draw(&self) -> Option<Outcome> {
        let (clip_ms, at) = (self.event.clip_ms, self.event.published_at);
        let parts = self.purse()?.draw(clip_ms, at).ok()?;
        Some(Outcome::Drawn(parts))
    }

    /// What pays: a subscription's pool before its clip time.
    fn outcome(&self) -> Option<(Outcome, bool)> {
        let outcome = match (self.licence.terms.paid_by, self.track) {
            (Paid::Tier(_), _) => Some(Outcome::Free),
            (Paid::Bundle, _) => self.draw(),
            (Paid::Pool, None) => None,
            (Paid::Pool, Some(track)) => {
                let pool = self.cycle()?;
                if let Ok(micros) = pool.accept(track) {
                    let cycle = pool.nth;
                    let late = self.event.published_at < pool.cycle.start;
                    return Some((Outcome::Pooled { cycle, micros }, late));
                }
                self.draw()
            }
        };
        outcome.map(|outcome| (outcome, false))
    }

    fn accepted(&self) -> Option<Accepted> {
        let (outcome, late) = self.outcome()?;
        let (event, terms) = (self.event, &self.licence.terms);
        // Accepted for no track can't be: a tier has its own, the others ask for one.
        let track = self.track?;
        let name = event.video_name();
        Some(Accepted {
            licence: self.place,
            track,
            licence_id: terms.id,
            under: terms.under(),
            track_id: self.book.tracks[index(track)].0,
            currency: terms.currency,
            placement: event.placement,
            purpose: event.purpose,
            territory: event.territory,
            clip_ms: event.clip_ms,
            published_at: event.published_at,
            received_at: self.now,
            late,
            video: self.licence.new_video(name).then(|| name.to_owned()),
            outcome,
        })
    }
}

impl Licence {
    /// Is this a video that the licence counts and hasn't counted yet?
    pub(super) fn new_video(&self, name: &str) -> bool {
        let counts = matches!(self.terms.paid_by, Paid::Tier(_))
            && matches!(self.terms.envelope.videos, Videos::Count(_));
        counts && !self.videos.contains(name)
    }
}

fn refuse(reason: UseRefusal) -> Verdict {
    Verdict::Refuse(vec![reason])
}
