//! `clearcue rate`: at what rates payees exchange.

use app::exchanges::rate::{self, Stated};
use serde_json::{Value, json};

use super::Context;
use crate::cli::RateVerb;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &RateVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let stated = match verb {
        RateVerb::Set { from, to, rate } => {
            vec![rate::set(&app, &app.call(), (from, to), rate).await?]
        }
        RateVerb::End { from, to } => vec![rate::end(&app, &app.call(), (from, to)).await?],
        RateVerb::List => rate::history(&app).await?,
    };
    for one in &stated {
        context.say.text(line(one));
    }
    if stated.is_empty() {
        let first = "no rate is stated yet: clearcue rate set USD EUR 0.92";
        context.say.text(first);
    }
    let rates: Vec<_> = stated.iter().map(document).collect();
    context.say.json(&json!({ "rates": rates }));
    Ok(())
}

fn line(one: &Stated) -> String {
    let (numerator, denominator) = one.rate.fraction();
    let (from, to) = (one.rate.from(), one.rate.to());
    if one.ended {
        return format!(
            "{from} isn't exchanged into {to} any more  (version {}, {})",
            one.version, one.at
        );
    }
    format!(
        "1 {from} buys {numerator}/{denominator} {to}  (version {}, {})",
        one.version, one.at
    )
}

fn document(one: &Stated) -> Value {
    let (numerator, denominator) = one.rate.fraction();
    json!({
        "from": one.rate.from().code(), "to": one.rate.to().code(), "version": one.version,
        "numerator": numerator, "denominator": denominator, "at": one.at.to_string(),
        "ended": one.ended,
    })
}
