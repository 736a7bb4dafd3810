//! What the facts of a subscription's payments ask of its licence, and what of its books is the
//! composers' side.

use std::collections::BTreeMap;

use domain::refund::{Facts, subscription_state};
use domain::usage::LicenceState;
use domain::{Account, CycleId, LicenceId, SubscriptionId};
use store::db::{Row, Tx};

use super::paid::{Books, read_facts};
use crate::Fault;

/// The licence that a cycle's subscription was bought as.
pub(crate) async fn licence(tx: &mut Tx, cycle: CycleId) -> Result<LicenceId, Fault> {
    let row = tx.one(LICENCE, &[cycle.bytes().into()]).await?;
    Ok(LicenceId::from_bytes(row.id("licence_id")?))
}

/// The state that a subscription's payments ask for.
pub(crate) async fn asked(tx: &mut Tx, id: SubscriptionId) -> Result<LicenceState, Fault> {
    let rows = tx.all(OF_ONE, &[id.bytes().into()]).await?;
    state(rows.iter())
}

/// The same of every subscription of whose payments anything was heard, by its licence.
pub(crate) async fn all(tx: &mut Tx) -> Result<BTreeMap<[u8; 16], LicenceState>, Fault> {
    let rows = tx.all(OF_ALL, &[]).await?;
    let mut by_licence: BTreeMap<[u8; 16], Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        by_licence
            .entry(row.id("licence_id")?)
            .or_default()
            .push(row);
    }
    let each = by_licence.into_iter();
    each.map(|(licence, rows)| Ok((licence, state(rows.into_iter())?)))
        .collect()
}

/// By the rows of a subscription's payments, those of the latest cycle last. One that nothing was
/// heard of has no facts.
fn state<'a>(rows: impl Iterator<Item = &'a Row>) -> Result<LicenceState, Fault> {
    let (mut latest, mut earlier, mut start) = (Vec::new(), Vec::new(), i64::MIN);
    for row in rows {
        if row.int("start_ms")? > start {
            start = row.int("start_ms")?;
            earlier.append(&mut latest);
        }
        latest.push(match row.opt_text("facts")? {
            Some(text) => read_facts(&text)?,
            None => Facts::default(),
        });
    }
    Ok(subscription_state(&latest, &earlier))
}

/// The books of a subscription's payment with the composers' side as one sum: what stands in pool
/// and reserve, what tracks gave back, and what was idle.
pub(crate) fn in_sum(mut books: Books) -> Books {
    let mut sum = 0;
    books.retain(|account, micros| {
        let theirs = is_composers(account);
        sum += if theirs { *micros } else { 0 };
        !theirs
    });
    if sum != 0 {
        books.insert(Account::Idle, sum);
    }
    books
}

/// Is this account of the composers' side of a subscription's payment?
pub(crate) fn is_composers(account: &Account) -> bool {
    matches!(
        account,
        Account::Pool(_)
            | Account::PoolReserve(_)
            | Account::Payee(_)
            | Account::Carry(_)
            | Account::Idle
    )
}

const LICENCE: &str = "
    select s.licence_id from cycles c join subscriptions s on s.id = c.subscription_id
     where c.id = $1";

const OF_ONE: &str = "
    select c.start_ms, f.facts
      from cycles c
      join cycle_payments x on x.cycle_id = c.id
      left join payment_facts f on f.payment_id = x.payment_id
     where c.subscription_id = $1
     order by c.start_ms, x.payment_id";

const OF_ALL: &str = "
    select s.licence_id, c.start_ms, f.facts
      from subscriptions s
      join cycles c on c.subscription_id = s.id
      join cycle_payments x on x.cycle_id = c.id
      left join payment_facts f on f.payment_id = x.payment_id
     where exists (select 1 from payment_facts h
                     join cycle_payments y on y.payment_id = h.payment_id
                     join cycles d on d.id = y.cycle_id
                    where d.subscription_id = s.id)
     order by s.licence_id, c.start_ms, x.payment_id";
