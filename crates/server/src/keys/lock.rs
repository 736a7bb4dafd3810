//! One change of keys at a time: two at once would each write the ring without the other's change
//! and sweep each other's files away.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::{FOLDER, unusable};
use crate::exit::Failure;

const LOCK: &str = ".lock";

/// The right to change a store's keys, until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held open, never read")] File);

impl Lock {
    /// Takes the right.
    ///
    /// # Errors
    /// [`Failure`] when another command has it, or the file can't be made.
    pub(crate) fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FOLDER).join(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|e| unusable(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::failed(
                "another signing-key command is changing the keys",
                "wait for it to end, then say this again; nothing was changed",
            )),
            Err(TryLockError::Error(e)) => Err(unusable(&path, &e)),
        }
    }
}
