//! `clearcue statement dsr`: a period's report to the trade.

use std::fs;
use std::path::Path;

use app::statements::{Period, decimal, dsr};
use serde_json::json;

use super::Context;
use crate::exit::Failure;

pub(super) async fn dsr(context: &Context, period: &Period, out: &Path) -> Result<(), Failure> {
    let app = context.app().await?;
    let report = dsr::dsr(&app, &mut app.call(), period).await?;
    let path = if out.is_dir() {
        out.join(&report.name)
    } else {
        out.to_owned()
    };
    let name = path.display().to_string();
    fs::write(&path, &report.text).map_err(|e| {
        let what = format!("{name} can't be written: {e}");
        Failure::failed(what, "name another file or folder with --out")
    })?;
    let totals = report.totals.iter();
    let totals = totals.map(|(currency, micros)| format!("{} {currency}", decimal(*micros)));
    let totals: Vec<String> = totals.collect();
    context.say.json(&json!({
        "file": name,
        "name": report.name,
        "recordings": report.blocks,
        "usages": report.usages,
        "totals_micros": report.totals,
    }));
    context.say.text(format!(
        "wrote {name}: {} recordings, {} uses, {} to their payees",
        report.blocks,
        report.usages,
        totals.join(" and "),
    ));
    if path
        .file_name()
        .is_none_or(|own| own != report.name.as_str())
    {
        context
            .say
            .text(format!("the standard asks for the name {}", report.name));
    }
    context.say.text(
        "no validator of DDEX has checked it: agree on the first one with its recipient \
         (docs/ddex.md)",
    );
    Ok(())
}
