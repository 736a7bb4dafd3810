//! Releasing a payout that is above the limit, and withdrawing one that wasn't sent.
//!
//! Before: two people stand behind what is large; whoever proposed it in person is the first.
//! After: it may be sent; or it is called off and the money available again.

use domain::payout::{self, Event};
use domain::{PayoutId, PersonId};
use store::db::Value;
use thiserror::Error;

use super::{AccessRefusal, Hand, PayoutSeen, step};
use crate::access::{Role, person};
use crate::stop::Tries;
use crate::{App, Call, Refusal, Stop};

/// Why a payout isn't moved. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoveRefusal {
    /// Not the operator, or no such payout.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// Nobody in person.
    #[error("a release is somebody's own: name an operator who has signed in here before")]
    Nobody,
    /// It would be for themself.
    #[error("nobody releases a payout to themself: somebody else must")]
    OwnPayout,
    /// The payout can't take it.
    #[error(transparent)]
    Payout(#[from] payout::Refusal),
}

impl Refusal for MoveRefusal {
    fn code(&self) -> &'static str {
        use payout::Refusal::{
            AlreadySent, Contradiction, Held, NeverSent, NotReleased, NothingToRelease, Over,
            SamePerson,
        };
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::Nobody => "releaser_required",
            Self::OwnPayout => "own_payout",
            Self::Payout(NotReleased) => "release_required",
            Self::Payout(SamePerson) => "second_person_required",
            Self::Payout(NothingToRelease) => "nothing_to_release",
            Self::Payout(Held(_)) => "payouts_held",
            Self::Payout(AlreadySent) => "payout_sent",
            Self::Payout(Over) => "payout_over",
            Self::Payout(NeverSent) => "payout_not_sent",
            Self::Payout(Contradiction { .. }) => "payout_contradiction",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::Nobody => Some("by".into()),
            Self::OwnPayout | Self::Payout(_) => None,
        }
    }
}

/// Releases a payout, as whoever is signed in.
///
/// # Errors
/// [`MoveRefusal`].
pub async fn release(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    id: PayoutId,
) -> Result<PayoutSeen, Stop<MoveRefusal>> {
    super::operators(hand).map_err(refused)?;
    let by = super::person(hand).ok_or_else(|| refused(MoveRefusal::Nobody))?;
    released(app, call, id, (by, &hand.name())).await
}

/// Releases a payout at the console, in the name of an operator who is known here.
///
/// # Errors
/// [`MoveRefusal`].
pub async fn release_as(
    app: &App,
    call: &mut Call,
    id: PayoutId,
    operator: &str,
) -> Result<PayoutSeen, Stop<MoveRefusal>> {
    let known = person::known(app, Role::Operator, operator).await?;
    let known = known.ok_or_else(|| refused(MoveRefusal::Nobody))?;
    released(app, call, id, (known.id, &known.name)).await
}

/// Calls a payout off before it is sent. The payee may do that too.
///
/// # Errors
/// [`MoveRefusal`].
pub async fn withdraw(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    id: PayoutId,
    why: &str,
) -> Result<PayoutSeen, Stop<MoveRefusal>> {
    let mut tries = Tries::default();
    loop {
        match withdrawn(app, call, hand, id, why).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn withdrawn(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    id: PayoutId,
    why: &str,
) -> Result<PayoutSeen, Stop<MoveRefusal>> {
    let mut tx = app.db.write().await?;
    let seen = super::locked(&mut tx, id).await?;
    let seen = seen.ok_or_else(|| {
        // Whoever isn't the operator isn't told which payouts there are.
        let unknown = AccessRefusal::UnknownPayout(id);
        refused(super::operators(hand).err().unwrap_or(unknown))
    })?;
    super::payees(hand, seen.payee).map_err(refused)?;
    let why: String = why.chars().filter(|c| !c.is_control()).take(300).collect();
    let name = hand.name();
    let taken = step::take(&mut tx, call, seen, Event::Withdraw, (&name, &why)).await?;
    let (seen, _) = taken.map_err(refused)?;
    tx.commit().await?;
    Ok(seen)
}

async fn released(
    app: &App,
    call: &mut Call,
    id: PayoutId,
    who: (PersonId, &str),
) -> Result<PayoutSeen, Stop<MoveRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, id, who).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    id: PayoutId,
    (by, name): (PersonId, &str),
) -> Result<PayoutSeen, Stop<MoveRefusal>> {
    let mut tx = app.db.write().await?;
    let seen = super::locked(&mut tx, id).await?;
    let seen = seen.ok_or_else(|| refused(AccessRefusal::UnknownPayout(id)))?;
    let own = [by.bytes().into(), seen.payee.bytes().into()];
    if tx.optional(OWN, &own).await?.is_some() {
        return Err(refused(MoveRefusal::OwnPayout));
    }
    let taken = step::take(&mut tx, call, seen, Event::Release { by }, (name, "")).await?;
    let (seen, _) = taken.map_err(refused)?;
    let earlier = seen
        .released_by
        .as_deref()
        .map(|first| format!("{first}, {name}"));
    let released = earlier.unwrap_or_else(|| name.to_owned());
    let values: [Value; 2] = [id.bytes().into(), released.as_str().into()];
    tx.run(RELEASED, &values).await?;
    tx.commit().await?;
    Ok(PayoutSeen {
        released_by: Some(released),
        ..seen
    })
}

fn refused<R: Into<MoveRefusal>>(refusal: R) -> Stop<MoveRefusal> {
    Stop::Refused(refusal.into())
}

// The same human being may hold two roles under one name.
const OWN: &str = "
    select p.id from people p join payees q on q.id = $2
     where p.id = $1 and (p.payee_id = q.id or p.name = q.name)";

const RELEASED: &str = "update payouts set released_by = $2 where id = $1";
