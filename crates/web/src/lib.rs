//! HTTP: the JSON API and the pages, over the use cases of `app`.
//!
//! A handler reads the request, calls one use case and shapes the answer. There is no SQL and
//! no rule here, no clock and no configuration: those come with [`app::App`] and [`Options`].
//! What every answer has in common (a request number, security headers, problems in one form)
//! is put around the handlers by [`router()`].

mod answer;
mod api;
mod assets;
mod bounds;
mod cache;
mod limit;
mod look_ups;
mod negotiation;
pub mod pages;
mod principal;
mod problem;
mod range;
mod router;
mod security;
mod state;
mod uploads;
mod words;

pub use router::router;
pub use state::{ClientAddress, Options, Patience};
