//! The upkeep of a store that is open: what is due is done every minute. One round follows the
//! other, so that they never overlap; one that fails is logged, and the next tries again.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use tokio::time::Instant;

/// How long after one round the next begins.
const EVERY: Duration = Duration::from_secs(60);
/// How long after a start the first audit is made: whoever starts a store wants it to serve.
const AUDIT_AFTER: Duration = Duration::from_secs(5 * 60);
/// How long after the log's head was signed it is looked at again.
const SIGN_EVERY: Duration = Duration::from_secs(1);

/// Keeps a store up until it is aborted.
pub(crate) async fn keep(app: Arc<App>) {
    let start = Instant::now();
    loop {
        match app::upkeep::run(&app).await {
            Ok(done) => {
                for (what, count) in done.into_iter().filter(|(_, count)| *count > 0) {
                    tracing::info!("upkeep: {count} {what}");
                }
            }
            Err(fault) => tracing::error!("upkeep: {}", fault.chain()),
        }
        // What `/metrics` tells of the invariants; at most once an hour.
        if start.elapsed() >= AUDIT_AFTER
            && let Err(fault) = app::accounts::metrics::due(&app, &app.call()).await
        {
            tracing::error!("upkeep: the audit: {}", fault.chain());
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Signs the log's head each second in which leaves were added, until it is aborted. A trouble is
/// told once, and again once it is another.
pub(crate) async fn sign(app: Arc<App>) {
    let mut told = String::new();
    loop {
        tokio::time::sleep(SIGN_EVERY).await;
        match app::proofs::publish(&app, &app.call()).await {
            // A store that was opened without its key has told of it already.
            Ok(_) => told.clear(),
            Err(fault) => {
                let trouble = fault.chain();
                if trouble != told {
                    tracing::error!("the log isn't signed: {trouble}");
                    told = trouble;
                }
            }
        }
    }
}
