//! A payee's forecast: what the books say of the last weeks and of the pool, handed to the rule of the
//! domain.

use std::collections::{BTreeMap, BTreeSet};

use domain::forecast::{self, MONTHS, Month, NotEnough, Past, Share, WEEK_MS, WEEKS_MAX};
use domain::time::DAY_MS;
use domain::{PayeeId, Timestamp};
use ledger::Currency;
use store::db::Tx;

use super::ReportRefusal;
use crate::accounts::parts::USE_PART;
use crate::{App, Call, Fault, Stop};

/// How far back closed cycles count, by months of thirty days.
const SHARES: i64 = 3;
const SHARE_MS: i64 = 30 * DAY_MS;

/// What a payee's income is going to be.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// Whose.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// When these figures were read.
    pub as_of: Timestamp,
    /// When each of the months ahead ends; the first begins now.
    pub ends: [Timestamp; MONTHS],
    /// In each currency: the store's own first, then others that something was earned in.
    pub currencies: Vec<InCurrency>,
}

/// A forecast in one currency.
#[derive(Debug, Clone)]
pub struct InCurrency {
    /// The currency.
    pub currency: Currency,
    /// How many whole weeks it is made of.
    pub weeks: usize,
    /// How many subscriptions will renew.
    pub renewing: i64,
    /// The months ahead, or why nothing is said of them.
    pub months: Result<[Month; MONTHS], NotEnough>,
}

/// What is known of one currency.
#[derive(Default)]
struct Known {
    /// Since when something was earned.
    since: Option<i64>,
    /// By weeks back from now, and what came in each.
    weeks: BTreeMap<i64, i64>,
    subscriptions: i64,
    renewing: i64,
    shares: BTreeMap<i64, Share>,
}

/// A payee's forecast as the books stand. Whoever asks may see it: the caller has checked that.
///
/// # Errors
/// [`ReportRefusal::Unknown`].
pub async fn forecast(
    app: &App,
    call: &Call,
    payee: PayeeId,
) -> Result<Forecast, Stop<ReportRefusal>> {
    let mut tx = app.read().await?;
    let row = tx.optional(NAME, &[payee.bytes().into()]).await?;
    let row = row.ok_or(Stop::Refused(ReportRefusal::Unknown(payee)))?;
    let name = row.text("name")?;
    let own = app.settings.currency;
    let mut known = known(&mut tx, payee, call.now).await?;
    let ends = [1, 2, 3].map(|months| call.now.plus_months(months));
    let mut codes: BTreeSet<String> = known.keys().cloned().collect();
    codes.remove(own.code());
    let mut currencies = Vec::new();
    for code in std::iter::once(own.code().to_owned()).chain(codes) {
        let currency =
            Currency::from_code(&code).map_err(Fault::while_("reading an income's currency"))?;
        let of = known.remove(&code).unwrap_or_default();
        if currency == own || of.since.is_some() {
            currencies.push(of.forecast(currency, call.now, ends));
        }
    }
    Ok(Forecast {
        payee,
        name,
        as_of: call.now,
        ends,
        currencies,
    })
}

impl Known {
    fn forecast(self, currency: Currency, now: Timestamp, ends: [Timestamp; MONTHS]) -> InCurrency {
        let whole = self
            .since
            .map_or(0, |since| (now.0 - since).div_euclid(WEEK_MS));
        let weeks = usize::try_from(whole).unwrap_or(0).min(WEEKS_MAX);
        let back = i64::try_from(weeks).unwrap_or(0);
        let past = Past {
            weeks: (0..back)
                .rev()
                .map(|back| self.weeks.get(&back).copied().unwrap_or(0))
                .collect(),
            renewing: self.renewing,
            shares: self.shares.into_values().collect(),
        };
        InCurrency {
            currency,
            weeks,
            renewing: self.subscriptions,
            months: forecast::forecast(&past, &ends.map(|end| end.since(now))),
        }
    }
}

/// Everything the forecast goes by, by currency.
async fn known(
    tx: &mut Tx,
    payee: PayeeId,
    now: Timestamp,
) -> Result<BTreeMap<String, Known>, Fault> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for row in tx.all(SINCE, &[payee.bytes().into()]).await? {
        known.entry(row.text("currency")?).or_default().since = row.opt_int("since")?;
    }
    let from = now.0 - i64::try_from(WEEKS_MAX).unwrap_or(0) * WEEK_MS;
    let values = [
        payee.bytes().into(),
        from.into(),
        now.0.into(),
        WEEK_MS.into(),
    ];
    for sql in [SALES.to_owned(), USES.replace("{part}", USE_PART)] {
        for row in tx.all(&sql, &values).await? {
            let of = known.entry(row.text("currency")?).or_default();
            *of.weeks.entry(row.int("back")?).or_default() += row.int("micros")?;
        }
    }
    for row in tx.all(RENEWING, &[]).await? {
        let of = known.entry(row.text("currency")?).or_default();
        of.subscriptions = row.int("subscriptions")?;
        of.renewing = row.int("micros")?;
    }
    shares(tx, payee, now, &mut known).await?;
    Ok(known)
}

