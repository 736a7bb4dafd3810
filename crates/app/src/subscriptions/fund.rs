//! Money that reaches a cycle: its journal, and the figures it is frozen with. The composers' side
//! without the reserve is the pool; the reserve waits for its age.

use domain::journal::{self, Taken};
use domain::{Account, Country, Cycle, CycleId, LicenceId, PaymentId, SaleSplit, SubscriptionId};
use ledger::{JournalDraft, Money};
use store::db::Tx;

use super::plans::{PoolPlan, idle_word};
use crate::accounts::post;
use crate::accounts::sandbox;
use crate::accounts::taxed::Taxed;
use crate::billing::{Bill, Kind, Period, invoice};
use crate::{App, Call, Fault};

/// A payment and the reference of its journal.
pub(super) struct Payment<'a> {
    pub(super) id: PaymentId,
    pub(super) kind: &'static str,
    pub(super) source: &'a str,
    pub(super) split: &'a SaleSplit,
    /// The country of the table whose tax is in it.
    pub(super) country: Option<Country>,
}

/// The kind of the journal of a sign-up; its source is the licence.
pub(super) const SIGN_UP: &str = "subscription_sale";
/// Of a renewal, or of going on after a pause; its source is the cycle.
pub(super) const RENEWAL: &str = "renewal";
/// Of what an upgrade adds to a cycle; its source is the payment.
pub(super) const UPGRADE: &str = "plan_upgrade";

/// Begins a cycle with a payment.
pub(super) async fn begin(
    call: &mut Call,
    tx: &mut Tx,
    (subscription, id, cycle): (SubscriptionId, CycleId, Cycle),
    (plan, price): (&PoolPlan, Money),
    payment: &Payment<'_>,
) -> Result<(), Fault> {
    let values = [
        id.bytes().into(),
        subscription.bytes().into(),
        plan.code.as_str().into(),
        price.currency().code().into(),
        cycle.start.0.into(),
        cycle.end.0.into(),
        price.micros().into(),
        payment.split.composers.micros().into(),
        plan.terms.guarantee().micros().into(),
        plan.terms.per_track_cap().map(i64::from).into(),
        idle_word(plan.terms.idle()).into(),
    ];
    tx.run(INSERT_CYCLE, &values).await?;
    book(call, tx, (subscription, id), payment).await
}

/// Adds a payment to a cycle that runs.
pub(super) async fn add(
    call: &mut Call,
    tx: &mut Tx,
    (subscription, id): (SubscriptionId, CycleId),
    price: Money,
    payment: &Payment<'_>,
) -> Result<(), Fault> {
    let values = [
        id.bytes().into(),
        payment.split.composers.micros().into(),
        price.micros().into(),
    ];
    tx.run(ADD, &values).await?;
    book(call, tx, (subscription, id), payment).await
}

/// Writes the invoice of a payment that had no quote: of a renewal, or of what a dearer plan adds.
pub(super) async fn bill(
    app: &App,
    call: &Call,
    tx: &mut Tx,
    licence: LicenceId,
    (plan, payment): (&PoolPlan, &Payment<'_>),
    (paid_for, taxed): (Cycle, &Taxed),
) -> Result<(), Fault> {
    let (kind, what) = match payment.kind {
        UPGRADE => (Kind::PlanChange, "the rest of the month"),
        _ => (Kind::Renewal, "a month"),
    };
    let period = Period {
        plan: Some(plan.code.clone()),
        from: paid_for.start,
        until: paid_for.end,
    };
    let (label, split) = (format!("{}, {what}", plan.label), payment.split);
    let bill = Bill::charged(kind, period, label, split, taxed);
    invoice::draw(app, call, tx, (payment.id, licence, split.gross), &bill).await
}

async fn book(
    call: &mut Call,
    tx: &mut Tx,
    (subscription, cycle): (SubscriptionId, CycleId),
    payment: &Payment<'_>,
) -> Result<(), Fault> {
    let split = payment.split;
    let mut draft = JournalDraft::new(payment.kind, payment.source, "subscription");
    let taken = Taken {
        country: payment.country,
        ..sandbox::taken()?
    };
    journal::post_costs(&mut draft, split, &taken)
        .map_err(Fault::while_("journalling a subscription"))?;
    draft.post(Account::PoolReserve(subscription).id(), split.reserve);
    draft.post(Account::Pool(subscription).id(), split.composers);
    let journal = draft
        .finish()
        .map_err(Fault::while_("journalling a subscription"))?
        .ok_or_else(|| Fault::because("journalling a subscription", "nothing was paid"))?;
    post::post(tx, call, &journal).await?;
    let values = [
        payment.id.bytes().into(),
        cycle.bytes().into(),
        payment.kind.into(),
        payment.source.into(),
        split.composers.micros().into(),
        split.reserve.micros().into(),
    ];
    tx.run(INSERT_PAYMENT, &values).await?;
    Ok(())
}

const INSERT_CYCLE: &str = "
    insert into cycles (id, subscription_id, plan, currency, start_ms, end_ms, price_micros,
                        contribution_micros, guarantee_micros, track_cap, idle_rule)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const ADD: &str = "
    update cycles set contribution_micros = contribution_micros + $2, price_micros = $3
     where id = $1";

const INSERT_PAYMENT: &str = "
    insert into cycle_payments (payment_id, cycle_id, journal_kind, journal_source, pool_micros,
                                reserve_micros)
    values ($1, $2, $3, $4, $5, $6)";
