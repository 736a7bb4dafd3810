//! The channels on a licence's private page: its section, and the forms in it.

use std::sync::Arc;

use app::licensing::channels::{self, ChannelRefusal, Entry, Line, Noted, Wanted};
use app::licensing::{Licence, Standing};
use app::{App, Refusal, Stop};
use axum::Form;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::envelope::Audience;
use domain::safelist::CHANNELS_MAX;
use domain::{ChannelId, LicenceId, Platform, Texts};
use serde::Deserialize;

use super::filled::Filled as AsSent;
use super::frame::Frame;
use super::licence;
use super::problem::sentence;
use super::standing::capital;
use super::view::{
    ChannelForm, ChannelLine, ChannelRow, ChannelsSection, Choice, Field, Hidden, Submit,
};
use crate::api::channels::{by, named};
use crate::api::licences::opened;
use crate::api::params;
use crate::problem::Problem;
use crate::words;

/// How many lines of the history the page shows.
const LINES_SHOWN: usize = 20;

/// A channel's form, as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    channel: String,
    platform: String,
    label: String,
    audience: String,
}

/// What was refused: which form, what it held, and why.
pub(crate) struct Refused {
    form: Option<ChannelId>,
    filled: Filled,
    why: ChannelRefusal,
}

/// `POST /licences/{id}/channels?grant=`.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    let (mut call, wanted) = (app.call(), filled.wanted());
    match channels::add(&app, &mut call, id, by(&frame.caller), &wanted).await {
        Ok(_) => Ok(back(&app, id, None)),
        Err(stop) => refused(&app, id, query.as_deref(), frame, None, filled, stop).await,
    }
}

/// `POST /licences/{id}/channels/{channel}?grant=`.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path((name, channel)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    let channel = named(&channel)?;
    let (call, wanted) = (app.call(), filled.wanted());
    match channels::change(&app, &call, id, channel, by(&frame.caller), &wanted).await {
        Ok(_) => Ok(back(&app, id, None)),
        Err(stop) => {
            let query = query.as_deref();
            refused(&app, id, query, frame, Some(channel), filled, stop).await
        }
    }
}

/// `POST /licences/{id}/channels/{channel}/remove?grant=`.
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Path((name, channel)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    let channel = named(&channel)?;
    channels::remove(&app, &app.call(), id, channel, by(&frame.caller)).await?;
    Ok(back(&app, id, Some(channel)))
}

/// Back to the section of the holder's page; what was removed is offered to be put back there.
fn back(app: &App, id: LicenceId, removed: Option<ChannelId>) -> Response {
    let removed = removed
        .map(|id| format!("&removed={id}"))
        .unwrap_or_default();
    let grant = app.issuer.grant(id);
    Redirect::to(&format!("/licences/{id}?grant={grant}{removed}#channels")).into_response()
}

