//! Signed notes (C2SP `signed-note`) with Ed25519, and the text forms of their keys. A note may
//! carry others' signatures; they are kept and ignored. Knows nothing of what a note says.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The longest note that is read. Sixteen signatures of a post-quantum scheme fit.
pub const MAX_NOTE_BYTES: usize = 128 * 1024;
/// The most signatures that are read; the specification asks for sixteen at least.
pub const MAX_SIGNATURES: usize = 32;
/// The specification's identifier of plain Ed25519 signatures.
const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// A text isn't a key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// Names are not empty and hold no space, control character or plus.
    #[error("a key's name has no spaces and no plus, and isn't empty")]
    Name,
    /// Not of the form `name+hash+key`, or `PRIVATE+KEY+name+hash+key`.
    #[error("write a key as name+hash+base64, a private one with PRIVATE+KEY+ before it")]
    Form,
    /// Not plain Ed25519.
    #[error("only Ed25519 keys (type 1) are understood")]
    Type,
    /// The hash isn't that of this name and key.
    #[error("the hash in the key's text isn't that of its name and key: was it mistyped?")]
    Hash,
    /// The bytes are no public key, or one for which anything can be signed.
    #[error("the bytes are no usable Ed25519 public key")]
    Point,
}

/// A note isn't accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NoteError {
    /// Longer than is read.
    #[error("the note is longer than {MAX_NOTE_BYTES} bytes")]
    TooLong,
    /// Not a text, an empty line and signatures, each ending in a newline, in UTF-8 without
    /// control characters.
    #[error("not a signed note: a text, an empty line, and lines of signatures")]
    Form,
    /// A line after the text isn't a signature.
    #[error("signature line {0} isn't of the form — name base64")]
    SignatureLine(usize),
    /// More signatures than are read.
    #[error("the note bears more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// The trusted key has not signed.
    #[error("the note isn't signed by the trusted key")]
    NotSigned,
    /// The trusted key appears to have signed twice.
    #[error("the note bears two signatures under the trusted key's name")]
    SignedTwice,
    /// The trusted key's signature is wrong.
    #[error("the signature under the trusted key's name is wrong: the note was altered")]
    Signature,
}

/// Who may sign notes, and how to check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

/// The secret half. Prints as its public half.
#[derive(Clone)]
pub struct SigningKey {
    public: VerifyingKey,
    secret: ed25519_dalek::SigningKey,
}

/// A note that was read, and not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// What is signed, with its last newline.
    pub text: &'a str,
    signatures: Vec<Line<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line<'a> {
    name: &'a str,
    id: [u8; 4],
    signature: Vec<u8>,
}

fn is_name(name: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && !name.contains(bad)
}

/// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key).
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519]);
    let hash = hash.chain_update(public).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Splits `name+hash+key` and checks all but the hash.
fn parse_key(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    let id = HEXLOWER
        .decode(id.as_bytes())
        .ok()
        .and_then(|id| id.try_into().ok());
    let id = id.ok_or(KeyError::Form)?;
    let key = BASE64.decode(key.as_bytes()).map_err(|_| KeyError::Form)?;
    let (&algorithm, key) = key.split_first().ok_or(KeyError::Form)?;
    if algorithm != ED25519 {
        return Err(KeyError::Type);
    }
    Ok((name, id, key.try_into().map_err(|_| KeyError::Form)?))
}

fn key_text(name: &str, id: [u8; 4], key: &[u8; 32]) -> String {
    let mut typed = [ED25519; 33];
    typed[1..].copy_from_slice(key);
    format!("{name}+{}+{}", HEXLOWER.encode(&id), BASE64.encode(&typed))
}

impl VerifyingKey {
    /// The key with these 32 bytes (RFC 8032) under `name`.
    ///
    /// # Errors
    /// When the name can't be one, or the bytes are no usable key.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<VerifyingKey, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| KeyError::Point)?;
        if key.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(VerifyingKey {
            name: name.to_string(),
            id: key_id(name, public),
            key,
        })
    }

    /// Reads `name+hash+key`, the form that notes' verifiers share.
    ///
    /// # Errors
    /// When the text is no such key, or its hash is not that of its name and key.
    pub fn parse(text: &str) -> Result<VerifyingKey, KeyError> {
        let (name, id, public) = parse_key(text)?;
        let key = VerifyingKey::new(name, &public)?;
        if key.id == id {
            Ok(key)
        } else {
            Err(KeyError::Hash)
        }
    }

    /// `text` as a note with a signature of this key, which may be wrong.
    pub(crate) fn note_with(&self, text: &str, signature: &[u8; 64]) -> String {
        let mut bytes = self.id.to_vec();
        bytes.extend(signature);
        format!("{text}\n— {} {}\n", self.name, BASE64.encode(&bytes))
    }

    /// The key's name, which is the origin of the log it signs for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text(&self.name, self.id, self.key.as_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

