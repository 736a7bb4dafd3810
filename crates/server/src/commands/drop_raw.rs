//! `clearcue uses drop-raw`: raw reports that the store keeps no longer.

use app::metering::engine::drop::{Dropped, drop_raw};
use serde_json::json;

use super::Context;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, days: Option<u32>, dry: bool) -> Result<(), Failure> {
    let app = context.app().await?;
    let days = days.or(app.settings.keep_raw_days).ok_or_else(|| {
        Failure::misuse(
            "this store keeps raw reports for ever",
            "say --older-than-days N, or set meter_keep_raw_days",
        )
    })?;
    let mut sum = drop_raw(&app, days, dry).await?;
    // One run drops so many at most; whoever asks for it wants all of it.
    while sum.more {
        let next = drop_raw(&app, days, dry).await?;
        sum = Dropped {
            blobs: sum.blobs + next.blobs,
            uses: sum.uses + next.uses,
            bytes: sum.bytes + next.bytes,
            ..next
        };
    }
    context.say.json(&json!({
        "dry_run": dry, "older_than_days": days, "through": sum.through, "blobs": sum.blobs,
        "uses": sum.uses, "bytes": sum.bytes,
    }));
    context.say.text(line(&sum, days, dry));
    Ok(())
}

fn line(sum: &Dropped, days: u32, dry: bool) -> String {
    let Dropped {
        through,
        blobs,
        uses,
        bytes,
        ..
    } = sum;
    if *blobs == 0 {
        return format!("no raw reports are older than {days} days: nothing to drop");
    }
    let dropped = if dry {
        "would be dropped: nothing was written"
    } else {
        "were dropped"
    };
    format!(
        "the raw reports of {uses} uses in {blobs} blobs of {bytes} bytes, up to commit {through}, \
         {dropped}"
    )
}
