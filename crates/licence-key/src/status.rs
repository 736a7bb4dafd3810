//! Token Status List: revocation and suspension of many licences in a few signed bytes.
//!
//! Format: IETF Token Status List. Each licence owns one entry of 1, 2, 4 or 8 bits, packed
//! from the least significant bit of each byte on, zlib-compressed, in base64url, carried by a
//! signed token of `typ` `statuslist+jwt`. The module knows nothing of which licence owns
//! which entry, nor of the time.

use data_encoding::BASE64URL_NOPAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::jws::{self, JwsError};
use crate::key::{IssuerKey, Jwks};

/// Entry value: the licence stands.
pub const STATUS_VALID: u8 = 0;
/// Entry value: the licence was revoked for good.
pub const STATUS_INVALID: u8 = 1;
/// Entry value: the licence is suspended, for instance during a chargeback.
pub const STATUS_SUSPENDED: u8 = 2;

/// The JWS `typ` of a status list token.
pub const STATUS_LIST_TYPE: &str = "statuslist+jwt";

/// The largest list accepted, in bytes before compression: at 2 bits, 64 million licences.
pub const MAX_LIST_BYTES: usize = 16 * 1024 * 1024;

const COMPRESSION_LEVEL: u8 = 9;

/// How many bits each entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Bits {
    /// Valid or revoked.
    One,
    /// Also suspended: what Clearcue issues.
    Two,
    /// Sixteen values.
    Four,
    /// 256 values.
    Eight,
}

impl Bits {
    /// The number of bits: 1, 2, 4 or 8.
    #[must_use]
    pub fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    fn mask(self) -> u8 {
        u8::MAX >> (8 - self.count())
    }

    fn per_byte(self) -> u64 {
        u64::from(8 / self.count())
    }
}

impl From<Bits> for u8 {
    fn from(bits: Bits) -> Self {
        bits.count()
    }
}

impl TryFrom<u8> for Bits {
    type Error = StatusError;

    fn try_from(count: u8) -> Result<Self, StatusError> {
        match count {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            4 => Ok(Self::Four),
            8 => Ok(Self::Eight),
            other => Err(StatusError::Bits(other)),
        }
    }
}

/// Why a status list, or a change to it, is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// Another width than 1, 2, 4 or 8.
    #[error("a status list has 1, 2, 4 or 8 bits for each entry, not {0}")]
    Bits(u8),
    /// The list has no such entry.
    #[error("the status list has no entry {0}")]
    Index(u64),
    /// The value needs more bits than an entry has.
    #[error("the status value {0} does not fit into the list's entries")]
    Value(u8),
    /// More than [`MAX_LIST_BYTES`].
    #[error("the status list is larger than {MAX_LIST_BYTES} bytes")]
    TooLarge,
    /// Not base64url, or not zlib.
    #[error("the status list is damaged: it cannot be unpacked")]
    Packing,
    /// The token that carries the list is forged or damaged.
    #[error("the status list was altered or is not a status list")]
    Altered,
    /// Signed by a key that is not trusted.
    #[error("the status list is signed by a key that is not trusted here ({kid})")]
    UnknownKey {
        /// The key id the token names.
        kid: String,
    },
}

/// The entries themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    bits: Bits,
    bytes: Vec<u8>,
}

impl StatusList {
    /// A list with room for at least `entries` licences, all valid.
    ///
    /// # Errors
    /// [`StatusError::TooLarge`] beyond [`MAX_LIST_BYTES`].
    pub fn new(bits: Bits, entries: u64) -> Result<Self, StatusError> {
        let bytes = usize::try_from(entries.div_ceil(bits.per_byte()))
            .ok()
            .filter(|&bytes| bytes <= MAX_LIST_BYTES)
            .ok_or(StatusError::TooLarge)?;
        Ok(Self {
            bits,
            bytes: vec![0; bytes],
        })
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.bits.per_byte() * u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// Whether the list has no entry at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bits each entry has.
    #[must_use]
    pub fn bits(&self) -> Bits {
        self.bits
    }

    /// The value of an entry; `None` where the list has no such entry.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<u8> {
        let (byte, shift) = self.position(index)?;
        Some((self.bytes.get(byte)? >> shift) & self.bits.mask())
    }

