//! The operator's rates of exchange: stated as decimals, kept as fractions, every version kept.
//!
//! Before: nothing is needed; to end one, that one counts. After: the pair has one more version,
//! which counts from now on, or says that none does. What was exchanged keeps its rate.

use domain::Timestamp;
use ledger::Currency;
use ledger::exchange::{Rate, RateError};
use store::db::{Row, Tx};
use thiserror::Error;

use crate::{App, Call, Fault, Refusal, Stop};

/// A rate as it was stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// The rate.
    pub rate: Rate,
    /// Which statement about this pair it is, from 1.
    pub version: i64,
    /// When it was stated.
    pub at: Timestamp,
    /// Whether it says that nothing is exchanged any more; the rate is then the one that counted.
    pub ended: bool,
}

/// Why a rate isn't kept. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RateRefusal {
    /// No currency.
    #[error("`{0}` is no currency: write its three letters, such as USD")]
    Currency(String),
    /// No rate.
    #[error(transparent)]
    Rate(RateError),
    /// None counts now.
    #[error("nothing is exchanged from {0} into {1} now: there is no rate to end")]
    NotInForce(Currency, Currency),
}

impl Refusal for RateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Currency(_) => "unknown_currency",
            Self::Rate(_) => "bad_rate",
            Self::NotInForce(..) => "rate_not_in_force",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::Currency(_) => "currency",
            Self::Rate(_) => "rate",
            Self::NotInForce(..) => "from",
        };
        Some(field.into())
    }
}

/// States that one unit of `from` buys `rate` units of `to`.
///
/// # Errors
/// [`RateRefusal`].
pub async fn set(
    app: &App,
    call: &Call,
    (from, to): (&str, &str),
    rate: &str,
) -> Result<Stated, Stop<RateRefusal>> {
    let rate = Rate::from_decimal(currency(from)?, currency(to)?, rate)
        .map_err(|error| Stop::Refused(RateRefusal::Rate(error)))?;
    let mut tx = app.write().await?;
    let stated = write(&mut tx, call, rate, false).await?;
    tx.commit().await?;
    Ok(stated)
}

/// Ends the exchange of a pair: from now on nobody exchanges `from` into `to`, until a rate is
/// stated again.
///
/// # Errors
/// [`RateRefusal`]: no currency, or none counts now.
pub async fn end(
    app: &App,
    call: &Call,
    (from, to): (&str, &str),
) -> Result<Stated, Stop<RateRefusal>> {
    let pair = (currency(from)?, currency(to)?);
    let mut tx = app.write().await?;
    let Some(stated) = latest(&mut tx, pair).await? else {
        return Err(Stop::Refused(RateRefusal::NotInForce(pair.0, pair.1)));
    };
    let ended = write(&mut tx, call, stated.rate, true).await?;
    tx.commit().await?;
    Ok(ended)
}

fn currency(code: &str) -> Result<Currency, Stop<RateRefusal>> {
    let short = || code.chars().take(8).collect();
    Currency::from_code(code).map_err(|_| Stop::Refused(RateRefusal::Currency(short())))
}

async fn write(tx: &mut Tx, call: &Call, rate: Rate, ended: bool) -> Result<Stated, Fault> {
    let (numerator, denominator) = rate.fraction();
    let values = [
        rate.from().code().into(),
        rate.to().code().into(),
        numerator.into(),
        denominator.into(),
        call.now.0.into(),
        ended.into(),
    ];
    Ok(Stated {
        rate,
        version: tx.one(INSERT, &values).await?.int("version")?,
        at: call.now,
        ended,
    })
}

/// Every rate that was ever stated, each pair's latest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn history(app: &App) -> Result<Vec<Stated>, Fault> {
    let rows = app.read().await?.all(ALL, &[]).await?;
    rows.iter().map(read).collect()
}

/// The rate of a pair that counts now; none where it was ended.
pub(crate) async fn latest(
    tx: &mut Tx,
    (from, to): (Currency, Currency),
) -> Result<Option<Stated>, Fault> {
    let values = [from.code().into(), to.code().into()];
    let row = tx.optional(LATEST, &values).await?;
    let stated = row.as_ref().map(read).transpose()?;
    Ok(stated.filter(|stated| !stated.ended))
}

fn read(row: &Row) -> Result<Stated, Fault> {
    let doing = "reading a rate of exchange";
    let from = Currency::from_code(&row.text("sold")?).map_err(Fault::while_(doing))?;
    let to = Currency::from_code(&row.text("bought")?).map_err(Fault::while_(doing))?;
    let rate = Rate::new(from, to, row.int("numerator")?, row.int("denominator")?);
    Ok(Stated {
        rate: rate.map_err(Fault::while_(doing))?,
        version: row.int("version")?,
        at: Timestamp(row.int("set_ms")?),
        ended: row.flag("ended")?,
    })
}

const INSERT: &str = "
    insert into exchange_rates (sold, bought, version, numerator, denominator, set_ms, ended)
    select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6
      from exchange_rates where sold = $1 and bought = $2
 returning version";

const ALL: &str = "
    select sold, bought, version, numerator, denominator, set_ms, ended
      from exchange_rates order by sold, bought, version desc";

const LATEST: &str = "
    select sold, bought, version, numerator, denominator, set_ms, ended
      from exchange_rates where sold = $1 and bought = $2 order by version desc limit 1";
