//! The operator's terms of sale: promotion codes, currencies, curators, taxes and exchange, each a
//! list with a form below it. What can be undone is undone by a button; what can't is asked first.

mod curators;
mod currencies;
mod exchange;
mod promos;
mod taxes;

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::offers::Hand;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Timestamp;

use super::filled::Filled;
use super::frame::Frame;
use super::view::{Confirm, DealForm, DealInput, DealRow, DealsPage, Field, Hidden, Submit};
use crate::api::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::Problem;
use crate::words;

/// One of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noun {
    Promos,
    Currencies,
    Curators,
    Taxes,
    Exchange,
}

/// What a page of a list is made of.
struct Content {
    about: String,
    head: &'static [&'static str],
    rows: Vec<DealRow>,
    empty: &'static str,
    form: DealForm,
    /// What undoes the change of a row that was just made.
    undo: Option<Submit>,
}

/// What came of a form.
enum Step {
    /// It is made; the name of its row.
    Made(String),
    /// It is closed; the name of its row.
    Closed(String),
    /// It is ended; the name of its row.
    Ended(String),
    /// It can't be undone, so it is asked once more.
    Sure(Confirm),
}

impl Noun {
    const ALL: [Self; 5] = [
        Self::Promos,
        Self::Currencies,
        Self::Curators,
        Self::Taxes,
        Self::Exchange,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Promos => "promos",
            Self::Currencies => "currencies",
            Self::Curators => "curators",
            Self::Taxes => "taxes",
            Self::Exchange => "exchange",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Promos => "Promotion codes",
            Self::Currencies => "Currencies",
            Self::Curators => "Curators",
            Self::Taxes => "Taxes",
            Self::Exchange => "Exchange",
        }
    }

    fn path(self) -> String {
        format!("/operator/deals/{}", self.word())
    }

    fn of(word: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|noun| noun.word() == word);
        found.ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))
    }

    async fn content(self, app: &App, filled: &Filled, done: &str) -> Result<Content, Problem> {
        let now = app.call().now;
        match self {
            Self::Promos => promos::content(app, filled).await,
            Self::Currencies => currencies::content(app, filled).await,
            Self::Curators => curators::content(app, filled).await,
            Self::Taxes => taxes::content(app, filled, (now, done)).await,
            Self::Exchange => exchange::content(app, filled, done).await,
        }
    }

    async fn step(self, app: &App, hand: Hand<'_>, filled: &Filled) -> Result<Step, Problem> {
        match self {
            Self::Promos => promos::step(app, hand, filled).await,
            Self::Currencies => currencies::step(app, hand, filled).await,
            Self::Curators => curators::step(app, hand, filled).await,
            Self::Taxes => taxes::step(app, hand, filled).await,
            Self::Exchange => exchange::step(app, filled).await,
        }
    }

    /// The fields of refusals under the names of the form.
    const fn shown(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Promos => promos::SHOWN,
            Self::Currencies => currencies::SHOWN,
            Self::Curators => curators::SHOWN,
            Self::Taxes => taxes::SHOWN,
            Self::Exchange => exchange::SHOWN,
        }
    }
}

/// `GET /operator/deals/{noun}`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(noun): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let value = |name| params::value(query.as_deref(), name).unwrap_or_default();
    let (what, name) = (value("done"), value("name"));
    let none = &Filled::default();
    page(&app, frame, Noun::of(&noun)?, none, (&what, &name), None).await
}

