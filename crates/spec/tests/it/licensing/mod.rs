//! What the specification says of licensing.

mod buy;
mod deliver;
mod quote;
mod sell;
mod sound;
mod suggest;
mod verify;