impl SigningKey {
    /// The key made from these 32 secret bytes, under `name`.
    ///
    /// # Errors
    /// When the name can't be one.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<SigningKey, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = VerifyingKey::new(name, secret.verifying_key().as_bytes())?;
        Ok(SigningKey { public, secret })
    }

    /// Reads `PRIVATE+KEY+name+hash+key`.
    ///
    /// # Errors
    /// As [`VerifyingKey::parse`].
    pub fn parse(text: &str) -> Result<SigningKey, KeyError> {
        let (name, id, seed) = parse_key(text.strip_prefix(PRIVATE).ok_or(KeyError::Form)?)?;
        let key = SigningKey::from_seed(name, &seed)?;
        if key.public.id == id {
            Ok(key)
        } else {
            Err(KeyError::Hash)
        }
    }

    /// The secret as text, to be kept as such. `Display` is left out on purpose.
    #[must_use]
    pub fn secret_text(&self) -> String {
        let text = key_text(&self.public.name, self.public.id, self.secret.as_bytes());
        format!("{PRIVATE}{text}")
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.public.name()
    }

    /// `text`, which ends in a newline, with an empty line and the signature after it.
    pub(crate) fn sign_note(&self, text: &str) -> String {
        self.public
            .note_with(text, &self.secret.sign(text.as_bytes()).to_bytes())
    }
}

impl<'a> Note<'a> {
    /// Reads a note and believes nothing yet.
    ///
    /// # Errors
    /// When it isn't a note, or exceeds a limit.
    pub fn parse(note: &'a [u8]) -> Result<Note<'a>, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        let note = core::str::from_utf8(note).map_err(|_| NoteError::Form)?;
        if note.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(NoteError::Form);
        }
        // The last empty line parts text from signatures; the text keeps its own newline.
        let blank = note.rfind("\n\n").ok_or(NoteError::Form)?;
        let (text, rest) = (&note[..=blank], &note[blank + 2..]);
        let lines = rest.strip_suffix('\n').ok_or(NoteError::Form)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let lines = lines.split('\n').enumerate();
        let lines = lines.map(|(i, line)| Line::parse(line).ok_or(NoteError::SignatureLine(i + 1)));
        Ok(Note {
            text,
            signatures: lines.collect::<Result<_, _>>()?,
        })
    }

    /// The text, if `key` signed it exactly once. Other keys' signatures are not looked at: they
    /// may be witnesses', or in ways of signing that we don't know.
    ///
    /// # Errors
    /// When `key` did not sign, signed twice, or the signature is wrong.
    pub fn signed_by(&self, key: &VerifyingKey) -> Result<&'a str, NoteError> {
        let mut mine = self
            .signatures
            .iter()
            .filter(|s| s.name == key.name && s.id == key.id);
        let line = mine.next().ok_or(NoteError::NotSigned)?;
        if mine.next().is_some() {
            return Err(NoteError::SignedTwice);
        }
        let signature = Signature::from_slice(&line.signature).map_err(|_| NoteError::Signature)?;
        let verified = key.key.verify_strict(self.text.as_bytes(), &signature);
        verified
            .map(|()| self.text)
            .map_err(|_| NoteError::Signature)
    }

    /// The first signature under the key's name and id, unverified.
    pub(crate) fn signature_of(&self, key: &VerifyingKey) -> Option<&[u8]> {
        let line = self
            .signatures
            .iter()
            .find(|s| s.name == key.name && s.id == key.id)?;
        Some(&line.signature)
    }

    /// Under which names it is signed, unverified.
    pub fn signers(&self) -> impl Iterator<Item = &'a str> {
        self.signatures.iter().map(|line| line.name)
    }
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Line<'a>> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = BASE64.decode(signature.as_bytes()).ok()?;
        let (&id, signature) = bytes.split_first_chunk::<4>()?;
        let sound = is_name(name) && !signature.is_empty();
        sound.then(|| Line {
            name,
            id,
            signature: signature.to_vec(),
        })
    }
}
