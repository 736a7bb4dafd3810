//! `clearcue channels`: the safelist of a licence, for whoever runs the store.

use app::App;
use app::licensing::Licence;
use app::licensing::channels::{
    self, By, Channel, ChannelRefusal, Entry, Line, Noted, Platform, Wanted,
};
use app::{Refusal, Stop};
use serde_json::{Value, json};

use super::Context;
use super::licence::named_by;
use crate::cli::{ChannelFields, ChannelsVerb};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &ChannelsVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    match verb {
        ChannelsVerb::List(named) => {
            let licence = named_by(&app, &named.code).await?;
            list(context, &app, &licence).await
        }
        ChannelsVerb::Add {
            code,
            channel,
            fields,
        } => {
            let licence = named_by(&app, code).await?;
            add(context, &app, &licence, channel, fields).await
        }
        ChannelsVerb::Change {
            code,
            channel,
            to,
            fields,
        } => {
            let licence = named_by(&app, code).await?;
            change(context, &app, &licence, channel, to.as_deref(), fields).await
        }
        ChannelsVerb::Remove {
            code,
            channel,
            platform,
        } => {
            let licence = named_by(&app, code).await?;
            let entry = listed(&app, &licence, channel, *platform).await?;
            let call = app.call();
            let done = channels::remove(&app, &call, licence.id, entry.id, By::Store).await;
            let entry = done.map_err(misuse)?;
            say(context, &entry, "took off");
            Ok(())
        }
        ChannelsVerb::History(named) => {
            let licence = named_by(&app, &named.code).await?;
            history(context, &app, &licence).await
        }
    }
}

async fn list(context: &Context, app: &App, licence: &Licence) -> Result<(), Failure> {
    let list = channels::list(app, licence.id).await.map_err(misuse)?;
    let entries = list.channels.iter().map(document).collect::<Vec<_>>();
    context.say.json(&json!({
        "code": licence.code.to_string(), "owner": list.owner, "channels": entries,
    }));
    if list.channels.is_empty() {
        context.say.text("no channel is listed");
    }
    for entry in &list.channels {
        context
            .say
            .text(format!("{}  {}", entry.id, words(&entry.noted)));
    }
    Ok(())
}

async fn add(
    context: &Context,
    app: &App,
    licence: &Licence,
    channel: &str,
    fields: &ChannelFields,
) -> Result<(), Failure> {
    let wanted = Wanted {
        channel: channel.to_owned(),
        platform: fields.platform,
        label: fields.label.clone(),
        audience: fields.audience,
    };
    let done = channels::add(app, &mut app.call(), licence.id, By::Store, &wanted).await;
    let added = done.map_err(misuse)?;
    let what = if added.repeated {
        "listed already:"
    } else {
        "added"
    };
    say(context, &added.entry, what);
    Ok(())
}

async fn change(
    context: &Context,
    app: &App,
    licence: &Licence,
    channel: &str,
    to: Option<&str>,
    fields: &ChannelFields,
) -> Result<(), Failure> {
    let entry = listed(app, licence, channel, fields.platform).await?;
    let was = &entry.noted;
    let wanted = Wanted {
        channel: to.map_or_else(|| was.channel.address(), str::to_owned),
        platform: match to {
            Some(_) => fields.platform,
            None => Some(was.channel.platform()),
        },
        label: fields.label.clone().or_else(|| was.label.clone()),
        audience: fields.audience.or(was.audience),
    };
    let call = app.call();
    let done = channels::change(app, &call, licence.id, entry.id, By::Store, &wanted).await;
    say(context, &done.map_err(misuse)?, "listed now:");
    Ok(())
}

async fn history(context: &Context, app: &App, licence: &Licence) -> Result<(), Failure> {
    let lines = channels::history(app, licence.id).await.map_err(misuse)?;
    let line = |line: &Line| {
        json!({
            "line": line.line, "at": line.at.to_string(), "by": line.by.word(),
            "id": line.channel.to_string(),
            "before": line.before.as_ref().map(noted), "after": line.after.as_ref().map(noted),
        })
    };
    let all = lines.iter().map(line).collect::<Vec<_>>();
    context
        .say
        .json(&json!({ "code": licence.code.to_string(), "history": all }));
    for line in &lines {
        let what = match (&line.before, &line.after) {
            (None, Some(after)) => format!("added    {}", words(after)),
            (Some(before), None) => format!("removed  {}", words(before)),
            (Some(before), Some(after)) => {
                format!("changed  {} to {}", words(before), words(after))
            }
            (None, None) => continue,
        };
        context
            .say
            .text(format!("{}  {:<6}  {what}", line.at, line.by.word()));
    }
    Ok(())
}

/// The listed channel that is named by its id or its address.
async fn listed(
    app: &App,
    licence: &Licence,
    named: &str,
    platform: Option<Platform>,
) -> Result<Entry, Failure> {
    let list = channels::list(app, licence.id).await.map_err(misuse)?;
    let channel = Channel::parse(named, platform);
    let is_it = |entry: &&Entry| {
        entry.id.to_string() == named || channel.as_ref().is_ok_and(|c| *c == entry.noted.channel)
    };
    if let Some(entry) = list.channels.iter().find(is_it) {
        return Ok(entry.clone());
    }
    // The text may be no channel at all: then that is what is wrong.
    if let Err(error) = channel {
        return Err(Failure::misuse(
            error,
            "`clearcue channels list CODE` shows the ids and addresses",
        ));
    }
    Err(Failure::failed(
        "this licence doesn't list that channel",
        "`clearcue channels list CODE` shows what it lists",
    ))
}

/// What was typed wrongly is a misuse; the rest is a "no".
fn misuse(stop: Stop<ChannelRefusal>) -> Failure {
    match stop {
        Stop::Refused(refusal @ (ChannelRefusal::NotAChannel(_) | ChannelRefusal::BadLabel)) => {
            let field = refusal.field().unwrap_or_default();
            Failure::misuse(format!("the {field} can't be listed"), refusal)
        }
        other => other.into(),
    }
}

fn say(context: &Context, entry: &Entry, what: &str) {
    context.say.json(&document(entry));
    context.say.text(format!("{what} {}", words(&entry.noted)));
}

fn words(noted: &Noted) -> String {
    let mut words = noted.channel.to_string();
    if let Some(audience) = noted.audience {
        words.push_str(&format!("  {}", audience.code()));
    }
    if let Some(label) = &noted.label {
        words.push_str(&format!("  ({label})"));
    }
    words
}

fn noted(noted: &Noted) -> Value {
    json!({
        "channel": noted.channel.address(),
        "platform": noted.channel.platform().code(),
        "label": noted.label,
        "audience": noted.audience,
    })
}

fn document(entry: &Entry) -> Value {
    let mut document = noted(&entry.noted);
    document["id"] = entry.id.to_string().into();
    document["added_at"] = entry.added_at.to_string().into();
    document["removed_at"] = entry.removed_at.map(|at| at.to_string()).into();
    document
}
