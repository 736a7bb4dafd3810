//! `clearcue uses gaps`: what is missing of the sequences of those who report.

use app::metering::reporters::{self, Reporter, Stream};
use serde_json::{Value, json};

use super::Context;
use crate::exit::Failure;

/// How many gaps of a sequence are listed.
const LISTED: usize = 20;

pub(super) async fn run(context: &Context, reporter: Option<&str>) -> Result<(), Failure> {
    let app = context.app().await?;
    let found = match reporter {
        Some(reporter) => vec![reporters::show(&app, reporter).await?],
        None => reporters::list(&app).await?,
    };
    for one in &found {
        say(context, one);
    }
    if found.is_empty() {
        context.say.text("nobody has reported a use that counts");
    }
    let all: Vec<Value> = found.iter().map(document).collect();
    context.say.json(&json!({ "reporters": all }));
    Ok(())
}

fn say(context: &Context, one: &Reporter) {
    let name = one.name.as_deref().unwrap_or("-");
    context.say.text(format!(
        "{}  {name}  {} uses, the last {}  {} gaps",
        one.reporter,
        one.uses,
        one.last,
        one.gaps()
    ));
    for stream in &one.streams {
        let (lowest, highest) = (stream.lowest, stream.highest);
        context
            .say
            .text(format!("  {}: {lowest} to {highest}", stream.stream));
        for gap in stream.gaps.iter().take(LISTED) {
            let (from, to) = (gap.from, gap.to);
            context
                .say
                .text(format!("    missing {from} to {to} since {}", gap.since));
        }
        let more = stream.gaps.len().saturating_sub(LISTED);
        if more > 0 {
            context
                .say
                .text(format!("    and {more} more gaps: --json lists all"));
        }
        if stream.given_up > 0 {
            let given_up = stream.given_up;
            context
                .say
                .text(format!("    {given_up} more aren't looked for any more"));
        }
    }
}

fn document(one: &Reporter) -> Value {
    json!({
        "reporter": one.reporter, "name": one.name, "accepted": one.uses,
        "first_at": one.first.to_string(), "last_at": one.last.to_string(),
        "gaps": one.gaps(), "untracked": one.untracked,
        "streams": one.streams.iter().map(stream).collect::<Vec<_>>(),
    })
}

fn stream(one: &Stream) -> Value {
    let gaps = one.gaps.iter();
    let gaps =
        gaps.map(|gap| json!({ "from": gap.from, "to": gap.to, "since": gap.since.to_string() }));
    json!({
        "stream": one.stream, "accepted": one.uses, "last_at": one.last.to_string(),
        "lowest": one.lowest, "highest": one.highest, "missing": gaps.collect::<Vec<_>>(),
        "given_up": one.given_up,
    })
}
