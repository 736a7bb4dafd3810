//! `clearcue close`: cycles whose grace is over are closed; their reports are written and verified.

use std::path::Path;

use app::subscriptions::{close, closes};
use serde_json::json;

use super::Context;
use crate::cli;
use crate::exit::Failure;
use crate::progress::Progress;

pub(super) async fn run(context: &Context, args: &cli::Close) -> Result<(), Failure> {
    if let Some(file) = &args.verify {
        return verify(context, file);
    }
    let app = context.app().await?;
    if let Some(batch) = &args.report {
        let report = closes::report(&app, batch).await?;
        let text =
            serde_json::to_string_pretty(&report).map_err(|e| Failure::failed(e, "report this"))?;
        context.say.text(text);
        context.say.json(&json!(report));
        return Ok(());
    }
    let waiting = close::waiting(&app, args.until).await?;
    if args.dry_run {
        context
            .say
            .text(format!("{waiting} cycles would be closed"));
        context.say.json(&json!({ "would_close": waiting }));
        return Ok(());
    }
    let progress = Progress::pieces("closing", waiting);
    let closed = close::close(&app, args.until, &|cycles| progress.advance(cycles)).await?;
    progress.finish();
    let batches: Vec<String> = closed.batches.iter().map(ToString::to_string).collect();
    context.say.text(match closed.cycles {
        0 => "no cycle is due".to_owned(),
        cycles => format!("{cycles} cycles closed in {} batches", batches.len()),
    });
    for batch in &batches {
        context.say.text(format!("  {batch}"));
    }
    context
        .say
        .json(&json!({ "closed": closed.cycles, "batches": batches }));
    Ok(())
}

fn verify(context: &Context, file: &Path) -> Result<(), Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::failed(format!("{shown} can't be read: {e}"), "check the path"))?;
    let report: closes::Report = serde_json::from_str(&text).map_err(|e| {
        let fix = "write one with `clearcue close --report BATCH`, or get /v1/closes/{batch}";
        Failure::failed(format!("{shown} is no close's report: {e}"), fix)
    })?;
    let verdict = closes::verify(&report);
    for wrong in &verdict.wrong {
        context.say.text(wrong);
    }
    context
        .say
        .json(&json!({ "cycles": verdict.cycles, "wrong": verdict.wrong }));
    if verdict.wrong.is_empty() {
        let cycles = verdict.cycles;
        context
            .say
            .text(format!("{cycles} cycles follow from their inputs"));
        return Ok(());
    }
    let what = format!("{} of its figures don't follow", verdict.wrong.len());
    Err(Failure::failed(what, "ask the store for its report again"))
}
