//! The proof of a use without what follows from the rest: the verifier's key gives the log's name,
//! the two paths give both roots. For where a kilobyte counts, as in a statement of many lines.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::batch::{MAX_EVENT_BYTES, Opening};
use crate::checkpoint::{Checkpoint, Head};
use crate::hash::{HASH_BYTES, Hash};
use crate::merkle::head_from_inclusion;
use crate::note::{Note, VerifyingKey};
use crate::part::Part;
use crate::receipt::{Event, Proof, ProofError, verify_use};

const VERSION: u8 = 1;
/// The version that goes on to one of several that the event is over.
const OF_PART: u8 = 2;
/// Where a leaf's encoding has what packing moves or leaves out (`docs/transparency.md`).
const KIND: usize = 4;
const TIME: core::ops::Range<usize> = 13..21;
const PREVIOUS: core::ops::Range<usize> = 21..53;
const COUNT: core::ops::Range<usize> = 85..89;
const TOTALS: usize = 89;
const TOTAL_BYTES: usize = 11;
const STATEMENT_BYTES: usize = 40;

/// Packs a good proof of a use. Only the log's own signature is kept.
///
/// # Errors
/// When the proof isn't good, or its checkpoint has lines that packing would lose.
pub fn pack(proof: &Proof, key: &VerifyingKey) -> Result<Vec<u8>, ProofError> {
    let proven = verify_use(proof, key)?;
    let event = proof.event.as_ref().ok_or(ProofError::NoEvent)?;
    let (leaf, opening) = (&proof.leaf, &event.opening);
    let version = event.part.as_ref().map_or(VERSION, |_| OF_PART);
    let mut bytes = [version, leaf[KIND]].to_vec();
    bytes.extend(&leaf[TIME]);
    bytes.extend(&leaf[COUNT]);
    bytes.extend(&leaf[PREVIOUS]);
    bytes.extend(&leaf[TOTALS..]);
    bytes.extend(proof.index.to_be_bytes());
    bytes.extend(proven.head.size.to_be_bytes());
    let signature = signature(proof, key).ok_or(ProofError::Packed)?;
    bytes.extend(signature);
    push_path(&mut bytes, &proof.path);
    push_opening(&mut bytes, opening);
    let Some(part) = &event.part else {
        bytes.extend(&event.bytes);
        return Ok(bytes);
    };
    // The root that the event ends with follows from the part.
    let head = event.bytes.split_last_chunk::<HASH_BYTES>();
    let (head, _) = head.ok_or(ProofError::Packed)?;
    let length = u16::try_from(head.len()).map_err(|_| ProofError::Packed)?;
    bytes.extend(length.to_be_bytes());
    bytes.extend(head);
    push_opening(&mut bytes, &part.opening);
    bytes.extend(&part.bytes);
    Ok(bytes)
}

/// Restores a packed proof for `key`. Nothing is believed yet: verify it as any other.
///
/// # Errors
/// When the bytes are no packed proof.
pub fn unpack(bytes: &[u8], key: &VerifyingKey) -> Result<Proof, ProofError> {
    let mut input = Input(bytes);
    let proof = input.proof(key);
    proof.ok_or(ProofError::Packed)
}

fn signature(proof: &Proof, key: &VerifyingKey) -> Option<[u8; 64]> {
    let note = Note::parse(proof.checkpoint.as_bytes()).ok()?;
    let plain = Checkpoint::parse(note.text)?.extensions.is_empty();
    let signature = note.signature_of(key)?.try_into().ok()?;
    plain.then_some(signature)
}

fn push_opening(bytes: &mut Vec<u8>, opening: &Opening) {
    bytes.extend(opening.position.to_be_bytes());
    bytes.extend(opening.salt);
    push_path(bytes, &opening.path);
}

fn push_path(bytes: &mut Vec<u8>, path: &[Hash]) {
    bytes.push(u8::try_from(path.len()).expect("a checked path has 64 hashes at most"));
    path.iter().for_each(|hash| bytes.extend(hash.0));
}

/// Bytes being read from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn path(&mut self) -> Option<Vec<Hash>> {
        let [hashes] = self.take()?;
        let bytes = self.slice(usize::from(hashes) * HASH_BYTES)?;
        Some(bytes.as_chunks().0.iter().copied().map(Hash).collect())
    }

    /// The totals and, in a statement, what stands after them.
    fn tail(&mut self, kind: u8) -> Option<&'a [u8]> {
        let totals = usize::from(*self.0.first()?);
        let statement = if kind == 3 { STATEMENT_BYTES } else { 0 };
        self.slice(1 + totals * TOTAL_BYTES + statement)
    }

    fn opening(&mut self) -> Option<Opening> {
        Some(Opening {
            position: self.take().map(u32::from_be_bytes)?,
            salt: self.take()?,
            path: self.path()?,
        })
    }

    /// All that is left.
    fn last(&mut self) -> Option<Vec<u8>> {
        let rest = core::mem::take(&mut self.0);
        (rest.len() <= MAX_EVENT_BYTES).then(|| rest.to_vec())
    }

    fn event(&mut self, version: u8) -> Option<Event> {
        let opening = self.opening()?;
        if version == VERSION {
            return Some(Event {
                bytes: self.last()?,
                opening,
                part: None,
            });
        }
        let length = self.take().map(u16::from_be_bytes)?;
        let head = self.slice(usize::from(length))?;
        let part = Part {
            opening: self.opening()?,
            bytes: self.last()?,
        };
        // What a part is in ends with the number of its parts, and then their root.
        let count = u64::from_be_bytes(*head.last_chunk()?);
        let root = part.opening.head(&part.bytes, count.try_into().ok()?)?;
        Some(Event {
            bytes: [head, &root.0].concat(),
            opening,
            part: Some(part),
        })
    }

    fn proof(&mut self, key: &VerifyingKey) -> Option<Proof> {
        let [version, kind] = self.take()?;
        if ![VERSION, OF_PART].contains(&version) {
            return None;
        }
        let (time, count) = (self.take::<8>()?, self.take::<4>()?);
        let (previous, tail) = (self.take::<32>()?, self.tail(kind)?);
        let (index, size) = (self.take::<8>()?, self.take().map(u64::from_be_bytes)?);
        let (signature, path) = (self.take::<64>()?, self.path()?);
        let event = self.event(version)?;
        let batch = event
            .opening
            .head(&event.bytes, u32::from_be_bytes(count))?;
        let head = [
            &b"CCL\x01"[..],
            &[kind],
            &index,
            &time,
            &previous,
            &batch.0,
            &count,
            tail,
        ];
        let leaf = head.concat();
        let index = u64::from_be_bytes(index);
        let root = head_from_inclusion(Hash::leaf(&leaf), index, size, &path)?;
        let origin = key.name().to_string();
        let text = Checkpoint {
            origin,
            head: Head { size, root },
            extensions: Vec::new(),
        };
        let checkpoint = key.note_with(&text.to_string(), &signature);
        Some(Proof {
            leaf,
            index,
            path,
            checkpoint,
            event: Some(event),
        })
    }
}
