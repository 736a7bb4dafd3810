//! `clearcue replay`: what uses made, summed again from the blobs alone.

use app::metering::engine::replay::replay;
use serde_json::json;

use super::Context;
use crate::exit::Failure;

/// How many differences are spelt out.
const SHOWN: usize = 10;

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let app = context.app().await?;
    let found = replay(&app).await?;
    let difference =
        |(subject, detail): &(String, String)| json!({ "subject": subject, "detail": detail });
    let differences: Vec<_> = found.differences.iter().map(difference).collect();
    context.say.json(&json!({
        "from": found.from,
        "dropped_uses": found.dropped_uses,
        "blobs": found.blobs,
        "uses": found.uses,
        "differences": differences,
    }));
    if let Some(unchecked) = found.unchecked() {
        context.say.text(unchecked);
    }
    for (subject, detail) in found.differences.iter().take(SHOWN) {
        context.say.text(format!("{subject}: {detail}"));
    }
    if !found.differences.is_empty() {
        let what = format!("{} sums differ from the blobs", found.differences.len());
        return Err(Failure::failed(
            what,
            "restore the last good backup, or ask what changed the database",
        ));
    }
    let (uses, blobs) = (found.uses, found.blobs);
    context.say.text(format!(
        "{uses} uses in {blobs} blobs: every sum is what they say"
    ));
    Ok(())
}
