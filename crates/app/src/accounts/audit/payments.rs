//! The audit of payments: the ledger and the licences stand where the providers' facts say, and
//! the reserve is what sales hold back.

use std::collections::BTreeMap;

use domain::extras::Hold;
use domain::refund::Facts;
use domain::usage::LicenceState;
use domain::{Account, PaymentId};
use ledger::invariant::Breach;
use store::db::{Row, Tx};

use super::{Check, balance, check};
use crate::Fault;
use crate::accounts::holds::{self, Held};
use crate::accounts::paid::{self, Books};
use crate::accounts::payments::Subject;
use crate::accounts::{clip_tree, subscribed};

/// What is posted for a payment is what its facts ask for.
const PAYMENTS_FOLLOW_THEIR_FACTS: &str = "payments_follow_their_facts";
/// A licence is in the state that its payment's facts ask for, unless the operator moved it.
const LICENCES_FOLLOW_THEIR_PAYMENTS: &str = "licences_follow_their_payments";
/// A sheet's reserve is what its sales hold back, less what refunds took of it.
const RESERVES_ARE_HELD: &str = "reserves_are_held";

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    Ok(vec![
        posted(tx).await?,
        licences(tx).await?,
        reserves(tx).await?,
    ])
}

async fn posted(tx: &mut Tx) -> Result<Check, Fault> {
    let rows = tx.all(HEARD_OF, &[]).await?;
    let mut breaches = Vec::new();
    for row in &rows {
        let id = PaymentId::from_bytes(row.id("payment_id")?);
        if let Some(detail) = differs(tx, id).await? {
            breaches.push(Breach {
                invariant: PAYMENTS_FOLLOW_THEIR_FACTS,
                subject: id.to_string(),
                detail,
            });
        }
    }
    Ok(check(PAYMENTS_FOLLOW_THEIR_FACTS, rows.len(), breaches))
}

/// The first account that isn't where the facts say.
async fn differs(tx: &mut Tx, id: PaymentId) -> Result<Option<String>, Fault> {
    let Some(payment) = paid::find(tx, id).await? else {
        return Ok(Some("there is no such payment".into()));
    };
    let sale = paid::journal(tx, &payment).await?;
    let facts = paid::facts(tx, &payment).await?;
    let mut target = match paid::legs(&sale)?.target(&facts) {
        Ok(target) => paid::of_payees(target.accounts),
        Err(error) => return Ok(Some(error.to_string())),
    };
    let mut posted = paid::posted(tx, &payment, &sale).await?;
    let is_clip_time = match payment.subject {
        Subject::Licence(licence) => paid::bundle(tx, licence).await?.is_some(),
        Subject::WalletLoad(_) | Subject::Subscription(_) => false,
    };
    if is_clip_time {
        // What tracks gave back of clip time follows what they had earned: all of it together
        // counts. What can't be taken back (it lies idle, or is a micro-unit that a floor lacked)
        // the platform has borne.
        let most = clip_tree::idle(tx, &payment).await? + clip_tree::rests(tx, &payment).await?;
        let at = |books: &Books| books.get(&Account::Commission).copied().unwrap_or(0);
        let borne = at(&target) - at(&posted);
        if (0..=most).contains(&borne) {
            target.remove(&Account::Commission);
            posted.remove(&Account::Commission);
        }
        target.retain(|account, _| !paid::is_clip_time(account));
        posted.retain(|account, _| !paid::is_clip_time(account));
    }
    if matches!(payment.subject, Subject::Subscription(_)) {
        // What a cycle's tracks gave back follows what they were used: all of it together counts.
        target = subscribed::in_sum(target);
        posted = subscribed::in_sum(posted);
    }
    let accounts = target.keys().chain(posted.keys());
    let mut differing = accounts.filter(|account| target.get(*account) != posted.get(*account));
    Ok(differing.next().map(|account| {
        let at = |books: &Books| books.get(account).copied().unwrap_or(0);
        let (wanted, found) = (at(&target), at(&posted));
        format!("{account} should have moved by {wanted} and moved by {found} micro-units")
    }))
}

