//! Following the keys on disk: a store that runs takes up new keys within seconds, without being
//! started again. What can't be read leaves the keys as they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use app::{App, Keys, Timestamp};

use super::passphrase::Passphrase;
use super::{FOLDER, signing};

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long a read that has told a trouble is left before the next, where the folder shows no
/// change: opening a sealed key takes its time.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// What tells one file from what it was: its name, size, time and mode.
type Stamp = (PathBuf, u64, Option<SystemTime>, u32);

/// Follows the folder of keys until it is dropped.
pub(crate) async fn watch(app: Arc<App>, folder: PathBuf, passphrase: Option<Passphrase>) {
    let passphrase = passphrase.map(Arc::new);
    let mut seen = stamps(&folder);
    // What the last read told; a store that was opened without a key has told of it already.
    let mut told: Vec<String> = Vec::new();
    let mut clear = app.issuer.signer(app.call().now).is_some();
    let mut read_at = Instant::now();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = stamps(&folder);
        let changed = now != seen;
        if !changed && (clear || read_at.elapsed() < RETRY_AFTER) {
            continue;
        }
        seen = now;
        let (keys, troubles) = read(&folder, passphrase.clone(), app.call().now).await;
        read_at = Instant::now();
        clear = troubles.is_empty();
        let news = changed || troubles != told;
        if troubles != told {
            for trouble in &troubles {
                tracing::warn!("{trouble}");
            }
            told.clone_from(&troubles);
        }
        if news {
            take_up(&app, keys, clear);
        }
    }
}

/// The keys as they are on disk, where they can be read at all, and what is wrong with them.
async fn read(
    folder: &Path,
    passphrase: Option<Arc<Passphrase>>,
    at: Timestamp,
) -> (Option<Keys>, Vec<String>) {
    let folder = folder.to_owned();
    // Opening a sealed key takes as long as its makers could make it take.
    let read = tokio::task::spawn_blocking(move || {
        signing(&folder, passphrase.as_ref().map(|p| p.as_str()), at)
    });
    match read.await {
        Ok(Ok((keys, troubles))) => (Some(keys), troubles),
        Ok(Err(failure)) => (None, vec![failure.to_string()]),
        Err(error) => (None, vec![format!("the keys can't be read: {error}")]),
    }
}

/// Lets a store go on with other keys, unless they are in the middle of something, or broken.
fn take_up(app: &App, keys: Option<Keys>, clear: bool) {
    let signs = |keys: &Keys| keys.signer(app.call().now).map(|key| key.kid().to_owned());
    match keys.map(|keys| (signs(&keys), keys)) {
        Some((None, keys)) if clear => {
            tracing::info!("the keys have changed: nobody signs");
            app.issuer.replace(keys);
        }
        Some((Some(kid), keys)) => {
            tracing::info!("the keys have changed: {kid} signs");
            app.issuer.replace(keys);
        }
        _ => tracing::warn!("the keys stay as they were"),
    }
}

fn stamps(folder: &Path) -> Vec<Stamp> {
    let listed = fs::read_dir(folder.join(FOLDER));
    let mut stamps: Vec<_> = listed
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let about = entry.metadata().ok()?;
            let mode = mode(&about);
            Some((entry.path(), about.len(), about.modified().ok(), mode))
        })
        .collect();
    stamps.sort();
    stamps
}

#[cfg(unix)]
fn mode(about: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions())
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0
}
