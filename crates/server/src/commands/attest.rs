//! `clearcue attest`: whoever owns a track says so.

use app::Timestamp;
use app::offers::Hand;
use app::offers::attest::{self, Attested, Rights, Which};
use serde_json::{Value, json};

use super::Context;
use crate::cli::Attest;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, args: &Attest) -> Result<(), Failure> {
    let app = context.app().await?;
    let which = match &args.track {
        Some(track) => Which::Track(track.clone()),
        None => Which::All,
    };
    // Neither flag means both rights.
    let rights = Rights {
        master: !args.composition,
        composition: !args.master,
    };
    let done = attest::attest(&app, &mut app.call(), Hand::Console, &which, rights).await?;
    for one in &done {
        context.say.text(line(one));
    }
    if done.is_empty() {
        context.say.text("every track is attested already");
    }
    let tracks: Vec<_> = done.iter().map(document).collect();
    context.say.json(&json!({ "attested": tracks }));
    Ok(())
}

fn line(one: &Attested) -> String {
    let missing = match (&one.master, &one.composition) {
        (Some(_), Some(_)) => "master and composition attested: it is on sale",
        (Some(_), None) => "master attested; its composition isn't yet",
        (None, _) => "composition attested; its master isn't yet",
    };
    format!("{}  {missing}", one.slug)
}

fn document(one: &Attested) -> Value {
    let said = |right: &Option<(String, Timestamp)>| {
        right
            .as_ref()
            .map(|(by, at)| json!({ "by": by, "at": at.to_string() }))
    };
    json!({
        "track": one.track.to_string(), "slug": one.slug,
        "master": said(&one.master), "composition": said(&one.composition),
    })
}
