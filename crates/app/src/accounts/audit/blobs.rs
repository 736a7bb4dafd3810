//! The audit of blobs: every one that a row names is there, with the bytes its name says.

use ledger::invariant::Breach;
use store::blobs::BlobHash;
use store::db::Tx;

use super::{Check, check};
use crate::{App, Fault};

/// Every blob a row names is there and has its hash.
const BLOBS_ARE_WHOLE: &str = "blobs_are_whole";

pub(super) async fn whole(app: &App, tx: &mut Tx) -> Result<Check, Fault> {
    let mut names = std::collections::BTreeSet::new();
    for row in tx.all(BLOBS, &[]).await? {
        if let Ok(bytes) = <[u8; 32]>::try_from(row.bytes("blob")?) {
            names.insert(BlobHash::from_bytes(bytes));
        }
    }
    let count = names.len();
    let blobs = app.blobs.clone();
    let look = move || -> Result<Vec<Breach>, Fault> {
        let mut breaches = Vec::new();
        for name in names {
            if !blobs.check(name)? {
                let detail = "is missing or has other bytes than its name says".to_owned();
                let subject = name.to_string();
                breaches.push(Breach {
                    invariant: BLOBS_ARE_WHOLE,
                    subject,
                    detail,
                });
            }
        }
        Ok(breaches)
    };
    let breaches = tokio::task::spawn_blocking(look)
        .await
        .map_err(Fault::while_("checking blobs"))??;
    Ok(check(BLOBS_ARE_WHOLE, count, breaches))
}

const BLOBS: &str = "
    select master_sha256 as blob from tracks
     union select preview_blob from tracks
     union select blob from assets where blob is not null";
