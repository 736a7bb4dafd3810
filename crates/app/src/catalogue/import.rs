//! Importing a folder: its files are grouped into tracks by name (`domain::naming`), each track
//! is prepared off the async threads and added in a transaction of its own. An import that is
//! interrupted is simply run again: what is here already is recognised by its master.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audio::Limits;
use domain::TrackId;
use domain::naming::{self, Mix, TrackFiles};
use store::blobs::BlobHash;
use tokio::task::JoinSet;

use super::add::{self, Added};
use super::prepare::{self, Prepared, Source};
use super::{Declared, tags};
use crate::{App, Fault, Refusal, Stop};

/// What is imported, and how.
#[derive(Debug, Clone)]
pub struct Import {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The artist of tracks whose tags name none.
    pub artist: Option<String>,
    /// The artist of all tracks, whatever their tags say.
    pub artist_over_tags: bool,
    /// Who attests that master and composition of all of it are theirs to license; nothing of
    /// what comes in is sold before somebody does.
    pub one_stop: Option<String>,
    /// What a file may be.
    pub limits: Limits,
    /// How many tracks are prepared at once.
    pub workers: usize,
}

/// What became of one track or file.
#[derive(Debug)]
pub enum Outcome {
    /// A new track.
    Added(TrackId),
    /// The track was here already.
    Known(TrackId),
    /// Not taken, and why: a stable code and a sentence.
    Refused {
        /// The code.
        code: &'static str,
        /// The sentence.
        reason: String,
    },
    /// Not a sound file of ours; passed over.
    Ignored(&'static str),
}

/// One line of an import's report.
#[derive(Debug)]
pub struct Line {
    /// The file: a track's mix, or its first stem.
    pub path: PathBuf,
    /// The track's title, where it is one.
    pub title: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// What of it was left out, a sentence each.
    pub notes: Vec<String>,
}

/// Called as an import goes on.
pub trait Watcher: Send + Sync {
    /// So many tracks were found.
    fn found(&self, tracks: usize);
    /// One is done.
    fn done(&self, line: &Line);
    /// Whether to begin no further track: those in hand are finished, and the rest can be
    /// imported another time.
    fn stop(&self) -> bool {
        false
    }
}

struct Job {
    root: PathBuf,
    files: TrackFiles,
}

/// Imports everything below the given paths.
///
/// # Errors
/// [`Fault`] when a path can't be listed or the database fails; tracks added before stand.
pub async fn import(
    app: &App,
    request: &Import,
    watcher: &dyn Watcher,
) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    let mut jobs = Vec::new();
    for path in &request.paths {
        let (root, group) = survey(path)?;
        for ignored in group.ignored {
            let outcome = Outcome::Ignored(ignored.reason.sentence());
            lines.push(Line {
                path: root.join(ignored.path),
                title: None,
                outcome,
                notes: Vec::new(),
            });
        }
        jobs.extend(group.tracks.into_iter().map(|files| Job {
            root: root.clone(),
            files,
        }));
    }
    watcher.found(jobs.len());
    let request = Arc::new(request.clone());
    let mut waiting = jobs.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < request.workers.max(1) && !watcher.stop() {
            let Some(job) = waiting.next() else { break };
            if let Some(line) = here_already(app, &job).await? {
                watcher.done(&line);
                lines.push(line);
                continue;
            }
            let request = request.clone();
            running.spawn_blocking(move || work(&job, &request));
        }
        let Some(done) = running.join_next().await else {
            break;
        };
        let done = done.map_err(Fault::while_("preparing a track"))?;
        let line = settle(app, done, request.one_stop.as_deref()).await?;
        watcher.done(&line);
        lines.push(line);
    }
    Ok(lines)
}

/// The line of a track whose master is here already: known by its bytes, without being heard.
/// (A mix made of stems is recognised once it is made.)
async fn here_already(app: &App, job: &Job) -> Result<Option<Line>, Fault> {
    let Mix::File(relative) = &job.files.mix else {
        return Ok(None);
    };
    let path = job.root.join(relative);
    let file = path.clone();
    let hash = tokio::task::spawn_blocking(move || BlobHash::of_file(&file));
    // A file that can't be read is refused with its reason when it is worked on.
    let Ok(hash) = hash.await.map_err(Fault::while_("hashing a file"))? else {
        return Ok(None);
    };
    let known = add::known(app, hash).await?;
    Ok(known.map(|id| Line {
        path,
        title: Some(job.files.title.clone()),
        outcome: Outcome::Known(id),
        notes: Vec::new(),
    }))
}