    /// Sets an entry.
    ///
    /// # Errors
    /// [`StatusError::Index`] where the list has no such entry, [`StatusError::Value`] where
    /// the value needs more bits.
    pub fn set(&mut self, index: u64, value: u8) -> Result<(), StatusError> {
        let mask = self.bits.mask();
        if value & !mask != 0 {
            return Err(StatusError::Value(value));
        }
        let (byte, shift) = self.position(index).ok_or(StatusError::Index(index))?;
        let slot = self.bytes.get_mut(byte).ok_or(StatusError::Index(index))?;
        *slot = (*slot & !(mask << shift)) | (value << shift);
        Ok(())
    }

    /// The packed text (`lst`): zlib, then base64url.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64URL_NOPAD.encode(&compress_to_vec_zlib(&self.bytes, COMPRESSION_LEVEL))
    }

    /// Unpacks a text made by [`StatusList::encode`] or by another implementation.
    ///
    /// # Errors
    /// [`StatusError::Packing`] where it is damaged or would unpack beyond
    /// [`MAX_LIST_BYTES`].
    pub fn decode(bits: Bits, lst: &str) -> Result<Self, StatusError> {
        let packed = BASE64URL_NOPAD
            .decode(lst.as_bytes())
            .map_err(|_| StatusError::Packing)?;
        let bytes = decompress_to_vec_zlib_with_limit(&packed, MAX_LIST_BYTES)
            .map_err(|_| StatusError::Packing)?;
        Ok(Self { bits, bytes })
    }

    fn position(&self, index: u64) -> Option<(usize, u8)> {
        let byte = usize::try_from(index / self.bits.per_byte()).ok()?;
        let slot = u8::try_from(index % self.bits.per_byte()).ok()?;
        Some((byte, slot * self.bits.count()))
    }
}

/// A list together with what its token says about it. Times are seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusToken {
    /// The list's own address (`sub`): licences refer to it by this.
    pub uri: String,
    /// When it was issued.
    pub iat: i64,
    /// When it must be fetched anew; `None` leaves that open.
    pub exp: Option<i64>,
    /// For how many seconds a copy may be kept before asking again.
    pub ttl: Option<u64>,
    /// The entries.
    pub list: StatusList,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    sub: String,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    status_list: WireList,
}

#[derive(Serialize, Deserialize)]
struct WireList {
    bits: Bits,
    lst: String,
}

impl StatusToken {
    /// Signs the list.
    ///
    /// # Errors
    /// [`StatusError::TooLarge`] where a time is beyond what canonical JSON can hold.
    pub fn sign(&self, key: &IssuerKey) -> Result<String, StatusError> {
        let wire = Wire {
            sub: self.uri.clone(),
            iat: self.iat,
            exp: self.exp,
            ttl: self.ttl,
            status_list: WireList {
                bits: self.list.bits,
                lst: self.list.encode(),
            },
        };
        let value = serde_json::to_value(wire).map_err(|_| StatusError::TooLarge)?;
        let payload = canonical::to_string(&value).map_err(|_| StatusError::TooLarge)?;
        Ok(jws::sign(STATUS_LIST_TYPE, &payload, key))
    }

    /// Verifies a signed list against the issuer's pinned keys. Whether it is still fresh is
    /// for [`judge`](crate::judge) to say.
    ///
    /// # Errors
    /// [`StatusError::UnknownKey`], [`StatusError::Packing`], or [`StatusError::Altered`] for
    /// everything else that is wrong with it.
    pub fn verify(text: &str, keys: &Jwks) -> Result<Self, StatusError> {
        let (payload, _) = jws::verify(STATUS_LIST_TYPE, text.trim_ascii(), keys)?;
        canonical::check(&payload).map_err(|_| StatusError::Altered)?;
        let wire: Wire = serde_json::from_str(&payload).map_err(|_| StatusError::Altered)?;
        Ok(Self {
            uri: wire.sub,
            iat: wire.iat,
            exp: wire.exp,
            ttl: wire.ttl,
            list: StatusList::decode(wire.status_list.bits, &wire.status_list.lst)?,
        })
    }
}

impl From<JwsError> for StatusError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::UnknownKey(kid) => Self::UnknownKey { kid },
            JwsError::Shape
            | JwsError::Encoding(_)
            | JwsError::Header
            | JwsError::Type
            | JwsError::Signature => Self::Altered,
        }
    }
}
