//! `clearcue claim`: everything about a licence into one zip.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use app::App;
use app::licensing::{claim, show};
use app::{Refusal, Stop};
use serde_json::json;

use super::Context;
use crate::cli::Claim;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, args: &Claim) -> Result<(), Failure> {
    let app = context.app().await?;
    let licence = licence(&app, &args.licence).await?;
    let mut bundle = claim::claim(&app, &app.call(), licence.id)
        .await
        .map_err(|stop| refused(stop, "see what is wrong with `clearcue verify CODE`"))?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(&bundle.name));
    write(&mut bundle.file, &out)?;
    let name = out.display().to_string();
    context.say.json(&json!({
        "file": name, "bytes": bundle.length, "code": licence.code.to_string(),
    }));
    context
        .say
        .text(format!("wrote {name}, {} bytes", bundle.length));
    Ok(())
}

/// The licence of a code, as people type it, or of an id.
pub(super) async fn licence(app: &App, named: &str) -> Result<app::licensing::Licence, Failure> {
    let found = match (named.parse(), named.parse()) {
        (Ok(id), _) => show::licence(app, id).await,
        (_, Ok(code)) => show::by_code(app, code).await,
        _ => {
            let what = format!("`{named}` is neither a licence's code nor its id");
            return Err(Failure::misuse(what, "copy the code from a file's name"));
        }
    };
    found.map_err(|stop| {
        refused(
            stop,
            "copy the code from a file's name or the licence's page",
        )
    })
}

/// What a use case stopped for, as a failure with what to do about it.
pub(super) fn refused<R: Refusal>(stop: Stop<R>, fix: &'static str) -> Failure {
    match stop {
        Stop::Refused(refusal) => Failure::failed(refusal.to_string(), fix),
        Stop::Fault(fault) => fault.into(),
    }
}

/// Copies a file to its place, whole or not at all.
fn write(from: &mut File, out: &Path) -> Result<(), Failure> {
    let unusable = |e: &io::Error| {
        let what = format!("{} can't be written: {e}", out.display());
        Failure::failed(what, "name another file with --out")
    };
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let done = File::create(&part)
        .and_then(|mut file| io::copy(from, &mut file))
        .and_then(|_| fs::rename(&part, out));
    done.map_err(|e| {
        let _ = fs::remove_file(&part);
        unusable(&e)
    })
}
