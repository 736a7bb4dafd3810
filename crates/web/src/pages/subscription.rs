//! The subscriber's page: uses left, the cycle's dates, what was used, and the steps there are.

use std::sync::Arc;

use app::billing::Kind;
use app::billing::credit_note::credit_notes;
use app::billing::invoice::invoices;
use app::rotation::list;
use app::subscriptions::change::{self, ChangeRefusal, Wish};
use app::subscriptions::show::{self, Running, Used};
use app::subscriptions::{Shown, State as Standing, plans};
use app::{App, Call, Stop, Tax};
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::LicenceId;

use super::filled::Filled;
use super::frame::Frame;
use super::view::{
    Field, Hidden, PaperRow, SubscriptionAction, SubscriptionPage, Takeable, UsedRow,
};
use crate::api::asks::buyer_country;
use crate::api::licences::opened;
use crate::problem::Problem;
use crate::words;

/// `GET /licences/{id}/subscription?grant=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    page(&app, id, frame, &Filled::default()).await
}

/// `POST /licences/{id}/subscription?grant=`.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    match changed(&app, id, &frame, &filled).await {
        Ok(()) => Ok(Redirect::to(&address(&app, id)).into_response()),
        Err(problem) => {
            let again = filled.refuse(problem, &SHOWN)?;
            let page = page(&app, id, frame, &again).await?;
            Ok(again.answer(page))
        }
    }
}

/// The fields of refusals under the names that the page has for them.
const SHOWN: [(&str, &str); 2] = [("card", "card_number"), ("buyer_country", "country")];

async fn changed(app: &App, id: LicenceId, frame: &Frame, filled: &Filled) -> Result<(), Problem> {
    let wish = wish(filled)?;
    let (who, key) = (&frame.caller.0, filled.value("idempotency_key"));
    change::change(app, &mut app.call(), who, key, (id, &wish)).await?;
    Ok(())
}

/// The step that a form stands for.
fn wish(filled: &Filled) -> Result<Wish, Problem> {
    match filled.value("do") {
        "pause" => Ok(Wish::Pause),
        "cancel" => Ok(Wish::Cancel),
        "resume" => Ok(Wish::Resume),
        "plan" => Ok(Wish::Plan(filled.value("plan").to_owned())),
        "card" => Ok(Wish::Card(filled.value("card_number").to_owned())),
        "country" => buyer_country(Some(filled.value("country"))).map(Wish::Country),
        _ => Err(Problem::new("bad_value", "there is no such step").at("do")),
    }
}

fn address(app: &App, id: LicenceId) -> String {
    format!("/licences/{id}/subscription?grant={}", app.issuer.grant(id))
}

async fn page(
    app: &App,
    id: LicenceId,
    frame: Frame,
    filled: &Filled,
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
        problem: filled.alert(),
        left: shown.running.as_ref().map(left),
        facts: shown.running.as_ref().map(facts).unwrap_or_default(),
        next: next(&shown),
        country: (!over).then(|| (with("country", &[], &key()), country(&shown, filled))),
        action: address(app, id),
        actions,
        card: (!over).then(|| (with("card", &[], &key()), filled.field("card_number", ""))),
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

/// What the next month costs, and whose tax is in it; nothing where none follows.
fn next(shown: &Shown) -> Option<String> {
    if matches!(shown.state, Standing::Cancelled | Standing::Ended) {
        return None;
    }
    let Some(charge) = shown.charge else {
        let words = "By the tax of your country too little of the price would be left: nothing more \
                     is charged until the store has changed that.";
        return Some(words.to_owned());
    };
    let of = charge
        .tax_country
        .map_or(String::new(), |one| format!(" ({one})"));
    let tax = words::price(charge.tax);
    let tax = match charge.how {
        Tax::None => format!("without tax{of}"),
        Tax::Inclusive { .. } => format!("with {tax} of tax{of} in it"),
        Tax::Exclusive { .. } => format!("{tax} of it tax{of}"),
    };
    let price = words::price(charge.gross);
    Some(format!(
        "The next month costs {price}, {tax}, by the tax that counts now."
    ))
}

fn country(shown: &Shown, filled: &Filled) -> Field {
    let said = shown.country.map(|country| country.to_string());
    filled.field("country", &said.unwrap_or_default())
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
    let charged = shown.charge.map(|charge| charge.gross);
    let price = words::price(charged.unwrap_or_else(|| shown.plan.terms.price()));
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
