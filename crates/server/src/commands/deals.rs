//! `clearcue tax`, `promo`, `curator` and `currency`: what decides the money of a sale.

use app::deals::{curators, currencies, promos, taxes};
use app::offers::Hand;
use app::{Currency, Discount, Tax, Timestamp};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{
    CuratorVerb, CurrencySet, CurrencyVerb, PromoMake, PromoVerb, TaxMode, TaxSet, TaxVerb,
};
use crate::exit::Failure;

pub(super) async fn tax(context: &Context, verb: &TaxVerb) -> Result<(), Failure> {
    match verb {
        TaxVerb::Set(args) => set_tax(context, args).await,
        TaxVerb::Remove { country, from } => {
            write_tax(context, country, None, from.as_deref()).await
        }
        TaxVerb::List => {
            let app = context.app().await?;
            let lines = taxes::list(&app, app.call().now).await?;
            for line in &lines {
                let counts = if line.counts { "counts now" } else { "" };
                let (country, tax) = (line.rule.country, in_words(line.rule.tax));
                let from = line.rule.from;
                context.say.text(format!(
                    "{country}  {tax}  from {from}  by {}  {counts}",
                    line.by
                ));
            }
            if lines.is_empty() {
                context
                    .say
                    .text("no country has a tax of its own; the store's own tax counts for all");
            }
            let lines: Vec<_> = lines.iter().map(tax_document).collect();
            context.say.json(&json!({ "taxes": lines }));
            Ok(())
        }
    }
}

async fn set_tax(context: &Context, args: &TaxSet) -> Result<(), Failure> {
    let bp = percent(&args.rate)?;
    let tax = match args.mode {
        TaxMode::None => Tax::None,
        TaxMode::Inclusive => Tax::Inclusive { bp },
        TaxMode::Exclusive => Tax::Exclusive { bp },
    };
    write_tax(context, &args.country, Some(tax), args.from.as_deref()).await
}

async fn write_tax(
    context: &Context,
    country: &str,
    tax: Option<Tax>,
    from: Option<&str>,
) -> Result<(), Failure> {
    let country = (country.parse()).map_err(|_| {
        misuse(
            "a country is two capital letters",
            "for example DE (ISO 3166-1)",
        )
    })?;
    let from = from.map(time).transpose()?;
    let app = context.app().await?;
    let set = taxes::set(&app, &app.call(), Hand::Console, country, tax, from).await?;
    let (words, from) = (in_words(set.tax), set.from);
    context.say.text(format!("{country}  {words}  from {from}"));
    context
        .say
        .json(&json!({ "country": country.as_str(), "tax": words, "from": from.to_string() }));
    Ok(())
}

pub(super) async fn promo(context: &Context, verb: &PromoVerb) -> Result<(), Failure> {
    match verb {
        PromoVerb::Make(args) => make_promo(context, args).await,
        PromoVerb::List => {
            let app = context.app().await?;
            let codes = promos::list(&app).await?;
            for code in &codes {
                context.say.text(promo_line(code));
            }
            if codes.is_empty() {
                context
                    .say
                    .text("there is no code yet: `clearcue promo make` makes one");
            }
            let codes: Vec<_> = codes.iter().map(promo_document).collect();
            context.say.json(&json!({ "promos": codes }));
            Ok(())
        }
        PromoVerb::Close { code } => {
            let app = context.app().await?;
            promos::close(&app, &app.call(), Hand::Console, code).await?;
            context.say.text(format!("{code} isn't accepted any more"));
            context.say.json(&json!({ "closed": code }));
            Ok(())
        }
    }
}

