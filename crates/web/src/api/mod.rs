//! The JSON API, version 1. Each file is one noun: its requests and answers as types (from
//! which the OpenAPI document is made) and its handlers.

pub(crate) mod asks;
pub(crate) mod body;
pub(crate) mod bundles;
pub(crate) mod channels;
pub(crate) mod checks;
pub(crate) mod claims;
pub(crate) mod credits;
pub(crate) mod cue_sheets;
pub(crate) mod exchanges;
pub(crate) mod files;
pub(crate) mod keys;
pub(crate) mod licences;
pub(crate) mod metrics;
pub(crate) mod money;
pub(crate) mod offers;
pub(crate) mod once;
pub(crate) mod openapi;
pub(crate) mod papers;
pub(crate) mod params;
pub(crate) mod payees;
pub(crate) mod payments;
pub(crate) mod payouts;
pub(crate) mod quotes;
pub(crate) mod reports;
pub(crate) mod schemas;
pub(crate) mod splits;
pub(crate) mod standing;
pub(crate) mod statements;
pub(crate) mod stream;
pub(crate) mod suggestions;
pub(crate) mod tracks;
pub(crate) mod uses;
pub(crate) mod verify;
pub(crate) mod wallet;
