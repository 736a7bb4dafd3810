//! A payee's statements by month; for the operator, everybody's, and the year for tax.

use std::sync::Arc;

use app::App;
use app::metering::earnings;
use app::statements::list::{self, Month, Statements};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use ledger::Currency;

use super::frame::Frame;
use super::view::{PayeesPage, StatementLink, StatementRow, StatementsPage};
use crate::api::{reports, statements};
use crate::problem::Problem;
use crate::words;

/// `GET /statements`. The operator names whose: `?payee=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let currency = statements::currency(&app, query.as_deref())?;
    let Some(payee) = reports::whose(&frame.caller, query.as_deref())? else {
        return everybody(&app, frame).await;
    };
    let list = list::statements(&app, &app.call(), payee, currency).await?;
    let others = list.currencies.iter().filter(|other| **other != currency);
    let other = |other: &Currency| StatementLink {
        label: other.code().to_owned(),
        href: format!("/statements?payee={payee}&currency={}", other.code()),
    };
    super::html(&StatementsPage {
        payee: list.name.clone(),
        currency: currency.code().to_owned(),
        others: others.map(other).collect(),
        months: list.months.iter().map(|month| row(&list, month)).collect(),
        years: years(&list),
        shell: frame.unlisted("Statements"),
    })
}

async fn everybody(app: &App, frame: Frame) -> Result<Response, Problem> {
    let payees = earnings::payees(app).await?;
    let payee = |(id, name)| StatementLink {
        label: name,
        href: format!("/statements?payee={id}"),
    };
    let this = app.call().now.day();
    let this: i32 = this.get(..4).and_then(|y| y.parse().ok()).unwrap_or(1970);
    let year = |year: i32| StatementLink {
        label: year.to_string(),
        href: format!("/v1/taxes/{year}.csv"),
    };
    super::html(&PayeesPage {
        payees: payees.into_iter().map(payee).collect(),
        taxes: (this - 2..=this).rev().map(year).collect(),
        shell: frame.unlisted("Statements"),
    })
}

fn row(list: &Statements, month: &Month) -> StatementRow {
    StatementRow {
        period: month.period.name().to_owned(),
        over: month.over,
        lines: words::many(
            i64::try_from(month.lines).unwrap_or(i64::MAX),
            "line",
            "lines",
        ),
        opening: words::exact(month.opening),
        earned: words::exact(month.earned),
        moved: words::exact(month.moved),
        closing: words::exact(month.closing),
        files: files(list, month.period.name()),
    }
}

/// The years of the months, each with its files.
fn years(list: &Statements) -> Vec<(String, Vec<StatementLink>)> {
    let year = |month: &Month| month.period.name().get(..4).map(str::to_owned);
    let mut years: Vec<_> = list.months.iter().filter_map(year).collect();
    years.dedup();
    let files = |year: String| {
        let files = files(list, &year);
        (year, files)
    };
    years.into_iter().map(files).collect()
}

fn files(list: &Statements, period: &str) -> Vec<StatementLink> {
    let (payee, currency) = (list.payee, list.currency.code());
    let file = |format: app::statements::Format| {
        let word = format.word();
        StatementLink {
            label: word.to_uppercase(),
            href: format!("/v1/payees/{payee}/statements/{period}.{word}?currency={currency}"),
        }
    };
    let forms = app::statements::Format::ALL.into_iter().rev();
    forms.map(file).collect()
}
