//! The proof that a commit is in the log, and an event in the commit: one file, checked offline
//! against one pinned key. The file is a C2SP `tlog-proof`; our own part stands in its `extra`
//! line, and every byte of it is checked against what the log signed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use data_encoding::BASE64;
use thiserror::Error;

use crate::batch::{MAX_EVENT_BYTES, Opening, SALT_BYTES};
use crate::checkpoint::{Checkpoint, CheckpointError, Head};
use crate::hash::{HASH_BYTES, Hash};
use crate::leaf::{Leaf, LeafError};
use crate::merkle::{head_from_inclusion, is_consistent};
use crate::note::VerifyingKey;
use crate::part::{Part, Several};
use crate::tile::decimal;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// Of a proof down to an event.
const EXTRA_VERSION: u8 = 1;
/// Of one that goes on to a part of it.
const EXTRA_OF_PART: u8 = 2;
/// No tree has longer paths than this.
const MAX_PATH: usize = 64;
/// The longest proof that is read: the longest event, in base64, and the longest note.
pub const MAX_PROOF_BYTES: usize = 256 * 1024;

/// A proof that was read, and not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry of the log, as it stands there.
    pub leaf: Vec<u8>,
    /// Its index in the log.
    pub index: u64,
    /// From the leaf's sibling up to the root of the checkpoint's tree.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// An event of the leaf's batch; without it the proof is of the leaf alone.
    pub event: Option<Event>,
}

/// An event, with what shows that it is in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What was accepted, byte for byte.
    pub bytes: Vec<u8>,
    /// Its place in the batch.
    pub opening: Opening,
    /// One of the several that it is over, where that is what the proof is of.
    pub part: Option<Part>,
}

/// What a proof has shown. Comes from verification only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proven {
    /// The commit that is in the log.
    pub leaf: Leaf,
    /// The log's head that it is under.
    pub head: Head,
    /// The event that is in the commit, and its position there.
    pub event: Option<(u32, Vec<u8>)>,
    /// The one that is among those which the event is over, and its position there. The event's own
    /// encoding must be looked at before it is believed: it says what it is over.
    pub part: Option<(u32, Vec<u8>)>,
}

/// A proof isn't one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProofError {
    /// Not the text of a proof.
    #[error("line {0} isn't what a tlog-proof has there")]
    Form(usize),
    /// The `extra` line isn't of the form described in `docs/transparency.md`.
    #[error("the proof's extra line isn't of a version that is understood")]
    Extra,
    /// Not a packed proof, or one that packing would lose something of.
    #[error("the bytes are no packed proof, or the proof can't be packed")]
    Packed,
    /// The checkpoint isn't signed by the trusted log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry isn't a leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The entry isn't under the signed root.
    #[error("the leaf is not in the log: its path doesn't lead to the signed root")]
    NotInLog,
    /// The leaf bears another number than its place.
    #[error("the leaf says that it is number {says}, but stands at {stands}")]
    Sequence {
        /// What the leaf says.
        says: u64,
        /// Where it is.
        stands: u64,
    },
    /// The proof is of the leaf alone.
    #[error("the proof shows a commit, but no event in it")]
    NoEvent,
    /// The event isn't in the leaf's batch.
    #[error("the event is not in the commit: its path doesn't lead to the batch's head")]
    NotInBatch,
    /// The event isn't of the version that is over several.
    #[error("the event is not over several, so none can be shown to be one of them")]
    NotSeveral,
    /// The part isn't one of them.
    #[error("the part is not in the event: its path doesn't lead to the root there")]
    NotInEvent,
    /// Two checkpoints contradict each other: the log has been rewritten.
    #[error("the log of {old} leaves is not what the log of {new} grew from")]
    Rewritten {
        /// Size of the older.
        old: u64,
        /// Size of the newer.
        new: u64,
    },
}

/// Checks that a use, or a licence, was counted: `proof`'s event is in the batch of its leaf, and
/// the leaf in the log whose key this is. Reads nothing else.
///
/// # Errors
/// The first thing that isn't so, from the signature down to the event.
pub fn verify_use(proof: &Proof, key: &VerifyingKey) -> Result<Proven, ProofError> {
    let proven = verify_leaf(proof, key)?;
    if proven.event.is_some() {
        Ok(proven)
    } else {
        Err(ProofError::NoEvent)
    }
}

/// Checks that a leaf is in the log, its event in the leaf if the proof has one, and the event's part
/// in the event.
///
/// # Errors
/// As [`verify_use`], but a proof without an event is good.
pub fn verify_leaf(proof: &Proof, key: &VerifyingKey) -> Result<Proven, ProofError> {
    let head = Checkpoint::open(proof.checkpoint.as_bytes(), key)?.head;
    let root = head_from_inclusion(Hash::leaf(&proof.leaf), proof.index, head.size, &proof.path);
    if root != Some(head.root) {
        return Err(ProofError::NotInLog);
    }
    let leaf = Leaf::decode(&proof.leaf)?;
    if leaf.sequence != proof.index {
        return Err(ProofError::Sequence {
            says: leaf.sequence,
            stands: proof.index,
        });
    }
    let Some(event) = &proof.event else {
        return Ok(Proven {
            leaf,
            head,
            event: None,
            part: None,
        });
    };
    if event.opening.head(&event.bytes, leaf.count) != Some(leaf.batch) {
        return Err(ProofError::NotInBatch);
    }
    if let Some(part) = &event.part {
        let several = Several::of(&event.bytes).ok_or(ProofError::NotSeveral)?;
        if !several.has(part) {
            return Err(ProofError::NotInEvent);
        }
    }
    let part = event.part.as_ref();
    let part = part.map(|part| (part.opening.position, part.bytes.clone()));
    let event = Some((event.opening.position, event.bytes.clone()));
    Ok(Proven {
        leaf,
        head,
        event,
        part,
    })
}

