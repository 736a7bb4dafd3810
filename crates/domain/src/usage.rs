//! Uses: a report that music was published, and what becomes of it.
//!
//! [`judge`] is the whole decision. In order of precedence: a report seen before is a duplicate
//! (or a conflict, when it says something else); then every fault of the report itself; then the
//! licence's state; then what its envelope doesn't cover; then the clip time left. An accepted
//! use under a tiered licence earns nothing, since it was paid at the sale; under a bundle it
//! draws clip time; under a subscription the pool pays the guaranteed amount, and beyond its
//! allowance clip time does.

use serde::{Deserialize, Serialize};

use crate::bundle::{Bundle, Draw, NotEnough, draw};
use crate::covers::{Shortfall, covers};
use crate::envelope::{Audience, Envelope, Territory, Videos};
use crate::id::TrackId;
use crate::intended::IntendedUse;
use crate::offer::BUNDLE_PLANS;
use crate::pool::pay::{PaidFrom, pay};
use crate::pool::{Beyond, Pool};
use crate::report::{FieldError, UseReport, field_errors};
use crate::time::Timestamp;

/// The state of a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceState {
    /// In force.
    Active,
    /// On hold, for example during a dispute.
    Suspended,
    /// Withdrawn for good.
    Revoked,
}

impl LicenceState {
    /// Whichever of two states allows less.
    #[must_use]
    pub fn worse(self, other: LicenceState) -> LicenceState {
        match (self, other) {
            (LicenceState::Revoked, _) | (_, LicenceState::Revoked) => LicenceState::Revoked,
            (LicenceState::Suspended, _) | (_, LicenceState::Suspended) => LicenceState::Suspended,
            (LicenceState::Active, LicenceState::Active) => LicenceState::Active,
        }
    }
}

/// How the licence was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidBy {
    /// At the sale, for this one track.
    Tier {
        /// The licensed track.
        track: TrackId,
        /// Distinct other videos already accepted under the licence.
        other_videos: u32,
    },
    /// By clip time drawn from bundles.
    Bundle,
    /// By the pool of a subscription, for tracks in rotation.
    Pool(PoolFacts),
}

/// What the store knows of a subscription when a use under it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFacts {
    /// Is there a paid cycle that the use is posted in?
    pub paid: bool,
    /// Was the track in rotation?
    pub in_rotation: bool,
}

/// What the store knows of the licence that a report names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceFacts {
    /// Its state now.
    pub state: LicenceState,
    /// How it was paid.
    pub paid_by: PaidBy,
    /// Why the track couldn't be licensed when the video was published, where it couldn't: clip
    /// time holds for any track but such a one.
    pub barred: Option<Barred>,
}

/// Why nothing of a track may be licensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Its master or composition isn't attested.
    NotAttested,
    /// Somebody holds it exclusively.
    Exclusive {
        /// Until when.
        until: Timestamp,
    },
}

/// Why a use is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum UseRefusal {
    /// A field of the report is wrong.
    Field(FieldError),
    /// No licence has this code. (For the caller to give: `judge` is handed a licence.)
    UnknownLicence,
    /// No licence that the reporter may draw on holds for the track and listed the channel when
    /// the video was published. (For the caller to give.)
    NoLicenceForChannel,
    /// The licence is suspended or revoked.
    LicenceNotActive {
        /// Its state.
        state: LicenceState,
    },
    /// The licence is for another track.
    WrongTrack {
        /// The track it is for.
        licensed: TrackId,
    },
    /// A use under a bundle must say which track.
    TrackMissing,
    /// No track of the store has this id. (For the caller to give.)
    UnknownTrack,
    /// The envelope doesn't cover the use.
    NotCovered(Shortfall),
    /// Clip time can't be used for a track whose rights aren't attested.
    RightsNotAttested,
    /// Clip time can't be used for a track that somebody holds exclusively.
    TrackExclusive {
        /// Until when.
        until: Timestamp,
    },
    /// The subscription had no paid cycle when the video was published.
    SubscriptionNotRunning,
    /// The track wasn't in rotation when the video was published.
    NotInRotation,
    /// The cycle's allowance is used up, and no clip time pays instead.
    AllowanceUsedUp {
        /// The cycle's allowance.
        allowance: i64,
        /// The smallest plan of clip time that would pay for the use.
        offer: String,
    },
    /// This track's part of the allowance is used up, and no clip time pays instead.
    TrackCapReached {
        /// The most uses of one track in a cycle.
        cap: u32,
        /// The smallest plan of clip time that would pay for the use.
        offer: String,
    },
    /// The bundles hold too little clip time.
    NotEnoughTime {
        /// How much more would be needed, in ms.
        missing_ms: i64,
        /// What is left, in ms.
        left_ms: i64,
    },
    /// The bundle's stored figures can't be computed with; an audit will say why.
    DamagedBundle,
}

