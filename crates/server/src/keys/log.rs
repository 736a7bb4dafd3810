//! The key that signs the transparency log's heads: `keys/log.key`, readable by its owner only,
//! and its public half beside it, `keys/log.vkey`, which anybody pins to check proofs. It never
//! signs a licence, and it isn't changed: what it is named is the log's name for ever.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use app::Call;
use tlog::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::{FOLDER, file, unusable};
use crate::exit::Failure;

const KEY: &str = "log.key";
const PUBLIC: &str = "log.vkey";

/// The log's key; none where there is no file.
///
/// # Errors
/// A line that says what keeps it from signing.
pub(crate) fn read(folder: &Path) -> Result<Option<SigningKey>, String> {
    let path = path(folder, KEY);
    if !path.exists() {
        return Ok(None);
    }
    file::only_ours(&path).map_err(|e| e.to_string())?;
    let shown = path.display();
    let text = fs::read_to_string(&path).map_err(|e| format!("{shown} can't be read: {e}"))?;
    let text = Zeroizing::new(text);
    SigningKey::parse(text.trim_end())
        .map(Some)
        .map_err(|e| format!("{shown} is no usable key ({e}): restore it from a backup"))
}

/// Makes the key of a log that has none: its name is the store's address without its scheme, and
/// `/log` behind it, where the log is served. One that is there stays.
///
/// # Errors
/// [`Failure`] when a file can't be written, or the address can't be a name.
pub(crate) fn make(
    folder: &Path,
    public_url: &str,
    call: &mut Call,
) -> Result<SigningKey, Failure> {
    let address = public_url
        .split_once("://")
        .map_or(public_url, |(_, it)| it);
    let name = format!("{}/log", address.trim_end_matches('/'));
    let key = SigningKey::from_seed(&name, &Zeroizing::new(call.random())).map_err(|e| {
        Failure::failed(
            format!("the log can't be named {name}: {e}"),
            "set public_url",
        )
    })?;
    let path = path(folder, KEY);
    let text = Zeroizing::new(key.secret_text() + "\n");
    match file::write_private_once(&path, &text) {
        Ok(()) => {}
        // Another program was first: its key is the log's.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            return read(folder)
                .and_then(|key| key.ok_or_else(|| format!("{} is gone", path.display())))
                .map_err(Failure::sentence);
        }
        Err(e) => return Err(unusable(&path, &e)),
    }
    Ok(key)
}

/// Writes the public half down beside the key, unless it stands there.
///
/// # Errors
/// [`Failure`] when it can't be written.
pub(crate) fn publish(folder: &Path, key: &VerifyingKey) -> Result<(), Failure> {
    let path = path(folder, PUBLIC);
    let text = format!("{key}\n");
    if fs::read_to_string(&path).is_ok_and(|kept| kept == text) {
        return Ok(());
    }
    file::write_public(&path, &text).map_err(|e| unusable(&path, &e))
}

/// The public half that a store has written down.
pub(crate) fn public(folder: &Path) -> Option<VerifyingKey> {
    let text = fs::read_to_string(path(folder, PUBLIC)).ok()?;
    VerifyingKey::parse(text.trim_end()).ok()
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join(name)
}
