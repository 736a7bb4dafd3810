//! The program `clearcue` as a library: configuration, opening a store, serving it, and every
//! command. Tests and benches open stores and routers from here as the program does.
//!
//! It knows no SQL and no rule: it reads arguments and files, calls use cases of `app`, and says
//! what came of them.

mod books;
pub mod cli;
mod commands;
pub mod config;
mod connections;
pub mod demo;
mod environment;
pub mod exit;
pub mod keys;
pub mod open;
pub mod progress;
pub mod say;
pub mod serve;
pub mod simulate;
mod upkeep;
pub mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use cli::Cli;
use exit::Failure;

/// Runs the program with its arguments, the first of them its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    hush_panics();
    let arguments: Vec<_> = arguments.into_iter().collect();
    let work = std::panic::catch_unwind(move || match Cli::try_parse_from(arguments) {
        Ok(cli) => commands::run(cli),
        Err(error) => misused(&error),
    });
    // The hook has said what happened.
    match work.unwrap_or(Err(None)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(None) => ExitCode::FAILURE,
        Err(Some(failure)) => {
            progress::tell(&failure.to_string());
            ExitCode::from(&failure)
        }
    }
}

/// Help and version are answers; anything else is a misuse, said in one line.
fn misused(error: &clap::Error) -> Result<(), Option<Failure>> {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let say = say::Say::new(false);
            say.text(text.trim_end());
            Ok(say.finish()?)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            progress::tell(text.trim_end());
            Err(Some(Failure::misuse(
                "say what to do",
                "choose one of the commands above",
            )))
        }
        _ => {
            let first = text.split("\n\n").next().unwrap_or_default();
            let what = first.trim_start_matches("error:").trim().to_owned();
            Err(Some(Failure::misuse(
                what,
                "`clearcue help` and `clearcue COMMAND --help` tell more",
            )))
        }
    }
}

/// A panic is our mistake and is said in one line; the user can do nothing with a backtrace.
fn hush_panics() {
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = info
            .location()
            .map(|at| format!(" ({}:{})", at.file(), at.line()));
        progress::tell(&format!(
            "clearcue: a mistake of ours: {}{}: please report it",
            text.unwrap_or("no words")
                .lines()
                .next()
                .unwrap_or_default(),
            place.unwrap_or_default(),
        ));
    }));
}