/// The files below a path, grouped into tracks.
fn survey(path: &Path) -> Result<(PathBuf, naming::Import), Fault> {
    let doing = Fault::while_::<std::io::Error>;
    let meta = std::fs::metadata(path)
        .map_err(|e| Fault::because("looking for music", format!("{}: {e}", path.display())))?;
    let mut found = Vec::new();
    let root = if meta.is_dir() {
        list(path, path, 0, &mut found).map_err(doing("listing a folder"))?;
        path.to_owned()
    } else {
        let root = path.parent().unwrap_or(Path::new("")).to_owned();
        found.extend(
            path.file_name()
                .map(|name| name.to_string_lossy().into_owned()),
        );
        root
    };
    let absolute = std::fs::canonicalize(&root).unwrap_or_else(|_| root.clone());
    let name = absolute
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok((root, naming::group(&name, &found)))
}

/// Folders within folders, to a bound: a link back to a parent must not go on for ever.
const DEPTH_MAX: usize = 12;

fn list(root: &Path, folder: &Path, depth: usize, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if depth < DEPTH_MAX {
                list(root, &path, depth + 1, found)?;
            }
        } else if let Ok(relative) = path.strip_prefix(root) {
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            found.push(parts.join("/"));
        }
    }
    Ok(())
}

struct Done {
    path: PathBuf,
    title: String,
    notes: Vec<String>,
    prepared: Result<Prepared, Stop<prepare::PrepareRefusal>>,
}

fn work(job: &Job, request: &Import) -> Done {
    let at = |relative: &str| job.root.join(relative);
    let first_stem = job.files.stems.first().map(|stem| at(&stem.path));
    let mix = match &job.files.mix {
        Mix::File(path) => Some(at(path)),
        Mix::SumOfStems => None,
    };
    let path = mix.clone().or(first_stem).unwrap_or_default();
    let mut declared = declare(&path, &job.files, request);
    let notes = without_a_bad_isrc(&mut declared);
    Done {
        notes,
        title: declared.title.clone(),
        prepared: read(declared, mix, job, request),
        path,
    }
}

/// Takes away an ISRC that is none, and says so: a slip in a tag keeps no music out.
fn without_a_bad_isrc(declared: &mut Declared) -> Vec<String> {
    let Some(isrc) = declared.isrc.take() else {
        return Vec::new();
    };
    match domain::identifier::isrc(&isrc) {
        Ok(_) => {
            declared.isrc = Some(isrc);
            Vec::new()
        }
        Err(error) => {
            let isrc: String = isrc.chars().filter(|c| !c.is_control()).take(40).collect();
            vec![format!("its tag's ISRC `{isrc}` was left out: {error}")]
        }
    }
}

fn declare(path: &Path, files: &TrackFiles, request: &Import) -> Declared {
    let mut said = File::open(path).map(tags::read).unwrap_or_default();
    // A stem's own title names the stem, not the track; and a folder's convention was chosen by
    // whoever laid it out, so a file name is only overruled by a mix's tag.
    if files.mix == Mix::SumOfStems || said.title.trim().is_empty() {
        files.title.clone_into(&mut said.title);
    }
    let overrule = request.artist_over_tags || said.artist.trim().is_empty();
    if let Some(artist) = request.artist.as_ref().filter(|_| overrule) {
        said.artist.clone_from(artist);
    }
    if said.artist.trim().is_empty() {
        said.artist = "Unknown artist".into();
    }
    said
}

fn read(
    declared: Declared,
    mix: Option<PathBuf>,
    job: &Job,
    request: &Import,
) -> Result<Prepared, Stop<prepare::PrepareRefusal>> {
    let open = |path: PathBuf| {
        File::open(&path).map_err(|e| {
            Stop::Refused(prepare::PrepareRefusal::Mix(
                audio::DecodeError::Unreadable(e),
            ))
        })
    };
    let mix = mix.map(&open).transpose()?;
    let mut stems = Vec::new();
    for stem in &job.files.stems {
        let reader = open(job.root.join(&stem.path))?;
        stems.push(Source {
            name: stem.name.clone(),
            reader,
        });
    }
    prepare::prepare(declared, mix, stems, &request.limits)
}

async fn settle(app: &App, done: Done, one_stop: Option<&str>) -> Result<Line, Fault> {
    let outcome = match done.prepared {
        Err(stop) => refused(stop)?,
        Ok(prepared) => match add::add(app, &mut app.call(), prepared, one_stop).await {
            Ok(Added::New(id)) => Outcome::Added(id),
            Ok(Added::Known(id)) => Outcome::Known(id),
            Err(stop) => refused(stop)?,
        },
    };
    Ok(Line {
        path: done.path,
        title: Some(done.title),
        outcome,
        notes: done.notes,
    })
}

fn refused<R: Refusal>(stop: Stop<R>) -> Result<Outcome, Fault> {
    match stop {
        Stop::Refused(refusal) => Ok(Outcome::Refused {
            code: refusal.code(),
            reason: refusal.to_string(),
        }),
        Stop::Fault(fault) => Err(fault),
    }
}
