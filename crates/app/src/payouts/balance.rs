//! A payee's balance in its four states, when the next of it can be paid, and why nothing is
//! paid now. All of one snapshot.

use domain::payout::balance::{Balance, by_age, next_available};
use domain::payout::terms::{NotYet, Preview, next_pay_day, payable};
use domain::time::DAY_MS;
use domain::{PayeeId, Timestamp};
use ledger::{Currency, Money};
use store::db::Tx;
use thiserror::Error;

use super::destination::{self, Set};
use super::rules::{self, Local, Unset};
use super::terms::{self, Terms};
use super::{AccessRefusal, Hand};
use crate::{App, Call, Fault, Stop};

/// Why nothing is paid now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Why {
    /// Nobody has said where.
    #[error("say where you want to be paid: nothing is paid before that")]
    NoDestination,
    /// The rail pays another currency.
    #[error("{0} doesn't pay in {1}: choose another way")]
    OtherCurrency(&'static str, Currency),
    /// The operator has closed the rail.
    #[error("this store doesn't pay by {0} any more: choose another way")]
    RailClosed(&'static str),
    /// The destination changed lately.
    #[error("where you are paid changed lately: nothing is paid before {0}")]
    Held(Timestamp),
    /// The store hasn't said what counts in this currency.
    #[error(transparent)]
    Unset(#[from] Unset),
    /// The amount isn't enough, or less than nothing.
    #[error(transparent)]
    NotYet(#[from] NotYet),
    /// Not today.
    #[error("it is paid on the next pay day")]
    NotToday,
    /// Only when they ask.
    #[error("it is paid when you ask for it")]
    OnRequest,
}

impl Why {
    /// Its stable word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDestination => "no_destination",
            Self::OtherCurrency(..) => "other_currency",
            Self::RailClosed(_) => "rail_closed",
            Self::Held(_) => "payouts_held",
            Self::Unset(_) => "limits_not_set",
            Self::NotYet(NotYet::Owing(_)) => "owing",
            Self::NotYet(NotYet::Nothing) => "nothing_available",
            Self::NotYet(NotYet::BelowLeast { .. }) => "below_least",
            Self::NotYet(NotYet::FeeTakesAll { .. }) => "fee_takes_all",
            Self::NotYet(NotYet::DailyCap { .. }) => "daily_cap",
            Self::NotYet(NotYet::Money(_)) => "amount_out_of_range",
            Self::NotToday => "not_today",
            Self::OnRequest => "on_request",
        }
    }
}

/// How a payee stands in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The payee.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// When this was read.
    pub as_of: Timestamp,
    /// The four states.
    pub balance: Balance,
    /// When the next earnings can be paid, and how much.
    pub next: Option<(Timestamp, Money)>,
    /// The terms that count.
    pub terms: Terms,
    /// Where they are paid.
    pub destination: Option<Set>,
    /// The next pay day.
    pub pay_day: Option<Timestamp>,
    /// What a payout of all that is available would cost, when one could be made.
    pub preview: Option<Preview>,
    /// Why nothing is paid now; none when the next run pays.
    pub why: Option<Why>,
    /// When something is expected to be paid.
    pub expected: Option<Timestamp>,
}

/// How a payee stands in every currency they have anything in, and in the store's.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn standings(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    payee: PayeeId,
) -> Result<Vec<Standing>, Stop<AccessRefusal>> {
    super::payees(hand, payee).map_err(Stop::Refused)?;
    let mut tx = app.db.read().await?;
    let name = super::name(&mut tx, payee).await?;
    let name = name.ok_or(Stop::Refused(AccessRefusal::UnknownPayee(payee)))?;
    let mut currencies = vec![app.settings.currency];
    for row in tx.all(CURRENCIES, &[payee.bytes().into()]).await? {
        let currency = super::currency(&row.text("currency")?)?;
        if !currencies.contains(&currency) {
            currencies.push(currency);
        }
    }
    let mut out = Vec::new();
    for currency in currencies {
        let rules = rules::in_currency(&mut tx, app.settings.currency, currency).await?;
        out.push(standing(&mut tx, call, &rules, (payee, &name), currency).await?);
    }
    Ok(out)
}

async fn standing(
    tx: &mut Tx,
    call: &Call,
    local: &Local,
    (payee, name): (PayeeId, &str),
    currency: Currency,
) -> Result<Standing, Fault> {
    let now = call.now;
    let terms = terms::in_force(tx, &local.rules, payee, currency).await?;
    let destination = destination::latest(tx, payee).await?;
    let (mut balance, next) = earned(tx, now, payee, &terms).await?;
    let gone = tx
        .one(GONE, &[payee.bytes().into(), currency.code().into()])
        .await?;
    balance.in_transit = gone.int("in_transit")?;
    balance.paid = gone.int("paid")?;
    let available = Money::new(balance.available, currency);
    let can = can(local, &terms, destination.as_ref(), now, available);
    let since = looked(tx, payee, &terms).await?;
    // What has come due since the last look is paid by the next run, not a period later.
    let pay_day = next_pay_day(terms.schedule, terms.anchor, since);
    let due = pay_day.is_some_and(|day| day <= now);
    let after_now = next_pay_day(terms.schedule, terms.anchor, now);
    let (preview, why) = match can {
        Ok(preview) if due => (Some(preview), None),
        Ok(preview) if pay_day.is_none() => (Some(preview), Some(Why::OnRequest)),
        Ok(preview) => (Some(preview), Some(Why::NotToday)),
        Err(why) => (None, Some(why)),
    };
    let expected = expected(why.as_ref(), (now, after_now), &terms, next);
    Ok(Standing {
        payee,
        name: name.to_owned(),
        currency,
        as_of: now,
        balance,
        next: next.map(|(at, micros)| (at, Money::new(micros, currency))),
        pay_day: if due { Some(now) } else { after_now },
        terms,
        destination,
        preview,
        why,
        expected,
    })
}

