//! `clearcue events`: what has happened, in order.

use app::events::{self, Event, Kind, Wanted};
use serde_json::{Value, json};

use super::Context;
use crate::cli::Events;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, args: &Events) -> Result<(), Failure> {
    let kind = args.kind.as_deref().map(kind).transpose()?;
    let app = context.app().await?;
    let wanted = Wanted {
        after: args.after,
        kind,
        limit: args.limit,
    };
    let page = events::list(&app, wanted).await?;
    if page.events.is_empty() {
        context.say.text("nothing has happened since");
    }
    for event in &page.events {
        context.say.text(line(event));
    }
    if page.more {
        let through = page.through;
        context
            .say
            .text(format!("there are more: --after {through} shows them"));
    }
    let all: Vec<Value> = page.events.iter().map(document).collect();
    context.say.json(&json!({
        "events": all, "through": page.through, "more": page.more,
    }));
    Ok(())
}

fn kind(word: &str) -> Result<Kind, Failure> {
    Kind::from_word(word).ok_or_else(|| {
        let words = Kind::ALL.map(Kind::word).join(", ");
        let what = format!("there is no kind of event `{word}`");
        Failure::misuse(what, format!("use one of {words}"))
    })
}

fn line(event: &Event) -> String {
    let (n, kind) = (event.n, event.kind.word());
    format!("{n:>8}  {}  {kind:<18}  {}", event.at, event.subject)
}

fn document(event: &Event) -> Value {
    json!({
        "n": event.n, "id": event.id, "type": event.kind.word(), "time": event.at.to_string(),
        "subject": event.subject, "data": event.data,
    })
}
