//! One step of a payout in the database: its row, its history and the journal it needs, in the
//! caller's transaction. The payout is locked by the caller.

use domain::agreement::Purse;
use domain::payout::{Effect, Event, Refusal, State};
use domain::{Account, LineKind, Payout, PersonId};
use ledger::JournalDraft;
use store::db::{Tx, Value};

use super::PayoutSeen;
use crate::accounts::booking::Booking;
use crate::accounts::post;
use crate::{Call, Fault, events};

/// Takes an event; the payout as it is then, or why it stays as it was.
pub(super) async fn take(
    tx: &mut Tx,
    call: &mut Call,
    seen: PayoutSeen,
    event: Event,
    (who, reason): (&str, &str),
) -> Result<Result<(PayoutSeen, Effect), Refusal>, Fault> {
    let payout = Payout::stored(seen.id, seen.payee, seen.amount, seen.state);
    let (after, effect) = match payout.step(event) {
        Ok(taken) => taken,
        Err(refused) => return Ok(Err(refused.refusal)),
    };
    let seen = keep(tx, call, seen, after.state(), effect, (who, reason)).await?;
    Ok(Ok((seen, effect)))
}

/// Keeps a step that was taken.
pub(super) async fn keep(
    tx: &mut Tx,
    call: &mut Call,
    seen: PayoutSeen,
    state: State,
    effect: Effect,
    (who, reason): (&str, &str),
) -> Result<PayoutSeen, Fault> {
    if state == seen.state && effect == Effect::None {
        return Ok(seen);
    }
    let first = first(state).map(|person| person.bytes().to_vec());
    let values = [
        seen.id.bytes().into(),
        state.word().into(),
        first.into(),
        call.now.0.into(),
    ];
    tx.run(UPDATE, &values).await?;
    event(tx, call, &seen, state, (who, reason)).await?;
    journal(tx, call, &seen, effect).await?;
    Ok(PayoutSeen {
        state,
        changed_at: call.now,
        ..seen
    })
}

/// Adds a line to a payout's history.
pub(super) async fn event(
    tx: &mut Tx,
    call: &Call,
    seen: &PayoutSeen,
    state: State,
    (who, reason): (&str, &str),
) -> Result<(), Fault> {
    let values: [Value; 5] = [
        seen.id.bytes().into(),
        call.now.0.into(),
        who.into(),
        state.word().into(),
        reason.into(),
    ];
    let no = tx.one(EVENT, &values).await?.int("no")?;
    let step = events::Step {
        payout: seen.id,
        payee: seen.payee,
        rail: seen.rail.code(),
        amount: seen.amount,
        fee: seen.fee,
        line: (no, state),
    };
    events::paid_out(tx, call.now, &step).await
}

fn first(state: State) -> Option<PersonId> {
    match state {
        State::AwaitingRelease { first } => first,
        _ => None,
    }
}

async fn journal(
    tx: &mut Tx,
    call: &mut Call,
    seen: &PayoutSeen,
    effect: Effect,
) -> Result<(), Fault> {
    let (transit, paid) = (
        Account::InTransit(seen.rail.provider()),
        Account::PaidOut(seen.rail.provider()),
    );
    match effect {
        Effect::None | Effect::Leave(_) => Ok(()),
        Effect::Settle => settle(tx, call, seen, (&transit, &paid)).await,
        Effect::Return => back(tx, call, seen, ("payout_returned", &transit)).await,
        Effect::BankReturn => back(tx, call, seen, ("payout_bank_return", &paid)).await,
    }
}

async fn settle(
    tx: &mut Tx,
    call: &mut Call,
    seen: &PayoutSeen,
    (transit, paid): (&Account, &Account),
) -> Result<(), Fault> {
    let memo = format!("a payout to {} arrived", seen.payee_name);
    let mut draft = JournalDraft::new("payout_paid", seen.id.to_string(), &memo);
    let taken = seen.amount.checked_neg();
    draft.post(
        transit.id(),
        taken.map_err(Fault::while_("settling a payout"))?,
    );
    draft.post(paid.id(), seen.amount);
    let journal = draft.finish().map_err(Fault::while_("settling a payout"))?;
    let journal = journal.ok_or_else(|| Fault::because("settling a payout", "it is nothing"))?;
    post::post(tx, call, &journal).await?;
    Ok(())
}

/// All of it comes back, with the fee: a payee never pays for what didn't arrive.
async fn back(
    tx: &mut Tx,
    call: &mut Call,
    seen: &PayoutSeen,
    (kind, from): (&str, &Account),
) -> Result<(), Fault> {
    let memo = format!("a payout to {} came back", seen.payee_name);
    let draft = JournalDraft::new(kind, seen.id.to_string(), &memo);
    let currency = seen.amount.currency();
    let line = (LineKind::PayoutReturned, seen.id.bytes());
    let mut booking = Booking::new(draft, line, currency);
    let (amount, fee) = (seen.amount.micros(), seen.fee.micros());
    booking.post(from, -amount);
    booking.post(&Account::PayoutFees, -fee);
    booking.credit(Purse::Payee(seen.payee), None, amount + fee)?;
    booking.write(tx, call).await?;
    Ok(())
}

const UPDATE: &str = "
    update payouts set state = $2, first_release = $3, changed_ms = $4 where id = $1";

const EVENT: &str = "
    insert into payout_events (payout_id, no, at_ms, who, state, reason)
    select $1, cast(coalesce(max(no), 0) + 1 as bigint), $2, $3, $4, $5
      from payout_events where payout_id = $1
 returning no";
