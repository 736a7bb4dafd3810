//! `clearcue report`: uses, seconds and money, summed up.

use std::fs;

use app::reports::{self, Breakdown, Format, Side, Wanted};
use app::statements::{decimal, show};
use app::{App, PayeeId, TrackId};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{ReportUses, ReportVerb};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &ReportVerb) -> Result<(), Failure> {
    match verb {
        ReportVerb::Uses(args) => uses(context, args).await,
        ReportVerb::Forecast { payee } => super::forecast::run(context, payee).await,
    }
}

async fn uses(context: &Context, args: &ReportUses) -> Result<(), Failure> {
    let mut wanted = wanted(args)?;
    let format = Format::from_word(&args.format).ok_or_else(|| {
        let what = format!("there is no format `{}`", args.format);
        Failure::misuse(what, "use json, csv or parquet")
    })?;
    let app = context.app().await?;
    let side = side(&app, args).await?;
    wanted.track = match &args.track {
        Some(track) => Some(self::track(&app, track).await?),
        None => None,
    };
    let breakdown = reports::of(&app, &app.call(), side, wanted).await?;
    let Some(out) = &args.out else {
        return shown(context, &breakdown);
    };
    let name = out.display().to_string();
    fs::write(out, format.write(&breakdown)?).map_err(|e| {
        let what = format!("{name} can't be written: {e}");
        Failure::failed(what, "name another file with --out")
    })?;
    context
        .say
        .json(&json!({ "file": name, "rows": breakdown.rows.len() }));
    context
        .say
        .text(format!("wrote {name}, {} lines", breakdown.rows.len()));
    Ok(())
}

fn wanted(args: &ReportUses) -> Result<Wanted, Failure> {
    let by = read("--by", &args.by)?;
    Ok(Wanted {
        period: option("--period", args.period.as_deref())?,
        asset: option("--asset", args.asset.as_deref())?,
        placement: option("--placement", args.placement.as_deref())?,
        territory: option("--territory", args.territory.as_deref())?,
        ..Wanted::by(by)
    })
}

fn option<T: std::str::FromStr<Err: std::fmt::Display>>(
    flag: &str,
    text: Option<&str>,
) -> Result<Option<T>, Failure> {
    text.map(|text| read(flag, text)).transpose()
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(
    flag: &str,
    text: &str,
) -> Result<T, Failure> {
    text.parse()
        .map_err(|error: T::Err| Failure::misuse(format!("{flag} can't be `{text}`"), error))
}

async fn side(app: &App, args: &ReportUses) -> Result<Side, Failure> {
    let Some(name) = &args.payee else {
        return Ok(Side::Store);
    };
    let payee = payee(app, name).await?;
    Ok(if args.curator {
        Side::Curator(payee)
    } else {
        Side::Payee(payee)
    })
}

/// The payee of an id or a name.
pub(super) async fn payee(app: &App, name: &str) -> Result<PayeeId, Failure> {
    show::payee(app, name).await?.ok_or_else(|| {
        let what = format!("nobody called {name} is paid here");
        Failure::failed(what, "name a payee by id, or by name as it is spelt here")
    })
}

async fn track(app: &App, named: &str) -> Result<TrackId, Failure> {
    Ok(app::catalogue::show::track(app, named).await?.id)
}

fn shown(context: &Context, breakdown: &Breakdown) -> Result<(), Failure> {
    let bytes = Format::Json.write(breakdown)?;
    let document: Value =
        serde_json::from_slice(&bytes).map_err(|e| Failure::failed(e, "report it"))?;
    context.say.json(&document);
    let say = |line: String| context.say.text(line);
    if breakdown.rows.is_empty() {
        say("no uses yet: they come by POST /v1/uses".into());
    }
    let line = |label: &str, figures: reports::Figures, currency: app::Currency| {
        format!(
            "{label:<32} {:>9} uses {:>11} s billed {:>18} {}",
            figures.uses,
            figures.billed_ms / 1000,
            decimal(figures.micros),
            currency.code()
        )
    };
    for row in &breakdown.rows {
        say(line(
            &row.key.label(breakdown.by),
            row.figures,
            row.currency,
        ));
    }
    for total in &breakdown.totals {
        say(line("In all", total.figures, total.currency));
    }
    Ok(())
}
