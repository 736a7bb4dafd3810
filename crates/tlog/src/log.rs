//! The growing end of a log: what an append writes, and the proof that it was written.
//!
//! The order is: append, take what is [`Pending`], store it, let it read itself back, and only then
//! sign. [`Confirmed`] has no other source, and a checkpoint can be signed over nothing else, so a
//! head that isn't stored can't be published by mistake.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use thiserror::Error;

use crate::checkpoint::{Checkpoint, Head};
use crate::hash::{HASH_BYTES, Hash};
use crate::merkle::Frontier;
use crate::note::SigningKey;
use crate::reader::{ReadError, Reader};
use crate::tile::{BundleError, TILE_WIDTH, Tile, TilePath, entries, push_entry};

/// Something to be stored under its path. Never changes once stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Where.
    pub path: TilePath,
    /// What.
    pub bytes: Vec<u8>,
}

/// The right edge of a log, in memory: at most 8 kB a level, and the entries of one bundle.
#[derive(Clone, Debug)]
pub struct Log {
    frontier: Frontier,
    /// The hashes of the unfinished tile of each level.
    edge: Vec<Vec<Hash>>,
    bundle: Vec<u8>,
    /// Finished since the last [`Log::take_pending`].
    finished: Vec<Resource>,
    /// The size at the last [`Log::take_pending`].
    taken: u64,
}

/// A log can't be taken up again from what is stored.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LogError {
    /// A tile is missing or malformed.
    #[error("the log's tiles can't be read")]
    Tiles(#[source] ReadError),
    /// The bundle at the right edge is missing or malformed.
    #[error("{path} is missing or isn't a bundle of {width} entries")]
    Bundle {
        /// The bundle.
        path: String,
        /// How many entries it must have.
        width: u16,
    },
    /// The tiles lead to another head than the one that was signed.
    #[error("the stored tiles of {size} leaves don't lead to the signed head: run the audit")]
    OtherHead {
        /// The size of the signed tree.
        size: u64,
    },
}

/// What was read back isn't what was to be written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{path} was written, but reads back differently from byte {byte} on")]
pub struct WriteMismatch {
    /// The tile or bundle.
    pub path: String,
    /// The first byte that differs, or is missing.
    pub byte: usize,
}

/// What must be stored before the log's head may be signed.
#[derive(Debug)]
#[must_use = "store the resources, then confirm them"]
pub struct Pending {
    resources: Vec<Resource>,
    head: Head,
}

/// A head whose tiles were read back and lead to it: the only thing a log signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    head: Head,
}

impl Default for Log {
    fn default() -> Log {
        Log::new()
    }
}

impl Log {
    /// A log without leaves.
    #[must_use]
    pub fn new() -> Log {
        Log {
            frontier: Frontier::default(),
            edge: Vec::new(),
            bundle: Vec::new(),
            finished: Vec::new(),
            taken: 0,
        }
    }

    /// Takes a log up where it was signed last. Reads the right edge only.
    ///
    /// # Errors
    /// When something is missing or malformed, or doesn't lead to `head`.
    pub fn resume(
        head: Head,
        mut read: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Result<Log, LogError> {
        let size = head.size;
        let mut reader = Reader::new(size, &mut read);
        let frontier = reader.frontier().map_err(LogError::Tiles)?;
        if frontier.head() != head.root {
            return Err(LogError::OtherHead { size });
        }
        let edge = read_edge(&mut reader, size).map_err(LogError::Tiles)?;
        let leaves = edge.first().map_or(&[][..], Vec::as_slice);
        let bundle = read_bundle(leaves, size, &mut read)?;
        Ok(Log {
            frontier,
            edge,
            bundle,
            finished: Vec::new(),
            taken: size,
        })
    }

    /// How many leaves it has, stored or not: the number the next leaf will bear.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The head over all of them. Nobody may rely on it before it is signed.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            size: self.frontier.size(),
            root: self.frontier.head(),
        }
    }

    /// Adds a leaf and returns its index. Two hashes in the mean, no input or output.
    ///
    /// # Errors
    /// When the entry has more than 65,535 bytes; then nothing has changed.
    pub fn append(&mut self, entry: &[u8]) -> Result<u64, BundleError> {
        push_entry(&mut self.bundle, entry)?;
        let index = self.frontier.size();
        let (edge, finished, bundle) = (&mut self.edge, &mut self.finished, &mut self.bundle);
        self.frontier.push_seen(Hash::leaf(entry), |height, hash| {
            if height % 8 != 0 {
                return;
            }
            let level = height as usize / 8;
            if level == edge.len() {
                edge.push(Vec::new());
            }
            edge[level].push(hash);
            if edge[level].len() == usize::from(TILE_WIDTH) {
                let nth = index >> (height + 8);
                if level == 0 {
                    let path = TilePath::Entries {
                        index: nth,
                        width: TILE_WIDTH,
                    };
                    finished.push(Resource {
                        path,
                        bytes: mem::take(bundle),
                    });
                }
                finished.push(tile_resource(level, nth, &edge[level]));
                edge[level].clear();
            }
        });
        Ok(index)
    }

    /// Everything that has to be stored for the head as it is now and wasn't handed out before:
    /// finished tiles and bundles, then the unfinished ones at their present width.
    pub fn take_pending(&mut self) -> Pending {
        let head = self.head();
        let mut resources = mem::take(&mut self.finished);
        for (level, hashes) in self.edge.iter().enumerate() {
            // A level grew only if its count of hashes did.
            if hashes.is_empty() || head.size >> (8 * level) == self.taken >> (8 * level) {
                continue;
            }
            let index = head.size >> (8 * level) >> 8;
            if level == 0 {
                let width = u16::try_from(hashes.len()).expect("less than a full tile");
                let path = TilePath::Entries { index, width };
                resources.push(Resource {
                    path,
                    bytes: self.bundle.clone(),
                });
            }
            resources.push(tile_resource(level, index, hashes));
        }
        self.taken = head.size;
        Pending { resources, head }
    }
}

