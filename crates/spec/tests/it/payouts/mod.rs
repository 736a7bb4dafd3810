mod destination;
mod letters;
mod limits;
mod pay_days;
pub(crate) mod propose;
mod race;
mod release;
mod results;
mod send;
