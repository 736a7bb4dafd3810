//! Keys for programs: `sk_live_…`, shown once, with scopes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use domain::ApiKeyId;
use store::db::{Tx, Value};

use super::{Scope, fresh_secret, hash};
use crate::{App, Call, Fault, many};

const PREFIX: &str = "sk_live_";
/// How many keys are remembered.
const KEPT_MAX: usize = 1_000;

/// A program's key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What the operator called it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

/// Keys that this process has seen standing, by their secrets' hashes.
#[derive(Debug, Default)]
pub struct Kept(Mutex<HashMap<[u8; 32], ApiKey>>);

/// Makes a key and says its secret, which cannot be had again.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn make(
    app: &App,
    call: &mut Call,
    name: &str,
    scopes: &[Scope],
) -> Result<(ApiKey, String), Fault> {
    let id = ApiKeyId::from_bytes(call.id());
    let secret = format!("{PREFIX}{}", fresh_secret(call).0);
    let words: Vec<_> = scopes.iter().map(|s| s.word()).collect();
    let mut tx = app.db.write().await?;
    let values = [
        id.bytes().into(),
        name.into(),
        (&hash(&secret)).into(),
        words.join(" ").into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    tx.commit().await?;
    Ok((
        ApiKey {
            id,
            name: name.to_owned(),
            scopes: scopes.to_vec(),
        },
        secret,
    ))
}

/// Whose key a secret is, if it is one that stands.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn whose(app: &App, secret: &str) -> Result<Option<ApiKey>, Fault> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let mut tx = app.db.read().await?;
    let Some(row) = tx.optional(FIND, &[(&hash(secret)).into()]).await? else {
        return Ok(None);
    };
    let scopes = row
        .text("scopes")?
        .split(' ')
        .filter_map(Scope::from_word)
        .collect();
    Ok(Some(ApiKey {
        id: ApiKeyId::from_bytes(row.id("id")?),
        name: row.text("name")?,
        scopes,
    }))
}

/// Whose key a secret is, or was when this process last looked: for who asks again,
/// in the transaction that goes by the key, whether it was withdrawn.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn remembered(app: &App, secret: &str) -> Result<Option<ApiKey>, Fault> {
    let by = hash(secret);
    let kept = || app.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = kept().get(&by) {
        return Ok(Some(key.clone()));
    }
    let found = whose(app, secret).await?;
    if let Some(key) = &found {
        let mut kept = kept();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(by, key.clone());
    }
    Ok(found)
}

/// Those of these keys that don't stand any more.
pub(crate) async fn withdrawn(
    tx: &mut Tx,
    mut keys: BTreeSet<ApiKeyId>,
) -> Result<BTreeSet<ApiKeyId>, Fault> {
    let ids: Vec<Value> = keys.iter().map(|id| id.bytes().into()).collect();
    for row in many::all(tx, (STANDING, ""), &ids, None).await? {
        keys.remove(&ApiKeyId::from_bytes(row.id("id")?));
    }
    Ok(keys)
}

const STANDING: &str = "select id from api_keys where revoked_ms is null and id in ";

const INSERT: &str = "
    insert into api_keys (id, name, secret_sha256, scopes, created_ms)
    values ($1, $2, $3, $4, $5)";

const FIND: &str =
    "select id, name, scopes from api_keys where secret_sha256 = $1 and revoked_ms is null";