/// `POST /operator/deals/{noun}`: makes one, or closes one.
pub(crate) async fn act(
    State(app): State<Arc<App>>,
    Path(noun): Path<String>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let noun = Noun::of(&noun)?;
    let nothing = ("", "");
    let done = match noun.step(&app, Hand::Asker(&frame.caller.0), &filled).await {
        Ok(Step::Made(name)) => ("made", name),
        Ok(Step::Closed(name)) => ("closed", name),
        Ok(Step::Ended(name)) => ("ended", name),
        Ok(Step::Sure(confirm)) => {
            let none = &Filled::default();
            return page(&app, frame, noun, none, nothing, Some(confirm)).await;
        }
        Err(problem) => {
            let again = filled.refuse(problem, noun.shown())?;
            let page = page(&app, frame, noun, &again, nothing, None).await?;
            return Ok(again.answer(page));
        }
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("done", done.0)
        .append_pair("name", &done.1);
    let to = format!("{}?{}", noun.path(), query.finish());
    Ok(Redirect::to(&to).into_response())
}

async fn page(
    app: &App,
    frame: Frame,
    noun: Noun,
    filled: &Filled,
    (what, name): (&str, &str),
    confirm: Option<Confirm>,
) -> Result<Response, Problem> {
    let content = noun.content(app, filled, name).await?;
    // Only what stands in the list is said to be done: an address can say anything.
    let known = content.rows.iter().any(|row| row.name == name);
    let done = known.then(|| match what {
        "closed" => format!("{name} is closed."),
        "ended" => format!("{name} is ended."),
        _ => format!("{name} is saved."),
    });
    let tab = |one: Noun| (one.label().to_owned(), one.path(), one == noun);
    let mut shell = frame.unlisted(noun.label());
    shell.path = Noun::Promos.path();
    super::html(&DealsPage {
        shell,
        tabs: Noun::ALL.map(tab).into(),
        title: noun.label().to_owned(),
        about: content.about,
        undo: content.undo.filter(|_| done.is_some()),
        done: done.filter(|_| confirm.is_none()),
        problem: filled.alert(),
        confirm,
        head: content.head.iter().map(|one| (*one).to_owned()).collect(),
        rows: content.rows,
        empty: content.empty.to_owned(),
        form: content.form,
    })
}

fn needs_operator(caller: &Caller) -> Result<(), Problem> {
    match caller.0 {
        _ if caller.is_operator() => Ok(()),
        Principal::Guest => Err(sign_in_required()),
        _ => Err(Problem::new(
            "scope_required",
            "the terms of sale are the operator's: sign in with their link",
        )),
    }
}

/// A button of this page.
fn submit(noun: Noun, fields: &[(&str, &str)], label: &str) -> Submit {
    let hidden = |(name, value): &(&str, &str)| Hidden {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    Submit {
        action: noun.path(),
        hidden: fields.iter().map(hidden).collect(),
        label: label.to_owned(),
    }
}

/// Asks before something is closed for good; none where that was confirmed.
fn sure(noun: Noun, filled: &Filled, name: &str, words: String) -> Option<Confirm> {
    let yes = [("do", "close"), ("name", name), ("sure", "yes")];
    (filled.value("sure") != "yes").then(|| Confirm {
        words,
        yes: submit(noun, &yes, &format!("Yes, close {name}")),
        no_href: noun.path(),
    })
}

/// A text field of a form.
fn input(name: &str, label: &str, hint: &str, field: Field, attributes: &'static str) -> DealInput {
    DealInput {
        name: name.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        field,
        choices: Vec::new(),
        attributes,
    }
}

/// A day that may be left out.
fn day(filled: &Filled, name: &'static str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = filled.optional(name) else {
        return Ok(None);
    };
    let read = words::day(text).or_else(|| text.parse().ok());
    read.map(Some).ok_or_else(|| {
        let detail = "write the day like 2027-01-31, or leave it out";
        Problem::new("bad_value", detail).at(name)
    })
}

/// A percentage that has to be said.
fn percentage(filled: &Filled, name: &'static str) -> Result<u32, Problem> {
    words::percentage(filled.value(name))
        .ok_or_else(|| Problem::new("bad_value", "write a percentage like 19 or 8.25").at(name))
}

/// A currency by its three letters.
fn currency(filled: &Filled, name: &'static str) -> Result<app::Currency, Problem> {
    let code = filled.value(name).to_ascii_uppercase();
    app::Currency::from_code(&code).map_err(|_| {
        Problem::new("bad_value", "write a currency's three letters, such as EUR").at(name)
    })
}