/// Checks that the log only grew between two signed checkpoints; returns both heads.
///
/// # Errors
/// When either isn't signed by `key`, or the proof doesn't join them.
pub fn verify_growth(
    old: &[u8],
    new: &[u8],
    proof: &[Hash],
    key: &VerifyingKey,
) -> Result<(Head, Head), ProofError> {
    let (old, new) = (
        Checkpoint::open(old, key)?.head,
        Checkpoint::open(new, key)?.head,
    );
    if is_consistent(old.size, old.root, new.size, new.root, proof) {
        return Ok((old, new));
    }
    Err(ProofError::Rewritten {
        old: old.size,
        new: new.size,
    })
}

impl Proof {
    /// The proof as the text of a `.tlog-proof` file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let extra = BASE64.encode(&self.extra());
        let mut text = format!("{FIRST_LINE}\nextra {extra}\nindex {}\n", self.index);
        for hash in &self.path {
            BASE64.encode_append(&hash.0, &mut text);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads the text of a `.tlog-proof` file, exactly as the specification writes it.
    ///
    /// # Errors
    /// Names the first line that isn't as it must be.
    pub fn parse(text: &str) -> Result<Proof, ProofError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofError::Form(1));
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Form(1))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(ProofError::Form(1));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let extra = extra.and_then(|extra| BASE64.decode(extra.as_bytes()).ok());
        let (leaf, event) =
            parse_extra(&extra.ok_or(ProofError::Form(2))?).ok_or(ProofError::Extra)?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(decimal);
        let index = index.ok_or(ProofError::Form(3))?;
        let mut path = Vec::new();
        for (at, line) in lines.enumerate() {
            let hash = BASE64
                .decode(line.as_bytes())
                .ok()
                .and_then(|b| Hash::from_slice(&b));
            let hash = hash.filter(|_| at < MAX_PATH);
            path.push(hash.ok_or(ProofError::Form(4 + at))?);
        }
        Ok(Proof {
            leaf,
            index,
            path,
            checkpoint: checkpoint.into(),
            event,
        })
    }

    /// Version, leaf and, if there is one, the event with its opening; after it the same of its part.
    fn extra(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256 + self.leaf.len());
        let part = self.event.as_ref().and_then(|event| event.part.as_ref());
        bytes.push(part.map_or(EXTRA_VERSION, |_| EXTRA_OF_PART));
        let length =
            u16::try_from(self.leaf.len()).expect("an entry of the log has 65,535 bytes at most");
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.leaf);
        if let Some(event) = &self.event {
            push_opening(&mut bytes, &event.opening);
            if part.is_some() {
                let length = u32::try_from(event.bytes.len()).expect("an event is short");
                bytes.extend(length.to_be_bytes());
            }
            bytes.extend(&event.bytes);
        }
        if let Some(part) = part {
            push_opening(&mut bytes, &part.opening);
            bytes.extend(&part.bytes);
        }
        bytes
    }
}

fn push_opening(bytes: &mut Vec<u8>, opening: &Opening) {
    bytes.extend(opening.position.to_be_bytes());
    bytes.extend(opening.salt);
    bytes.push(u8::try_from(opening.path.len()).expect("a path of 32 hashes at most"));
    opening.path.iter().for_each(|hash| bytes.extend(hash.0));
}

fn parse_extra(bytes: &[u8]) -> Option<(Vec<u8>, Option<Event>)> {
    let (&version, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (leaf, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let event = match version {
        EXTRA_VERSION if rest.is_empty() => None,
        EXTRA_VERSION => Some(parse_event(rest)?),
        EXTRA_OF_PART => Some(parse_event_of_part(rest)?),
        _ => return None,
    };
    Some((leaf.to_vec(), event))
}

fn parse_event(bytes: &[u8]) -> Option<Event> {
    let (opening, event) = parse_opening(bytes)?;
    let short = event.len() <= MAX_EVENT_BYTES;
    short.then(|| Event {
        bytes: event.to_vec(),
        opening,
        part: None,
    })
}

fn parse_event_of_part(bytes: &[u8]) -> Option<Event> {
    let (opening, rest) = parse_opening(bytes)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (event, rest) = rest.split_at_checked(length)?;
    let Event {
        bytes: part,
        opening: place,
        ..
    } = parse_event(rest)?;
    let short = event.len() <= MAX_EVENT_BYTES;
    short.then(|| Event {
        bytes: event.to_vec(),
        opening,
        part: Some(Part {
            bytes: part,
            opening: place,
        }),
    })
}

fn parse_opening(bytes: &[u8]) -> Option<(Opening, &[u8])> {
    let (position, rest) = bytes.split_first_chunk::<4>()?;
    let (&salt, rest) = rest.split_first_chunk::<SALT_BYTES>()?;
    let (&hashes, rest) = rest.split_first()?;
    let (path, rest) = rest.split_at_checked(usize::from(hashes) * HASH_BYTES)?;
    if usize::from(hashes) > MAX_PATH {
        return None;
    }
    let path = path.as_chunks().0.iter().copied().map(Hash).collect();
    let opening = Opening {
        position: u32::from_be_bytes(*position),
        salt,
        path,
    };
    Some((opening, rest))
}
