//! What the specification says of metering.

mod breakdown;
mod bundle;
mod earnings;
mod engine;
mod event;
mod gaps;
mod import;
mod live;
mod receipt;
mod report;
mod uncovered;
mod uncovered_web;
