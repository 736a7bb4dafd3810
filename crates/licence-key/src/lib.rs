//! The licence key: what names a licence, proves it, and travels with the media.
//!
//! One key has three forms: a [`Code`] that people read and type, a signed token
//! ([`sign`], [`verify`]) that proves the licence without asking anyone, and a page
//! address that this crate only carries. Revocation and suspension are a signed
//! [`StatusList`]. The same keys sign [`statement`]s. With the `media` feature (on by default) the crate also writes
//! keys into audio and video files and reads them back, without touching the sound.
//!
//! The crate knows nothing of stores, prices, databases, networks, files on disk, clocks or
//! chance: input is bytes or `Read + Seek`, the time is a parameter in seconds since the
//! Unix epoch, and random bytes are handed in. What an envelope means is not its concern
//! either: it signs, hashes and returns it as JSON. Without `media` it needs only `alloc`-like
//! dependencies and builds for WebAssembly.
//!
//! Trust never comes from the thing being checked: the caller hands in the issuer's
//! [`Jwks`], pinned when the licence was bought.

pub mod canonical;
mod claims;
mod code;
mod jws;
mod key;
#[cfg(feature = "media")]
pub mod media;
mod standing;
pub mod statement;
mod status;
mod token;

pub use claims::{Asset, Claims, Status, StatusRef};
pub use code::{Code, CodeError};
pub use key::{IssuerKey, Jwk, Jwks, KeyError};
pub use standing::{Judgement, Standing, Stated, StatusCheck, judge};
pub use status::{
    Bits, MAX_LIST_BYTES, STATUS_INVALID, STATUS_LIST_TYPE, STATUS_SUSPENDED, STATUS_VALID,
    StatusError, StatusList, StatusToken,
};
pub use token::{
    CLAIMS_VERSION, LICENCE_TYPE, MAX_TOKEN_BYTES, TokenError, Verified, peek, sign, verify,
};

/// The README's example, tried as documentation is.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
