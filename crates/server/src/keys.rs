//! The store's secrets on disk: `keys/issuer.jwk` signs licences, `keys/store.secret` derives
//! what opens private pages, `keys/jwks.json` holds the public keys. The first two are readable
//! by their owner only. Without the first a store still opens, and sells nothing.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use app::{Call, Issuer};
use data_encoding::HEXLOWER;
use licence_key::{IssuerKey, Jwks};

use crate::exit::Failure;

const FOLDER: &str = "keys";
const SIGNING: &str = "keys/issuer.jwk";
const SECRET: &str = "keys/store.secret";
const PUBLIC: &str = "keys/jwks.json";

/// Makes whatever is missing of a new store's keys; what is there stays.
///
/// # Errors
/// [`Failure`] when a file can't be written or read.
pub fn create(folder: &Path, call: &mut Call) -> Result<(), Failure> {
    let trouble = |e| unusable(&folder.join(FOLDER), &e);
    fs::create_dir_all(folder.join(FOLDER)).map_err(trouble)?;
    let signing = folder.join(SIGNING);
    if !signing.exists() {
        let key = IssuerKey::from_seed(&call.random());
        write_private(&signing, &key.to_private_jwk()).map_err(|e| unusable(&signing, &e))?;
    }
    let secret = folder.join(SECRET);
    if !secret.exists() {
        let text = HEXLOWER.encode(&call.random::<32>());
        write_private(&secret, &text).map_err(|e| unusable(&secret, &e))?;
    }
    let public = folder.join(PUBLIC);
    if !public.exists() {
        let keys = signing_key(folder)?
            .map(|key| key.public().clone())
            .into_iter()
            .collect();
        // No issuer's name here: the store may move to another address, and what it sold under
        // the old one stays good.
        let text = Jwks { issuer: None, keys }.to_json();
        fs::write(&public, text + "\n").map_err(|e| unusable(&public, &e))?;
    }
    Ok(())
}

/// Reads a store's keys.
///
/// # Errors
/// [`Failure`] when a file is damaged, or the secret or the public keys are missing.
pub fn read(folder: &Path) -> Result<Issuer, Failure> {
    let key = signing_key(folder)?;
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
    let mut jwks = public(folder)?;
    // The key in use is always trusted, also where somebody has put a new one in place.
    if let Some(key) = &key
        && jwks.find(key.kid()).is_none()
    {
        jwks.keys.push(key.public().clone());
    }
    Ok(Issuer::new(key, jwks, secret))
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

fn signing_key(folder: &Path) -> Result<Option<IssuerKey>, Failure> {
    let path = folder.join(SIGNING);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(unusable(&path, &e)),
    };
    let key = IssuerKey::from_private_jwk(&text);
    key.map(Some)
        .map_err(|e| Failure::failed(path.display(), e))
}

fn required(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    match File::open(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => Ok(text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Failure::failed(
            format!("{} is missing", path.display()),
            "restore it from a backup; without it the store's own licences can't be opened",
        )),
        Err(e) => Err(unusable(path, &e)),
    }
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    let what = format!("{} can't be used: {error}", path.display());
    Failure::failed(what, "check its owner and mode")
}

/// Writes a new file that only its owner may read, whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&part, path)
}
