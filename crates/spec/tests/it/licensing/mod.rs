//! What the specification says of licensing.

mod buy;
mod deliver;
mod exclude;
mod quote;
mod rotate;
mod sell;
mod sound;
mod suggest;
mod upgrade;
mod verify;
