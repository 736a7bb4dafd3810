//! Following the keys on disk: a store that runs takes up new keys within seconds, without being
//! started again. What can't be read leaves the keys as they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use app::App;

use super::passphrase::Passphrase;
use super::{FOLDER, signing};

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Follows the folder of keys until it is dropped.
pub(crate) async fn watch(app: Arc<App>, folder: PathBuf, passphrase: Option<Passphrase>) {
    let passphrase = passphrase.map(Arc::new);
    let mut seen = stamps(&folder);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = stamps(&folder);
        if now == seen {
            continue;
        }
        seen = now;
        let (folder, passphrase, at) = (folder.clone(), passphrase.clone(), app.call().now);
        // Opening a sealed key takes as long as its makers could make it take.
        let read = tokio::task::spawn_blocking(move || {
            signing(&folder, passphrase.as_ref().map(|p| p.as_str()), at)
        });
        match read.await {
            Ok(Ok((keys, troubles))) => {
                for trouble in &troubles {
                    tracing::warn!("{trouble}");
                }
                let signs = keys.signer(at).map(|key| key.kid().to_owned());
                match (signs, troubles.is_empty()) {
                    // Somebody is in the middle of something, or has broken it: go on as before.
                    (None, false) => tracing::warn!("the keys stay as they were"),
                    (signs, _) => {
                        let signs = signs.unwrap_or_else(|| "nobody".into());
                        tracing::info!("the keys have changed: {signs} signs");
                        app.issuer.replace(keys);
                    }
                }
            }
            Ok(Err(failure)) => tracing::warn!("{failure} (the keys stay as they were)"),
            Err(error) => tracing::warn!("the keys can't be read: {error}"),
        }
    }
}

/// What tells a folder's files from those they were: names, sizes, times.
fn stamps(folder: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let listed = fs::read_dir(folder.join(FOLDER));
    let mut stamps: Vec<_> = listed
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let about = entry.metadata().ok()?;
            Some((entry.path(), about.len(), about.modified().ok()))
        })
        .collect();
    stamps.sort();
    stamps
}
