//! What the specification says of access.

mod keys;
mod sign_in;
