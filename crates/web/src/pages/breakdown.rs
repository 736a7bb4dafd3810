//! Uses summed up: for those who earn by them, send buyers, use music or run the store.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::bundles::show as bundles;
use app::reports::{self, Breakdown, By, Figures, Format, Key, Row, Side, Wanted};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use ledger::{Currency, Money};

use super::frame::Frame;
use super::uncovered;
use super::view::{Bar, BreakdownPage, BreakdownRow, Chart, LeftRow, Tab};
use crate::api::breakdowns;
use crate::problem::Problem;
use crate::words;

/// As many bars as a chart holds, the latest.
const BARS: usize = 60;
/// A chart's height, in units of its view box.
const HEIGHT: u64 = 64;

/// `GET /report/uses`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let wanted = breakdowns::wanted(query.as_deref())?;
    let who = frame.caller.0.clone();
    let found = reports::breakdown(&app, &app.call(), &who, wanted.clone()).await?;
    let left = match (&found.side, &who) {
        (Side::Buyer(_), Principal::Person(person)) => Some(bundles::of(&app, person).await?),
        _ => None,
    };
    let uncovered = match found.side {
        Side::Buyer(_) | Side::Store => Some(uncovered::section(&app, &who).await?),
        Side::Payee(_) | Side::Curator(_) => None,
    };
    let curates = matches!(&who, Principal::Person(person) if person.role == Role::Composer);
    let (title, about) = said(&found);
    let address = Address::of(&wanted, &found);
    super::html(&BreakdownPage {
        as_of: format!(
            "{}, {} UTC",
            words::date(found.as_of),
            words::time(found.as_of)
        ),
        tabs: address.tabs(found.by, curates.then_some(found.side)),
        group: group(found.by).into(),
        money: money(found.side).into(),
        period: address.period.clone().unwrap_or_default(),
        hidden: address.hidden(found.by),
        merges: found.side.sees_others() && found.by.is_about_licensees(),
        chart: found.by.is_time().then(|| chart(&found)).flatten(),
        rows: found.rows.iter().map(|one| row(&found, one)).collect(),
        totals: (found.totals.iter())
            .map(|total| figures("In all".into(), total.figures, total.currency, 0))
            .collect(),
        files: address.files(found.by),
        left: left.map(|all| all.iter().map(left_row).collect()),
        uncovered,
        shell: frame.unlisted(title.clone()),
        title,
        about,
    })
}

/// What the page's links keep.
struct Address {
    kept: Vec<(&'static str, String)>,
    period: Option<String>,
    about_others: bool,
}

impl Address {
    fn of(wanted: &Wanted, found: &Breakdown) -> Self {
        let mut kept = Vec::new();
        let mut keep = |name, value: Option<String>| kept.extend(value.map(|value| (name, value)));
        keep("as", wanted.ask.view.map(|view| view.word().to_owned()));
        keep("payee", wanted.ask.payee.map(|payee| payee.to_string()));
        keep("track", wanted.track.map(|track| track.to_string()));
        keep("asset", wanted.asset.map(|asset| asset.code().to_owned()));
        keep(
            "placement",
            wanted.placement.map(|place| place.code().to_owned()),
        );
        keep("territory", wanted.territory.map(|land| land.to_string()));
        Self {
            kept,
            period: found.period.as_ref().map(|period| period.name().to_owned()),
            about_others: found.side.sees_others(),
        }
    }

    /// By what licensees do there is a month at a time: another period isn't taken along.
    fn to(&self, path: &str, by: By, more: Option<(&str, &str)>) -> String {
        let month = |period: &&String| period.len() == 7 && !period.contains('Q');
        let any = !(self.about_others && by.is_about_licensees());
        let period = self.period.as_ref().filter(|period| any || month(period));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("by", by.code());
        query.extend_pairs(&self.kept);
        query.extend_pairs(period.map(|period| ("period", period)));
        query.extend_pairs(more);
        format!("{path}?{}", query.finish())
    }

    fn tabs(&self, here: By, composer: Option<Side>) -> Vec<Tab> {
        let tab = |by: By| Tab {
            label: group(by).into(),
            href: self.to("/report/uses", by, None),
            here: by == here,
        };
        let mut tabs: Vec<Tab> = By::ALL.into_iter().map(tab).collect();
        let other = match composer {
            Some(Side::Payee(_)) => Some(("Who I sent", "/report/uses?as=curator")),
            Some(_) => Some(("What I earned", "/report/uses")),
            None => None,
        };
        tabs.extend(other.map(|(label, href)| Tab {
            label: label.into(),
            href: href.into(),
            here: false,
        }));
        tabs
    }