async fn refused(
    app: &App,
    id: LicenceId,
    query: Option<&str>,
    frame: Frame,
    form: Option<ChannelId>,
    filled: Filled,
    stop: Stop<ChannelRefusal>,
) -> Result<Response, Problem> {
    match stop {
        Stop::Refused(why @ (ChannelRefusal::Licence(_) | ChannelRefusal::Unknown(_))) => {
            Err(Stop::Refused(why).into())
        }
        Stop::Refused(why) => {
            let refused = Refused { form, filled, why };
            let mut page =
                licence::page(app, id, query, frame, (Some(&refused), &AsSent::default())).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Stop::Fault(fault) => Err(fault.into()),
    }
}

/// The section of a licence's page.
pub(crate) async fn section(
    app: &App,
    licence: &Licence,
    query: Option<&str>,
    refused: Option<&Refused>,
) -> Result<ChannelsSection, Problem> {
    let list = channels::list(app, licence.id).await?;
    let history = channels::history(app, licence.id).await?;
    let of = |form: Option<ChannelId>| refused.filter(|refused| refused.form == form);
    let mut problem = refused.filter(|r| r.why.field().is_none());
    let rows = list
        .channels
        .iter()
        .map(|entry| row(licence, entry, of(Some(entry.id))));
    let rows: Vec<ChannelRow> = rows.collect();
    let may_add = licence.standing != Standing::Revoked && rows.len() < CHANNELS_MAX;
    let added = of(None);
    if !may_add {
        problem = problem.or(added);
    }
    Ok(ChannelsSection {
        owner: Texts::english().owner(&list.owner),
        rows,
        add: may_add.then(|| {
            let filled = added
                .map(|refused| refused.filled.clone())
                .unwrap_or_default();
            form(add_path(licence), "add", "Add the channel", &filled, added)
        }),
        undo: undo(licence, &list.channels, &history, query),
        problem: problem.map(|refused| sentence(&refused.why.to_string())),
        history: history.iter().take(LINES_SHOWN).map(told).collect(),
    })
}

fn row(licence: &Licence, entry: &Entry, refused: Option<&Refused>) -> ChannelRow {
    let noted = &entry.noted;
    let filled = refused.map(|refused| refused.filled.clone());
    let filled = filled.unwrap_or_else(|| Filled::of(noted));
    let id = entry.id.to_string();
    let path = |end: &str| {
        let (licence, grant) = (licence.id, &licence.grant);
        format!("/licences/{licence}/channels/{id}{end}?grant={grant}")
    };
    let mut about: Vec<String> = noted.label.iter().cloned().collect();
    about.extend(
        noted
            .audience
            .map(|a| Texts::english().audience(a).to_owned()),
    );
    about.push(format!("since {}", words::date(entry.added_at)));
    ChannelRow {
        platform: noted.channel.platform().label().to_owned(),
        address: noted.channel.address(),
        about: about.join(", "),
        change: form(path(""), &id, "Save", &filled, refused),
        open: refused.is_some(),
        remove_action: path("/remove"),
    }
}

fn add_path(licence: &Licence) -> String {
    format!("/licences/{}/channels?grant={}", licence.id, licence.grant)
}

fn form(
    action: String,
    id: &str,
    button: &str,
    filled: &Filled,
    refused: Option<&Refused>,
) -> ChannelForm {
    let field = refused
        .and_then(|refused| refused.why.field())
        .unwrap_or_default();
    let error = |name: &str| {
        let why = refused.filter(|_| field == name);
        why.map(|refused| sentence(&refused.why.to_string()))
    };
    ChannelForm {
        action,
        id: id.to_owned(),
        channel: Field {
            value: filled.channel.clone(),
            error: error("channel"),
        },
        platforms: platforms(&filled.platform),
        label: Field {
            value: filled.label.clone(),
            error: error("label"),
        },
        audiences: audiences(&filled.audience, "Not said"),
        button: button.to_owned(),
    }
}

fn platforms(chosen: &str) -> Vec<Choice> {
    let first = choice("", "As the address says", chosen);
    let rest = Platform::ALL.map(|one| choice(one.code(), one.label(), chosen));
    std::iter::once(first).chain(rest).collect()
}

/// The sizes of a channel, behind a choice that says none.
pub(crate) fn audiences(chosen: &str, unsaid: &str) -> Vec<Choice> {
    let all = [
        Audience::UpTo10k,
        Audience::UpTo100k,
        Audience::UpTo1m,
        Audience::Any,
    ];
    let rest = all.map(|one| {
        let label = match one {
            Audience::Any => "More than 1,000,000 followers".to_owned(),
            _ => capital(Texts::english().audience(one)),
        };
        choice(one.code(), &label, chosen)
    });
    std::iter::once(choice("", unsaid, chosen))
        .chain(rest)
        .collect()
}

fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == chosen,
    }
}

/// The channel that was just taken off, unless it is listed again already.
fn undo(
    licence: &Licence,
    listed: &[Entry],
    history: &[Line],
    query: Option<&str>,
) -> Option<(String, Submit)> {
    let id: ChannelId = params::value(query, "removed")?.parse().ok()?;
    let removal = |line: &&Line| line.channel == id && line.after.is_none();
    let noted = history.iter().find(removal)?.before.as_ref()?;
    if listed.iter().any(|one| one.noted.channel == noted.channel) {
        return None;
    }
    let filled = Filled::of(noted);
    let hidden = [
        ("channel", filled.channel),
        ("platform", filled.platform),
        ("label", filled.label),
        ("audience", filled.audience),
    ];
    let submit = Submit {
        action: add_path(licence),
        hidden: hidden
            .map(|(name, value)| Hidden {
                name: name.to_owned(),
                value,
            })
            .into(),
        label: "Put it back".into(),
    };
    Some((noted.channel.address(), submit))
}

/// A line of the history in words.
fn told(line: &Line) -> ChannelLine {
    let store = match line.by {
        channels::By::Holder => "",
        channels::By::Store => " (by the store)",
    };
    let words = match (&line.before, &line.after) {
        (None, Some(after)) => format!("Added {}", after.channel),
        (Some(before), None) => format!("Took off {}", before.channel),
        (Some(before), Some(after)) if before.channel != after.channel => {
            format!("Changed {} to {}", before.channel, after.channel)
        }
        (_, Some(after)) => format!("Changed what is said of {}", after.channel),
        (None, None) => String::new(),
    };
    ChannelLine {
        at: words::moment(line.at),
        words: format!("{words}{store}"),
    }
}

impl Filled {
    fn of(noted: &Noted) -> Self {
        Self {
            channel: noted.channel.address(),
            platform: noted.channel.platform().code().to_owned(),
            label: noted.label.clone().unwrap_or_default(),
            audience: noted
                .audience
                .map(Audience::code)
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// The fields are closed lists on the page, so what isn't of them counts as not chosen.
    fn wanted(&self) -> Wanted {
        Wanted {
            channel: self.channel.clone(),
            platform: self.platform.parse().ok(),
            label: Some(self.label.clone()),
            audience: self.audience.parse().ok(),
        }
    }
}
