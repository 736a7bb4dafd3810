//! Blobs: bytes kept under their own hash, written once, never changed.
//!
//! A blob is written and synced before any row may name it, so a row never points to nothing;
//! a blob no row names is rubbish that may be swept. Names are content hashes, so the same
//! bytes are kept once and a blob can always be checked.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The SHA-256 of a blob, its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobHash([u8; 32]);

impl BlobHash {
    /// From the bytes of a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the hash.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a file, read through.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut digest = Sha256::new();
        io::copy(&mut File::open(path)?, &mut HashWriter(&mut digest))?;
        Ok(Self(digest.finalize().into()))
    }
}

impl std::fmt::Display for BlobHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// What can go wrong with a blob.
#[derive(Debug, Error)]
pub enum BlobError {
    /// The blob is not there.
    #[error("blob {0} is missing from the store's folder")]
    Missing(BlobHash),
    /// The bytes are more than was allowed.
    #[error("more than the {0} bytes allowed")]
    TooLarge(u64),
    /// The folder cannot be read or written.
    #[error("the blob folder {path} cannot be used: {source}")]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// A place for blobs: a folder of the local file system.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

impl Blobs {
    /// Uses `root`, made if it is not there.
    ///
    /// # Errors
    /// [`BlobError::Io`] when it cannot be made.
    pub fn local(root: impl Into<PathBuf>) -> Result<Self, BlobError> {
        let root = root.into();
        std::fs::create_dir_all(root.join("tmp")).map_err(|source| BlobError::Io {
            path: root.clone(),
            source,
        })?;
        Ok(Self { root })
    }

    /// A file without a name on the blobs' own disk, for what is too large for memory. It is gone
    /// when it is closed.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn scratch(&self) -> Result<File, BlobError> {
        tempfile::tempfile_in(self.root.join("tmp")).map_err(|e| self.io(e))
    }

    /// Keeps some bytes and says their name. Durable when it returns.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn put(&self, bytes: &[u8]) -> Result<BlobHash, BlobError> {
        self.put_reader(bytes, u64::MAX).map(|(hash, _)| hash)
    }

    /// Keeps what a reader gives, at most `limit` bytes, without holding it in memory. Says the
    /// blob's name and length.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] past the limit, [`BlobError::Io`].
    pub fn put_reader(
        &self,
        mut from: impl Read,
        limit: u64,
    ) -> Result<(BlobHash, u64), BlobError> {
        let mut temp =
            tempfile::NamedTempFile::new_in(self.root.join("tmp")).map_err(|e| self.io(e))?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0_u8; 64 * 1024];
        let mut length = 0_u64;
        loop {
            let n = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(self.io(e)),
            };
            length = length.saturating_add(n as u64);
            if length > limit {
                return Err(BlobError::TooLarge(limit));
            }
            let chunk = buffer.get(..n).unwrap_or_default();
            digest.update(chunk);
            temp.write_all(chunk).map_err(|e| self.io(e))?;
        }
        let hash = BlobHash(digest.finalize().into());
        self.settle(temp, hash)?;
        Ok((hash, length))
    }

    /// Moves a finished temporary file to its name, synced: content first, then the folder.
    fn settle(&self, temp: tempfile::NamedTempFile, hash: BlobHash) -> Result<(), BlobError> {
        let path = self.path(hash);
        if path.exists() {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder).map_err(|e| self.io(e))?;
        temp.as_file().sync_all().map_err(|e| self.io(e))?;
        temp.persist(&path).map_err(|e| self.io(e.error))?;
        File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(|e| self.io(e))
    }

    /// Opens a blob to read.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Io`].
    pub fn open(&self, hash: BlobHash) -> Result<File, BlobError> {
        File::open(self.path(hash)).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => BlobError::Missing(hash),
            _ => self.io(e),
        })
    }

    /// All bytes of a blob.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Io`].
    pub fn get(&self, hash: BlobHash) -> Result<Vec<u8>, BlobError> {
        let mut bytes = Vec::new();
        self.open(hash)?
            .read_to_end(&mut bytes)
            .map_err(|e| self.io(e))?;
        Ok(bytes)
    }

    /// Whether a blob is there and its bytes still have its hash.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn check(&self, hash: BlobHash) -> Result<bool, BlobError> {
        let mut file = match self.open(hash) {
            Err(BlobError::Missing(_)) => return Ok(false),
            other => other?,
        };
        let mut digest = Sha256::new();
        io::copy(&mut file, &mut HashWriter(&mut digest)).map_err(|e| self.io(e))?;
        Ok(digest.finalize().as_slice() == hash.0)
    }

    /// Where a blob lies: two hex digits of fan-out keep folders small.
    fn path(&self, hash: BlobHash) -> PathBuf {
        let name = hash.to_string();
        let fan = name.get(..2).unwrap_or("00").to_owned();
        self.root.join(fan).join(name)
    }

    /// The folder, for messages.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn io(&self, source: io::Error) -> BlobError {
        BlobError::Io {
            path: self.root.clone(),
            source,
        }
    }
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.update(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_kept_once_and_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(dir.path()).unwrap();
        let a = blobs.put(b"music").unwrap();
        assert_eq!(a, blobs.put(b"music").unwrap());
        assert_eq!(a, BlobHash::of(b"music"));
        assert_eq!(blobs.get(a).unwrap(), b"music");
        assert!(blobs.check(a).unwrap());
    }

    #[test]
    fn a_flipped_byte_and_a_missing_blob_are_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(dir.path()).unwrap();
        let a = blobs.put(b"music").unwrap();
        std::fs::write(blobs.path(a), b"muzic").unwrap();
        assert!(!blobs.check(a).unwrap());
        assert!(matches!(
            blobs.get(BlobHash::of(b"none")),
            Err(BlobError::Missing(_))
        ));
        assert!(!blobs.check(BlobHash::of(b"none")).unwrap());
    }

    #[test]
    fn past_the_limit_nothing_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(dir.path()).unwrap();
        let long = vec![7_u8; 200_000];
        assert!(matches!(
            blobs.put_reader(&long[..], 100_000),
            Err(BlobError::TooLarge(100_000))
        ));
        assert!(!blobs.path(BlobHash::of(&long)).exists());
        assert_eq!(
            std::fs::read_dir(dir.path().join("tmp")).unwrap().count(),
            0
        );
    }
}
