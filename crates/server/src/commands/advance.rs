//! `clearcue advance`: paid now, paid back by what is earned later.

use app::advances::grant::{self, Grant};
use app::advances::list;
use app::{Currency, Money};
use serde_json::json;

use super::Context;
use crate::cli::{AdvanceGrant, AdvanceVerb};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &AdvanceVerb) -> Result<(), Failure> {
    match verb {
        AdvanceVerb::Grant(args) => grant(context, args).await,
        AdvanceVerb::List => list(context).await,
    }
}

async fn grant(context: &Context, args: &AdvanceGrant) -> Result<(), Failure> {
    let app = context.app().await?;
    let money = amount(&args.amount, app.settings.currency)?;
    let wanted = Grant {
        payee: args.payee.clone(),
        money,
        reference: args.reference.clone(),
        by: "console".into(),
    };
    let done = grant::grant(&app, &mut app.call(), &wanted).await?;
    context.say.text(if done.repeated {
        format!("{} was granted before; nothing was paid now", done.id)
    } else {
        format!("{}: {money} to {}", done.id, args.payee)
    });
    context.say.json(&json!({
        "advance": done.id.to_string(), "payee": done.payee.to_string(),
        "granted_micros": money.micros(), "currency": money.currency().code(),
        "repeated": done.repeated,
    }));
    Ok(())
}

async fn list(context: &Context) -> Result<(), Failure> {
    let app = context.app().await?;
    let advances = list::list(&app).await?;
    for one in &advances {
        context.say.text(format!(
            "{}  {}  {}: {} granted, {} paid back",
            one.id, one.name, one.reference, one.granted, one.recouped
        ));
    }
    if advances.is_empty() {
        context.say.text("no advance was granted");
    }
    let document = advances.iter().map(|one| {
        json!({
            "advance": one.id.to_string(), "payee": one.payee.to_string(), "name": one.name,
            "reference": one.reference, "at": one.at.to_string(),
            "currency": one.granted.currency().code(),
            "granted_micros": one.granted.micros(), "recouped_micros": one.recouped.micros(),
        })
    });
    context
        .say
        .json(&json!({ "advances": document.collect::<Vec<_>>() }));
    Ok(())
}

/// A positive amount as people write it, in whole minor units.
fn amount(text: &str, currency: Currency) -> Result<Money, Failure> {
    let places = usize::from(currency.exponent());
    let wrong = || {
        let fix = format!("write more than nothing, with at most {places} decimals");
        Failure::misuse(format!("`{text}` is no amount of {}", currency.code()), fix)
    };
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > places {
        return Err(wrong());
    }
    let minor: i64 = format!("{whole}{part:0<places$}")
        .parse()
        .map_err(|_| wrong())?;
    let money = Money::from_minor(minor, currency).map_err(|_| wrong())?;
    if money.is_zero() {
        return Err(wrong());
    }
    Ok(money)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_whole_minor_units_and_more_than_nothing() {
        let read = |text: &str| amount(text, Currency::USD).map(Money::micros).ok();
        assert_eq!(read("250.00"), Some(250_000_000));
        assert_eq!(read("0.5"), Some(500_000));
        assert_eq!(read(" 7 "), Some(7_000_000));
        for wrong in [
            "",
            ".",
            "0",
            "0.00",
            "-1",
            "1.005",
            "1e3",
            "1,5",
            "99999999999999999999",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(amount("1.5", Currency::JPY).ok(), None);
    }
}
