//! The import convention: which files of a folder make up which track.
//!
//! Pure: it sees names, never bytes. Paths are relative to the imported folder, their parts
//! separated by `/`. Names are compared without regard to case, and the answer doesn't depend on
//! the order in which paths are given.
//!
//! - `Title.ogg` is a track.
//! - `Title/stems/drums.wav` is a stem of the track in `Title/`, whose mix is `Title/Title.wav`,
//!   else `Title/mix.wav` (or `master`, `main`, `mixdown`), else the only sound file in `Title/`.
//! - `Title - drums.wav` is a stem of `Title.wav` beside it, when that exists **and** the last
//!   part is a known stem name, so that `Artist - Song.mp3` stays a track.
//! - Stems without a mix are a track whose mix is the sum of its stems.
//! - One title in several formats is one track: the most faithful format is taken.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Sound file extensions, the most faithful first.
pub const EXTENSIONS: [&str; 8] = ["wav", "flac", "ogg", "oga", "opus", "m4a", "mp4", "mp3"];

/// Stem names that are recognised after `Title - `; a number may follow ("synth 2").
#[rustfmt::skip]
pub const STEM_NAMES: [&str; 46] = [
    "accordion", "arp", "atmos", "backing vocals", "bass", "bells", "brass", "chords",
    "choir", "clap", "drone", "drums", "flute", "fx", "guitar", "guitars", "harmony", "hats",
    "keys", "kick", "lead", "melody", "noise", "organ", "pad", "pads", "perc", "percussion",
    "piano", "plucks", "rhodes", "sax", "sfx", "snare", "strings", "sub", "sub bass",
    "synth", "synths", "texture", "trumpet", "vocal", "vocals", "voice", "vox", "woodwind",
];

const MIX_NAMES: [&str; 5] = ["mix", "master", "main", "mixdown", "full mix"];
const STEM_FOLDER: &str = "stems";

/// What a folder holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Import {
    /// The tracks, in the order of their paths.
    pub tracks: Vec<TrackFiles>,
    /// Files that make up no track, each with the reason, in the order of their paths.
    pub ignored: Vec<Ignored>,
}

/// The files of one track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackFiles {
    /// The title that the names suggest; tags may know better.
    pub title: String,
    /// Where its mix comes from.
    pub mix: Mix,
    /// Its stems, sorted by name; no name twice.
    pub stems: Vec<StemFile>,
}

/// Where a track's mix comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mix {
    /// This file.
    File(String),
    /// There is none: the stems are to be summed.
    SumOfStems,
}

/// A stem's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StemFile {
    /// The stem's name, in lower case: `drums`.
    pub name: String,
    /// Its path, as given.
    pub path: String,
}

/// A file that makes up no track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignored {
    /// Its path, as given.
    pub path: String,
    /// Why.
    pub reason: IgnoreReason,
}

/// Why a file is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreReason {
    /// The extension isn't one of a sound format that can be imported.
    NotAudio,
    /// A hidden file, or one that an operating system leaves behind.
    Hidden,
    /// The path leads out of the folder, is absolute, or names nothing.
    BadPath,
    /// The same title or stem is there in a more faithful format, or twice.
    Duplicate,
}

impl IgnoreReason {
    /// One sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            IgnoreReason::NotAudio => "not a sound file: wav, flac, ogg, opus, m4a, mp4 or mp3",
            IgnoreReason::Hidden => "a hidden file",
            IgnoreReason::BadPath => "the path leads out of the folder",
            IgnoreReason::Duplicate => "the same title or stem is there in a better format",
        }
    }
}

/// A sound file, its path taken apart.
#[derive(Clone, Debug)]
struct Sound {
    path: String,
    folder: Vec<String>,
    name: String,
    rank: usize,
}

/// Groups the files of the folder called `root` into tracks. `root` is used for a title only
/// where the folder itself is the track.
#[must_use]
pub fn group(root: &str, paths: &[String]) -> Import {
    let mut ignored = Vec::new();
    let mut sounds = Vec::new();
    for path in paths.iter().collect::<BTreeSet<_>>() {
        match sound(path) {
            Ok(file) => sounds.push(file),
            Err(reason) => ignored.push(Ignored {
                path: path.clone(),
                reason,
            }),
        }
    }
    let sounds = best_formats(sounds, &mut ignored);
    let (in_stem_folders, beside) = sounds.into_iter().partition(|file| owner(file).is_some());
    let mut tracks = tracks_beside(root, beside);
    attach_folders(root, in_stem_folders, &mut tracks);
    let mut tracks: Vec<TrackFiles> = tracks
        .into_iter()
        .map(|draft| draft.finish(&mut ignored))
        .collect();
    tracks.sort_by_cached_key(sort_key);
    ignored.sort();
    Import { tracks, ignored }
}