fn tile_resource(level: usize, index: u64, hashes: &[Hash]) -> Resource {
    let level = u8::try_from(level).expect("eight levels at most");
    let width = u16::try_from(hashes.len()).expect("256 hashes at most");
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_BYTES);
    hashes.iter().for_each(|hash| bytes.extend(hash.0));
    Resource {
        path: TilePath::Hashes(Tile {
            level,
            index,
            width,
        }),
        bytes,
    }
}

fn read_edge<R: FnMut(&str) -> Option<Vec<u8>>>(
    reader: &mut Reader<R>,
    size: u64,
) -> Result<Vec<Vec<Hash>>, ReadError> {
    let mut edge = Vec::new();
    for level in 0..8_u8 {
        let hashes = size >> (8 * level);
        if hashes == 0 {
            break;
        }
        let tile = Tile::in_tree(level, hashes >> 8, size);
        edge.push(tile.map_or(Ok(Vec::new()), |tile| {
            reader.tile(tile).map(<[Hash]>::to_vec)
        })?);
    }
    Ok(edge)
}

/// The unfinished bundle, whose entries must hash to `leaves`.
fn read_bundle(
    leaves: &[Hash],
    size: u64,
    read: &mut impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, LogError> {
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let width = u16::try_from(leaves.len()).expect("less than a full tile");
    let path = TilePath::Entries {
        index: size >> 8,
        width,
    }
    .to_string();
    let bytes = read(&path).unwrap_or_default();
    let sound = entries(&bytes, width).is_ok_and(|entries| {
        entries
            .iter()
            .zip(leaves)
            .all(|((_, entry), leaf)| Hash::leaf(entry) == *leaf)
    });
    if sound {
        Ok(bytes)
    } else {
        Err(LogError::Bundle { path, width })
    }
}

impl Pending {
    /// What to store, in an order that never leaves a tile without the entries under it.
    #[must_use]
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The head they lead to.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Reads everything back, byte by byte, and computes the head anew from the stored tiles.
    ///
    /// # Errors
    /// Names the first resource and byte that differ.
    pub fn confirm(
        self,
        mut read: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Result<Confirmed, WriteMismatch> {
        for Resource { path, bytes } in &self.resources {
            let stored = read(&path.to_string()).unwrap_or_default();
            if stored != *bytes {
                let same = bytes
                    .iter()
                    .zip(&stored)
                    .take_while(|(a, b)| a == b)
                    .count();
                return Err(WriteMismatch {
                    path: path.to_string(),
                    byte: same,
                });
            }
        }
        match Reader::new(self.head.size, read).head() {
            Ok(root) if root == self.head.root => Ok(Confirmed { head: self.head }),
            Err(ReadError::Missing(path) | ReadError::Length { path, .. }) => {
                Err(WriteMismatch { path, byte: 0 })
            }
            // An older tile at the right edge is damaged; which one, the audit says.
            _ => Err(WriteMismatch {
                path: "tile/0".to_string(),
                byte: 0,
            }),
        }
    }
}

impl Confirmed {
    /// The head that may be signed.
    #[must_use]
    pub fn head(self) -> Head {
        self.head
    }

    /// The head as a signed checkpoint, whose origin is the key's name. Store it under
    /// `checkpoint`, last.
    #[must_use]
    pub fn sign(self, key: &SigningKey) -> String {
        let origin = key.name().to_string();
        key.sign_note(
            &Checkpoint {
                origin,
                head: self.head,
                extensions: Vec::new(),
            }
            .to_string(),
        )
    }
}
