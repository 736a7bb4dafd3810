//! The operator's rates of exchange: stated as decimals, kept as fractions, every version kept.
//!
//! Before: nothing is needed. After: the pair has one more version, which counts from now on.
//! What was exchanged keeps its rate.

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
}

impl Refusal for RateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Currency(_) => "unknown_currency",
            Self::Rate(_) => "bad_rate",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::Currency(_) => "currency",
            Self::Rate(_) => "rate",
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
    let currency = |code: &str| {
        let short = || code.chars().take(8).collect();
        Currency::from_code(code).map_err(|_| Stop::Refused(RateRefusal::Currency(short())))
    };
    let rate = Rate::from_decimal(currency(from)?, currency(to)?, rate)
        .map_err(|error| Stop::Refused(RateRefusal::Rate(error)))?;
    let (numerator, denominator) = rate.fraction();
    let mut tx = app.db.write().await?;
    let values = [
        rate.from().code().into(),
        rate.to().code().into(),
        numerator.into(),
        denominator.into(),
        call.now.0.into(),
    ];
    let version = tx.one(INSERT, &values).await?.int("version")?;
    tx.commit().await?;
    Ok(Stated {
        rate,
        version,
        at: call.now,
    })
}

/// Every rate that was ever stated, each pair's latest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn history(app: &App) -> Result<Vec<Stated>, Fault> {
    let rows = app.db.read().await?.all(ALL, &[]).await?;
    rows.iter().map(read).collect()
}

/// The rate of a pair that counts now.
pub(crate) async fn latest(
    tx: &mut Tx,
    (from, to): (Currency, Currency),
) -> Result<Option<Stated>, Fault> {
    let values = [from.code().into(), to.code().into()];
    let row = tx.optional(LATEST, &values).await?;
    row.as_ref().map(read).transpose()
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
    })
}

const INSERT: &str = "
    insert into exchange_rates (sold, bought, version, numerator, denominator, set_ms)
    select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5
      from exchange_rates where sold = $1 and bought = $2
 returning version";

const ALL: &str = "
    select sold, bought, version, numerator, denominator, set_ms
      from exchange_rates order by sold, bought, version desc";

const LATEST: &str = "
    select sold, bought, version, numerator, denominator, set_ms
      from exchange_rates where sold = $1 and bought = $2 order by version desc limit 1";