async fn licences(tx: &mut Tx) -> Result<Check, Fault> {
    let mut own: BTreeMap<[u8; 16], Facts> = BTreeMap::new();
    for row in tx.all(FACTS, &[]).await? {
        own.insert(row.id("id")?, paid::read_facts(&row.text("facts")?)?);
    }
    let mut forerunner: BTreeMap<[u8; 16], [u8; 16]> = BTreeMap::new();
    for row in tx.all(UPGRADES, &[]).await? {
        forerunner.insert(row.id("new_id")?, row.id("old_id")?);
    }
    let subscriptions = subscribed::all(tx).await?;
    let (mut count, mut breaches) = (0, Vec::new());
    for row in tx.all(LICENCES, &[]).await? {
        let mut at = Some(row.id("id")?);
        let (mut heard, mut wanted) = (false, LicenceState::Active);
        while let Some(id) = at {
            if let Some(facts) = own.get(&id) {
                heard = true;
                wanted = wanted.worse(facts.licence_state());
            }
            at = forerunner.get(&id).copied();
        }
        if let Some(state) = subscriptions.get(&row.id("id")?) {
            (heard, wanted) = (true, *state);
        }
        count += usize::from(heard);
        if heard && let Some(detail) = stands_apart(&row, wanted)? {
            breaches.push(Breach {
                invariant: LICENCES_FOLLOW_THEIR_PAYMENTS,
                subject: row.text("code")?,
                detail,
            });
        }
    }
    Ok(check(LICENCES_FOLLOW_THEIR_PAYMENTS, count, breaches))
}

fn stands_apart(row: &Row, wanted: LicenceState) -> Result<Option<String>, Fault> {
    let word = match wanted {
        LicenceState::Active => "valid",
        LicenceState::Suspended => "suspended",
        LicenceState::Revoked => "revoked",
    };
    let status = row.text("status")?;
    let by_hand = row.opt_text("cause")?.as_deref() == Some("operator");
    let apart = status != word && !by_hand;
    Ok(apart.then(|| format!("it is {status}, its payment asks for {word}")))
}

async fn reserves(tx: &mut Tx) -> Result<Check, Fault> {
    let mut held = holds::all(tx).await?;
    held.extend(holds::missing(tx, i64::MAX).await?);
    let mut sums: BTreeMap<(String, &'static str), i64> = BTreeMap::new();
    for one in &held {
        let account = Account::Reserve(one.sheet).to_string();
        let sum = sums
            .entry((account, one.money.currency().code()))
            .or_default();
        *sum = sum.saturating_add(rest(tx, one).await?);
    }
    let mut breaches = Vec::new();
    for ((account, currency), wanted) in sums {
        let found = balance(tx, &account, currency).await?;
        if found != wanted {
            breaches.push(Breach {
                invariant: RESERVES_ARE_HELD,
                subject: account,
                detail: format!("it holds {found} micro-units of {currency}, sales hold {wanted}"),
            });
        }
    }
    Ok(check(RESERVES_ARE_HELD, held.len(), breaches))
}

/// What is left of a hold.
async fn rest(tx: &mut Tx, held: &Held) -> Result<i64, Fault> {
    let row = tx.optional(PAYMENT, &[held.licence.bytes().into()]).await?;
    let (returned, gross) = match row {
        Some(row) => {
            let facts = paid::read_facts(&row.text("facts")?)?;
            (facts.returned(), row.int("amount_micros")?)
        }
        None => (0, 1),
    };
    let hold = Hold {
        since: held.since,
        micros: held.money.micros(),
        released: held.released.is_some(),
    };
    hold.due(held.since, 0, returned, gross)
        .map_err(Fault::while_("computing a reserve's rest"))
}

const HEARD_OF: &str = "select payment_id from payment_facts";

const FACTS: &str = "
    select l.id, f.facts from licences l join payment_facts f on f.payment_id = l.payment_id
     where not exists (select 1 from subscriptions s where s.licence_id = l.id)";

const UPGRADES: &str = "select old_id, new_id from upgrades";

const LICENCES: &str = "
    select l.id, l.code, l.status,
           (select h.cause from standing_history h
             where h.licence_id = l.id order by h.line desc limit 1) as cause
      from licences l";

const PAYMENT: &str = "
    select f.facts, p.amount_micros
      from licences l
      join payments p on p.id = l.payment_id
      join payment_facts f on f.payment_id = p.id
     where l.id = $1";
