//! Serving: the listener, the router with its log, the index that follows the database, and an
//! end that lets running requests finish.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::{App, catalogue::index};
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::net::TcpListener;
use web::{ClientAddress, Patience};

use crate::config::Config;
use crate::connections::{self, Bounds};
use crate::exit::Failure;
use crate::upkeep;

/// How often the index looks for what other processes have added.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);
/// How long running requests may take after the end was called; live reports never end alone.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Takes the address.
///
/// # Errors
/// [`Failure`] when it is taken, not ours, or no address.
pub async fn bind(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|e| match e.kind() {
            std::io::ErrorKind::AddrInUse => Failure::failed(
                format!("{address} is taken by another program"),
                "stop it, or choose another port with --listen 127.0.0.1:8081",
            ),
            std::io::ErrorKind::PermissionDenied => Failure::failed(
                format!("{address} may not be used: {e}"),
                "choose a port above 1023 with --listen",
            ),
            _ => Failure::failed(
                format!("{address} can't be listened on: {e}"),
                "say an address of this machine and a port, like --listen 127.0.0.1:8080",
            ),
        })
}

/// How the store meets its clients.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Where askers' addresses are read from.
    pub client_address: ClientAddress,
    /// How long a client may keep the store waiting.
    pub patience: Duration,
    /// How many connections may be open at once.
    pub connections_max: u32,
}

impl Manner {
    /// As configured.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            client_address: if config.behind_proxy {
                ClientAddress::Forwarded
            } else {
                ClientAddress::Peer
            },
            patience: Duration::from_secs(config.patience_s.into()),
            connections_max: config.connections_max,
        }
    }
}

/// The whole of HTTP over a store.
pub fn router(app: Arc<App>, manner: Manner) -> Router {
    let secure_cookies = app.settings.public_url.starts_with("https://");
    // The sandbox is the only payment provider there is.
    let options = web::Options {
        secure_cookies,
        sandbox: true,
        client_address: manner.client_address,
        patience: Patience(manner.patience),
    };
    web::router(app, options).layer(middleware::from_fn(log))
}

/// One terse line a request. The pattern of the path stands in for the path: sign-in links and
/// licences' grants are secrets and must not be found in a log.
async fn log(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let path = path.as_ref().map_or("(no page)", MatchedPath::as_str);
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
    if response.status().is_server_error() {
        tracing::error!("{method} {path} {status} {ms} ms");
    } else {
        tracing::info!("{method} {path} {status} {ms} ms");
    }
    response
}

/// Serves until `stop` is done and the last requests are.
///
/// # Errors
/// [`Failure`] of the database when the index is first filled.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    manner: Manner,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let newest = index::follow(&app, 0).await?;
    let follower = tokio::spawn(follow(app.clone(), newest));
    let upkeep = tokio::spawn(upkeep::keep(app.clone()));
    let signer = tokio::spawn(upkeep::sign(app.clone()));
    let (tell, told) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        stop.await;
        let _ = tell.send(true);
    });
    let last = app.clone();
    let bounds = Bounds {
        patience: manner.patience,
        open_max: manner.connections_max,
    };
    let server = connections::serve(listener, router(app, manner), bounds, told.clone());
    let mut told = told;
    tokio::select! {
        () = server => {}
        () = async {
            let _ = told.wait_for(|ended| *ended).await;
            tokio::time::sleep(LAST_REQUESTS).await;
        } => {}
    }
    follower.abort();
    upkeep.abort();
    signer.abort();
    // What the last requests have left unsigned; should it fail, the next start signs it.
    if let Err(fault) = app::proofs::publish(&last, &last.call()).await {
        tracing::error!("the log isn't signed: {}", fault.chain());
    }
    Ok(())
}

async fn follow(app: Arc<App>, mut newest: i64) {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        match index::follow(&app, newest).await {
            Ok(now) => newest = now,
            // The database may come back; until then search answers from what it has.
            Err(fault) => tracing::warn!("the search index can't follow: {}", fault.chain()),
        }
    }
}

/// Done when the program is told to stop, by Ctrl-C or by the system. It listens from the call
/// on, not only once it is waited for: call it before saying that the store is open.
pub fn asked_to_stop() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
        async move {
            match signals {
                [Ok(mut term), Ok(mut interrupt)] => {
                    tokio::select! {
                        _ = term.recv() => {}
                        _ = interrupt.recv() => {}
                    }
                }
                // Without handlers the system ends the program by itself.
                _ => std::future::pending().await,
            }
        }
    }
    #[cfg(not(unix))]
    async {
        let _ = tokio::signal::ctrl_c().await;
    }
}
