//! The JSON API, version 1. Each file is one noun: its requests and answers as types (from
//! which the OpenAPI document is made) and its handlers.

pub(crate) mod asks;
pub(crate) mod body;
pub(crate) mod channels;
pub(crate) mod checks;
pub(crate) mod claims;
pub(crate) mod credits;
pub(crate) mod cue_sheets;
pub(crate) mod files;
pub(crate) mod keys;
pub(crate) mod licences;
pub(crate) mod money;
pub(crate) mod offers;
pub(crate) mod openapi;
pub(crate) mod params;
pub(crate) mod quotes;
pub(crate) mod rates;
pub(crate) mod reports;
pub(crate) mod schemas;
pub(crate) mod standing;
pub(crate) mod stream;
pub(crate) mod suggestions;
pub(crate) mod tracks;
pub(crate) mod uses;
pub(crate) mod verify;
