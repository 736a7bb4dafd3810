//! What the specification says of licensing.

mod quote;
mod buy;
mod sell;
mod deliver;
mod verify;