impl From<Barred> for UseRefusal {
    fn from(barred: Barred) -> UseRefusal {
        match barred {
            Barred::NotAttested => UseRefusal::RightsNotAttested,
            Barred::Exclusive { until } => UseRefusal::TrackExclusive { until },
        }
    }
}

/// What [`judge`] decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The use counts.
    Accept {
        /// What it draws from which bundle; empty under a tiered licence, and where the pool of a
        /// subscription pays.
        draws: Vec<Draw>,
        /// What it earns for the track's payees, in micro-units.
        earned: i64,
        /// The clip time billed, in ms; 0 under a tiered licence.
        billed_ms: i64,
    },
    /// The same report was accepted before; nothing changes.
    Duplicate,
    /// Another report with this id was accepted before; nothing changes.
    Conflict,
    /// The use doesn't count; nothing changes.
    Refuse(Vec<UseRefusal>),
}

/// The receipt of one report, as the API gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum UseOutcome {
    /// The use counts.
    Accepted {
        /// What it earned, in micro-units.
        earned: i64,
        /// The clip time billed, in ms.
        billed_ms: i64,
    },
    /// The same report was accepted before.
    Duplicate,
    /// Another report with this id was accepted before.
    Conflict,
    /// The use doesn't count.
    Refused {
        /// Every reason.
        reasons: Vec<UseRefusal>,
    },
}

impl From<Decision> for UseOutcome {
    fn from(decision: Decision) -> UseOutcome {
        match decision {
            Decision::Accept {
                earned, billed_ms, ..
            } => UseOutcome::Accepted { earned, billed_ms },
            Decision::Duplicate => UseOutcome::Duplicate,
            Decision::Conflict => UseOutcome::Conflict,
            Decision::Refuse(reasons) => UseOutcome::Refused { reasons },
        }
    }
}

/// Everything a report is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The accepted report with the same id, if there is one.
    pub earlier: Option<&'a UseReport>,
    /// The licence that the report names.
    pub licence: &'a LicenceFacts,
    /// Its frozen envelope.
    pub envelope: &'a Envelope,
    /// The bundles it may draw from; empty under a tiered licence.
    pub bundles: &'a [Bundle],
    /// The pool of the cycle it is posted in; none where no subscription pays.
    pub pool: Option<&'a Pool>,
}

/// Decides about one report. Pure: nothing is changed until the caller writes the decision.
#[must_use]
pub fn judge(report: &UseReport, known: &Known<'_>, now: Timestamp) -> Decision {
    if let Some(earlier) = known.earlier {
        return if earlier == report {
            Decision::Duplicate
        } else {
            Decision::Conflict
        };
    }
    let errors = field_errors(report, now);
    if !errors.is_empty() {
        return Decision::Refuse(errors.into_iter().map(UseRefusal::Field).collect());
    }
    let refusals = licence_refusals(report, known);
    if !refusals.is_empty() {
        return Decision::Refuse(refusals);
    }
    match known.licence.paid_by {
        PaidBy::Tier { .. } => Decision::Accept {
            draws: Vec::new(),
            earned: 0,
            billed_ms: 0,
        },
        PaidBy::Bundle => draw_use(report, known.bundles),
        PaidBy::Pool(_) => pool_use(report, known),
    }
}

