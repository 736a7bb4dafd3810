//! What the specification says of metering.

mod bundle;
mod earnings;
mod event;
mod live;
mod report;
