//! What every handler is given.

use std::sync::Arc;

use app::App;
use axum::extract::FromRef;

/// How the store is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether people reach the store by https: cookies are then sent over it only.
    pub secure_cookies: bool,
    /// Whether payments are the sandbox's: pages then say that no money moves.
    pub sandbox: bool,
}

/// The application and how it is served. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) app: Arc<App>,
    pub(crate) options: Options,
}

impl FromRef<Web> for Arc<App> {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}
