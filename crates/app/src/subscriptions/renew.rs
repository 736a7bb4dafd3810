//! Renewing what is due: at a cycle's end the card that was kept is charged for the next one. A
//! declined card is tried again for a week; then the subscription ends where its last paid cycle
//! did. One that was leaving leaves. Nothing is charged for a cycle that is over already.
//!
//! The price is the plan's; the tax is the one that counts on the day of the charge for the country
//! that the subscriber named. Where tax and fee would leave less than one guaranteed use of it,
//! nothing is charged, as if the card had been declined: the operator has a week to mend it.
//!
//! Each subscription is a transaction of its own, so a run that was stopped goes on where it was.

use domain::subscription::Subscription;
use domain::time::DAY_MS;
use domain::{Cycle, CycleId, SubscriptionId, Timestamp};
use store::db::Tx;

use super::fund::{self, Payment};
use super::plans;
use super::state::{self, Kept};
use crate::accounts::payments::{self, Subject};
use crate::accounts::sandbox;
use crate::accounts::taxed::taxed;
use crate::stop::Tries;
use crate::{App, Call, Fault};

/// After so many days a declined card is tried again, each counted from the try before.
pub const RETRY_DAYS: [i64; 3] = [1, 3, 3];
/// What became of what was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Renewed {
    /// Cycles that were paid.
    pub renewed: usize,
    /// Cards that were declined.
    pub declined: usize,
    /// Subscriptions that ended or went to rest.
    pub left: usize,
}

enum Step {
    Nothing,
    Renewed,
    Declined,
    Left,
}

/// Takes every step that is due now.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn due(app: &App) -> Result<Renewed, Fault> {
    let now = app.edge.now();
    let mut ids = Vec::new();
    for row in app.db.read().await?.all(DUE, &[now.0.into()]).await? {
        ids.push(SubscriptionId::from_bytes(row.id("id")?));
    }
    let mut done = Renewed::default();
    for id in ids {
        match one(app, id).await? {
            Step::Nothing => {}
            Step::Renewed => done.renewed += 1,
            Step::Declined => done.declined += 1,
            Step::Left => done.left += 1,
        }
    }
    Ok(done)
}

async fn one(app: &App, id: SubscriptionId) -> Result<Step, Fault> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, &mut app.call(), id).await {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

async fn attempt(app: &App, call: &mut Call, id: SubscriptionId) -> Result<Step, Fault> {
    let mut tx = app.write().await?;
    let mut kept = state::locked(&mut tx, id).await?;
    if kept.due.is_none_or(|due| due > call.now) {
        return Ok(Step::Nothing);
    }
    let step = step(app, call, &mut tx, &mut kept).await?;
    kept.save(&mut tx).await?;
    tx.commit().await?;
    Ok(step)
}

async fn step(app: &App, call: &mut Call, tx: &mut Tx, kept: &mut Kept) -> Result<Step, Fault> {
    kept.state = kept.state.at(call.now);
    let anchor = match kept.state {
        Subscription::Active { anchor } => anchor,
        Subscription::Leaving { ends_at, .. } => {
            kept.due = Some(ends_at);
            return Ok(Step::Nothing);
        }
        Subscription::Paused { .. } | Subscription::Ended { .. } => {
            kept.due = None;
            return Ok(Step::Left);
        }
    };
    let unpaid_since = match last_end(tx, kept.id).await? {
        // A cycle that is paid already is never paid twice.
        Some(end) if end > call.now => {
            kept.due = Some(end);
            return Ok(Step::Nothing);
        }
        Some(end) => end,
        None => anchor,
    };
    match standing(tx, kept).await?.as_str() {
        "valid" => {}
        "suspended" => {
            // While a payment is disputed nothing more is charged.
            kept.due = Some(call.now.plus_ms(DAY_MS));
            return Ok(Step::Nothing);
        }
        _ => return end(tx, kept, unpaid_since).await,
    }
    let cycle = Cycle::at(anchor, call.now)
        .ok_or_else(|| Fault::because("renewing", "the subscription begins later"))?;
    match charge(app, call, tx, kept, cycle, fund::RENEWAL).await? {
        Charged::Paid => Ok(Step::Renewed),
        Charged::Declined | Charged::TooLittle => declined(tx, kept, unpaid_since, call.now).await,
    }
}

async fn declined(
    tx: &mut Tx,
    kept: &mut Kept,
    unpaid_since: Timestamp,
    now: Timestamp,
) -> Result<Step, Fault> {
    let tried = usize::try_from(kept.tries).unwrap_or(usize::MAX);
    let Some(days) = RETRY_DAYS.get(tried) else {
        return end(tx, kept, unpaid_since).await;
    };
    kept.tries += 1;
    kept.owed.get_or_insert(unpaid_since);
    kept.due = Some(now.plus_ms(days * DAY_MS));
    Ok(Step::Declined)
}

async fn end(tx: &mut Tx, kept: &mut Kept, since: Timestamp) -> Result<Step, Fault> {
    kept.state = Subscription::Ended { since };
    (kept.due, kept.owed) = (None, None);
    kept.run_until(tx, Some(since)).await?;
    Ok(Step::Left)
}

/// What came of a charge. But for the first nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charged {
    /// It is paid.
    Paid,
    /// The provider said no.
    Declined,
    /// Tax and fee would leave less than one guaranteed use.
    TooLittle,
}

/// Charges the kept card for a cycle and begins it.
pub(super) async fn charge(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    kept: &mut Kept,
    cycle: Cycle,
    kind: &'static str,
) -> Result<Charged, Fault> {
    let plan = plans::read(tx, &kept.plan).await?;
    let plan = plan.ok_or_else(|| Fault::because("renewing", "the plan vanished"))?;
    let taxed = taxed(app, tx, kept.country, call.now).await?;
    let Some(split) = plan.split(&taxed.rates)? else {
        return Ok(Charged::TooLittle);
    };
    if sandbox::charge_kept(&kept.card_token).is_err() {
        return Ok(Charged::Declined);
    }
    let id = CycleId::from_bytes(call.id());
    let source = id.to_string();
    let reference = (sandbox::NAME, source.as_str());
    let payment =
        payments::record(tx, call, reference, split.gross, Subject::Subscription(id)).await?;
    let payment = Payment {
        id: payment,
        kind,
        source: &source,
        split: &split,
        country: taxed.country,
    };
    let place = (kept.id, id, cycle);
    fund::begin(call, tx, place, (&plan, plan.terms.price()), &payment).await?;
    fund::bill(
        app,
        call,
        tx,
        kept.licence,
        (&plan, &payment),
        (cycle, &taxed),
    )
    .await?;
    kept.due = Some(cycle.end);
    (kept.owed, kept.tries) = (None, 0);
    Ok(Charged::Paid)
}

async fn last_end(tx: &mut Tx, id: SubscriptionId) -> Result<Option<Timestamp>, Fault> {
    let row = tx.one(LAST_END, &[id.bytes().into()]).await?;
    Ok(row.opt_int("end_ms")?.map(Timestamp))
}

/// How its licence stands.
pub(super) async fn standing(tx: &mut Tx, kept: &Kept) -> Result<String, Fault> {
    let row = tx.one(STATUS, &[kept.licence.bytes().into()]).await?;
    Ok(row.text("status")?)
}

const DUE: &str = "
    select id from subscriptions where due_ms is not null and due_ms <= $1 order by due_ms, id";

const LAST_END: &str = "select max(end_ms) as end_ms from cycles where subscription_id = $1";

const STATUS: &str = "select status from licences where id = $1";