async fn make_promo(context: &Context, args: &PromoMake) -> Result<(), Failure> {
    let tier = args.tier.as_deref().map(str::parse).transpose();
    let wanted = promos::Wanted {
        code: args.code.clone(),
        discount: off(&args.off)?,
        from: args.from.as_deref().map(time).transpose()?,
        until: args.until.as_deref().map(time).transpose()?,
        limit: args.uses,
        tier: tier.map_err(|_| misuse("there is no such tier", "for example creator"))?,
        track: args.track.clone(),
    };
    let app = context.app().await?;
    let made = promos::make(&app, &app.call(), Hand::Console, &wanted).await?;
    context.say.text(promo_line(&made));
    context.say.json(&promo_document(&made));
    Ok(())
}

pub(super) async fn curator(context: &Context, verb: &CuratorVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    match verb {
        CuratorVerb::Add { slug, payee, share } => {
            let share = percent(share)?;
            let who = (slug.as_str(), payee.as_str());
            let made = curators::add(&app, &app.call(), Hand::Console, who, share).await?;
            context.say.text(curator_line(&made));
            context.say.json(&curator_document(&made));
        }
        CuratorVerb::List => {
            let all = curators::list(&app).await?;
            for one in &all {
                context.say.text(curator_line(one));
            }
            if all.is_empty() {
                context
                    .say
                    .text("there is no curator yet: `clearcue curator add` makes one");
            }
            let all: Vec<_> = all.iter().map(curator_document).collect();
            context.say.json(&json!({ "curators": all }));
        }
        CuratorVerb::Close { slug } => {
            curators::close(&app, &app.call(), Hand::Console, slug).await?;
            context.say.text(format!("{slug} gets no share any more"));
            context.say.json(&json!({ "closed": slug }));
        }
    }
    Ok(())
}

pub(super) async fn currency(context: &Context, verb: &CurrencyVerb) -> Result<(), Failure> {
    match verb {
        CurrencyVerb::Set(args) => set_currency(context, args).await,
        CurrencyVerb::List => {
            let app = context.app().await?;
            let all = currencies::list(&app).await?;
            for one in &all {
                context.say.text(currency_line(one));
            }
            if all.is_empty() {
                context.say.text(format!(
                    "licences are sold in {} alone",
                    app.settings.currency
                ));
            }
            let all: Vec<_> = all.iter().map(currency_document).collect();
            context.say.json(&json!({ "currencies": all }));
            Ok(())
        }
        CurrencyVerb::Close { currency } => {
            let code = iso(currency)?;
            let app = context.app().await?;
            currencies::close(&app, &app.call(), Hand::Console, code).await?;
            context
                .say
                .text(format!("nothing is sold in {code} any more"));
            context.say.json(&json!({ "closed": code.code() }));
            Ok(())
        }
    }
}

async fn set_currency(context: &Context, args: &CurrencySet) -> Result<(), Failure> {
    let currency = iso(&args.currency)?;
    let fee = format!("{} {currency}", args.fee).parse::<app::Money>();
    let fee = fee.map_err(|_| misuse("the fee is no amount", "for example --fee 0.25"))?;
    let wanted = currencies::Wanted {
        currency,
        rate: &args.rate,
        step_minor: args.step,
        less_minor: args.less,
        fee_fixed_micros: fee.micros(),
    };
    let app = context.app().await?;
    let sold = currencies::set(&app, &app.call(), Hand::Console, wanted).await?;
    context.say.text(currency_line(&sold));
    context.say.json(&currency_document(&sold));
    Ok(())
}

fn misuse(what: &str, remedy: &str) -> Failure {
    Failure::misuse(what, remedy)
}

fn iso(text: &str) -> Result<Currency, Failure> {
    Currency::from_code(text).map_err(|_| {
        misuse(
            "a currency is three capital letters",
            "for example EUR (ISO 4217)",
        )
    })
}

/// `19%` or `8.25%` in basis points.
fn percent(text: &str) -> Result<u32, Failure> {
    let wrong = || misuse("a rate is a percentage", "for example 19% or 8.25%");
    let number = text.strip_suffix('%').ok_or_else(wrong)?.trim();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    format!("{whole}{part:0<2}").parse().map_err(|_| wrong())
}

