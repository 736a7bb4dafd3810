//! The audit of subscriptions: pools hold what their open cycles hold, guarantees are funded, closed
//! cycles have paid out all of it and are as they were closed, reserves are where they should be.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::invariant_money::{self as rules, ClosedRow, CycleRow};
use domain::{Account, CycleId, SubscriptionId};
use ledger::invariant::Breach;
use store::db::{Row, Tx};

use super::super::cycles::{self, OpenCycle};
use super::{Check, check};
use crate::Fault;

/// A subscription's pool account holds what its open cycles hold, and nothing else.
const POOLS_HOLD_THEIR_OPEN_CYCLES: &str = "pools_hold_their_open_cycles";
/// A subscription's reserve account holds what neither age has released nor refunds have taken.
const POOL_RESERVES_ADD_UP: &str = "pool_reserves_add_up";
/// Each use that a pool paid is counted in its cycle, once, at the cycle's guarantee.
const CYCLES_COUNT_THEIR_USES: &str = "cycles_count_their_uses";

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let mut rows = Vec::new();
    let mut held: BTreeMap<(String, String), i64> = BTreeMap::new();
    let read: BTreeMap<CycleId, OpenCycle> = cycles::read(tx, "", None)
        .await?
        .into_iter()
        .map(|one| (one.id, one))
        .collect();
    for row in tx.all(CYCLES, &[]).await? {
        let id = CycleId::from_bytes(row.id("id")?);
        let one = read
            .get(&id)
            .ok_or_else(|| Fault::because("auditing a cycle", "it vanished"))?;
        let cycle = cycle(&row, one)?;
        let account = Account::Pool(one.subscription).to_string();
        *held.entry((account, row.text("currency")?)).or_default() += cycle.held;
        rows.push(cycle);
    }
    let closed = rows.iter().filter(|row| row.closed.is_some()).count();
    let pools = sums(tx, POOL_BALANCES, POOLS_HOLD_THEIR_OPEN_CYCLES, held).await?;
    Ok(vec![
        pools,
        check(
            rules::GUARANTEES_ARE_FUNDED,
            rows.len(),
            rules::guarantees_are_funded(&rows),
        ),
        check(
            rules::CLOSED_CYCLES_ARE_PAID_OUT,
            closed,
            rules::closed_cycles_are_paid_out(&rows),
        ),
        check(
            rules::CLOSED_CYCLES_ARE_UNCHANGED,
            closed,
            rules::closed_cycles_are_unchanged(&rows),
        ),
        uses(tx).await?,
        reserves(tx).await?,
    ])
}

fn cycle(row: &Row, one: &OpenCycle) -> Result<CycleRow, Fault> {
    let left = row.int("contribution_micros")? - row.int("taken_micros")?;
    // Where refunds took more than the uses had left, the tracks gave back the rest of it.
    let guaranteed = one.pool.accrued().min(left);
    let closed = match row.opt_bytes("digest")? {
        None => None,
        Some(then) => Some(ClosedRow {
            top_ups: row.int("top_up_micros")?,
            unused: row.int("unused_micros")?,
            digest_then: HEXLOWER.encode(&then),
            digest_now: HEXLOWER.encode(&cycles::digest(&one.report()?)?),
        }),
    };
    let held = match (&closed, row.opt_text("unused_to")?.as_deref()) {
        (None, _) => left - guaranteed,
        (Some(_), _) => 0,
    };
    Ok(CycleRow {
        cycle: one.id.to_string(),
        contribution: left,
        guaranteed,
        held,
        closed,
    })
}

/// What stands on accounts against what should.
async fn sums(
    tx: &mut Tx,
    balances: &str,
    name: &'static str,
    mut wanted: BTreeMap<(String, String), i64>,
) -> Result<Check, Fault> {
    for row in tx.all(balances, &[]).await? {
        let key = (row.text("account")?, row.text("currency")?);
        *wanted.entry(key).or_default() -= row.int("amount_micros")?;
    }
    let looked_at = wanted.len();
    let wrong = wanted.into_iter().filter(|(_, off)| *off != 0);
    let breaches = wrong.map(|((account, currency), off)| Breach {
        invariant: name,
        subject: account,
        detail: format!("{off} micros of {currency} should be there and aren't"),
    });
    Ok(check(name, looked_at, breaches.collect()))
}

async fn reserves(tx: &mut Tx) -> Result<Check, Fault> {
    let mut wanted: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in tx.all(RESERVES, &[]).await? {
        let id = SubscriptionId::from_bytes(row.id("subscription_id")?);
        let key = (Account::PoolReserve(id).to_string(), row.text("currency")?);
        *wanted.entry(key).or_default() +=
            row.int("held")? - row.int("taken")? - row.int("released")?;
    }
    sums(tx, RESERVE_BALANCES, POOL_RESERVES_ADD_UP, wanted).await
}

async fn uses(tx: &mut Tx) -> Result<Check, Fault> {
    let looked_at = tx.one(USES, &[]).await?.int("n")?;
    let mut breaches = Vec::new();
    for row in tx.all(MISCOUNTED, &[]).await? {
        let (counted, there) = (row.int("counted")?, row.int("there")?);
        breaches.push(Breach {
            invariant: CYCLES_COUNT_THEIR_USES,
            subject: CycleId::from_bytes(row.id("id")?).to_string(),
            detail: format!(
                "{counted} uses are counted, {there} are there; they earned {} of {} micros",
                row.int("earned")?,
                row.int("due")?
            ),
        });
    }
    let looked_at = usize::try_from(looked_at).unwrap_or(usize::MAX);
    Ok(check(CYCLES_COUNT_THEIR_USES, looked_at, breaches))
}

const CYCLES: &str = "
    select c.id, c.currency, c.contribution_micros, c.taken_micros, x.top_up_micros,
           x.unused_micros, x.unused_to, x.digest
      from cycles c left join closed_cycles x on x.cycle_id = c.id
     order by c.id";

const POOL_BALANCES: &str = "
    select account, currency, amount_micros from balances where account like 'pool:%'";

const RESERVE_BALANCES: &str = "
    select account, currency, amount_micros from balances where account like 'pool-reserve:%'";

const RESERVES: &str = "
    select c.subscription_id, c.currency, c.reserve_taken_micros as taken,
           (select cast(coalesce(sum(p.reserve_micros), 0) as bigint)
              from cycle_payments p where p.cycle_id = c.id) as held,
           (select cast(coalesce(sum(r.micros), 0) as bigint)
              from pool_reserve_releases r where r.cycle_id = c.id) as released
      from cycles c";

const USES: &str = "select cast(coalesce(sum(uses), 0) as bigint) as n from pool_uses";

const MISCOUNTED: &str = "
    select id, counted, there, earned, counted * guarantee_micros as due
      from (select c.id, c.guarantee_micros,
                   (select cast(coalesce(sum(u.uses), 0) as bigint)
                      from cycle_uses u where u.cycle_id = c.id) as counted,
                   (select cast(coalesce(sum(p.uses), 0) as bigint)
                      from pool_uses p where p.cycle_id = c.id) as there,
                   (select cast(coalesce(sum(u.earned_micros), 0) as bigint)
                      from pool_uses p join uses u on u.id = p.use_id
                     where p.cycle_id = c.id) as earned
              from cycles c) as sums
     where counted <> there or earned <> counted * guarantee_micros";
