//! Files that proofs stand in, and the keys that are trusted: those that were on this machine
//! before, or that were named.

use std::fs;
use std::path::{Path, PathBuf};

use app::statements::Statement;
use tlog::{Checkpoint, Head, Proof, VerifyingKey, unpack};

use super::Context;
use crate::environment::user_folder;
use crate::exit::Failure;
use crate::keys;

/// The largest file that is read, in bytes: a statement of a busy year.
const FILE_MAX: u64 = 256 * 1024 * 1024;
const PROOF_FIX: &str = "name a .tlog-proof, packed or not, or a statement's JSON with its proof";

/// A file with a proof in it.
pub(super) enum Shown {
    /// A `.tlog-proof`.
    Text(Box<Proof>),
    /// The same, packed: it says nothing without the log's key.
    Packed(Vec<u8>),
    /// A statement that carries its proof.
    Statement {
        statement: Box<Statement>,
        proof: Box<Proof>,
    },
}

impl Shown {
    /// Reads a file.
    pub(super) fn of_file(file: &Path) -> Result<Self, Failure> {
        let bytes = bytes(file)?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Ok(Self::Packed(bytes));
        };
        if text.trim_start().starts_with('{') {
            let statement = statement_in(text, file)?;
            let Some(proof) = &statement.proof else {
                let what = format!("{} carries no proof", file.display());
                let fix = "only months that are over are in the log: ask the store for it again";
                return Err(Failure::failed(what, fix));
            };
            let proof = Box::new(parsed(proof, file)?);
            let statement = Box::new(statement);
            return Ok(Self::Statement { statement, proof });
        }
        if text.starts_with("c2sp.org/") {
            return Ok(Self::Text(Box::new(parsed(text, file)?)));
        }
        Ok(Self::Packed(bytes))
    }

    /// The proof, for who trusts this key.
    pub(super) fn proof(&self, file: &Path, key: &VerifyingKey) -> Result<Proof, Failure> {
        match self {
            Self::Text(proof) | Self::Statement { proof, .. } => Ok((**proof).clone()),
            Self::Packed(bytes) => unpack(bytes, key)
                .map_err(|why| Failure::misuse(format!("{}: {why}", file.display()), PROOF_FIX)),
        }
    }

    /// The proof as it stands in the file.
    pub(super) fn unpacked(self, file: &Path) -> Result<Proof, Failure> {
        match self {
            Self::Text(proof) | Self::Statement { proof, .. } => Ok(*proof),
            Self::Packed(_) => {
                let what = format!("{} is packed, or no proof", file.display());
                Err(Failure::misuse(what, "use `clearcue proof verify`"))
            }
        }
    }
}

fn parsed(text: &str, file: &Path) -> Result<Proof, Failure> {
    Proof::parse(text)
        .map_err(|why| Failure::misuse(format!("{}: {why}", file.display()), PROOF_FIX))
}

/// The statement in a text.
pub(super) fn statement_in(text: &str, file: &Path) -> Result<Statement, Failure> {
    serde_json::from_str(text).map_err(|why| {
        let what = format!("{} is no statement: {why}", file.display());
        Failure::misuse(what, "name the JSON form of a statement")
    })
}

/// The signed head in a file: a checkpoint, or the one at the end of a proof.
pub(super) fn head_in(file: &Path) -> Result<String, Failure> {
    let text = text(file)?;
    if text.starts_with("c2sp.org/") || text.trim_start().starts_with('{') {
        return Ok(Shown::of_file(file)?.unpacked(file)?.checkpoint);
    }
    Ok(text)
}

/// A file's text.
pub(super) fn text(file: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes(file)?).map_err(|_| unread(file, "it isn't text"))
}

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let about = fs::metadata(file).map_err(|e| unread(file, e))?;
    if about.len() > FILE_MAX {
        return Err(unread(file, "it has more than 256 MiB"));
    }
    fs::read(file).map_err(|e| unread(file, e))
}

fn unread(file: &Path, why: impl std::fmt::Display) -> Failure {
    let what = format!("{} can't be read: {why}", file.display());
    Failure::misuse(what, "name another file")
}

/// A head that isn't believed.
pub(super) fn refused(file: &Path, why: &impl std::fmt::Display) -> Failure {
    let fix = "name a checkpoint of the log whose key you trust";
    Failure::failed(format!("{}: {why}", file.display()), fix)
}

/// The logs that are believed.
pub(super) struct Trusted(Vec<VerifyingKey>);

impl Trusted {
    /// The key that is named; else those of the store at hand and of the logs this user has pinned:
    /// `clearcue/logs/*.vkey` below the user's configuration.
    pub(super) fn of(context: &Context, key: Option<&str>) -> Result<Self, Failure> {
        if let Some(named) = key {
            return Ok(Self(vec![named_key(named)?]));
        }
        let mut keys: Vec<VerifyingKey> = Vec::new();
        keys.extend(context.folder.as_deref().and_then(keys::log::public));
        for path in pinned() {
            let text = fs::read_to_string(&path).unwrap_or_default();
            // Files that can't be read trust nobody.
            keys.extend(VerifyingKey::parse(text.trim_end()).ok());
        }
        if keys.is_empty() {
            return Err(Failure::misuse(
                "no log is trusted here",
                "name its key with --key: a store has it at its address /log/key",
            ));
        }
        Ok(Self(keys))
    }

    /// The keys, the store's own first.
    pub(super) fn keys(&self) -> &[VerifyingKey] {
        &self.0
    }

    /// The key that has signed a head, and what the head says.
    pub(super) fn opened(&self, note: &str, file: &Path) -> Result<(&VerifyingKey, Head), Failure> {
        let mut why = None;
        for key in &self.0 {
            match Checkpoint::open(note.as_bytes(), key) {
                Ok(checkpoint) => return Ok((key, checkpoint.head)),
                Err(error) => why = Some(error),
            }
        }
        let why = why.map_or_else(String::new, |why| why.to_string());
        Err(refused(file, &why))
    }
}

fn named_key(named: &str) -> Result<VerifyingKey, Failure> {
    let text = match fs::read_to_string(named) {
        Ok(text) => text,
        Err(_) if named.contains('+') => named.to_owned(),
        Err(e) => return Err(unread(Path::new(named), e)),
    };
    VerifyingKey::parse(text.trim()).map_err(|why| {
        Failure::misuse(
            format!("this is no log's key: {why}"),
            "name the text at the store's address /log/key, or a file with it",
        )
    })
}

fn pinned() -> Vec<PathBuf> {
    let folder = user_folder(&[
        ("XDG_CONFIG_HOME", "clearcue/logs"),
        ("HOME", ".config/clearcue/logs"),
    ]);
    let listed = folder.and_then(|folder| fs::read_dir(folder).ok());
    let mut paths: Vec<PathBuf> = listed
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "vkey"));
    paths.sort();
    paths
}
