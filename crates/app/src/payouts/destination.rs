//! Setting where a payee is paid.
//!
//! Before: the destination can be paid, its rail is open, and whoever changes one has signed in
//! within five minutes (see [`super::confirm`]). After: a new version counts; what
//! wasn't sent yet is withdrawn, so that nothing leaves to the old one, and unless it is the
//! first, nothing is paid for 72 hours and both addresses are told.

use domain::payout::destination::{Destination, DestinationError, address, mask_address};
use domain::payout::terms::held_until;
use domain::payout::{Event, State};
use domain::{PayeeId, PayoutId, Timestamp};
use store::db::Tx;
use thiserror::Error;

use super::{AccessRefusal, Hand, rules, step};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop, mails};

/// A destination as it is shown: masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its version.
    pub version: i64,
    /// What it is. Whoever shows it masks it.
    pub to: Destination,
    /// Who is told of changes.
    pub notify: String,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when nothing is paid.
    pub held_until: Option<Timestamp>,
}

/// Why a destination isn't taken. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SetRefusal {
    /// Not theirs, or nobody's.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// It can't be paid.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// No address to be told at.
    #[error("say an e-mail address that is told of every change of where the money goes")]
    Notify,
    /// The operator has closed the rail.
    #[error("this store doesn't pay by {0}: choose another way")]
    RailClosed(&'static str),
    /// A session alone isn't enough for a change.
    #[error(
        "sign in again first: where somebody is paid is changed within five minutes of signing in"
    )]
    SignInAgain,
    /// Somebody else was first.
    #[error("this has just been changed by somebody: look at it again")]
    Overtaken,
}

impl Refusal for SetRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::Destination(_) | Self::Notify => "bad_destination",
            Self::SignInAgain => "fresh_sign_in_required",
            Self::RailClosed(_) => "rail_closed",
            Self::Overtaken => "payouts_overtaken",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::Destination(error) => Some(error.field().into()),
            Self::Notify => Some("notify".into()),
            Self::RailClosed(_) => Some("rail".into()),
            Self::SignInAgain | Self::Overtaken => None,
        }
    }
}

/// Sets a destination. The same one again changes nothing.
///
/// # Errors
/// [`SetRefusal`].
pub async fn set(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    payee: PayeeId,
    to: Destination,
    notify: &str,
) -> Result<Set, Stop<SetRefusal>> {
    super::payees(hand, payee).map_err(refused)?;
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, hand, payee, to.clone(), notify).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    payee: PayeeId,
    to: Destination,
    notify: &str,
) -> Result<Set, Stop<SetRefusal>> {
    let mut tx = app.db.write().await?;
    let name = super::name(&mut tx, payee).await?;
    let name = name.ok_or_else(|| refused(AccessRefusal::UnknownPayee(payee)))?;
    let to = to.checked().map_err(refused)?;
    let notify = address(notify).map_err(|_| refused(SetRefusal::Notify))?;
    if !rules::in_force(&mut tx).await?.is_on(to.rail()) {
        return Err(refused(SetRefusal::RailClosed(to.rail().label())));
    }
    // No file is made meanwhile: what is withdrawn below can't leave at the same moment.
    super::send::lock(&mut tx).await?;
    let before = latest(&mut tx, payee).await?;
    if let Some(before) = &before
        && (&before.to, &before.notify) == (&to, &notify)
    {
        return Ok(before.clone());
    }
    if before.is_some() && !super::is_fresh(hand, call.now) {
        return Err(refused(SetRefusal::SignInAgain));
    }
    let new = Set {
        version: before.as_ref().map_or(1, |set| set.version + 1),
        to,
        notify,
        by: hand.name(),
        at: call.now,
        held_until: before.as_ref().map(|_| held_until(call.now)),
    };
    if !insert(&mut tx, payee, &new).await? {
        return Err(refused(SetRefusal::Overtaken));
    }
    withdraw_open(&mut tx, call, payee, &new.by).await?;
    if let Some(before) = &before {
        tell(&mut tx, call, app, &name, before, &new).await?;
    }
    tx.commit().await?;
    Ok(new)
}

