//! What the specification says of access.

mod sign_in;
mod keys;
