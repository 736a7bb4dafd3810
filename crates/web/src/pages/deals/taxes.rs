//! The table of taxes by the buyer's country.

use app::deals::taxes::{self, TaxLine};
use app::offers::Hand;
use app::{App, Tax, Timestamp};
use domain::Country;

use super::{Content, DealForm, DealInput, DealRow, Noun, Step, day, input, percentage, submit};
use crate::pages::filled::Filled;
use crate::pages::view::Submit;
use crate::problem::Problem;
use crate::words;

pub(super) const SHOWN: &[(&str, &str)] = &[
    ("country", "country"),
    ("mode", "mode"),
    ("rate", "rate"),
    ("from", "from"),
];

pub(super) async fn content(
    app: &App,
    filled: &Filled,
    (now, done): (Timestamp, &str),
) -> Result<Content, Problem> {
    let lines = taxes::list(app, now).await?;
    let modes = [
        ("exclusive", "Added to the price"),
        ("inclusive", "Within the price"),
        ("none", "No tax"),
    ];
    let own = in_words(Some(app.settings.rates.tax));
    let field = |name| filled.field(name, "");
    Ok(Content {
        about: format!(
            "The tax of a buyer's country, from a moment on. Where the table has none, the store's \
             own counts: {own}. Quotes given before a change keep theirs."
        ),
        head: &["Country", "Tax", "From", "Written by", "Stands"],
        rows: lines.iter().map(|line| row(line, now)).collect(),
        empty: "No country has a tax of its own.",
        form: DealForm {
            heading: "Set a country's tax".into(),
            submit: submit(Noun::Taxes, &[("do", "set")], "Set the tax"),
            inputs: vec![
                input(
                    "country",
                    "Country",
                    "Two letters, such as DE.",
                    field("country"),
                    "autocomplete=off maxlength=2 size=4 required",
                ),
                DealInput {
                    choices: filled.choices("mode", "exclusive", modes),
                    ..input("mode", "Kind", "", field("mode"), "")
                },
                input(
                    "rate",
                    "Rate, per cent",
                    "For instance 19 or 8.25.",
                    filled.field("rate", "0"),
                    "inputmode=decimal autocomplete=off size=8 required",
                ),
                input(
                    "from",
                    "From (optional)",
                    "From now on where not said.",
                    field("from"),
                    "type=date",
                ),
            ],
        },
        undo: undo(&lines, done, now),
    })
}

fn row(line: &TaxLine, now: Timestamp) -> DealRow {
    let country = line.rule.country.as_str();
    let fields = [("do", "remove"), ("country", country)];
    let taken_out = line.rule.tax.is_none();
    DealRow {
        name: country.to_owned(),
        cells: vec![
            in_words(line.rule.tax),
            words::moment(line.rule.from),
            line.by.clone(),
            if line.counts {
                "counts now".into()
            } else if line.rule.from > now {
                "to come".into()
            } else {
                "before".into()
            },
        ],
        over: !line.counts && line.rule.from <= now,
        link: None,
        step: (line.counts && !taken_out).then(|| submit(Noun::Taxes, &fields, "Take it out")),
    }
}

fn in_words(tax: Option<Tax>) -> String {
    match tax {
        None => "taken out: the store's own counts".into(),
        Some(Tax::None) => "none".into(),
        Some(Tax::Inclusive { bp }) => format!("{}, within the price", words::basis_points(bp)),
        Some(Tax::Exclusive { bp }) => format!("{}, added", words::basis_points(bp)),
    }
}

/// Sets what counted for a country before its last change.
fn undo(lines: &[TaxLine], done: &str, now: Timestamp) -> Option<Submit> {
    let of = || {
        lines
            .iter()
            .filter(|line| line.rule.country.as_str() == done)
    };
    let last = of().find(|line| line.counts)?;
    let earlier = |line: &&TaxLine| !line.counts && line.rule.from <= now;
    let before = of().filter(earlier).max_by_key(|line| line.at);
    let before = before.and_then(|line| line.rule.tax);
    if before == last.rule.tax {
        return None;
    }
    let (mode, bp) = match before {
        None => ("removed", 0),
        Some(Tax::None) => ("none", 0),
        Some(Tax::Inclusive { bp }) => ("inclusive", bp),
        Some(Tax::Exclusive { bp }) => ("exclusive", bp),
    };
    let rate = words::decimal(i64::from(bp), 100);
    let what = if mode == "removed" { "remove" } else { "set" };
    let fields = [
        ("do", what),
        ("country", done),
        ("mode", mode),
        ("rate", &rate),
    ];
    let label = match before {
        Some(_) => format!("Undo: {}", in_words(before)),
        None => "Undo: take it out again".to_owned(),
    };
    Some(submit(Noun::Taxes, &fields, &label))
}

pub(super) async fn step(app: &App, hand: Hand<'_>, filled: &Filled) -> Result<Step, Problem> {
    let code = filled.value("country").to_ascii_uppercase();
    let country: Country = code.parse().map_err(|_| {
        Problem::new("bad_value", "write a country's two letters, such as DE").at("country")
    })?;
    let tax = if filled.value("do") == "remove" {
        None
    } else {
        let bp = percentage(filled, "rate")?;
        Some(match filled.value("mode") {
            "none" => Tax::None,
            "inclusive" => Tax::Inclusive { bp },
            _ => Tax::Exclusive { bp },
        })
    };
    let from = day(filled, "from")?;
    let set = taxes::set(app, &app.call(), hand, country, tax, from).await?;
    Ok(Step::Made(set.country.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(country: &str, tax: Option<Tax>, at: i64, counts: bool) -> TaxLine {
        let (country, from) = (country.parse().unwrap(), Timestamp(at));
        TaxLine {
            rule: domain::tax_table::TaxRule { country, tax, from },
            by: "Olga".into(),
            at: from,
            counts,
        }
    }

    #[test]
    fn undoing_sets_what_counted_before_and_takes_the_first_line_out() {
        let nineteen = Some(Tax::Exclusive { bp: 1900 });
        let now = Timestamp(10);
        let first = [line("DE", nineteen, 1, true)];
        let undone = undo(&first, "DE", now).unwrap();
        assert_eq!(undone.hidden[0].value, "remove");
        let seven = Some(Tax::Inclusive { bp: 700 });
        let changed = [line("DE", nineteen, 1, false), line("DE", seven, 2, true)];
        let undone = undo(&changed, "DE", now).unwrap();
        let values: Vec<_> = undone.hidden.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(values, ["set", "DE", "exclusive", "19"]);
        assert!(undo(&changed, "FR", now).is_none());
    }
}
