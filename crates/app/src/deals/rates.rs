//! How a sale is divided, shown to everybody: the rates in force and a worked example.

use domain::extras::curate_within;
use domain::{SaleSplit, Timestamp, split_sale};
use ledger::Money;

use super::currencies::Sold;
use super::taxes::TaxLine;
use super::{currencies, taxes};
use crate::{App, Fault, Rates};

/// The price of the example, in micro-units of the store's own currency.
pub const EXAMPLE_MICROS: i64 = 10_000_000;
/// The curator's share in the example, in basis points; less where the commission is.
pub const EXAMPLE_CURATOR_BP: u32 = 500;

/// What counts now.
#[derive(Debug, Clone)]
pub struct RatesNow {
    /// Commission, reserve, fees, and the tax where no country's counts.
    pub rates: Rates,
    /// Taxes by country that count now.
    pub taxes: Vec<TaxLine>,
    /// Currencies on sale beside the store's own.
    pub currencies: Vec<Sold>,
    /// A sale at [`EXAMPLE_MICROS`], divided; none where fee and tax would eat it.
    pub example: Option<Example>,
}

/// A sale, divided.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Its legs.
    pub split: SaleSplit,
    /// What a curator would get of its commission.
    pub curator: Money,
}

/// The rates in force.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn rates(app: &App, now: Timestamp) -> Result<RatesNow, Fault> {
    let rates = app.settings.rates;
    let price = Money::new(EXAMPLE_MICROS, app.settings.currency);
    let example = match split_sale(price, &rates) {
        Err(_) => None,
        Ok(split) => {
            let share = EXAMPLE_CURATOR_BP.min(rates.commission_bp);
            let curated = curate_within(split, share).map_err(Fault::while_("an example"))?;
            let curator = curated.curator;
            Some(Example { split, curator })
        }
    };
    let mut lines = taxes::list(app, now).await?;
    lines.retain(|line| line.counts && line.rule.tax.is_some());
    Ok(RatesNow {
        rates,
        taxes: lines,
        currencies: currencies::list(app).await?,
        example,
    })
}
