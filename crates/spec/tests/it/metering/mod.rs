//! What the specification says of metering.

mod bundle;
mod earnings;
mod live;
mod report;
