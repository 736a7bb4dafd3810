//! `clearcue licence`: how a licence stands, and moving it.

use app::App;
use app::licensing::standing::{self, Line, Move};
use app::licensing::{Licence, show};
use serde_json::json;

use super::Context;
use crate::cli::{LicenceVerb, Reasoned};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &LicenceVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let (args, wanted) = match verb {
        LicenceVerb::Show(named) => {
            let licence = named_by(&app, &named.code).await?;
            return tell(context, &app, &licence).await;
        }
        LicenceVerb::Suspend(args) => (args, Move::Suspend),
        LicenceVerb::Restore(args) => (args, Move::Restore),
        LicenceVerb::Revoke(args) => (args, Move::Revoke),
    };
    let Reasoned { code, reason } = args;
    let licence = named_by(&app, code).await?;
    let moved = standing::change(&app, &app.call(), licence.id, wanted, reason).await?;
    if moved.repeated {
        context
            .say
            .text("nothing to change: it stands like this already");
    }
    tell(context, &app, &moved.licence).await
}

/// The licence of a code as somebody typed it. A code that can't be one is a misuse.
pub(super) async fn named_by(app: &App, code: &str) -> Result<Licence, Failure> {
    let code = code.parse().map_err(|e: licence_key::CodeError| {
        Failure::misuse(
            e,
            "give the code as it stands in the file's name or on the licence's page",
        )
    })?;
    Ok(show::by_code(app, code).await?)
}

async fn tell(context: &Context, app: &App, licence: &Licence) -> Result<(), Failure> {
    let history = standing::history(app, licence.id).await?;
    let line = |line: &Line| {
        json!({ "at": line.at.to_string(), "before": line.before.word(),
                "after": line.after.word(), "reason": line.reason })
    };
    context.say.json(&json!({
        "id": licence.id.to_string(),
        "code": licence.code.to_string(),
        "label": licence.label,
        "title": licence.title,
        "artist": licence.artist,
        "issued_at": licence.issued_at.to_string(),
        "status": licence.standing.word(),
        "since": licence.standing_since.map(|at| at.to_string()),
        "history": history.iter().map(line).collect::<Vec<_>>(),
    }));
    let since = licence.standing_since.map(|at| format!(" since {at}"));
    context.say.text(format!(
        "{}  {}{}",
        licence.code,
        licence.standing.word(),
        since.unwrap_or_default()
    ));
    context.say.text(format!("  {}", licence.label));
    for line in history {
        let (at, after) = (line.at, line.after.word());
        context
            .say
            .text(format!("  {at}  {after}: {}", line.reason));
    }
    Ok(())
}
