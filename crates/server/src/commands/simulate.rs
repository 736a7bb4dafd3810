//! `clearcue simulate`: a scenario, played through the real rules in a store that is gone
//! afterwards.

use std::fs;
use std::io::{Read as _, stdin};
use std::path::Path;

use super::Context;
use crate::cli::Simulate;
use crate::exit::Failure;
use crate::progress::Progress;
use crate::simulate::{self, scenario};

/// The longest scenario that is read, in bytes.
const SCENARIO_MAX: u64 = 8 << 20;

pub(super) async fn run(context: &Context, args: &Simulate) -> Result<(), Failure> {
    if args.schema {
        let whole = serde_json::from_str(scenario::SCHEMA).unwrap_or_default();
        context.say.text(scenario::SCHEMA.trim_end());
        context.say.json(&whole);
        return Ok(());
    }
    let Some(path) = &args.scenario else {
        return Err(Failure::misuse(
            "no scenario is named",
            "name a file, or - for stdin",
        ));
    };
    let scenario = simulate::read(&text(path)?)?;
    let pieces = scenario.tracks.len() + scenario.steps.len();
    let progress = Progress::pieces("playing", pieces as u64);
    let played = simulate::play(&scenario, &progress).await;
    progress.finish();
    let played = played?;
    simulate::tell(&context.say, &played);
    context.say.json(&simulate::document(&played));
    if played.holds() {
        return Ok(());
    }
    let missed = played.steps.iter().filter(|step| step.missed.is_some());
    let what = match missed.count() {
        0 => "an invariant is broken".to_owned(),
        1 => "a step went otherwise than expected".to_owned(),
        many => format!("{many} steps went otherwise than expected"),
    };
    Err(Failure::failed(what, "see the lines above"))
}

fn text(path: &Path) -> Result<String, Failure> {
    let unreadable = |e: std::io::Error| {
        Failure::misuse(
            format!("{} can't be read: {e}", path.display()),
            "name a scenario's file",
        )
    };
    let mut text = String::new();
    if path.as_os_str() == "-" {
        stdin()
            .take(SCENARIO_MAX)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
    } else {
        let file = fs::File::open(path).map_err(unreadable)?;
        file.take(SCENARIO_MAX)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
    }
    Ok(text)
}
