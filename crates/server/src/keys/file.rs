//! One private key in one file: plain, as a JSON Web Key, or sealed by a passphrase, as PKCS#8
//! (RFC 5958) with PBES2, scrypt and AES-256 (RFC 8018, RFC 7914), which `openssl pkey` opens.
//! And files that appear whole or not at all. The module knows nothing of which key signs.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use app::Call;
use licence_key::IssuerKey;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, SecretDocument};
use zeroize::Zeroizing;

/// scrypt's cost: N = 2¹⁴, r = 8 and so 16 MiB, which is what OpenSSL is ready to spend on
/// opening a file; five times over, as OWASP advises for so little memory.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 5;

const SEALED: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN: &str = "PRIVATE KEY";

/// Why a key can't be taken from its file. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    /// It is not there, or not ours to read.
    #[error("{0} can't be read: {1}: restore it from a backup, or check its owner")]
    Unreadable(String, String),
    /// Others may read it.
    #[error("{0} can be read by others (mode {1:o}): chmod 600 {0}")]
    Open(String, u32),
    /// It is neither of the forms above, or damaged.
    #[error("{0} is no usable signing key ({1}): restore it from a backup")]
    Damaged(String, String),
    /// Nobody has said the passphrase.
    #[error(
        "{0} is sealed: set CLEARCUE_KEY_PASSPHRASE, or CLEARCUE_KEY_PASSPHRASE_FILE to a file that holds it"
    )]
    Sealed(String),
    /// It is not this passphrase.
    #[error("the passphrase doesn't open {0}: say the one it was sealed with")]
    Passphrase(String),
}

/// Whether a file is sealed by a passphrase.
pub(crate) fn is_sealed(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| {
        let bytes = Zeroizing::new(bytes);
        bytes.starts_with(format!("-----BEGIN {SEALED}").as_bytes())
    })
}

/// Takes the key from a file that nobody else may read.
pub(crate) fn open(path: &Path, passphrase: Option<&str>) -> Result<IssuerKey, FileError> {
    let shown = path.display().to_string();
    only_ours(path)?;
    let text = fs::read_to_string(path)
        .map_err(|e| FileError::Unreadable(shown.clone(), e.to_string()))?;
    let text = Zeroizing::new(text);
    let damaged = |why: String| FileError::Damaged(shown.clone(), why);
    if !text.starts_with("-----BEGIN") {
        return IssuerKey::from_private_jwk(&text).map_err(|e| damaged(e.to_string()));
    }
    let (label, document) = SecretDocument::from_pem(&text).map_err(|e| damaged(e.to_string()))?;
    let plain = match label {
        PLAIN => document,
        SEALED => {
            let passphrase = passphrase.ok_or_else(|| FileError::Sealed(shown.clone()))?;
            let sealed = document
                .decode_msg::<EncryptedPrivateKeyInfoRef<'_>>()
                .map_err(|e| damaged(e.to_string()))?;
            sealed
                .decrypt(passphrase)
                .map_err(|_| FileError::Passphrase(shown.clone()))?
        }
        other => return Err(damaged(format!("it holds a {}", other.to_lowercase()))),
    };
    IssuerKey::from_pkcs8(plain.as_bytes()).map_err(|e| damaged(e.to_string()))
}

/// A file that others may read has no secret in it any more.
#[cfg(unix)]
pub(super) fn only_ours(path: &Path) -> Result<(), FileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = path.display().to_string();
    let about =
        fs::metadata(path).map_err(|e| FileError::Unreadable(shown.clone(), e.to_string()))?;
    match about.permissions().mode() & 0o777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(FileError::Open(shown, mode)),
    }
}

#[cfg(not(unix))]
pub(super) fn only_ours(_: &Path) -> Result<(), FileError> {
    Ok(())
}

/// The text of a key's file: sealed where there is a passphrase.
pub(crate) fn text(
    key: &IssuerKey,
    passphrase: Option<&str>,
    call: &mut Call,
) -> Result<Zeroizing<String>, String> {
    let Some(passphrase) = passphrase else {
        return Ok(Zeroizing::new(key.to_private_jwk() + "\n"));
    };
    let (salt, iv) = (call.random::<16>(), call.random::<16>());
    let said = |e: &dyn std::fmt::Display| e.to_string();
    let cost = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P).map_err(|e| said(&e))?;
    let scheme = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv);
    let scheme = scheme.map_err(|e| said(&e))?;
    let der = Zeroizing::new(key.to_pkcs8());
    let sealed = scheme
        .encrypt(passphrase, der.as_slice())
        .map_err(|e| said(&e))?;
    let sealed = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: scheme.into(),
        encrypted_data: OctetStringRef::new(&sealed).map_err(|e| said(&e))?,
    };
    let document = SecretDocument::try_from(sealed).map_err(|e| said(&e))?;
    document
        .to_pem(SEALED, LineEnding::LF)
        .map_err(|e| said(&e))
}

/// Writes a file that only its owner may read, whole or not at all, in place of an earlier one.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, 0o600)
}

/// Writes a file that only its owner may read, whole or not at all, unless there is one.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where there is one: it is left as it is.
pub(super) fn write_private_once(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension(format!("part.{}", std::process::id()));
    write_private(&part, text)?;
    // A second name for the same file: unlike a rename, it never takes the place of another.
    let linked = fs::hard_link(&part, path);
    fs::remove_file(&part)?;
    linked?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Writes a file that everybody may read, whole or not at all, in place of an earlier one.
pub(crate) fn write_public(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, 0o644)
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let part = path.with_extension("part");
    // One that an interrupted run has left may be open to others.
    match fs::remove_file(&part) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    // The name lasts only once its folder does.
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
