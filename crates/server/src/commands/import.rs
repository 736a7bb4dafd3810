//! `clearcue import`: music from files and folders into the store.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::Limits;
use app::catalogue::import::{self, Import, Line, Outcome, Watcher};
use serde_json::{Value, json};

use super::Context;
use crate::cli;
use crate::exit::Failure;
use crate::progress::{Progress, tell};
use crate::say::Say;

/// More passed-over files than this are counted, not listed.
const LISTED: usize = 10;

pub(super) async fn run(context: &Context, args: &cli::Import) -> Result<(), Failure> {
    for path in &args.paths {
        if !path.exists() {
            let what = format!("there is nothing at {}", path.display());
            return Err(Failure::failed(what, "check the path"));
        }
    }
    let app = context.app().await?;
    let request = Import {
        paths: args.paths.clone(),
        artist: args.artist.clone(),
        artist_over_tags: false,
        one_stop: args.one_stop.then(|| "console".to_owned()),
        limits: Limits::default(),
        workers: workers(),
    };
    let watch = Watch {
        progress: Progress::pieces("importing", 0),
        stop: stop_on_ctrl_c(),
    };
    let lines = import::import(&app, &request, &watch).await?;
    watch.progress.finish();
    let stopped = watch.stop.load(Ordering::SeqCst);
    let report = Report::of(&lines);
    report.say(&context.say, stopped);
    if !args.one_stop && !report.new.is_empty() {
        context.say.text(
            "not on sale yet: say that master and composition are yours to license, by \
             `clearcue attest TRACK` or `clearcue attest --all`",
        );
    }
    context.say.json(&report.document(stopped));
    if report.taken == 0 && !report.refused.is_empty() {
        let what = format!("none of {} tracks was taken", report.refused.len());
        return Err(Failure::failed(what, "the reasons stand above"));
    }
    Ok(())
}

/// One track at a time on each core.
pub(crate) fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The first Ctrl-C lets running tracks finish; the second doesn't wait.
fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if flag.swap(true, Ordering::SeqCst) {
                tell("clearcue: stopped at once: run it again to go on");
                std::process::exit(1);
            }
            tell("stopping after the tracks in hand; press Ctrl-C again to stop at once");
        }
    });
    stop
}

struct Watch {
    progress: Progress,
    stop: Arc<AtomicBool>,
}

impl Watcher for Watch {
    fn found(&self, tracks: usize) {
        self.progress.set_total(tracks as u64);
    }

    fn done(&self, line: &Line) {
        self.progress
            .note(line.title.as_deref().unwrap_or_default());
        self.progress.advance(1);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// An import's lines by what became of them.
#[derive(Default)]
struct Report<'a> {
    new: Vec<(&'a PathBuf, &'a str, String)>,
    known: Vec<(&'a PathBuf, &'a str, String)>,
    refused: Vec<(&'a PathBuf, &'static str, &'a str)>,
    ignored: BTreeMap<&'static str, Vec<&'a PathBuf>>,
    notes: Vec<(&'a PathBuf, &'a str)>,
    taken: usize,
}

impl<'a> Report<'a> {
    fn of(lines: &'a [Line]) -> Self {
        let mut report = Self::default();
        for line in lines {
            let title = line.title.as_deref().unwrap_or_default();
            let notes = line.notes.iter().map(|note| (&line.path, note.as_str()));
            report.notes.extend(notes);
            match &line.outcome {
                Outcome::Added(id) => report.new.push((&line.path, title, id.to_string())),
                Outcome::Known(id) => report.known.push((&line.path, title, id.to_string())),
                Outcome::Refused { code, reason } => {
                    report.refused.push((&line.path, code, reason));
                }
                Outcome::Ignored(why) => report.ignored.entry(why).or_default().push(&line.path),
            }
        }
        report.taken = report.new.len() + report.known.len();
        report
    }

    fn say(&self, say: &Say, stopped: bool) {
        for (path, code, reason) in &self.refused {
            say.text(format!("refused  {}  [{code}] {reason}", path.display()));
        }
        for (path, note) in &self.notes {
            say.text(format!("note  {}: {note}", path.display()));
        }
        for (why, paths) in &self.ignored {
            if paths.len() > LISTED {
                say.text(format!("passed over  {} files: {why}", paths.len()));
                continue;
            }
            for path in paths {
                say.text(format!("passed over  {}: {why}", path.display()));
            }
        }
        let passed_over: usize = self.ignored.values().map(Vec::len).sum();
        say.text(format!(
            "{} tracks are new, {} were here already, {} were refused; {passed_over} files passed over",
            self.new.len(),
            self.known.len(),
            self.refused.len(),
        ));
        if stopped {
            say.text("stopped before the end: run it again to go on");
        }
    }

    fn document(&self, stopped: bool) -> Value {
        let track = |(path, title, id): &(&PathBuf, &str, String)| json!({ "path": path.display().to_string(), "title": title, "track": id });
        let refused = self.refused.iter().map(|(path, code, reason)| {
            json!({ "path": path.display().to_string(), "code": code, "reason": reason })
        });
        let ignored = self.ignored.iter().flat_map(|(why, paths)| {
            let one =
                move |path: &&PathBuf| json!({ "path": path.display().to_string(), "reason": why });
            paths.iter().map(one)
        });
        json!({
            "new": self.new.iter().map(track).collect::<Vec<_>>(),
            "known": self.known.iter().map(track).collect::<Vec<_>>(),
            "refused": refused.collect::<Vec<_>>(),
            "passed_over": ignored.collect::<Vec<_>>(),
            "notes": self.notes.iter().map(|(path, note)| json!({ "path": path.display().to_string(), "note": note })).collect::<Vec<_>>(),
            "stopped": stopped,
        })
    }
}
