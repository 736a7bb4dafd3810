//! The currencies that the store sells in beside its own: set, closed, listed.
//!
//! After: one more line for the currency, which counts at once. Quotes given before keep theirs.

use domain::Timestamp;
use domain::price_table::PriceTable;
use ledger::{Currency, Rate};
use store::db::{Row, Tx};

use super::{DealRefusal, bad, next_line, operator};
use crate::offers::Hand;
use crate::{App, Call, Fault, Stop};

/// A currency on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold {
    /// How prices are said in it.
    pub table: PriceTable,
    /// The payment provider's fixed fee in it, in micro-units.
    pub fee_fixed_micros: i64,
    /// Since when these figures count.
    pub since: Timestamp,
}

/// How a currency is to be sold in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The currency.
    pub currency: Currency,
    /// What one unit of the store's own buys, as a decimal number: `0.92`.
    pub rate: &'a str,
    /// Prices are whole steps of so many minor units.
    pub step_minor: i64,
    /// Less so many minor units.
    pub less_minor: i64,
    /// The payment provider's fixed fee, in micro-units.
    pub fee_fixed_micros: i64,
}

/// Sells in a currency from now on, by these figures.
///
/// # Errors
/// [`DealRefusal`]: not the operator, the store's own currency, no rate, no step, a negative fee.
pub async fn set(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    wanted: Wanted<'_>,
) -> Result<Sold, Stop<DealRefusal>> {
    operator(hand)?;
    let rate = match Rate::from_decimal(app.settings.currency, wanted.currency, wanted.rate) {
        Ok(rate) => rate,
        Err(error) => return bad("rate", error.to_string()),
    };
    let table = PriceTable {
        rate,
        step_minor: wanted.step_minor,
        less_minor: wanted.less_minor,
    };
    let unit = wanted.currency.minor_unit_micros();
    if !table.is_sound() || wanted.step_minor.checked_mul(unit).is_none() {
        return bad(
            "step",
            "a step is positive, and what it is lessened by is less than it",
        );
    }
    if !(0..=i64::MAX / 4).contains(&wanted.fee_fixed_micros) {
        return bad("fee", "a fee is nothing or more");
    }
    let sold = Sold {
        table,
        fee_fixed_micros: wanted.fee_fixed_micros,
        since: call.now,
    };
    write(app, call, hand, &sold, false).await?;
    Ok(sold)
}

/// Sells in a currency no more. Quotes given before can still be bought.
///
/// # Errors
/// [`DealRefusal`]: not the operator, not on sale.
pub async fn close(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    currency: Currency,
) -> Result<(), Stop<DealRefusal>> {
    operator(hand)?;
    let on_sale = list(app).await?;
    match on_sale.iter().find(|one| one.table.rate.to() == currency) {
        Some(sold) => Ok(write(app, call, hand, sold, true).await?),
        None => Err(Stop::Refused(DealRefusal::Unknown(currency.to_string()))),
    }
}

/// The currencies on sale beside the store's own, by code.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Sold>, Fault> {
    on_sale(&mut app.db.read().await?, app.settings.currency).await
}

/// The same in a transaction; `base` is the store's own currency.
pub(super) async fn on_sale(tx: &mut Tx, base: Currency) -> Result<Vec<Sold>, Fault> {
    let rows = tx.all(ON_SALE, &[base.code().into()]).await?;
    rows.iter().map(|row| read(row, base)).collect()
}

/// The figures that a currency was sold by last, whether it still is or not.
pub(super) async fn last(
    tx: &mut Tx,
    base: Currency,
    wanted: Currency,
) -> Result<Option<Sold>, Fault> {
    let values = [base.code().into(), wanted.code().into()];
    let row = tx.optional(LAST, &values).await?;
    row.map(|row| read(&row, base)).transpose()
}

async fn write(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    sold: &Sold,
    closed: bool,
) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    let line = next_line(&mut tx, "currency_prices").await?;
    let (numerator, denominator) = sold.table.rate.fraction();
    let values = [
        line.into(),
        sold.table.rate.to().code().into(),
        sold.table.rate.from().code().into(),
        numerator.into(),
        denominator.into(),
        sold.table.step_minor.into(),
        sold.table.less_minor.into(),
        sold.fee_fixed_micros.into(),
        closed.into(),
        hand.name().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(tx.commit().await?)
}

fn read(row: &Row, base: Currency) -> Result<Sold, Fault> {
    let to = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a currency on sale"))?;
    let rate = Rate::new(base, to, row.int("numerator")?, row.int("denominator")?)
        .map_err(Fault::while_("reading a currency's rate"))?;
    Ok(Sold {
        table: PriceTable {
            rate,
            step_minor: row.int("step_minor")?,
            less_minor: row.int("less_minor")?,
        },
        fee_fixed_micros: row.int("fee_fixed_micros")?,
        since: Timestamp(row.int("set_ms")?),
    })
}

const INSERT: &str = "
    insert into currency_prices (line, currency, base, numerator, denominator, step_minor,
                                 less_minor, fee_fixed_micros, closed, set_by, set_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const ON_SALE: &str = "
    select currency, numerator, denominator, step_minor, less_minor, fee_fixed_micros, set_ms
      from currency_prices c
     where base = $1 and closed = 0
       and line = (select max(line) from currency_prices o
                    where o.currency = c.currency and o.base = c.base)
     order by currency";

const LAST: &str = "
    select currency, numerator, denominator, step_minor, less_minor, fee_fixed_micros, set_ms
      from currency_prices where base = $1 and currency = $2
     order by line desc limit 1";
