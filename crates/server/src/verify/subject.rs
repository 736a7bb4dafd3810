//! What is to be verified: a file with a key in or beside it, a token, or a code. Files are read;
//! nothing is believed yet.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use licence_key::media::{self, Format, MediaError};
use licence_key::{Code, MAX_TOKEN_BYTES};

use crate::exit::Failure;

/// How the name of a token's file ends.
const ENDING: &str = ".licence.jwt";

/// The most entries of a folder that are looked at for a token's file.
const MAX_BESIDE: usize = 10_000;

/// Something that may carry a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The code alone: it names a licence and proves nothing.
    Code(Code),
    /// A token alone.
    Token(String),
    /// A media file.
    Media(Media),
}

/// A media file and what was found in it and beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The file.
    pub path: PathBuf,
    /// The tokens in it, and those beside it where it has none or one that is damaged; each with
    /// where it was.
    pub tokens: Vec<(String, Carrier)>,
    /// The codes in its texts and its name.
    pub codes: Vec<Code>,
    /// SHA-256 of its sound, hex; none where no sound can be found.
    pub essence: Option<String>,
    /// Why its tags can't be read, where they can't.
    pub trouble: Option<String>,
}

/// Where a token was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In the file.
    File,
    /// In a `.licence.jwt` beside it.
    Sidecar,
    /// It is what was asked about.
    Itself,
    /// In the store, under its code.
    Store,
    /// Nowhere.
    Nowhere,
}

impl Carrier {
    /// The word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Sidecar => "sidecar",
            Self::Itself => "itself",
            Self::Store => "store",
            Self::Nowhere => "nowhere",
        }
    }

    /// The words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::File => "the file itself",
            Self::Sidecar => "the .licence.jwt beside it",
            Self::Itself => "what was given",
            Self::Store => "the store, by its code",
            Self::Nowhere => "nowhere",
        }
    }
}

/// The name of the token's file that is delivered beside a sound file.
#[must_use]
pub fn sidecar(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// Reads what the command line names: a file if there is one, else a token or a code.
///
/// # Errors
/// A misuse when it is none of the three; a [`Failure`] when a file can't be read.
pub fn subject(text: &str) -> Result<Subject, Failure> {
    let path = Path::new(text);
    if path.exists() {
        return of_file(path);
    }
    if looks_like_token(text) {
        return Ok(Subject::Token(text.trim().to_owned()));
    }
    let no_code = match text.parse() {
        Ok(code) => return Ok(Subject::Code(code)),
        Err(error) => error,
    };
    let shown: String = text.chars().take(80).collect();
    // Somebody who typed fifteen letters meant a code, and wants to know what is wrong with it.
    let looks_like_code = !text.contains(['/', '.', '\\']) && (10..=24).contains(&text.len());
    let fix = if looks_like_code {
        no_code.to_string()
    } else {
        "check the path".to_owned()
    };
    Err(Failure::misuse(
        format!("there is no file `{shown}`, and it is no code or token"),
        fix,
    ))
}

/// Three parts joined by full stops, the first a JSON object in base64url.
fn looks_like_token(text: &str) -> bool {
    text.trim().starts_with("eyJ") && text.matches('.').count() == 2
}

/// Reads a file.
///
/// # Errors
/// [`Failure`] when it can't be read, or is neither media nor a token.
pub fn of_file(path: &Path) -> Result<Subject, Failure> {
    let shown = path.display();
    let unreadable = |e: std::io::Error| {
        Failure::failed(format!("{shown} can't be read: {e}"), "check the path")
    };
    let mut file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(Failure::misuse(
            format!("{shown} is no file"),
            "name a file in it",
        ));
    }
    match Format::detect(&mut file) {
        Ok(_) => of_media(path, &mut file),
        Err(MediaError::UnknownFormat) => of_text(path, file),
        Err(error) => Err(Failure::failed(shown, error)),
    }
}

fn of_text(path: &Path, mut file: File) -> Result<Subject, Failure> {
    let shown = path.display();
    let mut bytes = Vec::new();
    std::io::Seek::rewind(&mut file)
        .and_then(|()| {
            file.take(MAX_TOKEN_BYTES as u64 + 1)
                .read_to_end(&mut bytes)
        })
        .map_err(|e| Failure::failed(format!("{shown} can't be read: {e}"), "check the path"))?;
    let is_sidecar = path.extension().is_some_and(|ending| ending == "jwt");
    match String::from_utf8(bytes) {
        Ok(text) if is_sidecar || looks_like_token(&text) => {
            Ok(Subject::Token(text.trim().to_owned()))
        }
        _ => Err(Failure::failed(
            format!("{shown} is no licence token and no media file"),
            MediaError::UnknownFormat,
        )),
    }
}

fn of_media(path: &Path, file: &mut File) -> Result<Subject, Failure> {
    let (found, trouble) = match media::read(file) {
        Ok(found) => (Some(found), None),
        Err(MediaError::Io(error)) if error.kind() != ErrorKind::UnexpectedEof => {
            let what = format!("{} can't be read: {error}", path.display());
            return Err(Failure::failed(what, "check the disk"));
        }
        // The key may still stand beside it.
        Err(error) => (None, Some(error.to_string())),
    };
    let (inside, mut codes) = found.map_or_else(Default::default, |f| (f.tokens, f.codes));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for code in Code::all_in(&name) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let is_whole = |token: &String| licence_key::peek(token).is_ok();
    let mut tokens: Vec<(String, Carrier)> = Vec::new();
    let look_beside = inside.is_empty() || !inside.iter().all(is_whole);
    tokens.extend(inside.into_iter().map(|token| (token, Carrier::File)));
    if look_beside {
        for token in beside(path, &codes) {
            if !tokens.iter().any(|(known, _)| *known == token) {
                tokens.push((token, Carrier::Sidecar));
            }
        }
    }
    Ok(Subject::Media(Media {
        path: path.to_owned(),
        tokens,
        codes,
        essence: media::essence_sha256(file).ok(),
        trouble,
    }))
}

/// The tokens in the files beside a sound file: the one of its own name, else, since files are
/// renamed, those whose licence it names.
fn beside(path: &Path, codes: &[Code]) -> Vec<String> {
    let own = token_in(&sidecar(path));
    if own.is_some() || codes.is_empty() {
        return own.into_iter().collect();
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return Vec::new();
    };
    let mut sidecars: Vec<PathBuf> = entries
        .take(MAX_BESIDE)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ENDING))
        .collect();
    sidecars.sort();
    let mut tokens: Vec<String> = Vec::new();
    for token in sidecars.iter().filter_map(|path| token_in(path)) {
        let named = licence_key::peek(&token).is_ok_and(|claims| codes.contains(&claims.code));
        if named && !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

/// The text of a token's file; none where there is no such file.
fn token_in(path: &Path) -> Option<String> {
    let file = File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    file.take(MAX_TOKEN_BYTES as u64 + 1)
        .read_to_string(&mut text)
        .ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
