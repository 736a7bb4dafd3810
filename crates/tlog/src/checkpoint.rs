//! The head of a log as a text to be signed (C2SP `tlog-checkpoint`).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use data_encoding::BASE64;
use thiserror::Error;

use crate::hash::Hash;
use crate::note::{Note, NoteError, VerifyingKey};
use crate::tile::decimal;

/// The head of a tree: everything that was in it, in 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The hash over all of them.
    pub root: Hash,
}

/// What a log says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: unique, and for ever the same.
    pub origin: String,
    /// Its head.
    pub head: Head,
    /// Further lines, which mean nothing to us. Ours has none.
    pub extensions: Vec<String>,
}

/// A checkpoint isn't accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CheckpointError {
    /// Not a note, or not signed by the trusted key.
    #[error("the checkpoint isn't accepted: {0}")]
    Note(NoteError),
    /// The signed text isn't a checkpoint.
    #[error("the signed text isn't a checkpoint: origin, size and root, a line each")]
    Form,
    /// It speaks of another log.
    #[error("the checkpoint is of the log {found}, not of {wanted}")]
    Origin {
        /// The log it speaks of.
        found: String,
        /// The log asked for.
        wanted: String,
    },
}

impl Checkpoint {
    /// Reads the text of a checkpoint, exactly as the specification writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Checkpoint> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_string();
        let size = decimal(lines.next()?)?;
        let root = Hash::from_slice(&BASE64.decode(lines.next()?.as_bytes()).ok()?)?;
        let extensions: Vec<String> = lines.map(ToString::to_string).collect();
        let sound = extensions.iter().all(|line| !line.is_empty());
        sound.then_some(Checkpoint {
            origin,
            head: Head { size, root },
            extensions,
        })
    }

    /// Reads a signed checkpoint of the log whose key this is; its origin is the key's name.
    ///
    /// # Errors
    /// When it isn't a checkpoint, isn't signed by `key`, or is another log's.
    pub fn open(note: &[u8], key: &VerifyingKey) -> Result<Checkpoint, CheckpointError> {
        let text = Note::parse(note).and_then(|note| note.signed_by(key));
        let text = text.map_err(CheckpointError::Note)?;
        let checkpoint = Checkpoint::parse(text).ok_or(CheckpointError::Form)?;
        if checkpoint.origin == key.name() {
            return Ok(checkpoint);
        }
        let wanted = key.name().to_string();
        Err(CheckpointError::Origin {
            found: checkpoint.origin,
            wanted,
        })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = BASE64.encode(&self.head.root.0);
        write!(f, "{}\n{}\n{root}\n", self.origin, self.head.size)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}