fn sort_key(track: &TrackFiles) -> (String, String) {
    let first = match (&track.mix, track.stems.first()) {
        (Mix::File(path), _) => path.clone(),
        (Mix::SumOfStems, Some(stem)) => stem.path.clone(),
        (Mix::SumOfStems, None) => String::new(),
    };
    (first.to_lowercase(), first)
}

fn sound(path: &str) -> Result<Sound, IgnoreReason> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) || path.contains('\0') {
        return Err(IgnoreReason::BadPath);
    }
    if parts
        .iter()
        .any(|part| part.starts_with('.') || *part == "__MACOSX")
    {
        return Err(IgnoreReason::Hidden);
    }
    let (file, folder) = parts.split_last().ok_or(IgnoreReason::BadPath)?;
    let (name, extension) = file.rsplit_once('.').ok_or(IgnoreReason::NotAudio)?;
    let extension = extension.to_lowercase();
    let rank = EXTENSIONS.iter().position(|known| *known == extension);
    let rank = rank.ok_or(IgnoreReason::NotAudio)?;
    Ok(Sound {
        path: path.to_owned(),
        folder: folder.iter().map(|part| (*part).to_owned()).collect(),
        name: name.trim().to_owned(),
        rank,
    })
}

fn fold(parts: &[String]) -> String {
    parts.join("/").to_lowercase()
}

/// Of files that differ in their extension (or case) only, keeps the most faithful.
fn best_formats(sounds: Vec<Sound>, ignored: &mut Vec<Ignored>) -> Vec<Sound> {
    let mut best: BTreeMap<(String, String), Sound> = BTreeMap::new();
    for file in sounds {
        let key = (fold(&file.folder), file.name.to_lowercase());
        let loser = match best.get(&key) {
            Some(kept) if kept.rank <= file.rank => Some(file),
            _ => best.insert(key, file),
        };
        if let Some(loser) = loser {
            ignored.push(Ignored {
                path: loser.path,
                reason: IgnoreReason::Duplicate,
            });
        }
    }
    best.into_values().collect()
}

/// The folder whose track this file is a stem of, when it lies in (or under) a `stems` folder.
fn owner(file: &Sound) -> Option<&[String]> {
    let at = file
        .folder
        .iter()
        .rposition(|part| part.to_lowercase() == STEM_FOLDER)?;
    Some(&file.folder[..at])
}

/// A track in the making.
struct Draft {
    title: String,
    folder: String,
    mix: Option<Sound>,
    stems: Vec<(String, Sound)>,
}

impl Draft {
    /// The first file of a stem's name stays, further ones are set aside.
    fn finish(self, ignored: &mut Vec<Ignored>) -> TrackFiles {
        let mut stems: BTreeMap<String, String> = BTreeMap::new();
        for (name, file) in self.stems {
            match stems.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(file.path);
                }
                Entry::Occupied(_) => {
                    ignored.push(Ignored {
                        path: file.path,
                        reason: IgnoreReason::Duplicate,
                    });
                }
            }
        }
        TrackFiles {
            title: self.title,
            mix: self
                .mix
                .map_or(Mix::SumOfStems, |file| Mix::File(file.path)),
            stems: stems
                .into_iter()
                .map(|(name, path)| StemFile { name, path })
                .collect(),
        }
    }
}