fn off(text: &str) -> Result<Discount, Failure> {
    if text.ends_with('%') {
        return Ok(Discount::Percent { bp: percent(text)? });
    }
    let amount = text.parse().map_err(|_| {
        misuse(
            "say what the code takes off",
            "for example --off 25% or --off \"2.00 USD\"",
        )
    })?;
    Ok(Discount::Fixed(amount))
}

/// A day or a time.
fn time(text: &str) -> Result<Timestamp, Failure> {
    let day = format!("{text}T00:00:00Z");
    let read = text.parse().or_else(|_| day.parse());
    read.map_err(|_| misuse("a time is a day or RFC 3339", "for example 2027-01-01"))
}

fn in_words(tax: Option<Tax>) -> String {
    let rate = |bp: u32| format!("{}.{:02}%", bp / 100, bp % 100);
    match tax {
        None => "removed".into(),
        Some(Tax::None) => "none".into(),
        Some(Tax::Inclusive { bp }) => format!("inclusive {}", rate(bp)),
        Some(Tax::Exclusive { bp }) => format!("exclusive {}", rate(bp)),
    }
}

fn tax_document(line: &taxes::TaxLine) -> Value {
    json!({
        "country": line.rule.country.as_str(), "tax": in_words(line.rule.tax),
        "from": line.rule.from.to_string(), "by": line.by, "counts": line.counts,
    })
}

fn takes_off(discount: Discount) -> String {
    match discount {
        Discount::Percent { bp } => format!("{}.{:02}%", bp / 100, bp % 100),
        Discount::Fixed(off) => off.price_display(),
    }
}

fn promo_line(code: &promos::Code) -> String {
    let limit = (code.promo.limit).map_or("any number".to_owned(), |n| n.to_string());
    let closed = if code.closed.is_some() {
        "  closed"
    } else {
        ""
    };
    let off = takes_off(code.promo.discount);
    format!(
        "{}  {off} off  used {} of {limit}{closed}",
        code.code, code.used
    )
}

fn promo_document(code: &promos::Code) -> Value {
    json!({
        "code": code.code, "off": takes_off(code.promo.discount),
        "from": code.promo.from.to_string(),
        "until": code.promo.until.map(|until| until.to_string()),
        "uses_max": code.promo.limit, "used": code.used,
        "tier": code.tier.map(|tier| tier.code().to_owned()),
        "track": code.track.map(|track| track.to_string()),
        "closed": code.closed.map(|at| at.to_string()),
    })
}

fn curator_line(one: &curators::Curator) -> String {
    let closed = if one.closed.is_some() { "  closed" } else { "" };
    let (whole, part) = (one.share_bp / 100, one.share_bp % 100);
    format!(
        "?via={}  {}  {whole}.{part:02}%{closed}",
        one.slug, one.name
    )
}

fn curator_document(one: &curators::Curator) -> Value {
    json!({
        "slug": one.slug, "payee": one.payee.to_string(), "name": one.name,
        "share_bp": one.share_bp, "since": one.since.to_string(),
        "closed": one.closed.map(|at| at.to_string()),
    })
}

fn currency_line(one: &currencies::Sold) -> String {
    let (numerator, denominator) = one.table.rate.fraction();
    let (to, base) = (one.table.rate.to(), one.table.rate.from());
    let (step, less) = (one.table.step_minor, one.table.less_minor);
    format!("{to}  {numerator} for {denominator} {base}, steps of {step} less {less}")
}

fn currency_document(one: &currencies::Sold) -> Value {
    let (numerator, denominator) = one.table.rate.fraction();
    json!({
        "currency": one.table.rate.to().code(), "numerator": numerator,
        "denominator": denominator, "step": one.table.step_minor, "less": one.table.less_minor,
        "fee_fixed_micros": one.fee_fixed_micros, "since": one.since.to_string(),
    })
}