/// When something is expected to be paid, as far as it can be said.
fn expected(
    why: Option<&Why>,
    (now, pay_day): (Timestamp, Option<Timestamp>),
    terms: &Terms,
    next: Option<(Timestamp, i64)>,
) -> Option<Timestamp> {
    let first_day = |from: Timestamp| next_pay_day(terms.schedule, terms.anchor, from);
    match why {
        None => Some(now),
        Some(Why::NotToday) => pay_day,
        Some(Why::Held(until)) => first_day(*until).or(Some(*until)),
        // More is on its way: it is looked at again on the first pay day after that.
        Some(Why::NotYet(_)) => next.and_then(|(at, _)| first_day(at)),
        Some(_) => None,
    }
}

/// What could be paid now, by where and by how much, whatever the day.
pub(super) fn can(
    local: &Local,
    terms: &Terms,
    destination: Option<&Set>,
    now: Timestamp,
    available: Money,
) -> Result<Preview, Why> {
    let set = destination.ok_or(Why::NoDestination)?;
    let (rail, currency) = (set.to.rail(), available.currency());
    if !local.rules.is_on(rail) {
        return Err(Why::RailClosed(rail.label()));
    }
    if !rail.pays(currency) {
        return Err(Why::OtherCurrency(rail.label(), currency));
    }
    if let Some(until) = set.held_until.filter(|until| now < *until) {
        return Err(Why::Held(until));
    }
    // Nothing is asked of the operator for who has nothing.
    payable(available, terms.threshold, Money::zero(currency))?;
    local.known(rail)?;
    let amount = payable(available, terms.threshold, local.minimum(rail)?)?;
    Ok(terms::of(local, rail, amount)??)
}

/// What is pending and available of a payee's lines, and when the next becomes available.
pub(super) async fn earned(
    tx: &mut Tx,
    now: Timestamp,
    payee: PayeeId,
    terms: &Terms,
) -> Result<(Balance, Option<(Timestamp, i64)>), Fault> {
    let currency = terms.threshold.currency();
    let hold_ms = i64::from(terms.hold_days) * DAY_MS;
    let values = [payee.bytes().into(), currency.code().into()];
    let mut rest = tx.one(SUM, &values).await?.int("sum")?;
    let mut lines = Vec::new();
    let young = [
        payee.bytes().into(),
        currency.code().into(),
        now.plus_ms(-hold_ms).0.into(),
    ];
    for row in tx.all(YOUNG, &young).await? {
        let micros = row.int("sum")?;
        lines.push((Timestamp(row.int("at_ms")?), micros));
        rest -= micros;
    }
    // Everything else is old enough, or counts at once.
    lines.push((now.plus_ms(-hold_ms), rest));
    let overflow = Fault::while_("adding up a balance");
    let (pending, available) = by_age(&lines, now, hold_ms).map_err(overflow)?;
    let next = next_available(&lines, now, hold_ms).map_err(Fault::while_("adding up earnings"))?;
    let balance = Balance {
        pending,
        available,
        ..Balance::default()
    };
    Ok((balance, next))
}

/// When a run looked at a payee last; the beginning of their pay days where none has.
pub(super) async fn looked(tx: &mut Tx, payee: PayeeId, terms: &Terms) -> Result<Timestamp, Fault> {
    let currency = terms.threshold.currency();
    let row = tx
        .optional(LOOKED, &[payee.bytes().into(), currency.code().into()])
        .await?;
    let looked = row
        .map(|row| row.int("looked_ms"))
        .transpose()?
        .unwrap_or(0);
    Ok(Timestamp(looked.max(terms.anchor.0)))
}

const CURRENCIES: &str = "
    select distinct currency from payee_lines
     where payee_id = $1 and purse = 'payee' order by currency";

const SUM: &str = "
    select cast(coalesce(sum(micros), 0) as bigint) as sum from payee_lines
     where payee_id = $1 and purse = 'payee' and currency = $2";

// What is only moved back, or recouped, was held before. What is claimed out of escrow or
// exchanged is held from then on: nothing gets around the hold by a detour.
const YOUNG: &str = "
    select at_ms, cast(sum(micros) as bigint) as sum from payee_lines
     where payee_id = $1 and purse = 'payee' and currency = $2 and at_ms > $3
       and (micros > 0
            and kind not in ('payout', 'payout_returned', 'payout_fee', 'advance', 'recoupment')
            or micros < 0 and kind = 'recoupment')
     group by at_ms order by at_ms";

const GONE: &str = "
    select cast(coalesce(sum(case when state in ('awaiting_release', 'ready', 'sent', 'unknown')
                                  then amount_micros else 0 end), 0) as bigint) as in_transit,
           cast(coalesce(sum(case when state = 'paid'
                                  then amount_micros else 0 end), 0) as bigint) as paid
      from payouts where payee_id = $1 and currency = $2";

const LOOKED: &str = "select looked_ms from payout_looks where payee_id = $1 and currency = $2";