    fn hidden(&self, by: By) -> Vec<(String, String)> {
        let by = [("by", by.code().to_owned())];
        let all = by.into_iter().chain(self.kept.iter().cloned());
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn files(&self, by: By) -> Vec<Tab> {
        let file = |format: Format| Tab {
            label: match format {
                Format::Json => "JSON".into(),
                Format::Csv => "CSV".into(),
                Format::Parquet => "Parquet".into(),
            },
            href: self.to("/v1/reports/breakdown", by, Some(("format", format.word()))),
            here: false,
        };
        [Format::Csv, Format::Json, Format::Parquet]
            .map(file)
            .into()
    }
}

fn said(found: &Breakdown) -> (String, String) {
    let name = found.name.clone().unwrap_or_default();
    match found.side {
        Side::Payee(_) => (
            format!("Uses of {name}"),
            "Uses of your tracks and what they earned you, exact to the millionth.".into(),
        ),
        Side::Curator(_) => (
            format!("Sent by {name}"),
            "What those used who came by your link, and what their purchases earned you.".into(),
        ),
        Side::Buyer(_) => (
            "My uses".into(),
            "What you used under licences bought signed in, and what it earned for those who made it."
                .into(),
        ),
        Side::Store => (
            "Uses".into(),
            "All uses of the store and what they earned for its payees.".into(),
        ),
    }
}

fn group(by: By) -> &'static str {
    match by {
        By::Track => "Track",
        By::Asset => "Asset",
        By::Placement => "Placement",
        By::Territory => "Territory",
        By::Day => "Day",
        By::Month => "Month",
    }
}

fn money(side: Side) -> &'static str {
    match side {
        Side::Payee(_) | Side::Curator(_) => "Earned",
        Side::Buyer(_) | Side::Store => "Earned for payees",
    }
}

fn row(found: &Breakdown, row: &Row) -> BreakdownRow {
    let of_currency = found.rows.iter().filter(|one| one.currency == row.currency);
    let most = of_currency
        .map(|one| weight(one.figures))
        .max()
        .unwrap_or(0);
    let part = (weight(row.figures).saturating_mul(100))
        .checked_div(most)
        .unwrap_or(0);
    let mut line = figures(row.key.label(found.by), row.figures, row.currency, part);
    if let Key::Track { slug, .. } = &row.key {
        line.href = format!("/tracks/{slug}");
    }
    line
}

/// What lines are compared by.
fn weight(figures: Figures) -> u64 {
    u64::try_from(figures.micros).unwrap_or(0)
}

fn figures(label: String, figures: Figures, currency: Currency, part: u64) -> BreakdownRow {
    BreakdownRow {
        label,
        href: String::new(),
        uses: words::count(figures.uses),
        seconds: words::count(figures.clip_ms / 1000),
        billed: words::count(figures.billed_ms / 1000),
        money: words::exact(Money::new(figures.micros, currency)),
        part,
    }
}

/// Uses by day or month, of all currencies together; the latest.
fn chart(found: &Breakdown) -> Option<Chart> {
    let mut times: Vec<(String, u64)> = Vec::new();
    let mut rows: Vec<&Row> = found.rows.iter().collect();
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    for row in rows {
        let (label, uses) = (
            row.key.label(found.by),
            u64::try_from(row.figures.uses).unwrap_or(0),
        );
        match times.last_mut() {
            Some((last, sum)) if *last == label => *sum += uses,
            _ => times.push((label, uses)),
        }
    }
    let shown = times.split_off(times.len().saturating_sub(BARS));
    let most = shown
        .iter()
        .map(|(_, uses)| *uses)
        .max()
        .filter(|most| *most > 0)?;
    let bar = |(place, (label, uses)): (usize, &(String, u64))| {
        let height = if *uses == 0 {
            0
        } else {
            (uses * HEIGHT / most).max(1)
        };
        Bar {
            x: place * 10 + 1,
            top: HEIGHT - height,
            height,
            title: format!(
                "{label}: {}",
                words::many(i64::try_from(*uses).unwrap_or(i64::MAX), "use", "uses")
            ),
        }
    };
    let ends = (shown.first()?.0.clone(), shown.last()?.0.clone());
    Some(Chart {
        label: format!(
            "Uses by {}, {} to {}, {most} at most",
            group(found.by).to_lowercase(),
            ends.0,
            ends.1
        ),
        width: (shown.len() * 10).max(480),
        bars: shown.iter().enumerate().map(bar).collect(),
        ends,
    })
}

fn left_row(listed: &bundles::Listed) -> LeftRow {
    LeftRow {
        code: listed.code.to_string(),
        href: format!("/licences/{}?grant={}", listed.licence, listed.grant),
        left: format!(
            "{} of {}",
            words::span(listed.left_ms),
            words::span(listed.total_ms)
        ),
        part: (listed.left_ms.saturating_mul(100))
            .checked_div(listed.total_ms)
            .unwrap_or(0),
        until: words::date(listed.expires_at),
    }
}
