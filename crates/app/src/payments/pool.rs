//! The payments of a subscription: of its sign-up, of each renewal, and of what a dearer plan adds.
//! What is taken back of one leaves its cycle: out of the pool as far as that holds it, then from
//! the tracks that were used; and out of the reserve, or from whoever that was released to.
//!
//! Every step posts the difference between what the facts before asked for and what those after do,
//! so steps in any order end alike.

use domain::refund::{Facts, Original, REFUND};
use domain::usage::LicenceState;
use domain::{Account, CycleId, LicenceId, LineKind, PaymentId, Timestamp};
use ledger::Journal;
use store::db::Tx;

use super::post::Step;
use crate::accounts::paid::{self, Books};
use crate::accounts::subscribed;
use crate::licensing::standing;
use crate::subscriptions::{end, taken_back};
use crate::{Call, Fault};

/// Posts a step of a payment for a cycle.
pub(super) async fn follow(
    tx: &mut Tx,
    call: &mut Call,
    step: &Step<'_>,
    cycle: CycleId,
    (sale, original): (&Journal, &Original),
    (before, after): (&Facts, &Facts),
) -> Result<(), Fault> {
    // The subscription first: renewals and changes of plan take their locks in this order too.
    end::locked(tx, cycle).await?;
    let target = |facts: &Facts| {
        let target = original.target(facts);
        target
            .map(|target| target.accounts)
            .map_err(Fault::while_("computing what a payment should have moved"))
    };
    let (stood, target) = (target(before)?, target(after)?);
    let posted = paid::posted(tx, step.paid, sale).await?;
    let mut booking = step.booking(REFUND, LineKind::Refund);
    for (books, sign) in [(&target, 1), (&posted, -1)] {
        let others = books.iter().filter(|(a, _)| !subscribed::is_composers(a));
        for (account, micros) in others {
            booking.post(account, sign * micros);
        }
    }
    let change = leg(&target, is_pool) - leg(&stood, is_pool);
    taken_back::take_back(&mut booking, tx, cycle, change).await?;
    let left = (leg(&stood, is_reserve), leg(&target, is_reserve));
    taken_back::take_back_reserve(&mut booking, tx, cycle, left).await?;
    step.write(tx, call, booking).await
}

fn leg(books: &Books, which: fn(&Account) -> bool) -> i64 {
    let legs = books.iter().filter(|(account, _)| which(account));
    legs.map(|(_, micros)| micros).sum()
}

fn is_pool(account: &Account) -> bool {
    matches!(account, Account::Pool(_))
}

fn is_reserve(account: &Account) -> bool {
    matches!(account, Account::PoolReserve(_))
}

/// Moves the subscription's licence to what all its payments ask for. One that is withdrawn ends
/// the subscription.
pub(super) async fn licence(
    tx: &mut Tx,
    call: &Call,
    cycle: CycleId,
    reason: &str,
) -> Result<(), Fault> {
    let (id, licence) = end::locked(tx, cycle).await?;
    let wanted = subscribed::asked(tx, id).await?;
    standing::follow(tx, call, licence, wanted, reason).await?;
    if wanted == LicenceState::Revoked {
        end::end(tx, call, id).await?;
    }
    Ok(())
}

/// The licence of a subscription's payment with its code, and what was paid for, for people.
pub(super) async fn listed(
    tx: &mut Tx,
    id: PaymentId,
) -> Result<((LicenceId, String), String), Fault> {
    let row = tx.one(LISTED, &[id.bytes().into()]).await?;
    let code: licence_key::Code = row
        .text("code")?
        .parse()
        .map_err(Fault::while_("reading a licence's code"))?;
    let licence = LicenceId::from_bytes(row.id("id")?);
    let what = match row.text("journal_kind")?.as_str() {
        "renewal" => "cycle",
        "plan_upgrade" => "dearer plan in the cycle",
        _ => "sign-up, cycle",
    };
    let day = |name| Ok::<_, Fault>(Timestamp(row.int(name)?).day().to_string());
    let (label, start, end) = (row.text("label")?, day("start_ms")?, day("end_ms")?);
    let label = format!("{label}: {what} {start} to {end}");
    Ok(((licence, code.to_string()), label))
}

const LISTED: &str = "
    select l.id, l.code, l.label, c.start_ms, c.end_ms, x.journal_kind
      from cycle_payments x
      join cycles c on c.id = x.cycle_id
      join subscriptions s on s.id = c.subscription_id
      join licences l on l.id = s.licence_id
     where x.payment_id = $1";
