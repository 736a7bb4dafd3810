//! The licence follows its payment's facts: on hold while a dispute is open, withdrawn once one
//! is lost or all is given back, restored when a dispute is won.
//!
//! A licence that was upgraded carries what was paid for it over as a credit: so whoever takes
//! that money back loses the upgraded licence with it. The other way round nothing happens: giving
//! an upgrade back withdraws the upgraded licence alone, and the one before it, which stayed in
//! force all the while, stays so.

use domain::LicenceId;
use domain::refund::{DisputeState, Facts};
use domain::usage::LicenceState;
use store::db::Tx;

use super::pool;
use crate::accounts::paid::{Paid, read_facts};
use crate::accounts::payments::Subject;
use crate::licensing::standing;
use crate::{Call, Fault};

/// Moves the licence of a payment, and those that were upgraded from it.
pub(super) async fn follow(
    tx: &mut Tx,
    call: &Call,
    paid: &Paid,
    (before, after): (&Facts, &Facts),
) -> Result<(), Fault> {
    if let Subject::Subscription(cycle) = paid.subject {
        return pool::licence(tx, call, cycle, reason(after)).await;
    }
    let (was, is) = (before.licence_state(), after.licence_state());
    if was == is {
        return Ok(());
    }
    let Subject::Licence(first) = paid.subject else {
        return Ok(());
    };
    let mut others = LicenceState::Active;
    let mut at = Some(first);
    for row in tx.all(FORERUNNERS, &[first.bytes().into()]).await? {
        others = others.worse(read_facts(&row.text("facts")?)?.licence_state());
    }
    while let Some(licence) = at {
        if licence != first {
            others = others.worse(own(tx, licence).await?);
        }
        let wanted = others.worse(is);
        if others.worse(was) != wanted {
            standing::follow(tx, call, licence, wanted, reason(after)).await?;
        }
        let row = tx.optional(UPGRADED, &[licence.bytes().into()]).await?;
        let next = row.map(|row| row.id("new_id")).transpose()?;
        at = next.map(LicenceId::from_bytes);
    }
    let given = [paid.id.bytes().into(), first.bytes().into()];
    for row in tx.all(GIVEN, &given).await? {
        let licence = LicenceId::from_bytes(row.id("id")?);
        standing::follow(tx, call, licence, is, reason(after)).await?;
    }
    Ok(())
}

/// What a licence's own payment asks for.
async fn own(tx: &mut Tx, licence: LicenceId) -> Result<LicenceState, Fault> {
    let row = tx.optional(OWN, &[licence.bytes().into()]).await?;
    match row {
        Some(row) => Ok(read_facts(&row.text("facts")?)?.licence_state()),
        None => Ok(LicenceState::Active),
    }
}

/// What the holder reads.
fn reason(facts: &Facts) -> &'static str {
    let any = |state| facts.disputes.values().any(|one| one.state == state);
    match facts.licence_state() {
        LicenceState::Revoked if any(DisputeState::Lost) => "dispute: it was decided for the payer",
        LicenceState::Revoked => "refund: the payment was given back",
        LicenceState::Suspended => "dispute: the payment is disputed",
        LicenceState::Active => "dispute: it was decided for the store",
    }
}

const UPGRADED: &str = "select new_id from upgrades where old_id = $1";

const GIVEN: &str = "select id from licences where payment_id = $1 and id <> $2 order by id";

const OWN: &str = "
    select f.facts from licences l join payment_facts f on f.payment_id = l.payment_id
     where l.id = $1";

const FORERUNNERS: &str = "
    with recursive chain (id) as (
        select old_id from upgrades where new_id = $1
         union all
        select u.old_id from upgrades u join chain c on u.new_id = c.id)
    select f.facts
      from chain c
      join licences l on l.id = c.id
      join payment_facts f on f.payment_id = l.payment_id";
