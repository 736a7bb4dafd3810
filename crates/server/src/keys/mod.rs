//! The store's secrets on disk. `keys/ring.json` says which key signs (a store from before its
//! first change of keys has none, and signs with `keys/issuer.jwk`), `keys/jwks.json` holds the
//! public keys, `keys/log.key` signs the transparency log, `keys/store.secret` derives what opens private pages. Private halves and the
//! secret are readable by their owner only. A store whose signing key is missing, damaged, sealed
//! or open to others still opens, and sells nothing.

mod change;
mod file;
mod lock;
pub(crate) mod log;
pub(crate) mod passphrase;
mod ring;
mod watch;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use app::{Call, Issuer, Keys, Signer, Timestamp};
use data_encoding::HEXLOWER;
use licence_key::{IssuerKey, Jwks};

use crate::exit::Failure;
use ring::Ring;

pub(crate) use change::{Form, listed, reseal, retire, rotate};
pub(crate) use lock::Lock;
pub(crate) use watch::watch;

const FOLDER: &str = "keys";
const SIGNING: &str = "issuer.jwk";
const RING: &str = "ring.json";
const SECRET: &str = "keys/store.secret";
const PUBLIC: &str = "keys/jwks.json";

/// Makes whatever is missing of a new store's keys; what is there stays.
///
/// # Errors
/// [`Failure`] when a file can't be written or read.
pub fn create(folder: &Path, call: &mut Call) -> Result<(), Failure> {
    let keys = folder.join(FOLDER);
    fs::create_dir_all(&keys).map_err(|e| unusable(&keys, &e))?;
    let signing = keys.join(SIGNING);
    if !signing.exists() {
        let key = IssuerKey::from_seed(&call.random());
        let text = file::text(&key, None, call).map_err(|e| unusable(&signing, &e))?;
        file::write_private(&signing, &text).map_err(|e| unusable(&signing, &e))?;
    }
    let secret = folder.join(SECRET);
    if !secret.exists() {
        let text = HEXLOWER.encode(&call.random::<32>()) + "\n";
        file::write_private(&secret, &text).map_err(|e| unusable(&secret, &e))?;
    }
    if !folder.join(PUBLIC).exists() {
        let key = file::open(&signing, None).map_err(Failure::sentence)?;
        // No issuer's name here: the store may move to another address, and what it sold under
        // the old one stays good.
        let keys = vec![key.public().clone()];
        publish(folder, &Jwks { issuer: None, keys })?;
    }
    Ok(())
}

/// Reads a store's keys, and what keeps any of them from signing.
///
/// # Errors
/// [`Failure`] when the secret or the public keys are missing or damaged. A signing key that
/// can't be used is no failure.
pub fn read(
    folder: &Path,
    passphrase: Option<&str>,
    now: Timestamp,
) -> Result<(Issuer, Vec<String>), Failure> {
    let path = folder.join(SECRET);
    let text = required(&path)?;
    let secret = HEXLOWER.decode(text.trim().as_bytes()).ok();
    let secret: Option<[u8; 32]> = secret.and_then(|bytes| bytes.try_into().ok());
    let secret = secret.ok_or_else(|| {
        Failure::failed(
            format!("{} is damaged", path.display()),
            "restore it from a backup",
        )
    })?;
    let (keys, troubles) = signing(folder, passphrase, now)?;
    Ok((Issuer::of(keys, secret), troubles))
}

/// What is wrong with the secret that opens every private page, where others can read it. It
/// keeps the store from nothing: whoever has read it already knows it.
pub(crate) fn secret_trouble(folder: &Path) -> Option<String> {
    let error = file::only_ours(&folder.join(SECRET)).err()?;
    Some(error.to_string())
}

/// The keys that sign now and later, with all that are published, and what is wrong with others.
pub(crate) fn signing(
    folder: &Path,
    passphrase: Option<&str>,
    now: Timestamp,
) -> Result<(Keys, Vec<String>), Failure> {
    let mut keys = Keys {
        signers: Vec::new(),
        jwks: public(folder)?,
    };
    let ring = match ring(folder) {
        Ok(Some(ring)) => ring,
        Ok(None) => return Ok((keys, vec![no_key(folder)])),
        Err(failure) => return Ok((keys, vec![failure.to_string()])),
    };
    let mut troubles = Vec::new();
    for entry in ring.needed(now) {
        let name = entry.file.as_deref().unwrap_or(SIGNING);
        let path = folder.join(FOLDER).join(name);
        match file::open(&path, passphrase) {
            Ok(key) if key.kid() == entry.kid => {
                // A key that signs is always trusted, also where the published file lags behind.
                if keys.jwks.find(key.kid()).is_none() {
                    keys.jwks.keys.push(key.public().clone());
                }
                keys.signers.push(Signer {
                    from: entry.from(),
                    key: Arc::new(key),
                });
            }
            Ok(_) => troubles.push(format!(
                "{} holds another key than {RING} says: restore it from a backup",
                path.display()
            )),
            Err(error) => troubles.push(error.to_string()),
        }
    }
    Ok((keys, troubles))
}

fn no_key(folder: &Path) -> String {
    let path = folder.join(FOLDER).join(SIGNING);
    format!("{} is missing: restore it from a backup", path.display())
}

/// A store's public keys alone: enough to verify by, without its database.
///
/// # Errors
/// [`Failure`] when the file is missing or damaged.
pub fn public(folder: &Path) -> Result<Jwks, Failure> {
    let path = folder.join(PUBLIC);
    let text = required(&path)?;
    Jwks::from_json(&text).map_err(|e| Failure::failed(path.display(), e))
}

/// The ring; of a store that has never changed its key, the one its only key makes. None where
/// there is no key at all.
fn ring(folder: &Path) -> Result<Option<Ring>, Failure> {
    let keys = folder.join(FOLDER);
    let path = keys.join(RING);
    match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|e| Failure::failed(path.display(), e)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let path = keys.join(SIGNING);
            if !path.exists() {
                return Ok(None);
            }
            let key = file::open(&path, None).map_err(Failure::sentence)?;
            Ok(Some(Ring::first(key.kid(), SIGNING)))
        }
        Err(e) => Err(unusable(&path, &e)),
    }
}

/// Whether a key that is needed is sealed, so that there must be a passphrase.
#[must_use]
pub fn is_sealed(folder: &Path, now: Timestamp) -> bool {
    let Ok(Some(ring)) = ring(folder) else {
        return false;
    };
    let files: Vec<_> = ring
        .needed(now)
        .iter()
        .filter_map(|e| e.file.clone())
        .collect();
    files
        .iter()
        .any(|name| file::is_sealed(&folder.join(FOLDER).join(name)))
}

fn publish(folder: &Path, keys: &Jwks) -> Result<(), Failure> {
    let path = folder.join(PUBLIC);
    file::write_public(&path, &(keys.to_json() + "\n")).map_err(|e| unusable(&path, &e))
}

fn required(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Failure::failed(
            format!("{} is missing", path.display()),
            "restore it from a backup; without it the store's own licences can't be opened",
        )),
        Err(e) => Err(unusable(path, &e)),
    }
}

fn unusable(path: &Path, error: &impl std::fmt::Display) -> Failure {
    let what = format!("{} can't be used: {error}", path.display());
    Failure::failed(what, "check its owner and mode")
}
