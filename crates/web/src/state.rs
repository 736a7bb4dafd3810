//! What every handler is given.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use axum::extract::FromRef;

use crate::look_ups::LookUps;
use crate::uploads::Uploads;

/// How the store is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether people reach the store by https: cookies are then sent over it only.
    pub secure_cookies: bool,
    /// Whether payments are the sandbox's: pages then say that no money moves.
    pub sandbox: bool,
    /// Where askers' addresses are read from.
    pub client_address: ClientAddress,
    /// How long a request's body may take to come.
    pub patience: Patience,
}

/// How long the store waits for a client: 30 seconds, unless something else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// Where the address of whoever asks is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientAddress {
    /// From the connection: askers reach the store themselves.
    #[default]
    Peer,
    /// From what the store's own proxy adds to `X-Forwarded-For`.
    Forwarded,
}

/// The application and how it is served. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) app: Arc<App>,
    pub(crate) options: Options,
    pub(crate) look_ups: Arc<LookUps>,
    pub(crate) uploads: Arc<Uploads>,
}

impl FromRef<Web> for Arc<App> {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}
