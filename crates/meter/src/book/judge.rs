//! Deciding about an event.
//!
//! The quick way answers only where everything is in order, which is nearly always; where it
//! isn't, the domain's own `judge` gives the reasons. So a refusal costs more than an
//! acceptance, and there is one place that words it.

use domain::envelope::{Audience, Territory, Videos};
use domain::pool::pay::Unpaid;
use domain::usage::{Known, LicenceFacts, LicenceState, PaidBy, UseRefusal, judge};
use domain::{Decision, NotEnough, Timestamp};

use super::{Accepted, Book, Licence, Paid, Verdict, index, pool};
use crate::code;
use crate::event::Event;
use crate::pack::{Outcome, Part};

impl Book {
    /// Decides about an event whose id wasn't accepted before. In order of precedence: no such
    /// licence, no such track, then as `domain::usage::judge`. Nothing is changed.
    #[must_use]
    pub fn judge(&self, event: &Event<'_>, now: Timestamp) -> Verdict {
        let known = code::read(&event.licence_code).and_then(|code| self.by_code(code));
        let Some((place, licence)) = known else {
            return Verdict::Refuse(vec![UseRefusal::UnknownLicence]);
        };
        let own = match licence.terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let track = event.track.or(own);
        let track = track.map(|track| self.track_places.get(&track).copied());
        let case = Case {
            book: self,
            licence,
            event,
            track: track.flatten(),
            now,
        };
        if track.is_some() && case.track.is_none() {
            return Verdict::Refuse(vec![UseRefusal::UnknownTrack]);
        }
        match case.decide() {
            Ok(outcome) => Verdict::Accept(Box::new(case.accepted(place, outcome))),
            Err(verdict) => *verdict,
        }
    }
}

struct Case<'a> {
    book: &'a Book,
    licence: &'a Licence,
    event: &'a Event<'a>,
    track: Option<u32>,
    now: Timestamp,
}

impl Case<'_> {
    fn decide(&self) -> Result<Outcome, Box<Verdict>> {
        if !self.in_order() {
            self.reasons()?;
        }
        match (self.licence.terms.paid_by, self.track) {
            (Paid::Tier(_), _) => Ok(Outcome::Free),
            (Paid::Bundle, _) => match self.draw() {
                Ok(parts) => Ok(Outcome::Drawn(parts)),
                // Too little: the domain says how much is missing.
                Err(_) => {
                    let reasons = self.reasons().err();
                    Err(reasons.unwrap_or_else(|| refuse(UseRefusal::DamagedBundle)))
                }
            },
            (Paid::Pool, Some(track)) => self.pay(track),
            (Paid::Pool, None) => Err(refuse(UseRefusal::TrackMissing)),
        }
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
            (Paid::Bundle | Paid::Pool, Some(place)) => {
                let (_, terms) = &self.book.tracks[index(place)];
                terms.barred(self.event.published_at).is_none()
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

    /// The reasons why not, by the domain's own rule. Good where only payment is left to decide.
    fn reasons(&self) -> Result<(), Box<Verdict>> {
        let terms = &self.licence.terms;
        let paid_by = match terms.paid_by {
            Paid::Tier(track) => PaidBy::Tier {
                track,
                other_videos: self.other_videos(),
            },
            Paid::Bundle | Paid::Pool => PaidBy::Bundle,
        };
        let track = self.track.map(|place| &self.book.tracks[index(place)].1);
        let barred = match paid_by {
            PaidBy::Tier { .. } => None,
            PaidBy::Bundle | PaidBy::Pool(_) => {
                track.and_then(|terms| terms.barred(self.event.published_at))
            }
        };
        let facts = LicenceFacts {
            state: terms.state,
            paid_by,
            barred,
        };
        let known = Known {
            earlier: None,
            licence: &facts,
            envelope: &terms.envelope,
            bundles: self.licence.purse.bundles(),
            // What the pool pays is judged below, by the book's own cycles.
            pool: None,
        };
        match judge(&self.event.to_report(), &known, self.now) {
            Decision::Refuse(reasons) if !self.only_unpaid(&reasons) => {
                Err(Box::new(Verdict::Refuse(reasons)))
            }
            _ => Ok(()),
        }
    }

    /// A pool may pay where clip time can't: then a want of clip time is no refusal yet.
    fn only_unpaid(&self, reasons: &[UseRefusal]) -> bool {
        let unpaid = matches!(
            reasons,
            [UseRefusal::NotEnoughTime { .. } | UseRefusal::DamagedBundle]
        );
        unpaid && self.licence.terms.paid_by == Paid::Pool
    }

    fn draw(&self) -> Result<Vec<Part>, NotEnough> {
        let event = self.event;
        self.licence.purse.draw(event.clip_ms, event.published_at)
    }

    /// The pool first, then clip time.
    fn pay(&self, track: u32) -> Result<Outcome, Box<Verdict>> {
        let rotation = &self.book.tracks[index(track)].1.rotation;
        let at = self.event.published_at;
        let rotates = rotation.iter().any(|span| span.holds(at));
        let cycle = pool::entry(&self.licence.pools, at, self.now).filter(|_| rotates);
        let accepted = cycle.map(|cycle| cycle.accept(track).map(|micros| (cycle.nth, micros)));
        let beyond = match accepted {
            Some(Ok((cycle, micros))) => return Ok(Outcome::Pooled { cycle, micros }),
            Some(Err(beyond)) => Some(beyond),
            None => None,
        };
        self.draw().map(Outcome::Drawn).map_err(|bundles| {
            Box::new(Verdict::Unpaid(Unpaid {
                pool: beyond,
                bundles,
            }))
        })
    }

    fn accepted(&self, licence: u32, outcome: Outcome) -> Accepted {
        let event = self.event;
        let name = event.video_name();
        Accepted {
            licence,
            // Accepted for no track can't be: a tier has its own, the others ask for one.
            track: self.track.unwrap_or(u32::MAX),
            placement: event.placement,
            territory: event.territory,
            clip_ms: event.clip_ms,
            published_at: event.published_at,
            video: self.licence.new_video(name).then(|| name.to_owned()),
            outcome,
        }
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

fn refuse(reason: UseRefusal) -> Box<Verdict> {
    Box::new(Verdict::Refuse(vec![reason]))
}
