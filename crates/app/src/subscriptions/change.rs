//! What a subscriber asks of their subscription: pause, cancel, resume, another plan, another card,
//! another country to be taxed in.
//! Before: the caller may open the licence. After: the state that the domain's rules give, with
//! what it cost; or nothing at all. The same request again changes nothing.

use domain::subscription::{Ask, AskRefusal, ProRataRefusal, Subscription, upgrade_charge};
use domain::{Country, Cycle, CycleId, LicenceId, Timestamp, split_sale};
use ledger::Money;
use serde::Serialize;
use store::db::Tx;
use thiserror::Error;

use super::fund::{self, Payment};
use super::plans::PoolPlan;
use super::renew::Charged;
use super::state::{self, Kept};
use super::{Shown, plans, renew, show};
use crate::access::Principal;
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::payments::{self, Subject};
use crate::accounts::sandbox::{self, NotCharged};
use crate::accounts::taxed::taxed;
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Rest from the end of the cycle on.
    Pause,
    /// End with the cycle.
    Cancel,
    /// Take back a cancellation or a pause; after one, go on with a new cycle, which is charged.
    Resume,
    /// Another plan: a dearer one now, for the rest of the cycle pro rata; any other from the
    /// next cycle on.
    Plan(String),
    /// Another card.
    Card(String),
    /// Taxed in another country from the next charge on; by the store's own rate where `None`.
    Country(Option<Country>),
}

/// Why nothing is changed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChangeRefusal {
    /// The key is no key.
    #[error("send an Idempotency-Key of 1 to 128 printable characters, new for each change")]
    BadKey,
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for something else: use a new one")]
    KeyReused,
    /// It is no subscription.
    #[error("this licence is no subscription: nothing of it is renewed")]
    NoSubscription,
    /// Its licence is on hold or withdrawn: nothing more is charged for it.
    #[error("this licence is {0}: nothing more is charged for it, ask the store")]
    NotValid(String),
    /// The step isn't possible from here.
    #[error(transparent)]
    Step(AskRefusal),
    /// No such plan.
    #[error("there is no plan `{0}` on sale: GET /v1/plans lists those that are")]
    UnknownPlan(String),
    /// It has this plan.
    #[error("the subscription has this plan already")]
    SamePlan,
    /// The other plan is in another currency.
    #[error("the plan is in another currency: cancel, and sign up for it")]
    OtherCurrency,
    /// A renewal is owed, or it rests.
    #[error("no paid cycle runs now: give a card that can be charged, or resume first")]
    NotPaid,
    /// That is no card number.
    #[error("this is no card number: check its digits")]
    BadCard,
    /// The provider said no.
    #[error("the card was declined: nothing was charged; give another one")]
    Declined,
    /// Tax and fee leave too little of the price.
    #[error(
        "by the tax of your country too little of this plan's price would be left to pay for a \
         use: nothing was charged, ask the store"
    )]
    TooLittle,
}

impl Refusal for ChangeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadKey => "idempotency_key_required",
            Self::KeyReused => "idempotency_key_reused",
            Self::NoSubscription => "not_a_subscription",
            Self::NotValid(_) => "licence_not_valid",
            Self::Step(AskRefusal::Ended) => "subscription_ended",
            Self::Step(AskRefusal::AlreadyPaused) => "already_paused",
            Self::Step(AskRefusal::AlreadyCancelled) => "already_cancelled",
            Self::Step(AskRefusal::Running) => "subscription_running",
            Self::UnknownPlan(_) => "unknown_plan",
            Self::SamePlan => "same_plan",
            Self::OtherCurrency => "other_currency",
            Self::NotPaid => "subscription_not_paid",
            Self::BadCard => "bad_card",
            Self::Declined => "card_declined",
            Self::TooLittle => "plan_not_sold_there",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::BadKey | Self::KeyReused => "Idempotency-Key",
            Self::NoSubscription | Self::NotValid(_) => "licence",
            Self::Step(_) | Self::NotPaid => "do",
            Self::UnknownPlan(_) | Self::SamePlan | Self::OtherCurrency | Self::TooLittle => "plan",
            Self::BadCard | Self::Declined => "card",
        };
        Some(field.into())
    }
}

/// Changes a subscription.
///
/// # Errors
/// [`ChangeRefusal`]; nothing was charged and nothing changed then.
pub async fn change(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    (licence, wish): (LicenceId, &Wish),
) -> Result<Shown, Stop<ChangeRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, who, key, (licence, wish)).await {
            Err(stop) if tries.again(&stop) => {}
            Err(stop) => return Err(stop),
            Ok(()) => break,
        }
    }
    let shown = show::of_licence(app, call.now, licence).await?;
    shown.ok_or(Stop::Refused(ChangeRefusal::NoSubscription))
}

