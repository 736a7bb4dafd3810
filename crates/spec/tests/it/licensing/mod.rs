//! What the specification says of licensing.

mod buy;
mod channels;
mod check;
mod claim;
mod cue_sheet;
mod deliver;
mod divide;
mod exclude;
mod invoice;
mod meet;
mod quote;
mod rotate;
mod sell;
mod sound;
mod standing;
mod suggest;
mod suggest_sale;
mod upgrade;
mod upgrade_paid;
mod verify;
