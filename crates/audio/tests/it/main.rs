//! The crate from outside: bytes in, sound and facts out.

mod catalogue;
mod cuts;
mod files;
mod hostile;
mod previews;
mod signals;
