//! What the specification says of metering.

mod report;
mod bundle;
mod live;
mod earnings;
