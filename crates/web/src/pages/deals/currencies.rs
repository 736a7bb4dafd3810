//! The currencies that the store sells in beside its own.

use app::deals::currencies::{self, Sold, Wanted};
use app::offers::Hand;
use app::{App, Currency};
use ledger::Money;

use super::{Content, DealForm, DealRow, Noun, Step, currency, input, submit};
use crate::pages::filled::Filled;
use crate::problem::Problem;
use crate::words;

pub(super) const SHOWN: &[(&str, &str)] = &[
    ("currency", "currency"),
    ("name", "currency"),
    ("rate", "rate"),
    ("step", "step"),
    ("less", "less"),
    ("fee", "fee"),
];

pub(super) async fn content(app: &App, filled: &Filled) -> Result<Content, Problem> {
    let sold = currencies::list(app).await?;
    let closed = currencies::closed(app).await?;
    let base = app.settings.currency;
    let field = |name, before| filled.field(name, before);
    let rate_hint = format!("What one {base} buys, for instance 0.92.");
    let inputs = vec![
        input(
            "currency",
            "Currency",
            "Three letters, such as EUR.",
            field("currency", ""),
            "autocomplete=off maxlength=3 size=5 required",
        ),
        input(
            "rate",
            "Rate",
            &rate_hint,
            field("rate", ""),
            "inputmode=decimal autocomplete=off required",
        ),
        input(
            "step",
            "Prices are whole steps of",
            "For instance 1.00.",
            field("step", ""),
            "inputmode=decimal autocomplete=off size=8 required",
        ),
        input(
            "less",
            "less",
            "For instance 0.01, so that a price is 4.99.",
            field("less", "0"),
            "inputmode=decimal autocomplete=off size=8 required",
        ),
        input(
            "fee",
            "The payment provider's fixed fee",
            "On each charge in this currency, for instance 0.25.",
            field("fee", ""),
            "inputmode=decimal autocomplete=off size=8 required",
        ),
    ];
    let rows = sold.iter().map(|one| row(one, false));
    Ok(Content {
        about: format!(
            "Licences are sold in {base}, and in these. Quotes given before a change keep theirs."
        ),
        head: &["Currency", "Rate", "Prices", "Fixed fee", "Since"],
        rows: rows
            .chain(closed.iter().map(|one| row(one, true)))
            .collect(),
        empty: "Nothing is sold in another currency.",
        form: DealForm {
            heading: "Sell in a currency, or change its figures".into(),
            submit: submit(Noun::Currencies, &[("do", "set")], "Sell in it"),
            inputs,
        },
        undo: None,
    })
}

fn row(one: &Sold, closed: bool) -> DealRow {
    let table = one.table;
    let currency = table.rate.to();
    let (over, under) = table.rate.fraction();
    let minor = |minor: i64| Money::from_minor(minor, currency).unwrap_or(Money::zero(currency));
    let (step, less) = (minor(table.step_minor), minor(table.less_minor));
    let fee = Money::new(one.fee_fixed_micros, currency);
    let rate = words::decimal(over, under);
    let prices = if table.less_minor == 0 {
        format!("steps of {}", words::price(step))
    } else {
        format!(
            "steps of {} less {}",
            words::price(step),
            words::price(less)
        )
    };
    let since = words::date(one.since);
    let step = if closed {
        // The same figures again: what was closed by mistake is undone by a button.
        let fields = [
            ("do", "set"),
            ("currency", currency.code()),
            ("rate", &rate),
            ("step", &typed(step)),
            ("less", &typed(less)),
            ("fee", &typed(fee)),
        ];
        submit(Noun::Currencies, &fields, "Sell in it again")
    } else {
        let fields = [("do", "close"), ("currency", currency.code())];
        submit(Noun::Currencies, &fields, "Close")
    };
    DealRow {
        name: currency.code().to_owned(),
        cells: vec![
            format!("1 {} buys {rate}", table.rate.from()),
            prices,
            words::exact(fee),
            if closed {
                format!("closed on {since}")
            } else {
                since
            },
        ],
        over: closed,
        link: None,
        step: Some(step),
    }
}

pub(super) async fn step(app: &App, hand: Hand<'_>, filled: &Filled) -> Result<Step, Problem> {
    let code = currency(filled, "currency")?;
    let name = code.code().to_owned();
    if filled.value("do") == "close" {
        currencies::close(app, &app.call(), hand, code).await?;
        return Ok(Step::Closed(name));
    }
    let rate = filled.value("rate").replace(',', ".");
    let wanted = Wanted {
        currency: code,
        rate: &rate,
        step_minor: minor(filled, "step", code)?,
        less_minor: minor(filled, "less", code)?,
        fee_fixed_micros: micros(filled, "fee", code)?,
    };
    currencies::set(app, &app.call(), hand, wanted).await?;
    Ok(Step::Made(name))
}

fn micros(filled: &Filled, name: &'static str, code: Currency) -> Result<i64, Problem> {
    let text = format!("{} {code}", filled.value(name).replace(',', "."));
    let money = text
        .parse::<Money>()
        .map_err(|_| Problem::new("bad_value", "write an amount like 0.25").at(name))?;
    Ok(money.micros())
}

fn minor(filled: &Filled, name: &'static str, code: Currency) -> Result<i64, Problem> {
    let micros = words::amount(filled.value(name), code).ok_or_else(|| {
        let detail = format!("write an amount of {code}, without more decimals than it has");
        Problem::new("bad_value", detail).at(name)
    })?;
    Ok(micros / code.minor_unit_micros())
}

/// An amount as it stands in a field.
fn typed(money: Money) -> String {
    let text = money.to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}