async fn attempt(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    (licence, wish): (LicenceId, &Wish),
) -> Result<(), Stop<ChangeRefusal>> {
    let mut tx = app.write().await?;
    let (name, request) = (who.name(), (licence, wish));
    let claimed = once(&mut tx, call, (&name, key), &request, licence.bytes()).await;
    if let Once::Again(_) = claimed.map_err(refused_key)? {
        return Ok(());
    }
    let kept = state::of_licence(&mut tx, licence).await?;
    let mut kept = kept.ok_or(Stop::Refused(ChangeRefusal::NoSubscription))?;
    if matches!(wish, Wish::Resume | Wish::Plan(_)) {
        let standing = renew::standing(&mut tx, &kept).await?;
        if standing != "valid" {
            return Err(Stop::Refused(ChangeRefusal::NotValid(standing)));
        }
    }
    kept.state = kept.state.at(call.now);
    match wish {
        Wish::Pause => leave(&mut tx, &mut kept, call.now, Ask::Pause).await?,
        Wish::Cancel => leave(&mut tx, &mut kept, call.now, Ask::Cancel).await?,
        Wish::Resume => resume(app, call, &mut tx, &mut kept).await?,
        Wish::Plan(code) => switch(app, call, &mut tx, &mut kept, code).await?,
        Wish::Card(card) => renew_card(&mut kept, card, call.now)?,
        Wish::Country(country) => move_to(&mut kept, *country)?,
    }
    kept.save(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// A key that was refused, in the words of a change.
fn refused_key(stop: Stop<OnceRefusal>) -> Stop<ChangeRefusal> {
    match stop {
        Stop::Refused(OnceRefusal::BadKey) => Stop::Refused(ChangeRefusal::BadKey),
        Stop::Refused(OnceRefusal::Reused) => Stop::Refused(ChangeRefusal::KeyReused),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

fn step(kept: &Kept, ask: Ask, now: Timestamp) -> Result<Subscription, Stop<ChangeRefusal>> {
    let stepped = kept.state.step(ask, now);
    stepped.map_err(|(_, refusal)| Stop::Refused(ChangeRefusal::Step(refusal)))
}

async fn leave(
    tx: &mut Tx,
    kept: &mut Kept,
    now: Timestamp,
    ask: Ask,
) -> Result<(), Stop<ChangeRefusal>> {
    let next = step(kept, ask, now)?;
    kept.state = match (next, kept.owed) {
        // The last cycle wasn't paid: it is over where the paid ones are.
        (Subscription::Leaving { .. }, Some(since)) => match ask {
            Ask::Pause => Subscription::Paused { since },
            _ => Subscription::Ended { since },
        },
        (next, _) => next,
    };
    match kept.state {
        Subscription::Leaving { ends_at, .. } => {
            kept.run_until(tx, Some(ends_at)).await?;
            kept.due = Some(ends_at);
        }
        Subscription::Paused { since } | Subscription::Ended { since } => {
            if kept.owed.take().is_some() {
                kept.run_until(tx, Some(since)).await?;
            }
            (kept.due, kept.tries) = (None, 0);
        }
        Subscription::Active { .. } => {}
    }
    Ok(())
}

async fn resume(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    kept: &mut Kept,
) -> Result<(), Stop<ChangeRefusal>> {
    let rested = matches!(kept.state, Subscription::Paused { .. });
    kept.state = step(kept, Ask::Resume, call.now)?;
    if !rested {
        kept.run_until(tx, None).await?;
        return Ok(());
    }
    let cycle = Cycle::nth(call.now, 0);
    match renew::charge(app, call, tx, kept, cycle, fund::RENEWAL).await? {
        Charged::Paid => {}
        Charged::Declined => return Err(Stop::Refused(ChangeRefusal::Declined)),
        Charged::TooLittle => return Err(Stop::Refused(ChangeRefusal::TooLittle)),
    }
    kept.run_from(tx, call.now).await?;
    Ok(())
}

async fn switch(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    kept: &mut Kept,
    code: &str,
) -> Result<(), Stop<ChangeRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    if matches!(kept.state, Subscription::Ended { .. }) {
        return refused(ChangeRefusal::Step(AskRefusal::Ended));
    }
    let plan = plans::read(tx, code).await?.filter(|plan| plan.on_sale);
    let Some(plan) = plan else {
        let code = code.chars().take(40).collect();
        return refused(ChangeRefusal::UnknownPlan(code));
    };
    if plan.code == kept.plan {
        return refused(ChangeRefusal::SamePlan);
    }
    if plan.terms.price().currency() != kept.currency {
        return refused(ChangeRefusal::OtherCurrency);
    }
    kept.plan.clone_from(&plan.code);
    let Some((id, cycle, old)) = running(tx, kept, call.now).await? else {
        return match kept.state {
            // At rest it counts from the next resumption on.
            Subscription::Paused { .. } => Ok(()),
            _ => refused(ChangeRefusal::NotPaid),
        };
    };
    match upgrade_charge(&cycle, call.now, old, plan.terms.price()) {
        Ok(more) => {
            let rest = Cycle {
                start: call.now,
                end: cycle.end,
            };
            pay_more(app, call, tx, kept, (id, rest), (&plan, more)).await
        }
        Err(ProRataRefusal::NotDearer) => Ok(()),
        Err(other) => Err(Fault::because("reckoning an upgrade", other.to_string()).into()),
    }
}

/// Charges an upgrade as a sale of its own, at the tax of its day. One that is too small to bear its payment fee waits
/// for the next cycle.
async fn pay_more(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    kept: &mut Kept,
    (cycle, rest): (CycleId, Cycle),
    (plan, more): (&PoolPlan, Money),
) -> Result<(), Stop<ChangeRefusal>> {
    let taxed = taxed(app, tx, kept.country, call.now).await?;
    let Ok(split) = split_sale(more, &taxed.rates) else {
        return Ok(());
    };
    if sandbox::charge_kept(&kept.card_token).is_err() {
        return Err(Stop::Refused(ChangeRefusal::Declined));
    }
    let reference = domain::PaymentId::from_bytes(call.id()).to_string();
    let provider = (sandbox::NAME, reference.as_str());
    let subject = Subject::Subscription(cycle);
    let id = payments::record(tx, call, provider, split.gross, subject).await?;
    let source = id.to_string();
    let payment = Payment {
        id,
        kind: fund::UPGRADE,
        source: &source,
        split: &split,
        country: taxed.country,
    };
    let price = plan.terms.price();
    fund::add(call, tx, (kept.id, cycle), price, &payment).await?;
    fund::bill(
        app,
        call,
        tx,
        kept.licence,
        (plan, &payment),
        (rest, &taxed),
    )
    .await?;
    Ok(())
}

/// The paid cycle that runs now, and the price it was begun at.
async fn running(
    tx: &mut Tx,
    kept: &Kept,
    now: Timestamp,
) -> Result<Option<(CycleId, Cycle, Money)>, Fault> {
    let sql = format!("{RUNNING}{}", tx.for_update());
    let values = [kept.id.bytes().into(), now.0.into()];
    let Some(row) = tx.optional(&sql, &values).await? else {
        return Ok(None);
    };
    let cycle = Cycle {
        start: Timestamp(row.int("start_ms")?),
        end: Timestamp(row.int("end_ms")?),
    };
    let price = Money::new(row.int("price_micros")?, kept.currency);
    Ok(Some((CycleId::from_bytes(row.id("id")?), cycle, price)))
}

fn renew_card(kept: &mut Kept, card: &str, now: Timestamp) -> Result<(), Stop<ChangeRefusal>> {
    if matches!(kept.state, Subscription::Ended { .. }) {
        return Err(Stop::Refused(ChangeRefusal::Step(AskRefusal::Ended)));
    }
    sandbox::charge(card).map_err(|refusal| {
        Stop::Refused(match refusal {
            NotCharged::NoCard => ChangeRefusal::BadCard,
            NotCharged::Declined => ChangeRefusal::Declined,
        })
    })?;
    kept.card_token = sandbox::keep(card);
    if kept.owed.is_some() {
        // What is owed is charged at the next upkeep.
        kept.due = Some(now);
    }
    Ok(())
}

/// Nothing is charged for it, and what was charged stays taxed as it was.
fn move_to(kept: &mut Kept, country: Option<Country>) -> Result<(), Stop<ChangeRefusal>> {
    if matches!(kept.state, Subscription::Ended { .. }) {
        return Err(Stop::Refused(ChangeRefusal::Step(AskRefusal::Ended)));
    }
    kept.country = country;
    Ok(())
}

const RUNNING: &str = "
    select id, start_ms, end_ms, price_micros from cycles
     where subscription_id = $1 and start_ms <= $2 and end_ms > $2 and batch_id is null";
