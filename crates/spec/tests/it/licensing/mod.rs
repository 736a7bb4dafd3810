//! What the specification says of licensing.

mod buy;
mod deliver;
mod exclude;
mod quote;
mod sell;
mod sound;
mod suggest;
mod upgrade;
mod verify;
