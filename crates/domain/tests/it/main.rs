//! The rules, told as tables and properties.
#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod books;
mod bundles;
mod credits;
mod cues;
mod channels;
mod checks;
mod envelope_gen;
mod envelope_json;
mod envelope_properties;
mod envelopes;
mod file_names;
mod identifiers;
mod ids;
mod imports;
mod invariants;
mod languages;
mod money;
mod prices;
mod quotes;
mod safelists;
mod standings;
mod suggestion_properties;
mod suggestions;
mod support;
mod templates;
mod upgrades;
mod uses;