fn licence_refusals(report: &UseReport, known: &Known<'_>) -> Vec<UseRefusal> {
    let state = known.licence.state;
    if state != LicenceState::Active {
        return vec![UseRefusal::LicenceNotActive { state }];
    }
    let mut refusals = Vec::new();
    match (known.licence.paid_by, report.track) {
        (PaidBy::Tier { track, .. }, Some(used)) if used != track => {
            refusals.push(UseRefusal::WrongTrack { licensed: track });
        }
        (PaidBy::Bundle | PaidBy::Pool(_), None) => refusals.push(UseRefusal::TrackMissing),
        (PaidBy::Bundle, Some(_)) => refusals.extend(known.licence.barred.map(UseRefusal::from)),
        (PaidBy::Pool(facts), Some(_)) => {
            refusals.extend(known.licence.barred.map(UseRefusal::from));
            let rules = [
                (facts.paid, UseRefusal::SubscriptionNotRunning),
                (facts.in_rotation, UseRefusal::NotInRotation),
            ];
            let broken = rules.into_iter().filter(|(kept, _)| !kept);
            refusals.extend(broken.map(|(_, refusal)| refusal));
        }
        _ => {}
    }
    if let Err(shortfalls) = covers(known.envelope, &as_intended(report, known)) {
        refusals.extend(shortfalls.into_iter().map(UseRefusal::NotCovered));
    }
    refusals
}

/// The report as a question to the envelope. A report can't know of credits and alterations, so
/// those axes are taken as kept; what a reporter doesn't say about the audience is taken as the
/// most that the licence allows, since a missing count is no breach.
fn as_intended(report: &UseReport, known: &Known<'_>) -> IntendedUse {
    let videos = match known.licence.paid_by {
        PaidBy::Tier { other_videos, .. } => Videos::Count(other_videos.saturating_add(1)),
        PaidBy::Bundle | PaidBy::Pool(_) => Videos::Count(1),
    };
    let audience = report
        .followers
        .map_or(known.envelope.channels.audience, Audience::of);
    let territory = report.territory.map_or_else(
        || known.envelope.territory.clone(),
        |country| Territory::Only([country].into()),
    );
    IntendedUse {
        placements: [report.placement].into(),
        purpose: report.purpose,
        clip_ms: u32::try_from(report.clip_ms).unwrap_or(u32::MAX),
        videos,
        owner: known.envelope.channels.owner.clone(),
        channel_audience: Some(audience),
        territory,
        published_at: Some(report.published_at),
        ..IntendedUse::default()
    }
}

/// The pool first, then clip time.
fn pool_use(report: &UseReport, known: &Known<'_>) -> Decision {
    let Some(track) = report.track else {
        return Decision::Refuse(vec![UseRefusal::TrackMissing]);
    };
    let clip_ms = report.clip_ms;
    match pay(
        known.pool,
        known.bundles,
        track,
        clip_ms,
        report.published_at,
    ) {
        Ok(PaidFrom::Pool(accrual)) => Decision::Accept {
            draws: Vec::new(),
            earned: accrual.micros,
            billed_ms: 0,
        },
        Ok(PaidFrom::Bundles(_)) => draw_use(report, known.bundles),
        Err(unpaid) => Decision::Refuse(vec![match unpaid.pool {
            Some(Beyond::Allowance { allowance }) => UseRefusal::AllowanceUsedUp {
                allowance,
                offer: smallest_plan(clip_ms),
            },
            Some(Beyond::TrackCap { cap }) => UseRefusal::TrackCapReached {
                cap,
                offer: smallest_plan(clip_ms),
            },
            None => UseRefusal::SubscriptionNotRunning,
        }]),
    }
}

/// The code of the smallest plan of clip time that holds a clip: no clip is longer than any.
fn smallest_plan(clip_ms: i64) -> String {
    let plans = BUNDLE_PLANS.iter();
    let enough = plans.filter(|plan| plan.total_ms >= clip_ms);
    enough
        .min_by_key(|plan| plan.total_ms)
        .map_or_else(String::new, |plan| plan.code.to_owned())
}

fn draw_use(report: &UseReport, bundles: &[Bundle]) -> Decision {
    match draw(bundles, report.clip_ms, report.published_at) {
        Ok(draws) => {
            let earned = draws
                .iter()
                .fold(0_i64, |sum, one| sum.saturating_add(one.earns));
            let billed_ms = draws
                .iter()
                .fold(0_i64, |sum, one| sum.saturating_add(one.billed_ms));
            Decision::Accept {
                draws,
                earned,
                billed_ms,
            }
        }
        Err(NotEnough::Missing {
            missing_ms,
            left_ms,
        }) => Decision::Refuse(vec![UseRefusal::NotEnoughTime {
            missing_ms,
            left_ms,
        }]),
        Err(NotEnough::Arithmetic(_)) => Decision::Refuse(vec![UseRefusal::DamagedBundle]),
    }
}
