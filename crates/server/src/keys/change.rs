//! Changing keys, each change with one moment at which it happens: the ring is put in place.
//! Before it, files are added that nobody reads yet; after it, files go that nobody reads any
//! more. So a change that is cut off anywhere leaves a store that works.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use app::{Call, Timestamp};
use licence_key::IssuerKey;

use super::passphrase::Passphrase;
use super::ring::{Entry, Ring, State};
use super::{FOLDER, RING, file, no_key, public, publish, ring, unusable};
use crate::exit::Failure;

/// In which form private halves are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As they are, in a file of mode 0600.
    Plain,
    /// Sealed by a passphrase.
    Sealed,
}

/// A key as `signing-key list` shows it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// Its thumbprint.
    pub(crate) kid: String,
    /// What it does now.
    pub(crate) state: State,
    /// From when on it signs; none where it always has.
    pub(crate) from: Option<String>,
    /// When it was retired.
    pub(crate) retired: Option<String>,
    /// In which form its private half is kept; none where that is gone.
    pub(crate) form: Option<Form>,
    /// Whether its public half is published.
    pub(crate) published: bool,
}

fn present(folder: &Path) -> Result<Ring, Failure> {
    ring(folder)?.ok_or_else(|| Failure::sentence(no_key(folder)))
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join(name)
}

/// All keys, the oldest first.
pub(crate) fn listed(folder: &Path, now: Timestamp) -> Result<Vec<Listed>, Failure> {
    let (ring, published) = (present(folder)?, public(folder)?);
    let listed = ring.keys.iter().map(|entry| Listed {
        kid: entry.kid.clone(),
        state: ring.state(entry, now),
        from: entry.begins_text().map(str::to_owned),
        retired: entry.retired.clone(),
        form: entry.file.as_deref().map(|name| form(&path(folder, name))),
        published: published.find(&entry.kid).is_some(),
    });
    Ok(listed.collect())
}

fn form(path: &Path) -> Form {
    if file::is_sealed(path) {
        Form::Sealed
    } else {
        Form::Plain
    }
}

/// Makes a key that signs from `from` on, publishes it, and answers its thumbprint. It is kept in
/// the form of the key that signs now, under the same passphrase.
pub(crate) fn rotate(
    folder: &Path,
    from: Timestamp,
    passphrase: impl FnOnce() -> Result<Passphrase, Failure>,
    call: &mut Call,
) -> Result<String, Failure> {
    let mut ring = present(folder)?;
    let now = call.now;
    let signing = ring.signing(now).and_then(|entry| entry.file.clone());
    let signing = signing.ok_or_else(|| Failure::sentence(no_key(folder)))?;
    let signing = path(folder, &signing);
    let passphrase = match form(&signing) {
        Form::Plain => None,
        Form::Sealed => Some(passphrase()?),
    };
    let passphrase = passphrase.as_ref().map(|said| said.as_str());
    // One passphrase opens all: it must be the one that opens the present key.
    let present = file::open(&signing, passphrase).map_err(Failure::sentence)?;
    let key = IssuerKey::from_seed(&call.random());
    let name = file_name(key.kid(), passphrase.is_some());
    ring.add(key.kid(), &name, from, now)
        .map_err(Failure::sentence)?;
    put(folder, &name, &key, passphrase, call)?;
    let mut published = public(folder)?;
    for key in [&present, &key] {
        if published.find(key.kid()).is_none() {
            published.keys.push(key.public().clone());
        }
    }
    publish(folder, &published)?;
    save(folder, &ring)?;
    Ok(key.kid().to_owned())
}

/// Takes a key's private half away for good, and answers its whole thumbprint. What it has signed
/// verifies as before.
pub(crate) fn retire(folder: &Path, begin: &str, now: Timestamp) -> Result<String, Failure> {
    let mut ring = present(folder)?;
    let (kid, _) = ring.retire(begin, now).map_err(Failure::sentence)?;
    save(folder, &ring)?;
    sweep(folder, &ring)?;
    Ok(kid)
}

/// Seals every private half by a passphrase, or opens it for good, and answers how many. The
/// passphrase must be the one they are sealed by, where they are.
pub(crate) fn reseal(
    folder: &Path,
    wanted: Form,
    passphrase: &Passphrase,
    call: &mut Call,
) -> Result<usize, Failure> {
    let mut ring = present(folder)?;
    let mut done = 0;
    for entry in &mut ring.keys {
        let Some(name) = entry.file.clone() else {
            continue;
        };
        let place = path(folder, &name);
        let key = file::open(&place, Some(passphrase)).map_err(Failure::sentence)?;
        if form(&place) == wanted {
            continue;
        }
        let sealed = wanted == Form::Sealed;
        let name = file_name(&entry.kid, sealed);
        put(
            folder,
            &name,
            &key,
            sealed.then_some(passphrase.as_str()),
            call,
        )?;
        entry.file = Some(name);
        done += 1;
    }
    save(folder, &ring)?;
    sweep(folder, &ring)?;
    Ok(done)
}

fn file_name(kid: &str, sealed: bool) -> String {
    // A thumbprint has only characters that every file system takes.
    format!("{kid}.{}", if sealed { "pem" } else { "jwk" })
}

fn put(
    folder: &Path,
    name: &str,
    key: &IssuerKey,
    passphrase: Option<&str>,
    call: &mut Call,
) -> Result<(), Failure> {
    let path = path(folder, name);
    let text = file::text(key, passphrase, call).map_err(|e| unusable(&path, &e))?;
    file::write_private(&path, &text).map_err(|e| unusable(&path, &e))
}

fn save(folder: &Path, ring: &Ring) -> Result<(), Failure> {
    let path = path(folder, RING);
    let text = serde_json::to_string_pretty(ring).map_err(|e| unusable(&path, &e))?;
    file::write_public(&path, &(text + "\n")).map_err(|e| unusable(&path, &e))
}

/// Removes private halves that the ring doesn't name: those just replaced or retired, and those
/// an interrupted change has left.
fn sweep(folder: &Path, ring: &Ring) -> Result<(), Failure> {
    let keys = folder.join(FOLDER);
    let listed = fs::read_dir(&keys).map_err(|e| unusable(&keys, &e))?;
    for entry in listed {
        let entry = entry.map_err(|e| unusable(&keys, &e))?;
        let name = entry.file_name();
        let named = |e: &Entry| e.file.as_deref().is_some_and(|file| name == file);
        let ending = Path::new(&name).extension();
        let private = ending.is_some_and(|e| e == "jwk" || e == "pem" || e == "part");
        if !private || ring.keys.iter().any(named) {
            continue;
        }
        match fs::remove_file(entry.path()) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(unusable(&entry.path(), &e));
            }
            _ => {}
        }
    }
    Ok(())
}
