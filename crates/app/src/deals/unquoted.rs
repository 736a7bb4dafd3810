//! What is charged without a quote, as renewals are: the store's rates, with the tax that counts for
//! the buyer's country on that day.

use domain::quote::LineKind;
use domain::{Country, Rates, Timestamp};
use store::db::Tx;

use super::taxes;
use crate::{App, Fault};

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
        Some(country) => taxes::of(tx, country, now).await?,
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
