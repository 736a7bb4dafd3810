//! Which statements a payee has: the months from their first line to now, with what each changed.

use domain::statement::Period;
use domain::{PayeeId, Timestamp};
use ledger::{Currency, Money};

use super::show::StatementRefusal;
use crate::{App, Call, Fault, Stop};

/// The statements of a payee in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statements {
    /// Whose.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// Of which money.
    pub currency: Currency,
    /// All currencies in which something of theirs moved, and the store's own.
    pub currencies: Vec<Currency>,
    /// The months, the latest first.
    pub months: Vec<Month>,
}

/// A month's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// The month.
    pub period: Period,
    /// Whether it is over.
    pub over: bool,
    /// How many lines it has.
    pub lines: u64,
    /// What stood there before.
    pub opening: Money,
    /// What was earned by music.
    pub earned: Money,
    /// What moved otherwise: payouts, advances, exchanges.
    pub moved: Money,
    /// What stands there after.
    pub closing: Money,
}

/// The statements of a payee.
///
/// # Errors
/// [`StatementRefusal::Unknown`].
pub async fn statements(
    app: &App,
    call: &Call,
    payee: PayeeId,
    currency: Currency,
) -> Result<Statements, Stop<StatementRefusal>> {
    let mut tx = app.db.read().await?;
    let row = tx.optional(NAME, &[payee.bytes().into()]).await?;
    let unknown = StatementRefusal::Unknown(payee);
    let name = row.ok_or(Stop::Refused(unknown))?.text("name")?;
    let mut currencies = vec![app.settings.currency];
    for row in tx.all(CURRENCIES, &[payee.bytes().into()]).await? {
        let known = Currency::from_code(&row.text("currency")?);
        let known = known.map_err(Fault::while_("reading a line's currency"))?;
        if known != app.settings.currency {
            currencies.push(known);
        }
    }
    let mut months: Vec<Month> = Vec::new();
    let money = |micros| Money::new(micros, currency);
    let sql = tx.spelt(DAYS);
    let values = [payee.bytes().into(), currency.code().into()];
    for row in tx.all(&sql, &values).await? {
        let at = Timestamp(row.int("day")? * domain::time::DAY_MS);
        while months.last().is_none_or(|month| !month.period.holds(at)) {
            months.push(next(months.last(), at, call, currency)?);
        }
        let Some(month) = months.last_mut() else {
            continue;
        };
        let known = row.text("kind")?.parse::<domain::LineKind>();
        let sum = match known.is_ok_and(domain::LineKind::is_earning) {
            true => &mut month.earned,
            false => &mut month.moved,
        };
        let added = money(row.int("sum")?);
        *sum = sum.checked_add(added).map_err(overflow)?;
        month.closing = month.closing.checked_add(added).map_err(overflow)?;
        month.lines += u64::try_from(row.int("lines")?).unwrap_or(0);
    }
    while months.last().is_some_and(|m| m.period.until() <= call.now) {
        months.push(next(months.last(), call.now, call, currency)?);
    }
    months.reverse();
    Ok(Statements {
        payee,
        name,
        currency,
        currencies,
        months,
    })
}

/// The month after another, or the one that holds a moment.
fn next(
    last: Option<&Month>,
    at: Timestamp,
    call: &Call,
    currency: Currency,
) -> Result<Month, Fault> {
    let begins = last.map_or(at, |last| last.period.until());
    let period = Period::month_of(begins);
    let period = period.ok_or_else(|| Fault::because("listing statements", "no such month"))?;
    let zero = Money::zero(currency);
    let opening = last.map_or(zero, |last| last.closing);
    Ok(Month {
        over: period.is_over(call.now),
        period,
        lines: 0,
        opening,
        earned: zero,
        moved: zero,
        closing: opening,
    })
}

fn overflow(error: ledger::MoneyError) -> Fault {
    Fault::while_("summing a month")(error)
}

const NAME: &str = "select name from payees where id = $1";

const CURRENCIES: &str = "
    select distinct currency from payee_lines where payee_id = $1 order by currency";

const DAYS: &str = "
    select at_ms / 86400000 as day, kind, count(*) as lines, cast(sum(micros) as bigint) as sum
      from payee_lines where payee_id = $1 and currency = $2
     group by at_ms / 86400000, kind order by at_ms / 86400000, kind {bytewise}";
