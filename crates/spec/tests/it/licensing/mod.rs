//! What the specification says of licensing.

mod buy;
mod deliver;
mod quote;
mod sell;
mod suggest;
mod verify;
