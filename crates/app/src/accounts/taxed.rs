//! The store's rates with the tax that counts for a buyer's country at a moment: what a quote is
//! given by, and what is charged without one, as renewals are.

use domain::quote::LineKind;
use domain::tax_table::{TaxRule, in_force};
use domain::{Country, Rates, Timestamp};
use ledger::ArithmeticError;
use store::db::{Row, Tx};

use crate::{App, Fault, Tax};

/// What divides a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taxed {
    /// Commission, reserve and fees of the store, and the tax.
    pub(crate) rates: Rates,
    /// The country whose tax it is; none where the table says nothing of it, and the tax is the
    /// store's own.
    pub(crate) country: Option<Country>,
}

/// The rates at `now` for a buyer of this country; the store's own where they said none.
///
/// # Errors
/// [`Fault`] of the database.
pub(crate) async fn taxed(
    app: &App,
    tx: &mut Tx,
    country: Option<Country>,
    now: Timestamp,
) -> Result<Taxed, Fault> {
    let mut rates = app.settings.rates;
    let tax = match country {
        None => None,
        Some(country) => of(tx, country, now).await?,
    };
    rates.tax = tax.unwrap_or(rates.tax);
    Ok(Taxed {
        rates,
        country: country.filter(|_| tax.is_some()),
    })
}

impl Taxed {
    /// What a line for the tax is, where there is one.
    pub(crate) fn line(&self) -> Option<LineKind> {
        LineKind::tax(self.rates.tax, self.country)
    }
}

/// The tax of a country now, where the table has one.
async fn of(tx: &mut Tx, country: Country, now: Timestamp) -> Result<Option<Tax>, Fault> {
    let rows = tx.all(OF, &[country.as_str().into()]).await?;
    let rules = rows.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    Ok(in_force(&rules, country, now))
}

/// A line of the table as it is kept.
pub(crate) fn rule(row: &Row) -> Result<TaxRule, Fault> {
    let bp = u32::try_from(row.int("bp")?)
        .map_err(|_| ArithmeticError::Overflow)
        .map_err(Fault::while_("reading a tax"))?;
    let tax = match row.text("mode")?.as_str() {
        "none" => Some(Tax::None),
        "inclusive" => Some(Tax::Inclusive { bp }),
        "exclusive" => Some(Tax::Exclusive { bp }),
        _ => None,
    };
    Ok(TaxRule {
        country: (row.text("country")?.parse()).map_err(Fault::while_("reading a country"))?,
        tax,
        from: Timestamp(row.int("from_ms")?),
    })
}

const OF: &str = "
    select country, mode, bp, from_ms from tax_rates where country = $1 order by line";
