//! The JSON API, version 1. Each file is one noun: its requests and answers as types (from
//! which the OpenAPI document is made) and its handlers.

pub(crate) mod body;
pub(crate) mod money;
pub(crate) mod params;
pub(crate) mod tracks;
