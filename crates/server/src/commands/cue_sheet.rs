//! `clearcue cue-sheet`: a cue sheet, or the credit lines, for licences.

use std::fs;

use app::cue::{CueUse, clock_ms};
use app::licensing::cue_sheet::{self, Format, Opens, Wanted, WantedCue};
use serde_json::json;

use super::Context;
use crate::cli::CueSheet;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, args: &CueSheet) -> Result<(), Failure> {
    let format = format(&args.format)?;
    if format == Format::Pdf && args.out.is_none() {
        return Err(Failure::misuse(
            "a PDF isn't written to the terminal",
            "name a file with --out",
        ));
    }
    let cues = args
        .cues
        .iter()
        .map(|text| cue(text))
        .collect::<Result<_, _>>()?;
    let app = context.app().await?;
    let wanted = Wanted {
        production: args.title.clone(),
        episode: args.episode.clone(),
        cues,
    };
    let sheet = cue_sheet::cue_sheet(&app, Opens::All, &wanted).await?;
    let bytes = format.write(&app, &sheet)?;
    let missing = sheet.missing();
    let Some(out) = &args.out else {
        let text = String::from_utf8_lossy(&bytes);
        context
            .say
            .json(&json!({ "format": format.word(), "content": text, "missing": missing }));
        context.say.text(text.trim_end());
        return Ok(());
    };
    let name = out.display().to_string();
    fs::write(out, &bytes).map_err(|e| {
        Failure::failed(
            format!("{name} can't be written: {e}"),
            "name another file with --out",
        )
    })?;
    context
        .say
        .json(&json!({ "file": name, "format": format.word(), "missing": missing }));
    context.say.text(format!("wrote {name}"));
    for line in missing {
        context.say.text(format!("missing  {line}"));
    }
    Ok(())
}

fn format(word: &str) -> Result<Format, Failure> {
    Format::from_word(word).ok_or_else(|| {
        let words = Format::ALL.map(Format::word).join(", ");
        Failure::misuse(
            format!("there is no format `{word}`"),
            format!("use {words}"),
        )
    })
}

/// `CODE`, `CODE:USE` or `CODE:USE:LENGTH`.
fn cue(text: &str) -> Result<WantedCue, Failure> {
    let mut parts = text.splitn(3, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (licence, used, length) = (next(), next(), next());
    let wrong = |what: String| Failure::misuse(what, "write CODE:USE:LENGTH, such as CODE:BI:0:15");
    let read_use =
        |text: &str| CueUse::from_code(text).ok_or_else(|| wrong(format!("`{text}` is no use")));
    let read_length =
        |text: &str| clock_ms(text).ok_or_else(|| wrong(format!("`{text}` is no length")));
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(WantedCue {
        licence: licence.to_owned(),
        usage: some(used).map(|text| read_use(&text)).transpose()?,
        duration_ms: some(length).map(|text| read_length(&text)).transpose()?,
        ..WantedCue::default()
    })
}
