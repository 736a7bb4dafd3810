//! What is to be verified: a file with a key in or beside it, a token, or a code. Files are read;
//! nothing is believed yet.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use licence_key::media::{self, Format, MediaError};
use licence_key::{Code, MAX_TOKEN_BYTES};

use crate::exit::Failure;

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
    /// The tokens in it; the one beside it where it has none.
    pub tokens: Vec<String>,
    /// Where the tokens were.
    pub carrier: Carrier,
    /// The codes in its texts and its name.
    pub codes: Vec<Code>,
    /// SHA-256 of its sound, hex; none where no sound can be found.
    pub essence: Option<String>,
}

/// Where a file's token was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In the file.
    File,
    /// In `<file>.licence.jwt` beside it.
    Sidecar,
    /// Nowhere.
    Nowhere,
}

/// The name of the token's file that is delivered beside a sound file.
#[must_use]
pub fn sidecar(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".licence.jwt");
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
    let found = media::read(file).map_err(|e| Failure::failed(path.display(), e))?;
    let mut tokens = found.tokens;
    let mut carrier = if tokens.is_empty() {
        Carrier::Nowhere
    } else {
        Carrier::File
    };
    if tokens.is_empty()
        && let Ok(Subject::Token(token)) = of_file(&sidecar(path))
    {
        tokens.push(token);
        carrier = Carrier::Sidecar;
    }
    let mut codes = found.codes;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    for code in Code::all_in(&name.unwrap_or_default()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let essence = media::essence_sha256(file).ok();
    Ok(Subject::Media(Media {
        path: path.to_owned(),
        tokens,
        carrier,
        codes,
        essence,
    }))
}