/// What cycles that were closed lately had put in, and what the payee had of them.
async fn shares(
    tx: &mut Tx,
    payee: PayeeId,
    now: Timestamp,
    known: &mut BTreeMap<String, Known>,
) -> Result<(), Fault> {
    let from = now.0 - SHARES * SHARE_MS;
    let when = [from.into(), now.0.into(), SHARE_MS.into()];
    for row in tx.all(CLOSED, &when).await? {
        let of = known.entry(row.text("currency")?).or_default();
        let share = Share {
            earned: 0,
            contributed: row.int("micros")?,
        };
        of.shares.insert(row.int("back")?, share);
    }
    let values = [
        payee.bytes().into(),
        from.into(),
        now.0.into(),
        SHARE_MS.into(),
    ];
    for sql in [GUARANTEED.replace("{part}", USE_PART), REST.to_owned()] {
        for row in tx.all(&sql, &values).await? {
            let of = known.entry(row.text("currency")?).or_default();
            // Idle money of a month in which nothing was closed is no part of anything.
            if let Some(share) = of.shares.get_mut(&row.int("back")?) {
                share.earned += row.int("micros")?;
            }
        }
    }
    Ok(())
}

const NAME: &str = "select name from payees where id = $1";

const SINCE: &str = "
    select currency, min(at_ms) as since from payee_lines
     where payee_id = $1
       and kind in ('sale', 'use', 'close', 'idle', 'expiry', 'reserve', 'curator')
     group by currency";

// What sales brought, and what refunds took back of it.
const SALES: &str = "
    select currency, ($3 - at_ms) / $4 as back, cast(sum(micros) as bigint) as micros
      from payee_lines
     where payee_id = $1 and at_ms > $2 and at_ms <= $3
       and kind in ('sale', 'curator', 'reserve', 'expiry', 'refund')
     group by 1, 2";

const USES: &str = "
    select u.currency as currency, ($3 - u.received_ms) / $4 as back,
           cast(sum({part}) as bigint) as micros
      from uses u
      join split_shares s on s.sheet_id = u.sheet_id and s.payee_id = $1
      left join payee_lines o on u.shared_after_micros is null and o.payee_id = s.payee_id
                             and o.kind = 'use' and o.source_id = u.settlement_id
                             and o.sheet_id = u.sheet_id
     where u.received_ms > $2 and u.received_ms <= $3 and u.earned_micros > 0
       and not exists (select 1 from pool_uses q where q.use_id = u.id)
     group by 1, 2";

// What each put into its latest cycle. One whose card was declined, or whose licence doesn't hold,
// isn't reckoned with.
const RENEWING: &str = "
    select s.currency, count(*) as subscriptions,
           cast(coalesce(sum((select sum(p.pool_micros) from cycle_payments p
                      where p.cycle_id = (select c.id from cycles c
                                           where c.subscription_id = s.id
                                           order by c.start_ms desc limit 1))), 0) as bigint) as micros
      from subscriptions s join licences l on l.id = s.licence_id and l.status = 'valid'
     where s.due_ms is not null and s.owed_ms is null and s.state like '%\"active\"%'
     group by s.currency";

// What was refunded and what rolled over to the next cycle were nobody's to have.
const CLOSED: &str = "
    select b.currency as currency, ($2 - b.at_ms) / $3 as back,
           cast(sum(c.contribution_micros - c.taken_micros
                    - case x.unused_to when 'next' then x.unused_micros else 0 end) as bigint) as micros
      from close_batches b
      join closed_cycles x on x.batch_id = b.id
      join cycles c on c.id = x.cycle_id
     where b.at_ms > $1 and b.at_ms <= $2
     group by 1, 2";

const GUARANTEED: &str = "
    select b.currency as currency, ($3 - b.at_ms) / $4 as back,
           cast(sum({part}) as bigint) as micros
      from close_batches b
      join closed_cycles x on x.batch_id = b.id
      join pool_uses q on q.cycle_id = x.cycle_id
      join uses u on u.id = q.use_id
      join split_shares s on s.sheet_id = u.sheet_id and s.payee_id = $1
      left join payee_lines o on u.shared_after_micros is null and o.payee_id = s.payee_id
                             and o.kind = 'use' and o.source_id = u.settlement_id
                             and o.sheet_id = u.sheet_id
     where b.at_ms > $2 and b.at_ms <= $3 and u.earned_micros > 0
     group by 1, 2";

const REST: &str = "
    select currency, ($3 - at_ms) / $4 as back, cast(sum(micros) as bigint) as micros
      from payee_lines
     where payee_id = $1 and at_ms > $2 and at_ms <= $3 and kind in ('close', 'idle')
     group by 1, 2";
