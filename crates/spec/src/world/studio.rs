//! Music comes in: composed straight into the catalogue, or laid out as files in a folder and
//! imported.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use app::catalogue::add::{Added, add};
use app::catalogue::import::{self, Line, Outcome, Watcher};
use app::catalogue::prepare::{Source, prepare};
use app::catalogue::search::{Found, Search, search};
use app::catalogue::{Declared, show};
use audio::Limits;
use domain::TrackId;
use tempfile::TempDir;

use super::{Answer, Tone, World, answer};

/// A piece about to be added.
#[derive(Debug, Clone)]
pub struct Music {
    said: Declared,
    length_ms: u32,
    stems: Vec<&'static str>,
    one_stop: bool,
}

/// A track on sale.
#[derive(Debug, Clone)]
pub struct Track {
    /// Its id.
    pub id: TrackId,
    /// Its title.
    pub title: String,
}

impl Music {
    /// A piece of two seconds by Ada Byron, without stems, all hers.
    #[must_use]
    pub fn titled(title: &str) -> Self {
        let said = Declared {
            title: title.into(),
            artist: "Ada Byron".into(),
            ..Declared::default()
        };
        Self {
            said,
            length_ms: 2_000,
            stems: Vec::new(),
            one_stop: true,
        }
    }

    /// Whose rights nobody has attested.
    #[must_use]
    pub fn unattested(mut self) -> Self {
        self.one_stop = false;
        self
    }

    /// By somebody else.
    #[must_use]
    pub fn by(mut self, artist: &str) -> Self {
        artist.clone_into(&mut self.said.artist);
        self
    }

    /// Of another length.
    #[must_use]
    pub fn seconds(mut self, seconds: u32) -> Self {
        self.length_ms = seconds * 1_000;
        self
    }

    /// With stems.
    #[must_use]
    pub fn stems(mut self, names: &[&'static str]) -> Self {
        self.stems = names.to_vec();
        self
    }

    /// Shared, in parts per million.
    #[must_use]
    pub fn shared(mut self, splits: &[(&str, u32)]) -> Self {
        self.said.splits = splits
            .iter()
            .map(|(name, ppm)| ((*name).to_owned(), *ppm))
            .collect();
        self
    }

    /// Of a genre, with moods.
    #[must_use]
    pub fn described(mut self, genre: &str, moods: &[&str]) -> Self {
        genre.clone_into(&mut self.said.genre);
        self.said.moods = moods.iter().map(|mood| (*mood).to_owned()).collect();
        self
    }
}

/// No two pieces sound alike: the catalogue knows a track by its master.
fn next_pitch() -> f32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nth = u16::try_from(NEXT.fetch_add(1, Ordering::Relaxed) % 600).unwrap_or(0);
    220.0 + 2.0 * f32::from(nth)
}

impl World {
    /// A track of two seconds by Ada Byron, on sale.
    pub async fn track(&self, title: &str) -> Track {
        self.compose(Music::titled(title)).await
    }

    /// A track of sixteen seconds, long enough for a cut of fifteen.
    pub async fn track_with_a_cut(&self, title: &str) -> Track {
        self.compose(Music::titled(title).seconds(16)).await
    }

    /// Adds a piece.
    ///
    /// # Panics
    /// When it is refused: use [`World::adds`] where it may be.
    pub async fn compose(&self, music: Music) -> Track {
        let title = music.said.title.clone();
        match self.adds(music).await {
            Ok(Added::New(id)) => Track { id, title },
            other => panic!("{title} was not added: {other:?}"),
        }
    }

    /// Adds a piece, or is told why not.
    ///
    /// # Errors
    /// The refusal.
    pub async fn adds(&self, music: Music) -> Answer<Added> {
        let file = |hz: f32| Cursor::new(Tone::new(hz, music.length_ms).wav());
        let stems = (music.stems.iter())
            .map(|name| Source {
                name: (*name).to_owned(),
                reader: file(next_pitch()),
            })
            .collect();
        let mix = file(next_pitch());
        let prepared = answer(prepare(
            music.said.clone(),
            Some(mix),
            stems,
            &Limits::default(),
        ))?;
        let by = music.one_stop.then_some("Ada Byron");
        answer(add(self.app(), &mut self.call(), prepared, by).await)
    }

    /// A track as the catalogue shows it.
    ///
    /// # Errors
    /// The refusal when there is none of this id or slug.
    pub async fn shown(&self, name: &str) -> Answer<app::catalogue::Track> {
        answer(show::track(self.app(), name).await)
    }

    /// Searches.
    ///
    /// # Errors
    /// The refusal.
    pub async fn searches(&self, wanted: &Search) -> Answer<Found> {
        answer(search(self.app(), wanted).await)
    }

