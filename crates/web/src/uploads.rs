//! Tables of uses that were sent by a form: kept for a while, so that the very file that was looked
//! at is the one that counts.
//!
//! A file lies on disk without a name, so that nothing is left of it when the process ends. There
//! are few of them at a time, and each is worked on by a task of its own, which says how far it is.
//! They are kept by this process alone: another one, or one that was started again, asks for the file
//! again.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::metering::import::{Import, ImportRefusal, RowAnswer, Sums, Wording};
use app::metering::to_cover::ToCover;
use app::{App, Fault, Stop, Timestamp};
use tokio::sync::{Semaphore, watch};

use crate::problem::Problem;

/// The most files that are kept; the oldest that nobody works on gives way.
const KEPT_MAX: usize = 8;
/// How long a file is kept that nobody asks for, in ms.
const KEPT_MS: i64 = 30 * 60 * 1_000;
/// How many are worked on at once.
const AT_ONCE: usize = 2;
/// How much of a file is read at once.
const PIECE: usize = 256 << 10;
/// How many rows that don't count are shown.
pub(crate) const SHOWN: usize = 20;

/// The files that are kept.
pub(crate) struct Uploads {
    kept: Mutex<HashMap<String, Arc<Upload>>>,
    at_once: Arc<Semaphore>,
}

/// A file that was sent, and what was said of it.
pub(crate) struct Upload {
    /// Who sent it.
    owner: String,
    /// What it was called.
    pub(crate) name: String,
    /// Who reports.
    pub(crate) reporter: String,
    wording: Wording,
    bytes: u64,
    file: Mutex<File>,
    used: Mutex<Timestamp>,
    stage: watch::Sender<Stage>,
}

/// How far it is.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// Its rows are judged, or counted: so many bytes of it were.
    Working { counting: bool, bytes: u64 },
    /// They were.
    Done { counted: bool, outcome: Outcome },
    /// It was broken off.
    Broken { counting: bool, problem: Problem },
}

/// What became of its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) sums: Sums,
    /// The first rows that don't count.
    pub(crate) not_counted: Vec<RowAnswer>,
    /// What would cover all of them that lack cover.
    pub(crate) to_cover: ToCover,
}

/// What a form sends.
pub(crate) struct Sent {
    pub(crate) file: File,
    pub(crate) bytes: u64,
    pub(crate) name: String,
    pub(crate) reporter: String,
    pub(crate) wording: Wording,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Uploads {
    /// Keeps a file and begins to judge its rows. By what it is asked for.
    ///
    /// # Errors
    /// The reporter's name can't be one; or everything that is kept is being worked on.
    pub(crate) fn keep(&self, app: &Arc<App>, owner: &str, sent: Sent) -> Result<String, Problem> {
        let begun = Import::of(&sent.reporter, sent.wording.clone(), true);
        begun.map_err(|refusal| Problem::from(Stop::Refused(refusal)))?;
        let mut call = app.call();
        let token = data_encoding::HEXLOWER.encode(&call.random::<16>());
        let (stage, _) = watch::channel(Stage::Working {
            counting: false,
            bytes: 0,
        });
        let upload = Arc::new(Upload {
            owner: owner.to_owned(),
            name: sent.name,
            reporter: sent.reporter,
            wording: sent.wording,
            bytes: sent.bytes,
            file: Mutex::new(sent.file),
            used: Mutex::new(call.now),
            stage,
        });
        self.put(call.now, token.clone(), Arc::clone(&upload))?;
        self.work(app, upload, false);
        Ok(token)
    }

    /// The file of this token, where this person sent it and it is kept still.
    pub(crate) fn find(&self, now: Timestamp, owner: &str, token: &str) -> Option<Arc<Upload>> {
        let mut kept = lock(&self.kept);
        sweep(&mut kept, now);
        let upload = kept.get(token).filter(|upload| upload.owner == owner)?;
        *lock(&upload.used) = now;
        Some(Arc::clone(upload))
    }

    /// Counts its rows, or begins again where that was broken off. Nothing where it is under way or
    /// done: who clicks twice counts once.
    pub(crate) fn go_on(&self, app: &Arc<App>, upload: &Arc<Upload>) {
        let mut begun = None;
        upload.stage.send_if_modified(|stage| {
            let counting = match stage {
                Stage::Done { counted: false, .. } => true,
                Stage::Broken { counting, .. } => *counting,
                Stage::Working { .. } | Stage::Done { .. } => return false,
            };
            begun = Some(counting);
            *stage = Stage::Working { counting, bytes: 0 };
            true
        });
        if let Some(counting) = begun {
            self.work(app, Arc::clone(upload), counting);
        }
    }

    fn put(&self, now: Timestamp, token: String, upload: Arc<Upload>) -> Result<(), Problem> {
        let mut kept = lock(&self.kept);
        sweep(&mut kept, now);
        if kept.len() >= KEPT_MAX {
            let idle = kept.iter().filter(|(_, one)| !one.is_working());
            let oldest = idle.min_by_key(|(_, one)| *lock(&one.used));
            let oldest = oldest.map(|(token, _)| token.clone()).ok_or_else(|| {
                let detail = "other files are being imported: try again in a few minutes";
                Problem::new("unavailable", detail)
            })?;
            kept.remove(&oldest);
        }
        kept.insert(token, upload);
        Ok(())
    }

    /// Works on a file in a task of its own: whoever goes away doesn't break it off.
    fn work(&self, app: &Arc<App>, upload: Arc<Upload>, counting: bool) {
        let (app, at_once) = (Arc::clone(app), Arc::clone(&self.at_once));
        let working = Arc::clone(&upload);
        let work = tokio::spawn(async move {
            let _turn = at_once.acquire().await;
            run(&app, &working, counting).await
        });
        tokio::spawn(async move {
            let done = work.await.map_err(Fault::while_("importing a table"));
            let done = done.map_err(Stop::Fault).and_then(|done| done);
            if let Err(Stop::Fault(fault)) = &done {
                tracing::error!("a table of uses was broken off: {}", fault.chain());
            }
            upload.stage.send_replace(match done {
                Ok(outcome) => Stage::Done {
                    counted: counting,
                    outcome,
                },
                Err(stop) => Stage::Broken {
                    counting,
                    problem: stop.into(),
                },
            });
        });
    }
}

impl Upload {
    /// How far it is, once it is done or after a moment.
    pub(crate) async fn stage(&self, wait: Duration) -> Stage {
        let mut told = self.stage.subscribe();
        let done = told.wait_for(|stage| !matches!(stage, Stage::Working { .. }));
        // Whether it was done or not, what it says now is the answer.
        let _ = tokio::time::timeout(wait, done).await;
        self.stage.borrow().clone()
    }

