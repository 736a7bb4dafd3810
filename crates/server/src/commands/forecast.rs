//! `clearcue report forecast`: what a payee's next three months should bring.

use app::reports::{self, Forecast, InCurrency, Month, Range};
use app::statements::decimal;
use serde_json::{Value, json};

use super::Context;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, named: &str) -> Result<(), Failure> {
    let app = context.app().await?;
    let payee = super::report::payee(&app, named).await?;
    let forecast = reports::forecast(&app, &app.call(), payee).await?;
    let name = &forecast.name;
    context.say.text(format!("what {name} should earn"));
    for of in &forecast.currencies {
        say(context, &forecast, of);
    }
    context.say.json(&document(&forecast));
    Ok(())
}

fn say(context: &Context, forecast: &Forecast, of: &InCurrency) {
    let code = of.currency.code();
    let months = match &of.months {
        Ok(months) => months,
        Err(why) => return context.say.text(format!("{code}: {why}")),
    };
    for (month, end) in months.iter().zip(&forecast.ends) {
        let total = month.total;
        context.say.text(format!(
            "until {}  {:>16} {code}  from {} to {}, {} of it by subscriptions",
            end.day(),
            decimal(total.expected),
            decimal(total.low),
            decimal(total.high),
            decimal(month.subscriptions.expected),
        ));
    }
    let (weeks, renewing) = (of.weeks, of.renewing);
    context.say.text(format!(
        "{code}: of {weeks} weeks, and {renewing} subscriptions that will renew"
    ));
}

fn document(forecast: &Forecast) -> Value {
    let currencies = forecast.currencies.iter().map(|of| {
        let months = of.months.as_ref().map(|months| &months[..]);
        let months = months.unwrap_or_default().iter().zip(&forecast.ends);
        json!({
            "currency": of.currency.code(), "weeks": of.weeks, "renewing": of.renewing,
            "not_enough": of.months.as_ref().err().map(ToString::to_string),
            "months": months.map(|(month, end)| one(month, &end.to_string())).collect::<Vec<_>>(),
        })
    });
    json!({
        "payee": forecast.payee.to_string(), "name": forecast.name,
        "as_of": forecast.as_of.to_string(), "currencies": currencies.collect::<Vec<_>>(),
    })
}

fn one(month: &Month, until: &str) -> Value {
    json!({
        "until": until, "total": range(month.total),
        "subscriptions": range(month.subscriptions), "trend": range(month.trend),
    })
}

/// In micro-units.
fn range(range: Range) -> Value {
    json!({
        "low_micros": range.low, "expected_micros": range.expected, "high_micros": range.high,
    })
}