/// Tracks of the files outside stem folders: each is a mix, unless its name makes it a stem.
fn tracks_beside(root: &str, files: Vec<Sound>) -> Vec<Draft> {
    let names: BTreeSet<(String, String)> = files
        .iter()
        .map(|file| (fold(&file.folder), file.name.to_lowercase()))
        .collect();
    let (stems, mixes): (Vec<Sound>, Vec<Sound>) = files.into_iter().partition(|file| {
        stem_suffix(&file.name)
            .is_some_and(|(title, _)| names.contains(&(fold(&file.folder), title.to_lowercase())))
    });
    let mut drafts: Vec<Draft> = mixes.into_iter().map(|file| draft_of(root, file)).collect();
    for file in stems {
        let Some((title, stem)) = stem_suffix(&file.name) else {
            continue;
        };
        let (title, stem, folder) = (
            title.to_lowercase(),
            stem.to_lowercase(),
            fold(&file.folder),
        );
        let home = drafts.iter_mut().find(|draft| {
            draft.folder == folder
                && draft
                    .mix
                    .as_ref()
                    .is_some_and(|mix| mix.name.to_lowercase() == title)
        });
        match home {
            Some(draft) => draft.stems.push((stem, file)),
            // The title it names is itself a stem ("A - lead - bass" beside "A - lead").
            None => drafts.push(draft_of(root, file)),
        }
    }
    drafts
}

fn draft_of(root: &str, file: Sound) -> Draft {
    let title = if is_mix_name(&file.name) {
        file.folder.last().map_or(root, String::as_str).to_owned()
    } else {
        file.name.clone()
    };
    Draft {
        title,
        folder: fold(&file.folder),
        mix: Some(file),
        stems: Vec::new(),
    }
}

/// Gives the files of stem folders to their tracks, or makes tracks without a mix of them.
fn attach_folders(root: &str, files: Vec<Sound>, drafts: &mut Vec<Draft>) {
    let mut folders: BTreeMap<String, (Vec<String>, Vec<Sound>)> = BTreeMap::new();
    for file in files {
        let owned = owner(&file).unwrap_or_default().to_vec();
        folders
            .entry(fold(&owned))
            .or_insert_with(|| (owned, Vec::new()))
            .1
            .push(file);
    }
    for (folder, (parts, stems)) in folders {
        let title = parts.last().map_or(root, String::as_str).to_owned();
        let named = stems
            .into_iter()
            .map(|file| (folder_stem(&file.name, &title), file));
        let stems: Vec<(String, Sound)> = named.collect();
        match mix_of(&folder, &title, drafts) {
            Some(at) => {
                let draft = &mut drafts[at];
                // At the top of an import the file's own name says more than the folder's.
                if !parts.is_empty() {
                    draft.title = title;
                }
                draft.stems.extend(stems);
            }
            None => drafts.push(Draft {
                title,
                folder,
                mix: None,
                stems,
            }),
        }
    }
}

fn mix_of(folder: &str, title: &str, drafts: &[Draft]) -> Option<usize> {
    let here: Vec<(usize, String)> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.folder == folder)
        .filter_map(|(at, draft)| Some((at, draft.mix.as_ref()?.name.to_lowercase())))
        .collect();
    let title = title.to_lowercase();
    let named = here.iter().find(|(_, name)| *name == title);
    let mixed = || here.iter().find(|(_, name)| is_mix_name(name));
    let only = || here.first().filter(|_| here.len() == 1);
    named.or_else(mixed).or_else(only).map(|(at, _)| *at)
}

fn is_mix_name(name: &str) -> bool {
    MIX_NAMES.contains(&name.to_lowercase().as_str())
}

/// `Title - drums` taken apart, when the last part is a known stem name. The long dash that some
/// editors put in place of a hyphen is taken too.
fn stem_suffix(name: &str) -> Option<(&str, &str)> {
    let (title, stem) = [" - ", " – "]
        .iter()
        .filter_map(|dash| name.rsplit_once(dash))
        .max_by_key(|(title, _)| title.len())?;
    let (title, stem) = (title.trim(), stem.trim());
    (!title.is_empty() && is_stem_name(stem)).then_some((title, stem))
}

fn is_stem_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let bare = lower
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end();
    STEM_NAMES.contains(&bare)
}

/// The stem's name inside a stem folder: any name will do there; the track's own title, or the
/// words before a known stem name, are dropped from its front.
fn folder_stem(name: &str, title: &str) -> String {
    let lower = name.to_lowercase();
    if let Some((_, stem)) = stem_suffix(&lower) {
        return stem.to_owned();
    }
    let bare = lower
        .strip_prefix(&title.to_lowercase())
        .map(|rest| rest.trim_start());
    let bare = bare
        .and_then(|rest| rest.strip_prefix(['-', '–', '_']))
        .map(str::trim);
    match bare {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => lower,
    }
}
