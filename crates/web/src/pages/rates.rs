//! How a sale is divided, for composers and whoever else wants to know.

use std::sync::Arc;

use app::deals::rates::{self, EXAMPLE_MICROS, Example, RatesNow};
use app::{App, Tax};
use axum::extract::State;
use axum::response::Response;

use super::frame::Frame;
use super::view::{RateRow, RatesPage};
use crate::problem::Problem;
use crate::words;

/// `GET /rates`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let now = rates::rates(&app, app.call().now).await?;
    let currency = app.settings.currency;
    let description = "Tax, payment fee, commission, reserve, and what the composers get.";
    let country = |line: &app::deals::taxes::TaxLine| {
        let since = format!("since {}", words::date(line.rule.from));
        let tax = line.rule.tax.unwrap_or_default();
        row(line.rule.country.as_str(), &since, taxed(tax))
    };
    let sold = |one: &app::deals::currencies::Sold| {
        let (numerator, denominator) = one.table.rate.fraction();
        let rate = format!("{numerator} for {denominator} {currency}");
        row(one.table.rate.to().code(), "", rate)
    };
    super::html(&RatesPage {
        shell: frame.shell("How a sale is divided", description),
        example_price: words::price(ledger::Money::new(EXAMPLE_MICROS, currency)),
        example: now.example.as_ref().map(example).unwrap_or_default(),
        taxes: now.taxes.iter().map(country).collect(),
        currencies: now.currencies.iter().map(sold).collect(),
        rates: settings(&now, currency),
    })
}

fn settings(now: &RatesNow, currency: ledger::Currency) -> Vec<RateRow> {
    let fixed = ledger::Money::new(now.rates.provider_fee_fixed_micros, currency);
    let fee = format!(
        "{} + {}",
        percent(now.rates.provider_fee_bp),
        words::price(fixed)
    );
    vec![
        row(
            "Tax",
            "where the buyer's country has none of its own",
            taxed(now.rates.tax),
        ),
        row("Payment fee", "of what is charged", fee),
        row(
            "Commission",
            "of what is left",
            percent(now.rates.commission_bp),
        ),
        row(
            "Reserve",
            "of the composers' side, released by age",
            percent(now.rates.reserve_bp),
        ),
    ]
}

fn example(example: &Example) -> Vec<RateRow> {
    let split = &example.split;
    let line = |label: &str, note: &str, money| row(label, note, words::exact(money));
    vec![
        line("The buyer pays", "", split.gross),
        line("Tax", "", split.tax),
        line("Payment fee", "", split.fee),
        line("The store's commission", "", split.commission),
        line(
            "Of that, to a curator",
            "where the buyer came by one's link, at 5 %",
            example.curator,
        ),
        line(
            "Reserve against chargebacks",
            "goes to the composers later",
            split.reserve,
        ),
        line("The composers", "at once", split.composers),
    ]
}

fn row(label: &str, note: &str, value: String) -> RateRow {
    RateRow {
        label: label.into(),
        note: note.into(),
        value,
    }
}

fn percent(bp: u32) -> String {
    format!("{}.{:02} %", bp / 100, bp % 100)
}

fn taxed(tax: Tax) -> String {
    match tax {
        Tax::None => "none".into(),
        Tax::Inclusive { bp } => format!("{} within the price", percent(bp)),
        Tax::Exclusive { bp } => format!("{} added to the price", percent(bp)),
    }
}
