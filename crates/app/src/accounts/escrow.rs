//! Registering a payee: from now on they earn to their own account, and all that waited in escrow
//! becomes theirs, to the micro-unit. Nothing of it ever goes to anybody else.

use domain::agreement::{Purse, claim};
use domain::{Account, LineKind, PayeeId};
use ledger::{Currency, JournalDraft, Money};
use store::db::Tx;

use super::booking::Booking;
use crate::{Call, Fault};

/// Kind of the journals that move escrow to its payee.
const CLAIM: &str = "claim";

/// What stands in a payee's escrow, by currency.
pub(crate) async fn held(tx: &mut Tx, payee: PayeeId) -> Result<Vec<Money>, Fault> {
    balances(tx, &Account::Escrow(payee)).await
}

/// What stands on an account, by currency.
pub(crate) async fn balances(tx: &mut Tx, account: &Account) -> Result<Vec<Money>, Fault> {
    let mut held = Vec::new();
    for row in tx.all(HELD, &[account.id().as_str().into()]).await? {
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a balance's currency"))?;
        held.push(Money::new(row.int("amount_micros")?, currency));
    }
    Ok(held)
}

/// Registers a payee and moves their escrow: what they claimed, or `None` where they were
/// registered already and nothing changed.
pub(crate) async fn register(
    tx: &mut Tx,
    call: &mut Call,
    payee: PayeeId,
) -> Result<Option<Vec<Money>>, Fault> {
    // The row stays locked: whoever is about to earn into the escrow waits, and earns into the
    // account then.
    let values = [payee.bytes().into(), call.now.0.into()];
    if tx.optional(REGISTER, &values).await?.is_none() {
        return Ok(None);
    }
    let held = held(tx, payee).await?;
    for money in &held {
        let currency = money.currency();
        let source = format!("{payee}:{}", currency.code());
        let draft = JournalDraft::new(CLAIM, source, "escrow claimed");
        let id = call.id();
        let mut booking = Booking::new(draft, (LineKind::Claim, &id), currency);
        for (purse, micros) in claim(payee, money.micros()) {
            booking.credit(purse, None, micros)?;
        }
        booking.write(tx, call).await?;
    }
    Ok(Some(held))
}

/// Those of some payees who are registered.
pub(crate) async fn registered(
    tx: &mut Tx,
    payees: impl IntoIterator<Item = PayeeId>,
) -> Result<std::collections::BTreeSet<PayeeId>, Fault> {
    let mut found = std::collections::BTreeSet::new();
    for payee in payees {
        if let Purse::Payee(_) = super::booking::purse(tx, payee).await? {
            found.insert(payee);
        }
    }
    Ok(found)
}

const REGISTER: &str = "
    update payees set registered_ms = $2 where id = $1 and registered_ms is null returning id";

const HELD: &str = "
    select currency, amount_micros from balances
     where account = $1 and amount_micros <> 0 order by currency";
