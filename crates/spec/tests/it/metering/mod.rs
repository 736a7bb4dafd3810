//! What the specification says of metering.

mod breakdown;
mod bundle;
mod channel;
mod drop;
mod earnings;
mod engine;
mod event;
mod forecast;
mod gaps;
mod import;
mod live;
mod receipt;
mod report;
mod uncovered;
mod uncovered_web;