/// Where a payee is paid now.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn show(
    app: &App,
    hand: Hand<'_>,
    payee: PayeeId,
) -> Result<Option<Set>, Stop<AccessRefusal>> {
    super::payees(hand, payee).map_err(Stop::Refused)?;
    Ok(latest(&mut app.db.read().await?, payee).await?)
}

pub(super) async fn latest(tx: &mut Tx, payee: PayeeId) -> Result<Option<Set>, Fault> {
    let Some(row) = tx.optional(LATEST, &[payee.bytes().into()]).await? else {
        return Ok(None);
    };
    let to = serde_json::from_str(&row.text("details")?);
    Ok(Some(Set {
        version: row.int("version")?,
        to: to.map_err(Fault::while_("reading a destination"))?,
        notify: row.text("notify")?,
        by: row.text("set_by")?,
        at: Timestamp(row.int("set_ms")?),
        held_until: row.opt_int("held_until_ms")?.map(Timestamp),
    }))
}

fn refused<R: Into<SetRefusal>>(refusal: R) -> Stop<SetRefusal> {
    Stop::Refused(refusal.into())
}

async fn insert(tx: &mut Tx, payee: PayeeId, new: &Set) -> Result<bool, Fault> {
    let details = serde_json::to_string(&new.to).map_err(Fault::while_("writing a destination"))?;
    let values = [
        payee.bytes().into(),
        new.version.into(),
        new.to.rail().code().into(),
        details.into(),
        new.notify.as_str().into(),
        new.by.as_str().into(),
        new.at.0.into(),
        new.held_until.map(|at| at.0).into(),
    ];
    Ok(tx.optional(INSERT, &values).await?.is_some())
}

/// What waits for its file would go to the old destination, or needs new eyes for the new one.
async fn withdraw_open(
    tx: &mut Tx,
    call: &mut Call,
    payee: PayeeId,
    by: &str,
) -> Result<(), Fault> {
    for row in tx.all(UNSENT, &[payee.bytes().into()]).await? {
        let id = PayoutId::from_bytes(row.id("id")?);
        let Some(seen) = super::locked(tx, id).await? else {
            continue;
        };
        if matches!(seen.state, State::Ready | State::AwaitingRelease { .. }) {
            let why = (by, "the destination changed");
            let taken = step::take(tx, call, seen, Event::Withdraw, why).await?;
            taken.map_err(Fault::while_("withdrawing a payout"))?;
        }
    }
    Ok(())
}

async fn tell(
    tx: &mut Tx,
    call: &mut Call,
    app: &App,
    name: &str,
    before: &Set,
    new: &Set,
) -> Result<(), Fault> {
    let until = new.held_until.map(|at| at.to_string()).unwrap_or_default();
    let body = format!(
        "Where {name} is paid at {} was changed on {} by {}.\n\n\
         Before: {}, {}\nNow:    {}, {}\nTold are: {} and {}\n\n\
         Nothing is paid before {until}. If you didn't want this, tell the store at once, \
         or set it right yourself: {}/payouts\n",
        app.settings.name,
        new.at,
        new.by,
        before.to.rail().label(),
        before.to.masked(),
        new.to.rail().label(),
        new.to.masked(),
        mask_address(&before.notify),
        mask_address(&new.notify),
        app.settings.public_url,
    );
    let subject = "Where you are paid has changed";
    mails::write(tx, call, &before.notify, subject, &body).await?;
    if new.notify != before.notify {
        mails::write(tx, call, &new.notify, subject, &body).await?;
    }
    Ok(())
}

const LATEST: &str = "
    select version, details, notify, set_by, set_ms, held_until_ms from payout_destinations
     where payee_id = $1 order by version desc limit 1";

const INSERT: &str = "
    insert into payout_destinations (payee_id, version, rail, details, notify, set_by, set_ms,
                                     held_until_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing
 returning version";

const UNSENT: &str = "
    select id from payouts
     where payee_id = $1 and state in ('awaiting_release', 'ready') order by id";
