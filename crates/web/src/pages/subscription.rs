//! The subscriber's page: uses left, the cycle's dates, what was used, and the steps there are.

use std::sync::Arc;

use app::billing::Kind;
use app::billing::credit_note::credit_notes;
use app::billing::invoice::invoices;
use app::rotation::list;
use app::subscriptions::change::{self, ChangeRefusal, Wish};
use app::subscriptions::show::{self, Running, Used};
use app::subscriptions::{Shown, State as Standing, plans};
use app::{App, Call, Stop};
use axum::Form;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::LicenceId;
use serde::Deserialize;

use super::frame::Frame;
use super::problem::sentence;
use super::view::{Hidden, PaperRow, SubscriptionAction, SubscriptionPage, Takeable, UsedRow};
use crate::api::licences::opened;
use crate::problem::Problem;
use crate::words;

/// A step's form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    #[serde(rename = "do")]
    what: String,
    plan: String,
    card_number: String,
    idempotency_key: String,
}

/// `GET /licences/{id}/subscription?grant=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    page(&app, id, frame, None).await
}

/// `POST /licences/{id}/subscription?grant=`.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    let wish = filled.wish()?;
    let (who, key) = (&frame.caller.0, filled.idempotency_key.as_str());
    match change::change(&app, &mut app.call(), who, key, (id, &wish)).await {
        Ok(_) => Ok(Redirect::to(&address(&app, id)).into_response()),
        Err(Stop::Refused(refusal)) => {
            let mut page = page(&app, id, frame, Some(&refusal)).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

impl Filled {
    fn wish(&self) -> Result<Wish, Problem> {
        match self.what.as_str() {
            "pause" => Ok(Wish::Pause),
            "cancel" => Ok(Wish::Cancel),
            "resume" => Ok(Wish::Resume),
            "plan" => Ok(Wish::Plan(self.plan.clone())),
            "card" => Ok(Wish::Card(self.card_number.clone())),
            _ => Err(Problem::new("bad_value", "there is no such step").at("do")),
        }
    }
}

fn address(app: &App, id: LicenceId) -> String {
    format!("/licences/{id}/subscription?grant={}", app.issuer.grant(id))
}

async fn page(
    app: &App,
    id: LicenceId,
    frame: Frame,
    refusal: Option<&ChangeRefusal>,
) -> Result<Response, Problem> {
    let mut call = app.call();
    let shown = show::of_licence(app, call.now, id).await?;
    let none = || Stop::Refused(ChangeRefusal::NoSubscription);
    let shown = shown.ok_or_else(none)?;
    let papers = papers(app, &call, id).await?;
    let mut key = || data_encoding::BASE64URL_NOPAD.encode(&call.random::<16>());
    let actions = actions(app, &shown, &mut key).await?;
    let take = match shown.running {
        Some(_) => take(app, id).await?,
        None => Vec::new(),
    };
    let over = shown.state == Standing::Ended;
    super::html(&SubscriptionPage {
        shell: frame.unlisted("Your subscription"),
        plan: shown.plan.label.clone(),
        state: state(&shown),
        problem: refusal.map(|refusal| sentence(&refusal.to_string())),
        left: shown.running.as_ref().map(left),
        facts: shown.running.as_ref().map(facts).unwrap_or_default(),
        action: address(app, id),
        actions,
        card: (!over).then(|| with("card", &[], &key())),
        take,
        uses: shown.uses.iter().map(used).collect(),
        papers,
        licence_href: format!("/licences/{id}?grant={}", app.issuer.grant(id)),
    })
}

/// How many tracks of the rotation can be taken from the page; any other from its own address.
const TAKE_MAX: usize = 50;

async fn take(app: &App, id: LicenceId) -> Result<Vec<Takeable>, Problem> {
    let now = app.call().now;
    let stays = list::list(app, now).await?;
    let inside = stays.into_iter().filter(|stay| stay.holds(now));
    let grant = app.issuer.grant(id);
    let takeable = inside.take(TAKE_MAX).map(|stay| Takeable {
        href: format!("/tracks/{}", stay.slug),
        take_href: format!("/v1/licences/{id}/tracks/{}?grant={grant}", stay.slug),
        title: stay.title,
        artist: stay.artist,
    });
    Ok(takeable.collect())
}

/// What was billed and given back, by the latest payment first.
async fn papers(app: &App, call: &Call, id: LicenceId) -> Result<Vec<PaperRow>, Problem> {
    let invoices = invoices(app, call, id).await?;
    let notes = credit_notes(app, id).await?;
    let grant = app.issuer.grant(id);
    let at = |path: &str| format!("/v1/licences/{id}/{path}?grant={grant}");
    let mut rows = Vec::with_capacity(invoices.len() + notes.len());
    for invoice in invoices.iter().rev() {
        let what = match invoice.kind {
            Kind::Licence => "Licence",
            Kind::SignUp => "Sign-up",
            Kind::Renewal => "Renewal",
            Kind::PlanChange => "Dearer plan",
        };
        let time = invoice.period.as_ref().map_or(String::new(), |period| {
            let (from, until) = (words::date(period.from), words::date(period.until));
            format!(", {from} to {until}")
        });
        rows.push(PaperRow {
            label: format!("Invoice {}", invoice.number),
            about: format!("{what}{time}: {}", words::price(invoice.total)),
            href: at(&format!("invoices/{}", invoice.number)),
        });
        let of_it = notes.iter().filter(|note| note.invoice == invoice.number);
        rows.extend(of_it.map(|note| PaperRow {
            label: format!("Credit note {}", note.number),
            about: format!(
                "{} of invoice {} given back: {}",
                words::price(note.money),
                note.invoice,
                note.reason
            ),
            href: at(&format!("credit-notes/{}", note.number)),
        }));
    }
    Ok(rows)
}

fn state(shown: &Shown) -> String {
    let since = shown.since.map(words::date).unwrap_or_default();
    let next = shown.next.map(words::date).unwrap_or_default();
    match shown.state {
        Standing::Active => format!("It runs and renews itself on {next}."),
        Standing::PastDue => format!(
            "Your card was declined: nothing has been paid since {since}. It is tried again on \
             {next}; give another card to go on at once."
        ),
        Standing::Pausing => format!("It rests from {since} on. Until then it runs as before."),
        Standing::Cancelled => format!("It ends on {since}. Until then it runs as before."),
        Standing::Paused => format!("It has rested since {since}. Nothing is charged."),
        Standing::Ended => {
            format!("It ended on {since}. What you published while it ran stays cleared.")
        }
    }
}

fn left(running: &Running) -> (i64, i64, String) {
    let left = running.allowance - running.used;
    let words = format!(
        "{} left of {}",
        words::many(left, "use", "uses"),
        words::count(running.allowance)
    );
    (left, running.allowance, words)
}

fn facts(running: &Running) -> Vec<(String, String)> {
    let mut facts = vec![
        (
            "This month began".to_owned(),
            words::moment(running.cycle.start),
        ),
        ("It ends".to_owned(), words::moment(running.cycle.end)),
        (
            "Guaranteed for each use".to_owned(),
            words::exact(running.guarantee),
        ),
        (
            "For the tracks you use, in all".to_owned(),
            words::exact(running.contribution),
        ),
    ];
    if let Some(cap) = running.track_cap {
        let most = words::many(i64::from(cap), "use", "uses");
        facts.push(("At most of one track".to_owned(), most));
    }
    facts
}

fn with(what: &str, more: &[(&str, &str)], key: &str) -> Vec<Hidden> {
    let hidden = |name: &str, value: &str| Hidden {
        name: name.into(),
        value: value.into(),
    };
    let mut fields = vec![hidden("do", what), hidden("idempotency_key", key)];
    fields.extend(more.iter().map(|(name, value)| hidden(name, value)));
    fields
}

async fn actions(
    app: &App,
    shown: &Shown,
    key: &mut impl FnMut() -> String,
) -> Result<Vec<SubscriptionAction>, Problem> {
    let mut actions = Vec::new();
    let mut add = |what: &str, label: &str, about: &str| {
        actions.push(SubscriptionAction {
            hidden: with(what, &[], &key()),
            label: label.into(),
            about: about.into(),
        });
    };
    let price = words::price(shown.plan.terms.price());
    match shown.state {
        Standing::Active | Standing::PastDue => {
            add(
                "pause",
                "Pause",
                "It rests from the end of this month on; you can go on any day.",
            );
            add(
                "cancel",
                "Cancel",
                "It ends with this month; nothing is returned for it.",
            );
        }
        Standing::Pausing => {
            add("resume", "Go on", "It renews itself as before.");
            add("cancel", "Cancel", "It ends with this month instead.");
        }
        Standing::Cancelled => add("resume", "Go on", "It renews itself as before."),
        Standing::Paused => {
            let about = format!("A new month begins now and costs {price}.");
            add("resume", "Go on", &about);
            add("cancel", "Cancel", "It is over at once.");
        }
        Standing::Ended => {}
    }
    if shown.state == Standing::Active {
        let plans = plans::list(app).await?;
        for plan in plans
            .iter()
            .filter(|plan| plan.on_sale && plan.code != shown.plan.code)
        {
            actions.push(SubscriptionAction {
                hidden: with("plan", &[("plan", &plan.code)], &key()),
                label: format!("Change to {}", plan.label),
                about: format!(
                    "{} a month. A dearer plan costs the difference for the rest of this month now; \
                     any other counts from the next month on.",
                    words::price(plan.terms.price())
                ),
            });
        }
    }
    Ok(actions)
}

fn used(used: &Used) -> UsedRow {
    UsedRow {
        at: words::date(used.published),
        title: used.title.clone(),
        href: format!("/tracks/{}", used.slug),
        video: used.video.clone(),
        earned: words::exact(used.earned),
    }
}
