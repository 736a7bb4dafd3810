//! The rates at which payees may exchange what they have.

use app::App;
use app::exchanges::rate::{self, Stated};

use super::{Content, DealForm, DealRow, Noun, Step, currency, input, submit};
use crate::pages::filled::Filled;
use crate::pages::view::Submit;
use crate::problem::Problem;
use crate::words;

pub(super) const SHOWN: &[(&str, &str)] = &[("from", "from"), ("to", "to"), ("rate", "rate")];

pub(super) async fn content(app: &App, filled: &Filled, done: &str) -> Result<Content, Problem> {
    let all = rate::history(app).await?;
    let rows = all.iter().enumerate().map(|(at, one)| {
        // The latest of each pair comes first.
        let counts = at == 0 || pair(&all[at - 1]) != pair(one);
        row(one, counts)
    });
    let field = |name| filled.field(name, "");
    Ok(Content {
        about: "Payees exchange at the rate that was stated last, until it is ended. What was \
                exchanged keeps its rate."
            .into(),
        head: &["Pair", "Rate", "Statement", "When", "Stands"],
        rows: rows.collect(),
        empty: "No rate was stated yet: nobody can exchange.",
        form: DealForm {
            heading: "State a rate".into(),
            submit: submit(Noun::Exchange, &[("do", "set")], "State the rate"),
            inputs: vec![
                input(
                    "from",
                    "One unit of",
                    "Three letters, such as USD.",
                    field("from"),
                    "autocomplete=off maxlength=3 size=5 required",
                ),
                input(
                    "rate",
                    "buys",
                    "With at most nine decimals, for instance 0.92731.",
                    field("rate"),
                    "inputmode=decimal autocomplete=off required",
                ),
                input(
                    "to",
                    "units of",
                    "Three letters, such as EUR.",
                    field("to"),
                    "autocomplete=off maxlength=3 size=5 required",
                ),
            ],
        },
        undo: undo(&all, done),
    })
}

fn pair(one: &Stated) -> String {
    format!("{} to {}", one.rate.from(), one.rate.to())
}

fn decimal(one: &Stated) -> String {
    let (over, under) = one.rate.fraction();
    words::decimal(over, under)
}

fn row(one: &Stated, counts: bool) -> DealRow {
    let stands = match (counts, one.ended) {
        (true, false) => "counts now",
        (true, true) => "ended: nothing is exchanged",
        (false, false) => "before",
        (false, true) => "ended, and stated again since",
    };
    let pair_of = |what: &'static str| {
        let (from, to) = (one.rate.from().code(), one.rate.to().code());
        [("do", what), ("from", from), ("to", to)]
    };
    DealRow {
        name: pair(one),
        cells: vec![
            decimal(one),
            one.version.to_string(),
            words::moment(one.at),
            stands.into(),
        ],
        over: !counts || one.ended,
        link: None,
        step: (counts && !one.ended).then(|| submit(Noun::Exchange, &pair_of("end"), "End it")),
    }
}

/// States the rate again that counted before the last statement about a pair.
fn undo(all: &[Stated], done: &str) -> Option<Submit> {
    let mut of = all.iter().filter(|one| pair(one) == done);
    let (last, before) = (of.next()?, of.next()?);
    // A statement that follows an end repeats nothing that counted.
    if before.ended || (last.rate == before.rate && !last.ended) {
        return None;
    }
    let rate = decimal(before);
    let fields = [
        ("do", "set"),
        ("from", before.rate.from().code()),
        ("to", before.rate.to().code()),
        ("rate", &rate),
    ];
    Some(submit(
        Noun::Exchange,
        &fields,
        &format!("Undo: {rate} again"),
    ))
}

pub(super) async fn step(app: &App, filled: &Filled) -> Result<Step, Problem> {
    let (from, to) = (currency(filled, "from")?, currency(filled, "to")?);
    if filled.value("do") == "end" {
        let ended = rate::end(app, &app.call(), (from.code(), to.code())).await?;
        return Ok(Step::Ended(pair(&ended)));
    }
    let typed = filled.value("rate").replace(',', ".");
    let set = rate::set(app, &app.call(), (from.code(), to.code()), &typed).await?;
    Ok(Step::Made(pair(&set)))
}