    /// How much of it so many bytes are, in percent; not all of it while it is being worked on, since
    /// its last rows are judged when it has been read.
    pub(crate) fn percent(&self, bytes: u64) -> u64 {
        (bytes * 100).checked_div(self.bytes).unwrap_or(0).min(99)
    }

    /// What was said of the table.
    pub(crate) fn is_utc(&self) -> bool {
        self.wording.utc
    }

    fn is_working(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Working { .. })
    }

    fn piece(&self, at: u64) -> std::io::Result<Vec<u8>> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(at))?;
        let mut piece = Vec::new();
        (&mut *file).take(PIECE as u64).read_to_end(&mut piece)?;
        Ok(piece)
    }
}

async fn run(
    app: &App,
    upload: &Arc<Upload>,
    counting: bool,
) -> Result<Outcome, Stop<ImportRefusal>> {
    let begun = Import::of(&upload.reporter, upload.wording.clone(), !counting);
    let mut import = begun.map_err(Stop::Refused)?;
    let mut not_counted = Vec::new();
    let mut note = |answers: Vec<RowAnswer>| {
        let left = SHOWN.saturating_sub(not_counted.len());
        not_counted.extend(answers.into_iter().filter(|row| !row.counts()).take(left));
    };
    let mut at = 0;
    loop {
        let read = Arc::clone(upload);
        let piece = tokio::task::spawn_blocking(move || read.piece(at)).await;
        let piece = piece.map_err(Fault::while_("reading a table"))?;
        let piece = piece.map_err(Fault::while_("reading a table"))?;
        if piece.is_empty() {
            break;
        }
        note(import.feed(app, &piece).await?);
        at += piece.len() as u64;
        upload.stage.send_replace(Stage::Working {
            counting,
            bytes: at,
        });
    }
    note(import.finish(app).await?);
    Ok(Outcome {
        sums: import.sums().clone(),
        to_cover: import.to_cover(),
        not_counted,
    })
}

/// Lets go of what nobody asked for in a while.
fn sweep(kept: &mut HashMap<String, Arc<Upload>>, now: Timestamp) {
    kept.retain(|_, one| one.is_working() || now.since(*lock(&one.used)) < KEPT_MS);
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
