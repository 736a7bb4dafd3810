//! `clearcue statement`: a payee's statements, and recomputing one from its file alone.

mod dsr;
mod verify;

use std::fs;
use std::path::Path;

use app::statements::show::{self, Wanted};
use app::statements::{Format, Period, Statement, decimal, kind_words, list, taxes};
use app::{App, Currency, PayeeId};
use serde_json::json;

use super::Context;
use crate::cli::{StatementVerb, Whose};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &StatementVerb) -> Result<(), Failure> {
    match verb {
        StatementVerb::Verify { file, issuer } => verify::verify(context, file, issuer.as_deref()),
        StatementVerb::List(whose) => months(context, whose).await,
        StatementVerb::Show { whose, period } => {
            let period = self::period(period)?;
            let app = context.app().await?;
            shown(context, &statement(&app, whose, period).await?)
        }
        StatementVerb::Export {
            whose,
            period,
            format,
            out,
        } => {
            let (period, format) = (self::period(period)?, self::format(format)?);
            let app = context.app().await?;
            let statement = statement(&app, whose, period).await?;
            let bytes = format.write(&app, &statement)?;
            written(context, out, &bytes)?;
            if !statement.period.over {
                let name = &statement.period.name;
                context
                    .say
                    .text(format!("{name} is not over yet: it will change"));
            }
            Ok(())
        }
        StatementVerb::Dsr { period, out } => dsr::dsr(context, &self::period(period)?, out).await,
        StatementVerb::Taxes { year, out } => {
            let year = period(year)?;
            let app = context.app().await?;
            let text = taxes::csv(&app, &year).await?;
            match out {
                Some(out) => written(context, out, text.as_bytes()),
                None => {
                    context.say.json(&json!({ "content": text }));
                    context.say.text(text.trim_end());
                    Ok(())
                }
            }
        }
    }
}

async fn months(context: &Context, whose: &Whose) -> Result<(), Failure> {
    let app = context.app().await?;
    let (payee, currency) = resolved(&app, whose).await?;
    let list = list::statements(&app, &app.call(), payee, currency).await?;
    let document = list.months.iter().map(|month| {
        json!({
            "period": month.period.name(),
            "over": month.over,
            "lines": month.lines,
            "opening_micros": month.opening.micros(),
            "earned_micros": month.earned.micros(),
            "moved_micros": month.moved.micros(),
            "closing_micros": month.closing.micros(),
        })
    });
    context.say.json(&json!({
        "payee": payee.to_string(),
        "name": list.name,
        "currency": currency.code(),
        "months": document.collect::<Vec<_>>(),
    }));
    if list.months.is_empty() {
        let code = currency.code();
        context
            .say
            .text(format!("nothing of {} has moved in {code}", list.name));
    }
    for month in &list.months {
        context.say.text(format!(
            "{}  {:>6} lines  earned {:>16}  moved {:>16}  after {:>16}{}",
            month.period,
            month.lines,
            decimal(month.earned.micros()),
            decimal(month.moved.micros()),
            decimal(month.closing.micros()),
            if month.over { "" } else { "  (not over)" },
        ));
    }
    Ok(())
}

fn shown(context: &Context, statement: &Statement) -> Result<(), Failure> {
    let document = serde_json::to_value(statement);
    let document = document.map_err(|e| Failure::failed(e, "report it"))?;
    context.say.json(&document);
    let purses = |purses: app::statements::Purses| {
        let sum = i64::try_from(purses.sum()).map_or_else(|_| String::new(), decimal);
        match purses.escrow_micros {
            0 => sum,
            micros => format!("{sum}, {} of it in escrow", decimal(micros)),
        }
    };
    let say = |line: String| context.say.text(line);
    say(format!(
        "{} for {}, {}",
        statement.period.name, statement.payee.name, statement.currency
    ));
    say(format!("opening balance  {}", purses(statement.opening)));
    for line in &statement.lines {
        say(format!(
            "{:>5}  {}  {:<28} {:<24} {:<17} {:>16}",
            line.number,
            line.at,
            kind_words(&line.kind),
            line.track.as_deref().unwrap_or_default(),
            line.licence.as_deref().unwrap_or_default(),
            decimal(line.micros),
        ));
    }
    say(format!("closing balance  {}", purses(statement.closing)));
    Ok(())
}

async fn statement(app: &App, whose: &Whose, period: Period) -> Result<Statement, Failure> {
    let (payee, currency) = resolved(app, whose).await?;
    let wanted = Wanted {
        payee,
        period,
        currency,
    };
    Ok(show::statement(app, &app.call(), &wanted).await?)
}

async fn resolved(app: &App, whose: &Whose) -> Result<(PayeeId, Currency), Failure> {
    let currency = match &whose.currency {
        None => app.settings.currency,
        Some(code) => Currency::from_code(code)
            .map_err(|e| Failure::misuse(e, "name a currency by its code, such as USD"))?,
    };
    let payee = show::payee(app, &whose.payee).await?.ok_or_else(|| {
        let what = format!("nobody called {} is paid here", whose.payee);
        Failure::failed(what, "name a payee by id, or by name as it is spelt here")
    })?;
    Ok((payee, currency))
}

fn period(text: &str) -> Result<Period, Failure> {
    text.parse()
        .map_err(|error| Failure::misuse(format!("there is no period `{text}`"), error))
}

fn format(word: &str) -> Result<Format, Failure> {
    Format::from_word(word).ok_or_else(|| {
        let what = format!("there is no format `{word}`");
        Failure::misuse(what, "use json, csv or pdf")
    })
}

fn written(context: &Context, out: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = out.display().to_string();
    fs::write(out, bytes).map_err(|e| {
        let what = format!("{name} can't be written: {e}");
        Failure::failed(what, "name another file with --out")
    })?;
    context.say.json(&json!({ "file": name }));
    context.say.text(format!("wrote {name}"));
    Ok(())
}
