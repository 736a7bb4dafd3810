//! Keys in media files: written into tags, read back, and the hash of the sound itself.
//!
//! [`embed`] marks a delivered audio file, [`stamp`] a finished MP4 or MOV, [`read`] finds the
//! keys in any of them, and [`essence_sha256`] hashes the encoded audio without its tags. All
//! work on `Read + Seek` and never hold more than the metadata in memory. Masters are only
//! read: marking always writes to a second file.
//!
//! The module knows nothing of decoding: it never looks inside a frame of sound, which is why
//! it cannot change one.

mod bytes;
mod carry;
mod comments;
mod error;
mod essence;
mod flac;
mod format;
mod id3;
mod marks;
mod mp4;
mod ogg;
mod riff;
mod wav;

pub use carry::{embed, embed_bytes, read, stamp, stamp_all};
pub use error::MediaError;
pub use essence::essence_sha256;
pub use format::Format;
pub use marks::{Found, Marks};