    /// Who shares a track's money, by name and parts per million, the largest first.
    ///
    /// # Panics
    /// On a fault.
    pub async fn splits(&self, track: &Track) -> Vec<(String, i64)> {
        let splits = show::splits(self.app(), track.id).await;
        let splits = splits.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        splits
            .into_iter()
            .map(|share| (share.name, share.ppm))
            .collect()
    }

    /// A track's preview, all of it.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When its blob can't be read.
    pub async fn preview(&self, name: &str) -> Answer<Vec<u8>> {
        let mut stream = answer(show::preview(self.app(), name).await)?;
        let mut bytes = Vec::new();
        stream
            .file
            .read_to_end(&mut bytes)
            .expect("a preview lies in the blob folder");
        assert_eq!(bytes.len() as u64, stream.length);
        Ok(bytes)
    }

    /// Imports a folder by one worker.
    pub async fn imports(&self, folder: &Folder) -> Import {
        self.imports_within(folder, Limits::default()).await
    }

    /// Imports a folder under other limits.
    ///
    /// # Panics
    /// On a fault.
    pub async fn imports_within(&self, folder: &Folder, limits: Limits) -> Import {
        self.imports_watched(folder, limits, &Nobody).await
    }

    /// Imports a folder while somebody watches.
    ///
    /// # Panics
    /// On a fault.
    pub async fn imports_watched(
        &self,
        folder: &Folder,
        limits: Limits,
        watcher: &dyn Watcher,
    ) -> Import {
        let request = import::Import {
            paths: vec![folder.path().to_owned()],
            artist: Some("Ada Byron".into()),
            artist_over_tags: false,
            one_stop: Some("Ada Byron".into()),
            limits,
            workers: 1,
        };
        let lines = import::import(self.app(), &request, watcher).await;
        Import {
            lines: lines.unwrap_or_else(|fault| panic!("{}", fault.chain())),
        }
    }
}

struct Nobody;

impl Watcher for Nobody {
    fn found(&self, _tracks: usize) {}
    fn done(&self, _line: &Line) {}
}

/// A folder of files, gone when dropped.
pub struct Folder(TempDir);

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Folder {
    /// An empty folder.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("the folder for temporary files can be written"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file of any bytes into it; folders on the way are made.
    ///
    /// # Panics
    /// When it can't be written.
    #[must_use]
    pub fn with(self, name: &str, bytes: &[u8]) -> Self {
        let path: PathBuf = self.path().join(name);
        let parent = path.parent().unwrap_or(self.path()).to_owned();
        fs::create_dir_all(parent).expect("a temporary folder can be written");
        fs::write(path, bytes).expect("a temporary folder can be written");
        self
    }

    /// Puts a tone of two seconds into it, unlike any other.
    #[must_use]
    pub fn with_sound(self, name: &str) -> Self {
        self.with(name, &Tone::new(next_pitch(), 2_000).wav())
    }
}

/// What became of an import.
pub struct Import {
    lines: Vec<Line>,
}

impl Import {
    /// The tracks that are new.
    #[must_use]
    pub fn added(&self) -> Vec<TrackId> {
        self.pick(|outcome| match outcome {
            Outcome::Added(id) => Some(*id),
            _ => None,
        })
    }

    /// The tracks that were there already.
    #[must_use]
    pub fn known(&self) -> Vec<TrackId> {
        self.pick(|outcome| match outcome {
            Outcome::Known(id) => Some(*id),
            _ => None,
        })
    }

    /// File names with the codes they were refused with, and the sentences, in the order of the
    /// names.
    #[must_use]
    pub fn refused(&self) -> Vec<(String, &'static str, String)> {
        self.listed(|outcome| match outcome {
            Outcome::Refused { code, reason } => Some((code, reason.clone())),
            _ => None,
        })
    }

    /// File names that were passed over, with the sentence why.
    #[must_use]
    pub fn ignored(&self) -> Vec<(String, &'static str, String)> {
        self.listed(|outcome| match outcome {
            Outcome::Ignored(why) => Some(("ignored", (*why).to_owned())),
            _ => None,
        })
    }

    /// What of the music was left out, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.lines
            .iter()
            .flat_map(|line| line.notes.clone())
            .collect()
    }

    fn pick<T>(&self, by: impl Fn(&Outcome) -> Option<T>) -> Vec<T> {
        self.lines
            .iter()
            .filter_map(|line| by(&line.outcome))
            .collect()
    }

    fn listed<F>(&self, by: F) -> Vec<(String, &'static str, String)>
    where
        F: Fn(&Outcome) -> Option<(&'static str, String)>,
    {
        let line = |line: &Line| {
            let name = line
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            by(&line.outcome).map(|(code, why)| (name, code, why))
        };
        let mut all: Vec<_> = self.lines.iter().filter_map(line).collect();
        all.sort();
        all
    }
}
